package main

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// hashOf is a hash such as those of pictures' keys.
func hashOf(n uint64) uint64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
	return binary.BigEndian.Uint64(sum[:])
}

func TestDistinctIsExactWhileItFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, other := newDistinct(1<<12), newDistinct(1<<12)
		want := map[uint64]uint8{}
		for range rapid.IntRange(0, 4000).Draw(t, "n") {
			n := rapid.Uint64Range(0, 2500).Draw(t, "hash")
			mark := uint8(1) << rapid.IntRange(0, 7).Draw(t, "mark")
			into := rapid.SampledFrom([]*distinct{d, other}).Draw(t, "into")
			into.add(hashOf(n), mark)
			want[n] |= mark
		}
		d.merge(other)
		for marks := range 256 {
			n := 0
			for _, has := range want {
				if has&uint8(marks) != 0 {
					n++
				}
			}
			if got := d.count(uint8(marks)); got.N != n || got.About {
				t.Fatalf("count(%b) = %+v, want %d", marks, got, n)
			}
		}
	})
}

// TestDistinctEstimates counts many more than fit: each half of them with another
// mark, all twice. Five standard errors are allowed.
func TestDistinctEstimates(t *testing.T) {
	const most, many = 1 << 12, 300_000
	d, other := newDistinct(most), newDistinct(most)
	for range 2 {
		for n := range uint64(many) {
			d.add(hashOf(n), 1<<(n%2))
		}
	}
	for n := range uint64(many / 2) {
		other.add(hashOf(n+many*3/4), 4) // the last quarter again, and as many new ones
	}
	if len(d.slots) > most {
		t.Errorf("%d slots, at most %d are allowed", len(d.slots), most)
	}
	near := func(marks uint8, want int) {
		t.Helper()
		got := d.count(marks)
		kept := float64(got.N >> d.level)
		if math.Abs(float64(got.N-want)) > 5*float64(want)/math.Sqrt(kept) || !got.About {
			t.Errorf("count(%b) = %+v, want about %d", marks, got, want)
		}
	}
	near(1, many/2)
	near(3, many)
	d.merge(other)
	near(255, many*5/4)
	near(4, many/2)
}

func TestDistinctTakesHashesOfZeros(t *testing.T) {
	d := newDistinct(1 << 10)
	d.add(0, 1)
	d.add(255, 2)
	if got := d.count(3); got.N != 1 {
		t.Errorf("two hashes that are 0 without their marks are %d", got.N)
	}
}
