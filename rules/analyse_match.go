package rules

import "strings"

// aspectOf returns what of its signal a match is about, and which of its words
// tell it apart.
func aspectOf(t Type, m *Match) (aspect, Match) {
	own := *m
	own.Text = fold(m.Text)
	switch t {
	case TextList:
		return element, own
	case Money:
		return inCurrency, Match{Currency: strings.ToUpper(m.Currency)}
	case Date, Moment, Yearly:
	default:
		return whole, Match{}
	}
	from, same := anchorOf(m)
	switch {
	case !same:
	case t == Yearly:
		if v := yearlyAspect(m, from); v != opaque {
			return v, Match{}
		}
	case from == Today:
		return fromToday, Match{}
	case from == Now:
		return fromNow, Match{}
	case from == Fixed && m.Yearless:
		return yearless, Match{}
	case from == Fixed:
		return whole, Match{}
	}
	return opaque, own
}

// anchorOf returns what both ends of a match count from. An end that is open
// counts from anything.
func anchorOf(m *Match) (from Anchor, same bool) {
	switch {
	case m.Lo == least:
		return m.HiFrom, true
	case m.Hi == most:
		return m.LoFrom, true
	}
	return m.LoFrom, m.LoFrom == m.HiFrom
}

// nearToday bounds the days from today in which a day of the year occurs once
// at most.
const nearToday = 182

// yearlyAspect is aspectOf for days of the year. Those that end beside 29
// February reach further in one year than in another, and those far from today
// meet a day twice.
func yearlyAspect(m *Match, from Anchor) aspect {
	switch {
	case from == Today && m.Lo >= -nearToday && m.Hi <= nearToday && m.Lo <= m.Hi:
		return fromToday
	case from == Fixed && m.Lo != leapDay && m.Hi != leapDay-1:
		return whole
	}
	return opaque
}

// part is what a comparison asks of one atom: any of some values.
type part struct {
	atom  int
	in    []span
	vague bool // Some may or may not be meant
}

// parts returns what a comparison asks, atom by atom.
func (a *analysis) parts(c *Condition, base int) []part {
	var all []part
	for i := range c.Any {
		m := &c.Any[i]
		view, words := aspectOf(c.Type, m)
		at := a.aspect(base, view, words)
		j := 0
		for j < len(all) && all[j].atom != at {
			j++
		}
		if j == len(all) {
			all = append(all, part{atom: at})
		}
		a.ask(&all[j], m)
	}
	return all
}

// ask adds the values that match.
func (a *analysis) ask(p *part, m *Match) {
	x := &a.atoms[p.atom]
	a.spend(1)
	switch {
	case x.view == element || x.view == opaque:
		p.in = append(p.in, span{1, 1})
		return
	case isText(x.typ):
		p.in = append(p.in, x.cells(m))
		return
	}
	lo, hi := max(m.Lo, firstAt), m.Hi
	if x.ofYear() {
		lo, hi = dayOfYear(lo), dayOfYear(hi)
	}
	if m.Wraps {
		p.in = append(p.in, span{firstAt, hi}, span{lo, most})
	} else {
		p.in = append(p.in, span{lo, hi})
	}
	if x.typ == Number && m.Lo <= Million {
		switch {
		case m.Hi == most:
			p.in = append(p.in, span{someAt, someAt})
		case m.Hi >= Million:
			p.vague = true
		}
	} else if x.typ == Number {
		p.vague = true
	}
}

// compare returns the boxes in which a comparison certainly holds or, not
// wanted, certainly does not.
func (a *analysis) compare(c *Condition, want bool, at where) []box {
	base := a.signal(c.Ref, c.Type, c.Name, at)
	if want {
		return a.holding(c, base)
	}
	every, possible := a.alone(base, a.known(base))
	for _, p := range a.parts(c, base) {
		out := a.known(p.atom).minus(joined(p.in))
		if p.vague {
			out = out.minus(spans{{someAt, someAt}})
		}
		one, ok := a.alone(p.atom, out)
		if possible = possible && ok; possible {
			every, possible = a.meet(every, one)
		}
	}
	if !possible {
		return nil
	}
	return []box{every}
}

// holding returns the boxes in which a comparison certainly holds.
func (a *analysis) holding(c *Condition, base int) []box {
	all := make([]box, 0, 1)
	for _, p := range a.parts(c, base) {
		one, ok := a.alone(p.atom, joined(p.in).meet(a.atoms[p.atom].all))
		if ok && p.atom != base {
			known, _ := a.alone(base, a.known(base))
			one, ok = a.meet(one, known)
		}
		if ok {
			all = append(all, one)
		}
	}
	return all
}

// known returns the values of an atom that are known ones.
func (a *analysis) known(at int) spans {
	x := &a.atoms[at]
	if x.all[0].lo != unknownAt {
		return x.all
	}
	if x.known == nil {
		x.known = x.all.minus(spans{{unknownAt, unknownAt}})
	}
	return x.known
}
