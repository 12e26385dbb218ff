package render

import (
	"encoding/binary"
	"image"
	"slices"
)

// colourTable is a palette of at most 256 colours that is asked by colour.
type colourTable struct {
	palette []byte                 // red, green and blue of each
	keys    [1 << tableBits]uint32 // 1 more than a colour; 0: none
	places  [1 << tableBits]uint8
}

const tableBits = 10

// find is where a colour stands in the table, or would.
func (t *colourTable) find(colour uint32) uint32 {
	at := colour * 2654435761 >> (32 - tableBits)
	for t.keys[at] != 0 && t.keys[at] != colour+1 {
		at = (at + 1) % (1 << tableBits)
	}
	return at
}

// add adds a colour where it is not there, and reports false where it is one too
// many.
func (t *colourTable) add(colour uint32) bool {
	at := t.find(colour)
	if t.keys[at] != 0 {
		return true
	}
	if len(t.palette) == 3*256 {
		return false
	}
	t.keys[at], t.places[at] = colour+1, uint8(len(t.palette)/3)
	t.palette = append(t.palette, byte(colour), byte(colour>>8), byte(colour>>16))
	return true
}

// addRows adds the colours of rows, and reports false where there are too many.
func (t *colourTable) addRows(m *image.RGBA, top, bottom int) bool {
	last := ^uint32(0)
	for y := top; y < bottom; y++ {
		for row := m.Pix[y*m.Stride:][:4*m.Rect.Dx()]; len(row) >= 4; row = row[4:] {
			colour := binary.LittleEndian.Uint32(row) & 0xffffff
			if colour != last && !t.add(colour) {
				return false
			}
			last = colour
		}
	}
	return true
}

// appendRow appends the places of a row's colours, all of which are there.
func (t *colourTable) appendRow(dst, row []byte) []byte {
	last, place := ^uint32(0), uint8(0)
	for ; len(row) >= 4; row = row[4:] {
		if colour := binary.LittleEndian.Uint32(row) & 0xffffff; colour != last {
			last, place = colour, t.places[t.find(colour)]
		}
		dst = append(dst, place)
	}
	return dst
}

// clone is a table to which colours can be added.
func (t *colourTable) clone() *colourTable {
	own := *t
	own.palette = slices.Clone(t.palette)
	return &own
}
