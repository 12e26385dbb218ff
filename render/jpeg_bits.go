package render

import "encoding/binary"

// bitWriter appends bits to out, the highest first, with a zero byte behind each
// byte 0xff: what a marker begins with.
type bitWriter struct {
	out     []byte
	bits    uint64 // whose last n are not written yet; n is below 32
	n       uint
	stuffed int // zero bytes that were put in
}

// put appends a code's last size bits, at most 32; all above them are 0.
func (w *bitWriter) put(code uint32, size uint) {
	w.bits = w.bits<<size | uint64(code)
	if w.n += size; w.n >= 32 {
		w.write()
	}
}

// write writes the 32 bits that are complete.
func (w *bitWriter) write() {
	w.n -= 32
	four := uint32(w.bits >> w.n)
	if hasFF(four) {
		w.stuff(four)
		return
	}
	w.out = binary.BigEndian.AppendUint32(w.out, four)
}

// hasFF reports whether one of four bytes is, or may be, 0xff.
func hasFF(four uint32) bool { return four&^(four+0x01010101)&0x80808080 != 0 }

// stuff writes four bytes of which some may be 0xff.
func (w *bitWriter) stuff(four uint32) {
	for shift := 24; shift >= 0; shift -= 8 {
		w.byte(byte(four >> shift))
	}
}

func (w *bitWriter) byte(b byte) {
	w.out = append(w.out, b)
	if b == 0xff {
		w.out = append(w.out, 0)
		w.stuffed++
	}
}

// align fills the last byte with ones, and writes all.
func (w *bitWriter) align() {
	if rest := w.n % 8; rest > 0 {
		w.put(1<<(8-rest)-1, 8-rest)
	}
	for w.n > 0 {
		w.n -= 8
		w.byte(byte(w.bits >> w.n))
	}
	w.bits = 0
}

// copy appends bits from up to to of a string of bits that has eight more bytes
// behind them.
func (w *bitWriter) copy(bits []byte, from, to uint32) {
	for ; from+32 <= to; from += 32 {
		w.put(bitsAt(bits, from), 32)
	}
	if size := to - from; size > 0 {
		w.put(bitsAt(bits, from)>>(32-size), uint(size))
	}
}

// bitsAt are 32 bits of a string.
func bitsAt(bits []byte, from uint32) uint32 {
	return uint32(binary.BigEndian.Uint64(bits[from/8:]) << (from % 8) >> 32)
}

// unstuffed is a string of bits as it was before zero bytes were put in, with
// eight more bytes behind it.
func unstuffed(coded []byte) []byte {
	plain := make([]byte, 0, len(coded)+8)
	for i := 0; i < len(coded); i++ {
		plain = append(plain, coded[i])
		if coded[i] == 0xff {
			i++
		}
	}
	return append(plain, 0, 0, 0, 0, 0, 0, 0, 0)
}
