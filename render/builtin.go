package render

import (
	"bytes"
	_ "embed"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// The images of last resort: one colour, 600x200, made by the tests' -update.
var (
	//go:embed builtin/builtin.jpg
	builtInJPG []byte
	//go:embed builtin/builtin.png
	builtInPNG []byte
	//go:embed builtin/builtin.gif
	builtInGIF []byte
)

const (
	builtInWidth  = 600
	builtInHeight = 200
)

// BuiltIn is an image of one colour that needs nothing else to work. Its
// bytes are shared: do not change them.
func BuiltIn(f Format) Image {
	i := Image{Bytes: builtInJPG, Type: f, Width: builtInWidth, Height: builtInHeight}
	switch f {
	case PNG:
		i.Bytes = builtInPNG
	case GIF:
		i.Bytes = builtInGIF
	}
	return i
}

// Transparent is an image that shows nothing: width by one pixels,
// transparent, or white in a JPEG.
func Transparent(f Format, width int) Image {
	width = min(max(1, width), MaxWidth)
	i := Image{Type: f, Width: width, Height: 1}
	switch f {
	case PNG:
		m := image.NewPaletted(image.Rect(0, 0, width, 1), color.Palette{color.RGBA{}})
		i.Bytes = encodePaletted(m)
	case GIF:
		i.Bytes = transparentGIF(width)
	default:
		m := image.NewRGBA(image.Rect(0, 0, width, 1))
		draw.Draw(m, m.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		i.Bytes = new(jpegCoder).encode(nil, m, defaultQuality)
	}
	return i
}

// transparentGIF is a still whose only colour is transparent.
func transparentGIF(width int) []byte {
	palette := color.Palette{color.RGBA{A: 0xff}, color.RGBA{A: 0xff}}
	m := image.NewPaletted(image.Rect(0, 0, width, 1), palette)
	out := new(gifCoder).appendFrame(appendGIFHead(nil, width, 1, palette), m, m.Rect, 0)
	return append(out, gifEnd)
}

// encodePaletted writes a PNG with the palette it has.
func encodePaletted(m *image.Paletted) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, m) // a buffer does not fail
	return b.Bytes()
}
