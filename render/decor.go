package render

import (
	"image"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"

	"example.com/opentime/strict"
)

// decor is how a box looks: its ground, border, corners and shadow.
type decor struct {
	fill     paint
	gradient *gradient
	radius   float64
	border   float64
	edge     paint
	shadow   *shadow
	some     bool // anything is drawn at all
}

// changes reports whether a value changes how the box looks.
func (d *decor) changes() bool { return d.fill.value >= 0 || d.edge.value >= 0 }

// gradient is CSS's linear-gradient.
type gradient struct {
	text  string  // as the layout has it
	angle float64 // degrees; 0 is upwards, 90 to the right
	stops []stop
}

type stop struct {
	at     float64 // 0..1
	colour color.NRGBA
}

// shadow is CSS's box-shadow.
type shadow struct {
	x, y, blur float64
	colour     color.NRGBA
}

// decor returns the keys of a box's looks.
func (r *layoutReader) decor(c *common, d *decor) strict.Keys {
	fill, edge := r.paint(c, &d.fill), r.paint(c, &d.edge)
	return strict.Keys{
		"background": func(n *strict.Node) {
			d.some = true
			if strings.HasPrefix(n.Text, "linear-gradient(") {
				d.gradient = r.gradient(n)
				return
			}
			fill(n)
		},
		"border-radius": func(n *strict.Node) { d.radius = r.number(n, cornerRadius) },
		"border-width":  func(n *strict.Node) { d.border, d.some = r.number(n, borderWidth), true },
		"border-color":  edge,
		"box-shadow":    func(n *strict.Node) { d.shadow, d.some = r.shadow(n), true },
	}
}

var (
	gradientPattern = regexp.MustCompile(`^linear-gradient\((-?[0-9.]{1,6})deg((?:, *#[0-9a-fA-F]{3,8}(?: [0-9.]{1,6}%)?){2,8})\)$`)
	shadowPattern   = regexp.MustCompile(`^(-?[0-9.]{1,5}) (-?[0-9.]{1,5}) ([0-9.]{1,5}) (#[0-9a-fA-F]{3,8})$`)
)

func (r *layoutReader) gradient(n *strict.Node) *gradient {
	m := gradientPattern.FindStringSubmatch(n.Text)
	if m == nil {
		r.Errorf(n, `%q is no gradient; write "linear-gradient(90deg, #000000 0%%, #00000000 100%%)"`, n.Text)
		return nil
	}
	g := &gradient{text: n.Text}
	g.angle, _ = strconv.ParseFloat(m[1], 64)
	parts := strings.Split(m[2][1:], ",")
	for i, part := range parts {
		word, at, placed := strings.Cut(strings.TrimSpace(part), " ")
		s := stop{at: float64(i) / float64(len(parts)-1)}
		var ok bool
		if s.colour, ok = parseColour(word); !ok {
			r.Errorf(n, "%q is no colour; write \"#1a2b3c\", or with transparency \"#1a2b3c80\"", word)
		}
		if placed {
			f, err := strconv.ParseFloat(strings.TrimSuffix(at, "%"), 64)
			if s.at = f / 100; err != nil || f > 100 || i > 0 && s.at < g.stops[i-1].at {
				r.Errorf(n, "%q is no place of a colour here; write percentages that rise to 100%%", at)
			}
		}
		g.stops = append(g.stops, s)
	}
	return g
}

func (r *layoutReader) shadow(n *strict.Node) *shadow {
	m := shadowPattern.FindStringSubmatch(n.Text)
	if m == nil {
		r.Errorf(n, `%q is no shadow; write "0 2 8 #00000033": right, down, blur, colour`, n.Text)
		return nil
	}
	s := &shadow{}
	s.x, _ = strconv.ParseFloat(m[1], 64)
	s.y, _ = strconv.ParseFloat(m[2], 64)
	s.blur, _ = strconv.ParseFloat(m[3], 64)
	var ok bool
	if s.colour, ok = parseColour(m[4]); !ok || s.blur > 40 || s.x < -40 || s.x > 40 || s.y < -40 || s.y > 40 {
		r.Errorf(n, "%q is out of bounds; a shadow lies within 40 pixels and has a colour such as #00000033", n.Text)
		return nil
	}
	return s
}

