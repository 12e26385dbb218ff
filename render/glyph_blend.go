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
	if r.Empty() {
		return r
	}
	mask := g.mask[(r.Min.Y-y)*g.stride+r.Min.X-x:]
	pix := dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y):]
	done := 0
	if hasAVX2 && c.A == 255 {
		eights := r.Dx() / 8
		// Beyond a mask's end there is nothing up to the next eight, so that pixels there
		// stay as they are.
		if over := (r.Dx() + 7) / 8; r.Max.X == x+g.w && r.Min.X-x+8*over <= g.stride && (r.Dy()-1)*dst.Stride+32*over <= len(pix) {
			eights = over
		}
		if eights > 0 {
			blendAVX2(&opaqueBlend{&pix[0], &mask[0], dst.Stride, g.stride, eights, r.Dy(), lanesOf(c)})
		}
		done = min(8*eights, r.Dx())
	}
	for row := 0; row < r.Dy() && done < r.Dx(); row++ {
		blendRow(pix[row*dst.Stride:][4*done:4*r.Dx()], mask[row*g.stride:][done:r.Dx()], c)
	}
	return r
}

// opaqueBlend is a colour that is laid through a mask, eight pixels at a time.
type opaqueBlend struct {
	pix, mask          *byte
	stride, maskStride int
	eights, rows       int    // eights of pixels in each of rows; 1 at least
	colour             uint64 // as lanesOf
}

// blendRow lays a colour through a row of a mask over a row of pixels: eight at a
// time where the mask lets nothing or all of them through.
func blendRow(pix, mask []byte, c color.NRGBA) {
	blend := blendPixels
	if c.A == 255 {
		blend = blendOpaque
	}
	for len(mask) >= 8 {
		switch binary.LittleEndian.Uint64(mask) {
		case 0:
		case 1<<64 - 1:
			blendEight((*[32]byte)(pix), c)
		default:
			blend(pix[:32], mask[:8], c)
		}
		pix, mask = pix[32:], mask[8:]
	}
	blend(pix, mask, c)
}

const (
	lanes = 0x0001_0001_0001_0001 // a 1 in each of four numbers of 16 bits
	low   = 255 * lanes
)

// blendEight lays a colour over eight pixels: as blendPixels does, where 255 divides
// all, of four channels at a time.
func blendEight(pix *[32]byte, c color.NRGBA) {
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

// lanesOf is an opaque colour, a channel in each of four numbers of 16 bits.
func lanesOf(c color.NRGBA) uint64 {
	return uint64(c.R) | uint64(c.G)<<16 | uint64(c.B)<<32 | 255<<48
}

// spread is a pixel, a channel in each of four numbers of 16 bits.
func spread(p uint32) uint64 {
	q := uint64(p)
	q = (q | q<<16) & 0x0000_ffff_0000_ffff
	return (q | q<<8) & low
}

// gathered is the pixel of four numbers, divided by 255 and rounded.
func gathered(t uint64) uint32 {
	t += 127 * lanes
	t = (t + lanes + t>>8&low) >> 8 & low
	t = (t | t>>8) & 0x0000_ffff_0000_ffff
	return uint32(t | t>>16)
}

// blendOpaque is blendPixels of a colour that hides what lies under it: there 255
// divides all, so that four channels are mixed at a time.
func blendOpaque(pix, mask []byte, c color.NRGBA) {
	all := lanesOf(c)
	for i, m := range mask {
		if m == 0 {
			continue
		}
		p := pix[4*i : 4*i+4 : 4*i+4]
		binary.LittleEndian.PutUint32(p, gathered(all*uint64(m)+spread(binary.LittleEndian.Uint32(p))*uint64(255-m)))
	}
}

// blendPixels lays a colour through a mask over pixels.
func blendPixels(pix, mask []byte, c color.NRGBA) {
	const one = 255 * 255
	red, green, blue, alpha := uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A)
	for i, m := range mask {
		if m == 0 {
			continue
		}
		p := pix[4*i : 4*i+4 : 4*i+4]
		a := uint32(m) * alpha
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
	if r.Empty() {
		return r
	}
	done := 0
	if eights := r.Dx() / 8; hasAVX2 && alpha == 255 && eights > 0 {
		layAVX2(&opaqueLay{
			&dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y)], &src.Pix[src.PixOffset(r.Min.X-x, r.Min.Y-y)],
			dst.Stride, src.Stride, eights, r.Dy(),
		})
		done = 8 * eights
	}
	for row := r.Min.Y; row < r.Max.Y && done < r.Dx(); row++ {
		from := src.Pix[src.PixOffset(r.Min.X-x, row-y):][4*done : 4*r.Dx()]
		to := dst.Pix[dst.PixOffset(r.Min.X, row):][4*done : 4*r.Dx()]
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

// opaqueLay is a picture that is laid over another, eight pixels at a time.
type opaqueLay struct {
	pix, over          *byte
	stride, overStride int
	eights, rows       int // eights of pixels in each of rows; 1 at least
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
func lay(under, over uint32) uint32 { return over + gathered(spread(under)*uint64(255-over>>24)) }

// fillBand lays a colour over a rectangle.
func fillBand(dst *image.RGBA, r image.Rectangle, c color.NRGBA) image.Rectangle {
	r = r.Intersect(dst.Rect)
	if r.Empty() {
		return r
	}
	full := glyph{w: r.Dx(), h: 1, stride: r.Dx(), mask: make([]byte, r.Dx())}
	for i := range full.mask {
		full.mask[i] = 255
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		blendMask(dst, &full, r.Min.X, y, c)
	}
	return r
}
