package recommend

import (
	"cmp"
	"math"
	"slices"
)

// Item is what is known of an item beside who cared for it.
type Item struct {
	ID       string
	Title    string
	Features []string // such as genres, brand and tags
	Number   float64  // a year or a price; 0: not known
}

// Event is one thing that a person did with an item.
type Event struct {
	Person, Item string
	At           float64 // days since any moment that is the same for all
	Weight       float32 // above 0: how much it says, a purchase 1, a view less; or what it was rated: see Rated
	Region       string  // where the person is; "": not known
}

// Log is events in the order they came, and the items they are about. It only
// grows.
type Log struct {
	items   []Item
	byItem  map[string]int32
	persons []string
	byName  map[string]int32
	regions []string // the first is ""
	inNamed map[string]int32
	events  []event
	rated   bool    // weights are ratings
	hands   int     // processors that work on it; 0: all
	latest  float64 // of all events; -Inf: there are none
}

// event is an Event by numbers: 24 bytes.
type event struct {
	at           float64
	person, item int32
	weight       float32 // disliked: rated, and low
	region       int32
}

// disliked is the weight of events that say that something was not liked. What
// they count is a setting: who rates a film low still chose to see it.
const disliked = -1

// NewLog returns a Log without events. Items that events name beyond those
// given are added to it.
func NewLog(items []Item) *Log {
	l := &Log{byItem: map[string]int32{}, byName: map[string]int32{}, regions: []string{""}, inNamed: map[string]int32{"": 0}, latest: math.Inf(-1)}
	for _, item := range items {
		l.AddItem(item)
	}
	return l
}

// AddItem adds an item, or says more of one that is there.
func (l *Log) AddItem(item Item) {
	l.items[l.item(item.ID)] = item
}

// Add adds an event. What has no weight is passed over.
func (l *Log) Add(e Event) {
	if !(e.Weight > 0) || math.IsNaN(e.At) || math.IsInf(e.At, 0) {
		return
	}
	person, ok := l.byName[e.Person]
	if !ok {
		person = int32(len(l.persons))
		l.byName[e.Person] = person
		l.persons = append(l.persons, e.Person)
	}
	region, ok := l.inNamed[e.Region]
	if !ok {
		region = int32(len(l.regions))
		l.inNamed[e.Region] = region
		l.regions = append(l.regions, e.Region)
	}
	l.events = append(l.events, event{e.At, person, l.item(e.Item), e.Weight, region})
	l.latest = max(l.latest, e.At)
}

// item is the number of an item, which is added if it is new.
func (l *Log) item(id string) int32 {
	i, ok := l.byItem[id]
	if !ok {
		i = int32(len(l.items))
		l.byItem[id] = i
		l.items = append(l.items, Item{ID: id})
	}
	return i
}

// histories is what each person did, oldest first and each item once, where it
// was last.
type histories struct {
	start  []int32 // by person, where theirs begins; one more for the end
	item   []int32
	step   []int32   // of a person's, from 0: events of one moment share one
	age    []float32 // days before now, not below 0
	weight []float32
	items  int // of the log
	now    float64
	low    float32
}

// of returns where a person's events are.
func (h *histories) of(person int32) (from, to int32) { return h.start[person], h.start[person+1] }

// histories puts the events that keep holds for into order. now is the moment
// that ages count back from, low what disliking something counts.
func (l *Log) histories(now float64, keep func(n int) bool, low float64) *histories {
	start := make([]int32, len(l.persons)+1)
	for n := range l.events {
		if keep == nil || keep(n) {
			start[l.events[n].person+1]++
		}
	}
	for p := range l.persons {
		start[p+1] += start[p]
	}
	order := make([]int32, start[len(l.persons)])
	next := slices.Clone(start[:len(l.persons)])
	for n := range l.events {
		if keep == nil || keep(n) {
			p := l.events[n].person
			order[next[p]] = int32(n)
			next[p]++
		}
	}
	h := &histories{start: make([]int32, len(l.persons)+1), items: len(l.items), now: now, low: float32(low)}
	size := len(order)
	h.item, h.step = make([]int32, 0, size), make([]int32, 0, size)
	h.age, h.weight = make([]float32, 0, size), make([]float32, 0, size)
	seen := make([]int32, len(l.items)) // where an item stands in h, and 1
	for p := range l.persons {
		h.add(l, order[start[p]:start[p+1]], seen)
		h.start[p+1] = int32(len(h.item))
	}
	return h
}

