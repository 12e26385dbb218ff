package render

import (
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
	list    lzwList
	writer  lzwWriter
	stream  []byte
	numbers [owners]lzwNumbers // of pieces' codes
	same    lzwNumbers         // each code's own
}

// appendFrameHead appends what stands before a frame's codes: it shows for a second,
// in r, and stays. Pixels of the colour transparent, if it is not opaque, let what
// is under them show.
func appendFrameHead(out []byte, r image.Rectangle, size, transparent int) []byte {
	flags, index := byte(1<<2), byte(0)
	if transparent >= 0 {
		flags, index = flags|1, byte(transparent)
	}
	out = append(out, 0x21, 0xf9, 4, flags, frameDelay, 0, index, 0, 0x2c)
	for _, n := range [4]int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
	}
	return append(out, 0, byte(size))
}

// opaque stands for no transparent colour.
const opaque = -1

// codeSize is how many bits a pixel takes in a stream of a palette's.
func codeSize(palette color.Palette) int { return max(2, gifBits(palette)) }

// appendFrame appends the part of m that lies in r.
func (c *gifCoder) appendFrame(out []byte, m *image.Paletted, r image.Rectangle, transparent int) []byte {
	size := codeSize(m.Palette)
	c.stream = c.code(c.stream[:0], m, r, size)
	return appendBlocks(appendFrameHead(out, r, size, transparent), c.stream)
}

// code appends the stream of the part of m that lies in r, of size bits a pixel.
func (c *gifCoder) code(out []byte, m *image.Paletted, r image.Rectangle, size int) []byte {
	c.list.begin(size)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		at := m.PixOffset(r.Min.X, y)
		c.list.add(m.Pix[at : at+r.Dx()])
	}
	c.list.cut()
	c.writer.begin(out, size)
	c.writer.putAll(c.list.codes)
	c.writer.end()
	return c.writer.close()
}

// encodeGIF writes a still in at most 256 colours.
func encodeGIF(m *image.RGBA) []byte {
	palette, ok := exactPalette(m)
	if !ok {
		palette = choosePalette(m)
	}
	out := appendGIFHead(nil, m.Rect.Dx(), m.Rect.Dy(), palette)
	out = new(gifCoder).appendFrame(out, newColourMap(palette).convert(m, m.Rect), m.Rect, opaque)
	return append(out, gifEnd)
}
