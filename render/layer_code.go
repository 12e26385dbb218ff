package render

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"

	"example.com/opentime/strict"
)

// qrLayer is a QR code.
type qrLayer struct {
	common
	words        words
	colour, back paint
	quiet        int // modules around it
}

func (l *qrLayer) natural(_ *drawing, w, h float64) (float64, float64) { return min(w, h), min(w, h) }

func (l *qrLayer) draw(d *drawing, b Box) error {
	code, err := qr.Encode(l.words.of(d.p), qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("draw qr: %w", err)
	}
	r := d.pixels(b)
	modules := code.Bounds().Dx()
	side := min(r.Dx(), r.Dy()) / (modules + 2*l.quiet)
	if side < 1 {
		return fmt.Errorf("draw qr: %d modules do not fit in %dx%d pixels", modules+2*l.quiet, r.Dx(), r.Dy())
	}
	whole := side * (modules + 2*l.quiet)
	corner := image.Pt(r.Min.X+(r.Dx()-whole)/2, r.Min.Y+(r.Dy()-whole)/2)
	square := image.Rectangle{corner, corner.Add(image.Pt(whole, whole))}
	d.touch(square)
	draw.Draw(d.dst, square, image.NewUniform(l.back.of(d.p)), image.Point{}, draw.Over)
	dark := image.NewUniform(l.colour.of(d.p))
	for y := range modules {
		for x := range modules {
			if g, _, _, _ := code.At(x, y).RGBA(); g < 0x8000 {
				at := corner.Add(image.Pt((x+l.quiet)*side, (y+l.quiet)*side))
				draw.Draw(d.dst, image.Rectangle{at, at.Add(image.Pt(side, side))}, dark, image.Point{}, draw.Over)
			}
		}
	}
	return nil
}

// qr reads a qr layer.
func (r *layoutReader) qr(n *strict.Node) layer {
	l := &qrLayer{quiet: 4}
	keys := r.keys(&l.common)
	l.hugs = true
	keys["text"] = func(n *strict.Node) { l.words = r.words(&l.common, n) }
	keys["color"], keys["background"] = r.paint(&l.common, &l.colour), r.paint(&l.common, &l.back)
	keys["quiet"] = func(n *strict.Node) { l.quiet = int(r.number(n, quietZone)) }
	l.colour.colour = color.NRGBA{0, 0, 0, 0xff}
	l.back.colour = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	r.Map(n, qrFields.Read(keys))
	r.require(n, n.Find("text") != nil, "text", `what the code says, as in "{code}"`)
	return l
}

// barcodeLayer is a code of bars, for tills.
type barcodeLayer struct {
	common
	words        words
	ean          bool
	colour, back paint
	quiet        int // modules on either side
}

func (l *barcodeLayer) natural(_ *drawing, w, h float64) (float64, float64) { return w, min(h, 72) }

func (l *barcodeLayer) draw(d *drawing, b Box) error {
	code, err := l.encode(l.words.of(d.p))
	if err != nil {
		return fmt.Errorf("draw barcode: %w", err)
	}
	r := d.pixels(b)
	modules := code.Bounds().Dx()
	width := r.Dx() / (modules + 2*l.quiet)
	if width < 1 || r.Dy() < 1 {
		return fmt.Errorf("draw barcode: %d modules do not fit in %dx%d pixels", modules+2*l.quiet, r.Dx(), r.Dy())
	}
	whole := width * (modules + 2*l.quiet)
	r.Min.X += (r.Dx() - whole) / 2
	r.Max.X = r.Min.X + whole
	d.touch(r)
	draw.Draw(d.dst, r, image.NewUniform(l.back.of(d.p)), image.Point{}, draw.Over)
	dark := image.NewUniform(l.colour.of(d.p))
	for x := range modules {
		if g, _, _, _ := code.At(x, 0).RGBA(); g < 0x8000 {
			left := r.Min.X + (x+l.quiet)*width
			draw.Draw(d.dst, image.Rect(left, r.Min.Y, left+width, r.Max.Y), dark, image.Point{}, draw.Over)
		}
	}
	return nil
}

// encode returns the bars of a text: EAN-8 or EAN-13 by its digits, whose last may
// be left out, or Code 128.
func (l *barcodeLayer) encode(text string) (barcode.Barcode, error) {
	if l.ean {
		return ean.Encode(text)
	}
	return code128.Encode(text)
}

// barcode reads a barcode layer.
func (r *layoutReader) barcode(n *strict.Node) layer {
	l := &barcodeLayer{quiet: 10}
	keys := r.keys(&l.common)
	l.hugs = true
	keys["text"] = func(n *strict.Node) { l.words = r.words(&l.common, n) }
	keys["symbology"] = func(n *strict.Node) { l.ean = r.oneOf(n, symbologies[:]...) == "ean" }
	keys["color"], keys["background"] = r.paint(&l.common, &l.colour), r.paint(&l.common, &l.back)
	keys["quiet"] = func(n *strict.Node) { l.quiet = int(r.number(n, barcodeQuiet)) }
	l.colour.colour = color.NRGBA{0, 0, 0, 0xff}
	l.back.colour = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	r.Map(n, barcodeFields.Read(keys))
	r.require(n, n.Find("text") != nil, "text", `what the code says, as in "{code}"`)
	return l
}
