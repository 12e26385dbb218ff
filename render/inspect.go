package render

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Finding is what a reader would find wrong with a text in a picture.
type Finding struct {
	Text     string
	Cut      bool    // some of it is not shown
	Missing  int     // characters that no font has
	Contrast float64 // of the least legible tenth of it to what lies behind, where it is below Needed; else 0
	Needed   float64 // 4.5, or 3 for large text (WCAG 2.2, 1.4.3), or 0 for ornaments
}

// Inspect draws a picture and says what is wrong with its texts, in the order in
// which they are drawn; those with nothing wrong are left out. It takes some times
// as long as Draw, and is for checks before anything is sent.
func (r *Renderer) Inspect(p *Picture) ([]Finding, error) {
	if p.Nothing {
		return nil, nil
	}
	if p.Layout == nil {
		return nil, errors.New("inspect picture: it has no layout")
	}
	w, h, err := p.Size()
	if err != nil {
		return nil, err
	}
	if err := p.complete(); err != nil {
		return nil, err
	}
	_, scale, err := groundOf(p, w, h)
	if err != nil {
		return nil, err
	}
	d := r.drawing(p, scale, &worker{set: r.fonts.Typesetter()})
	d.dst = image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(d.dst, d.dst.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	d.findings = &[]Finding{}
	if err := d.drawAll(p.Layout.layers); err != nil {
		return nil, err
	}
	return *d.findings, nil
}

// inspect draws a text in a box of pixels and notes what is wrong with it.
func (d *drawing) inspect(box Box, text string, s TextStyle) {
	before := &image.RGBA{Pix: bytes.Clone(d.dst.Pix), Stride: d.dst.Stride, Rect: d.dst.Rect}
	b := d.set.Draw(d.dst, box, text, s)
	f := Finding{Text: text, Cut: b.Truncated, Missing: b.Missing, Needed: 4.5}
	if size := b.Size / d.scale; size >= 24 || size >= 18.66 && s.Weight >= 700 {
		f.Needed = 3
	}
	// A text without letters and digits is an ornament, which need not be read.
	if !strings.ContainsFunc(text, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }) {
		f.Needed = 0
	}
	if contrast := contrastOf(before, d.dst, b.Ink, s.Colour); contrast < f.Needed {
		f.Contrast = contrast
	}
	if f.Cut || f.Missing > 0 || f.Contrast > 0 {
		*d.findings = append(*d.findings, f)
	}
}

// contrastOf is what a tenth of the pixels that a colour covers wholly do not
// exceed; infinite where it covers none.
func contrastOf(before, after *image.RGBA, ink image.Rectangle, c color.NRGBA) float64 {
	var ratios []float64
	for y := ink.Min.Y; y < ink.Max.Y; y++ {
		for x := ink.Min.X; x < ink.Max.X; x++ {
			behind, drawn := before.RGBAAt(x, y), after.RGBAAt(x, y)
			if whole := over(c, behind); near(drawn, whole) && !near(drawn, behind) {
				ratios = append(ratios, contrast(whole, behind))
			} else if near(whole, behind) && c.A > 0 {
				ratios = append(ratios, contrast(whole, behind)) // cannot be seen at all
			}
		}
	}
	if len(ratios) == 0 {
		return math.Inf(1)
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/10]
}

// over is a colour laid over an opaque one.
func over(c color.NRGBA, behind color.RGBA) color.RGBA {
	mix := func(a, b uint8) uint8 {
		return uint8((int(a)*int(c.A) + int(b)*(255-int(c.A)) + 127) / 255)
	}
	return color.RGBA{mix(c.R, behind.R), mix(c.G, behind.G), mix(c.B, behind.B), 255}
}

func near(a, b color.RGBA) bool {
	return absolute(int(a.R)-int(b.R))+absolute(int(a.G)-int(b.G))+absolute(int(a.B)-int(b.B)) < 12
}

// contrast is the ratio of two colours' luminances (WCAG 2.2, contrast ratio).
func contrast(a, b color.RGBA) float64 {
	x, y := relativeLuminance(a), relativeLuminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func relativeLuminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		if f := float64(v) / 255; f > 0.04045 {
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return float64(v) / 255 / 12.92
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
