package recommend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSolved has equations whose solution is put back into them. Their size is
// of every rest by four and by eight.
func TestSolved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 40).Draw(t, "size")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		whole, want := make([]float64, m*m), make([]float32, m)
		tall := make([]float64, m*(m+3))
		for n := range tall {
			tall[n] = 2*random.Float64() - 1
		}
		l := &linear{}
		l.reset(rapid.IntRange(1, 40).Draw(t, "size before"))
		l.reset(m)
		for i := range m {
			want[i] = 2*random.Float32() - 1
			l.set(i, m, want[i])
			for j := range m {
				for k := range m + 3 {
					whole[i*m+j] += tall[i*(m+3)+k] * tall[j*(m+3)+k]
				}
				if i == j {
					whole[i*m+j]++
				}
				if j <= i {
					l.set(i, j, float32(whole[i*m+j]))
				}
			}
		}
		other := &linear{m: m, stride: l.stride, a: slices.Clone(l.a), x: make([]float32, m)}
		x := l.solve()
		for i := range m {
			sum := 0.0
			for j := range m {
				sum += whole[i*m+j] * float64(x[j])
			}
			if math.Abs(sum-float64(want[i])) > 1e-3 {
				t.Fatalf("row %d gives %v, not %v", i, sum, want[i])
			}
		}
		if plain := other.plainly(); !slices.Equal(x, plain) {
			t.Fatalf("in plain Go it is %v, not %v", plain, x)
		}
	})
}

// plainly solves without what only some processors can.
func (l *linear) plainly() []float32 {
	for i := range l.m {
		l.diagonal = append(l.diagonal, l.row(i)[0])
	}
	for k := range l.m {
		l.divide(k)
		for i := k + 1; i < l.m; i++ {
			subtractTimes(l.row(i), l.row(k)[i-k:], l.row(k)[i-k])
		}
	}
	for i := l.m - 1; i >= 0; i-- {
		row := l.row(i)
		l.x[i] = (row[l.m-i] - dot(row[1:l.m-i], l.x[i+1:])) * row[0]
	}
	return l.x
}

// BenchmarkSolve solves for the weights of one item.
func BenchmarkSolve(b *testing.B) {
	for _, m := range []int{100, 200} {
		b.Run(fmt.Sprint("neighbours=", m), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			from := &linear{}
			from.reset(m)
			for n := range from.a {
				from.a[n] = random.Float32() * 0.1
			}
			for n := range m {
				from.set(n, n, float32(m))
			}
			l := &linear{}
			for b.Loop() {
				l.reset(m)
				copy(l.a, from.a)
				l.solve()
			}
		})
	}
}
