package rules

import (
	"slices"
	"time"
)

// edges looks for the next moment after now.
type edges struct {
	now, next int64 // Unix ms; next 0: none
}

func (e *edges) add(ms int64) {
	if ms > e.now && (e.next == 0 || ms < e.next) {
		e.next = ms
	}
}

// Until returns the next moment at which a decision could change by the clock
// alone: the zero time if there is none. It may be early, never late.
func Until(c *Campaign, s *Signals, decision *Decision) time.Time {
	var d Decider
	decisions := d.Decide(c, s)
	e := &edges{now: d.clock.ms}
	starts, ends := d.limits()
	e.add(starts)
	if ends != most {
		e.add(ends)
	}
	for i := range s.History {
		e.add(s.History[i].At)
	}
	if decision.Reason == Matched || decision.Reason == Fallback {
		d.positionEdges(e, decisions, decision)
	}
	if e.next == 0 {
		return time.Time{}
	}
	return time.UnixMilli(e.next).In(d.clock.at.Location())
}

// positionEdges adds the edges of a position's rules, and of the positions
// before it: where one of these shows another item, this one does too.
func (d *Decider) positionEdges(e *edges, decisions []Decision, decision *Decision) {
	for i := range decisions {
		at := &decisions[i]
		if at.Block != decision.Block || at.Position > decision.Position {
			continue
		}
		d.before(decisions, at)
		d.blockEdges(e, at)
	}
}

// blockEdges adds the edges of the rules down to the one taken.
func (d *Decider) blockEdges(e *edges, at *Decision) {
	if closes, ok := d.closes(); ok {
		e.add(closes)
	}
	for _, rule := range at.Block.Rules {
		d.ruleEdges(e, rule)
		if rule == at.Rule {
			return
		}
	}
}

// ruleEdges adds the edges of a rule, unless what it says beside the clock is
// certainly false.
func (d *Decider) ruleEdges(e *edges, rule *Rule) {
	d.rule, d.item = rule, nil
	d.timeless = true
	never := d.holds(rule.When) == False
	d.timeless = false
	if never {
		return
	}
	variant := d.assigned(rule)
	d.variant = variant
	if variant.List != nil && variant.List.Where != nil && d.counts(variant.List.Where) {
		e.add((e.now/60_000 + 1) * 60_000) // lists are asked anew at each open
	}
	if d.take(variant) && d.item != nil {
		for _, v := range [...]Value{d.attribute(ItemStarts), d.attribute(ItemEnds)} {
			if v.Type == Moment {
				e.add(v.N)
			}
		}
	}
	d.conditionEdges(e, rule.When)
	for i := range variant.Values {
		if x := &variant.Values[i]; x.Type == Moment {
			if value, known := d.given(x, true); known {
				e.add(value.N)
			}
		}
	}
}

// conditionEdges adds the edges of a condition's matchers.
func (d *Decider) conditionEdges(e *edges, c *Condition) {
	if c == nil {
		return
	}
	for _, part := range c.Parts {
		d.conditionEdges(e, part)
	}
	switch c.Op {
	case Behaved:
		d.eventEdges(e, c.Behaviour)
		return
	case Known:
		for _, ref := range c.Refs {
			d.hoursEdges(e, ref)
		}
		return
	case Compare:
	default:
		return
	}
	value := d.value(c.Ref)
	d.hoursEdges(e, c.Ref)
	if value.Type == Duration {
		d.ageEdges(e, c, value.N)
		return
	}
	clock := d.clockOf(c.Ref)
	if clock == "" && !counts(c) && !d.leaps(c) || !value.Known() {
		return
	}
	_, shift := d.clock.at.ZoneBounds()
	if !shift.IsZero() {
		e.add(shift.UnixMilli())
	}
	switch {
	case value.Type == Moment:
		d.momentEdges(e, c, value.N, clock == "now")
	case clock == "time" || clock == "daypart":
		d.timeEdges(e, c, clock)
	default:
		d.midnights(e)
	}
}

// hoursEdges adds when a place may open or close: that is the place's to know.
func (d *Decider) hoursEdges(e *edges, ref Ref) {
	if d.hours(ref) {
		e.add((e.now/60_000 + 1) * 60_000)
	}
}

// ageEdges adds when what grows with the clock enters or leaves a span.
func (d *Decider) ageEdges(e *edges, c *Condition, age int64) {
	for i := range c.Any {
		if m := &c.Any[i]; m.Lo != least {
			e.add(e.now + m.Lo - age)
		}
		if m := &c.Any[i]; m.Hi != most {
			e.add(e.now + m.Hi + 1 - age)
		}
	}
}

