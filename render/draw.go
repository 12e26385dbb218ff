package render

import (
	"errors"
	"fmt"
	"image"
	"runtime"
)

// Renderer draws pictures. It is safe for concurrent use; how many are drawn
// at once is the caller's to bound.
type Renderer struct {
	fonts   *Fonts
	photos  *Library
	workers chan *worker
	grounds memo[ground, *compiled]
	scenes  memo[string, *scene]
}

// worker is what one drawing at a time uses.
type worker struct {
	set    *Typesetter
	pixels []byte
}

// New returns a Renderer that sets text in fonts and takes source pictures
// from photos, which may be nil where no layout draws any.
func New(fonts *Fonts, photos *Library) *Renderer {
	r := &Renderer{fonts: fonts, photos: photos, workers: make(chan *worker, 2*runtime.GOMAXPROCS(0))}
	r.grounds.max = compiledBytes
	r.scenes.max = sceneBytes
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
	w, h, err := p.size()
	if err != nil {
		return Image{}, err
	}
	if err := p.complete(); err != nil {
		return Image{}, err
	}
	if key := p.Key(nil); len(key) > MaxKey {
		return Image{}, fmt.Errorf("draw picture: its key has %d bytes; at most %d", len(key), MaxKey)
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

// canvas is the worker's pixels as a picture of w by h, not cleared.
func (w *worker) canvas(width, height int) *image.RGBA {
	n := 4 * width * height
	if cap(w.pixels) < n {
		w.pixels = make([]byte, n)
	}
	return &image.RGBA{Pix: w.pixels[:n], Stride: 4 * width, Rect: image.Rect(0, 0, width, height)}
}

// draw draws and encodes.
func (r *Renderer) draw(p *Picture, worker *worker, w, h int) ([]byte, error) {
	if p.moving() {
		return r.animate(p, worker, w, h)
	}
	ground, scale, err := r.compiled(p, worker, w, h)
	if err != nil {
		return nil, err
	}
	d := r.drawing(p, scale, worker)
	d.dst = worker.canvas(w, h)
	if err := ground.draw(d); err != nil {
		return nil, err
	}
	return encode(p.Format, d.dst, p.settings().quality)
}
