package render

import (
	"maps"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"example.com/opentime/strict"
)

// textLayer is text in one style.
type textLayer struct {
	common
	words words
	style style
}

// style is a TextStyle whose lengths are CSS pixels.
type style struct {
	TextStyle
	colour paint
}

// at is the style of a picture, in its pixels.
func (s *style) at(d *drawing) TextStyle {
	t := s.TextStyle
	t.Size *= d.scale
	t.Shrink *= d.scale
	t.LetterSpacing *= d.scale
	t.Colour = s.colour.of(d.p)
	t.Locale = d.p.Locale
	return t
}

// words is a text per locale, the first being for all others.
type words struct {
	locales []string
	texts   [][]piece
}

// piece is a literal, or a value's text.
type piece struct {
	literal string
	value   int // -1: a literal
}

// in is the pieces for a locale: its own, its parent's or the first.
func (w *words) in(locale string) []piece {
	for locale != "" {
		for i, l := range w.locales {
			if strings.EqualFold(l, locale) {
				return w.texts[i]
			}
		}
		cut := strings.LastIndexByte(locale, '-')
		locale = locale[:max(0, cut)]
	}
	if len(w.texts) == 0 {
		return nil
	}
	return w.texts[0]
}

// of is the text in a picture.
func (w *words) of(p *Picture) string {
	pieces := w.in(p.Locale)
	if len(pieces) == 1 {
		return p.pieceText(pieces[0])
	}
	var b strings.Builder
	for _, piece := range pieces {
		b.WriteString(p.pieceText(piece))
	}
	return b.String()
}

func (p *Picture) pieceText(piece piece) string {
	if piece.value < 0 {
		return piece.literal
	}
	return p.text(piece.value)
}

// maxText is the most characters of a value that are drawn.
const maxText = 500

// text is what a text draws of the i-th value.
func (p *Picture) text(i int) string {
	v := p.value(i)
	text := v.Text
	switch v.Kind {
	case Moment:
		text = p.date(i)
	case List:
		text = strings.Join(v.List, ", ")
	case Number:
		if text == "" {
			text = plainNumber(v.Number, p.Locale)
		}
	}
	if len(text) > maxText {
		if r := []rune(text); len(r) > maxText {
			text = string(r[:maxText]) + "…"
		}
	}
	return text
}

