package load

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Plot is lines over two axes.
type Plot struct {
	XName, YName             string
	Left, Right, Bottom, Top float64
	Lines                    []Line
	XLabels, YLabels         []Tick
}

// Line is a plot's; its points go from left to right.
type Line struct {
	Name, Colour string
	Points       []Point
}

// Point is one of a line.
type Point struct{ X, Y float64 }

// Tick is a place on an axis that has a label.
type Tick struct {
	At   float64
	Text string
}

// Where in the picture the axes are.
const (
	plotWidth, plotHeight     = 860, 300
	plotLeft, plotRight       = 70, 760
	plotTop, plotBottom       = 16, 250
	ticks                 int = 6
)

// NewPlot is a plot of nothing yet.
func NewPlot(XName, YName string) *Plot { return &Plot{XName: XName, YName: YName} }

// bounds are the least and the greatest of what of picks.
func (p *Plot) bounds(of func(Point) float64) (least, greatest float64) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, l := range p.Lines {
		for _, at := range l.Points {
			least, greatest = min(least, of(at)), max(greatest, of(at))
		}
	}
	if least > greatest {
		return 0, 1
	}
	return least, greatest
}

// XTicks makes the horizontal axis hold all points, and labels it evenly.
func (p *Plot) XTicks(label func(float64) string) {
	_, p.Right = p.bounds(func(at Point) float64 { return at.X })
	p.Right = max(p.Right, 0.001)
	step := even(p.Right / float64(ticks))
	for at := 0.0; at <= p.Right; at += step {
		p.XLabels = append(p.XLabels, Tick{at, label(at)})
	}
}

// YTicks makes the vertical axis hold all points to whole numbers, and labels
// each.
func (p *Plot) YTicks(down, up func(float64) float64, label func(float64) string) {
	least, greatest := p.bounds(func(at Point) float64 { return at.Y })
	p.Bottom, p.Top = down(least), up(greatest)
	if p.Top <= p.Bottom {
		p.Top = p.Bottom + 1
	}
	for at := p.Bottom; at <= p.Top; at++ {
		p.YLabels = append(p.YLabels, Tick{at, label(at)})
	}
}

// EvenTicks makes the vertical axis go from 0 to a round number.
func (p *Plot) EvenTicks() {
	_, greatest := p.bounds(func(at Point) float64 { return at.Y })
	step := even(max(greatest, 1) / float64(ticks-1))
	for p.Top = 0; p.Top < greatest; {
		p.Top += step
	}
	p.Top = max(p.Top, step)
	for at := 0.0; at <= p.Top; at += step {
		p.YLabels = append(p.YLabels, Tick{at, Number(at)})
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

// Number labels a number.
func Number(at float64) string { return fmt.Sprintf("%.4g", at) }

// Power labels a power of ten.
func Power(at float64) string { return fmt.Sprintf("%.6g", math.Pow(10, at)) }

func (p *Plot) x(at float64) float64 {
	return plotLeft + (at-p.Left)/(p.Right-p.Left)*(plotRight-plotLeft)
}

func (p *Plot) y(at float64) float64 {
	return plotBottom - (at-p.Bottom)/(p.Top-p.Bottom)*(plotBottom-plotTop)
}

// SVG draws the plot.
func (p *Plot) SVG() template.HTML {
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s over %s">`, plotWidth, plotHeight, html.EscapeString(p.YName), html.EscapeString(p.XName))
	for _, t := range p.YLabels {
		fmt.Fprintf(&s, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`,
			plotLeft, plotRight, p.y(t.At), p.y(t.At), plotLeft-8, p.y(t.At)+4, html.EscapeString(t.Text))
	}
	for _, t := range p.XLabels {
		fmt.Fprintf(&s, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, p.x(t.At), plotBottom+20, html.EscapeString(t.Text))
	}
	fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="14" y="%d" transform="rotate(-90 14 %d)" text-anchor="middle">%s</text>`,
		(plotLeft+plotRight)/2, plotHeight-8, html.EscapeString(p.XName), (plotTop+plotBottom)/2, (plotTop+plotBottom)/2, html.EscapeString(p.YName))
	for i, l := range p.Lines {
		fmt.Fprintf(&s, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, l.Colour)
		for _, at := range l.Points {
			fmt.Fprintf(&s, "%.1f,%.1f ", p.x(at.X), p.y(at.Y))
		}
		fmt.Fprintf(&s, `"/><rect x="%d" y="%d" width="12" height="3" fill="%s"/><text x="%d" y="%d">%s</text>`,
			plotRight+14, plotTop+6+20*i, l.Colour, plotRight+32, plotTop+12+20*i, html.EscapeString(l.Name))
	}
	s.WriteString("</svg>")
	return template.HTML(s.String())
}
