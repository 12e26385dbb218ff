package render

import (
	"image"
	"image/color"
	"math"
	"slices"

	"example.com/opentime/strict"
)

// layer is one thing a layout draws. Lengths are CSS pixels of the layout.
type layer interface {
	// about is what all layers have.
	about() *common
	// natural is the size the layer takes of w by h where nothing gives it one.
	natural(d *drawing, w, h float64) (float64, float64)
	// draw draws the layer in box.
	draw(d *drawing, box Box) error
}

// common is what all layers have: a place, and the values they need.
type common struct {
	left, top, right, bottom, width, height float64 // unset where not given
	grow                                    float64 // flex-grow: in a row or column
	needs                                   []int   // values without which the layer is left out
	without                                 []int   // values with which it is
	wants                                   []int   // values that change it, and that it does without
	// members are a group's layers, or a chart's bars: with all of them left out, so is it.
	members   []*common
	hugs      bool // takes its natural size, not all there is
	localised bool // has words that depend on the locale
}

func (c *common) about() *common { return c }

// unset is a length that was not given.
var unset = math.NaN()

func given(length float64) bool { return !math.IsNaN(length) }

// or is the length, or other where it was not given.
func or(length, other float64) float64 {
	if given(length) {
		return length
	}
	return other
}

// changes reports whether a value that is not fixed changes what the layer draws.
func (c *common) changes(fixed func(value int) bool) bool {
	varies := func(value int) bool { return !fixed(value) }
	return slices.ContainsFunc(c.needs, varies) || slices.ContainsFunc(c.without, varies) || slices.ContainsFunc(c.wants, varies) ||
		slices.ContainsFunc(c.members, func(m *common) bool { return m.changes(fixed) })
}

// drawing is one picture being drawn, by one worker.
type drawing struct {
	dst    *image.RGBA
	scale  float64 // image pixels per CSS pixel of the layout
	p      *Picture
	set    *Typesetter
	photos *Library
	masks  *memo[maskKey, *glyph]
	// gradients are drawn once, as masks are.
	gradients *memo[gradientKey, *image.RGBA]
	// digits is false while the part of a countdown that does not change from
	// second to second is drawn.
	digits bool
	clocks []clockFace       // where the countdowns stand; filled while drawing
	above  []image.Rectangle // where layers drew after the first of them
	placed func(*drawing)    // called after each of them, if it is there
	// mirrored is true in locales written from right to left: layers are placed
	// as in all others, and what they draw stands on the other side.
	mirrored bool
	touched  []image.Rectangle // where layers drew, and perhaps a little beyond
	laid     []laid            // the photos that were drawn
	findings *[]Finding        // where texts are inspected
}

// maxTouched bounds the list of what layers touched.
const maxTouched = 64

// touch notes that a layer draws within r.
func (d *drawing) touch(r image.Rectangle) {
	r = r.Intersect(d.dst.Rect)
	if len(d.clocks) > 0 {
		d.above = append(d.above, r)
	}
	switch {
	case r.Empty():
	case len(d.touched) < maxTouched:
		d.touched = append(d.touched, r)
	default:
		d.touched[maxTouched-1] = d.touched[maxTouched-1].Union(r)
	}
}

// drawing returns one of a picture, whose pixels the caller gives it.
func (r *Renderer) drawing(p *Picture, scale float64, worker *worker) *drawing {
	return &drawing{scale: scale, p: p, set: worker.set, photos: r.photos, masks: &r.masks, gradients: &r.gradients, digits: true, mirrored: rightToLeftLocale(p.Locale)}
}

// shown reports whether a layer is drawn: the values it needs are there, and
// of its members at least one is.
func (d *drawing) shown(c *common) bool {
	for _, i := range c.needs {
		if !d.p.has(i) {
			return false
		}
	}
	if slices.ContainsFunc(c.without, d.p.has) {
		return false
	}
	return len(c.members) == 0 || slices.ContainsFunc(c.members, d.shown)
}

// has reports whether the picture's i-th value is there.
func (p *Picture) has(i int) bool {
	switch v := p.value(i); v.Kind {
	case Absent:
		return false
	case Text, Colour:
		return v.Text != ""
	case Number:
		return !math.IsNaN(v.Number)
	case List:
		return len(v.List) > 0
	}
	return true
}

