package rules

import "example.com/opentime/strict"

// overlaps reports rules that ask of now or the date only and hold at the same
// time: phases were meant to follow one another.
func (a *analysis) overlaps() {
	for j := range a.rules {
		at := a.phaseOnly(&a.rules[j])
		if at < 0 {
			continue
		}
		for i := range j {
			if a.phaseOnly(&a.rules[i]) != at {
				continue
			}
			x, y := a.rules[i].boxes[0][0], a.rules[j].boxes[0][0]
			if both := x.in.meet(y.in); len(both) > 0 {
				a.overlap(&a.rules[i], &a.rules[j], at, both[0])
				break
			}
		}
	}
}

// phaseOnly returns the atom of now or the date that is all a rule asks of; -1
// where it is not.
func (a *analysis) phaseOnly(x *ruled) int {
	if x.lost || len(x.boxes) != 1 || len(x.boxes[0]) != 1 {
		return -1
	}
	at := x.boxes[0][0].atom
	if y := &a.atoms[at]; y.ordered(a) && (a.clockOf(y.ref) == "now" || a.clockOf(y.ref) == "date") {
		return at
	}
	return -1
}

// overlap reports that two rules hold at the same time.
func (a *analysis) overlap(first, second *ruled, at int, both span) {
	x := &a.atoms[at]
	text := a.matcher(x, both)
	if text != "" {
		text = " (" + x.name + ": " + text + ")"
	}
	node := second.nameNode()
	if c := a.asking(second.When, at, second.at); c != nil {
		node = c
	}
	a.l.Warnf(node, "rules %q (line %d) and %q overlap%s: only the first shows then; end one where the other begins",
		first.Name, first.Node.Line, second.Name, text)
}

// asks is where a phase asks of its signal: in the rule, not in a segment.
func (a *analysis) asks(p *phase) *strict.Node {
	x := &a.rules[p.rule]
	if n := a.asking(x.When, p.atom, x.at); n != nil {
		return n
	}
	return x.nameNode()
}

// asking returns the condition that asks of an atom, or nil.
func (a *analysis) asking(c *Condition, atom int, at where) *strict.Node {
	switch {
	case c.Op == Compare && !a.ofEve(c, at) && a.signal(c.Ref, c.Type, c.Name, at) == a.atoms[atom].base:
		return c.Node
	case c.Name != "":
		return nil
	}
	at = a.beside(c, at)
	for _, part := range c.Parts {
		if n := a.asking(part, atom, at); n != nil {
			return n
		}
	}
	return nil
}
