package server

import (
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"
)

// timeLimits are the upper ends of the buckets that times are counted in. Never
// changed.
var timeLimits = [...]time.Duration{
	250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second,
}

// times counts how long things took, as a histogram of Prometheus. It is safe
// for concurrent use.
type times struct {
	buckets [len(timeLimits) + 1]atomic.Uint64 // those above the last limit too
	sum     atomic.Int64                       // ns
}

// add counts one. Fast path: two atomic additions; nearly all opens fall into the
// first bucket.
func (t *times) add(took time.Duration) {
	i := 0
	for i < len(timeLimits) && took > timeLimits[i] {
		i++
	}
	t.buckets[i].Add(1)
	t.sum.Add(int64(took))
}

// write writes the histogram, with labels such as `route="click"`; "" for none.
func (t *times) write(w io.Writer, name, labels string) {
	comma, braced := "", ""
	if labels != "" {
		comma, braced = ",", "{"+labels+"}"
	}
	sum, total := t.sum.Load(), uint64(0)
	for i := range t.buckets {
		total += t.buckets[i].Load()
		limit := "+Inf"
		if i < len(timeLimits) {
			limit = strconv.FormatFloat(timeLimits[i].Seconds(), 'g', -1, 64)
		}
		_, _ = fmt.Fprintf(w, "%s_bucket{%s%sle=%q} %d\n", name, labels, comma, limit, total)
	}
	_, _ = fmt.Fprintf(w, "%s_sum%s %g\n", name, braced, time.Duration(sum).Seconds())
	_, _ = fmt.Fprintf(w, "%s_count%s %d\n", name, braced, total)
}
