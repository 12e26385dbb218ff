package recommend

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Progress is told how far something is: done of total. It may be called by
// several goroutines, one after the other.
type Progress func(what string, done, total int)

// Trainer makes models of a log and, of one that it became, works out again only
// what changed. It is of one goroutine, which the log is too meanwhile.
type Trainer struct {
	l    *Log // while it works
	s    Settings
	size sizes
	keep func(n int) bool // of the log's events; nil: all
	bare bool             // nobody will declare anything
	now  float64          // ages of events count back from here, also later
	mean float32          // of items' own sums, as first trained

	alike *likeness     // of items; nil: to be looked for
	items []Item        // as last trained; nil: not yet
	whole int           // events when all was last learnt
	marks []uint64      // by item, what all who took it did
	next  [][]candidate // by item, what is taken after it
	found [][]candidate // by item, what speaks for it
}

// NewTrainer returns a trainer with given settings.
func NewTrainer(s Settings) *Trainer { return &Trainer{s: s} }

// Train learns from a log with given settings.
func Train(ctx context.Context, l *Log, s Settings, tell Progress) (*Model, error) {
	return NewTrainer(s).Train(ctx, l, tell)
}

// Train learns from all events of a log.
func (t *Trainer) Train(ctx context.Context, l *Log, tell Progress) (*Model, error) {
	t.now, t.size = l.latest, sizesFor(len(l.items))
	return t.train(ctx, l, tell)
}

// train is Train as of a moment, with sizes.
func (t *Trainer) train(ctx context.Context, l *Log, tell Progress) (*Model, error) {
	t.l = l
	h := t.l.histories(t.now, t.keep, t.s.Low)
	t.items, t.mean, t.marks, t.next, t.found = nil, 0, h.marks(), nil, nil
	t.whole = len(t.l.events)
	all := make([]int32, len(t.l.items))
	for i := range all {
		all[i] = int32(i)
	}
	return t.work(ctx, h, all, tell)
}

// Drift is how far a log may be from that of the last Train for Update to go on
// from there: the share of events that came or went, and that of items that are
// worked out again.
const (
	driftEvents = 0.1
	driftItems  = 0.5
)

// Update learns from what the log of the last Train became, where events or items
// came or events went. What is taken after an item and what speaks for it is
// worked out again of items that somebody took who did something else than
// before; ages count from the last Train. Where more changed than that is worth,
// or items are numbered otherwise, it is Train. It returns how many items were
// worked out.
func (t *Trainer) Update(ctx context.Context, l *Log, tell Progress) (*Model, int, error) {
	anew := func() (*Model, int, error) {
		m, err := t.Train(ctx, l, tell)
		return m, len(l.items), err
	}
	more := math.Abs(float64(len(l.events) - t.whole))
	if t.items == nil || !startsWith(l.items, t.items) || more > driftEvents*float64(t.whole) {
		return anew()
	}
	h := l.histories(t.now, t.keep, t.s.Low)
	marks := h.marks()
	var dirty []int32
	for i, mark := range marks {
		if i >= len(t.marks) || mark != t.marks[i] {
			dirty = append(dirty, int32(i))
		}
	}
	if float64(len(dirty)) > driftItems*float64(len(l.items)) {
		return anew()
	}
	t.l, t.marks = l, marks
	m, err := t.work(ctx, h, dirty, tell)
	return m, len(dirty), err
}

// startsWith reports whether a list has the items of another first.
func startsWith(list, first []Item) bool {
	return len(list) >= len(first) && slices.EqualFunc(list[:len(first)], first, func(a, b Item) bool { return a.ID == b.ID })
}

// work works out the dirty items, and makes a model of all.
func (t *Trainer) work(ctx context.Context, h *histories, dirty []int32, tell Progress) (*Model, error) {
	defer func() { t.l = nil }()
	items := len(t.l.items)
	if items == 0 {
		return nil, fmt.Errorf("train: there are no items")
	}
	g := newGram(h, &t.s)
	if t.mean == 0 {
		t.mean = g.mean
	}
	g.mean = t.mean
	g.room()
	t.next, t.found = grown(t.next, items), grown(t.found, items)
	each := func(what string, list []int32, worker func() func(i int32)) error {
		var done func(int)
		if tell != nil {
			done = func(done int) { tell(what, done, len(list)) }
		}
		return parallel(ctx, t.l.hands, len(list), done, func() func(int) {
			work := worker()
			return func(n int) { work(list[n]) }
		})
	}
	count := func() func(i int32) {
		c := newCounter(items)
		return func(i int32) { g.rows[i], t.next[i] = g.row(c, i, t.size.row) }
	}
	err := each("counting", dirty, count)
	if err == nil && len(dirty) < items {
		err = each("counting", g.missing(dirty, t.size.near), count)
	}
	if err == nil {
		err = each("solving", dirty, func() func(i int32) {
			v := newSolver(items)
			return func(i int32) { t.found[i] = g.weights(v, i, t.size.near, &t.s) }
		})
	}
	if err != nil {
		t.items = nil // half of what is there is of another moment
		return nil, fmt.Errorf("train: %w", err)
	}
	m := t.model(h)
	t.items = m.items
	return m, nil
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

// maxChunk is how many numbers a worker takes at a time, at most.
const maxChunk = 64

// parallel calls what worker returns for every number below n, on hands
// processors, or with 0 on all. Each number is one goroutine's alone, so that results do not
// depend on who worked out which. done, unless nil, is told how many are.
func parallel(ctx context.Context, hands, n int, done func(int), worker func() func(i int)) error {
	var next, ready atomic.Int64
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	chunk := max(1, min(maxChunk, n/32))
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
				from := int(next.Add(int64(chunk))) - chunk
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
