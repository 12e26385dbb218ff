package render

import (
	"bytes"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"image"
	"slices"

	"github.com/klauspost/compress/flate"
)

// pngCoder codes opaque pictures as PNG (ISO/IEC 15948) in strips of rows that
// are compressed each by itself, so that those of a plate can be copied. It is
// one worker's.
type pngCoder struct {
	deflate [3]*flate.Writer // by kind
	packed  bytes.Buffer
	raw     []byte    // a strip's rows, filtered
	lines   [2][]byte // a row and the one above it
}

// pngKind is how pixels are written.
type pngKind uint8

const (
	pngPalette pngKind = iota // of flat graphics with few colours
	pngFlat                   // 24 bits, of flat graphics
	pngPhoto                  // 24 bits
)

// level is how hard pixels are compressed: an open waits for the rows that differ.
func (k pngKind) level() int { return [...]int{5, 1, 1}[k] }

// pngStrip is a strip as it stands in a file.
type pngStrip struct {
	packed []byte
	sum    uint32 // Adler-32 of what was packed
	length int    // of it
}

// strip packs the rows of m from top to bottom, excluded; a palette's colours are
// all there. What lies above changes nothing. The packed bytes are the coder's.
func (c *pngCoder) strip(m *image.RGBA, top, bottom int, kind pngKind, colours *colourTable) pngStrip {
	c.raw = c.raw[:0]
	for y := top; y < bottom; y++ {
		row := m.Pix[y*m.Stride:][:4*m.Rect.Dx()]
		if kind == pngPalette {
			c.raw = colours.appendRow(append(c.raw, 0), row)
			continue
		}
		c.lines[0], c.lines[1] = appendRGB(c.lines[1][:0], row), c.lines[0]
		c.filter(y == top, kind == pngPhoto)
	}
	c.packed.Reset()
	if c.deflate[kind] == nil {
		c.deflate[kind], _ = flate.NewWriter(&c.packed, kind.level()) // a level there is
	} else {
		c.deflate[kind].Reset(&c.packed)
	}
	_, _ = c.deflate[kind].Write(c.raw) // a buffer does not fail
	_ = c.deflate[kind].Flush()
	return pngStrip{packed: c.packed.Bytes(), sum: adler32.Checksum(c.raw), length: len(c.raw)}
}

func appendRGB(dst, pix []byte) []byte {
	for ; len(pix) >= 4; pix = pix[4:] {
		dst = append(dst, pix[0], pix[1], pix[2])
	}
	return dst
}

// filter appends a row filtered (ISO/IEC 15948, 9). A photo's are differences to
// Paeth's choice of what lies left, above and between. Other rows stay as they are,
// so that what comes again is found again, unless they are shaded from left to right.
// To try all filters and take the best would be most of the work.
func (c *pngCoder) filter(first, photo bool) {
	row, up := c.lines[0], c.lines[1]
	at := len(c.raw) + 1
	c.raw = slices.Grow(c.raw, 1+len(row))[:at+len(row)]
	out := c.raw[at:]
	copy(out, row)
	switch kind := &c.raw[at-1]; {
	case photo && first:
		*kind = 1
		subtract(out[3:], row)
	case photo:
		*kind = 4
		subtract(out[:3], up)
		for i := 3; i < len(row); i++ {
			out[i] -= paeth(row[i-3], up[i], up[i-3])
		}
	case !first && shaded(row, up):
		*kind = 2
		subtract(out, up)
	default:
		*kind = 0
	}
}

// subtract takes one row from another, as far as that is.
func subtract(row, from []byte) {
	from = from[:len(row)]
	for i := range row {
		row[i] -= from[i]
	}
}

// shaded reports whether most of a row's pixels are not as their left neighbours,
// and more are as those above.
func shaded(row, up []byte) bool {
	above, left := 0, 0
	up = up[:len(row)]
	for i := 3; i < len(row); i += 3 {
		if row[i] == up[i] {
			above++
		}
		if row[i] == row[i-3] {
			left++
		}
	}
	return above > left && left < len(row)/6
}

// paeth is whichever of a pixel's neighbours is nearest to left + up - corner.
func paeth(left, up, corner byte) byte {
	l, u, c := int(left), int(up), int(corner)
	byLeft, byUp, byCorner := absolute(u-c), absolute(l-c), absolute(l+u-2*c)
	switch {
	case byLeft <= byUp && byLeft <= byCorner:
		return left
	case byUp <= byCorner:
		return up
	}
	return corner
}

func absolute(i int) int { return max(i, -i) }

// appendPNGHead appends all that stands before the pixels; they have 24 bits where
// there is no palette.
func appendPNGHead(out []byte, w, h int, palette []byte) []byte {
	out = append(out, "\x89PNG\r\n\x1a\n"...)
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	kind := byte(3)
	if len(palette) == 0 {
		kind = 2
	}
	out = appendChunk(out, "IHDR", append(head, 8, kind, 0, 0, 0))
	out = appendChunk(out, "pHYs", []byte{0, 0, 0x0e, 0xc4, 0, 0, 0x0e, 0xc4, 1}) // 3780 pixels a metre are 96 an inch
	if len(palette) == 0 {
		return out
	}
	return appendChunk(out, "PLTE", palette)
}

func appendChunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}

// pngData writes the one chunk of pixels: strips behind each other.
type pngData struct {
	out  []byte
	from int // where the chunk's name stands
	sum  uint32
}

func beginPNGData(out []byte) pngData {
	out = append(out, 0, 0, 0, 0)
	return pngData{out: append(out, "IDAT\x78\x01"...), from: len(out), sum: 1}
}

func (d *pngData) add(s *pngStrip) {
	d.out = append(d.out, s.packed...)
	d.sum = joinedAdler(d.sum, s.sum, s.length)
}

// end ends the chunk and the file.
func (d *pngData) end() []byte {
	out := append(d.out, 1, 0, 0, 0xff, 0xff) // a last block, of nothing
	out = binary.BigEndian.AppendUint32(out, d.sum)
	binary.BigEndian.PutUint32(out[d.from-4:], uint32(len(out)-d.from-4))
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[d.from:]))
	return appendChunk(out, "IEND", nil)
}

// joinedAdler is the Adler-32 of two texts behind each other, the second of which
// has a length.
func joinedAdler(first, second uint32, length int) uint32 {
	const base = 65521
	n := uint32(length % base)
	a, b := first&0xffff, first>>16
	c, d := second&0xffff, second>>16
	low := (a + c + base - 1) % base
	high := (b + d + n*a%base + base - n) % base
	return high<<16 | low
}
