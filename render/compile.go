package render

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
)

// compiled is a layout drawn as far as no value changes it: a ground, and the
// steps that are left. It never changes.
type compiled struct {
	base  *image.RGBA
	steps []step
}

// step is a layer that changes, or, where layer is nil, a tile: layers that
// do not, but lie above one that does.
type step struct {
	layer layer
	tile  *image.RGBA
	at    image.Point
}

// ground says which compiled layout a picture needs.
type ground struct {
	revision [16]byte
	w, h     int
	scale    float64
	locale   string // where words depend on it
	mirrored bool
}

const compiledBytes = 128 << 20

// compiled returns the layout's static part for a size.
func (r *Renderer) compiled(p *Picture, worker *worker, w, h int) (*compiled, float64, error) {
	l := p.Layout
	scale := float64(w) / float64(l.Width)
	if drift := float64(h) / float64(l.Height) / scale; drift < 0.98 || drift > 1.02 {
		return nil, 0, fmt.Errorf("draw picture: %dx%d is not of the proportions of layout %s, %dx%d", w, h, l.ID, l.Width, l.Height)
	}
	d := r.drawing(&Picture{Layout: l, Locale: p.Locale}, scale, worker)
	key := ground{revision: l.Revision, w: w, h: h, scale: scale, mirrored: d.mirrored}
	for _, one := range l.layers {
		if c := one.about(); c.localised && !c.changes() {
			key.locale = p.Locale
			break
		}
	}
	c, err := r.grounds.get(key, func() (*compiled, int64, error) {
		c, err := compile(d, w, h)
		if err != nil {
			return nil, 0, err
		}
		cost := int64(len(c.base.Pix))
		for _, s := range c.steps {
			if s.tile != nil {
				cost += int64(len(s.tile.Pix))
			}
		}
		return c, cost, nil
	})
	return c, scale, err
}

// compile draws the layers that do not change.
func compile(d *drawing, w, h int) (*compiled, error) {
	c := &compiled{base: image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(c.base, c.base.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	layers := d.p.Layout.layers
	for i := 0; i < len(layers); {
		if layers[i].about().changes() {
			c.steps = append(c.steps, step{layer: layers[i]})
			i++
			continue
		}
		end := i
		for end < len(layers) && !layers[end].about().changes() {
			end++
		}
		d.dst = c.base
		if len(c.steps) > 0 {
			d.dst = image.NewRGBA(c.base.Rect)
		}
		if err := d.drawAll(layers[i:end]); err != nil {
			return nil, err
		}
		if len(c.steps) > 0 {
			c.steps = append(c.steps, cropped(d.dst)...)
		}
		i = end
	}
	return c, nil
}

// cropped is the part of a picture that is not transparent, as a step.
func cropped(m *image.RGBA) []step {
	var box image.Rectangle
	for y := range m.Rect.Dy() {
		row := m.Pix[y*m.Stride : y*m.Stride+4*m.Rect.Dx()]
		for x := 0; x < len(row); x += 4 {
			if row[x+3] != 0 {
				box = box.Union(image.Rect(x/4, y, x/4+1, y+1))
			}
		}
	}
	if box.Empty() {
		return nil
	}
	tile := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
	draw.Draw(tile, tile.Rect, m, box.Min, draw.Src)
	return []step{{tile: tile, at: box.Min}}
}

// draw draws a picture on d.dst, which has the compiled size.
func (c *compiled) draw(d *drawing) error {
	copy(d.dst.Pix, c.base.Pix)
	for _, s := range c.steps {
		if s.layer == nil {
			draw.Draw(d.dst, s.tile.Rect.Add(s.at), s.tile, image.Point{}, draw.Over)
			continue
		}
		if err := d.drawAll([]layer{s.layer}); err != nil {
			return err
		}
	}
	return nil
}
