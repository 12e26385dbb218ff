//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// busyForeign is how many cores others may take before nothing is said of goals.
const busyForeign = 0.2

// goal is a ratio that is to be reached.
type goal struct {
	way, than string // cpu(than) / cpu(way)
	size      string
	least     float64
	aim       float64
}

// goals are those of this project.
var goals = []goal{
	{whole, nginx, "8k", 0.80, 0.95},
	{whole, tuned, "8k", 0.70, 0.85},
	{same, nginx, "8k", 1.0, 1.0},
	{whole, nginx, "80k", 0.85, 0.85},
}

// ratio is a median with its quartiles and of how many pairs it is.
type ratio struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`  // first quartile
	High   float64 `json:"high"` // third
	N      int     `json:"n"`
}

// verdict is what is said of a goal.
type verdict struct {
	Goal    string  `json:"goal"`
	Ratio   ratio   `json:"ratio"`
	Aim     float64 `json:"aim"`
	Verdict string  `json:"verdict"` // pass, fail or inconclusive
}

// result is all that is known in the end.
type result struct {
	Began    time.Time `json:"began"`
	Profiles int       `json:"profiles"`
	Rounds   int       `json:"rounds"`
	Seconds  float64   `json:"seconds"`
	Slices   []slice   `json:"slices"`
	Steady   []steady  `json:"steady"`
	Opens    int64     `json:"opens"`   // that ours counted
	Below    int64     `json:"below"`   // of them, from lower rungs than live
	Dropped  int64     `json:"dropped"` // records that its journal lost
	Foreign  float64   `json:"foreign"` // cores that others took, the median
	Verdicts []verdict `json:"verdicts"`
}

// column is a figure of a way and size, by round.
func (r *result) column(way, size string, of func(*slice) float64) []float64 {
	var all []float64
	for i := range r.Slices {
		if s := &r.Slices[i]; s.Way == way && s.Size == size {
			all = append(all, of(s))
		}
	}
	return all
}

func cpuOf(s *slice) float64 { return s.CPU }

// ratio is by how much one way costs less than another, in pairs.
func (r *result) ratio(way, than, size string) ratio {
	a, b := r.column(way, size, cpuOf), r.column(than, size, cpuOf)
	var pairs []float64
	for i := range min(len(a), len(b)) {
		if a[i] > 0 {
			pairs = append(pairs, b[i]/a[i])
		}
	}
	return spread(pairs)
}

// spread is the median of values with their quartiles.
func spread(values []float64) ratio {
	return ratio{median(values), quantile(values, 0.25), quantile(values, 0.75), len(values)}
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile is that of values, between two where it lies there.
func quantile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := share * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (sorted[high]-sorted[low])*(at-float64(low))
}

// judge says of each goal whether it is reached.
func (r *result) judge() {
	var foreign []float64
	for i := range r.Slices {
		foreign = append(foreign, r.Slices[i].Foreign)
	}
	r.Foreign = median(foreign)
	for _, g := range goals {
		of := r.ratio(g.way, g.than, g.size)
		if of.N == 0 {
			continue
		}
		text := fmt.Sprintf("%s, %s to %s, at least %.2f", g.size, g.way, g.than, g.least)
		r.Verdicts = append(r.Verdicts, verdict{text, of, g.aim, r.verdict(of.Median >= g.least)})
	}
	var pairs []float64
	for i := range r.Steady {
		for k := range r.Steady {
			if a, b := &r.Steady[i], &r.Steady[k]; a.Way == whole && b.Way == nginx && a.Round == b.Round && a.P99 > 0 {
				pairs = append(pairs, b.P99/a.P99)
			}
		}
	}
	if len(pairs) > 0 {
		of := spread(pairs)
		text := fmt.Sprintf("%s, p99 at %.0f %% of what each can, %s to %s, at least 1.00", steadySize, 100*steadyShare, whole, nginx)
		r.Verdicts = append(r.Verdicts, verdict{text, of, 1, r.verdict(of.Median >= 1)})
	}
}

// verdict is a word for a goal; on a busy machine there is none.
func (r *result) verdict(reached bool) string {
	switch {
	case r.Foreign > busyForeign:
		return "inconclusive"
	case reached:
		return "pass"
	}
	return "fail"
}

// print writes the tables.
func (r *result) print(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "size\tway\tCPU us\t(IQR)\tto nginx\t(IQR)\tto fasthttp 128K\t(IQR)\trequests/s\tbytes\tforeign\tn\t")
	var seen []string
	for i := range r.Slices {
		s := &r.Slices[i]
		if slices.Contains(seen, s.Way+s.Size) {
			continue
		}
		seen = append(seen, s.Way+s.Size)
		cpu := spread(r.column(s.Way, s.Size, cpuOf))
		a, b := r.ratio(s.Way, nginx, s.Size), r.ratio(s.Way, tuned, s.Size)
		rate := median(r.column(s.Way, s.Size, func(s *slice) float64 { return s.Rate }))
		foreign := median(r.column(s.Way, s.Size, func(s *slice) float64 { return s.Foreign }))
		_, _ = fmt.Fprintf(t, "%s\t%s\t%.1f\t%.1f-%.1f\t%.2f\t%.2f-%.2f\t%.2f\t%.2f-%.2f\t%.0f\t%.0f\t%.2f\t%d\t\n",
			s.Size, s.Way, cpu.Median, cpu.Low, cpu.High, a.Median, a.Low, a.High, b.Median, b.Low, b.High, rate, s.Bytes, foreign, cpu.N)
	}
	_ = t.Flush()
	if len(r.Steady) > 0 {
		_, _ = fmt.Fprintln(out)
		for _, name := range []string{nginx, whole} {
			var p50, p99 []float64
			var rate float64
			for i := range r.Steady {
				if s := &r.Steady[i]; s.Way == name {
					p50, p99, rate = append(p50, s.P50), append(p99, s.P99), s.Rate
				}
			}
			a, b := spread(p50), spread(p99)
			_, _ = fmt.Fprintf(out, "%s at %.0f a second: p50 %.2f ms (%.2f-%.2f), p99 %.2f ms (%.2f-%.2f)\n", name, rate, a.Median, a.Low, a.High, b.Median, b.Low, b.High)
		}
	}
	_, _ = fmt.Fprintf(out, "\n%d profiles; of %d opens of ours %d were from lower rungs, %d records were lost; others took %.2f cores\n", r.Profiles, r.Opens, r.Below, r.Dropped, r.Foreign)
	for _, v := range r.Verdicts {
		_, _ = fmt.Fprintf(out, "%-12s  %s (aim %.2f): %.2f (%.2f-%.2f), n %d\n", v.Verdict, v.Goal, v.Aim, v.Ratio.Median, v.Ratio.Low, v.Ratio.High, v.Ratio.N)
	}
}

// parseCounts reads a page of metrics.
func parseCounts(page []byte) counts {
	var c counts
	for lines := bufio.NewScanner(bytes.NewReader(page)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil:
		case strings.HasPrefix(name, "opentime_opens_total{"):
			c.opens += n
			if !strings.Contains(name, `rung="live"`) {
				c.below += n
			}
		case strings.HasPrefix(name, "opentime_built_in_total{"):
			c.opens, c.below = c.opens+n, c.below+n
		case name == "opentime_journal_dropped_total", name == "opentime_impressions_dropped_total":
			c.dropped += n
		}
	}
	return c
}
