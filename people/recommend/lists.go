package recommend

import (
	"math"
	"slices"
)

// lists are the weights of items on others: for each source those it speaks
// for, in the order of their numbers, 5 bytes each. A weight is its int8 times
// the scale of its source.
type lists struct {
	start  []uint32 // by source, and the end
	target []int32
	weight []int8
	scale  []float32 // by source
}

// of returns what a source speaks for.
func (l *lists) of(source int32) (target []int32, weight []int8, scale float32) {
	if int(source) >= len(l.scale) {
		return nil, nil, 0
	}
	from, to := l.start[source], l.start[source+1]
	return l.target[from:to], l.weight[from:to], l.scale[source]
}

// packLists makes lists of weights by source, of each the keep that are
// largest, be they below zero or not. What rounds to zero is left out. The
// weights are reordered.
func packLists(bySource [][]candidate, keep int) *lists {
	l := &lists{start: make([]uint32, len(bySource)+1), scale: make([]float32, len(bySource))}
	total := 0
	for _, list := range bySource {
		total += min(len(list), keep)
	}
	l.target, l.weight = make([]int32, 0, total), make([]int8, 0, total)
	for source, list := range bySource {
		l.pack(source, list, keep)
	}
	return l
}

// pack adds the list of the next source.
func (l *lists) pack(source int, list []candidate, keep int) {
	for i := range list {
		if list[i].score < 0 { // by size; the sign is put into the number meanwhile
			list[i].score, list[i].item = -list[i].score, ^list[i].item
		}
	}
	keepBest(&list, keep)
	largest := float32(0)
	for i := range list {
		largest = max(largest, list[i].score)
		if list[i].item < 0 {
			list[i].score, list[i].item = -list[i].score, ^list[i].item
		}
	}
	slices.SortFunc(list, func(a, b candidate) int { return int(a.item - b.item) })
	scale := largest / math.MaxInt8
	l.scale[source] = scale
	for _, c := range list {
		if w := int8(math.Round(float64(c.score / scale))); w != 0 {
			l.target = append(l.target, c.item)
			l.weight = append(l.weight, w)
		}
	}
	l.start[source+1] = uint32(len(l.target))
}
