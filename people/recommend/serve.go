package recommend

import (
	"math"
	"slices"
)

// Seen is an item of a history, and when it was seen: a number that grows with
// time. Those of one moment are equally new. Weight 0 is 1.
type Seen struct {
	Item   int32
	At     float64
	Weight float32
}

// Query is for whom items are looked for. What it holds is only read.
type Query struct {
	History  []Seen  // oldest first
	Declared []int32 // features
	Region   string
	N        int
	Barred   []int32               // not to be offered, beside History
	Allowed  Set                   // what may be offered; nil: all
	Keep     func(item int32) bool // asked of those that would be among the best; nil: all
	Again    bool                  // items of History may be offered too
}

// Pick is an item that was found, with what speaks for it most.
type Pick struct {
	Item    int32
	Score   float32
	Because Because
}

// Because is why an item was picked.
type Because struct {
	Kind  Reason
	Which int32 // the item or the feature
}

// Reason is a kind of Because.
type Reason uint8

// The reasons there are. Their numbers are not kept anywhere.
const (
	ByItem    Reason = iota + 1 // something of the history: an item
	ByFeature                   // a declared feature
	ByTrend                     // what many take lately
	ByRegion                    // what many take in the region
	ByAll                       // what is left: most popular first
	ByContent                   // it is like an item, by what is said of both
	ByList                      // somebody put it on a list
)

// Set is a set of items, a bit each.
type Set []uint64

// NewSet returns an empty set for so many items.
func NewSet(items int) Set { return make(Set, (items+63)/64) }

// Add adds an item.
func (s Set) Add(i int32) { s[i>>6] |= 1 << (i & 63) }

// Has reports whether an item is in the set; the nil set has all.
func (s Set) Has(i int32) bool { return s == nil || int(i>>6) < len(s) && s[i>>6]>>(i&63)&1 != 0 }

// Scratch is memory for answering. It is of one goroutine.
type Scratch struct {
	score   []float32 // by item; all 0 between calls
	mark    []int32   // by item: place among picks and 1, or barred; all 0 between calls
	touched []int32
	weights []float32 // of the history
	heap    []candidate
	most    []float32 // by pick: the largest part of its score
	won     Set       // the picks, as mark has them: less to look through
	fetched int32     // what fetch came to: else compilers would leave it out
	below   float64   // what a pick has to cost less than; 0: whatever
}

// barred marks items that must not be picked.
const barred = -1

// NewScratch returns memory for a model's answers.
func (m *Model) NewScratch() *Scratch {
	s := &Scratch{touched: make([]int32, 0, len(m.items))}
	s.fit(m)
	return s
}

// fit makes room for a model that may have grown.
func (s *Scratch) fit(m *Model) {
	if n := len(m.items); len(s.score) < n {
		s.score, s.mark, s.won = make([]float32, n), make([]int32, n), NewSet(n)
	}
}

// weigh sets what each event of a history counts: the newest 1.
func (m *Model) weigh(s *Scratch, history []Seen) {
	s.weights = s.weights[:0]
	for range history {
		s.weights = append(s.weights, 0)
	}
	w := 1.0
	for n := len(history) - 1; n >= 0; n-- {
		if n < len(history)-1 && history[n].At != history[n+1].At {
			w *= m.Settings.Decay
		}
		s.weights[n] = float32(max(w, m.Settings.Floor))
		switch weight := history[n].Weight; {
		case weight == disliked:
			s.weights[n] *= float32(m.Settings.Low)
		case weight > 0:
			s.weights[n] *= weight
		}
	}
}

// fullHistory is how many events leave nothing for declared preferences to say.
const fullHistory = 20

// tasteWeight is what declared preferences count: half of what they do without
// events beside three of them, nothing beside a full history.
func (m *Model) tasteWeight(events, declared int) float32 {
	if declared == 0 || events >= fullHistory {
		return 0
	}
	if events == 0 {
		return 1
	}
	return float32(m.Settings.Taste * math.Exp2(float64(3-events)/3))
}

// add adds what a source speaks for, w times.
func (s *Scratch) add(l *lists, source int32, w float32) {
	target, weight, scale := l.of(source)
	if len(target) == 0 {
		return
	}
	w *= scale
	score, weight := s.score, weight[:len(target)]
	// Each is noted, and stays where its score was 0: what is new cannot be foretold,
	// so a branch would often be wrong.
	n := len(s.touched)
	touched := slices.Grow(s.touched, len(target))[:n+len(target)]
	for k, j := range target {
		old := score[j]
		touched[n] = j
		fresh := 0
		if math.Float32bits(old) == 0 {
			fresh = 1
		}
		n += fresh
		score[j] = old + w*float32(weight[k])
	}
	s.touched = touched[:n]
}

// fetch reads a little of what sources speak for, all at once: the lists lie far
// apart, and waiting for one after the other takes longer than adding them up.
func (s *Scratch) fetch(l *lists, history []Seen) {
	const line = 16 // targets in a line of the processor's memory
	sum := int32(0)
	for n := range history {
		target, weight, _ := l.of(history[n].Item)
		for k := 0; k < len(target); k += line {
			sum += target[k]
		}
		for k := 0; k < len(weight); k += 4 * line {
			sum += int32(weight[k])
		}
	}
	s.fetched = sum
}

