package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"runtime"
	"weak"
)

// Renderer draws pictures. It is safe for concurrent use; how many are drawn
// at once is the caller's to bound.
type Renderer struct {
	fonts   *Fonts
	photos  *Library
	workers chan *worker
	grounds memo[ground, *compiled]
	plates  memo[plateKey, *plate]
	pngs    memo[pngKey, *pngPlate]
	scenes  memo[string, *scene]
	masks   memo[maskKey, *glyph]
	// gradients are those of boxes, as large as they are drawn.
	gradients memo[gradientKey, *image.RGBA]
	inlays    memo[inlayKey, *plate]
	seen      seen[plateKey]
	// seenInlays is of photos, in the places where they were drawn.
	seenInlays seen[inlayKey]
}

// worker is what one drawing at a time uses.
type worker struct {
	set     *Typesetter
	pixels  []byte
	holds   weak.Pointer[compiled] // what pixels hold, but within touched; nil: anything
	touched []image.Rectangle      // by the drawing before
	inlays  []inlay                // of the drawing before
	from    []uint8
	laid    []laid
	jpeg    jpegCoder
	png     pngCoder
	gif     gifCoder
	film    film
	key     []byte // of the picture
	out     []byte
}

// New returns a Renderer that sets text in fonts and takes source pictures
// from photos, which may be nil where no layout draws any.
func New(fonts *Fonts, photos *Library) *Renderer {
	r := &Renderer{fonts: fonts, photos: photos, workers: make(chan *worker, 2*runtime.GOMAXPROCS(0))}
	r.grounds.max = compiledBytes
	r.plates.max = plateBytes
	r.pngs.max = plateBytes
	r.inlays.max = inlayBytes
	r.scenes.max = sceneBytes
	r.masks.max = maskBytes
	r.gradients.max = gradientBytes
	return r
}

// Draw draws a picture. It recovers nothing: a layer's panic is the caller's,
// and leaves no harm behind.
func (r *Renderer) Draw(p *Picture) (Image, error) {
	if p.Nothing {
		return Transparent(p.Format, p.settings().width), nil
	}
	if p.Layout == nil {
		return Image{}, errors.New("draw picture: it has no layout")
	}
	w, h, err := p.Size()
	if err != nil {
		return Image{}, err
	}
	if err := p.complete(); err != nil {
		return Image{}, err
	}
	worker := r.worker()
	data, err := r.draw(p, worker, w, h)
	select { // not after a panic, which may have left the worker half done
	case r.workers <- worker:
	default:
	}
	if err != nil {
		return Image{}, err
	}
	return Image{Bytes: data, Type: p.Format, Width: w, Height: h}, nil
}

// complete reports a value that a layer needs and is not there, or that is
// not of its type.
func (p *Picture) complete() error {
	for i, v := range p.Layout.Values {
		if !p.has(i) {
			if !v.Optional && p.Layout.uses[i].drawn {
				return fmt.Errorf("draw picture: layout %s needs the value %s", p.Layout.ID, v.Name)
			}
			continue
		}
		if !p.value(i).Kind.is(v.Type) {
			return fmt.Errorf("draw picture: the value %s of layout %s is no %s", v.Name, p.Layout.ID, v.Type)
		}
	}
	return nil
}

// is reports whether values of the kind are of a layout's type.
func (k ValueKind) is(name string) bool {
	switch k {
	case Text:
		return name == "text"
	case Number:
		return name == "number"
	case Moment:
		return name == "moment"
	case List:
		return name == "list"
	case Colour:
		return name == "colour"
	case Photo:
		return name == "picture"
	}
	return false
}

// worker takes a free worker, or makes one.
func (r *Renderer) worker() *worker {
	select {
	case w := <-r.workers:
		return w
	default:
		return &worker{set: r.fonts.Typesetter()}
	}
}

// canvas is the worker's pixels, holding a ground. Where it held the same one,
// only what was drawn on it is wiped.
func (w *worker) canvas(c *compiled) *image.RGBA {
	if w.holds == weak.Make(c) {
		m := &image.RGBA{Pix: w.pixels, Stride: c.base.Stride, Rect: c.base.Rect}
		for _, r := range w.touched {
			for y := r.Min.Y; y < r.Max.Y; y++ {
				from, to := m.PixOffset(r.Min.X, y), m.PixOffset(r.Max.X, y)
				copy(m.Pix[from:to], c.base.Pix[from:to])
			}
		}
		return m
	}
	w.pixels = append(w.pixels[:0], c.base.Pix...)
	return &image.RGBA{Pix: w.pixels, Stride: c.base.Stride, Rect: c.base.Rect}
}

// draw draws and encodes.
func (r *Renderer) draw(p *Picture, worker *worker, w, h int) ([]byte, error) {
	if worker.key = p.Key(worker.key[:0]); len(worker.key) > MaxKey {
		return nil, fmt.Errorf("draw picture: its key has %d bytes; at most %d", len(worker.key), MaxKey)
	}
	if p.Moving() {
		return r.animate(p, worker, w, h)
	}
	key, scale, err := groundOf(p, w, h)
	if err != nil {
		return nil, err
	}
	quality := p.settings().quality
	from := plateKey{key, quality}
	from.ground.photos = p.photos()
	pictures := from.ground.photos != ""
	again := r.seen.again(from)
	if !again && pictures { // what is drawn once is not worth a ground of its own
		from.ground.photos = ""
		again = r.seen.again(from)
	}
	ground, err := r.compiled(p, from.ground, worker)
	if err != nil {
		return nil, err
	}
	d := r.drawing(p, scale, worker)
	d.dst, d.touched, d.laid = worker.canvas(ground), worker.touched[:0], worker.laid[:0]
	worker.holds = weak.Pointer[compiled]{} // until the drawing is whole
	if err := ground.draw(d); err != nil {
		return nil, err
	}
	worker.holds, worker.touched = weak.Make(ground), d.touched // not keeping one that is forgotten
	worker.laid = d.laid
	defer clear(worker.laid) // nor photos
	switch p.Format {
	case PNG:
		if pictures {
			return r.printPNG(pngKey{from.ground, pngPhoto}, ground.base, worker, d.dst)
		}
		if data, err := r.printPNG(pngKey{from.ground, pngPalette}, ground.base, worker, d.dst); data != nil || err != nil {
			return data, err
		}
		return r.printPNG(pngKey{from.ground, pngFlat}, ground.base, worker, d.dst)
	case GIF:
		return encodeGIF(d.dst), nil
	}
	if again {
		worker.out, err = r.printJPEG(from, ground.base, worker, d)
	} else {
		worker.out = worker.jpeg.encode(worker.out[:0], d.dst, quality)
	}
	return bytes.Clone(worker.out), err
}

// printPNG encodes what was drawn on a ground. It is nil where a palette has no
// room for the colours.
func (r *Renderer) printPNG(key pngKey, base *image.RGBA, worker *worker, m *image.RGBA) ([]byte, error) {
	plate, err := r.pngs.get(key, func() (*pngPlate, int64, error) {
		made := worker.png.newPNGPlate(base, key.kind)
		return made, made.size(), nil
	})
	if err != nil || plate == nil {
		return nil, err
	}
	out, ok := worker.png.print(worker.out[:0], plate, base, m, worker.touched)
	worker.out = out
	if !ok {
		return nil, nil
	}
	return bytes.Clone(out), nil
}
