package recommend

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Case is a person whose later choices are known, to measure with.
type Case struct {
	Query Query
	Truth []int32 // what they chose; below 0: what is no item
}

// Measure returns the mean NDCG of the n first picks over cases.
func (m *Model) Measure(ctx context.Context, cases []Case, n int) (float64, error) {
	gains, err := m.gains(ctx, cases, n)
	return mean(gains), err
}

// MeasurePopular is Measure of offering everybody what is popular.
func (m *Model) MeasurePopular(ctx context.Context, cases []Case, n int) (float64, error) {
	gains, err := measure(ctx, cases, n, m, func() asker {
		s := m.NewScratch()
		return func(q *Query, dst []Pick) []Pick { return m.Popular(s, q, dst) }
	})
	return mean(gains), err
}

// gains returns the NDCG of the n first picks of each case.
func (m *Model) gains(ctx context.Context, cases []Case, n int) ([]float64, error) {
	return measure(ctx, cases, n, m, func() asker {
		s := m.NewScratch()
		return func(q *Query, dst []Pick) []Pick { return m.Recommend(s, q, dst) }
	})
}

// asker answers queries. It is of one goroutine.
type asker func(q *Query, dst []Pick) []Pick

func measure(ctx context.Context, cases []Case, n int, m *Model, newAsker func() asker) ([]float64, error) {
	hands, items := m.hands, len(m.items)
	gains := make([]float64, len(cases))
	err := parallel(ctx, hands, len(cases), nil, func() func(i int) {
		ask := newAsker()
		wanted := NewSet(items)
		var picks []Pick
		return func(i int) {
			c := &cases[i]
			q := c.Query
			q.N = n
			picks = ask(&q, picks[:0])
			for _, t := range c.Truth {
				if t >= 0 {
					wanted.Add(t)
				}
			}
			gains[i] = ndcg(picks, wanted, len(c.Truth), n)
			clear(wanted)
		}
	})
	return gains, err
}

// ndcg is the discounted gain of picks, of the most there can be.
func ndcg(picks []Pick, wanted Set, truths, n int) float64 {
	gain, most := 0.0, 0.0
	for place := range n {
		worth := 1 / math.Log2(float64(place)+2)
		if place < len(picks) && wanted.Has(picks[place].Item) {
			gain += worth
		}
		if place < truths {
			most += worth
		}
	}
	if most == 0 {
		return 0
	}
	return gain / most
}

// trial is one way to hold choices back: what is learnt from, and whom it is
// measured on.
type trial struct {
	name  string
	keep  func(n int) bool
	now   float64
	size  sizes
	cases []Case

	lately map[float64]popularity // by days
	alike  *likeness              // nil: not looked for yet
}

// popularity is what is popular of what is not held back.
func (t *trial) popularity(l *Log, lately float64) popularity {
	p, ok := t.lately[lately]
	if !ok {
		p = newPopularity(l, t.now, t.keep, lately)
		t.lately[lately] = p
	}
	return p
}

// train learns from what is not held back.
func (t *trial) train(ctx context.Context, l *Log, s Settings) (*Model, error) {
	trainer := &Trainer{s: s, size: t.size, keep: t.keep, now: t.now, bare: true}
	trainer.alike = t.alike
	m, err := trainer.train(ctx, l, nil)
	t.alike = trainer.alike
	return m, err
}

// maxCases bounds the persons that are measured on.
const maxCases = 3000

// held collects what trials hold back.
type held struct {
	l       *Log
	persons [][]int32 // their events, by time
	sampled []bool    // persons who are learnt from, and measured on
}

// maxPairs is how many pairs of events of one person trials learn from: of more
// only some persons are.
const maxPairs = 400_000_000

// newHeld sorts the events of each person by time.
func newHeld(l *Log) *held {
	b := &held{l: l, persons: make([][]int32, len(l.persons)), sampled: make([]bool, len(l.persons))}
	count := make([]int32, len(l.persons))
	for n := range l.events {
		count[l.events[n].person]++
	}
	pairs := 0.0
	all := make([]int32, len(l.events))
	for p, c := range count {
		b.persons[p], all = all[:0:c], all[c:]
		pairs += float64(c) * float64(c)
	}
	for n := range l.events {
		p := l.events[n].person
		b.persons[p] = append(b.persons[p], int32(n))
	}
	step := max(1, int(math.Ceil(pairs/maxPairs)))
	for p, events := range b.persons {
		slices.SortStableFunc(events, func(a, b int32) int { return cmp.Compare(l.events[a].at, l.events[b].at) })
		b.sampled[p] = p%step == 0
	}
	return b
}

// trial learns from the events of sampled persons that keep holds for.
func (b *held) trial(name string, now float64, keep func(n int) bool) *trial {
	sampled := func(n int) bool { return b.sampled[b.l.events[n].person] && keep(n) }
	return &trial{name: name, now: now, size: tuningSizes(len(b.l.items)), keep: sampled, lately: map[float64]popularity{}}
}

