package recommend

import (
	"context"
	"math"
	"slices"
)

// Sizes of what is known of declared preferences.
const (
	maxFeatures  = 256     // features that can be declared: those of most events
	tasteKeep    = 1000    // items that a feature speaks for
	tasteRidge   = 10      // held against a feature, in persons
	tastePersons = 100_000 // persons who are learnt from
	favourites   = 3       // features that a person is taken to declare
)

// taste says what a declared preference speaks for: a feature is a source of
// lists like an item, and so is, last, having declared anything at all.
type taste struct {
	features []string
	byName   map[string]int32
	lists    *lists
}

// newTaste learns from histories: what a person who would declare the features
// of most of what they chose has chosen. It is a ridge regression of every item
// on the features.
func newTaste(h *histories, items []Item, hands int) *taste {
	t := &taste{byName: map[string]int32{}}
	t.choose(h, items)
	v := &favour{of: t.ofItems(items), counts: make([]float64, len(t.features))}
	v.share = t.shares(h, v.of)
	size := len(t.features) + 1
	gram := make([]float64, size*size)
	chosen := make([]float32, size*len(items))
	persons := len(h.start) - 1
	each := max(1, persons/tastePersons)
	var liked []int32
	for p := 0; p < persons; p += each {
		from, to := h.of(int32(p))
		if from == to {
			continue
		}
		liked = append(v.find(liked[:0], h.item[from:to], p/each%2 == 1), int32(size-1))
		for _, f := range liked {
			for _, g := range liked {
				gram[int(f)*size+int(g)]++
			}
			for _, i := range h.item[from:to] {
				chosen[int(f)*len(items)+int(i)]++
			}
		}
	}
	for f := range size {
		gram[f*size+f] += tasteRidge
	}
	solveAll(gram, chosen, size, len(items), hands)
	t.lists = packLists(make([][]candidate, size), 0)
	var list []candidate
	for f := range size {
		list = list[:0]
		for i, w := range chosen[f*len(items) : (f+1)*len(items)] {
			if w != 0 {
				list = append(list, candidate{int32(i), w})
			}
		}
		t.lists.pack(f, list, tasteKeep)
	}
	return t
}

// choose takes the features that most events are about.
func (t *taste) choose(h *histories, items []Item) {
	counts := map[string]int{}
	var names []string
	events := make([]int, len(items))
	for _, i := range h.item {
		events[i]++
	}
	for i := range items {
		for _, name := range items[i].Features {
			if counts[name] == 0 && events[i] > 0 {
				names = append(names, name)
			}
			counts[name] += events[i]
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return counts[b] - counts[a] })
	t.features = slices.Clone(names[:min(len(names), maxFeatures)])
	for f, name := range t.features {
		t.byName[name] = int32(f)
	}
}

// ofItems returns the numbers of the features of each item.
func (t *taste) ofItems(items []Item) [][]int32 {
	of := make([][]int32, len(items))
	for i := range items {
		for _, name := range items[i].Features {
			if f, ok := t.byName[name]; ok && !slices.Contains(of[i], f) {
				of[i] = append(of[i], f)
			}
		}
	}
	return of
}

// shares returns which part of all events each feature is in.
func (t *taste) shares(h *histories, of [][]int32) []float64 {
	share := make([]float64, len(t.features))
	for _, i := range h.item {
		for _, f := range of[i] {
			share[f] += 1 / float64(len(h.item))
		}
	}
	return share
}

// favour finds the features that a person would declare.
type favour struct {
	of     [][]int32 // features by item
	share  []float64 // by feature: the part of all events that it is in
	counts []float64 // all 0 between calls
}

// find appends the features that are in most of what a person chose or, with
// standing, that stand out most from what others chose.
func (v *favour) find(dst, chosen []int32, standing bool) []int32 {
	for _, i := range chosen {
		for _, f := range v.of[i] {
			v.counts[f]++
		}
	}
	for range favourites {
		best, most := int32(-1), 0.0
		for f, n := range v.counts {
			if n > 0 && standing {
				n *= max(0.01, math.Log(n/float64(len(chosen))/v.share[f])+1)
			}
			if n > most && !slices.Contains(dst, int32(f)) {
				best, most = int32(f), n
			}
		}
		if best < 0 {
			break
		}
		dst = append(dst, best)
	}
	clear(v.counts)
	return dst
}

// tasteBlock is how many columns are solved for at once: their rows should stay
// near the processor.
const tasteBlock = 256

// solveAll solves gram x = right for each of n columns; x replaces right, gram
// is overwritten. Both are row by row.
func solveAll(gram []float64, right []float32, size, n, hands int) {
	factor(gram, size)
	blocks := (n + tasteBlock - 1) / tasteBlock
	_ = parallel(context.Background(), hands, blocks, nil, func() func(int) { // nothing there can fail
		return func(block int) {
			from, to := block*tasteBlock, min(n, (block+1)*tasteBlock)
			solveBlock(gram, size, func(i int) []float32 { return right[i*n+from : i*n+to] })
		}
	})
}

// solveBlock is solveAll of some columns, after the factor was taken.
func solveBlock(gram []float64, size int, row func(i int) []float32) {
	for i := range size {
		for j := range i {
			subtract(row(i), row(j), gram[i*size+j])
		}
		divide(row(i), gram[i*size+i])
	}
	for i := size - 1; i >= 0; i-- {
		for j := i + 1; j < size; j++ {
			subtract(row(i), row(j), gram[j*size+i])
		}
		divide(row(i), gram[i*size+i])
	}
}

// factor replaces the lower triangle of a positive definite matrix by its
// Cholesky factor.
func factor(gram []float64, size int) {
	for i := range size {
		for j := range i + 1 {
			sum := gram[i*size+j]
			for k := range j {
				sum -= gram[i*size+k] * gram[j*size+k]
			}
			if i == j {
				gram[i*size+i] = math.Sqrt(max(sum, 1e-9))
			} else {
				gram[i*size+j] = sum / gram[j*size+j]
			}
		}
	}
}

// subtract subtracts b from a, w times.
func subtract(a, b []float32, w float64) {
	if w == 0 {
		return
	}
	for c, v := range b {
		a[c] -= float32(w) * v
	}
}

func divide(a []float32, w float64) {
	for c := range a {
		a[c] /= float32(w)
	}
}
