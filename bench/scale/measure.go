package main

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"math"
	"os"
	"slices"
	"text/tabwriter"

	"example.com/opentime/bench/load"
)

// maxMemory is what a server with a million recipients may use, in MB.
const maxMemory = 400

// measureAll measures one axis after another, and prints each as it is done.
func measureAll(ctx context.Context, o *options) error {
	dir, err := os.MkdirTemp("", "opentime-scale")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	fmt.Fprintln(o.stderr, "Building opentime.")
	program, err := load.Build(ctx, dir, o.stderr)
	if err != nil {
		return err
	}
	missed := false
	var parts []reportPart
	for _, a := range o.axes {
		points, err := measureAxis(ctx, o, program, a)
		if err != nil {
			return err
		}
		table, wrong := printAxis(a, points)
		_, _ = o.stdout.Write(table)
		missed = missed || wrong
		parts = append(parts, reportPart{a.about, string(table), plotOf(a, points).SVG()})
	}
	if o.html != "" {
		if err := writeReport(o.html, parts); err != nil {
			return err
		}
		fmt.Fprintln(o.stdout, "wrote", o.html)
	}
	if missed {
		return errMissed
	}
	return nil
}

// measureAxis starts a server of each size, and measures them in turn.
func measureAxis(ctx context.Context, o *options, program string, a axis) (points []*point, err error) {
	sizes := slices.Clone(a.sizes)
	if o.full {
		sizes = append(sizes, a.full...)
	}
	for _, n := range sizes {
		if n > o.most && !slices.Contains(a.full, n) {
			continue
		}
		p := &point{n: n, size: base}
		a.set(&p.size, n)
		points = append(points, p)
		defer p.close()
		fmt.Fprintf(o.stderr, "%s: starting with %d\n", a.name, n)
		if err := p.start(ctx, program, o); err != nil {
			return nil, err
		}
	}
	for k := range o.rounds {
		order := slices.Clone(points)
		if k%2 == 1 {
			slices.Reverse(order)
		}
		for _, p := range order {
			r, err := p.ask(ctx, o.opens)
			if err != nil {
				return nil, err
			}
			p.rounds = append(p.rounds, r)
		}
	}
	return points, nil
}

// median is that of what of picks of each round.
func (p *point) median(of func(round) float64) float64 {
	var all []float64
	for _, r := range p.rounds {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// ratio is the median of what an open cost to what it did at another point in the
// same round.
func (p *point) ratio(to *point) float64 {
	var all []float64
	for i, r := range p.rounds {
		all = append(all, r.cpu/to.rounds[i].cpu)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// printAxis prints an axis as a table, and reports whether it missed a goal.
func printAxis(a axis, points []*point) (table []byte, missed bool) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n%s: %s\n", a.name, a.about)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\tCPU us an open\tto the first\tCPU s a million\tGB a million\tstore blocks a million\tdrawn a million\tMB\tmost MB\tp50 ms\tp99\tnot live\twrong\t\n", a.name)
	for _, p := range points {
		cpu := p.median(func(r round) float64 { return r.cpu })
		var notLive, wrong, opens int64
		for _, r := range p.rounds {
			notLive, wrong, opens = notLive+r.notLive, wrong+r.wrong, opens+r.opens
		}
		fmt.Fprintf(w, "%d\t%.0f\t%.2f\t%.0f\t%.1f\t%.0f\t%.0f\t%.0f\t%.0f\t%.1f\t%.1f\t%.2f%%\t%d\t\n", p.n, cpu, p.ratio(points[0]), cpu,
			p.median(func(r round) float64 { return r.bytes })/1000, 1e6*p.median(func(r round) float64 { return r.blocks }),
			1e6*p.median(func(r round) float64 { return r.drawn }), p.memory, p.most, p.median(func(r round) float64 { return r.p50 }),
			p.median(func(r round) float64 { return r.p99 }), 100*float64(notLive)/float64(opens), wrong)
		if wrong > 0 {
			missed = true
		}
	}
	_ = w.Flush()
	for _, p := range points {
		if r := p.ratio(points[0]); a.flat > 0 && r > a.flat {
			fmt.Fprintf(&b, "goal missed: %d cost %.2f times what %d do; at most %.2f\n", p.n, r, points[0].n, a.flat)
			missed = true
		}
		if p.size.recipients == 1_000_000 && p.memory > maxMemory {
			fmt.Fprintf(&b, "goal missed: %.0f MB with a million recipients; at most %d\n", p.memory, maxMemory)
			missed = true
		}
	}
	return b.Bytes(), missed
}

// plotOf has the CPU an open over an axis whose every mark is ten times the last.
func plotOf(a axis, points []*point) *load.Plot {
	p := load.NewPlot(a.about, "CPU us an open")
	l := load.Line{Name: "CPU us", Colour: "#2a78d6"}
	for _, at := range points {
		l.Points = append(l.Points, load.Point{X: math.Log10(float64(at.n)), Y: at.median(func(r round) float64 { return r.cpu })})
		p.XLabels = append(p.XLabels, load.Tick{At: math.Log10(float64(at.n)), Text: fmt.Sprint(at.n)})
	}
	p.Lines = []load.Line{l}
	p.Left, p.Right = l.Points[0].X, l.Points[len(l.Points)-1].X
	p.Right = max(p.Right, p.Left+1)
	p.EvenTicks()
	return p
}

// reportPart is an axis in the report.
type reportPart struct {
	About, Table string
	Plot         template.HTML
}

// reportPage needs nothing beside it.
const reportPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>opentime by size</title>
<style>
  :root { color-scheme: light dark; --soft: #6b6b66; --line: #deded8; }
  body { margin: 0 auto; max-width: 1100px; padding: 24px 16px; font: 15px/1.5 system-ui, sans-serif; }
  pre { overflow-x: auto; font-size: 12px; } svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--soft); } svg .grid { stroke: var(--line); }
</style>
<h1>What an open costs, by size</h1>
{{range .}}<h2>{{.About}}</h2>
{{.Plot}}
<pre>{{.Table}}</pre>
{{end}}</html>
`

func writeReport(name string, parts []reportPart) error {
	page, err := template.New("report").Parse(reportPage)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, parts); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}
