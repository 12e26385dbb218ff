package render

import (
	"maps"

	"example.com/opentime/strict"
)

// flow is how a group arranges its layers.
type flow uint8

const (
	inRow flow = iota
	inColumn
	inGrid
)

// groupLayer arranges layers; those that are left out take no room.
type groupLayer struct {
	common
	flow     flow
	children []layer
	gap      float64
	columns  int
	align    string // across: stretch, start, center, end
	justify  string // along: start, center, end, space-between
	look     decor
	room     padding
}

// part is a layer of a group and the size it takes.
type part struct {
	layer layer
	w, h  float64
}

func (l *groupLayer) natural(d *drawing, w, h float64) (float64, float64) {
	room := Box{W: w, H: h}
	inner := l.room.within(room)
	if l.flow == inGrid {
		return w, h
	}
	var along, across float64
	parts := l.parts(d, inner)
	for i, p := range parts {
		a, c := p.w, p.h
		if l.flow == inColumn {
			a, c = p.h, p.w
		}
		if i > 0 {
			along += l.gap
		}
		along += a
		across = max(across, c)
	}
	if l.flow == inColumn {
		return min(w, across+l.room.left+l.room.right), min(h, along+l.room.top+l.room.bottom)
	}
	return min(w, along+l.room.left+l.room.right), min(h, across+l.room.top+l.room.bottom)
}

// parts sizes the layers that are shown in the room there is: first those
// whose size is given, then those that take what they need, last those that
// grow.
func (l *groupLayer) parts(d *drawing, room Box) []part {
	parts := make([]part, 0, len(l.children))
	for _, child := range l.children {
		if d.shown(child.about()) {
			parts = append(parts, part{layer: child})
		}
	}
	left := room.W
	if l.flow == inColumn {
		left = room.H
	}
	left -= l.gap * float64(max(0, len(parts)-1))
	grow := 0.0
	for _, p := range parts {
		c := p.layer.about()
		if length := l.along(c); given(length) {
			left -= length
		} else {
			grow += c.grow
		}
	}
	for i := range parts {
		c := parts[i].layer.about()
		if length := l.along(c); given(length) {
			l.size(d, &parts[i], room, length)
		} else if c.grow == 0 {
			left -= l.size(d, &parts[i], room, max(0, left))
		}
	}
	for i := range parts {
		c := parts[i].layer.about()
		if !given(l.along(c)) && c.grow > 0 {
			length := max(0, left) * c.grow / grow
			l.size(d, &parts[i], room, length)
			l.setAlong(&parts[i], length)
		}
	}
	return parts
}

// along is the layer's given length in the group's direction.
func (l *groupLayer) along(c *common) float64 {
	if l.flow == inColumn {
		return c.height
	}
	return c.width
}

func (l *groupLayer) setAlong(p *part, length float64) {
	if l.flow == inColumn {
		p.h = length
		return
	}
	p.w = length
}

// size gives a layer its size where it may take length along, and returns
// what it took of it.
func (l *groupLayer) size(d *drawing, p *part, room Box, length float64) float64 {
	c := p.layer.about()
	w, h := or(c.width, min(length, room.W)), or(c.height, room.H)
	if l.flow == inColumn {
		w, h = or(c.width, room.W), or(c.height, min(length, room.H))
	}
	p.w, p.h = p.layer.natural(d, w, h)
	p.w, p.h = or(c.width, min(p.w, w)), or(c.height, min(p.h, h))
	if l.flow == inColumn {
		return p.h
	}
	return p.w
}

func (l *groupLayer) draw(d *drawing, b Box) error {
	d.decorate(&l.look, b)
	inner := l.room.within(b)
	if l.flow == inGrid {
		return l.drawGrid(d, inner)
	}
	parts := l.parts(d, inner)
	free := inner.W
	if l.flow == inColumn {
		free = inner.H
	}
	for _, p := range parts {
		if l.flow == inColumn {
			free -= p.h
		} else {
			free -= p.w
		}
	}
	between := l.gap
	free -= between * float64(max(0, len(parts)-1))
	at := 0.0
	switch {
	case free <= 0:
	case l.justify == "center":
		at = free / 2
	case l.justify == "end":
		at = free
	case l.justify == "space-between" && len(parts) > 1:
		between += free / float64(len(parts)-1)
	}
	for i := range parts {
		box, length := l.put(&parts[i], inner, at)
		if err := parts[i].layer.draw(d, box); err != nil {
			return err
		}
		at += length + between
	}
	return nil
}

// put is the box of a layer that begins at along, and its length.
func (l *groupLayer) put(p *part, inner Box, along float64) (Box, float64) {
	c := p.layer.about()
	if l.flow == inColumn {
		x, w := l.across(p.w, inner.W, given(c.width) || c.hugs)
		return Box{inner.X + x, inner.Y + along, w, p.h}, p.h
	}
	y, h := l.across(p.h, inner.H, given(c.height) || c.hugs)
	return Box{inner.X + along, inner.Y + y, p.w, h}, p.w
}

// across places a layer across the group's direction.
func (l *groupLayer) across(size, room float64, fixed bool) (at, length float64) {
	switch l.align {
	case "center":
		return (room - size) / 2, size
	case "end":
		return room - size, size
	case "start":
		return 0, size
	}
	if fixed {
		return 0, size
	}
	return 0, room
}

// drawGrid draws layers in cells of equal size, row by row.
func (l *groupLayer) drawGrid(d *drawing, inner Box) error {
	var shown []layer
	for _, child := range l.children {
		if d.shown(child.about()) {
			shown = append(shown, child)
		}
	}
	columns := max(1, l.columns)
	rows := (len(shown) + columns - 1) / columns
	w := (inner.W - l.gap*float64(columns-1)) / float64(columns)
	h := (inner.H - l.gap*float64(rows-1)) / float64(max(1, rows))
	for i, child := range shown {
		cell := d.place(child, max(0, w), max(0, h))
		cell.X += inner.X + float64(i%columns)*(w+l.gap)
		cell.Y += inner.Y + float64(i/columns)*(h+l.gap)
		if err := child.draw(d, cell); err != nil {
			return err
		}
	}
	return nil
}

// group reads a row, column or grid.
func (r *layoutReader) group(n *strict.Node, flow flow, depth int) layer {
	l := &groupLayer{flow: flow, columns: 2, align: "stretch", justify: "start"}
	keys, fields := r.keys(&l.common), flowFields
	maps.Copy(keys, r.decor(&l.common, &l.look))
	keys["layers"] = func(n *strict.Node) { l.children = r.layers(n, depth+1) }
	keys["gap"] = func(n *strict.Node) { l.gap = r.number(n, groupGap) }
	keys["padding"] = r.padding(&l.room)
	if flow == inGrid {
		fields = gridFields
		keys["columns"] = func(n *strict.Node) { l.columns = int(r.number(n, gridColumns)) }
	} else {
		keys["align-items"] = func(n *strict.Node) { l.align = r.oneOf(n, alignItems[:]...) }
		keys["justify-content"] = func(n *strict.Node) { l.justify = r.oneOf(n, justifyContent[:]...) }
	}
	r.Map(n, fields.Read(keys))
	r.require(n, n.Find("layers") != nil, "layers", "what the group arranges")
	for _, child := range l.children {
		l.localised = l.localised || child.about().localised
		l.members = append(l.members, child.about())
	}
	return l
}
