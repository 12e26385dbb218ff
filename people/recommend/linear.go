package recommend

import "math"

// linear is a system of linear equations with a symmetric positive definite
// matrix, of which the part above the diagonal is kept.
type linear struct {
	m        int       // unknowns
	stride   int       // numbers in a row: m, the right side, and what makes it eights
	a        []float32 // row by row
	diagonal []float32 // as it was
	x        []float32
}

// reset makes room for m unknowns. All is 0.
func (l *linear) reset(m int) {
	l.m, l.stride = m, (m+8)&^7
	if size := m * l.stride; cap(l.a) < size {
		l.a = make([]float32, size)
	} else {
		l.a = l.a[:size]
		clear(l.a)
	}
	l.x = append(l.x[:0], make([]float32, m)...)
}

// row is the coefficients of a row from its diagonal on, then the right side.
func (l *linear) row(i int) []float32 { return l.a[i*l.stride+i : i*l.stride+l.m+1] }

// set sets a coefficient, on whichever side of the diagonal.
func (l *linear) set(i, j int, v float32) { l.a[min(i, j)*l.stride+max(i, j)] = v }

// solve returns the unknowns, until the next reset. Pivots of a matrix that is not
// quite positive are kept above a thousandth of its diagonal.
func (l *linear) solve() []float32 {
	l.diagonal = l.diagonal[:0]
	for i := range l.m {
		l.diagonal = append(l.diagonal, l.row(i)[0])
	}
	for from := 0; from < l.m; from += 4 {
		to := min(from+4, l.m)
		for k := from; k < to; k++ {
			l.divide(k)
			for i := k + 1; i < to; i++ {
				subtractTimes(l.row(i), l.row(k)[i-k:], l.row(k)[i-k])
			}
		}
		if to-from == 4 && to < l.m {
			l.reduceBy(from)
		}
	}
	for i := l.m - 1; i >= 0; i-- {
		row := l.row(i)
		l.x[i] = (row[l.m-i] - dot(row[1:l.m-i], l.x[i+1:])) * row[0]
	}
	return l.x
}

// divide divides a row by the root of its pivot, whose inverse is kept in the
// diagonal.
func (l *linear) divide(k int) {
	row := l.row(k)
	inverse := 1 / float32(math.Sqrt(float64(max(row[0], l.diagonal[k]*1e-3))))
	for n := range row {
		row[n] *= inverse
	}
	row[0] = inverse
}

// reduceBy subtracts four rows, which are done, from all below them. A product is
// rounded before it is subtracted, lest results depend on the processor.
func (l *linear) reduceBy(from int) {
	first, stride := from+4, l.stride
	if hasAVX2 {
		reduceAVX2(&l.a[from*stride], &l.a[first*stride], stride, first, l.m)
		return
	}
	for i := first; i < l.m; i++ {
		for k := from; k < first; k++ {
			subtractTimes(l.row(i), l.row(k)[i-k:], l.row(k)[i-k])
		}
	}
}

// subtractTimes subtracts b from a, w times.
func subtractTimes(a, b []float32, w float32) {
	b = b[:len(a)]
	for n := range a {
		a[n] -= float32(w * b[n])
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
		s0 += float32(x[0] * y[0])
		s1 += float32(x[1] * y[1])
		s2 += float32(x[2] * y[2])
		s3 += float32(x[3] * y[3])
	}
	for ; n < len(a); n++ {
		s0 += float32(a[n] * b[n])
	}
	return s0 + s1 + s2 + s3
}
