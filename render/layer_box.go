package render

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"math"
	"regexp"
	"strconv"

	"example.com/opentime/strict"
)

// boxLayer is a filled or bordered box.
type boxLayer struct {
	common
	look decor
}

func (l *boxLayer) natural(_ *drawing, w, h float64) (float64, float64) { return w, h }

func (l *boxLayer) draw(d *drawing, b Box) error {
	d.decorate(&l.look, b)
	return nil
}

// box reads a box layer.
func (r *layoutReader) box(n *strict.Node) layer {
	l := &boxLayer{}
	keys := r.keys(&l.common)
	maps.Copy(keys, r.decor(&l.common, &l.look))
	r.Map(n, boxFields.Read(keys))
	return l
}

// lineLayer is a straight line, as wide or as high as its place.
type lineLayer struct {
	common
	colour paint
	thick  float64
}

func (l *lineLayer) natural(_ *drawing, w, _ float64) (float64, float64) { return w, l.thick }

func (l *lineLayer) draw(d *drawing, b Box) error {
	if !given(l.height) && (given(l.width) || b.W >= b.H) {
		b.H = l.thick
	}
	r := d.pixels(b)
	r.Max.X, r.Max.Y = max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1)
	d.touch(r)
	draw.Draw(d.dst, r, image.NewUniform(l.colour.of(d.p)), image.Point{}, draw.Over)
	return nil
}

// line reads a line layer.
func (r *layoutReader) line(n *strict.Node) layer {
	l := &lineLayer{thick: 1}
	keys := r.keys(&l.common)
	keys["color"] = r.paint(&l.common, &l.colour)
	keys["thickness"] = func(n *strict.Node) { l.thick = r.number(n, lineThickness) }
	l.colour.colour = color.NRGBA{0xe2, 0xe8, 0xf0, 0xff}
	r.Map(n, lineFields.Read(keys))
	return l
}

// padding is the room between a box's edge and what is in it.
type padding struct{ top, right, bottom, left float64 }

var paddingPattern = regexp.MustCompile(`^[0-9.]{1,5}(?: [0-9.]{1,5}){0,3}$`)

// padding reads one to four numbers in CSS's order: top, right, bottom, left.
func (r *layoutReader) padding(to *padding) func(*strict.Node) {
	return func(n *strict.Node) {
		if n.Kind != strict.Scalar || !paddingPattern.MatchString(n.Text) {
			r.Errorf(n, "%q is no padding; write one to four numbers, as in \"8 16\"", n.Text)
			return
		}
		var f [4]float64
		count := 0
		for _, word := range regexp.MustCompile(` `).Split(n.Text, -1) {
			f[count], _ = strconv.ParseFloat(word, 64)
			count++
		}
		switch count {
		case 1:
			f[1], f[2], f[3] = f[0], f[0], f[0]
		case 2:
			f[2], f[3] = f[0], f[1]
		case 3:
			f[3] = f[1]
		}
		*to = padding{f[0], f[1], f[2], f[3]}
	}
}

// within is the box less the padding.
func (p padding) within(b Box) Box {
	return Box{b.X + p.left, b.Y + p.top, max(0, b.W-p.left-p.right), max(0, b.H-p.top-p.bottom)}
}

// buttonLayer is a text in a box that is as large as the text needs.
type buttonLayer struct {
	common
	words words
	style style
	look  decor
	room  padding
}

func (l *buttonLayer) natural(d *drawing, w, h float64) (float64, float64) {
	m := d.set.Measure(l.words.of(d.p), l.style.at(d), max(1, w-l.room.left-l.room.right)*d.scale, 0)
	return min(w, math.Ceil(m.W/d.scale)+l.room.left+l.room.right), min(h, m.H/d.scale+l.room.top+l.room.bottom)
}

func (l *buttonLayer) draw(d *drawing, b Box) error {
	d.decorate(&l.look, b)
	inner := l.room.within(b)
	inner.X, inner.W = inner.X-1, inner.W+2 // rounding must not cut the text
	d.text(inner, l.words.of(d.p), l.style.at(d))
	return nil
}

// button reads a button layer.
func (r *layoutReader) button(n *strict.Node) layer {
	l := &buttonLayer{room: padding{10, 18, 10, 18}}
	keys := r.keys(&l.common)
	l.hugs = true
	maps.Copy(keys, r.style(&l.common, &l.style, 15))
	maps.Copy(keys, r.decor(&l.common, &l.look))
	l.style.Align, l.style.VAlign, l.style.MaxLines, l.style.Weight = AlignCentre, VAlignMiddle, 1, 700
	keys["text"] = func(n *strict.Node) { l.words = r.words(&l.common, n) }
	keys["padding"] = r.padding(&l.room)
	r.Map(n, buttonFields.Read(keys))
	r.require(n, n.Find("text") != nil, "text", `what the button says, as in "{button}"`)
	r.countText(n)
	return l
}

// starsLayer is a rating.
type starsLayer struct {
	common
	value         int
	count         int
	size, gap     float64
	colour, empty paint
}

func (l *starsLayer) natural(*drawing, float64, float64) (float64, float64) {
	return float64(l.count)*l.size + float64(l.count-1)*l.gap, l.size
}

