package main

import (
	"bufio"
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
)

// metrics are what a server says of itself; nil where it was not asked or says
// nothing.
type metrics struct {
	opens map[string]int64 // by rung
	cpu   float64          // seconds
}

var (
	opensLine   = regexp.MustCompile(`^opentime_opens_total\{.*\brung="([a-z-]+)".*\} (\d+)$`)
	builtInLine = regexp.MustCompile(`^opentime_built_in_total\{.*\} (\d+)$`)
	cpuLine     = regexp.MustCompile(`^process_cpu_seconds_total ([0-9.e+-]+)$`)
)

// parseMetrics reads a page of metrics in Prometheus' text format.
func parseMetrics(page []byte) *metrics {
	m := &metrics{opens: map[string]int64{}}
	lines := bufio.NewScanner(bytes.NewReader(page))
	for lines.Scan() {
		if found := opensLine.FindSubmatch(lines.Bytes()); found != nil && isRung(string(found[1])) {
			n, _ := strconv.ParseInt(string(found[2]), 10, 64)
			m.opens[string(found[1])] += n
		} else if found := builtInLine.FindSubmatch(lines.Bytes()); found != nil {
			n, _ := strconv.ParseInt(string(found[1]), 10, 64)
			m.opens["built-in"] += n
		} else if found := cpuLine.FindSubmatch(lines.Bytes()); found != nil {
			m.cpu, _ = strconv.ParseFloat(string(found[1]), 64)
		}
	}
	return m
}

// addMetrics adds what a server says it did between two readings, of others'
// requests too.
func (r *result) addMetrics(before, after *metrics) {
	if before == nil || after == nil {
		return
	}
	r.ServerCPU = max(after.cpu-before.cpu, 0)
	if r.RungsFrom != "" {
		return
	}
	r.RungsFrom = "metrics"
	for name, n := range after.opens {
		if more := n - before.opens[name]; more > 0 {
			r.Rungs = append(r.Rungs, Rung{name, more})
		}
	}
	slices.SortFunc(r.Rungs, func(a, b Rung) int { return cmp.Compare(rungAt(a.Name), rungAt(b.Name)) })
}