// place works out a layer's box in a parent of w by h at its corner.
func (d *drawing) place(l layer, w, h float64) Box {
	c := l.about()
	b := Box{
		W: or(c.width, w-or(c.left, 0)-or(c.right, 0)),
		H: or(c.height, h-or(c.top, 0)-or(c.bottom, 0)),
	}
	if c.hugs && (!given(c.width) || !given(c.height)) {
		nw, nh := l.natural(d, b.W, b.H)
		b.W, b.H = or(c.width, nw), or(c.height, nh)
	}
	b.X, b.Y = or(c.left, 0), or(c.top, 0)
	if !given(c.left) && given(c.right) {
		b.X = w - c.right - b.W
	}
	if !given(c.top) && given(c.bottom) {
		b.Y = h - c.bottom - b.H
	}
	b.W, b.H = max(0, b.W), max(0, b.H)
	return b
}

// drawAll draws layers over the whole canvas.
func (d *drawing) drawAll(layers []layer) error {
	w := float64(d.dst.Rect.Dx()) / d.scale
	h := float64(d.dst.Rect.Dy()) / d.scale
	for _, l := range layers {
		if !d.shown(l.about()) {
			continue
		}
		if err := l.draw(d, d.place(l, w, h)); err != nil {
			return err
		}
	}
	return nil
}

// side is where a box stands, on the other side where the drawing is mirrored.
func (d *drawing) side(b Box) Box {
	if d.mirrored {
		b.X = float64(d.dst.Rect.Dx())/d.scale - b.X - b.W
	}
	return b
}

// pixels is where a box stands in whole pixels of the image.
func (d *drawing) pixels(b Box) image.Rectangle {
	b = d.side(b)
	return image.Rect(round(b.X*d.scale), round(b.Y*d.scale), round((b.X+b.W)*d.scale), round((b.Y+b.H)*d.scale))
}

func round(f float64) int { return int(math.Floor(f + 0.5)) }

// paint is a colour: one that is written, or a value's.
type paint struct {
	colour color.NRGBA
	value  int // -1: none
}

// of is the paint's colour in a picture.
func (c paint) of(p *Picture) color.NRGBA {
	if c.value >= 0 {
		if colour, ok := parseColour(p.value(c.value).Text); ok {
			return colour
		}
	}
	return c.colour
}

// layers reads a list of layers, depth groups deep.
func (r *layoutReader) layers(n *strict.Node, depth int) []layer {
	if n.Kind != strict.List {
		r.Errorf(n, "expected a list of layers; write - text: {...}")
		return nil
	}
	if depth > maxDepth {
		r.Errorf(n, "layers lie more than %d deep; flatten them", maxDepth)
		return nil
	}
	var list []layer
	for _, item := range n.Items {
		if l := r.layer(item, depth); l != nil {
			list = append(list, l)
		}
	}
	return list
}

// maxDepth is how deep groups may lie in each other.
const maxDepth = 6

// layer reads one layer: a map of its kind to its keys.
func (r *layoutReader) layer(n *strict.Node, depth int) layer {
	if n.Kind != strict.Map || len(n.Entries) != 1 {
		r.Errorf(n, "expected one layer; write - text: {...}, its kind and then its keys")
		return nil
	}
	if r.count++; r.count == maxLayers+1 {
		r.Errorf(n, "more than %d layers; remove some", maxLayers)
	}
	if r.count > maxLayers {
		return nil
	}
	kind, body := n.Entries[0].Key, n.Entries[0].Value
	kinds := layerKinds(depth)
	read, ok := kinds[kind.Text]
	if !ok {
		known := make([]string, 0, len(kinds))
		for name := range kinds {
			known = append(known, name)
		}
		slices.Sort(known)
		r.Errorf(kind, "unknown layer %q; %s", kind.Text, strict.DidYouMean(kind.Text, known))
		return nil
	}
	return read(r, body)
}

