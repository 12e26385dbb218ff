package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
)

//go:embed report.html
var reportPage string

// writeReport writes a page with tables and plots that needs nothing beside it.
func writeReport(out io.Writer, r *result) error {
	page, err := template.New("report").Parse(reportPage)
	if err != nil {
		return err
	}
	return page.Execute(out, map[string]any{
		"R": r, "Warnings": r.warnings(), "Latency": latencyPlot(r).svg(), "Rate": ratePlot(r).svg(), "Percentiles": percentilePlot(r).svg(),
		"Rungs": rungBars(r), "Total": r.total(), "PerSecond": float64(r.total().Valid) / r.Seconds,
	})
}

// latencyPlot has latencies by when requests were to be sent.
func latencyPlot(r *result) *plot {
	p := newPlot("seconds since the start", "ms")
	for _, l := range []struct {
		name, colour string
		of           func(Moment) float64
	}{
		{"p50", "#2a78d6", func(m Moment) float64 { return m.P50 }},
		{"p99", "#eb6834", func(m Moment) float64 { return m.P99 }},
		{"max", "#8a8a86", func(m Moment) float64 { return m.Max }},
	} {
		one := line{name: l.name, colour: l.colour}
		for _, m := range r.Over {
			one.points = append(one.points, point{m.At + m.Width/2, math.Log10(max(l.of(m), 0.001))})
		}
		p.lines = append(p.lines, one)
	}
	p.yTicks(math.Floor, math.Ceil, power)
	p.xTicks(number)
	return p
}

// ratePlot has the requests a second, and those that went wrong.
func ratePlot(r *result) *plot {
	p := newPlot("seconds since the start", "requests/s")
	all, wrong := line{name: "requests", colour: "#2a78d6"}, line{name: "wrong", colour: "#eb6834"}
	for _, m := range r.Over {
		all.points = append(all.points, point{m.At + m.Width/2, float64(m.Requests) / m.Width})
		wrong.points = append(wrong.points, point{m.At + m.Width/2, float64(m.Wrong) / m.Width})
	}
	p.lines = []line{all, wrong}
	p.bottom, p.top = 0, max(p.top, 1)
	p.xTicks(number)
	p.evenTicks()
	return p
}

// percentilePlot has the latency that a share of requests did not exceed, the last
// ones stretched: 90, 99 and 99.9 % are equally far apart.
func percentilePlot(r *result) *plot {
	p := newPlot("percent of requests", "ms")
	curve := line{name: "latency", colour: "#2a78d6"}
	for _, at := range r.Percentiles {
		if at[0] < 100 {
			curve.points = append(curve.points, point{-math.Log10(1 - at[0]/100), math.Log10(max(at[1], 0.001))})
		}
	}
	p.lines = []line{curve}
	p.yTicks(math.Floor, math.Ceil, power)
	p.left, p.right = 0, 1
	for _, at := range curve.points {
		p.right = max(p.right, at.x)
	}
	for i := range int(p.right) + 1 {
		p.xLabels = append(p.xLabels, tick{float64(i), fmt.Sprintf("%.6g%%", 100*(1-math.Pow(10, -float64(i))))})
	}
	return p
}

// bar is a rung's in the report.
type bar struct {
	Rung
	Percent float64
	Colour  string
}

// rungBars are the shares of the rungs.
func rungBars(r *result) []bar {
	colours := map[string]string{"live": "#2a78d6", "stale": "#1baf7a", "local": "#eda100", "generic": "#eb6834", "built-in": "#e34948"}
	sum := 0.0
	for _, g := range r.Rungs {
		sum += float64(g.Images)
	}
	var bars []bar
	for _, g := range r.Rungs {
		bars = append(bars, bar{g, float64(g.Images) / sum * 100, colours[g.Name]})
	}
	return bars
}
