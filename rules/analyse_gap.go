package rules

import (
	"cmp"
	"slices"
)

// phase is what a rule asks of one ordered signal, beside what else it asks.
type phase struct {
	atom int
	rest uint64 // a hash of what else it asks
	rule int
	in   spans
}

// gaps reports holes between rules that differ in one ordered signal only, where
// nothing but the fallback serves them.
func (a *analysis) gaps() {
	if slices.ContainsFunc(a.rules, func(x ruled) bool { return x.many }) {
		return // it may serve any hole
	}
	var all []phase
	for i := range a.rules {
		x := &a.rules[i]
		if len(x.boxes) != 1 || x.lost {
			continue
		}
		sum := uint64(0)
		for _, s := range x.boxes[0] {
			sum += s.hash
		}
		for _, s := range x.boxes[0] {
			if a.spend(len(s.in)); a.spent() {
				return
			}
			if a.atoms[s.atom].ordered(a) {
				all = append(all, phase{s.atom, sum - s.hash, i, s.numbers()})
			}
		}
	}
	slices.SortFunc(all, func(x, y phase) int {
		return cmp.Or(cmp.Compare(x.atom, y.atom), cmp.Compare(x.rest, y.rest), cmp.Compare(x.rule, y.rule))
	})
	for len(all) > 0 {
		n := 1
		for n < len(all) && a.differInOne(&all[0], &all[n]) {
			n++
		}
		if slices.ContainsFunc(all[1:n], func(p phase) bool { return !slices.Equal(p.in, all[0].in) }) {
			a.gapsOf(all[:n])
		}
		all = all[n:]
	}
}

// numbers are the values of a set that stand for numbers.
func (s *set) numbers() spans {
	if s.in[0].lo > someAt {
		return s.in
	}
	return s.in.minus(spans{{unknownAt, someAt}})
}

// differInOne reports whether two rules ask the same but of one signal.
func (a *analysis) differInOne(x, y *phase) bool {
	if x.atom != y.atom || x.rest != y.rest {
		return false
	}
	a.spend(len(a.rules[x.rule].boxes[0]))
	other := func(s, t *set) bool { return s.atom == x.atom && t.atom == x.atom || s.equals(t) }
	return slices.EqualFunc(a.rules[x.rule].boxes[0], a.rules[y.rule].boxes[0], other)
}

// ordered reports whether an atom's values are in an order that a hole can be
// in. The daypart is one: its hours are.
func (x *atom) ordered(a *analysis) bool {
	switch x.typ {
	case Number, Percent, Duration, Time, Weekday, Month, Moment:
		return x.view == whole
	case Date:
		return x.view == whole || x.view == yearless || x.view == fromToday && a.clockOf(x.ref) == ""
	case Yearly:
		return x.view == whole || x.view == fromToday
	case Money:
		return x.view == inCurrency
	}
	return a.clockOf(x.ref) == "daypart"
}

// gapsOf reports the holes between phases.
func (a *analysis) gapsOf(phases []phase) {
	at := phases[0].atom
	base := a.rules[phases[0].rule].boxes[0]
	if !a.independent(base, at) {
		return // what else they ask may leave no hole
	}
	var in []span
	for _, p := range phases {
		in = append(in, p.in...)
		a.spend(costOfSet * len(p.in))
	}
	covered := joined(in)
	if a.spent() || len(covered) == 0 {
		return
	}
	x := &a.atoms[at]
	holes := a.reach(x, covered).minus(covered)
	holes = slices.DeleteFunc(holes, func(s span) bool { return !x.counts(s) })
	if len(holes) == 0 {
		return
	}
	others := a.others(phases)
	if isText(x.typ) {
		a.hoursLeft(phases, holes, others)
		return
	}
	for _, hole := range holes {
		left := a.left(base, at, spans{hole}, others)
		if i := slices.IndexFunc(left, x.counts); i >= 0 {
			a.gap(phases, left[i])
		}
	}
}

// others returns the boxes of the rules beside phases, without what they ask of
// signals that may depend on those of the phases, or on when the campaign runs:
// they may serve a hole.
func (a *analysis) others(phases []phase) []box {
	base := a.rules[phases[0].rule].boxes[0]
	limited := !a.c.Starts.IsZero() || !a.c.Ends.IsZero()
	var all []box
	for i := range a.rules {
		if a.spent() {
			return []box{{}} // which serves all
		}
		if slices.ContainsFunc(phases, func(p phase) bool { return p.rule == i }) {
			continue
		}
		for _, b := range a.rules[i].boxes {
			a.spend(len(b) * len(base))
			all = append(all, slices.DeleteFunc(slices.Clone(b), func(s *set) bool {
				return base.of(s.atom) == nil &&
					(a.unsteady(s.atom, limited) || slices.ContainsFunc(base, func(t *set) bool { return a.related(s.atom, t.atom) }))
			}))
		}
	}
	return all
}

