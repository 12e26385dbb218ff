package main

import "math/bits"

// distinct counts how many different hashes it was given, and of each which of
// eight marks it came with, in bounded memory: exactly as long as they fit, then as
// an estimate from a sample of them. The sample is of the hashes that begin with so
// many zeros, one more whenever it does not fit (M. Wegman's adaptive sampling; P.
// Flajolet, Computing 43, 1990). 56 bits of a hash are looked at.
type distinct struct {
	slots []uint64 // hash and marks; 0: free; their number is a power of two
	used  int
	most  int // slots
	level int // zeros that a hash of the sample begins with
}

const (
	markBits   = 8
	leastSlots = 1 << 8
)

// newDistinct returns a distinct that uses 8 bytes for each of at most so many
// slots.
func newDistinct(most int) *distinct {
	most = max(leastSlots, 1<<(bits.Len(uint(most))-1))
	return &distinct{slots: make([]uint64, leastSlots), most: most}
}

// add notes a hash that came with marks.
func (d *distinct) add(hash uint64, marks uint8) {
	entry := hash>>markBits<<markBits | uint64(marks)
	if bits.LeadingZeros64(entry|1<<markBits) < d.level {
		return
	}
	mask := uint64(len(d.slots) - 1)
	for at := hash >> markBits & mask; ; at = (at + 1) & mask {
		switch kept := d.slots[at]; {
		case kept == 0:
			d.slots[at] = entry
			if d.used++; d.used > len(d.slots)/4*3 {
				d.grow()
			}
			return
		case kept>>markBits == entry>>markBits:
			d.slots[at] |= entry
			return
		}
	}
}

// grow makes place: by more slots, else by a smaller sample.
func (d *distinct) grow() {
	if 2*len(d.slots) <= d.most {
		d.rebuild(2*len(d.slots), d.level)
		return
	}
	d.rebuild(len(d.slots), d.level+1)
}

// rebuild keeps what is of the sample of a level in so many slots.
func (d *distinct) rebuild(slots, level int) {
	kept := d.slots
	d.slots, d.used, d.level = make([]uint64, slots), 0, level
	for _, entry := range kept {
		if entry != 0 {
			d.add(entry, uint8(entry))
		}
	}
}

// merge adds what another counted.
func (d *distinct) merge(other *distinct) {
	if d.level < other.level {
		d.rebuild(len(d.slots), other.level)
	}
	for _, entry := range other.slots {
		if entry != 0 {
			d.add(entry, uint8(entry))
		}
	}
}

// counted is how many different ones were counted; About: it is an estimate.
type counted struct {
	N     int
	About bool
}

// count returns how many came with any of the marks.
func (d *distinct) count(marks uint8) counted {
	n := 0
	for _, entry := range d.slots {
		if uint8(entry)&marks != 0 {
			n++
		}
	}
	return counted{n << d.level, d.level > 0}
}
