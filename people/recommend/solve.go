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
	matrix []float32 // lower triangle, a row of size each
	b      []float32
}

func newSolver(items, size int) *solver {
	return &solver{at: make([]int32, items), matrix: make([]float32, size*size), b: make([]float32, size)}
}

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
	m := len(near)
	a, b := s.matrix[:m*m], s.b[:m]
	clear(a)
	for n, o := range near {
		s.at[o.item] = int32(n + 1)
	}
	for n, j := range r.item {
		if p := s.at[j]; p > 0 {
			b[p-1] = r.before[n]
		}
	}
	for n, o := range near {
		o := &g.rows[o.item]
		for k, j := range o.item {
			if p := int(s.at[j]) - 1; p >= 0 {
				if p < n {
					a[n*m+p] = o.sum[k]
				} else {
					a[p*m+n] = o.sum[k]
				}
			}
		}
	}
	for n, o := range near {
		self := g.self[o.item]
		a[n*m+n] = self + float32(set.Ridge)*g.mean + float32(set.Share)*self
		s.at[o.item] = 0
	}
	cholesky(a, b, m)
	out := make([]candidate, m)
	for n, o := range near {
		out[n] = candidate{o.item, b[n]}
	}
	return out
}

// cholesky solves a x = b for a symmetric positive definite matrix of which the
// lower triangle is given, row by row. x replaces b, the factor replaces a. A
// matrix that is not quite positive has its pivots kept above a thousandth of
// its diagonal.
func cholesky(a, b []float32, m int) {
	for i := range m {
		row := a[i*m : i*m+i+1]
		diagonal := row[i]
		for j := range i {
			other := a[j*m : j*m+j+1]
			row[j] = (row[j] - dot(row[:j], other[:j])) * other[j]
		}
		pivot := max(diagonal-dot(row[:i], row[:i]), diagonal*1e-3)
		row[i] = 1 / float32(math.Sqrt(float64(pivot))) // kept inverted
		b[i] = (b[i] - dot(row[:i], b[:i])) * row[i]
	}
	for i := m - 1; i >= 0; i-- {
		row := a[i*m : i*m+i+1]
		x := b[i] * row[i]
		b[i] = x
		for j, v := range row[:i] {
			b[j] -= v * x
		}
	}
}

// dot is the product of two vectors of one length, in four sums that a processor
// adds side by side.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	n := 0
	for ; n+4 <= len(a); n += 4 {
		x, y := a[n:n+4:n+4], b[n:n+4:n+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; n < len(a); n++ {
		s0 += a[n] * b[n]
	}
	return s0 + s1 + s2 + s3
}
