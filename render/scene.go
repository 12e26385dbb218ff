package render

import (
	"hash/maphash"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"sync"
)

const sceneBytes = 96 << 20

// scene is a countdown without its digits, in the colours of a GIF. Pictures that
// differ only in the seconds left share it.
type scene struct {
	w, h        int
	clocks      []clockFace
	areas       []area // from left to right
	palette     color.Palette
	transparent int    // a colour that no pixel has, or opaque
	still       []byte // the band's stretches, without digits
	corner      byte   // the first pixel without digits
	band        *band

	mu      sync.Mutex
	colours *colourMap
	tiles   recent[[]byte]        // areas with numbers, as colours
	lists   recent[*stretchCodes] // of stretches with numbers
	coded   recent[[]byte]        // frames
	asked   [askedBefore]uint64
	seed    maphash.Seed
}

// What a scene keeps, in bytes. A layout in one size takes no more than 2.5 MB.
const (
	tileBytes  = 384 << 10
	listBytes  = 384 << 10
	codedBytes = 768 << 10
)

// askedBefore is how many whole frames that were not kept a scene knows again.
const askedBefore = 1 << 10

// area is where digits of one cell stand, or of several that overlap.
type area struct {
	rect   image.Rectangle
	cells  []clockCell // as they are drawn, one over the other
	owner  owner
	sheets []*image.RGBA // what lies under the first clock, and over each; nil: nothing
}

// clockCell is a cell of a clock.
type clockCell struct{ clock, cell int }

// scene returns what pictures that differ only in seconds share.
func (r *Renderer) scene(p *Picture, worker *worker, w, h int) (*scene, error) {
	still := *p
	still.Values = make([]Value, len(p.Values))
	for i, v := range p.Values {
		v.Seconds = 0
		still.Values[i] = v
	}
	return r.scenes.get(string(still.Key(nil)), func() (*scene, int64, error) {
		s, err := r.newScene(&still, worker, w, h)
		return s, s.bytes() + tileBytes + listBytes + codedBytes, err
	})
}

// newScene draws a scene.
func (r *Renderer) newScene(p *Picture, worker *worker, w, h int) (*scene, error) {
	key, scale, err := groundOf(p, w, h)
	if err != nil {
		return nil, err
	}
	ground, err := r.compiled(p, key, worker)
	if err != nil {
		return nil, err
	}
	paint := func(placed func(*drawing)) (*drawing, error) {
		d := r.drawing(p, scale, worker)
		d.dst, d.digits, d.placed = image.NewRGBA(ground.base.Rect), false, placed
		copy(d.dst.Pix, ground.base.Pix)
		return d, ground.draw(d)
	}
	d, err := paint(nil)
	if err != nil {
		return nil, err
	}
	s := &scene{w: w, h: h, clocks: d.clocks, areas: areasOf(d, worker.set), seed: maphash.MakeSeed()}
	s.tiles.max, s.lists.max, s.coded.max = tileBytes, listBytes, codedBytes
	if !s.covered(d.above) {
		s.keepSheets(0, d.dst)
	} else if err := s.drawSheets(paint); err != nil {
		return nil, err
	}
	s.settle(p, d.dst, worker)
	return s, nil
}

// covered reports whether layers above a countdown may cover digits.
func (s *scene) covered(above []image.Rectangle) bool {
	for _, r := range above {
		for i := range s.areas {
			if r.Overlaps(s.areas[i].rect) {
				return true
			}
		}
	}
	return false
}

// drawSheets keeps, of all that is drawn, what lies between the clocks' digits.
func (s *scene) drawSheets(paint func(func(*drawing)) (*drawing, error)) error {
	sheet := 0
	next := func(d *drawing) {
		s.keepSheets(sheet, d.dst)
		clear(d.dst.Pix)
		sheet++
	}
	d, err := paint(next)
	if err == nil {
		next(d)
	}
	return err
}

// keepSheets keeps the n-th sheet of each area.
func (s *scene) keepSheets(n int, m *image.RGBA) {
	for i := range s.areas {
		p := &s.areas[i]
		sheet := image.NewRGBA(p.rect)
		draw.Draw(sheet, p.rect, m, p.rect.Min, draw.Src)
		for len(p.sheets) <= n {
			p.sheets = append(p.sheets, nil)
		}
		if n == 0 || len(cropped(sheet)) > 0 {
			p.sheets[n] = sheet
		}
	}
}

// areasOf finds where the digits of a drawing's clocks can stand.
func areasOf(d *drawing, set *Typesetter) []area {
	var areas []area
	scratch := image.NewRGBA(d.dst.Rect)
	for i := range d.clocks {
		for cell := range d.clocks[i].cells {
			if r := d.clocks[i].ink(cell, set, scratch); !r.Empty() {
				areas = append(areas, area{rect: r, cells: []clockCell{{i, cell}}})
			}
		}
	}
	for i := 0; i < len(areas); { // what overlaps is one area
		k := i + 1
		for k < len(areas) && !areas[i].rect.Overlaps(areas[k].rect) {
			k++
		}
		if k == len(areas) {
			i++
			continue
		}
		areas[i].rect = areas[i].rect.Union(areas[k].rect)
		areas[i].cells = append(areas[i].cells, areas[k].cells...)
		areas = append(areas[:k], areas[k+1:]...)
		i = 0
	}
	slices.SortFunc(areas, func(a, b area) int { return a.rect.Min.X - b.rect.Min.X })
	for i := range areas {
		p := &areas[i]
		slices.SortFunc(p.cells, func(a, b clockCell) int { return (a.clock-b.clock)*4 + a.cell - b.cell })
		p.owner = slow
		for _, c := range p.cells {
			if c.cell == 3 {
				p.owner = fast
			}
		}
	}
	return areas
}

