package render

import (
	"bytes"
	"image"
	"image/png"
	"sync"
)

// encode writes a still that is no JPEG. Files say no density: an image's size is
// in pixels.
func encode(f Format, m *image.RGBA) ([]byte, error) {
	if f == GIF {
		return encodeGIF(m)
	}
	return encodePNG(m)
}

// pngBuffers lets encodings share their scratch; it holds no state.
var pngBuffers pngPool

// pngPool is a png.EncoderBufferPool.
type pngPool struct{ pool sync.Pool }

func (p *pngPool) Get() *png.EncoderBuffer {
	b, _ := p.pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *pngPool) Put(b *png.EncoderBuffer) { p.pool.Put(b) }

// encodePNG writes a palette where 256 colours are all there are.
func encodePNG(m *image.RGBA) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &pngBuffers}
	var source image.Image = m
	if palette, ok := exactPalette(m); ok {
		e.CompressionLevel = png.DefaultCompression
		source = newColourMap(palette).convert(m, m.Rect)
	}
	err := e.Encode(&b, source)
	return b.Bytes(), err
}

// encodePaletted writes a PNG with the palette it has.
func encodePaletted(m *image.Paletted) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, m) // a buffer does not fail
	return b.Bytes()
}

// encodeGIF writes a still in at most 256 colours.
func encodeGIF(m *image.RGBA) ([]byte, error) {
	palette, ok := exactPalette(m)
	if !ok {
		palette = choosePalette(m)
	}
	w := newGIF(m.Rect.Dx(), m.Rect.Dy(), palette)
	w.frame(newColourMap(palette).convert(m, m.Rect), m.Rect)
	return w.end()
}
