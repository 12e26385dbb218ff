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
	s.near = s.near[:0]
	for n, j := range r.item {
		if r.before[n] > 0 {
			s.near = append(s.near, candidate{j, r.before[n] / float32(math.Sqrt(float64(g.self[j])))})
		}
	}
	keepBest(&s.near, size)
	near := s.near
	slices.SortFunc(near, func(a, b candidate) int { return int(a.item - b.item) })
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
	for n, o := range near {
		o := &g.rows[o.item]
		for k, j := range o.item {
			if p := int(s.at[j]) - 1; p >= 0 {
				l.set(n, p, o.sum[k])
			}
		}
	}
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
