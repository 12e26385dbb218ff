package render

import (
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
}

// tileKey is a number in a cell of a clock.
type tileKey struct {
	clock, cell int
	number      string
}

// maxTiles bounds a scene's tiles: minutes and seconds of two clocks, and
// hours and days as they pass.
const maxTiles = 400

// animate draws a countdown: the first frame whole, then what changes each
// second, until nothing is left or a minute has passed.
func (r *Renderer) animate(p *Picture, worker *worker, w, h int) ([]byte, error) {
	s, err := r.scene(p, worker, w, h)
	if err != nil {
		return nil, err
	}
	now := image.NewPaletted(s.still.Rect, s.still.Palette)
	copy(now.Pix, s.still.Pix)
	out := newGIF(w, h, now.Palette)
	shown := make([][4]string, len(s.clocks))
	for second := range s.frames(p) {
		changed := s.advance(now, shown, p, second, worker.set)
		if second == 0 || p.Frames == WholeFrames {
			changed = now.Rect
		}
		if changed.Empty() { // one clock of two stands at zero
			changed = image.Rect(0, 0, 1, 1)
		}
		out.frame(now, changed)
	}
	return out.end()
}

// frames is how many there are: one for each second left and one for zero.
func (s *scene) frames(p *Picture) int64 {
	most := int64(0)
	for _, c := range s.clocks {
		most = max(most, p.left(c.value))
	}
	return min(maxFrames, most+1)
}

// advance puts the digits of a second on now and returns what changed.
func (s *scene) advance(now *image.Paletted, shown [][4]string, p *Picture, second int64, set *Typesetter) image.Rectangle {
	var changed image.Rectangle
	for i, clock := range s.clocks {
		numbers := clockNumbers(max(0, p.left(clock.value)-second))
		for cell, number := range numbers {
			if shown[i][cell] == number {
				continue
			}
			shown[i][cell] = number
			tile := s.tile(tileKey{i, cell, number}, set)
			for y := tile.Rect.Min.Y; y < tile.Rect.Max.Y; y++ {
				copy(now.Pix[now.PixOffset(tile.Rect.Min.X, y):], tile.Pix[(y-tile.Rect.Min.Y)*tile.Stride:][:tile.Rect.Dx()])
			}
			changed = changed.Union(tile.Rect)
		}
	}
	return changed
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
	cell := clock.cells[key.cell]
	pixels := image.NewRGBA(clock.ink(cell).Intersect(s.base.Rect))
	draw.Draw(pixels, pixels.Rect, s.base, pixels.Rect.Min, draw.Src)
	set.Draw(pixels, boxOf(cell), key.number, clock.style)
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
		return s, int64(len(s.base.Pix)+len(s.still.Pix)) + s.tileBytes()*160 + 1<<20, nil
	})
}

// newScene chooses the palette: from the picture and samples of the digits.
func newScene(d *drawing, set *Typesetter) *scene {
	s := &scene{base: d.dst, clocks: d.clocks, tiles: map[tileKey]*image.Paletted{}}
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