// every is the step by which persons are passed over, so that at most maxCases stay.
func every(persons int) int { return max(1, (persons+maxCases-1)/maxCases) }

// lastOut holds back what each person did last, at one moment, and was new to
// them.
func (b *held) lastOut() *trial {
	out := make([]bool, len(b.l.events))
	t := b.trial("last out", b.l.latest, func(n int) bool { return !out[n] })
	step := every(len(b.persons))
	for p := 0; p < len(b.persons); p += step {
		events := b.persons[p]
		if !b.sampled[p] {
			continue
		}
		cut := len(events) - 1
		for cut > 0 && b.l.events[events[cut-1]].at == b.l.events[events[len(events)-1]].at {
			cut--
		}
		if cut <= 0 {
			continue
		}
		t.add(b, events[:cut], events[cut:], out)
	}
	return t
}

// timeOut holds back all that came after a moment.
func (b *held) timeOut(share float64) *trial {
	times := make([]float64, 0, len(b.l.events))
	for n := range b.l.events {
		times = append(times, b.l.events[n].at)
	}
	slices.Sort(times)
	cut := times[int(float64(len(times)-1)*(1-share))]
	t := b.trial("time", cut, func(n int) bool { return b.l.events[n].at < cut })
	step := every(len(b.persons))
	for p := 0; p < len(b.persons); p += step {
		events := b.persons[p]
		at, _ := slices.BinarySearchFunc(events, cut, func(n int32, cut float64) int { return cmp.Compare(b.l.events[n].at, cut) })
		if b.sampled[p] && at > 0 && at < len(events) {
			t.add(b, events[:at], events[at:], nil)
		}
	}
	return t
}

// someOut holds back one in five of each person's events: of those whose times
// are not known.
func (b *held) someOut() *trial {
	out := make([]bool, len(b.l.events))
	t := b.trial("some out", b.l.latest, func(n int) bool { return !out[n] })
	step := every(len(b.persons))
	for p := 0; p < len(b.persons); p += step {
		if !b.sampled[p] {
			continue
		}
		known, rest := oneInFive(p, b.persons[p])
		if len(known) > 0 && len(rest) > 0 {
			t.add(b, known, rest, out)
		}
	}
	return t
}

// oneInFive parts the events of a person at random, always alike.
func oneInFive(person int, events []int32) (known, rest []int32) {
	random := uint64(person)*0x9e3779b97f4a7c15 + 1
	for _, n := range events {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		if random%5 == 0 {
			rest = append(rest, n)
		} else {
			known = append(known, n)
		}
	}
	return known, rest
}

// strangers holds back some persons whole, and asks with few of their
// events, or with 0 a random four in five of them, for the others.
func (b *held) strangers(few int) *trial {
	out := make([]bool, len(b.l.events))
	t := b.trial("strangers", b.l.latest, func(n int) bool { return !out[n] })
	// One in ten, of few persons up to one in five.
	step := max(min(10, max(5, len(b.persons)/1500)), every(len(b.persons)))
	for p, events := range b.persons {
		// Drawn, lest they be all who are sampled.
		if int(uint64(p+1)*0x9e3779b97f4a7c15>>33)%step > 0 {
			continue
		}
		for _, n := range events {
			out[n] = true
		}
		known, rest := oneInFive(p, events)
		if few > 0 {
			known = known[:min(few, len(known))]
		}
		if len(known) > 0 && len(rest) > 0 {
			history := t.add(b, known, rest, nil)
			for n := range history {
				history[n].At = float64(n) // strangers' histories have an order only
			}
		}
	}
	return t
}

// add makes a case of what a person did before and after, and notes in out, if
// there is one, what is held back. It returns the history of the case.
func (t *trial) add(b *held, before, after []int32, out []bool) []Seen {
	c := Case{}
	for _, n := range before {
		e := &b.l.events[n]
		c.Query.History = append(c.Query.History, Seen{Item: e.item, At: e.at, Weight: e.weight})
	}
	c.Query.History = lastOfEach(c.Query.History)
	c.Query.Region = b.l.regions[b.l.events[before[len(before)-1]].region]
	known := make(map[int32]bool, len(before))
	for _, s := range c.Query.History {
		known[s.Item] = true
	}
	for _, n := range after {
		e := &b.l.events[n]
		if out != nil {
			out[n] = true
		}
		if e.weight != disliked && !known[e.item] {
			known[e.item] = true
			c.Truth = append(c.Truth, e.item)
		}
	}
	if len(c.Truth) > 0 {
		t.cases = append(t.cases, c)
	}
	return c.Query.History
}

// lastOfEach keeps each item of a history where it was last.
func lastOfEach(history []Seen) []Seen {
	last := make(map[int32]int, len(history))
	for n, s := range history {
		last[s.Item] = n
	}
	kept := history[:0]
	for n, s := range history {
		if last[s.Item] == n {
			kept = append(kept, s)
		}
	}
	return kept
}
