package load

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Outcome is what became of a request.
type Outcome struct {
	Request
	Verdict
	Took    time.Duration // from when it was to be sent until its answer was there
	Waited  time.Duration // from when it was to be sent until it was
	Rung    string        // "" where the server does not say
	Bytes   int
	Decoded bool
}

// Names of rows; images by rung are named "image, " and the rung.
const (
	ImageRow = "image"
	ClickRow = "click"
	TotalRow = "total"
)

// moments is how many parts of a run have latencies of their own.
const moments = 120

// Tally counts outcomes, in memory that does not grow with them.
type Tally struct {
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

// NewTally counts the outcomes of a run that sends for so long.
func NewTally(duration time.Duration) *Tally {
	return &Tally{
		width: max(duration/moments, time.Millisecond), rows: map[string]*counted{}, problems: map[string]*Problem{},
		lateness: newLatencies(3), waits: newLatencies(3),
	}
}

// Late counts by how much later than planned requests were made ready.
func (t *Tally) Late(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lateness.add(d)
}

// Add counts an outcome. The wrong ones took their time, too.
func (t *Tally) Add(o Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := ImageRow
	switch {
	case o.Image == nil:
		name = ClickRow
	case IsRung(o.Rung):
		name += ", " + o.Rung
	}
	if t.rows[name] == nil {
		t.rows[name] = &counted{took: newLatencies(3)}
	}
	t.rows[name].add(&o)
	moment := min(int(o.At/t.width), moments)
	if t.over[moment] == nil {
		t.over[moment] = &counted{took: newLatencies(2)}
	}
	t.over[moment].add(&o)
	t.bytes += int64(o.Bytes)
	if o.What != Unsent {
		t.waits.add(o.Waited)
	}
	if o.Decoded {
		t.decoded++
	}
	if o.What != Valid {
		if t.problems[o.What] == nil {
			t.problems[o.What] = &Problem{What: o.What, Example: o.Why}
		}
		t.problems[o.What].Count++
	}
}

func (c *counted) add(o *Outcome) {
	c.requests++
	if o.What == Valid {
		c.valid++
	}
	c.took.add(o.Took)
}

// merge adds another's outcomes.
func (c *counted) merge(other *counted) {
	c.requests += other.requests
	c.valid += other.valid
	c.took.merge(other.took)
}

func (c *counted) row(name string) Row {
	return Row{Name: name, Requests: c.requests, Valid: c.valid, Times: c.took.summary()}
}

// Counts says how many requests there were until now, and how many were wrong.
func (t *Tally) Counts() (requests, wrong int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.rows {
		requests += c.requests
		wrong += c.requests - c.valid
	}
	return requests, wrong
}

// Result is all that was counted.
func (t *Tally) Result() *Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &Result{Version: ResultVersion, Bytes: t.bytes, Decoded: t.decoded, Late: t.lateness.summary(), Waited: t.waits.summary()}
	total, images := &counted{took: newLatencies(3)}, &counted{took: newLatencies(3)}
	for name, c := range t.rows {
		total.merge(c)
		if name != ClickRow {
			images.merge(c)
		}
	}
	r.Rows = []Row{total.row(TotalRow), images.row(ImageRow)}
	for _, rung := range RungNames {
		if c := t.rows[ImageRow+", "+rung]; c != nil {
			r.Rows = append(r.Rows, c.row(ImageRow+", "+rung))
			r.Rungs = append(r.Rungs, Rung{rung, c.requests})
			r.RungsFrom = "each image"
		}
	}
	if c := t.rows[ClickRow]; c != nil {
		r.Rows = append(r.Rows, c.row(ClickRow))
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
				Wrong: c.requests - c.valid, Times: c.took.summary(),
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
