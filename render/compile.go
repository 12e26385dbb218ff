package render

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"slices"
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
	photos   string // those that are part of it; "": none is
}

const compiledBytes = 128 << 20

// photos are a picture's source pictures as part of a ground: pictures that
// differ in words alone share it.
func (p *Picture) photos() string {
	all := make([]byte, 0, 256)
	for i, v := range p.Layout.Values {
		if v.Type != "picture" || !p.Layout.uses[i].drawn {
			continue
		}
		if !p.has(i) {
			all = append(all, 0)
			continue
		}
		all = append(append(all, 1), p.value(i).Photo[:]...)
	}
	return string(all)
}

// groundOf returns which ground a picture needs, without its source pictures,
// and the scale it is drawn in.
func groundOf(p *Picture, w, h int) (ground, float64, error) {
	l := p.Layout
	scale := float64(w) / float64(l.Width)
	if drift := float64(h) / float64(l.Height) / scale; drift < 0.98 || drift > 1.02 {
		return ground{}, 0, fmt.Errorf("draw picture: %dx%d is not of the proportions of layout %s, %dx%d", w, h, l.ID, l.Width, l.Height)
	}
	g := ground{revision: l.Revision, w: w, h: h, scale: scale, mirrored: rightToLeftLocale(p.Locale)}
	for _, one := range l.layers {
		if c := one.about(); c.localised && !c.changes(l.isPicture) {
			g.locale = p.Locale
			break
		}
	}
	return g, scale, nil
}

// nothing is what is fixed in a layout by itself.
func nothing(int) bool { return false }

// isPicture is what is fixed in a ground with source pictures.
func (l *Layout) isPicture(value int) bool { return l.Values[value].Type == "picture" }

// compiled returns the part of a picture's layout that does not change: with its
// source pictures if key has them.
func (r *Renderer) compiled(p *Picture, key ground, worker *worker) (*compiled, error) {
	plain := key
	plain.photos = ""
	c, err := r.grounds.get(plain, func() (*compiled, int64, error) {
		c, err := compile(r.drawing(&Picture{Layout: p.Layout, Locale: p.Locale}, key.scale, worker), key.w, key.h)
		return c, c.size(), err
	})
	if err != nil || key.photos == "" {
		return c, err
	}
	return r.grounds.get(key, func() (*compiled, int64, error) {
		c, err := c.withPhotos(r.drawing(p, key.scale, worker))
		return c, c.size(), err
	})
}

// compile draws the layers that do not change.
func compile(d *drawing, w, h int) (*compiled, error) {
	c := &compiled{base: image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(c.base, c.base.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	layers := d.p.Layout.layers
	for i := 0; i < len(layers); {
		if layers[i].about().changes(nothing) {
			c.steps = append(c.steps, step{layer: layers[i]})
			i++
			continue
		}
		end := i
		for end < len(layers) && !layers[end].about().changes(nothing) {
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

// grounded are layers of which no group has looks that no value changes: these become a
// box before it, which is drawn once.
func (l *Layout) grounded(layers []layer) []layer {
	out := make([]layer, 0, len(layers))
	for _, one := range layers {
		g, ok := one.(*groupLayer)
		if !ok || !g.look.some || g.look.changes() || !l.certain(&g.common) || g.hugs && (!given(g.width) || !given(g.height)) {
			out = append(out, one)
			continue
		}
		box, rest := &boxLayer{look: g.look}, *g
		c := &box.common
		c.left, c.top, c.right, c.bottom, c.width, c.height = g.left, g.top, g.right, g.bottom, g.width, g.height
		rest.look = decor{}
		out = append(out, box, &rest)
	}
	return out
}

// certain reports whether a layer is drawn in every picture.
func (l *Layout) certain(c *common) bool {
	mayLack := func(value int) bool { return l.Values[value].Optional || !l.uses[value].drawn }
	return !slices.ContainsFunc(c.needs, mayLack) && len(c.without) == 0 &&
		(len(c.members) == 0 || slices.ContainsFunc(c.members, l.certain))
}

// withPhotos takes the steps up to the first that other values than source
// pictures change, so that what is drawn on it is the same pixels.
func (c *compiled) withPhotos(d *drawing) (*compiled, error) {
	fixed := d.p.Layout.isPicture
	taken := slices.IndexFunc(c.steps, func(s step) bool { return s.layer != nil && s.layer.about().changes(fixed) })
	if taken < 0 {
		taken = len(c.steps)
	}
	d.dst = &image.RGBA{Pix: slices.Clone(c.base.Pix), Stride: c.base.Stride, Rect: c.base.Rect}
	first := &compiled{steps: c.steps[:taken]}
	if err := first.draw(d); err != nil {
		return nil, err
	}
	return &compiled{base: d.dst, steps: c.steps[taken:]}, nil
}

// size is the memory that it takes, in bytes.
func (c *compiled) size() int64 {
	if c == nil {
		return 0
	}
	size := len(c.base.Pix)
	for _, s := range c.steps {
		if s.tile != nil {
			size += len(s.tile.Pix)
		}
	}
	return int64(size)
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

// draw draws what changes on d.dst, which holds the ground.
func (c *compiled) draw(d *drawing) error {
	for _, s := range c.steps {
		if s.layer == nil {
			at := s.tile.Rect.Add(s.at)
			d.touch(at)
			blendPicture(d.dst, s.tile, at.Min.X, at.Min.Y, 255)
			continue
		}
		if err := d.drawAll([]layer{s.layer}); err != nil {
			return err
		}
	}
	return nil
}
