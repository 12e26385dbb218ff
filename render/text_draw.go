package render

import (
	"image"
	"image/color"
	"math"

	"github.com/go-text/typesetting/font"
)

// drawnFace is the face that draws an item: for characters no font has, the
// first, which has an empty box for them.
func (t *Typesetter) drawnFace(i int16) *font.Face {
	return t.face(t.drawnIndex(i))
}

func (t *Typesetter) drawnIndex(i int16) int16 {
	if i < 0 {
		return t.text.choice.order[0]
	}
	return i
}

// place gives each line its place in the box.
func (t *Typesetter) place(b *Block, s *TextStyle, width, height float64) {
	pitch := b.Size * s.LineHeight
	t.places = t.places[:0]
	for i := range t.lines {
		b.W = max(b.W, t.lines[i].width*b.Size)
	}
	b.H = pitch * float64(len(t.lines))
	if width <= 0 {
		width = b.W
	}
	top := 0.0
	if height > 0 {
		switch s.VAlign {
		case VAlignMiddle:
			top = (height - b.H) / 2
		case VAlignBottom:
			top = height - b.H
		}
	}
	ascent, descent := 0.8, 0.2
	face := t.drawnFace(-1)
	if e, ok := face.FontHExtents(); ok {
		upem := float64(face.Upem())
		ascent, descent = float64(e.Ascender)/upem, -float64(e.Descender)/upem
	}
	base := top + (pitch+(ascent-descent)*b.Size)/2
	for i := range t.lines {
		w := t.lines[i].width * b.Size
		x := width - w
		switch rtl := t.lines[i].par.level == 1; {
		case s.Align == AlignCentre:
			x /= 2
		case (s.Align == AlignEnd) == rtl:
			x = 0
		}
		t.places = append(t.places, Line{X: x, Baseline: base + pitch*float64(i), W: w})
	}
	b.Lines = t.places
}

// brush is what all of a text is drawn with.
type brush struct {
	dst    *image.RGBA
	colour color.NRGBA
	size   float64
}

// paint draws the text set last, with its box's corner at x, y, and returns
// the pixels it touched.
func (t *Typesetter) paint(dst *image.RGBA, x, y float64, s TextStyle, b Block) image.Rectangle {
	var ink image.Rectangle
	with := brush{dst: dst, colour: s.Colour, size: b.Size}
	for i := range t.lines {
		l, at := &t.lines[i], b.Lines[i]
		pen, baseline := x+at.X, int(math.Round(y+at.Baseline))
		for k := l.runs.start; k < l.runs.end; k++ {
			ink = ink.Union(t.paintRun(with, &t.visual[k], pen, baseline))
			pen += t.visual[k].width() * b.Size
		}
		if s.Decoration != 0 {
			at.X += x
			ink = ink.Union(t.decorate(with, at, baseline, s.Decoration))
		}
	}
	return ink
}

// paintRun draws a run whose pen begins at x.
func (t *Typesetter) paintRun(with brush, v *visualRun, x float64, baseline int) image.Rectangle {
	var ink image.Rectangle
	dst, size := with.dst, with.size
	face := t.drawnIndex(v.face)
	emoji := t.fonts.all[face].emoji
	scale := v.unit * size
	left, right := float64(dst.Rect.Min.X)-4*size, float64(dst.Rect.Max.X)+4*size
	for i := range v.glyphs {
		g := &v.glyphs[i]
		px := x + float64(g.x)*scale
		py := baseline - int(math.Round(float64(g.y)*scale))
		x += float64(g.advance) * scale
		if v.apart != 0 && lastOfCluster(v.glyphs, i) {
			x += v.apart * size
		}
		if px < left || px > right || g.id == font.EmptyGlyph {
			continue
		}
		if emoji {
			if p := t.emoji(face, g.id, size); p.rgba != nil {
				ink = ink.Union(blendPicture(dst, p.rgba, int(math.Round(px))+p.x, py+p.y, with.colour.A))
			}
			continue
		}
		quarters := int(math.Round(px * 4))
		m := t.glyph(face, g.id, size, uint8(quarters&3))
		if m.w > 0 {
			ink = ink.Union(blendMask(dst, &m, quarters>>2+m.x, py+m.y, with.colour))
		}
	}
	return ink
}

// decorate draws the lines under and through a line of text.
func (t *Typesetter) decorate(with brush, l Line, baseline int, lines Decoration) image.Rectangle {
	face := t.drawnFace(-1)
	scale := with.size / float64(face.Upem())
	band := func(position, thickness font.LineMetric) image.Rectangle {
		top := baseline - int(math.Round(float64(face.LineMetric(position))*scale))
		thick := max(1, int(math.Round(float64(face.LineMetric(thickness))*scale)))
		r := image.Rect(int(math.Round(l.X)), top, int(math.Round(l.X+l.W)), top+thick)
		return fillBand(with.dst, r, with.colour)
	}
	var ink image.Rectangle
	if lines&Underline != 0 {
		ink = ink.Union(band(font.UnderlinePosition, font.UnderlineThickness))
	}
	if lines&StrikeThrough != 0 {
		ink = ink.Union(band(font.StrikethroughPosition, font.StrikethroughThickness))
	}
	return ink
}
