package render

import (
	"encoding/binary"
	"math/bits"
)

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
	w.put(dcCodes[component].with(0, difference))
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

// with is the code of a number behind some zeros, with the number's own bits behind it.
func (h *huffman) with(run int, number int32) (code uint32, size uint) {
	value, size := magnitude(number)
	symbol := uint8(run<<4) | uint8(size)
	return uint32(h.code[symbol])<<size | value, uint(h.size[symbol]) + size
}

// Symbols of an AC code.
const (
	endOfBlock  = 0x00
	sixteenZero = 0xf0
)

// shortCodes are the bits of small coefficients behind fewer than 16 zeros, at
// run<<7|coefficient+64, and below them in eight bits how many there are.
type shortCodes [16 << 7]uint32

// shortMost is the largest coefficient in shortCodes.
const shortMost = 63

func (h *huffman) short() *shortCodes {
	s := &shortCodes{}
	for i := range s {
		code, size := h.with(i>>7, int32(i&127-64))
		s[i] = code<<8 | uint32(size)
	}
	return s
}

var acShort = [2]*shortCodes{acCodes[0].short(), acCodes[1].short()}

// blockBytes is more than a block takes: 64 codes of at most 16 bits with at most 11
// behind each, as bytes that all are 0xff.
const blockBytes = 2 * 64 * 27 / 8

// putBlock appends a block: the difference of its DC coefficient, and the others. used
// has a bit for each that is not 0, in the order in which they are coded. out has room
// for them.
func (w *bitWriter) putBlock(component int, difference int32, c *coefficients, used uint64) {
	h, short := acCodes[component], acShort[component]
	out, at, acc, n := w.out[:cap(w.out)], len(w.out), w.bits, w.n
	used &^= 1
	open := used>>63 == 0 // what does not reach the last coefficient has an end
	code, size := dcCodes[component].with(0, difference)
	for last := 0; ; {
		acc = acc<<(size&63) | uint64(code)
		if n += size; n >= 32 {
			n -= 32
			four := uint32(acc >> (n & 63))
			binary.BigEndian.PutUint32(out[at:], four)
			if at += 4; hasFF(four) {
				w.out = out[:at-4]
				w.stuff(four)
				at = len(w.out)
			}
		}
		if used == 0 {
			if !open {
				break
			}
			open = false
			code, size = uint32(h.code[endOfBlock]), uint(h.size[endOfBlock])
			continue
		}
		k := bits.TrailingZeros64(used)
		run, v := k-last-1, int(c[zigzag[k&63]&63])
		if run >= 16 {
			last += 16
			code, size = uint32(h.code[sixteenZero]), uint(h.size[sixteenZero])
			continue
		}
		last = k
		used &= used - 1
		if uint(v+shortMost) <= 2*shortMost {
			entry := short[(run<<7+v+64)&(len(short)-1)]
			code, size = entry>>8, uint(entry&63)
			continue
		}
		code, size = h.with(run, int32(v))
	}
	w.out, w.bits, w.n = out[:at], acc, n
}
