package render

import (
	"image"
	"image/color"
	"image/draw"
	"testing"

	xdraw "golang.org/x/image/draw"
)

// TestShrinkIsAsTheSlowWay makes pictures of every kind smaller by shrink and
// by a box filter of another's, over parts that begin at odd places.
func TestShrinkIsAsTheSlowWay(t *testing.T) {
	t.Parallel()
	plain := image.NewNRGBA(image.Rect(3, 5, 103, 95))
	for y := 5; y < 95; y++ {
		for x := 3; x < 103; x++ {
			plain.SetNRGBA(x, y, color.NRGBA{uint8(2 * x), uint8(3 * y), uint8(x * y / 20), uint8(255 - x)})
		}
	}
	opaque := image.NewRGBA(plain.Rect)
	for i := range opaque.Pix {
		if opaque.Pix[i] = plain.Pix[i]; i%4 == 3 {
			opaque.Pix[i] = 255
		}
	}
	kinds := map[string]image.Image{"NRGBA": plain, "RGBA": opaque, "gray": image.NewGray(plain.Rect)}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio410} {
		m := image.NewYCbCr(plain.Rect, ratio)
		for y := 5; y < 95; y++ {
			for x := 3; x < 103; x++ {
				m.Y[m.YOffset(x, y)] = uint8(50 + x)
				m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = uint8(90+x/2), uint8(150-y/2)
			}
		}
		kinds[ratio.String()] = m
	}
	for name, m := range kinds {
		for _, factor := range []int{2, 3, 7} {
			part := image.Rect(8, 9, 8+12*factor, 9+11*factor)
			small, from := shrink(m, part, factor)
			got, want := image.NewRGBA(image.Rect(0, 0, 12, 11)), image.NewRGBA(image.Rect(0, 0, 12, 11))
			if from.Size() == got.Rect.Size() {
				draw.Draw(got, got.Rect, small, from.Min, draw.Src)
			} else {
				xdraw.BiLinear.Scale(got, got.Rect, small, from, draw.Src, nil)
			}
			box := &xdraw.Kernel{Support: 0.5, At: func(float64) float64 { return 1 }}
			box.Scale(want, want.Rect, m, part, draw.Src, nil)
			for i := range want.Pix {
				if d := int(got.Pix[i]) - int(want.Pix[i]); max(d, -d) > 3 {
					t.Fatalf("%s by %d: byte %d is %d, want %d", name, factor, i, got.Pix[i], want.Pix[i])
				}
			}
		}
	}
}