// layerKinds are the layers there are.
func layerKinds(depth int) map[string]func(*layoutReader, *strict.Node) layer {
	group := func(flow flow) func(*layoutReader, *strict.Node) layer {
		return func(r *layoutReader, n *strict.Node) layer { return r.group(n, flow, depth) }
	}
	kinds := map[string]func(*layoutReader, *strict.Node) layer{
		"text":      (*layoutReader).text,
		"image":     (*layoutReader).image,
		"box":       (*layoutReader).box,
		"line":      (*layoutReader).line,
		"button":    (*layoutReader).button,
		"stars":     (*layoutReader).stars,
		"bar":       (*layoutReader).bar,
		"chart":     (*layoutReader).chart,
		"countdown": (*layoutReader).countdown,
		"qr":        (*layoutReader).qr,
		"barcode":   (*layoutReader).barcode,
		"row":       group(inRow),
		"column":    group(inColumn),
		"grid":      group(inGrid),
	}
	forTests(kinds)
	return kinds
}

// keys are the keys all layers have, to which each adds its own.
func (r *layoutReader) keys(c *common) strict.Keys {
	c.left, c.top, c.right, c.bottom, c.width, c.height = unset, unset, unset, unset, unset, unset
	length := func(to *float64) func(*strict.Node) {
		return func(n *strict.Node) { *to = r.number(n, anyLength) }
	}
	return strict.Keys{
		"left": length(&c.left), "top": length(&c.top),
		"right": length(&c.right), "bottom": length(&c.bottom),
		"width": r.side(c, &c.width), "height": r.side(c, &c.height),
		"flex-grow": func(n *strict.Node) { c.grow = r.number(n, growth) },
		"with":      func(n *strict.Node) { c.needs = append(c.needs, r.names(n)...) },
		"without":   func(n *strict.Node) { c.without = append(c.without, r.names(n)...) },
	}
}

// side reads a width or height: a length, or fit-content.
func (r *layoutReader) side(c *common, to *float64) func(*strict.Node) {
	return func(n *strict.Node) {
		if n.Text == "fit-content" {
			c.hugs = true
			return
		}
		*to = r.number(n, anyLength)
	}
}

// names reads one name of a value, or a list of them.
func (r *layoutReader) names(n *strict.Node) []int {
	nodes := []*strict.Node{n}
	if n.Kind == strict.List {
		nodes = n.Items
	}
	var list []int
	for _, node := range nodes {
		if i := r.find(node, node.Text); i >= 0 {
			list = append(list, i)
		}
	}
	return list
}

// find is the index of the value of that name; -1, and a problem, when the
// layout declares none.
func (r *layoutReader) find(n *strict.Node, name string) int {
	names := make([]string, len(r.layout.Values))
	for i, v := range r.layout.Values {
		if names[i] = v.Name; v.Name == name && n.Kind == strict.Scalar {
			r.layout.uses[i].drawn = true
			return i
		}
	}
	r.Errorf(n, "no value %q is declared; %s", name, strict.DidYouMean(name, names))
	return -1
}

// value reads "{name}" of one of the types and lets the layer need it.
func (r *layoutReader) value(c *common, n *strict.Node, types ...string) int {
	name, ok := bare(n.Text)
	if n.Kind != strict.Scalar || !ok {
		r.Errorf(n, "expected a value; write its name in braces and quotes, as in %q", "{"+types[0]+"}")
		return -1
	}
	i := r.find(n, name)
	if i < 0 {
		return -1
	}
	if t := r.layout.Values[i].Type; t != "" && !slices.Contains(types, t) {
		r.Errorf(n, "the value %q is a %s; here goes a %s", name, t, types[0])
		return -1
	}
	c.needs = append(c.needs, i)
	return i
}

// bare is the name in "{name}".
func bare(text string) (string, bool) {
	if len(text) < 3 || text[0] != '{' || text[len(text)-1] != '}' || !namePattern.MatchString(text[1:len(text)-1]) {
		return "", false
	}
	return text[1 : len(text)-1], true
}

// paint reads a colour, or a value of type colour in braces.
func (r *layoutReader) paint(c *common, to *paint) func(*strict.Node) {
	to.value = -1
	return func(n *strict.Node) {
		if _, ok := bare(n.Text); ok {
			to.value = r.value(c, n, "colour")
			return
		}
		colour, ok := parseColour(n.Text)
		if n.Kind != strict.Scalar || !ok {
			r.Errorf(n, "%q is no colour; write \"#1a2b3c\", or with transparency \"#1a2b3c80\"", n.Text)
			return
		}
		to.colour = colour
	}
}
