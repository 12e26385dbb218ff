package rules

import (
	"cmp"
	"slices"
)

// span is a run of whole numbers, both ends included.
type span struct{ lo, hi int64 }

// spans is a set of whole numbers: its runs in order, which neither overlap nor
// touch, so that equal sets are equal lists. Spans are never changed in place.
type spans []span

// The numbers that stand for no value, below all that do.
const (
	unknownAt = least     // not known
	someAt    = least + 1 // of a count: in stock, number not given
	firstAt   = least + 2
)

// joined returns the numbers of runs in any order. It takes the list over.
func joined(list []span) spans {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	out := list[:0]
	for _, s := range list {
		switch last := len(out) - 1; {
		case s.lo > s.hi:
		case last >= 0 && (out[last].hi == most || s.lo <= out[last].hi+1):
			out[last].hi = max(out[last].hi, s.hi)
		default:
			out = append(out, s)
		}
	}
	return spans(out)
}

// meet returns the numbers of both.
func (x spans) meet(y spans) spans {
	var out spans
	for i, j := 0, 0; i < len(x) && j < len(y); {
		if lo, hi := max(x[i].lo, y[j].lo), min(x[i].hi, y[j].hi); lo <= hi {
			if out == nil {
				out = make(spans, 0, len(x)-i+len(y)-j-1)
			}
			out = append(out, span{lo, hi})
		}
		if x[i].hi < y[j].hi {
			i++
		} else {
			j++
		}
	}
	return out
}

// minus returns the numbers of x that are not of y.
func (x spans) minus(y spans) spans {
	out := make(spans, 0, len(x)+1)
	j := 0
	for _, s := range x {
		for j < len(y) && y[j].hi < s.lo {
			j++
		}
		lo, whole := s.lo, true
		for k := j; k < len(y) && y[k].lo <= s.hi; k++ {
			if y[k].lo > lo {
				out = append(out, span{lo, y[k].lo - 1})
			}
			if y[k].hi >= s.hi {
				whole = false
				break
			}
			lo = y[k].hi + 1
		}
		if whole {
			out = append(out, span{lo, s.hi})
		}
	}
	return out
}

// within reports whether all numbers of x are of y.
func (x spans) within(y spans) bool {
	j := 0
	for _, s := range x {
		for j < len(y) && y[j].hi < s.lo {
			j++
		}
		if j == len(y) || y[j].lo > s.lo || y[j].hi < s.hi {
			return false
		}
	}
	return true
}

// meets reports whether x and y have a number in common.
func (x spans) meets(y spans) bool {
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].hi < y[j].lo:
			i++
		case y[j].hi < x[i].lo:
			j++
		default:
			return true
		}
	}
	return false
}

// has reports whether n is one of the numbers.
func (x spans) has(n int64) bool {
	i, _ := slices.BinarySearchFunc(x, n, func(s span, n int64) int { return cmp.Compare(s.hi, n) })
	return i < len(x) && x[i].lo <= n
}
