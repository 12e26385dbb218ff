package render

import (
	"image"
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

// TestPicturesLieExactly lays every pixel there can be over every channel, in rows of
// all lengths, and compares with the fraction rounded to the nearest.
func TestPicturesLieExactly(t *testing.T) {
	for alpha := range 256 {
		for length := 1; length <= 256; length += 1 + alpha%37 {
			over, dst := image.NewRGBA(image.Rect(0, 0, length, 1)), image.NewRGBA(image.Rect(0, 0, 256, 1))
			for i := range length {
				over.SetRGBA(i, 0, color.RGBA{uint8(alpha * i / 255), 0, uint8(alpha), uint8(alpha)})
			}
			for i := range 256 {
				dst.SetRGBA(i, 0, color.RGBA{uint8(i), uint8(255 - i), uint8(i * 7), 255})
			}
			blendPicture(dst, over, 0, 0, 255)
			for i := range 256 {
				want := color.RGBA{uint8(i), uint8(255 - i), uint8(i * 7), 255}
				if i < length {
					mix := func(over, under int) uint8 { return uint8((2*255*over + 2*under*(255-alpha) + 255) / (2 * 255)) }
					want = color.RGBA{mix(alpha*i/255, i), mix(0, 255-i), mix(alpha, i*7%256), mix(alpha, 255)}
				}
				if got := dst.RGBAAt(i, 0); got != want {
					t.Fatalf("alpha %d, pixel %d of %d: %v, want %v", alpha, i, length, got, want)
				}
			}
		}
	}
}
