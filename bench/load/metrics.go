package load

import (
	"bufio"
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
)

// Metrics are what a server says of itself; nil where it was not asked or says
// nothing.
type Metrics struct {
	Opens map[string]int64 // by rung
	CPU   float64          // seconds
	sums  map[string]float64
}

// Sum is a metric's value, over all of its labels; 0 where there is none.
func (m *Metrics) Sum(name string) float64 {
	if m == nil {
		return 0
	}
	return m.sums[name]
}

var (
	opensLine   = regexp.MustCompile(`^opentime_opens_total\{.*\brung="([a-z-]+)".*\} (\d+)$`)
	builtInLine = regexp.MustCompile(`^opentime_built_in_total\{.*\} (\d+)$`)
	valueLine   = regexp.MustCompile(`^([a-z_]+)(?:\{.*\})? ([0-9.e+-]+)$`)
)

// ParseMetrics reads a page of metrics in Prometheus' text format.
func ParseMetrics(page []byte) *Metrics {
	m := &Metrics{Opens: map[string]int64{}, sums: map[string]float64{}}
	lines := bufio.NewScanner(bytes.NewReader(page))
	for lines.Scan() {
		if found := opensLine.FindSubmatch(lines.Bytes()); found != nil && IsRung(string(found[1])) {
			n, _ := strconv.ParseInt(string(found[2]), 10, 64)
			m.Opens[string(found[1])] += n
		} else if found := builtInLine.FindSubmatch(lines.Bytes()); found != nil {
			n, _ := strconv.ParseInt(string(found[1]), 10, 64)
			m.Opens["built-in"] += n
		}
		if found := valueLine.FindSubmatch(lines.Bytes()); found != nil {
			value, _ := strconv.ParseFloat(string(found[2]), 64)
			m.sums[string(found[1])] += value
		}
	}
	m.CPU = m.sums["process_cpu_seconds_total"]
	return m
}

// AddMetrics adds what a server says it did between two readings, of others'
// requests too.
func (r *Result) AddMetrics(before, after *Metrics) {
	if before == nil || after == nil {
		return
	}
	r.ServerCPU = max(after.CPU-before.CPU, 0)
	if r.RungsFrom != "" {
		return
	}
	r.RungsFrom = "metrics"
	for name, n := range after.Opens {
		if more := n - before.Opens[name]; more > 0 {
			r.Rungs = append(r.Rungs, Rung{name, more})
		}
	}
	slices.SortFunc(r.Rungs, func(a, b Rung) int { return cmp.Compare(RungAt(a.Name), RungAt(b.Name)) })
}
