package render

import (
	"encoding/binary"
	"image"
	"slices"
)

// jpegCoder codes pictures as baseline JPEG (ITU T.81): colours at half the
// resolution, a restart marker behind each row of MCUs, and always the same
// codes, so that a picture's bytes depend on its pixels alone. It is one worker's.
type jpegCoder struct {
	bitWriter
	quality int
	factors *factors
	before  [3]int32 // DC coefficients of the MCU coded last, by component
	mcu     mcu
	block   coefficients
}

// jpegMark is where an MCU stands in its row's bits, and its DC coefficients.
type jpegMark struct {
	at     uint32    // of its first bit
	colour [2]uint16 // of its blocks of colour, from at
	first  [3]int16  // DC of the first block of each component
	last   int16     // DC of the last block of luminance
}

// dc are the coefficients that the MCU behind it counts from.
func (m *jpegMark) dc() [3]int32 {
	return [3]int32{int32(m.last), int32(m.first[1]), int32(m.first[2])}
}

// begin makes ready to code in a quality, appending to out.
func (c *jpegCoder) begin(out []byte, quality int) {
	if c.factors == nil || c.quality != quality {
		of := stepsOf(quality)
		c.quality, c.factors = quality, of.factors()
	}
	c.bitWriter = bitWriter{out: out}
}

// encode appends an opaque picture to out.
func (c *jpegCoder) encode(out []byte, m *image.RGBA, quality int) []byte {
	c.begin(appendJPEGHead(out, m.Rect.Dx(), m.Rect.Dy(), quality), quality)
	columns, rows := mcus(m.Rect.Dx()), mcus(m.Rect.Dy())
	for row := range rows {
		c.before = [3]int32{}
		for column := range columns {
			c.code(m, column, row)
		}
		c.align()
		c.out = appendRowEnd(c.out, row, rows)
	}
	return c.out
}

// mcus is how many cover a number of pixels.
func mcus(pixels int) int { return (pixels + mcuSide - 1) / mcuSide }

// code codes an MCU.
func (c *jpegCoder) code(m *image.RGBA, column, row int) (mark jpegMark) {
	c.out = slices.Grow(c.out, len(c.mcu)*blockBytes)
	c.mcu.load(m, column, row)
	start := c.length()
	mark.at = start
	for i := range c.mcu {
		component, table := 0, 0
		if i >= 4 {
			component, table = i-3, 1
			mark.colour[i-4] = uint16(c.length() - start)
		}
		used := c.block.quantise(&c.mcu[i], &c.factors[table])
		dc := int32(c.block[0])
		c.putBlock(table, dc-c.before[component], &c.block, inOrder(used))
		c.before[component] = dc
		switch i {
		case 0, 4, 5:
			mark.first[component] = int16(dc)
		case 3:
			mark.last = int16(dc)
		}
	}
	return mark
}

// length is how many bits were put since begin, or since out was cut.
func (c *jpegCoder) length() uint32 {
	return uint32(8*(len(c.out)-c.stuffed)) + uint32(c.n)
}

// appendRowEnd appends what stands behind a row of MCUs.
func appendRowEnd(out []byte, row, rows int) []byte {
	if row == rows-1 {
		return append(out, 0xff, 0xd9)
	}
	return append(out, 0xff, 0xd0+byte(row%8))
}

// appendJPEGHead appends all that stands before the first row.
func appendJPEGHead(out []byte, width, height, quality int) []byte {
	segment := func(marker byte, parts ...[]byte) {
		length := 2
		for _, p := range parts {
			length += len(p)
		}
		out = binary.BigEndian.AppendUint16(append(out, 0xff, marker), uint16(length))
		for _, p := range parts {
			out = append(out, p...)
		}
	}
	out = append(out, 0xff, 0xd8)
	segment(0xe0, []byte("JFIF\x00\x01\x01\x01\x00\x60\x00\x60\x00\x00"))
	of := stepsOf(quality)
	for i := range of {
		segment(0xdb, []byte{byte(i)}, of[i][:])
	}
	w, h := byte(width>>8), byte(height>>8)
	segment(0xc0, []byte{8, h, byte(height), w, byte(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1})
	for i := range 2 {
		segment(0xc4, []byte{byte(i)}, dcSpecs[i].counts[:], dcSpecs[i].symbols)
		segment(0xc4, []byte{0x10 | byte(i)}, acSpecs[i].counts[:], acSpecs[i].symbols)
	}
	segment(0xdd, binary.BigEndian.AppendUint16(nil, uint16(mcus(width))))
	segment(0xda, []byte{3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0})
	return out
}
