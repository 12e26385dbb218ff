package render

import "image"

// A band is how the frames of a scene are coded that hold all of it. No two
// countdowns show the same, yet all but the digits is as in any other, so that a
// frame is put together: from the lead, the rows above all digits, whose bits are
// copied; from stretches, runs of pixels of one owner, whose codes were worked out
// before; and from the tail, the rows below, whose bits are copied again.
//
// Codes depend on all that stands before them, stretches on nothing but the lead and
// earlier stretches of their owner: the codes of each owner's stretches are a list of its
// own, which knows no entries of others. Where the list's 300th entry stands in
// the stream depends on what others have written so far, so the writer notes where it
// put each, and writes a list's codes by these notes (lzwWriter.putStretch).
type band struct {
	size       int       // bits of a pixel
	lead       lzwWriter // what it wrote, and where it stands
	table      *lzwTable // of the lead
	from, to   int       // the pixels of the stretches
	stretches  []stretch
	static     stretchCodes // of what does not change
	tail       []byte
	tailBits   int
	leadNumber uint32 // the number of the first entry behind the lead
}

// owner is on which numbers pixels depend.
type owner uint8

const (
	static owner = iota // on none
	slow                // on days, hours and minutes
	fast                // on seconds, and perhaps on others
	owners
)

// stretch is a run of pixels of one owner.
type stretch struct {
	from, to int
	owner    owner
	clear    bool // a clear code stands before it
}

// stretchCodes is the codes of an owner's stretches.
type stretchCodes struct {
	codes []uint16
	ends  []uint32 // of stretches in codes
	made  []uint32 // entries between clear codes
	fits  bool     // in one table each
}

func (l *stretchCodes) bytes() int { return 2*cap(l.codes) + 4*cap(l.ends) + 4*cap(l.made) }

// roomy is how many entries of a table a frame's rows may take when they are laid
// out: the digits of another may need some more.
const roomy = lzwEntries - lzwEntries/10

// wide is how many pixels that do not change make a stretch of their own between digits.
const wide = 64

// newBand lays out a band over a frame that shows some numbers in areas.
func newBand(frame *image.Paletted, size int, areas []area) *band {
	b, pixels, w, h := &band{size: size}, frame.Pix, frame.Rect.Dx(), frame.Rect.Dy()
	top, bottom := h, 0
	for i := range areas {
		top, bottom = min(top, areas[i].rect.Min.Y), max(bottom, areas[i].rect.Max.Y)
	}
	var l lzwList
	l.begin(size)
	l.add(pixels[:top*w])
	l.cut()
	b.lead.begin(nil, size)
	b.lead.putAll(l.codes)
	table := l.table
	b.table, b.leadNumber, b.from, b.to = &table, l.next, top*w, len(pixels)
	if top == h {
		b.lead.end()
		return b
	}
	var lists [owners]lzwList
	restart := b.leadNumber > lzwEntries/2
	start := b.begin(&lists, restart)
	for y := top; y < h; y++ {
		row := stretchesOf(areas, w, y)
		b.cutRow(&lists, row, pixels)
		used := start
		for i := range lists {
			used += lists[i].next - start
		}
		if used > roomy {
			if y >= bottom {
				b.to = y * w
				break
			}
			start, restart = b.begin(&lists, true), true
			b.cutRow(&lists, row, pixels)
		}
		row[0].clear, restart = restart, false
		b.append(row)
	}
	if b.to < len(pixels) {
		b.setTail(pixels[b.to:])
	}
	b.static = b.list(&l, static, pixels[b.from:b.to])
	return b
}

// begin has lists begin behind the lead, or behind a clear code, and returns the
// number of their first entry.
func (b *band) begin(lists *[owners]lzwList, cleared bool) uint32 {
	for i := range lists {
		b.beginList(&lists[i], cleared)
	}
	return lists[0].next
}

func (b *band) beginList(l *lzwList, cleared bool) {
	if l.codes, l.first, l.bound = l.codes[:0], 1<<b.size+2, true; cleared {
		l.restart()
		return
	}
	l.table, l.next, l.prefix = *b.table, b.leadNumber, none
}

// cutRow adds a row's stretches to the lists.
func (b *band) cutRow(lists *[owners]lzwList, row []stretch, pixels []byte) {
	for _, p := range row {
		lists[p.owner].add(pixels[p.from:p.to])
		lists[p.owner].cut()
	}
}

// append appends a row; what goes on from the row before is one stretch.
func (b *band) append(row []stretch) {
	if n := len(b.stretches); n > 0 && !row[0].clear && b.stretches[n-1].owner == row[0].owner {
		b.stretches[n-1].to = row[0].to
		row = row[1:]
	}
	b.stretches = append(b.stretches, row...)
}

