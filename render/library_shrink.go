package render

import (
	"image"
	"image/color"
)

// shrink is a part of a decoded picture made smaller by a whole factor, each
// pixel the mean of a square: much quicker than a filter over all of them, and
// as good before one that does the rest.
func shrink(source image.Image, part image.Rectangle, factor int) (image.Image, image.Rectangle) {
	var square func(x, y int) [4]uint32 // sums of red, green, blue and alpha, premultiplied
	switch m := source.(type) {
	case *image.YCbCr:
		square = func(x, y int) [4]uint32 { return squareYCbCr(m, x, y, factor) }
	case *image.RGBA:
		square = func(x, y int) [4]uint32 { return squareRGBA(m.Pix[m.PixOffset(x, y):], m.Stride, factor) }
	case *image.NRGBA:
		square = func(x, y int) [4]uint32 { return squareNRGBA(m.Pix[m.PixOffset(x, y):], m.Stride, factor) }
	case image.RGBA64Image:
		square = func(x, y int) [4]uint32 { return squareOther(m, x, y, factor) }
	default:
		return source, part
	}
	dst := image.NewRGBA(image.Rect(0, 0, part.Dx()/factor, part.Dy()/factor))
	n := uint32(factor * factor)
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sum := square(part.Min.X+x*factor, part.Min.Y+y*factor)
			to := dst.Pix[dst.PixOffset(x, y):][:4:4]
			for i := range to {
				to[i] = uint8((sum[i] + n/2) / n)
			}
		}
	}
	return dst, dst.Rect
}

// squareYCbCr means luma and chroma first: they are linear in the colours.
func squareYCbCr(m *image.YCbCr, x, y, side int) [4]uint32 {
	var luma, blue, red uint32
	for row := y; row < y+side; row++ {
		for _, v := range m.Y[m.YOffset(x, row):][:side] {
			luma += uint32(v)
		}
		for column := x; column < x+side; column++ {
			at := m.COffset(column, row)
			blue += uint32(m.Cb[at])
			red += uint32(m.Cr[at])
		}
	}
	n := uint32(side * side)
	r, g, b := color.YCbCrToRGB(uint8((luma+n/2)/n), uint8((blue+n/2)/n), uint8((red+n/2)/n))
	return [4]uint32{uint32(r) * n, uint32(g) * n, uint32(b) * n, 255 * n}
}

func squareRGBA(pix []uint8, stride, side int) (sum [4]uint32) {
	for row := range side {
		p := pix[row*stride:][:4*side]
		for i := 0; i < len(p); i += 4 {
			sum[0] += uint32(p[i])
			sum[1] += uint32(p[i+1])
			sum[2] += uint32(p[i+2])
			sum[3] += uint32(p[i+3])
		}
	}
	return sum
}

func squareNRGBA(pix []uint8, stride, side int) (sum [4]uint32) {
	for row := range side {
		p := pix[row*stride:][:4*side]
		for i := 0; i < len(p); i += 4 {
			a := uint32(p[i+3])
			sum[0] += (uint32(p[i])*a + 127) / 255
			sum[1] += (uint32(p[i+1])*a + 127) / 255
			sum[2] += (uint32(p[i+2])*a + 127) / 255
			sum[3] += a
		}
	}
	return sum
}

// squareOther is of kinds that are rare, such as CMYK and those of 16 bits.
func squareOther(m image.RGBA64Image, x, y, side int) (sum [4]uint32) {
	for row := y; row < y+side; row++ {
		for column := x; column < x+side; column++ {
			c := m.RGBA64At(column, row)
			sum[0] += (uint32(c.R) + 128) / 257
			sum[1] += (uint32(c.G) + 128) / 257
			sum[2] += (uint32(c.B) + 128) / 257
			sum[3] += (uint32(c.A) + 128) / 257
		}
	}
	return sum
}
