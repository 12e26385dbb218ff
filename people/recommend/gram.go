package recommend

import (
	"math"
	"slices"
)

// byItem is who did something with each item: places in histories.
type byItem struct {
	start  []int32 // by item, and the end
	event  []int32 // place in histories
	person []int32 // whose
}

func (h *histories) byItem() *byItem {
	items := h.items
	b := &byItem{start: make([]int32, items+1), event: make([]int32, len(h.item)), person: make([]int32, len(h.item))}
	for _, i := range h.item {
		b.start[i+1]++
	}
	for i := range items {
		b.start[i+1] += b.start[i]
	}
	next := slices.Clone(b.start[:items])
	for p := range len(h.start) - 1 {
		for e := h.start[p]; e < h.start[p+1]; e++ {
			i := h.item[e]
			b.event[next[i]], b.person[next[i]] = e, int32(p)
			next[i]++
		}
	}
	return b
}

// maxSteps is how far apart events still count for each other where they
// fade; beyond it they count as this far.
const maxSteps = 256

// gram is the weighted co-occurrence of items. Two events of one person, s steps
// apart, count near^s: with that the regression of what comes next on a faded
// history has the sums that EASE has for a flat one.
type gram struct {
	h      *histories
	by     *byItem
	scale  []float32 // by event: the root of what it counts
	kernel []float32 // by steps apart
	back   float32   // of pairs where the other item came later
	self   []float32 // by item: its sum with itself
	mean   float32   // of self, where it is above 0
	rows   []row
	square []float32 // all sums, by item and item; nil: items are too many
}

// room makes room for the rows.
func (g *gram) room() {
	items := g.h.items
	g.rows = make([]row, items)
	if items*items <= maxGram {
		g.square = make([]float32, items*items)
	}
}

// row is the co-occurrence of an item with others, in the order of their
// numbers: sum counts both directions, before only where the other item came
// first, and back of the rest.
type row struct {
	item   []int32
	sum    []float32
	before []float32
}

func newGram(h *histories, s *Settings) *gram {
	items := h.items
	g := &gram{h: h, by: h.byItem(), scale: make([]float32, len(h.item)), back: float32(s.Back), self: make([]float32, items)}
	g.kernel = make([]float32, maxSteps+1)
	for n := range g.kernel {
		g.kernel[n] = float32(math.Pow(s.Near, float64(n)))
	}
	for p := range len(h.start) - 1 {
		from, to := h.of(int32(p))
		each := math.Pow(float64(max(1, to-from)), -s.Long)
		for e := from; e < to; e++ {
			x := math.Sqrt(float64(h.weight[e]) * each)
			if s.Old > 0 {
				x *= math.Exp2(-float64(h.age[e]) / s.Old / 2)
			}
			g.scale[e] = float32(x)
			g.self[h.item[e]] += float32(x * x)
		}
	}
	total, known := 0.0, 0
	for _, v := range g.self {
		if v > 0 {
			total, known = total+float64(v), known+1
		}
	}
	g.mean = float32(total / float64(max(1, known)))
	return g
}

// counter works out rows. It is of one goroutine.
type counter struct {
	sum     []float32 // by item: both directions
	before  []float32 // as in row
	later   []float32 // the other came later
	touched []int32
	seen    []bool
	top     []candidate
}

type candidate struct {
	item  int32
	score float32
}

func newCounter(items int) *counter {
	return &counter{sum: make([]float32, items), before: make([]float32, items), later: make([]float32, items), seen: make([]bool, items)}
}

// row works out the row of an item with the size strongest others, and who is
// most often later than it: at most nextSize.
func (g *gram) row(c *counter, i int32, size int) (row, []candidate) {
	g.count(c, i)
	c.top = c.top[:0]
	for _, j := range c.touched {
		if j != i && g.self[j] > 0 && c.later[j] > 0 {
			c.top = append(c.top, candidate{j, c.later[j] / float32(math.Sqrt(float64(g.self[j]*g.self[i])))})
		}
	}
	keepBest(&c.top, nextSize)
	next := slices.Clone(c.top)
	c.top = c.top[:0]
	for _, j := range c.touched {
		if j != i && g.self[j] > 0 {
			c.top = append(c.top, candidate{j, max(c.before[j], c.sum[j]) / float32(math.Sqrt(float64(g.self[j])))})
		}
	}
	keepBest(&c.top, size)
	slices.SortFunc(c.top, func(a, b candidate) int { return int(a.item - b.item) })
	r := row{make([]int32, len(c.top)), make([]float32, len(c.top)), make([]float32, len(c.top))}
	for n, o := range c.top {
		r.item[n], r.sum[n], r.before[n] = o.item, c.sum[o.item], c.before[o.item]
	}
	for _, j := range c.touched {
		if g.square != nil {
			g.square[int(i)*len(g.rows)+int(j)] = c.sum[j]
		}
		c.seen[j] = false
		c.sum[j], c.before[j], c.later[j] = 0, 0, 0
	}
	return r, next
}

// nextSize is how many items are kept that are taken after one.
const nextSize = 30

// count adds up what an item shares with others.
func (g *gram) count(c *counter, i int32) {
	h := g.h
	c.touched = c.touched[:0]
	for n := g.by.start[i]; n < g.by.start[i+1]; n++ {
		e := g.by.event[n]
		from, to := h.of(g.by.person[n])
		x, at := g.scale[e], h.step[e]
		for o := from; o < to; o++ {
			j := h.item[o]
			if !c.seen[j] {
				c.seen[j] = true
				c.touched = append(c.touched, j)
			}
			apart := at - h.step[o]
			w := x * g.scale[o]
			switch {
			case apart > 0:
				w *= g.kernel[min(apart, maxSteps)]
				c.before[j] += w
			case apart < 0:
				w *= g.kernel[min(-apart, maxSteps)]
				c.before[j] += w * g.back
				c.later[j] += w
			default:
				c.before[j] += w
			}
			c.sum[j] += w
		}
	}
}

// better orders candidates: by score, of equals the lower number first.
func better(a, b candidate) bool {
	return a.score > b.score || a.score == b.score && a.item < b.item
}

// keepBest cuts list to the n best, in no order.
func keepBest(list *[]candidate, n int) {
	l := *list
	if len(l) <= n {
		return
	}
	// Quickselect around the middle of three.
	lo, hi := 0, len(l)-1
	for lo < hi {
		mid := (lo + hi) / 2
		if better(l[mid], l[lo]) {
			l[mid], l[lo] = l[lo], l[mid]
		}
		if better(l[hi], l[lo]) {
			l[hi], l[lo] = l[lo], l[hi]
		}
		if better(l[hi], l[mid]) {
			l[hi], l[mid] = l[mid], l[hi]
		}
		pivot := l[mid]
		i, j := lo, hi
		for i <= j {
			for better(l[i], pivot) {
				i++
			}
			for better(pivot, l[j]) {
				j--
			}
			if i <= j {
				l[i], l[j] = l[j], l[i]
				i++
				j--
			}
		}
		switch {
		case n-1 <= j:
			hi = j
		case n-1 >= i:
			lo = i
		default:
			lo = hi
		}
	}
	*list = l[:n]
}

// order is better for sorting.
func order(a, b candidate) int {
	switch {
	case better(a, b):
		return -1
	case better(b, a):
		return 1
	}
	return 0
}
