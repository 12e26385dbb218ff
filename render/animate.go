package render

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"sync"
)

// maxFrames is how many seconds an animation lasts.
const maxFrames = 60

const sceneBytes = 96 << 20

// scene is a countdown without its digits, in the colours of a GIF, and the
// digits drawn so far. Pictures that differ only in the seconds left share it.
type scene struct {
	base   *image.RGBA     // never changed
	still  *image.Paletted // base in the palette
	clocks []clockFace

	mu      sync.Mutex
	colours *colourMap
	tiles   map[tileKey]*image.Paletted
	coded   map[string][]byte // frames by what they show
	bytes   int               // of coded
}

// tileKey is a number in a cell of a clock.
type tileKey struct {
	clock, cell int
	number      string
}

// maxTiles bounds a scene's tiles: minutes and seconds of two clocks, and
// hours and days as they pass.
const maxTiles = 400

// maxCoded bounds a scene's coded frames, in bytes: some minutes of whole frames,
// and more partial ones than there are.
const maxCoded = 3 << 20

// animate draws a countdown: the first frame whole, then what changes each
// second, until nothing is left or a minute has passed.
func (r *Renderer) animate(p *Picture, worker *worker, w, h int) ([]byte, error) {
	s, err := r.scene(p, worker, w, h)
	if err != nil {
		return nil, err
	}
	out := appendGIFHead(worker.out[:0], w, h, s.still.Palette)
	shown := s.numbers(p, 0)
	for second := range s.frames(p) {
		next := s.numbers(p, second)
		changed := s.changed(shown, next)
		if second == 0 || p.Frames == WholeFrames {
			changed = s.still.Rect
		}
		if changed.Empty() { // all clocks stand at zero
			changed = image.Rect(0, 0, 1, 1)
		}
		if out, err = s.appendFrame(out, next, changed, worker); err != nil {
			return nil, err
		}
		shown = next
	}
	worker.out = append(out, gifEnd)
	return bytes.Clone(worker.out), nil
}

// numbers are those of all clocks at a second.
func (s *scene) numbers(p *Picture, second int64) [][4]string {
	all := make([][4]string, len(s.clocks))
	for i, c := range s.clocks {
		all[i] = clockNumbers(max(0, p.left(c.value)-second))
	}
	return all
}

// changed is where one second's numbers are not another's.
func (s *scene) changed(before, after [][4]string) image.Rectangle {
	var changed image.Rectangle
	for i := range s.clocks {
		for cell := range after[i] {
			if after[i][cell] != before[i][cell] {
				changed = changed.Union(s.inkOf(i, cell))
			}
		}
	}
	return changed
}

// inkOf is the part of a clock's cell that digits can touch.
func (s *scene) inkOf(clock, cell int) image.Rectangle {
	c := &s.clocks[clock]
	return c.ink(c.cells[cell]).Intersect(s.base.Rect)
}

// appendFrame appends the part of a frame that lies in r, as it was coded before
// or now: pictures with other moments have most of theirs in common.
func (s *scene) appendFrame(out []byte, numbers [][4]string, r image.Rectangle, worker *worker) ([]byte, error) {
	key := worker.key[:0]
	for _, n := range [4]int{r.Min.X, r.Min.Y, r.Max.X, r.Max.Y} {
		key = binary.AppendUvarint(key, uint64(n))
	}
	for i := range s.clocks {
		for cell, number := range numbers[i] {
			if s.inkOf(i, cell).Overlaps(r) {
				key = appendText(append(key, byte(i), byte(cell)), number)
			}
		}
	}
	worker.key = key
	s.mu.Lock()
	frame, ok := s.coded[string(key)]
	s.mu.Unlock()
	if ok {
		return append(out, frame...), nil
	}
	from := len(out)
	out = worker.gif.appendFrame(out, s.paint(numbers, worker), r, opaque)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bytes += len(out) - from; s.bytes > maxCoded {
		clear(s.coded)
		s.bytes = len(out) - from
	}
	s.coded[string(key)] = bytes.Clone(out[from:])
	return out, nil
}