// ink is where a cell's digits can stand.
func (c *clockFace) ink(cell int, set *Typesetter, scratch *image.RGBA) image.Rectangle {
	var ink image.Rectangle
	box := boxOf(c.cells[cell])
	for digit := range 10 {
		ink = ink.Union(set.Draw(scratch, box, twoDigits(digit*11), c.style).Ink)
		if cell == 0 { // days may be hundreds
			ink = ink.Union(set.Draw(scratch, box, twoDigits(digit*111), c.style).Ink)
		}
	}
	if ink.Empty() {
		return ink
	}
	beside := 1 + int(c.style.Size)/32 // digits of two kinds may stand otherwise beside each other
	ink.Min.X, ink.Max.X = ink.Min.X-beside, ink.Max.X+beside
	return ink.Intersect(scratch.Rect)
}

// settle chooses the colours, and lays out the band.
func (s *scene) settle(p *Picture, still *image.RGBA, worker *worker) {
	var digits []*image.RGBA
	frame := &image.RGBA{Pix: slices.Clone(still.Pix), Stride: still.Stride, Rect: still.Rect}
	now := make([]clockTime, len(s.clocks))
	for _, n := range []int32{5, 14, 27, 69, 38} {
		for i := range now {
			now[i] = clockTime{n, n, n, n}
		}
		for i := range s.areas {
			m := s.areas[i].pixels(s.clocks, now, worker.set)
			digits = append(digits, m)
			draw.Draw(frame, m.Rect, m, m.Rect.Min, draw.Src)
		}
	}
	if p.Frames == WholeFrames {
		s.palette = smallPalette(256, lack{mean: 5, most: 32}, frame)
	} else {
		s.palette = smallPalette(255, lack{mean: 1, most: 16}, frame)
	}
	digitsFirst(s.palette, digits)
	s.transparent = opaque
	if n := len(s.palette); n < 1<<gifBits(s.palette) {
		s.transparent = n
	}
	s.colours = newColourMap(s.palette)
	pixels := s.colours.convert(still, still.Rect).Pix
	full := &image.Paletted{Pix: slices.Clone(pixels), Stride: s.w, Rect: still.Rect}
	for i := range s.areas {
		s.areas[i].put(full, s.tile(i, now, worker))
	}
	s.band = newBand(full, codeSize(s.palette), s.areas)
	s.corner = pixels[0]
	s.still = slices.Clone(pixels[s.band.from:s.band.to])
}

// digitsFirst sorts a palette so that colours of digits come first: frames of
// these alone then take fewer bits a pixel.
func digitsFirst(palette color.Palette, digits []*image.RGBA) {
	used := make([]int, len(palette))
	m := newColourMap(palette)
	for _, d := range digits {
		for _, index := range m.convert(d, d.Rect).Pix {
			used[index]++
		}
	}
	order := make([]int, len(palette))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return used[b] - used[a] })
	before := slices.Clone(palette)
	for i, from := range order {
		palette[i] = before[from]
	}
}

// pixels draws numbers on what lies under them, and over them what lies over them.
func (p *area) pixels(clocks []clockFace, now []clockTime, set *Typesetter) *image.RGBA {
	m := image.NewRGBA(p.rect)
	copy(m.Pix, p.sheets[0].Pix)
	for i := range clocks {
		for _, c := range p.cells {
			if c.clock == i {
				set.Draw(m, boxOf(clocks[i].cells[c.cell]), now[i].text(c.cell), clocks[i].style)
			}
		}
		if i+1 < len(p.sheets) && p.sheets[i+1] != nil {
			draw.Draw(m, p.rect, p.sheets[i+1], p.rect.Min, draw.Over)
		}
	}
	return m
}

// tile is a area with numbers, in the palette's colours.
func (s *scene) tile(i int, now []clockTime, worker *worker) []byte {
	p := &s.areas[i]
	worker.film.tileKey = p.appendKey(append(worker.film.tileKey[:0], byte(i)), now)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tiles.get(worker.film.tileKey); ok {
		return t
	}
	t := s.colours.convert(p.pixels(s.clocks, now, worker.set), p.rect).Pix
	s.tiles.put(worker.film.tileKey, t, len(t))
	return t
}

// appendKey appends the numbers that a area shows.
func (p *area) appendKey(key []byte, now []clockTime) []byte {
	for _, c := range p.cells {
		n := now[c.clock][c.cell]
		key = append(key, byte(n), byte(n>>8))
	}
	return key
}

// put lays a tile of the area on m.
func (p *area) put(m *image.Paletted, tile []byte) {
	r := p.rect.Intersect(m.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		copy(m.Pix[m.PixOffset(r.Min.X, y):], tile[(y-p.rect.Min.Y)*p.rect.Dx()+r.Min.X-p.rect.Min.X:][:r.Dx()])
	}
}

// bytes is the memory that a scene takes, without what it keeps of digits.
func (s *scene) bytes() int64 {
	if s == nil {
		return 0
	}
	n := len(s.still) + s.band.bytes() + 8*askedBefore + 8*maxKnown
	for i := range s.areas {
		for _, m := range s.areas[i].sheets {
			if m != nil {
				n += len(m.Pix)
			}
		}
	}
	return int64(n) + 16<<10
}
