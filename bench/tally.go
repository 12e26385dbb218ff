package main

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// outcome is what became of a request.
type outcome struct {
	request
	verdict
	took    time.Duration // from when it was to be sent until its answer was there
	waited  time.Duration // from when it was to be sent until it was
	rung    string        // "" where the server does not say
	bytes   int
	decoded bool
}

// Names of rows; images by rung are named "image, " and the rung.
const (
	imageRow = "image"
	clickRow = "click"
	totalRow = "total"
)

// moments is how many parts of a run have latencies of their own.
const moments = 120

// tally counts outcomes, in memory that does not grow with them.
type tally struct {
	mu       sync.Mutex
	width    time.Duration // of a moment
	rows     map[string]*counted
	over     [moments + 1]*counted
	problems map[string]*Problem
	lateness latencies
	waits    latencies
	bytes    int64
	decoded  int
}

// counted are the outcomes of one kind.
type counted struct {
	requests, valid int64
	took            latencies
}

func newTally(duration time.Duration) *tally {
	return &tally{
		width: max(duration/moments, time.Millisecond), rows: map[string]*counted{}, problems: map[string]*Problem{},
		lateness: newLatencies(3), waits: newLatencies(3),
	}
}

// late counts by how much later than planned requests were made ready.
func (t *tally) late(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lateness.add(d)
}

// add counts an outcome. The wrong ones took their time, too.
func (t *tally) add(o outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := imageRow
	switch {
	case o.click >= 0:
		name = clickRow
	case isRung(o.rung):
		name += ", " + o.rung
	}
	if t.rows[name] == nil {
		t.rows[name] = &counted{took: newLatencies(3)}
	}
	t.rows[name].add(&o)
	moment := min(int(o.at/t.width), moments)
	if t.over[moment] == nil {
		t.over[moment] = &counted{took: newLatencies(2)}
	}
	t.over[moment].add(&o)
	t.bytes += int64(o.bytes)
	if o.what != unsent {
		t.waits.add(o.waited)
	}
	if o.decoded {
		t.decoded++
	}
	if o.what != valid {
		if t.problems[o.what] == nil {
			t.problems[o.what] = &Problem{What: o.what, Example: o.why}
		}
		t.problems[o.what].Count++
	}
}

func (c *counted) add(o *outcome) {
	c.requests++
	if o.what == valid {
		c.valid++
	}
	c.took.add(o.took)
}

// merge adds another's outcomes.
func (c *counted) merge(other *counted) {
	c.requests += other.requests
	c.valid += other.valid
	c.took.merge(other.took)
}

func (c *counted) row(name string) Row {
	return Row{Name: name, Requests: c.requests, Valid: c.valid, times: c.took.times()}
}

// counts says how many requests there were until now, and how many were wrong.
func (t *tally) counts() (requests, wrong int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.rows {
		requests += c.requests
		wrong += c.requests - c.valid
	}
	return requests, wrong
}

// result is all that was counted.
func (t *tally) result() *result {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &result{Version: resultVersion, Bytes: t.bytes, Decoded: t.decoded, Late: t.lateness.times(), Waited: t.waits.times()}
	total, images := &counted{took: newLatencies(3)}, &counted{took: newLatencies(3)}
	for name, c := range t.rows {
		total.merge(c)
		if name != clickRow {
			images.merge(c)
		}
	}
	r.Rows = []Row{total.row(totalRow), images.row(imageRow)}
	for _, rung := range rungNames {
		if c := t.rows[imageRow+", "+rung]; c != nil {
			r.Rows = append(r.Rows, c.row(imageRow+", "+rung))
			r.Rungs = append(r.Rungs, Rung{rung, c.requests})
			r.RungsFrom = "each image"
		}
	}
	if c := t.rows[clickRow]; c != nil {
		r.Rows = append(r.Rows, c.row(clickRow))
	}
	for _, p := range t.problems {
		r.Problems = append(r.Problems, *p)
	}
	slices.SortFunc(r.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.What, b.What))
	})
	for i, c := range t.over {
		if c != nil {
			r.Over = append(r.Over, Moment{
				At: (time.Duration(i) * t.width).Seconds(), Width: t.width.Seconds(), Requests: c.requests,
				Wrong: c.requests - c.valid, times: c.took.times(),
			})
		}
	}
	for _, share := range curve(total.requests) {
		r.Percentiles = append(r.Percentiles, [2]float64{share * 100, total.took.at(share)})
	}
	return r
}

// curve are the shares that the curve of percentiles has: each ten times nearer to
// all in five steps, as near as so many requests tell.
func curve(requests int64) []float64 {
	shares := []float64{0}
	left := 1.0
	for range 30 {
		left *= 0.6309573444801932 // the fifth root of a tenth
		if left*float64(requests) < 1 {
			break
		}
		shares = append(shares, 1-left)
	}
	return append(shares, 1)
}
