package render

import "math/bits"

// huffman is a code by symbol: its bits, and how many.
type huffman struct {
	code [256]uint16
	size [256]uint8
}

// huffmanSpec is a code as a file says it: how many symbols have a code of each
// length from 1 to 16, and the symbols, the shortest first.
type huffmanSpec struct {
	counts  [16]uint8
	symbols []uint8
}

// codes gives each symbol its bits (ITU T.81, annex C).
func (s *huffmanSpec) codes() *huffman {
	h := &huffman{}
	code, at := uint16(0), 0
	for length, n := range s.counts {
		for range n {
			h.code[s.symbols[at]], h.size[s.symbols[at]] = code, uint8(length+1)
			code++
			at++
		}
		code <<= 1
	}
	return h
}

// Codes of luminance and of colour: of DC differences, and of runs and sizes.
var dcCodes, acCodes = [2]*huffman{dcSpecs[0].codes(), dcSpecs[1].codes()}, [2]*huffman{acSpecs[0].codes(), acSpecs[1].codes()}

// putDC appends a difference of DC coefficients.
func (w *bitWriter) putDC(component int, difference int32) {
	h := dcCodes[component]
	value, size := magnitude(difference)
	w.put(uint32(h.code[size])<<size|value, uint(h.size[size])+size)
}

// sizeDC is how many bits putDC appends.
func sizeDC(component int, difference int32) uint32 {
	_, size := magnitude(difference)
	return uint32(dcCodes[component].size[size]) + uint32(size)
}

// magnitude is a number as JPEG codes it: size bits, those below 0 with all
// inverted.
func magnitude(v int32) (value uint32, size uint) {
	sign := v >> 31
	size = uint(bits.Len32(uint32((v ^ sign) - sign)))
	return uint32(v+sign) & (1<<size - 1), size
}

// Symbols of an AC code.
const (
	endOfBlock  = 0x00
	sixteenZero = 0xf0
)

// putAC appends a block's coefficients but the first. used has a bit for each
// that is not 0.
func (w *bitWriter) putAC(component int, c *coefficients, used uint64) {
	h := acCodes[component]
	used &^= 1
	full := used>>63 == 1
	for last := 0; used != 0; {
		k := bits.TrailingZeros64(used)
		used &= used - 1
		run := k - last - 1
		for ; run >= 16; run -= 16 {
			w.put(uint32(h.code[sixteenZero]), uint(h.size[sixteenZero]))
		}
		value, size := magnitude(int32(c[k&63]))
		symbol := uint8(run<<4) | uint8(size)
		w.put(uint32(h.code[symbol])<<size|value, uint(h.size[symbol])+size)
		last = k
	}
	if !full {
		w.put(uint32(h.code[endOfBlock]), uint(h.size[endOfBlock]))
	}
}
