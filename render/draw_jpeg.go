package render

import (
	"bytes"
	"image"
	"slices"
)

// laid is a photo that was drawn whole, its upper left corner at a place.
type laid struct {
	photo *image.RGBA
	of    cut
	at    image.Point
}

// inlayKey says which part of a photo an inlay's plate is of: that which begins right
// and down of its corner by some pixels.
type inlayKey struct {
	of      cut
	x, y    int // 0..15
	quality int
}

// inlayBytes bounds the memory of all plates of inlays.
const inlayBytes = 32 << 20

// maxPlate bounds the memory of a plate: what takes more is coded each time.
const maxPlate = 5 << 19

// printJPEG codes what was drawn on the ground that from says: what is as in it, or as
// in a photo, is copied from their plates.
func (r *Renderer) printJPEG(from plateKey, base *image.RGBA, w *worker, d *drawing) ([]byte, error) {
	plate, err := r.plates.get(from, func() (*plate, int64, error) {
		made := w.jpeg.newPlate(base, from.quality)
		if made.size() > maxPlate {
			made = nil
		}
		return made, made.size(), nil
	})
	if err != nil {
		return nil, err
	}
	if plate == nil {
		return w.jpeg.encode(w.out[:0], d.dst, from.quality), nil
	}
	if w.inlays, err = r.inlaysOf(w.inlays[:0], d, from.quality, w); err != nil {
		return nil, err
	}
	w.sources(base, d)
	return w.jpeg.print(w.out[:0], plate, d.dst, w.from, w.inlays), nil
}

// inlaysOf appends the plates of the photos that were laid. One that was not asked for
// before has none.
func (r *Renderer) inlaysOf(inlays []inlay, d *drawing, quality int, w *worker) ([]inlay, error) {
	for _, l := range d.laid {
		corner := image.Pt(-(-l.at.X & -mcuSide), -(-l.at.Y & -mcuSide)) // of the first whole MCU
		key := inlayKey{of: l.of, x: corner.X - l.at.X, y: corner.Y - l.at.Y, quality: quality}
		if !r.seenInlays.again(key) {
			inlays = append(inlays, inlay{})
			continue
		}
		plate, err := r.inlays.get(key, func() (*plate, int64, error) {
			made := w.jpeg.newInlay(l.photo, image.Pt(key.x, key.y), quality)
			return made, made.size(), nil
		})
		if err != nil {
			return nil, err
		}
		inlays = append(inlays, inlay{plate, corner.X / mcuSide, corner.Y / mcuSide})
	}
	return inlays, nil
}

// sources works out where the MCUs of what d drew on a ground come from: those that
// are the ground's or a photo's, pixel for pixel, are copied.
func (w *worker) sources(base *image.RGBA, d *drawing) {
	m := d.dst
	columns, rows := mcus(m.Rect.Dx()), mcus(m.Rect.Dy())
	w.from = slices.Grow(w.from[:0], columns*rows)[:columns*rows]
	clear(w.from)
	for _, r := range d.touched {
		for row := r.Min.Y / mcuSide; row < mcus(r.Max.Y); row++ {
			for column := r.Min.X / mcuSide; column < mcus(r.Max.X); column++ {
				if at := row*columns + column; w.from[at] == ofPlate {
					w.from[at] = w.source(base, d, column, row)
				}
			}
		}
	}
}

// source is where one MCU comes from.
func (w *worker) source(base *image.RGBA, d *drawing, column, row int) uint8 {
	m, corner := d.dst, image.Pt(column*mcuSide, row*mcuSide)
	box := image.Rectangle{corner, corner.Add(image.Pt(mcuSide, mcuSide))}
	inside := box.Intersect(m.Rect)
	if alike(m, base, inside, image.Point{}) {
		return ofPlate
	}
	if inside == box {
		for i, l := range d.laid {
			if w.inlays[i].plate != nil && box.In(l.photo.Rect.Add(l.at)) && alike(m, l.photo, box, l.at) {
				return ofInlay + uint8(i)
			}
		}
	}
	return ofPixels
}

// alike reports whether two pictures are the same in a box of a, with b laid at a
// place. Both begin at 0.
func alike(a, b *image.RGBA, box image.Rectangle, at image.Point) bool {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		p, q := a.Pix[y*a.Stride:], b.Pix[(y-at.Y)*b.Stride:]
		if !bytes.Equal(p[4*box.Min.X:4*box.Max.X], q[4*(box.Min.X-at.X):4*(box.Max.X-at.X)]) {
			return false
		}
	}
	return true
}
