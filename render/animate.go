package render

import (
	"bytes"
	"hash/maphash"
	"image"
	"math/bits"
	"slices"
)

// maxFrames is how many seconds an animation lasts.
const maxFrames = 60

// film is what an animation is made in. It is one worker's.
type film struct {
	before, now []clockTime
	key         []byte
	pixels      []byte
	under       []byte
	best, other []byte // streams
	tileKey     []byte
	listKey     []byte
}

// animate draws a countdown: the first frame whole, then what changes each
// second, until nothing is left or a minute has passed.
func (r *Renderer) animate(p *Picture, worker *worker, w, h int) ([]byte, error) {
	s, err := r.scene(p, worker, w, h)
	if err != nil {
		return nil, err
	}
	f := &worker.film
	out := appendGIFHead(worker.out[:0], w, h, s.palette)
	for second := range s.frames(p) {
		f.before, f.now = f.now, s.times(f.before[:0], p, second)
		if second == 0 || p.Frames == WholeFrames {
			out = s.appendWhole(out, worker)
		} else {
			out = s.appendChange(out, worker)
		}
	}
	worker.out = append(out, gifEnd)
	return bytes.Clone(worker.out), nil
}

// frames is how many there are: one for each second left and one for zero.
func (s *scene) frames(p *Picture) int64 {
	most := int64(0)
	for _, c := range s.clocks {
		most = max(most, p.left(c.value))
	}
	return min(maxFrames, most+1)
}

// times appends what the clocks show at a second.
func (s *scene) times(all []clockTime, p *Picture, second int64) []clockTime {
	for i := range s.clocks {
		all = append(all, clockTimeOf(max(0, p.left(s.clocks[i].value)-second)))
	}
	return all
}

// wholeFrame and changedFrame begin the keys of frames.
const (
	wholeFrame   = 0xff
	changedFrame = 0xfe
)

