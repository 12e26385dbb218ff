package render

import (
	"encoding/binary"
	"image"
)

// mcu is what JPEG codes together: 16x16 pixels, as four blocks of luminance and
// one of each colour at half the resolution.
type mcu [6]samples

const mcuSide = 16

// What a channel's values add to luminance, which lies around 0.
var redWeight, greenWeight, blueWeight = weights(0.299, 128), weights(0.587, 0), weights(0.114, 0)

func weights(of, less float32) (table [256]float32) {
	for i := range table {
		table[i] = float32(of*float32(i)) - less
	}
	return table
}

// load takes the pixels at a column and row of MCUs, of a picture that is opaque.
// Beyond its edge the last pixels are repeated.
func (m *mcu) load(p *image.RGBA, column, row int) {
	x, y := column*mcuSide, row*mcuSide
	if x+mcuSide <= p.Rect.Dx() && y+mcuSide <= p.Rect.Dy() {
		m.loadFrom(p.Pix[y*p.Stride+4*x:], p.Stride)
		return
	}
	var tile [4 * mcuSide * mcuSide]byte
	for ty := range mcuSide {
		from := p.Pix[min(y+ty, p.Rect.Dy()-1)*p.Stride:]
		for tx := range mcuSide {
			copy(tile[4*(ty*mcuSide+tx):][:4], from[4*min(x+tx, p.Rect.Dx()-1):])
		}
	}
	m.loadFrom(tile[:], 4*mcuSide)
}

// loadFrom converts as JFIF says (ITU T.871), colours from the mean of four
// pixels. Products are rounded, as in transform.
func (m *mcu) loadFrom(pix []byte, stride int) {
	if hasAVX2 {
		_ = pix[15*stride+4*mcuSide-1]
		loadAVX2(m, &pix[0], stride)
		return
	}
	m.loadPlain(pix, stride)
}

func (m *mcu) loadPlain(pix []byte, stride int) {
	for y := 0; y < mcuSide; y += 2 {
		upper := (*[4 * mcuSide]byte)(pix[y*stride:])
		lower := (*[4 * mcuSide]byte)(pix[(y+1)*stride:])
		blues, reds := (*[8]float32)(m[4][4*y:]), (*[8]float32)(m[5][4*y:])
		for half := range 2 {
			block := (*[16]float32)(m[y>>3<<1|half][y&7<<3:])
			up, low := (*[32]byte)(upper[32*half:]), (*[32]byte)(lower[32*half:])
			for i := range 4 {
				a, b := binary.LittleEndian.Uint64(up[8*i:]), binary.LittleEndian.Uint64(low[8*i:])
				block[2*i], block[2*i+1] = luminance(uint32(a)), luminance(uint32(a>>32))
				block[2*i+8], block[2*i+9] = luminance(uint32(b)), luminance(uint32(b>>32))
				// Two channels of four pixels are added at a time.
				const mask = 0x00ff00ff00ff00ff
				redBlue, green := a&mask+b&mask, a>>8&mask+b>>8&mask
				redBlue, green = redBlue+redBlue>>32, green+green>>32
				r, g, bl := float32(int32(redBlue&0xffff)), float32(int32(green&0xffff)), float32(int32(redBlue>>16&0xffff))
				blues[4*half+i] = float32(-0.168735892/4*r) - float32(0.331264108/4*g) + float32(0.5/4*bl)
				reds[4*half+i] = float32(0.5/4*r) - float32(0.418687589/4*g) - float32(0.081312411/4*bl)
			}
		}
	}
}

// luminance is that of a pixel, red in its lowest byte.
func luminance(pixel uint32) float32 {
	return redWeight[uint8(pixel)] + greenWeight[uint8(pixel>>8)] + blueWeight[uint8(pixel>>16)]
}