// stretchesOf cuts the row y at areas, which stand from left to right. A narrow run
// between them goes with the area before it.
func stretchesOf(areas []area, w, y int) []stretch {
	var row []stretch
	at := 0
	push := func(to int, o owner) {
		if n := len(row); n > 0 && row[n-1].owner == o {
			row[n-1].to = to
		} else if to > at {
			row = append(row, stretch{from: y*w + at, to: to, owner: o})
		}
		at = to - y*w
	}
	for i := range areas {
		p := &areas[i]
		if y < p.rect.Min.Y || y >= p.rect.Max.Y {
			continue
		}
		switch gap := p.rect.Min.X - at; {
		case gap > 0 && (len(row) == 0 || gap >= wide):
			push(y*w+p.rect.Min.X, static)
		case gap > 0:
			push(y*w+p.rect.Min.X, row[len(row)-1].owner)
		}
		push(y*w+p.rect.Max.X, p.owner)
	}
	if at < w {
		push(y*w+w, static)
	}
	return row
}

// setTail codes the rows that no digit changes any more, for a table that was cleared.
func (b *band) setTail(pixels []byte) {
	var l lzwList
	l.begin(b.size)
	l.add(pixels)
	l.cut()
	w := lzwWriter{size: b.size, next: l.first}
	w.putAll(l.codes)
	w.end()
	b.tailBits = 8*len(w.out) + int(w.held)
	b.tail = w.close()
}

// list cuts the stretches of an owner into codes. pixels are the band's stretches; l is scratch.
func (b *band) list(l *lzwList, o owner, pixels []byte) stretchCodes {
	list := stretchCodes{fits: true}
	b.beginList(l, false)
	from := l.next
	for _, p := range b.stretches {
		if p.clear {
			list.made = append(list.made, l.next-from)
			l.restart()
			from = l.next
		}
		if p.owner != o {
			continue
		}
		l.add(pixels[p.from-b.from : p.to-b.from])
		l.cut()
		list.ends = append(list.ends, uint32(len(l.codes)))
		list.fits = list.fits && l.next <= lzwEntries
	}
	list.made = append(list.made, l.next-from)
	list.codes = append(list.codes, l.codes...)
	return list
}

// fit reports whether lists have room in the tables they share.
func (b *band) fit(lists *[owners]*stretchCodes) bool {
	for i := range b.static.made {
		used := uint32(1<<b.size + 2)
		if i == 0 {
			used = b.leadNumber
		}
		for _, l := range lists {
			if !l.fits {
				return false
			}
			used += l.made[i]
		}
		if used > lzwEntries {
			return false
		}
	}
	return true
}

// put writes a frame of lists' stretches behind out, which fit.
func (b *band) put(c *gifCoder, out []byte, lists *[owners]*stretchCodes) []byte {
	w := b.lead
	w.out = append(out, b.lead.out...)
	c.begin(b.leadNumber)
	var at, used [owners]uint32
	var codes [owners]int
	for i := range at {
		at[i] = b.leadNumber
	}
	for _, p := range b.stretches {
		if p.clear {
			w.clear()
			for i := range at {
				at[i] = 1<<b.size + 2
			}
		}
		l := lists[p.owner]
		end := l.ends[codes[p.owner]]
		at[p.owner] = w.putStretch(l.codes[used[p.owner]:end], &c.numbers[p.owner], at[p.owner])
		used[p.owner] = end
		codes[p.owner]++
	}
	return b.finish(&w)
}

// finish writes the tail, or the end code.
func (b *band) finish(w *lzwWriter) []byte {
	switch {
	case b.tailBits > 0:
		w.clear()
		w.putBits(b.tail, b.tailBits)
	case len(b.stretches) > 0:
		w.end()
	}
	return w.close()
}

// putPixels writes a frame of pixels, of which only the lead and the tail need not be
// coded: one whose lists do not fit.
func (b *band) putPixels(c *gifCoder, out, pixels []byte) []byte {
	w := b.lead
	w.out = append(out, b.lead.out...)
	w.clear()
	c.list.begin(b.size)
	c.list.add(pixels)
	c.list.cut()
	w.putAll(c.list.codes)
	return b.finish(&w)
}

// begin has the numbers below next stand for themselves.
func (c *gifCoder) begin(next uint32) {
	if c.same[1] == 0 {
		for n := range c.same {
			c.same[n] = uint16(n)
		}
	}
	for i := range c.numbers {
		copy(c.numbers[i][:next], c.same[:])
	}
}

// bytes is the memory that a band takes, in bytes.
func (b *band) bytes() int {
	return len(b.lead.out) + 4*lzwSlots + len(b.tail) + 40*cap(b.stretches) + b.static.bytes()
}