// bump adds to the score of one item.
func (s *Scratch) bump(i int32, w float32) {
	if s.score[i] == 0 {
		s.touched = append(s.touched, i)
	}
	s.score[i] += w
}

// bar marks what must not be picked: the history, and what is barred.
func (s *Scratch) bar(q *Query) {
	for _, i := range q.Barred {
		s.mark[i] = barred
	}
	if !q.Again {
		for n := range q.History {
			s.mark[q.History[n].Item] = barred
		}
	}
}

// best appends the picks with a score above 0 and leaves all scores 0. Each
// pick's item is marked with its place.
func (m *Model) best(s *Scratch, q *Query, dst []Pick) []Pick {
	s.bar(q)
	s.most = s.most[:0]
	heap := s.heap[:0] // the worst of the best first
	worst := float32(math.SmallestNonzeroFloat32)
	score := s.score
	for _, i := range s.touched {
		c := candidate{i, score[i]}
		score[i] = 0 // also against coming twice, where a sum was 0 in between
		// One comparison, whose outcome a processor foretells once the heap is full:
		// whether a sum is above 0 it cannot.
		if c.score < worst || !m.may(s, q, i) {
			continue
		}
		switch {
		case len(heap) < q.N:
			heap = append(heap, c)
			up(heap)
		case q.N > 0 && better(c, heap[0]):
			heap[0] = c
			down(heap)
		}
		if len(heap) == q.N && q.N > 0 {
			worst = heap[0].score
		}
	}
	s.touched = s.touched[:0]
	from := len(dst)
	for range heap {
		dst = append(dst, Pick{})
		s.most = append(s.most, 0)
	}
	for len(heap) > 0 {
		n := len(heap) - 1
		dst[from+n] = Pick{Item: heap[0].item, Score: heap[0].score}
		s.mark[heap[0].item] = int32(n + 1)
		s.won.Add(heap[0].item)
		heap[0] = heap[n]
		heap = heap[:n]
		down(heap)
	}
	s.heap = heap
	return dst
}

// may reports whether an item may be picked.
func (m *Model) may(s *Scratch, q *Query, i int32) bool {
	return q.Allowed.Has(i) && s.mark[i] != barred && (s.below == 0 || m.costs(i, s.below)) && (q.Keep == nil || q.Keep(i))
}

// costs reports whether an item is known to cost less than a price.
func (m *Model) costs(i int32, below float64) bool {
	return m.items[i].Number > 0 && m.items[i].Number < below
}

// up and down keep a heap whose first is the worst.
func up(h []candidate) {
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if !better(h[parent], h[i]) {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func down(h []candidate) {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && better(h[child], h[child+1]) {
			child++
		}
		if !better(h[i], h[child]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// because finds what speaks most for each pick: a second pass over what was
// added, for the marked alone.
func (m *Model) because(s *Scratch, q *Query, c float32, picks []Pick) {
	for n := range picks {
		picks[n].Because = Because{Kind: ByAll}
		if w := float32(m.Settings.Trend) * m.trend[picks[n].Item]; w > 0 && len(q.History) > 0 {
			s.most[n], picks[n].Because.Kind = w, ByTrend
		}
	}
	for n := range q.History {
		source := q.History[n].Item
		s.blame(m.lists, source, s.weights[n], Because{ByItem, source}, picks)
		s.blame(m.fresh, source, s.weights[n]*float32(m.Settings.Fresh), Because{ByItem, source}, picks)
	}
	if c > 0 {
		for _, f := range q.Declared {
			s.blame(m.taste.lists, f, c, Because{ByFeature, f}, picks)
		}
	}
}

// blame notes a source that speaks more for a pick than what was found before.
func (s *Scratch) blame(l *lists, source int32, w float32, because Because, picks []Pick) {
	target, weight, scale := l.of(source)
	w *= scale
	for n, j := range target {
		if s.won[j>>6]>>(j&63)&1 != 0 {
			p := s.mark[j]
			if part := w * float32(weight[n]); part > s.most[p-1] {
				s.most[p-1], picks[p-1].Because = part, because
			}
		}
	}
}

// end takes all marks away.
func (s *Scratch) end(q *Query, dst []Pick, from int) []Pick {
	for _, p := range dst[from:] {
		s.mark[p.Item] = 0
		s.won[p.Item>>6] = 0
	}
	for n := range q.History {
		s.mark[q.History[n].Item] = 0
	}
	for _, i := range q.Barred {
		s.mark[i] = 0
	}
	return dst
}

// walk appends the items of an order that may be picked, until there are N.
func (s *Scratch) walk(order []int32, reason Reason, q *Query, dst []Pick, from int) []Pick {
	for _, i := range order {
		if len(dst)-from >= q.N {
			break
		}
		if s.mark[i] == 0 && q.Allowed.Has(i) && (q.Keep == nil || q.Keep(i)) {
			s.mark[i] = int32(len(dst) - from + 1)
			dst = append(dst, Pick{Item: i, Because: Because{Kind: reason}})
		}
	}
	return dst
}
