package render

import (
	"image"
	"image/color"
	"maps"
	"strconv"

	"example.com/opentime/strict"
)

// countdownLayer counts down to a moment: days, hours, minutes, seconds, each
// in a cell with its label under it.
type countdownLayer struct {
	common
	value         int
	labels        [4]words
	labelled      bool
	cellW, cellH  float64
	gap           float64
	look          decor // of a cell
	digits, label style
	date          style
}

// clockFace is where a countdown's digits stand in an image.
type clockFace struct {
	value int
	cells [4]image.Rectangle
	style TextStyle
}

// labelHeight is the room under a cell for its label.
func (l *countdownLayer) labelHeight() float64 {
	if !l.labelled {
		return 0
	}
	return l.label.Size*l.label.LineHeight + 4
}

func (l *countdownLayer) natural(*drawing, float64, float64) (float64, float64) {
	return 4*l.cellW + 3*l.gap, l.cellH + l.labelHeight()
}

// draw draws the cells. Their digits are left out where d asks for the part
// that does not change, and remembered as a clockFace.
func (l *countdownLayer) draw(d *drawing, b Box) error {
	if d.p.AsDate {
		d.decorate(&l.look, b)
		inner := padding{0, 12, 0, 12}.within(b)
		d.text(inner, d.p.date(l.value), l.date.at(d))
		return nil
	}
	face := clockFace{value: l.value, style: l.digits.at(d)}
	label := l.label.at(d)
	for i := range face.cells {
		cell := Box{b.X + float64(i)*(l.cellW+l.gap), b.Y, l.cellW, l.cellH}
		d.decorate(&l.look, cell)
		face.cells[i] = d.pixels(cell)
		if l.labelled {
			under := Box{cell.X - l.gap/2, cell.Y + l.cellH + 4, l.cellW + l.gap, l.labelHeight() - 4}
			d.text(under, l.labels[i].of(d.p), label)
		}
	}
	if !d.digits {
		d.clocks = append(d.clocks, face)
		if d.placed != nil {
			d.placed(d)
		}
		return nil
	}
	now := clockTimeOf(d.p.left(l.value))
	for i := range now {
		d.touch(d.set.Draw(d.dst, boxOf(face.cells[i]), now.text(i), face.style).Ink)
	}
	return nil
}

func boxOf(r image.Rectangle) Box {
	return Box{float64(r.Min.X), float64(r.Min.Y), float64(r.Dx()), float64(r.Dy())}
}

// clockTime is what a clock shows: days, hours, minutes and seconds.
type clockTime [4]int32

func clockTimeOf(seconds int64) clockTime {
	return clockTime{int32(seconds / 86400), int32(seconds / 3600 % 24), int32(seconds / 60 % 60), int32(seconds % 60)}
}

// text is what stands in a cell.
func (t clockTime) text(cell int) string { return twoDigits(int(t[cell])) }

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// countdown reads a countdown layer.
func (r *layoutReader) countdown(n *strict.Node) layer {
	l := &countdownLayer{value: -1, cellW: 64, cellH: 56, gap: 10}
	keys := r.keys(&l.common)
	l.hugs = true
	maps.Copy(keys, r.decor(&l.common, &l.look))
	maps.Copy(keys, r.style(&l.common, &l.digits, 32))
	l.digits.Align, l.digits.VAlign, l.digits.Weight, l.digits.MaxLines, l.digits.Shrink = AlignCentre, VAlignMiddle, 700, 1, minFontSize
	r.style(&l.common, &l.label, 11)
	r.style(&l.common, &l.date, 24)
	l.label.Align, l.label.MaxLines, l.label.Shrink = AlignCentre, 1, minFontSize
	l.date.Align, l.date.VAlign, l.date.Weight, l.date.MaxLines, l.date.Shrink = AlignCentre, VAlignMiddle, 700, 1, 10
	labelColour := r.paint(&l.common, &l.label.colour)
	l.label.colour.colour = color.NRGBA{0x64, 0x74, 0x8b, 0xff}
	colour := keys["color"]
	keys["color"] = func(n *strict.Node) {
		colour(n)
		l.date.colour = l.digits.colour
	}
	keys["value"] = func(n *strict.Node) { l.value = r.clock(&l.common, n) }
	keys["cell-width"] = func(n *strict.Node) { l.cellW = r.number(n, cellSide) }
	keys["cell-height"] = func(n *strict.Node) { l.cellH = r.number(n, cellSide) }
	keys["gap"] = func(n *strict.Node) { l.gap = r.number(n, cellGap) }
	keys["label-color"] = labelColour
	keys["label-size"] = func(n *strict.Node) { l.label.Size = r.number(n, fontSize) }
	keys["date-size"] = func(n *strict.Node) { l.date.Size = r.number(n, fontSize) }
	keys["labels"] = func(n *strict.Node) { r.labels(l, n) }
	for _, key := range []string{"text-align", "vertical-align", "line-clamp", "text-decoration"} {
		delete(keys, key)
	}
	r.Map(n, countdownFields.Read(keys))
	r.require(n, n.Find("value") != nil, "value", `the moment it counts to, as in "{until}"`)
	r.countText(n)
	r.layout.Countdown = true
	return l
}

// clock is the moment a countdown counts to.
func (r *layoutReader) clock(c *common, n *strict.Node) int {
	i := r.value(c, n, "moment")
	if i >= 0 {
		r.layout.uses[i].clock = true
	}
	return i
}

// labels reads the words under the cells.
func (r *layoutReader) labels(l *countdownLayer, n *strict.Node) {
	l.labelled = true
	keys := strict.Keys{}
	for i, name := range clockParts {
		keys[name] = func(n *strict.Node) { l.labels[i] = r.words(&l.common, n) }
	}
	r.Map(n, labelFields.Read(keys))
}
