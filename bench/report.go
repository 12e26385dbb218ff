package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"

	"example.com/opentime/bench/load"
)

//go:embed report.html
var reportPage string

// writeReport writes a page with tables and plots that needs nothing beside it.
func writeReport(out io.Writer, r *load.Result) error {
	page, err := template.New("report").Parse(reportPage)
	if err != nil {
		return err
	}
	return page.Execute(out, map[string]any{
		"R": r, "Warnings": r.Warnings(), "Latency": latencyPlot(r).SVG(), "Rate": ratePlot(r).SVG(), "Percentiles": percentilePlot(r).SVG(),
		"Rungs": rungBars(r), "Total": r.Total(), "PerSecond": float64(r.Total().Valid) / r.Seconds,
	})
}

// latencyPlot has latencies by when requests were to be sent.
func latencyPlot(r *load.Result) *load.Plot {
	p := load.NewPlot("seconds since the start", "ms")
	for _, l := range []struct {
		name, colour string
		of           func(load.Moment) float64
	}{
		{"p50", "#2a78d6", func(m load.Moment) float64 { return m.P50 }},
		{"p99", "#eb6834", func(m load.Moment) float64 { return m.P99 }},
		{"max", "#8a8a86", func(m load.Moment) float64 { return m.Max }},
	} {
		one := load.Line{Name: l.name, Colour: l.colour}
		for _, m := range r.Over {
			one.Points = append(one.Points, load.Point{X: m.At + m.Width/2, Y: math.Log10(max(l.of(m), 0.001))})
		}
		p.Lines = append(p.Lines, one)
	}
	p.YTicks(math.Floor, math.Ceil, load.Power)
	p.XTicks(load.Number)
	return p
}

// ratePlot has the requests a second, and those that went wrong.
func ratePlot(r *load.Result) *load.Plot {
	p := load.NewPlot("seconds since the start", "requests/s")
	all, wrong := load.Line{Name: "requests", Colour: "#2a78d6"}, load.Line{Name: "wrong", Colour: "#eb6834"}
	for _, m := range r.Over {
		all.Points = append(all.Points, load.Point{X: m.At + m.Width/2, Y: float64(m.Requests) / m.Width})
		wrong.Points = append(wrong.Points, load.Point{X: m.At + m.Width/2, Y: float64(m.Wrong) / m.Width})
	}
	p.Lines = []load.Line{all, wrong}
	p.Bottom, p.Top = 0, max(p.Top, 1)
	p.XTicks(load.Number)
	p.EvenTicks()
	return p
}

// percentilePlot has the latency that a share of requests did not exceed, the last
// ones stretched: 90, 99 and 99.9 % are equally far apart.
func percentilePlot(r *load.Result) *load.Plot {
	p := load.NewPlot("percent of requests", "ms")
	curve := load.Line{Name: "latency", Colour: "#2a78d6"}
	for _, at := range r.Percentiles {
		if at[0] < 100 {
			curve.Points = append(curve.Points, load.Point{X: -math.Log10(1 - at[0]/100), Y: math.Log10(max(at[1], 0.001))})
		}
	}
	p.Lines = []load.Line{curve}
	p.YTicks(math.Floor, math.Ceil, load.Power)
	p.Left, p.Right = 0, 1
	for _, at := range curve.Points {
		p.Right = max(p.Right, at.X)
	}
	for i := range int(p.Right) + 1 {
		p.XLabels = append(p.XLabels, load.Tick{At: float64(i), Text: fmt.Sprintf("%.6g%%", 100*(1-math.Pow(10, -float64(i))))})
	}
	return p
}

// bar is a rung's in the report.
type bar struct {
	load.Rung
	Percent float64
	Colour  string
}

// rungBars are the shares of the rungs.
func rungBars(r *load.Result) []bar {
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

// writeResult writes the files that the options name.
func writeResult(o *options, r *load.Result, stdout io.Writer) error {
	if o.json != "" {
		data, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, append(data, '\n'), 0o644); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "wrote", o.json)
	}
	if o.html != "" {
		var page bytes.Buffer
		if err := writeReport(&page, r); err != nil {
			return err
		}
		if err := os.WriteFile(o.html, page.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "wrote", o.html)
	}
	return nil
}