// marks returns for each item a number that is another where anybody who took it
// did something else, and the same whatever persons are called.
func (h *histories) marks() []uint64 {
	marks := make([]uint64, h.items)
	for p := range len(h.start) - 1 {
		from, to := h.of(int32(p))
		mark := uint64(to - from)
		mix := func(v uint64) { mark = (mark ^ v) * 0x9e3779b97f4a7c15; mark ^= mark >> 29 }
		for e := from; e < to; e++ {
			mix(uint64(h.item[e])<<32 | uint64(h.step[e]))
			mix(uint64(math.Float32bits(h.age[e]))<<32 | uint64(math.Float32bits(h.weight[e])))
		}
		for e := from; e < to; e++ {
			marks[h.item[e]] += mark
		}
	}
	return marks
}

// add adds the events of one person, which it sorts. Of several with one item
// the weightiest counts, at the time of the last.
func (h *histories) add(l *Log, order []int32, seen []int32) {
	byTime := func(a, b int32) int { return cmp.Compare(l.events[a].at, l.events[b].at) }
	if !slices.IsSortedFunc(order, byTime) {
		slices.SortStableFunc(order, byTime)
	}
	from := len(h.item)
	steps := int32(0)
	later := 0.0 // when the one before, which is later, was: ages are too coarse to tell seconds apart
	for _, n := range slices.Backward(order) {
		e := &l.events[n]
		if at := seen[e.item]; at > int32(from) {
			h.weight[at-1] = max(h.weight[at-1], h.worth(e))
			continue
		}
		if len(h.item) > from && e.at != later {
			steps++
		}
		later = e.at
		h.item = append(h.item, e.item)
		h.step = append(h.step, steps)
		h.age = append(h.age, float32(max(0, h.now-e.at)))
		h.weight = append(h.weight, h.worth(e))
		seen[e.item] = int32(len(h.item))
	}
	slices.Reverse(h.item[from:])
	slices.Reverse(h.step[from:])
	slices.Reverse(h.age[from:])
	slices.Reverse(h.weight[from:])
	for i := from; i < len(h.step); i++ {
		h.step[i] = steps - h.step[i]
	}
}

// worth is what an event counts.
func (h *histories) worth(e *event) float32 {
	if e.weight == disliked {
		return h.low
	}
	return e.weight
}

// maxRatings is how many different values ratings have at most, and ratedLow the
// share of the highest that is still disliking: 3.5 of 5 stars.
const (
	maxRatings = 21
	ratedLow   = 0.7
)

// Rated looks whether the weights are ratings, such as stars: few values, most of
// them high. Those up to 0.7 of the highest then say that something was not
// liked and all others count 1. Else what is above 1, such as a number bought,
// counts 1. It is to be called once, after the last Add.
func (l *Log) Rated() (stars bool) {
	counts := map[float32]int{}
	low, high, total := float32(math.Inf(1)), float32(0), 0.0
	for n := range l.events {
		w := l.events[n].weight
		if len(counts) <= maxRatings {
			counts[w]++
		}
		low, high = min(low, w), max(high, w)
		total += float64(w)
	}
	mean := total / float64(max(1, len(l.events)))
	stars = len(counts) > 1 && len(counts) <= maxRatings && high >= 3 && high <= 100 && mean > float64(low+high)/2
	l.rated = stars
	for n := range l.events {
		switch w := &l.events[n].weight; {
		case stars && *w <= ratedLow*high:
			*w = disliked
		default:
			*w = min(*w, 1)
		}
	}
	return stars
}

// Histories returns what persons did, oldest first and each item where it was
// last; those who are not in the log have nothing.
func (l *Log) Histories(persons []string) map[string][]Seen {
	wanted := make(map[int32]string, len(persons))
	for _, name := range persons {
		if p, ok := l.byName[name]; ok {
			wanted[p] = name
		}
	}
	out := make(map[string][]Seen, len(wanted))
	for n := range l.events {
		e := &l.events[n]
		if name, ok := wanted[e.person]; ok {
			out[name] = append(out[name], Seen{Item: e.item, At: e.at, Weight: e.weight})
		}
	}
	for name, history := range out {
		slices.SortStableFunc(history, func(a, b Seen) int { return cmp.Compare(a.At, b.At) })
		out[name] = lastOfEach(history)
	}
	return out
}

// WorkWith bounds the processors that learning from the log takes, such as where
// a server answers beside it.
func (l *Log) WorkWith(processors int) { l.hands = processors }

// HasItem reports whether the log has an item.
func (l *Log) HasItem(id string) bool {
	_, ok := l.byItem[id]
	return ok
}

// Events is how many events there are.
func (l *Log) Events() int { return len(l.events) }

// Items is how many items there are.
func (l *Log) Items() int { return len(l.items) }