// eventEdges adds when the events that a behaviour counts are too long ago.
func (d *Decider) eventEdges(e *edges, b *Behaviour) {
	if !d.remembers() {
		return
	}
	for i := range d.signals.History {
		if event := &d.signals.History[i]; b.Within > 0 && d.fits(event, b) {
			e.add(event.At + b.Within)
		}
	}
	if slices.ContainsFunc(b.Date, Match.moves) {
		d.midnights(e)
	}
}

// behaviourPasses reports whether a behaviour can change by the clock alone.
func (v *view) behaviourPasses(b *Behaviour) bool {
	return b.Within > 0 || slices.ContainsFunc(b.Date, Match.moves) ||
		slices.ContainsFunc(v.signals.History, func(e Event) bool { return e.At > v.clock.ms })
}

// momentEdges adds when a moment enters or leaves a span, both of which may
// move with the clock.
func (d *Decider) momentEdges(e *edges, c *Condition, value int64, isNow bool) {
	for i := range c.Any {
		m := &c.Any[i]
		if m.LoFrom == Today || m.HiFrom == Today {
			d.midnights(e)
		}
		switch {
		case m.Lo == least:
		case m.LoFrom == Now && !isNow:
			e.add(value - m.Lo + 1)
		case isNow:
			e.add(d.bound(m.Lo, m.LoFrom, StartsAt))
		}
		switch {
		case m.Hi == most:
		case m.HiFrom == Now && !isNow:
			e.add(value - m.Hi)
		case isNow:
			e.add(d.bound(m.Hi, m.HiFrom, EndsAt) + 1)
		}
	}
}

// timeEdges adds the next local times at which a time's span, or any daypart,
// begins or ends.
func (d *Decider) timeEdges(e *edges, c *Condition, clock string) {
	at := func(seconds int64) {
		for day := d.clock.date; day <= d.clock.date+1; day++ {
			e.add(d.clock.instant(day*dayMillis+seconds*1000, StartsAt))
			e.add(d.clock.instant(day*dayMillis+seconds*1000, EndsAt))
		}
	}
	if clock == "daypart" {
		for i := range d.campaign.Dayparts {
			at(d.campaign.Dayparts[i].From)
			at(d.campaign.Dayparts[i].To)
		}
		return
	}
	for i := range c.Any {
		if c.Any[i].Lo != least {
			at(c.Any[i].Lo)
		}
		if c.Any[i].Hi != most {
			at(c.Any[i].Hi + 1)
		}
	}
	d.midnights(e)
}

func (d *Decider) midnights(e *edges) { e.add(d.clock.midnight(d.clock.date + 1)) }

// clockOf returns which clock a reference is to, or "".
func (v *view) clockOf(ref Ref) string {
	if ref.Kind == SignalRef && v.campaign.Signals[ref.Index].Source == ClockSource {
		return v.campaign.Signals[ref.Index].Key
	}
	return ""
}

// hours reports whether a reference is to a place's opening hours.
func (v *view) hours(ref Ref) bool {
	if ref.Kind != SignalRef {
		return false
	}
	sig := &v.campaign.Signals[ref.Index]
	return sig.Source == NearSource && (sig.Key == "open" || sig.Key == "closes")
}

// passes reports whether a comparison can change by the clock alone.
func (v *view) passes(c *Condition) bool {
	return v.clockOf(c.Ref) != "" || v.hours(c.Ref) || counts(c) || v.leaps(c) || c.Type == Duration ||
		c.Ref.Kind == AnswerRef && AnswerPart(c.Ref.Index) == AnswerOpen
}

// leaps reports whether a comparison of days of the year depends on whether the
// year has a 29 February.
func (v *view) leaps(c *Condition) bool {
	return c.Type == Yearly && (v.value(c.Ref).N == leapDay ||
		slices.ContainsFunc(c.Any, func(m Match) bool { return m.Lo == leapDay || m.Hi == leapDay }))
}

// counts reports whether a comparison counts from now or today.
func counts(c *Condition) bool {
	return slices.ContainsFunc(c.Any, Match.moves)
}

// moves reports whether a span counts from now or today.
func (m Match) moves() bool { return m.LoFrom != Fixed || m.HiFrom != Fixed }

// counts reports whether a list's where counts from now or today, or looks at
// moments at all.
func (v *view) counts(c *Condition) bool {
	if c.Op == Compare {
		return c.Type == Moment || counts(c)
	}
	return slices.ContainsFunc(c.Parts, v.counts)
}
