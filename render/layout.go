package render

import (
	"crypto/sha256"
	"encoding/binary"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/opentime/strict"
)

// Bounds on what a layout may hold.
const (
	maxLayers     = 32
	maxTextLayers = 16
	maxValues     = 24
	maxBars       = 12 // of a chart
	minSide       = 16
	maxSideWidth  = 700
	maxSideHeight = 1200
	minFontSize   = 8
	maxFontSize   = 200
)

// Layout is how a picture is arranged: a size and layers, drawn in order. It
// is made by LoadLayout, never changes, and is safe for concurrent use.
type Layout struct {
	ID            string
	Width, Height int // CSS pixels
	Values        []LayoutValue
	Countdown     bool     // some layer counts down: a GIF of it moves
	Revision      [16]byte // of everything that reaches the pixels

	layers []layer
	uses   []valueUse // by value: how layers draw it
}

// LayoutValue is one value a layout takes.
type LayoutValue struct {
	Name     string
	Type     string       // text, picture, number, moment, list or colour
	Optional bool         //
	Default  *strict.Node // as written; nil: none
	Node     *strict.Node // where it is declared
}

// valueUse says how layers draw a moment.
type valueUse struct {
	drawn bool // some layer uses the value
	text  bool // its date is drawn in a text
	clock bool // a countdown counts to it
}

// LoadLayout reads a layout. Every problem is reported; with a Wrong one
// among them the layout is nil.
func LoadLayout(file string, root *strict.Node) (*Layout, []strict.Problem) {
	l := &Layout{}
	r := &layoutReader{layout: l, file: file}
	if root == nil || root.Kind != strict.Map {
		r.Problems = append(r.Problems, strict.Problem{File: file, Line: 1, Col: 1, Text: "expected a layout; begin with layout: and its id"})
		return nil, r.Problems
	}
	var layers *strict.Node
	r.Map(root, layoutFields.Read(strict.Keys{
		"layout": func(n *strict.Node) { l.ID = r.id(n) },
		"size":   func(n *strict.Node) { l.Width, l.Height = r.size(n) },
		"values": r.values,
		"layers": func(n *strict.Node) { layers = n },
	}))
	r.require(root, l.ID != "" || root.Find("layout") != nil, "layout", "the layout's id")
	r.require(root, root.Find("size") != nil, "size", "as in size: 600x240")
	r.require(root, layers != nil, "layers", "what is drawn, in order")
	l.uses = make([]valueUse, len(l.Values))
	if layers != nil {
		l.layers = r.layers(layers, 0)
	}
	r.unused()
	if strict.Bad(r.Problems) {
		return nil, r.Problems
	}
	l.layers = l.grounded(l.layers)
	l.Revision = revision(root)
	return l, r.Problems
}

// revision hashes a layout's content, not its comments or spacing.
func revision(root *strict.Node) (sum [16]byte) {
	h := sha256.New()
	var write func(n *strict.Node)
	text := func(s string) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(s)))
		h.Write(length[:])
		h.Write([]byte(s))
	}
	write = func(n *strict.Node) {
		text(strconv.Itoa(int(n.Kind)) + "," + strconv.Itoa(len(n.Entries)) + "," + strconv.Itoa(len(n.Items)))
		text(n.Text)
		for _, e := range n.Entries {
			text(e.Key.Text)
			write(e.Value)
		}
		for _, item := range n.Items {
			write(item)
		}
	}
	write(root)
	copy(sum[:], h.Sum(nil))
	return sum
}

// layoutReader reads one layout.
type layoutReader struct {
	strict.Reader
	layout       *Layout
	file         string
	count, texts int // layers so far, and those with text
}

// require reports a key that is missing.
func (r *layoutReader) require(n *strict.Node, there bool, key, remedy string) {
	if !there {
		r.Errorf(n, "%s is missing; add %s: %s", key, key, remedy)
	}
}