// left returns the values of a hole that are left to the fallback, whatever the
// other rules serve; none where that is not certain.
func (a *analysis) left(base box, at int, hole spans, others []box) spans {
	steps := unionSteps
	b, ok := a.with(base, at, hole)
	if !ok {
		return nil
	}
	if b, ok = a.outside(b, others, &steps); !ok || steps < 0 || !a.independent(b, at) {
		return nil
	}
	return a.valuesIn(b, at)
}

// independent reports whether no two signals that a box asks of depend on one
// another, nor one on when the campaign runs, and none is only so for clients
// that fetch ahead, who are told less: then all of its values do occur together.
// at is looked at elsewhere.
func (a *analysis) independent(b box, at int) bool {
	limited := !a.c.Starts.IsZero() || !a.c.Ends.IsZero()
	for i, s := range b {
		now := a.clockOf(a.atoms[s.atom].ref) == "now" && !a.c.startsLocal && !a.c.endsLocal
		if s.atom != at && !now && a.unsteady(s.atom, limited) || a.onlyAhead(s) {
			return false
		}
		for _, t := range b[i+1:] {
			if a.related(s.atom, t.atom) && !a.knownOnly(s) && !a.knownOnly(t) {
				return false
			}
		}
	}
	return true
}

// unsteady reports whether it depends on when the campaign runs, or on when a
// question closes, which values an atom can have.
func (a *analysis) unsteady(at int, limited bool) bool {
	x := &a.atoms[at]
	return limited && x.kin&kinClock != 0 || x.ref.Kind == AnswerRef
}

// onlyAhead reports whether a set holds for clients that fetch ahead only.
func (a *analysis) onlyAhead(s *set) bool {
	x := &a.atoms[s.atom]
	switch {
	case x.kin == kinClock:
		return s.in.within(spans{{unknownAt, unknownAt}})
	case x.kin == kinClient && x.name == "client.class":
		return s.in.within(spans{x.cells(&Match{Text: "prefetcher"})})
	}
	return false
}

// knownOnly reports whether a set says of a signal no more than that it is
// known.
func (a *analysis) knownOnly(s *set) bool {
	return slices.Equal(s.in, a.known(s.atom))
}

// hoursLeft reports dayparts that no rule serves, of rules that differ in the
// daypart only.
func (a *analysis) hoursLeft(phases []phase, holes spans, others []box) {
	at := phases[0].atom
	x := &a.atoms[at]
	var hours []string
	for _, id := range a.dayparts() {
		cell := spans{x.cells(&Match{Text: id})}
		if !cell.within(holes) || len(a.left(a.rules[phases[0].rule].boxes[0], at, cell, others)) == 0 {
			continue
		}
		for _, s := range a.hours(id) {
			hours = append(hours, writeTime(s.lo)+".."+writeTime(s.hi+1)+" ("+id+")")
		}
	}
	if len(hours) > 0 {
		a.l.Warnf(a.asks(&phases[len(phases)-1]), "the dayparts leave hours to the fallback: %s; write them in a rule, or add one without daypart", listed(hours))
	}
}

// gap reports a hole, at the phase before it or else after it.
func (a *analysis) gap(phases []phase, hole span) {
	x := &a.atoms[phases[0].atom]
	below, above := beside(phases, hole)
	from, to := a.write(x, x.before(hole)), a.write(x, x.after(hole))
	at, place := below, ""
	switch {
	case below == nil:
		at, place = above, "between the campaign's start and "+x.name+" "+to
	case above == nil:
		place = "between " + x.name + " " + from + " and " + to + ", when the campaign has ended"
	case from == to:
		place = "for " + x.name + " " + from
	default:
		place = "between " + x.name + " " + from + " and " + to
	}
	a.l.Warnf(a.asks(at), "no rule %s: %s falls to the fallback; %s", place, a.write(x, x.example(hole)), a.remedy(x, at, hole))
}

// beside returns the phases with the spans next to a hole, nil where there is
// none on that side.
func beside(phases []phase, hole span) (below, above *phase) {
	hi, lo := int64(least), int64(most)
	for i := range phases {
		for _, s := range phases[i].in {
			if s.hi < hole.lo && s.hi > hi {
				below, hi = &phases[i], s.hi
			}
			if s.lo > hole.hi && s.lo < lo {
				above, lo = &phases[i], s.lo
			}
		}
	}
	return below, above
}
