package rules

import (
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// boxesKey tells apart what the conditions of a segment come to.
type boxesKey struct {
	c    *Condition
	want bool
	eve  bool
}

// atom is what tells a condition apart that says no more than that it holds or
// not: its name and its details, in no order.
func (c *Condition) atom() string {
	return c.Name + " " + canonical(c.Matcher)
}

// canonical writes a node so that equal ones read alike.
func canonical(n *strict.Node) string {
	if n == nil {
		return ""
	}
	var parts []string
	switch n.Kind {
	case strict.Scalar:
		return strings.TrimSpace(n.Text)
	case strict.List:
		for _, item := range n.Items {
			parts = append(parts, canonical(item))
		}
	case strict.Map:
		for _, e := range n.Entries {
			parts = append(parts, e.Key.Text+": "+canonical(e.Value))
		}
	}
	slices.Sort(parts)
	return "[" + strings.Join(parts, ", ") + "]"
}

// beside returns what the parts of an and are read with: where one is on the
// daypart, after midnight the date is the day's before.
func (a *analysis) beside(c *Condition, at where) where {
	at.eve = at.eve || c.Op == And && a.nights && a.asksDaypart(c.Parts)
	return at
}

// asksDaypart reports whether one of the conditions that hold together is on
// the daypart.
func (a *analysis) asksDaypart(parts []*Condition) bool {
	for _, c := range parts {
		switch {
		case c.Op == And && a.asksDaypart(c.Parts):
			return true
		case c.Op == Compare && a.clockOf(c.Ref) == "daypart":
			return true
		}
	}
	return false
}

// collect notes the signals that conditions compare, and the texts with which,
// before any box is made.
func (a *analysis) collect(c *Condition, at where) {
	if c == nil {
		return
	}
	if c.Op == Compare {
		x := &a.atoms[a.signal(c.Ref, c.Type, c.Name, at)]
		for i := range c.Any {
			if isText(x.typ) {
				from, to := run(&c.Any[i])
				x.texts = append(x.texts, from, to)
			}
		}
		return
	}
	at = a.beside(c, at)
	if c.Name != "" && c.Op == And {
		key := boxesKey{c: c, eve: at.eve}
		if a.collected[key] {
			return
		}
		a.collected[key] = true
	}
	for _, part := range c.Parts {
		a.collect(part, at)
	}
}

// boxes returns the boxes in which conditions certainly hold or, not wanted,
// certainly do not. They are too many where a.many is set.
func (a *analysis) boxes(c *Condition, want bool, at where) []box {
	if c == nil {
		return []box{{}}
	}
	if c.Op != And || c.Name == "" {
		return a.boxesOf(c, want, at)
	}
	key := boxesKey{c, want, at.eve}
	found, ok := a.segments[key]
	if !ok {
		if found = a.boxesOf(c, want, at); !a.many {
			a.segments[key] = found
		}
	}
	return found
}

// boxesOf is boxes without what is kept of segments.
func (a *analysis) boxesOf(c *Condition, want bool, at where) []box {
	switch c.Op {
	case And:
		return a.combined(c, want, want, a.beside(c, at))
	case Or:
		return a.combined(c, !want, want, at)
	case Not:
		return a.combined(c, want, !want, at)
	case Compare:
		if !a.ofEve(c, at) {
			return a.compare(c, want, at)
		}
	case Known:
		return a.knows(c, want, at)
	}
	value := int64(0)
	if want {
		value = 1
	}
	b, _ := a.alone(a.behaviour(c), spans{{value, value}})
	return []box{b}
}

// combined returns the boxes in which all parts of a condition, or any, are what
// is wanted of them.
func (a *analysis) combined(c *Condition, all, want bool, at where) []box {
	parts := make([][]box, len(c.Parts))
	for i, part := range c.Parts {
		if parts[i] = a.boxes(part, want, at); a.many {
			return nil
		}
	}
	if all {
		return a.product(parts)
	}
	out := slices.Concat(parts...)
	a.tooMany(len(out))
	return out
}

// product returns the boxes in which one of each part holds.
func (a *analysis) product(parts [][]box) []box {
	var first box
	for _, part := range parts {
		if len(part) == 0 {
			return nil
		}
		if len(part) == 1 {
			first = append(first, part[0]...)
		}
	}
	first, ok := a.together(first)
	if !ok {
		return nil
	}
	out := []box{first}
	for _, part := range parts {
		if len(part) == 1 {
			continue
		}
		next := make([]box, 0, len(out)*len(part))
		for _, x := range out {
			for _, y := range part {
				if b, ok := a.meet(x, y); ok {
					next = append(next, b)
				}
				if a.tooMany(len(next)) {
					return nil
				}
			}
		}
		out = next
	}
	return out
}

// together makes a box of sets in any order, which it takes over; false where
// they never hold together, or are too many.
func (a *analysis) together(sets []*set) (box, bool) {
	slices.SortStableFunc(sets, func(s, t *set) int { return s.atom - t.atom })
	out := sets[:0]
	a.spend(costOfSet * len(sets))
	for _, s := range sets {
		last := len(out) - 1
		if last < 0 || out[last].atom != s.atom {
			out = append(out, s)
			continue
		}
		both, ok := a.meetSets(out[last], s)
		if !ok || a.tooMany(0) {
			return nil, false
		}
		out[last] = both
	}
	return out, true
}

// tooMany notes, and reports, that boxes are more than can be looked at.
func (a *analysis) tooMany(n int) bool {
	a.many = a.many || n > maxBoxes || a.spent()
	return a.many
}

// knows returns the boxes in which signals are all known or, not wanted, one is
// not.
func (a *analysis) knows(c *Condition, want bool, at where) []box {
	var some []box
	every, possible := box{}, true
	for _, ref := range c.Refs {
		t := Unknown
		if ref.Kind == SignalRef {
			t = a.c.Signals[ref.Index].Type
		}
		i := a.signal(ref, t, c.Name, at)
		if want {
			one, ok := a.alone(i, a.known(i))
			if possible = possible && ok; possible {
				every, possible = a.meet(every, one)
			}
		} else if one, ok := a.alone(i, a.atoms[i].all.meet(spans{{unknownAt, unknownAt}})); ok {
			some = append(some, one)
		}
	}
	switch {
	case !want:
		return some
	case !possible:
		return nil
	}
	return []box{every}
}
