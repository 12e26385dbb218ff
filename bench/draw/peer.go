package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"github.com/fogleman/gg"
)

// newGoPeer returns what draws a scene of words with gg over the ground, which is
// decoded, and codes it with image/jpeg or, as fast as it can, image/png.
func newGoPeer(dir, ground string, asJPEG, whole bool) (drawer, error) {
	data, err := os.ReadFile(filepath.Join(dir, ground+".png"))
	if err != nil {
		return nil, err
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	base, dst := image.NewRGBA(m.Bounds()), image.NewRGBA(m.Bounds())
	draw.Draw(base, base.Rect, m, image.Point{}, draw.Src)
	c := gg.NewContextForRGBA(dst)
	headline, err := gg.LoadFontFace(filepath.Join(dir, "bold.ttf"), 64)
	if err != nil {
		return nil, err
	}
	cost, err := gg.LoadFontFace(filepath.Join(dir, "bold.ttf"), 56)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	return func(n int, lossless bool) ([]byte, error) {
		copy(dst.Pix, base.Pix)
		c.SetColor(color.White)
		c.SetFontFace(headline)
		c.DrawString(headlineOf(n), 48, 115)
		c.SetFontFace(cost)
		c.DrawString(priceOf(n), 48, 247)
		if whole {
			draw.Draw(dst, dst.Rect, image.NewUniform(color.NRGBA{tintOf(n), 0x20, 0x60, 8}), image.Point{}, draw.Over)
		}
		out.Reset()
		if asJPEG && !lossless {
			err := jpeg.Encode(&out, dst, &jpeg.Options{Quality: 82})
			return out.Bytes(), err
		}
		err := fast.Encode(&out, dst)
		return out.Bytes(), err
	}, nil
}
