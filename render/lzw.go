package render

import (
	"encoding/binary"
	"math/bits"
)

// GIF's LZW (GIF89a, appendix F): a code stands for a string of pixels. Codes below
// 2^size are the pixels themselves; then come the clear code, the end code, and the
// entries of a table: each code but the last makes one, its own string and the pixel
// that follows it. A code is as many bits long as the newest entry needs, 12 at most.
// A clear code empties the table.

// lzwEntries is how many codes a table holds. As others, we use no entry beyond,
// and clear when the last is made.
const lzwEntries = 1 << 12

// lzwTable is a table as its writer looks it up: slots of an entry's prefix (12
// bits), its last pixel (8) and its code (12). No entry is 0, which is a free slot.
type lzwTable [lzwSlots]uint32

const (
	lzwSlotBits = 13
	lzwSlots    = 1 << lzwSlotBits
)

// lzwList cuts pixels into codes: each the longest string that the table has.
type lzwList struct {
	codes  []uint16
	table  lzwTable
	first  uint32 // the first entry's code
	next   uint32 // the entry that the next code makes
	prefix uint32 // the code of the pixels since the last; none: there are none
	bound  bool   // a full table is no more filled, and not cleared
}

const none = 1 << 31

// begin empties the list for pixels of size bits.
func (l *lzwList) begin(size int) {
	l.codes, l.first, l.bound = l.codes[:0], 1<<size+2, false
	l.restart()
}

// restart empties the table.
func (l *lzwList) restart() {
	clear(l.table[:])
	l.next, l.prefix = l.first, none
}

// clear appends a clear code, and empties the table.
func (l *lzwList) clear() {
	l.codes = append(l.codes, uint16(l.first-2))
	l.restart()
}

// add appends the codes of pixels; the last stays open, as more may follow.
func (l *lzwList) add(pixels []byte) {
	if len(pixels) == 0 {
		return
	}
	prefix, next := l.prefix, l.next
	if prefix == none {
		prefix, pixels = uint32(pixels[0]), pixels[1:]
	}
next:
	for _, pixel := range pixels {
		key := prefix<<8 | uint32(pixel)
		at := lzwHash(key)
		for slot := l.table[at]; slot != 0; slot = l.table[at] {
			if slot>>12 == key {
				prefix = slot & (lzwEntries - 1)
				continue next
			}
			at = (at + 1) % lzwSlots
		}
		l.codes = append(l.codes, uint16(prefix))
		if next < lzwEntries {
			l.table[at] = key<<12 | next
		}
		next++
		prefix = uint32(pixel)
		if next >= lzwEntries && !l.bound {
			l.clear()
			next = l.next
		}
	}
	l.prefix, l.next = prefix, next
}

func lzwHash(key uint32) uint32 { return key * 0x9e3779b1 >> (32 - lzwSlotBits) }

// cut closes the open code: none reaches over this place, and none knows the entry
// that it makes.
func (l *lzwList) cut() {
	if l.prefix == none {
		return
	}
	l.codes, l.prefix = append(l.codes, uint16(l.prefix)), none
	l.next++
	if l.next >= lzwEntries && !l.bound {
		l.clear()
	}
}

// lzwWriter writes codes as bits, the lowest first.
type lzwWriter struct {
	out  []byte
	acc  uint64 // bits that are not in out yet
	held uint   // how many these are: fewer than 32
	size int    // bits of a pixel
	next uint32 // the entry that the next code makes
}

// begin starts a stream of pixels of size bits behind out, with a clear code.
func (w *lzwWriter) begin(out []byte, size int) {
	*w = lzwWriter{out: out, size: size, next: 1<<size + 2}
	w.clear()
}

// put writes a code, which makes an entry.
func (w *lzwWriter) put(code uint32) {
	w.acc |= uint64(code) << w.held
	w.held += uint(bits.Len32(w.next - 1))
	w.next++
	if w.held >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.acc))
		w.acc >>= 32
		w.held -= 32
	}
}

// clear writes a clear code.
func (w *lzwWriter) clear() {
	w.put(1 << w.size)
	w.next = 1<<w.size + 2
}

// putAll writes a list of codes, clear codes among them.
func (w *lzwWriter) putAll(codes []uint16) {
	one := *w // in registers
	for _, code := range codes {
		one.put(uint32(code))
		if code == 1<<one.size {
			one.next = 1<<one.size + 2
		}
	}
	*w = one
}

// putStretch writes the codes of a stretch, whose entries have other numbers in the
// list that it is from: numbers says which they have here, and is told those that the
// stretch makes, from the list's at on. It returns where the list goes on.
func (w *lzwWriter) putStretch(codes []uint16, numbers *lzwNumbers, at uint32) uint32 {
	out, acc, held, next := w.out, w.acc, w.held, w.next
	for _, code := range codes {
		numbers[at%lzwEntries] = uint16(next)
		at++
		acc |= uint64(numbers[code%lzwEntries]) << (held % 64)
		held += uint(bits.Len32(next - 1))
		next++
		if held >= 32 {
			out = binary.LittleEndian.AppendUint32(out, uint32(acc))
			acc >>= 32
			held -= 32
		}
	}
	w.out, w.acc, w.held, w.next = out, acc, held, next
	return at
}

// lzwNumbers are the numbers in a stream of a list's codes.
type lzwNumbers [lzwEntries]uint16

// putBits writes n bits that another writer wrote.
func (w *lzwWriter) putBits(b []byte, n int) {
	for ; n >= 32; n -= 32 {
		w.acc |= uint64(binary.LittleEndian.Uint32(b)) << w.held
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.acc))
		w.acc >>= 32
		b = b[4:]
	}
	for ; n > 0; n -= 8 {
		w.acc |= uint64(b[0]) << w.held
		w.held += uint(min(8, n))
		b = b[1:]
	}
	if w.held >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.acc))
		w.acc >>= 32
		w.held -= 32
	}
}

// end writes the end code.
func (w *lzwWriter) end() { w.put(1<<w.size + 1) }

// close returns all that was written.
func (w *lzwWriter) close() []byte {
	for ; w.held > 0; w.held -= min(8, w.held) {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
	return w.out
}

// appendBlocks appends a stream in GIF's blocks of at most 255 bytes, and the empty
// block that ends them.
func appendBlocks(out, stream []byte) []byte {
	for len(stream) > 255 {
		out = append(append(out, 255), stream[:255]...)
		stream = stream[255:]
	}
	out = append(append(out, byte(len(stream))), stream...)
	return append(out, 0)
}
