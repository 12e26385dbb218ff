package render

import (
	"compress/lzw"
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
)

// A GIF here has one palette. Its frames stay one second each and are drawn over
// the one before. There is no loop: a countdown that began again would lie. No
// frame has a delay of 0, which clients stretch.

// frameDelay is a second in hundredths.
const frameDelay = 100

// gifEnd is a file's last byte.
const gifEnd = 0x3b

// gifBits is how many a pixel of a palette has.
func gifBits(palette color.Palette) int {
	return max(1, bits.Len(uint(max(1, len(palette)-1))))
}

// appendGIFHead appends all that stands before the first frame.
func appendGIFHead(out []byte, width, height int, palette color.Palette) []byte {
	size := gifBits(palette)
	out = append(out, "GIF89a"...)
	out = binary.LittleEndian.AppendUint16(out, uint16(width))
	out = binary.LittleEndian.AppendUint16(out, uint16(height))
	out = append(out, 0x80|0x70|byte(size-1), 0, 0)
	for i := range 1 << size {
		var c color.RGBA
		if i < len(palette) {
			c = palette[i].(color.RGBA)
		}
		out = append(out, c.R, c.G, c.B)
	}
	return out
}

// gifCoder codes frames. It is one worker's.
type gifCoder struct {
	lzw         *lzw.Writer
	transparent bool // the first colour is
}

// appendFrame appends the part of m that lies in r.
func (c *gifCoder) appendFrame(out []byte, m *image.Paletted, r image.Rectangle) ([]byte, error) {
	flags := byte(1 << 2) // stays as it is
	if c.transparent {
		flags |= 1
	}
	out = append(out, 0x21, 0xf9, 4, flags, frameDelay, 0, 0, 0, 0x2c)
	for _, n := range [4]int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
	}
	codes := max(2, gifBits(m.Palette))
	out = append(out, 0, byte(codes))
	blocks := &subBlocks{b: out}
	if c.lzw == nil {
		c.lzw = lzw.NewWriter(blocks, lzw.LSB, codes).(*lzw.Writer)
	} else {
		c.lzw.Reset(blocks, lzw.LSB, codes)
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := m.PixOffset(r.Min.X, y)
		if _, err := c.lzw.Write(m.Pix[at : at+r.Dx()]); err != nil {
			return nil, err
		}
	}
	if err := c.lzw.Close(); err != nil {
		return nil, err
	}
	return blocks.close(), nil
}

// subBlocks cuts a stream into GIF's blocks of at most 255 bytes.
type subBlocks struct {
	b []byte
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
		s.b = append(s.b, s.s[:s.n+1]...)
		s.n = 0
	}
	return nil
}

// close ends the blocks and returns all that was written.
func (s *subBlocks) close() []byte {
	_ = s.Flush() // memory does not fail
	return append(s.b, 0)
}

// encodeGIF writes a still in at most 256 colours.
func encodeGIF(m *image.RGBA) ([]byte, error) {
	palette, ok := exactPalette(m)
	if !ok {
		palette = choosePalette(m)
	}
	out := appendGIFHead(nil, m.Rect.Dx(), m.Rect.Dy(), palette)
	out, err := new(gifCoder).appendFrame(out, newColourMap(palette).convert(m, m.Rect), m.Rect)
	return append(out, gifEnd), err
}
