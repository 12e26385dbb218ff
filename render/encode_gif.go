package render

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
)

// gifWriter writes a GIF with one palette, whose frames each stay one second
// and are drawn over the one before. There is no loop: a countdown that began
// again would lie. No frame has a delay of 0, which clients stretch.
type gifWriter struct {
	b    bytes.Buffer
	lzw  *lzw.Writer
	bits int // of a pixel
	err  error

	transparent bool // the first colour is
}

// frameDelay is a second in hundredths.
const frameDelay = 100

func newGIF(width, height int, palette color.Palette) *gifWriter {
	w := &gifWriter{bits: max(1, bits.Len(uint(max(1, len(palette)-1))))}
	w.b.WriteString("GIF89a")
	w.number(width)
	w.number(height)
	w.b.Write([]byte{0x80 | 0x70 | byte(w.bits-1), 0, 0})
	for i := range 1 << w.bits {
		var c color.RGBA
		if i < len(palette) {
			c = palette[i].(color.RGBA)
		}
		w.b.Write([]byte{c.R, c.G, c.B})
	}
	return w
}

func (w *gifWriter) number(n int) {
	w.b.Write(binary.LittleEndian.AppendUint16(nil, uint16(n)))
}

// frame adds the part of m that lies in r.
func (w *gifWriter) frame(m *image.Paletted, r image.Rectangle) {
	if w.err != nil {
		return
	}
	flags := byte(1 << 2) // stays as it is
	if w.transparent {
		flags |= 1
	}
	w.b.Write([]byte{0x21, 0xf9, 4, flags})
	w.number(frameDelay)
	w.b.Write([]byte{0, 0, 0x2c})
	w.number(r.Min.X)
	w.number(r.Min.Y)
	w.number(r.Dx())
	w.number(r.Dy())
	codes := max(2, w.bits)
	w.b.Write([]byte{0, byte(codes)})
	blocks := &subBlocks{b: &w.b}
	if w.lzw == nil {
		w.lzw = lzw.NewWriter(blocks, lzw.LSB, codes).(*lzw.Writer)
	} else {
		w.lzw.Reset(blocks, lzw.LSB, codes)
	}
	for y := r.Min.Y; y < r.Max.Y && w.err == nil; y++ {
		at := m.PixOffset(r.Min.X, y)
		_, w.err = w.lzw.Write(m.Pix[at : at+r.Dx()])
	}
	if err := w.lzw.Close(); w.err == nil {
		w.err = err
	}
	blocks.close()
}

// end finishes the file.
func (w *gifWriter) end() ([]byte, error) {
	w.b.WriteByte(0x3b)
	return w.b.Bytes(), w.err
}

// subBlocks cuts a stream into GIF's blocks of at most 255 bytes.
type subBlocks struct {
	b *bytes.Buffer
	n int
	s [256]byte
}

func (s *subBlocks) Write(p []byte) (int, error) {
	for _, c := range p {
		if err := s.WriteByte(c); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// WriteByte makes compress/lzw write here without a buffer of its own.
func (s *subBlocks) WriteByte(c byte) error {
	s.n++
	s.s[s.n] = c
	if s.n == 255 {
		return s.Flush()
	}
	return nil
}

// Flush writes the block so far.
func (s *subBlocks) Flush() error {
	if s.n > 0 {
		s.s[0] = byte(s.n)
		s.b.Write(s.s[:s.n+1])
		s.n = 0
	}
	return nil
}

func (s *subBlocks) close() {
	_ = s.Flush() // a buffer does not fail
	s.b.WriteByte(0)
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
