package main

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// plot is lines over two axes.
type plot struct {
	xName, yName             string
	left, right, bottom, top float64
	lines                    []line
	xLabels, yLabels         []tick
}

// line is a plot's; its points go from left to right.
type line struct {
	name, colour string
	points       []point
}

type point struct{ x, y float64 }

// tick is a place on an axis that has a label.
type tick struct {
	at   float64
	text string
}

// Where in the picture the axes are.
const (
	plotWidth, plotHeight     = 860, 300
	plotLeft, plotRight       = 70, 760
	plotTop, plotBottom       = 16, 250
	ticks                 int = 6
)

func newPlot(xName, yName string) *plot { return &plot{xName: xName, yName: yName} }

// bounds are the least and the greatest of what of picks.
func (p *plot) bounds(of func(point) float64) (least, greatest float64) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, l := range p.lines {
		for _, at := range l.points {
			least, greatest = min(least, of(at)), max(greatest, of(at))
		}
	}
	if least > greatest {
		return 0, 1
	}
	return least, greatest
}

// xTicks makes the horizontal axis hold all points, and labels it evenly.
func (p *plot) xTicks(label func(float64) string) {
	_, p.right = p.bounds(func(at point) float64 { return at.x })
	p.right = max(p.right, 0.001)
	step := even(p.right / float64(ticks))
	for at := 0.0; at <= p.right; at += step {
		p.xLabels = append(p.xLabels, tick{at, label(at)})
	}
}

// yTicks makes the vertical axis hold all points to whole numbers, and labels
// each.
func (p *plot) yTicks(down, up func(float64) float64, label func(float64) string) {
	least, greatest := p.bounds(func(at point) float64 { return at.y })
	p.bottom, p.top = down(least), up(greatest)
	if p.top <= p.bottom {
		p.top = p.bottom + 1
	}
	for at := p.bottom; at <= p.top; at++ {
		p.yLabels = append(p.yLabels, tick{at, label(at)})
	}
}

// evenTicks makes the vertical axis go from 0 to a round number.
func (p *plot) evenTicks() {
	_, greatest := p.bounds(func(at point) float64 { return at.y })
	step := even(max(greatest, 1) / float64(ticks-1))
	for p.top = 0; p.top < greatest; {
		p.top += step
	}
	p.top = max(p.top, step)
	for at := 0.0; at <= p.top; at += step {
		p.yLabels = append(p.yLabels, tick{at, number(at)})
	}
}

// even is 1, 2 or 5 times a power of ten, not below step.
func even(step float64) float64 {
	base := math.Pow(10, math.Floor(math.Log10(step)))
	for _, times := range []float64{1, 2, 5} {
		if base*times >= step {
			return base * times
		}
	}
	return base * 10
}

func number(at float64) string { return fmt.Sprintf("%.4g", at) }

// power labels a power of ten.
func power(at float64) string { return fmt.Sprintf("%.6g", math.Pow(10, at)) }

func (p *plot) x(at float64) float64 {
	return plotLeft + (at-p.left)/(p.right-p.left)*(plotRight-plotLeft)
}

func (p *plot) y(at float64) float64 {
	return plotBottom - (at-p.bottom)/(p.top-p.bottom)*(plotBottom-plotTop)
}

// svg draws the plot.
func (p *plot) svg() template.HTML {
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s over %s">`, plotWidth, plotHeight, html.EscapeString(p.yName), html.EscapeString(p.xName))
	for _, t := range p.yLabels {
		fmt.Fprintf(&s, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`,
			plotLeft, plotRight, p.y(t.at), p.y(t.at), plotLeft-8, p.y(t.at)+4, html.EscapeString(t.text))
	}
	for _, t := range p.xLabels {
		fmt.Fprintf(&s, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, p.x(t.at), plotBottom+20, html.EscapeString(t.text))
	}
	fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="14" y="%d" transform="rotate(-90 14 %d)" text-anchor="middle">%s</text>`,
		(plotLeft+plotRight)/2, plotHeight-8, html.EscapeString(p.xName), (plotTop+plotBottom)/2, (plotTop+plotBottom)/2, html.EscapeString(p.yName))
	for i, l := range p.lines {
		fmt.Fprintf(&s, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, l.colour)
		for _, at := range l.points {
			fmt.Fprintf(&s, "%.1f,%.1f ", p.x(at.x), p.y(at.y))
		}
		fmt.Fprintf(&s, `"/><rect x="%d" y="%d" width="12" height="3" fill="%s"/><text x="%d" y="%d">%s</text>`,
			plotRight+14, plotTop+6+20*i, l.colour, plotRight+32, plotTop+12+20*i, html.EscapeString(l.name))
	}
	s.WriteString("</svg>")
	return template.HTML(s.String())
}
