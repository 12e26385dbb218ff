package render

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
)

// TestBlendingIsThatOfEachPixel lays masks of all kinds over pixels of all kinds, at
// every edge, whole and clipped, and compares with what is mixed channel by channel.
func TestBlendingIsThatOfEachPixel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 2000 {
		g := glyph{w: 1 + random.IntN(30), h: 1 + random.IntN(9)}
		g.stride = g.w
		if n%3 > 0 {
			g.stride = (g.w + 7) &^ 7
		}
		g.mask = make([]byte, g.stride*g.h)
		for i := range g.mask {
			if i%g.stride < g.w {
				g.mask[i] = []byte{0, 255, byte(random.IntN(256)), byte(random.IntN(256))}[random.IntN(4)]
			}
		}
		if n%5 == 0 {
			for i := range g.mask {
				g.mask[i] = 255 * byte(min(1, max(0, g.w-i%g.stride)))
			}
		}
		all := image.NewRGBA(image.Rect(0, 0, 24, 12))
		for i := range all.Pix {
			all.Pix[i] = byte(random.IntN(256))
		}
		dst := all.SubImage(image.Rect(2, 1, 24-random.IntN(3), 12-random.IntN(2))).(*image.RGBA)
		want := &image.RGBA{Pix: bytes.Clone(all.Pix), Stride: all.Stride, Rect: all.Rect}
		c := color.NRGBA{byte(random.IntN(256)), byte(random.IntN(256)), byte(random.IntN(256)), []byte{255, 255, byte(random.IntN(256))}[random.IntN(3)]}
		x, y := random.IntN(40)-14, random.IntN(18)-6
		blendMask(dst, &g, x, y, c)
		for row := range g.h {
			for column := range g.w {
				if at := image.Pt(x+column, y+row); at.In(dst.Rect) {
					blendPixels(want.Pix[want.PixOffset(at.X, at.Y):][:4], g.mask[row*g.stride+column:][:1], c)
				}
			}
		}
		if !bytes.Equal(all.Pix, want.Pix) {
			t.Fatalf("a mask of %dx%d, rows of %d, at %d,%d in %v, colour %v: other pixels", g.w, g.h, g.stride, x, y, dst.Rect, c)
		}
	}
}

// TestBlendingOpaqueIsExact mixes each channel with each other by each share, alone
// and as one of eight pixels.
func TestBlendingOpaqueIsExact(t *testing.T) {
	t.Parallel()
	mask := bytes.Repeat([]byte{0}, 8)
	for over := range 256 {
		for under := range 256 {
			m := image.NewRGBA(image.Rect(0, 0, 256, 1))
			draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{byte(under), byte(255 - under), byte(under), 255}), image.Point{}, draw.Src)
			want := bytes.Clone(m.Pix)
			c := color.NRGBA{byte(over), byte(over), byte(255 - over), 255}
			for x := 0; x < 256; x += 8 {
				for i := range mask {
					mask[i] = byte(x + i)
				}
				blendMask(m, &glyph{w: 8, h: 1, stride: 8, mask: mask}, x, 0, c)
				blendPixels(want[4*x:4*x+32], mask, c)
			}
			if !bytes.Equal(m.Pix, want) {
				t.Fatalf("%d over %d: other pixels", over, under)
			}
			blendOpaque(m.Pix[:32], mask, c)
			blendPixels(want[:32], mask, c)
			if !bytes.Equal(m.Pix, want) {
				t.Fatalf("%d over %d, one at a time: other pixels", over, under)
			}
		}
	}
}

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
			over, dst := image.NewRGBA(image.Rect(0, 0, length, 2)), image.NewRGBA(image.Rect(0, 0, 256, 3))
			for i := range length {
				for row := range 2 {
					over.SetRGBA(i, row, color.RGBA{uint8(alpha * i / 255), 0, uint8(alpha), uint8(alpha)})
				}
			}
			for i := range 256 {
				for row := range 3 {
					dst.SetRGBA(i, row, color.RGBA{uint8(i), uint8(255 - i), uint8(i * 7), 255})
				}
			}
			blendPicture(dst, over, 0, 1, 255)
			for i := range 3 * 256 {
				i, row := i%256, i/256
				want := color.RGBA{uint8(i), uint8(255 - i), uint8(i * 7), 255}
				if i < length && row > 0 {
					mix := func(over, under int) uint8 { return uint8((2*255*over + 2*under*(255-alpha) + 255) / (2 * 255)) }
					want = color.RGBA{mix(alpha*i/255, i), mix(0, 255-i), mix(alpha, i*7%256), mix(alpha, 255)}
				}
				if got := dst.RGBAAt(i, row); got != want {
					t.Fatalf("alpha %d, pixel %d of %d: %v, want %v", alpha, i, length, got, want)
				}
			}
		}
	}
}