// paint draws numbers on the still, in the worker's pixels.
func (s *scene) paint(numbers [][4]string, worker *worker) *image.Paletted {
	worker.indices = append(worker.indices[:0], s.still.Pix...)
	now := &image.Paletted{Pix: worker.indices, Stride: s.still.Stride, Rect: s.still.Rect, Palette: s.still.Palette}
	for i := range s.clocks {
		for cell, number := range numbers[i] {
			tile := s.tile(tileKey{i, cell, number}, worker.set)
			for y := tile.Rect.Min.Y; y < tile.Rect.Max.Y; y++ {
				copy(now.Pix[now.PixOffset(tile.Rect.Min.X, y):], tile.Pix[(y-tile.Rect.Min.Y)*tile.Stride:][:tile.Rect.Dx()])
			}
		}
	}
	return now
}

// frames is how many there are: one for each second left and one for zero.
func (s *scene) frames(p *Picture) int64 {
	most := int64(0)
	for _, c := range s.clocks {
		most = max(most, p.left(c.value))
	}
	return min(maxFrames, most+1)
}

// tile is a number in its cell, in the palette's colours.
func (s *scene) tile(key tileKey, set *Typesetter) *image.Paletted {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tiles[key]; ok {
		return t
	}
	pixels := s.pixels(key, set)
	t := s.colours.convert(pixels, pixels.Rect)
	if len(s.tiles) >= maxTiles {
		clear(s.tiles)
	}
	s.tiles[key] = t
	return t
}

// pixels draws a number on what lies under it.
func (s *scene) pixels(key tileKey, set *Typesetter) *image.RGBA {
	clock := s.clocks[key.clock]
	pixels := image.NewRGBA(s.inkOf(key.clock, key.cell))
	draw.Draw(pixels, pixels.Rect, s.base, pixels.Rect.Min, draw.Src)
	set.Draw(pixels, boxOf(clock.cells[key.cell]), key.number, clock.style)
	return pixels
}

// ink is the part of a cell that digits can touch.
func (c *clockFace) ink(cell image.Rectangle) image.Rectangle {
	middle, half := (cell.Min.Y+cell.Max.Y)/2, int(c.style.Size*0.6)
	return cell.Intersect(image.Rect(cell.Min.X, middle-half, cell.Max.X, middle+half))
}

// scene returns what pictures that differ only in seconds share.
func (r *Renderer) scene(p *Picture, worker *worker, w, h int) (*scene, error) {
	still := *p
	still.Frames = PartialFrames
	still.Values = make([]Value, len(p.Values))
	for i, v := range p.Values {
		v.Seconds = 0
		still.Values[i] = v
	}
	return r.scenes.get(string(still.Key(nil)), func() (*scene, int64, error) {
		key, scale, err := groundOf(&still, w, h)
		if err != nil {
			return nil, 0, err
		}
		ground, err := r.compiled(&still, key, worker)
		if err != nil {
			return nil, 0, err
		}
		d := r.drawing(&still, scale, worker)
		d.dst, d.digits = image.NewRGBA(image.Rect(0, 0, w, h)), false
		copy(d.dst.Pix, ground.base.Pix)
		if err := ground.draw(d); err != nil {
			return nil, 0, err
		}
		s := newScene(d, worker.set)
		return s, int64(len(s.base.Pix)+len(s.still.Pix)) + s.tileBytes()*maxTiles + 1<<20 + maxCoded, nil
	})
}

// newScene chooses the palette: from the picture and samples of the digits.
func newScene(d *drawing, set *Typesetter) *scene {
	s := &scene{base: d.dst, clocks: d.clocks, tiles: map[tileKey]*image.Paletted{}, coded: map[string][]byte{}}
	samples := []*image.RGBA{s.base}
	for i := range s.clocks {
		for cell, number := range []string{"05", "14", "27", "38"} {
			samples = append(samples, s.pixels(tileKey{i, cell, number}, set))
		}
		samples = append(samples, s.pixels(tileKey{i, 3, "69"}, set))
	}
	palette, ok := exactPalette(samples...)
	if !ok {
		palette = choosePalette(samples...)
	}
	s.colours = newColourMap(palette)
	s.still = s.colours.convert(s.base, s.base.Rect)
	s.colours.settle() // digits' colours do not depend on which were drawn before
	return s
}

// tileBytes is the size of the largest tile.
func (s *scene) tileBytes() int64 {
	most := 0
	for _, c := range s.clocks {
		ink := c.ink(c.cells[0])
		most = max(most, ink.Dx()*ink.Dy())
	}
	return int64(most)
}
