package render

import (
	"encoding/binary"
	"image"
	"image/color"
)

// blendMask lays a colour through a mask over dst, its upper left corner at x,
// y, and returns the pixels it touched.
func blendMask(dst *image.RGBA, g *glyph, x, y int, c color.NRGBA) image.Rectangle {
	r := image.Rect(x, y, x+g.w, y+g.h).Intersect(dst.Rect)
	for row := r.Min.Y; row < r.Max.Y; row++ {
		mask := g.mask[(row-y)*g.w+r.Min.X-x:]
		to := dst.PixOffset(r.Min.X, row)
		blendRow(dst.Pix[to:to+4*r.Dx()], mask[:r.Dx()], c)
	}
	return r
}

// blendRow lays a colour through a row of a mask over a row of pixels.
func blendRow(pix, mask []byte, c color.NRGBA) {
	const one = 255 * 255
	red, green, blue, alpha := uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)
	whole := red | green<<8 | blue<<16 | 255<<24
	colour := spread(whole)
	for i, m := range mask {
		if m == 0 {
			continue
		}
		p := pix[4*i : 4*i+4 : 4*i+4]
		cover := uint64(m)
		if m == 255 {
			cover = uint64(alpha)
		} else if alpha != 255 {
			a := uint32(m) * alpha
			rest := one - a
			p[0] = uint8((red*a + uint32(p[0])*rest + one/2) / one)
			p[1] = uint8((green*a + uint32(p[1])*rest + one/2) / one)
			p[2] = uint8((blue*a + uint32(p[2])*rest + one/2) / one)
			p[3] = uint8((255*a + uint32(p[3])*rest + one/2) / one)
			continue
		}
		if cover == 255 {
			binary.LittleEndian.PutUint32(p, whole)
			continue
		}
		// As above, where 255 divides all: of four channels at a time.
		t := colour*cover + spread(binary.LittleEndian.Uint32(p))*(255-cover) + 127*lanes
		t = (t + lanes + t>>8&(255*lanes)) >> 8 & (255 * lanes)
		binary.LittleEndian.PutUint32(p, uint32(t)|uint32(t>>32)<<8)
	}
}

// lanes is a 1 in each of four numbers of 16 bits.
const lanes = 0x0001_0001_0001_0001

// spread makes four numbers of 16 bits of a pixel's channels: red, blue, green and
// alpha, the lowest first.
func spread(pixel uint32) uint64 {
	return uint64(pixel&0x00ff00ff) | uint64(pixel>>8&0x00ff00ff)<<32
}

// blendPicture lays an emoji over dst, as opaque as alpha.
func blendPicture(dst *image.RGBA, src *image.RGBA, x, y int, alpha uint8) image.Rectangle {
	const one = 255 * 255
	r := src.Rect.Add(image.Pt(x, y)).Intersect(dst.Rect)
	for row := r.Min.Y; row < r.Max.Y; row++ {
		from := src.Pix[src.PixOffset(r.Min.X-x, row-y):]
		to := dst.Pix[dst.PixOffset(r.Min.X, row):]
		for i := 0; i < 4*r.Dx(); i += 4 {
			s, d := from[i:i+4:i+4], to[i:i+4:i+4]
			if s[3] == 0 {
				continue
			}
			rest := one - uint32(s[3])*uint32(alpha)
			for k := range d {
				d[k] = uint8((uint32(s[k])*uint32(alpha)*255 + uint32(d[k])*rest + one/2) / one)
			}
		}
	}
	return r
}

// fillBand lays a colour over a rectangle.
func fillBand(dst *image.RGBA, r image.Rectangle, c color.NRGBA) image.Rectangle {
	r = r.Intersect(dst.Rect)
	if r.Empty() {
		return r
	}
	full := glyph{w: r.Dx(), h: 1, mask: make([]byte, r.Dx())}
	for i := range full.mask {
		full.mask[i] = 255
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		blendMask(dst, &full, r.Min.X, y, c)
	}
	return r
}