func (l *starsLayer) draw(d *drawing, b Box) error {
	rating := min(max(0, d.p.value(l.value).Number), float64(l.count))
	size, gap := l.size*d.scale, l.gap*d.scale
	all := float64(l.count)*(size+gap) - gap
	w, h := int(math.Ceil(all)), int(math.Ceil(size))+1
	if w > 2*MaxWidth || h > MaxHeight {
		return fmt.Errorf("draw stars: %dx%d pixels are too many", w, h)
	}
	corner := d.pixels(b).Min
	tile := image.NewRGBA(image.Rect(0, 0, w, h))
	paint := func(colour color.NRGBA, from, to float64) {
		if d.mirrored {
			from, to = all-to, all-from
		}
		clear(tile.Pix)
		for i := range l.count {
			fillStar(tile, float64(i)*(size+gap), 0, size, colour)
		}
		part := image.Rect(round(from), 0, round(to), h)
		d.touch(part.Add(corner))
		draw.Draw(d.dst, part.Add(corner), tile, part.Min, draw.Over)
	}
	whole := math.Floor(rating)
	edge := whole*(size+gap) + (rating-whole)*size
	paint(l.colour.of(d.p), 0, edge)
	paint(l.empty.of(d.p), edge, all)
	return nil
}

// stars reads a stars layer.
func (r *layoutReader) stars(n *strict.Node) layer {
	l := &starsLayer{value: -1, count: 5, size: 18, gap: 3}
	keys := r.keys(&l.common)
	l.hugs = true
	keys["value"] = func(n *strict.Node) { l.value = r.value(&l.common, n, "number") }
	keys["max"] = func(n *strict.Node) { l.count = int(r.number(n, starCount)) }
	keys["size"] = func(n *strict.Node) { l.size = r.number(n, starSize) }
	keys["gap"] = func(n *strict.Node) { l.gap = r.number(n, starGap) }
	keys["color"], keys["empty-color"] = r.paint(&l.common, &l.colour), r.paint(&l.common, &l.empty)
	l.colour.colour = color.NRGBA{0xf5, 0x9e, 0x0b, 0xff}
	l.empty.colour = color.NRGBA{0xe2, 0xe8, 0xf0, 0xff}
	r.Map(n, starsFields.Read(keys))
	r.require(n, n.Find("value") != nil, "value", `the rating, as in "{stars}"`)
	return l
}

// barLayer is a progress bar.
type barLayer struct {
	common
	value  int
	most   quantity
	colour paint
	look   decor
}

func (l *barLayer) natural(_ *drawing, w, _ float64) (float64, float64) { return w, 12 }

func (l *barLayer) draw(d *drawing, b Box) error {
	d.decorate(&l.look, b)
	part := 0.0
	if most := l.most.of(d.p); most > 0 {
		part = min(max(0, d.p.value(l.value).Number/most), 1)
	}
	d.fillPart(b, bar{part: part, radius: l.look.radius, colour: l.colour.of(d.p)})
	return nil
}

// bar is a part of a box that is filled from where lines begin, or from below.
type bar struct {
	part    float64 // 0..1
	radius  float64 // of the box
	colour  color.NRGBA
	upwards bool
}

// fillPart fills a part of a box.
func (d *drawing) fillPart(b Box, f bar) {
	r := d.pixels(b)
	if !(f.part > 0) || r.Empty() {
		return
	}
	d.touch(r.Inset(-1))
	whole := shape{float64(r.Min.X), float64(r.Min.Y), float64(r.Dx()), float64(r.Dy()), f.radius * d.scale}
	full, length, across := whole, 0.0, whole.h
	switch {
	case f.upwards:
		full.h = max(1, whole.h*f.part)
		full.y += whole.h - full.h
		length, across = full.h, whole.w
	default:
		full.w = max(1, whole.w*f.part)
		if d.mirrored {
			full.x += whole.w - full.w
		}
		length = full.w
	}
	if length >= min(2*whole.radius, across) || tooLarge(r) {
		fillShape(d.dst, full, f.colour)
		return
	}
	// Too short to be round by itself: what of the box's round end it fills.
	mask := d.mask(roundedBox(r.Dx(), r.Dy(), whole.radius)).alpha()
	draw.DrawMask(d.dst, full.pixels(), image.NewUniform(f.colour), image.Point{}, mask, full.pixels().Min.Sub(r.Min), draw.Over)
}

// bar reads a bar layer.
func (r *layoutReader) bar(n *strict.Node) layer {
	l := &barLayer{value: -1, most: quantity{100, -1}}
	keys := r.keys(&l.common)
	maps.Copy(keys, r.decor(&l.common, &l.look))
	keys["value"] = func(n *strict.Node) { l.value = r.value(&l.common, n, "number") }
	keys["max"] = func(n *strict.Node) { l.most = r.quantity(&l.common, n, barMost) }
	keys["color"] = r.paint(&l.common, &l.colour)
	l.colour.colour = color.NRGBA{0x0f, 0x17, 0x2a, 0xff}
	r.Map(n, barFields.Read(keys))
	r.require(n, n.Find("value") != nil, "value", `how far it is, as in "{value}"`)
	return l
}
