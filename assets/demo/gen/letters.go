package main

import (
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// faces are the fonts of posters.
type faces struct{ sans, plain, italic, serif *sfnt.Font }

func loadFaces(folder string) (*faces, error) {
	f := &faces{}
	for name, to := range map[string]**sfnt.Font{
		"NotoSans-Bold": &f.sans, "NotoSans-Regular": &f.plain, "NotoSans-Italic": &f.italic, "NotoSerif-Bold": &f.serif,
	} {
		data, err := os.ReadFile(filepath.Join(folder, name+".ttf"))
		if err != nil {
			return nil, err
		}
		if *to, err = sfnt.Parse(data); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// lettering is how a line of text is set. Letters are drawn as outlines, so
// that they can be made narrow or wide.
type lettering struct {
	font   *sfnt.Font
	size   float64 // px
	narrow float64 // width of letters, 1 as the font has them
	track  float64 // space between letters, of the size
	colour color.NRGBA
}

// units is the size glyphs are loaded at, before scaling.
const units = 1000

// width measures a line.
func (l lettering) width(text string) float64 {
	var buffer sfnt.Buffer
	w := 0.0
	for _, r := range text {
		index, _ := l.font.GlyphIndex(&buffer, r)
		advance, _ := l.font.GlyphAdvance(&buffer, index, fixed.I(units), font.HintingNone)
		w += float64(advance) / 64 / units * l.size * l.narrow
	}
	return w + l.track*l.size*float64(max(0, utf8.RuneCountInString(text)-1))
}

// write draws a line from x on the baseline y.
func (c *canvas) write(text string, x, y float64, l lettering) {
	var buffer sfnt.Buffer
	sx, sy := l.size*l.narrow/units/64, l.size/units/64
	for _, r := range text {
		index, _ := l.font.GlyphIndex(&buffer, r)
		segments, err := l.font.LoadGlyph(&buffer, index, fixed.I(units), nil)
		if err == nil {
			c.outline(segments, x, y, sx, sy)
		}
		advance, _ := l.font.GlyphAdvance(&buffer, index, fixed.I(units), font.HintingNone)
		x += float64(advance)*sx + l.track*l.size
	}
	c.SetColor(l.colour)
	c.SetFillRuleWinding()
	c.Fill()
}

func (c *canvas) outline(segments sfnt.Segments, x, y, sx, sy float64) {
	px := func(p fixed.Point26_6) (float64, float64) { return x + float64(p.X)*sx, y + float64(p.Y)*sy }
	for _, s := range segments {
		a, b := px(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			c.NewSubPath()
			c.MoveTo(a, b)
		case sfnt.SegmentOpLineTo:
			c.LineTo(a, b)
		case sfnt.SegmentOpQuadTo:
			d, e := px(s.Args[1])
			c.QuadraticTo(a, b, d, e)
		case sfnt.SegmentOpCubeTo:
			d, e := px(s.Args[1])
			f, g := px(s.Args[2])
			c.CubicTo(a, b, d, e, f, g)
		}
	}
}

// centred draws a line in the middle of the poster.
func (c *canvas) centred(text string, y float64, l lettering) {
	c.write(text, 300-l.width(text)/2, y, l)
}

// fit returns the lettering at the size at which the text is as wide, but at
// most at its own size.
func (l lettering) fit(text string, width float64) lettering {
	if w := l.width(text); w > width {
		l.size *= width / w
	}
	return l
}

// fitAll is fit for lines that are to have one size.
func (l lettering) fitAll(rows []string, width float64) lettering {
	for _, row := range rows {
		l = l.fit(row, width)
	}
	return l
}

// lines breaks a title into at most three lines of about equal length. It
// leaves no small word alone.
func lines(title string) []string {
	words := strings.Fields(title)
	var best []string
	cheapest := 1 << 30
	for cuts := range 1 << (len(words) - 1) {
		rows := cut(words, cuts)
		if len(rows) > 3 {
			continue
		}
		if cost := price(rows); cost < cheapest {
			best, cheapest = rows, cost
		}
	}
	return best
}

// cut breaks after each word whose bit is set.
func cut(words []string, cuts int) []string {
	rows := []string{words[0]}
	for i, w := range words[1:] {
		if cuts>>i&1 == 1 {
			rows = append(rows, w)
		} else {
			rows[len(rows)-1] += " " + w
		}
	}
	return rows
}

// price is how ugly lines are: by the longest, by their number, and by words
// such as "of" that stand alone or end a line.
func price(rows []string) int {
	cost := 4 * len(rows)
	longest := 0
	for i, row := range rows {
		longest = max(longest, utf8.RuneCountInString(row))
		words := strings.Fields(row)
		if len(words) == 1 && len(row) < 4 {
			cost += 7
		}
		if len(words) > 1 && len(words[len(words)-1]) < 4 && i < len(rows)-1 {
			cost += 3
		}
	}
	return cost + 2*longest
}
