package recommend

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// Progress is told how far something is: done of total. It may be called by
// several goroutines, one after the other.
type Progress func(what string, done, total int)

// Trainer makes models of a log that grows. It keeps the sums of items, so that
// what a few new events change is worked out without the rest. It is of one
// goroutine, which the log is too meanwhile.
type Trainer struct {
	l    *Log
	s    Settings
	size sizes
	keep func(n int) bool // of the log's events; nil: all
	now  float64          // ages of events count back from here, also later
	mean float32          // of items' own sums, as first trained

	trained int           // events of the log that are worked in
	rows    []row         // by item
	next    [][]candidate // by item, what is taken after it
	found   [][]candidate // by item, what speaks for it
}

// NewTrainer returns a trainer of a log.
func NewTrainer(l *Log, s Settings) *Trainer {
	return &Trainer{l: l, s: s, size: sizesFor(len(l.items))}
}

// Train learns from a log with given settings.
func Train(ctx context.Context, l *Log, s Settings, tell Progress) (*Model, error) {
	return NewTrainer(l, s).Train(ctx, tell)
}

// Train learns from all events.
func (t *Trainer) Train(ctx context.Context, tell Progress) (*Model, error) {
	if t.now == 0 {
		t.now = t.l.latest
	}
	t.mean = 0
	t.rows, t.next, t.found = nil, nil, nil
	all := make([]int32, len(t.l.items))
	for i := range all {
		all[i] = int32(i)
	}
	return t.work(ctx, all, tell)
}

// Update learns from the events that were added to the log since: all that
// persons of new events took is worked out again, and nothing else. Ages count
// from the last Train.
func (t *Trainer) Update(ctx context.Context, tell Progress) (*Model, error) {
	if t.rows == nil {
		return t.Train(ctx, tell)
	}
	persons := make([]bool, len(t.l.persons))
	for n := t.trained; n < len(t.l.events); n++ {
		persons[t.l.events[n].person] = true
	}
	changed := make([]bool, len(t.l.items))
	for n := range t.l.events {
		if e := &t.l.events[n]; persons[e.person] {
			changed[e.item] = true
		}
	}
	var dirty []int32
	for i := range changed {
		if changed[i] || i >= len(t.rows) {
			dirty = append(dirty, int32(i))
		}
	}
	return t.work(ctx, dirty, tell)
}

// work works out the dirty items, and makes a model of all.
func (t *Trainer) work(ctx context.Context, dirty []int32, tell Progress) (*Model, error) {
	items := len(t.l.items)
	if items == 0 {
		return nil, fmt.Errorf("train: there are no items")
	}
	h := t.l.histories(t.now, t.keep, t.s.Low)
	g := newGram(h, &t.s)
	if t.mean == 0 {
		t.mean = g.mean
	}
	g.mean = t.mean
	t.rows, t.next, t.found = grown(t.rows, items), grown(t.next, items), grown(t.found, items)
	g.rows = t.rows
	told := func(what string) func(int) {
		if tell == nil {
			return nil
		}
		return func(done int) { tell(what, done, len(dirty)) }
	}
	err := parallel(ctx, t.l.hands, len(dirty), told("counting"), func() func(n int) {
		c := newCounter(items)
		return func(n int) { g.rows[dirty[n]], t.next[dirty[n]] = g.row(c, dirty[n], t.size.row) }
	})
	if err == nil {
		err = parallel(ctx, t.l.hands, len(dirty), told("solving"), func() func(n int) {
			v := newSolver(items)
			return func(n int) { t.found[dirty[n]] = g.weights(v, dirty[n], t.size.near, &t.s) }
		})
	}
	if err != nil {
		t.rows = nil // half of them would be of another moment
		return nil, fmt.Errorf("train: %w", err)
	}
	t.trained = len(t.l.events)
	return t.model(h), nil
}

// grown is a list with room for n.
func grown[T any](list []T, n int) []T { return append(list, make([]T, n-len(list))...) }

// bySource turns weights by target into weights by source.
func bySource(byTarget [][]candidate) [][]candidate {
	count := make([]int, len(byTarget))
	for _, list := range byTarget {
		for _, c := range list {
			count[c.item]++
		}
	}
	out := make([][]candidate, len(byTarget))
	for i, n := range count {
		out[i] = make([]candidate, 0, n)
	}
	for target, list := range byTarget {
		for _, c := range list {
			if c.score != 0 {
				out[c.item] = append(out[c.item], candidate{int32(target), c.score})
			}
		}
	}
	return out
}

// chunk is how many items a worker takes at a time.
const chunk = 64

// parallel calls what worker returns for every number below n, on hands
// processors, or with 0 on all. Each number is one goroutine's alone, so that results do not
// depend on who worked out which. done, unless nil, is told how many are.
func parallel(ctx context.Context, hands, n int, done func(int), worker func() func(i int)) error {
	var next, ready atomic.Int64
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	if hands == 0 {
		hands = runtime.GOMAXPROCS(0)
	}
	for range hands {
		wg.Go(func() {
			defer func() {
				if cause := recover(); cause != nil {
					mu.Lock()
					failed = fmt.Errorf("panic: %v", cause)
					mu.Unlock()
				}
			}()
			work := worker()
			for ctx.Err() == nil {
				from := int(next.Add(chunk)) - chunk
				if from >= n {
					return
				}
				for i := from; i < min(n, from+chunk); i++ {
					work(i)
				}
				total := ready.Add(int64(min(n, from+chunk) - from))
				if done != nil {
					mu.Lock()
					done(int(total))
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}
