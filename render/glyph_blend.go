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

// blendRow lays a colour through a row of a mask over a row of pixels: eight at a
// time where the mask lets nothing or all of them through.
func blendRow(pix, mask []byte, c color.NRGBA) {
	for len(mask) >= 8 {
		switch binary.LittleEndian.Uint64(mask) {
		case 0:
		case 1<<64 - 1:
			blendEight((*[32]byte)(pix), c)
		default:
			blendPixels(pix[:32], mask[:8], c)
		}
		pix, mask = pix[32:], mask[8:]
	}
	blendPixels(pix, mask, c)
}

// lanes is a 1 in each of four numbers of 16 bits.
const lanes = 0x0001_0001_0001_0001

// blendEight lays a colour over eight pixels: as blendPixels does, where 255 divides
// all, of four channels at a time.
func blendEight(pix *[32]byte, c color.NRGBA) {
	const low = 255 * lanes
	alpha, rest := uint64(c.A), 255-uint64(c.A)
	even := (uint64(c.R)|uint64(c.B)<<16)*(1+1<<32)*alpha + 127*lanes
	odd := (uint64(c.G)|255<<16)*(1+1<<32)*alpha + 127*lanes
	for i := 0; i < len(pix); i += 8 {
		p := binary.LittleEndian.Uint64(pix[i:])
		s, t := even+p&low*rest, odd+p>>8&low*rest
		s, t = s+lanes+s>>8&low, t+lanes+t>>8&low
		binary.LittleEndian.PutUint64(pix[i:], s>>8&low|t&^low)
	}
}

func blendPixels(pix, mask []byte, c color.NRGBA) {
	const one = 255 * 255
	red, green, blue, alpha := uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)
	whole := red | green<<8 | blue<<16 | 255<<24
	for i, m := range mask {
		if m == 0 {
			continue
		}
		p := pix[4*i : 4*i+4 : 4*i+4]
		a := uint32(m) * alpha
		if a == one {
			binary.LittleEndian.PutUint32(p, whole)
			continue
		}
		rest := one - a
		p[0] = uint8((red*a + uint32(p[0])*rest + one/2) / one)
		p[1] = uint8((green*a + uint32(p[1])*rest + one/2) / one)
		p[2] = uint8((blue*a + uint32(p[2])*rest + one/2) / one)
		p[3] = uint8((255*a + uint32(p[3])*rest + one/2) / one)
	}
}

// blendPicture lays a picture over dst, as opaque as alpha.
func blendPicture(dst *image.RGBA, src *image.RGBA, x, y int, alpha uint8) image.Rectangle {
	const one = 255 * 255
	r := src.Rect.Add(image.Pt(x, y)).Intersect(dst.Rect)
	for row := r.Min.Y; row < r.Max.Y; row++ {
		from := src.Pix[src.PixOffset(r.Min.X-x, row-y):][:4*r.Dx()]
		to := dst.Pix[dst.PixOffset(r.Min.X, row):][:4*r.Dx()]
		if alpha == 255 {
			layRow(to, from)
			continue
		}
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

// layRow lays a row of pixels over another.
func layRow(to, from []byte) {
	const both = 0xff000000_ff000000 // alpha of two pixels
	for len(from) >= 8 && len(to) >= 8 {
		two := binary.LittleEndian.Uint64(from)
		switch two & both {
		case 0: // nothing: pixels are premultiplied
		case both:
			binary.LittleEndian.PutUint64(to, two)
		default:
			under := binary.LittleEndian.Uint64(to)
			binary.LittleEndian.PutUint64(to, uint64(lay(uint32(under), uint32(two)))|uint64(lay(uint32(under>>32), uint32(two>>32)))<<32)
		}
		from, to = from[8:], to[8:]
	}
	if len(from) > 0 {
		binary.LittleEndian.PutUint32(to, lay(binary.LittleEndian.Uint32(to), binary.LittleEndian.Uint32(from)))
	}
}

// lay is a premultiplied pixel over another, each channel rounded to the nearest.
func lay(under, over uint32) uint32 {
	const low = 255 * lanes
	t := (uint64(under&0x00ff00ff)|uint64(under>>8&0x00ff00ff)<<32)*uint64(255-over>>24) + 127*lanes
	t = (t + lanes + t>>8&low) >> 8 & low
	return over + uint32(t) + uint32(t>>32)<<8
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