// appendWhole appends a frame of all pixels. It is kept if it is asked for again:
// opens of one deadline have most frames in common, others none.
func (s *scene) appendWhole(out []byte, worker *worker) []byte {
	f := &worker.film
	key := append(f.key[:0], wholeFrame)
	for i := range s.areas {
		key = s.areas[i].appendKey(key, f.now)
	}
	f.key = key
	s.mu.Lock()
	frame, ok := s.coded.get(key)
	s.mu.Unlock()
	if ok {
		return append(out, frame...)
	}
	from := len(out)
	out = appendFrameHead(out, image.Rect(0, 0, s.w, s.h), s.band.size, opaque)
	out = appendBlocks(out, s.code(worker))
	hash := maphash.Bytes(s.seed, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked := &s.asked[hash%askedBefore]; *asked != hash {
		*asked = hash
		return out
	}
	s.coded.put(key, bytes.Clone(out[from:]), len(out)-from)
	return out
}

// code is the stream of a whole frame, valid until the worker's next.
func (s *scene) code(worker *worker) []byte {
	c := &worker.gif
	lists := [owners]*stretchCodes{&s.band.static, s.list(slow, worker), s.list(fast, worker)}
	if s.band.fit(&lists) {
		c.stream = s.band.put(c, c.stream[:0], &lists)
	} else {
		m := s.paint(worker, owners)
		c.stream = s.band.putPixels(c, c.stream[:0], m)
	}
	return c.stream
}

// list is the codes of an owner's stretches, as they were made before or now.
func (s *scene) list(o owner, worker *worker) *stretchCodes {
	f := &worker.film
	key := append(f.listKey[:0], byte(o))
	for i := range s.areas {
		if s.areas[i].owner == o {
			key = s.areas[i].appendKey(key, f.now)
		}
	}
	f.listKey = key
	s.mu.Lock()
	l, ok := s.lists.get(key)
	s.mu.Unlock()
	if ok {
		return l
	}
	made := s.band.list(&worker.gif.list, o, s.paint(worker, o))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists.put(key, &made, made.bytes())
	return &made
}

// paint is the band's stretches with the digits of an owner, where it is the owner's.
func (s *scene) paint(worker *worker, o owner) []byte {
	f := &worker.film
	f.pixels = slices.Grow(f.pixels[:0], len(s.still))[:len(s.still)]
	for _, p := range s.band.stretches {
		if o == owners || p.owner == o {
			copy(f.pixels[p.from-s.band.from:p.to-s.band.from], s.still[p.from-s.band.from:])
		}
	}
	m := &image.Paletted{Pix: f.pixels, Stride: s.w, Rect: image.Rect(0, s.band.from/s.w, s.w, s.band.to/s.w)}
	for i := range s.areas {
		if o == owners || s.areas[i].owner == o {
			s.areas[i].put(m, s.tile(i, f.now, worker))
		}
	}
	return f.pixels
}

// appendChange appends a frame of what is not as in the frame before. There are not
// many, so that each is kept.
func (s *scene) appendChange(out []byte, worker *worker) []byte {
	f := &worker.film
	var changed image.Rectangle
	for i := range s.areas {
		if s.areas[i].changes(f.before, f.now) {
			changed = changed.Union(s.areas[i].rect)
		}
	}
	if changed.Empty() { // no number that is to be seen
		changed = image.Rect(0, 0, 1, 1)
		if len(s.areas) > 0 {
			changed = changed.Add(s.areas[0].rect.Min)
		}
	}
	key := append(f.key[:0], changedFrame)
	for i := range s.areas {
		if p := &s.areas[i]; p.rect.Overlaps(changed) {
			key = p.appendKey(p.appendKey(append(key, byte(i)), f.before), f.now)
		}
	}
	f.key = key
	s.mu.Lock()
	frame, ok := s.coded.get(key)
	s.mu.Unlock()
	if ok {
		return append(out, frame...)
	}
	from := len(out)
	out = s.codeChange(out, changed, worker)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.coded.put(key, bytes.Clone(out[from:]), len(out)-from)
	return out
}

// changes reports whether the area shows other numbers.
func (p *area) changes(before, now []clockTime) bool {
	return slices.ContainsFunc(p.cells, func(c clockCell) bool { return before[c.clock][c.cell] != now[c.clock][c.cell] })
}

// codeChange appends the smallest frame that makes what showed before what shows now,
// which differ within r: with pixels in between that are as before, or that are
// transparent.
func (s *scene) codeChange(out []byte, r image.Rectangle, worker *worker) []byte {
	f := &worker.film
	before := s.region(f.under[:0], r, f.before, worker)
	now := s.region(f.pixels[:0], r, f.now, worker)
	f.under, f.pixels = before.Pix, now.Pix
	var box image.Rectangle
	most := byte(0)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if at := now.PixOffset(x, y); before.Pix[at] != now.Pix[at] {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if box.Empty() { // the colours are as before
		box = image.Rectangle{r.Min, r.Min.Add(image.Pt(1, 1))}
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		most = max(most, slices.Max(now.Pix[now.PixOffset(box.Min.X, y):][:box.Dx()]))
	}
	size, transparent := max(2, bits.Len8(most)), opaque
	f.best = worker.gif.code(f.best[:0], now, box, size)
	if s.transparent != opaque {
		for i := range now.Pix {
			if before.Pix[i] == now.Pix[i] {
				now.Pix[i] = byte(s.transparent)
			}
		}
		f.other = worker.gif.code(f.other[:0], now, box, s.band.size)
		if len(f.other) < len(f.best) {
			f.best, f.other = f.other, f.best
			size, transparent = s.band.size, s.transparent
		}
	}
	return appendBlocks(appendFrameHead(out, box, size, transparent), f.best)
}

// region appends the pixels in r when clocks show times, and returns them.
func (s *scene) region(out []byte, r image.Rectangle, times []clockTime, worker *worker) *image.Paletted {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		if len(s.still) == 0 {
			out = append(out, s.corner)
			continue
		}
		at := y*s.w + r.Min.X - s.band.from
		out = append(out, s.still[at:at+r.Dx()]...)
	}
	m := &image.Paletted{Pix: out, Stride: r.Dx(), Rect: r}
	for i := range s.areas {
		if s.areas[i].rect.Overlaps(r) {
			s.areas[i].put(m, s.tile(i, times, worker))
		}
	}
	return m
}
