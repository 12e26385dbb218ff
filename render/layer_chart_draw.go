package render

// chartRoom is between a bar and what is written beside it, or its end and what
// stands in it.
const chartRoom = 10

// naturalBar is how thick a bar without a thickness is in a column.
const naturalBar = 28

// naturalColumns is how high a chart of upright bars is in a column.
const naturalColumns = 160

// maxLabelPart is how much of a chart's width the labels beside its bars may take.
const maxLabelPart = 0.45

func (l *chartLayer) natural(d *drawing, w, h float64) (float64, float64) {
	if l.vertical {
		return w, min(h, naturalColumns)
	}
	n := 0.0
	for _, bar := range l.members {
		if d.shown(bar) {
			n++
		}
	}
	return w, min(h, n*max(or(l.thick, naturalBar), l.label.Size*l.label.LineHeight)+(n-1)*l.gap)
}

func (l *chartLayer) draw(d *drawing, b Box) error {
	entries := l.entries(d)
	if l.vertical {
		l.drawColumns(d, b, entries)
	} else {
		l.drawRows(d, b, entries)
	}
	return nil
}

// drawRows draws bars one under the other: the label, the bar, the figure, or the
// bar behind both others.
func (l *chartLayer) drawRows(d *drawing, b Box, entries []chartEntry) {
	n := float64(len(entries))
	slot := max(0, (b.H-l.gap*(n-1))/n)
	labels, figures := 0.0, 0.0
	for i := range entries {
		e := &entries[i]
		labels = max(labels, l.measure(d, e.label, l.labelOf(d, e), 0).W)
		figures = max(figures, l.measure(d, e.figure, l.figure.at(d), 0).W)
	}
	labels = min(or(l.labelWidth, labels), maxLabelPart*b.W)
	for i := range entries {
		e, row := &entries[i], Box{b.X, b.Y + float64(i)*(slot+l.gap), b.W, slot}
		label, bar, figure := row, row, row
		if l.inside {
			figure = padding{right: chartRoom}.within(row)
			label = padding{left: chartRoom, right: chartRoom + beside(figures)}.within(row)
		} else {
			label.W = labels
			bar = padding{left: beside(labels), right: beside(figures)}.within(row)
		}
		figure.X, figure.W = figure.X+figure.W-figures, figures
		thick := min(or(l.thick, slot), slot)
		bar.Y, bar.H = bar.Y+(slot-thick)/2, thick
		l.drawBar(d, bar, e)
		d.text(label, e.label, l.labelOf(d, e))
		style := l.figure.at(d)
		style.Align = AlignEnd
		d.text(figure, e.figure, style)
	}
}

// beside is the room that what has a width takes beside a bar.
func beside(width float64) float64 {
	if width == 0 {
		return 0
	}
	return width + chartRoom
}

// drawColumns draws upright bars side by side: labels under them, figures above.
func (l *chartLayer) drawColumns(d *drawing, b Box, entries []chartEntry) {
	n := float64(len(entries))
	slot := max(0, (b.W-l.gap*(n-1))/n)
	above, below := 0.0, 0.0
	for i := range entries {
		e := &entries[i]
		below = max(below, l.measure(d, e.label, l.labelOf(d, e), slot+l.gap).H)
		if e.figure != "" {
			above = l.figure.Size * l.figure.LineHeight
		}
	}
	below = min(below, b.H/2)
	for i := range entries {
		e := &entries[i]
		x := b.X + float64(i)*(slot+l.gap)
		thick := min(or(l.thick, slot), slot)
		bar := Box{x + (slot-thick)/2, b.Y + above, thick, max(0, b.H-above-below-chartRoom/2)}
		l.drawBar(d, bar, e)
		style := l.labelOf(d, e)
		style.Align, style.VAlign = AlignCentre, VAlignTop
		d.text(Box{x - l.gap/2, b.Y + b.H - below, slot + l.gap, below}, e.label, style)
		style = l.figure.at(d)
		style.Align, style.VAlign = AlignCentre, VAlignBottom
		top := b.Y
		if !l.look.some { // it stands on the bar
			top += bar.H * (1 - e.part)
		}
		d.text(Box{x - l.gap/2, top, slot + l.gap, above}, e.figure, style)
	}
}

// drawBar draws a bar in its place.
func (l *chartLayer) drawBar(d *drawing, b Box, e *chartEntry) {
	d.decorate(&l.look, b)
	d.fillPart(b, bar{part: e.part, radius: l.look.radius, colour: e.colour, upwards: l.vertical})
}

// labelOf is the style of an entry's label.
func (l *chartLayer) labelOf(d *drawing, e *chartEntry) TextStyle {
	style := l.label.at(d)
	if e.chosen {
		style.Weight = l.figure.Weight
	}
	return style
}

// measure is how much room a text takes that is at most width wide, in CSS pixels; 0
// is without limit.
func (l *chartLayer) measure(d *drawing, text string, style TextStyle, width float64) Block {
	if text == "" {
		return Block{}
	}
	b := d.set.Measure(text, style, width*d.scale, 0)
	return Block{W: b.W/d.scale + 0.01, H: b.H/d.scale + 0.01} // rounding must not wrap it anew
}