var (
	idPattern    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,47}$`)
	namePattern  = regexp.MustCompile("^" + namePart + "$")
	sizePattern  = regexp.MustCompile(`^([0-9]{1,5})x([0-9]{1,5})$`)
	colorPattern = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)
)

func (r *layoutReader) id(n *strict.Node) string {
	if n.Kind != strict.Scalar || !idPattern.MatchString(n.Text) {
		r.Errorf(n, "%q is no id; use a-z, 0-9 and -, at most 48, beginning with a letter or digit", n.Text)
		return ""
	}
	return n.Text
}

func (r *layoutReader) size(n *strict.Node) (width, height int) {
	m := sizePattern.FindStringSubmatch(n.Text)
	if n.Kind != strict.Scalar || m == nil {
		r.Errorf(n, "expected a size; write it as 600x240")
		return 0, 0
	}
	width, _ = strconv.Atoi(m[1])
	height, _ = strconv.Atoi(m[2])
	if width < minSide || height < minSide || width > maxSideWidth || height > maxSideHeight {
		r.Errorf(n, "size %s is out of bounds; sides are %d to %dx%d", n.Text, minSide, maxSideWidth, maxSideHeight)
		return 0, 0
	}
	return width, height
}

// values reads the values a layout declares.
func (r *layoutReader) values(n *strict.Node) {
	if n.Kind != strict.Map {
		r.Errorf(n, "expected a map; write values: {headline: text}")
		return
	}
	for _, e := range n.Entries {
		if !namePattern.MatchString(e.Key.Text) {
			r.Errorf(e.Key, "%q is no name of a value; use a-z, 0-9, - and _", e.Key.Text)
			continue
		}
		if slices.Contains(showKeys[:], e.Key.Text) {
			r.Errorf(e.Key, "%q is a key of show and no value; choose another name", e.Key.Text)
			continue
		}
		if len(r.layout.Values) == maxValues {
			r.Errorf(e.Key, "more than %d values; remove some", maxValues)
			return
		}
		r.layout.Values = append(r.layout.Values, r.declared(e))
	}
}

// declared reads one value's declaration: a type, or a map.
func (r *layoutReader) declared(e strict.Entry) LayoutValue {
	v := LayoutValue{Name: e.Key.Text, Node: e.Key}
	kind := func(n *strict.Node) { v.Type = r.oneOf(n, valueTypes[:]...) }
	if e.Value.Kind == strict.Scalar {
		kind(e.Value)
		return v
	}
	r.Map(e.Value, valueFields.Read(strict.Keys{
		"type":     kind,
		"optional": func(n *strict.Node) { v.Optional = r.boolean(n) },
		"default":  func(n *strict.Node) { v.Default = n },
	}))
	r.require(e.Value, e.Value.Find("type") != nil, "type", "text, picture, number, moment, list or colour")
	return v
}

// unused warns of values no layer draws.
func (r *layoutReader) unused() {
	for i, v := range r.layout.Values {
		if !r.layout.uses[i].drawn {
			r.Warnf(v.Node, "no layer uses the value %q; remove it or draw it", v.Name)
		}
	}
}

func (r *layoutReader) oneOf(n *strict.Node, words ...string) string {
	if n.Kind == strict.Scalar {
		for _, w := range words {
			if n.Text == w {
				return w
			}
		}
	}
	r.Errorf(n, "unknown word %q; %s", n.Text, strict.DidYouMean(n.Text, words))
	return ""
}

func (r *layoutReader) boolean(n *strict.Node) bool {
	if n.Kind != strict.Scalar || n.Text != "true" && n.Text != "false" {
		r.Errorf(n, "expected true or false, not %q; write one of them", n.Text)
	}
	return n.Text == "true"
}

// number reads a number within bounds.
func (r *layoutReader) number(n *strict.Node, b bounds) float64 {
	f, err := strconv.ParseFloat(n.Text, 64)
	if n.Kind != strict.Scalar || err != nil || math.IsNaN(f) || math.IsInf(f, 0) || strings.ContainsAny(n.Text, "eExXpP_") {
		r.Errorf(n, "expected a number, not %q; lengths are CSS pixels without a unit", n.Text)
		return b.low
	}
	if f < b.low || f > b.high {
		r.Errorf(n, "%s is out of bounds; choose %g to %g", n.Text, b.low, b.high)
		return b.low
	}
	return f
}

// parseColour reads #rgb, #rrggbb or #rrggbbaa.
func parseColour(text string) (color.NRGBA, bool) {
	if !colorPattern.MatchString(text) {
		return color.NRGBA{}, false
	}
	hex := text[1:]
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	if len(hex) == 6 {
		hex += "ff"
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	return color.NRGBA{R: uint8(n >> 24), G: uint8(n >> 16), B: uint8(n >> 8), A: uint8(n)}, err == nil
}