// decorate draws a box's looks; the layer draws on top of it.
func (d *drawing) decorate(look *decor, b Box) {
	if !look.some {
		return
	}
	r := d.pixels(b)
	s := shape{float64(r.Min.X), float64(r.Min.Y), float64(r.Dx()), float64(r.Dy()), look.radius * d.scale}
	if look.shadow != nil {
		moved, right := s, look.shadow.x
		if d.mirrored {
			right = -right
		}
		moved.x += right * d.scale
		moved.y += look.shadow.y * d.scale
		d.touch(moved.pixels().Inset(-int(look.shadow.blur*d.scale) - 3))
		d.fillShadow(moved, look.shadow.blur*d.scale, look.shadow.colour)
	}
	d.touch(r.Inset(-1))
	if look.gradient != nil {
		angle := look.gradient.angle
		if d.mirrored {
			angle = -angle
		}
		d.fillGradient(r, s.radius, angle, look.gradient)
	} else {
		d.fill(r, s.radius, look.fill.of(d.p))
	}
	strokeShape(d.dst, s, look.border*d.scale, look.edge.of(d.p))
}

// maskKey says what a mask of w by h pixels covers: a box, or with blur its shadow.
type maskKey struct {
	w, h int
	box  shape
	blur float64
}

// maskBytes bounds the memory of all masks.
const maskBytes = 8 << 20

// mask is drawn once for all boxes and shadows of its size.
func (d *drawing) mask(key maskKey) *glyph {
	mask, err := d.masks.get(key, func() (*glyph, int64, error) {
		m := key.draw()
		return &glyph{w: key.w, h: key.h, stride: key.w, mask: m.Pix}, int64(len(m.Pix)), nil
	})
	if err != nil {
		panic(err) // as it did for whoever came first
	}
	return mask
}

// alpha is the mask as image/draw takes it.
func (g *glyph) alpha() *image.Alpha {
	return &image.Alpha{Pix: g.mask, Stride: g.stride, Rect: image.Rect(0, 0, g.w, g.h)}
}

// tooLarge reports whether a box goes so far beyond any canvas that its pixels must
// not be held.
func tooLarge(r image.Rectangle) bool { return r.Dx() > 2*MaxWidth || r.Dy() > 2*MaxHeight }

// fill fills a box of whole pixels with one colour, through a mask that is drawn
// once for all boxes of its size.
func (d *drawing) fill(r image.Rectangle, radius float64, colour color.NRGBA) {
	if colour.A == 0 || r.Empty() {
		return
	}
	if tooLarge(r) {
		fillShape(d.dst, shape{float64(r.Min.X), float64(r.Min.Y), float64(r.Dx()), float64(r.Dy()), radius}, colour)
		return
	}
	blendMask(d.dst, d.mask(roundedBox(r.Dx(), r.Dy(), radius)), r.Min.X, r.Min.Y, colour)
}

// fillShadow draws a shape's shadow: the shape moved, and blurred.
func (d *drawing) fillShadow(s shape, blur float64, colour color.NRGBA) {
	margin := int(math.Ceil(blur)) + 1
	area := image.Rect(int(s.x)-margin, int(s.y)-margin, int(math.Ceil(s.x+s.w))+margin, int(math.Ceil(s.y+s.h))+margin)
	if tooLarge(area) {
		return
	}
	s.x, s.y = s.x-float64(area.Min.X), s.y-float64(area.Min.Y)
	blendMask(d.dst, d.mask(maskKey{area.Dx(), area.Dy(), s, blur}), area.Min.X, area.Min.Y, colour)
}

// gradientKey says which gradient, in a box of which size.
type gradientKey struct {
	w, h          int
	radius, angle float64
	text          string
}

// gradientBytes bounds the memory of all gradients.
const gradientBytes = 32 << 20

// fillGradient fills a box of whole pixels with a gradient, which is drawn once for
// all boxes of its size.
func (d *drawing) fillGradient(r image.Rectangle, radius, angle float64, g *gradient) {
	if r.Empty() {
		return
	}
	s := shape{float64(r.Min.X), float64(r.Min.Y), float64(r.Dx()), float64(r.Dy()), radius}
	if tooLarge(r) {
		fillGradient(d.dst, s, angle, g.stops)
		return
	}
	drawn, err := d.gradients.get(gradientKey{r.Dx(), r.Dy(), radius, angle, g.text}, func() (*image.RGBA, int64, error) {
		m := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
		s.x, s.y = 0, 0
		fillGradient(m, s, angle, g.stops)
		return m, int64(len(m.Pix)), nil
	})
	if err != nil {
		panic(err) // as it did for whoever came first
	}
	blendPicture(d.dst, drawn, r.Min.X, r.Min.Y, 255)
}
