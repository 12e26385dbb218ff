package render

import (
	"image"
	"math/rand/v2"
	"testing"
)

// TestTwinsAgree has both ways of each step work on random pictures, from even ones
// to noise of black and white: the results are the same bits.
func TestTwinsAgree(t *testing.T) {
	if !hasAVX2 {
		t.Log("this processor has but one way")
		return
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		m := image.NewRGBA(image.Rect(0, 0, 16+random.IntN(40), 16))
		spread, middle := 1+random.IntN(256), random.IntN(256)
		for i := range m.Pix {
			m.Pix[i] = uint8(min(max(0, middle+(random.IntN(2*spread)-spread)), 255))
		}
		var plain, quick mcu
		plain.loadPlain(m.Pix, m.Stride)
		loadAVX2(&quick, &m.Pix[0], m.Stride)
		if plain != quick {
			t.Fatal("they load other samples")
		}
		of := stepsOf(1 + random.IntN(100))
		factors := of.factors()
		for i := range plain {
			var a, b coefficients
			used := a.quantisePlain(&plain[i], &factors[i/4])
			if other := quantiseAVX2(&b, &quick[i], &factors[i/4]); other != used || a != b {
				t.Fatalf("coefficients are %d (%x) and %d (%x)", a, used, b, other)
			}
			for k, v := range a {
				if used>>k&1 == 1 != (v != 0) {
					t.Fatalf("coefficient %d is %d, used %x", k, v, used)
				}
			}
		}
	}
}

// BenchmarkSteps are the steps of an MCU, both ways.
func BenchmarkSteps(b *testing.B) {
	photo := demoPhoto(b)
	of := stepsOf(82)
	factors := of.factors()
	var m mcu
	var c coefficients
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			m.loadFrom(photo.Pix, photo.Stride)
		}
	})
	b.Run("load in Go", func(b *testing.B) {
		for b.Loop() {
			m.loadPlain(photo.Pix, photo.Stride)
		}
	})
	b.Run("quantise", func(b *testing.B) {
		for b.Loop() {
			for i := range m {
				c.quantise(&m[i], &factors[i/4])
			}
		}
	})
	b.Run("quantise in Go", func(b *testing.B) {
		for b.Loop() {
			for i := range m {
				s := m[i]
				c.quantisePlain(&s, &factors[i/4])
			}
		}
	})
}
