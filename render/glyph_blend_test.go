package render

import (
	"image/color"
	"testing"
)

// TestBlendingIsExact blends every mask and alpha over every channel, and compares
// with the fraction rounded to the nearest.
func TestBlendingIsExact(t *testing.T) {
	pix, mask := make([]byte, 4*256), make([]byte, 256)
	for _, alpha := range []uint32{0, 1, 77, 128, 254, 255} {
		for m := range uint32(256) {
			c := color.NRGBA{uint8(m), uint8(255 - m), 200, uint8(alpha)}
			for i := range mask {
				mask[i] = uint8(m)
				pix[4*i], pix[4*i+1], pix[4*i+2], pix[4*i+3] = uint8(i), uint8(255-i), uint8(i/2), uint8(i)
			}
			blendRow(pix, mask, c)
			for i := range uint32(256) {
				under := [4]uint32{i, 255 - i, i / 2, i}
				for k, over := range [4]uint32{m, 255 - m, 200, 255} {
					a := m * alpha
					want := uint8((over*a + under[k]*(255*255-a) + 255*255/2) / (255 * 255))
					if got := pix[4*i+uint32(k)]; got != want {
						t.Fatalf("%d over %d, mask %d, alpha %d: %d, want %d", over, under[k], m, alpha, got, want)
					}
				}
			}
		}
	}
}