// plainNumber writes a number as the locale does, with at most two decimals.
func plainNumber(f float64, locale string) string {
	tag, err := language.Parse(locale)
	if err != nil {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return message.NewPrinter(tag).Sprint(number.Decimal(f, number.MaxFractionDigits(2)))
}

func (l *textLayer) natural(d *drawing, w, h float64) (float64, float64) {
	b := d.set.Measure(l.words.of(d.p), l.style.at(d), w*d.scale, h*d.scale)
	return b.W/d.scale + 0.01, b.H/d.scale + 0.01 // rounding must not wrap it anew
}

func (l *textLayer) draw(d *drawing, box Box) error {
	d.text(box, l.words.of(d.p), l.style.at(d))
	return nil
}

// text draws text whose style is in pixels in a box of CSS pixels.
func (d *drawing) text(b Box, text string, s TextStyle) {
	b = d.side(b)
	box := Box{X: b.X * d.scale, Y: b.Y * d.scale, W: b.W * d.scale, H: b.H * d.scale}
	if d.findings != nil {
		d.inspect(box, text, s)
		return
	}
	d.touch(d.set.Draw(d.dst, box, text, s).Ink)
}

// text reads a text layer.
func (r *layoutReader) text(n *strict.Node) layer {
	l := &textLayer{}
	keys := r.keys(&l.common)
	maps.Copy(keys, r.style(&l.common, &l.style, 16))
	keys["text"] = func(n *strict.Node) { l.words = r.words(&l.common, n) }
	r.Map(n, textFields.Read(keys))
	r.require(n, n.Find("text") != nil, "text", `a text, as in "{headline}"`)
	r.countText(n)
	return l
}

// countText counts a layer that sets text.
func (r *layoutReader) countText(n *strict.Node) {
	if r.texts++; r.texts == maxTextLayers+1 {
		r.Errorf(n, "more than %d layers with text; remove some", maxTextLayers)
	}
}

// style returns the keys of a text's style.
func (r *layoutReader) style(c *common, s *style, size float64) strict.Keys {
	s.Size, s.LineHeight, s.Weight, s.Ellipsis = size, 1.25, 400, true
	colour := r.paint(c, &s.colour)
	s.colour.colour.A = 0xff
	return strict.Keys{
		"color":          colour,
		"font-family":    func(n *strict.Node) { s.Family = r.Text(n) },
		"font-size":      func(n *strict.Node) { s.Size = r.number(n, fontSize) },
		"min-font-size":  func(n *strict.Node) { s.Shrink = r.number(n, fontSize) },
		"font-weight":    func(n *strict.Node) { s.Weight = int(r.number(n, fontWeight)) },
		"font-style":     func(n *strict.Node) { s.Italic = r.oneOf(n, fontStyles[:]...) == "italic" },
		"line-height":    func(n *strict.Node) { s.LineHeight = r.number(n, lineHeight) },
		"line-clamp":     func(n *strict.Node) { s.MaxLines = int(r.number(n, lineClamp)) },
		"letter-spacing": func(n *strict.Node) { s.LetterSpacing = r.number(n, letterSpacing) },
		"text-align": func(n *strict.Node) {
			s.Align = map[string]Align{"center": AlignCentre, "end": AlignEnd}[r.oneOf(n, textAligns[:]...)]
		},
		"vertical-align": func(n *strict.Node) {
			s.VAlign = map[string]VAlign{"middle": VAlignMiddle, "bottom": VAlignBottom}[r.oneOf(n, verticalAligns[:]...)]
		},
		"text-decoration": func(n *strict.Node) {
			s.Decoration = map[string]Decoration{"underline": Underline, "line-through": StrikeThrough}[r.oneOf(n, decorations[:]...)]
		},
	}
}

// words reads a text, or a map of locale to text.
func (r *layoutReader) words(c *common, n *strict.Node) words {
	var w words
	if n.Kind == strict.Scalar {
		w.locales, w.texts = []string{""}, [][]piece{r.pieces(c, n)}
		c.localised = true // the locale chooses among forms of shared characters
		return w
	}
	if n.Kind != strict.Map {
		r.Errorf(n, "expected a text, or a text per locale; write {en: Days, nl: Dagen}")
		return w
	}
	c.localised = true
	for _, e := range n.Entries {
		if _, err := language.Parse(e.Key.Text); err != nil {
			r.Errorf(e.Key, "%q is no locale; write one such as nl or nl-BE", e.Key.Text)
		}
		w.locales = append(w.locales, e.Key.Text)
		w.texts = append(w.texts, r.pieces(c, e.Value))
	}
	return w
}

// pieces reads one text with its placeholders.
func (r *layoutReader) pieces(c *common, n *strict.Node) []piece {
	var list []piece
	if n.Kind != strict.Scalar {
		r.Errorf(n, "expected a text; write it in quotes")
		return nil
	}
	if len(n.Text) > 1000 {
		r.Errorf(n, "a text of more than 1000 bytes; shorten it")
		return nil
	}
	rest := n.Text
	for rest != "" {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			break
		}
		if open > 0 {
			list = append(list, piece{literal: rest[:open], value: -1})
		}
		end := strings.IndexByte(rest[open:], '}')
		if end < 0 {
			r.Errorf(n, "a { without }; write the name of a value in braces")
			return list
		}
		list = append(list, piece{value: r.textValue(c, n, rest[open:open+end+1])})
		rest = rest[open+end+1:]
	}
	if strings.IndexByte(rest, '}') >= 0 {
		r.Errorf(n, "a } without {; write the name of a value in braces")
	}
	if rest != "" {
		list = append(list, piece{literal: rest, value: -1})
	}
	return list
}

// textValue is the value of one placeholder in a text.
func (r *layoutReader) textValue(c *common, n *strict.Node, placeholder string) int {
	name, ok := bare(placeholder)
	if !ok {
		r.Errorf(n, "%s is no placeholder; layers use the layout's own values by bare name, as in {headline}", placeholder)
		return -1
	}
	i := r.find(n, name)
	if i < 0 {
		return -1
	}
	if t := r.layout.Values[i].Type; t == "picture" || t == "colour" {
		r.Errorf(n, "the value %q is a %s; a text cannot draw it", name, t)
	}
	r.layout.uses[i].text = true
	c.needs = append(c.needs, i)
	return i
}
