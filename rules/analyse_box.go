package rules

import "slices"

// set is what a box says of one atom: that its value is one of these.
type set struct {
	atom int
	in   spans
	hash uint64 // of atom and values
}

// box is one way for conditions to hold for certain: each of its sets holds. It
// has at most one of an atom, by their numbers, and none that always holds. The
// box without sets always holds. Boxes are never changed in place.
type box []*set

// newSet returns the set of these values.
func newSet(at int, in spans) *set {
	h := uint64(at+1) * 0x9e3779b97f4a7c15
	for _, s := range in {
		h = (h ^ uint64(s.lo)) * 0x100000001b3
		h = (h ^ uint64(s.hi)) * 0x9e3779b97f4a7c15
	}
	return &set{atom: at, in: in, hash: h ^ h>>29}
}

func (s *set) equals(o *set) bool {
	return s == o || s.hash == o.hash && s.atom == o.atom && slices.Equal(s.in, o.in)
}

// alone returns the box that says this of one atom; false where it has no value.
func (a *analysis) alone(at int, in spans) (box, bool) {
	a.spend(costOfSet * (1 + len(in)))
	switch {
	case len(in) == 0:
		return nil, false
	case slices.Equal(in, a.atoms[at].all):
		return box{}, true
	}
	return box{newSet(at, in)}, true
}

// of returns what a box says of an atom, or nil.
func (b box) of(at int) *set {
	for _, s := range b {
		if s.atom == at {
			return s
		}
	}
	return nil
}

// valuesIn returns the values that an atom can have in a box.
func (a *analysis) valuesIn(b box, at int) spans {
	if s := b.of(at); s != nil {
		return s.in
	}
	return a.atoms[at].all
}

// with returns a box that says this of an atom instead; false where it has no
// value.
func (a *analysis) with(b box, at int, in spans) (box, bool) {
	one, ok := a.alone(at, in)
	if !ok {
		return nil, false
	}
	out := make(box, 0, len(b)+1)
	a.spend(len(b) + 1)
	for _, s := range b {
		if s.atom > at && len(one) > 0 {
			out, one = append(out, one[0]), nil
		}
		if s.atom != at {
			out = append(out, s)
		}
	}
	return append(out, one...), true
}

// meet returns where both boxes hold; false where they never do.
func (a *analysis) meet(x, y box) (box, bool) {
	switch {
	case len(x) == 0:
		return y, true
	case len(y) == 0:
		return x, true
	}
	out := make(box, 0, len(x)+len(y))
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		switch p, q := x[i], y[j]; {
		case p.atom < q.atom:
			out = append(out, p)
			i++
		case p.atom > q.atom:
			out = append(out, q)
			j++
		default:
			s, ok := a.meetSets(p, q)
			if !ok {
				return nil, false
			}
			out = append(out, s)
			i++
			j++
		}
	}
	out = append(append(out, x[i:]...), y[j:]...)
	a.spend(costOfSet * len(out))
	return out, true
}

// meetSets returns the values of both, of one atom.
func (a *analysis) meetSets(p, q *set) (*set, bool) {
	a.spend(len(p.in) + len(q.in))
	if p.equals(q) {
		return p, true
	}
	in := p.in.meet(q.in)
	switch a.spend(costOfSet * len(in)); {
	case len(in) == 0:
		return nil, false
	case slices.Equal(in, p.in):
		return p, true
	case slices.Equal(in, q.in):
		return q, true
	}
	return newSet(p.atom, in), true
}

// apart reports whether two boxes never hold together.
func (a *analysis) apart(x, y box) bool {
	a.spend(1)
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch p, q := x[i], y[j]; {
		case p.atom < q.atom:
			i++
		case p.atom > q.atom:
			j++
		default:
			a.spend(1 + min(len(p.in), len(q.in)))
			if !p.equals(q) && !p.in.meets(q.in) {
				return true
			}
			i++
			j++
		}
	}
	return false
}

// allApart reports whether no box of one list ever holds with one of the other.
func (a *analysis) allApart(x, y []box) bool {
	for _, b := range x {
		if slices.ContainsFunc(y, func(other box) bool { return !a.apart(b, other) }) {
			return false
		}
	}
	return true
}

// covers reports whether x holds wherever y does.
func (a *analysis) covers(x, y box) bool {
	j := 0
	for _, p := range x {
		for j < len(y) && y[j].atom < p.atom {
			j++
		}
		a.spend(1)
		if j == len(y) || y[j].atom != p.atom {
			return false
		}
		if q := y[j]; !q.equals(p) {
			a.spend(len(q.in))
			if !q.in.within(p.in) {
				return false
			}
		}
	}
	return true
}

// hasCorner reports whether x has a corner of y: the first or last of its
// values, and of all that it does not ask of the first, which is unknown of most.
func (a *analysis) hasCorner(x, y box, last bool) bool {
	j := 0
	for _, s := range x {
		a.spend(1)
		for j < len(y) && y[j].atom < s.atom {
			j++
		}
		n := a.atoms[s.atom].all[0].lo
		if j < len(y) && y[j].atom == s.atom {
			if n = y[j].in[0].lo; last {
				n = y[j].in[len(y[j].in)-1].hi
			}
		}
		if !s.in.has(n) {
			return false
		}
	}
	return true
}

// outside returns a part of a box that is in none of others; false where there
// is none, or none was found within the steps allowed.
func (a *analysis) outside(b box, others []box, steps *int) (box, bool) {
	for i, other := range others {
		if *steps--; *steps < 0 {
			return nil, false
		}
		if a.apart(b, other) {
			continue
		}
		for _, s := range other {
			before := a.valuesIn(b, s.atom)
			if part, ok := a.with(b, s.atom, before.minus(s.in)); ok {
				if found, ok := a.outside(part, others[i+1:], steps); ok || *steps < 0 {
					return found, ok
				}
			}
			b, _ = a.with(b, s.atom, before.meet(s.in))
		}
		return nil, false
	}
	return b, true
}
