package recommend

import (
	"math"
	"slices"
)

// solver works out the weights of one item after the other. It is of one
// goroutine.
type solver struct {
	at     []int32 // by item, its place among the neighbours and 1; 0: none
	near   []candidate
	system linear
}

func newSolver(items int) *solver { return &solver{at: make([]int32, items)} }

// weights returns how much each of the size nearest neighbours of item i speaks
// for it: the ridge regression of i on them (EASE, Steck 2019, on a
// neighbourhood), in the order of their numbers.
func (g *gram) weights(s *solver, i int32, size int, set *Settings) []candidate {
	r := &g.rows[i]
	s.near = g.nearest(s.near[:0], i, size)
	near := s.near
	m, l := len(near), &s.system
	l.reset(m)
	for n, o := range near {
		s.at[o.item] = int32(n + 1)
	}
	for n, j := range r.item {
		if p := s.at[j]; p > 0 {
			l.set(int(p-1), m, r.before[n])
		}
	}
	g.fill(s, near)
	for n, o := range near {
		self := g.self[o.item]
		l.set(n, n, self+float32(set.Ridge)*g.mean+float32(set.Share)*self)
		s.at[o.item] = 0
	}
	out := make([]candidate, m)
	for n, x := range l.solve() {
		out[n] = candidate{near[n].item, x}
	}
	return out
}

// fill sets what neighbours share with each other.
func (g *gram) fill(s *solver, near []candidate) {
	for n, o := range near {
		if g.square != nil {
			sums, row := g.square[int(o.item)*len(g.rows):], s.system.row(n)
			for p, other := range near[n+1:] {
				row[p+1] = sums[other.item]
			}
			continue
		}
		o := &g.rows[o.item]
		for k, j := range o.item {
			if p := int(s.at[j]) - 1; p >= 0 {
				s.system.set(n, p, o.sum[k])
			}
		}
	}
}

// nearest appends the size nearest neighbours of an item whose row is there, in
// the order of their numbers.
func (g *gram) nearest(dst []candidate, i int32, size int) []candidate {
	r := &g.rows[i]
	for n, j := range r.item {
		if r.before[n] > 0 {
			dst = append(dst, candidate{j, r.before[n] / float32(math.Sqrt(float64(g.self[j])))})
		}
	}
	keepBest(&dst, size)
	slices.SortFunc(dst, func(a, b candidate) int { return int(a.item - b.item) })
	return dst
}

// missing returns the neighbours of items whose own rows are not there.
func (g *gram) missing(items []int32, size int) []int32 {
	wanted := make([]bool, len(g.rows))
	var near []candidate
	for _, i := range items {
		near = g.nearest(near[:0], i, size)
		for _, o := range near {
			wanted[o.item] = true
		}
	}
	for _, i := range items {
		wanted[i] = false
	}
	var list []int32
	for i, is := range wanted {
		if is {
			list = append(list, int32(i))
		}
	}
	return list
}
