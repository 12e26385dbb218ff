package rules

import (
	"slices"
	"time"
)

// edges looks for the next moment after now.
type edges struct {
	now, next int64 // Unix ms; next most: none
}

func (e *edges) add(ms int64) {
	if ms > e.now {
		e.next = min(e.next, ms)
	}
}

// minute adds the next minute: for what may change by the clock and nobody here
// knows when.
func (e *edges) minute() { e.add((floorDiv(e.now, 60_000) + 1) * 60_000) }

// Until returns the next moment at which a decision could change by the clock
// alone: the zero time if there is none. It may be early, never late.
func Until(c *Campaign, s *Signals, decision *Decision) time.Time {
	var d Decider
	decisions := d.Decide(c, s)
	e := &edges{now: d.clock.ms, next: most}
	if decision.Reason != Retired {
		d.decisionEdges(e, decisions, decision)
	}
	if e.next == most {
		return time.Time{}
	}
	return time.UnixMilli(e.next).In(d.clock.at.Location())
}

// decisionEdges adds the edges of what a position shows: those of its rules, and
// of what is wanted of all of them.
func (d *Decider) decisionEdges(e *edges, decisions []Decision, decision *Decision) {
	starts, ends := d.limits()
	e.add(starts)
	e.add(ends)
	if d.signals.HasHistory {
		for i := range d.signals.History {
			event := &d.signals.History[i]
			if e.add(event.At); event.Times > 1 {
				e.add(event.First)
			}
		}
	}
	switch decision.Reason {
	case Matched, Fallback:
		d.positionEdges(e, decisions, decision)
	}
	if decision.Rule == nil {
		d.listEdges(e, decision.Block.Fallback)
	}
}

// positionEdges adds the edges of a position's rules. Where they rank items, the
// positions before it count, those of other blocks too: what is shown there is
// not offered here.
func (d *Decider) positionEdges(e *edges, decisions []Decision, decision *Decision) {
	ranks := slices.ContainsFunc(decision.Block.Rules, (*Rule).ranks)
	for i := range decisions {
		at := &decisions[i]
		last := at.Block == decision.Block && at.Position == decision.Position
		if last || ranks && at.Block.offers() {
			d.before(decisions, at)
			d.blockEdges(e, at)
		}
		if last {
			return
		}
	}
}

// ranks reports whether a rule shows items that the mail does not show already.
func (r *Rule) ranks() bool {
	return slices.ContainsFunc(r.variants(), func(v *Variant) bool { return v.List != nil && len(v.List.From) > 0 })
}

// offers reports whether a block may show items.
func (b *Block) offers() bool {
	return b.Fallback.hasItem() || slices.ContainsFunc(b.Rules, func(r *Rule) bool {
		return slices.ContainsFunc(r.variants(), (*Variant).hasItem)
	})
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
	d.listEdges(e, variant)
	if d.take(variant) && d.item != nil {
		for _, v := range [...]Value{d.attribute(ItemStarts), d.attribute(ItemEnds)} {
			if v.Type == Moment {
				e.add(v.N)
			}
		}
	}
	d.conditionEdges(e, rule.When)
	d.variantEdges(e, variant)
}

// listEdges adds the next minute where a list may have others then.
func (d *Decider) listEdges(e *edges, variant *Variant) {
	if variant.List != nil && variant.List.Where != nil && changes(variant.List.Where) {
		e.minute()
	}
}

// changes reports whether a list's where counts from now or today, or looks at
// moments, or at days of the year, at all.
func changes(c *Condition) bool {
	if c.Op == Compare {
		return c.Type == Moment || c.Type == Yearly || counts(c)
	}
	return slices.ContainsFunc(c.Parts, changes)
}

// variantEdges adds when a variant's until is over, and when a place may open or
// close whose hours its picture or link cannot do without.
func (d *Decider) variantEdges(e *edges, variant *Variant) {
	for i := range variant.Values {
		declared, x := &variant.Layout.Values[i], &variant.Values[i]
		if x.Type == Moment && declared.Name == "until" {
			if value, known := d.given(x, true); known {
				e.add(value.N)
			}
		}
		if !declared.Optional {
			d.textEdges(e, x.Texts)
		}
	}
	d.textEdges(e, variant.Link)
}

func (d *Decider) textEdges(e *edges, texts [][]Template) {
	if d.locale >= len(texts) {
		return
	}
	for _, template := range texts[d.locale] {
		for i := range template {
			d.hoursEdges(e, template[i].Ref)
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
	case Known:
		for _, ref := range c.Refs {
			d.hoursEdges(e, ref)
		}
	case Compare:
		d.compareEdges(e, c)
	}
}

// compareEdges adds when the value of a comparison, or what it is compared with,
// enters or leaves a span.
func (d *Decider) compareEdges(e *edges, c *Condition) {
	d.hoursEdges(e, c.Ref)
	value := d.value(c.Ref)
	if !value.Known() {
		return
	}
	switch clock := d.clockOf(c.Ref); {
	case value.Type == Duration:
		d.ageEdges(e, c, value.N)
	case value.Type == Moment:
		d.momentEdges(e, c, value.N, clock == "now")
	case clock == "time":
		d.timeEdges(e, c)
	case clock == "daypart":
		d.daypartEdges(e)
	case clock == "month":
		d.begins(e, dayNumber(d.clock.year, time.Month(d.clock.month)+1, 1))
	case clock != "", counts(c), d.leaps(c):
		d.midnights(e)
	}
}

// hoursEdges adds when a place may open or close: that is the place's to know.
func (d *Decider) hoursEdges(e *edges, ref Ref) {
	if d.hours(ref) {
		e.minute()
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
	if !d.remembers(b.Kind) {
		return
	}
	for i := range d.signals.History {
		event := &d.signals.History[i]
		if b.Within == 0 || !d.fits(event, b) {
			continue
		}
		if e.add(event.At + b.Within); event.Times > 1 {
			e.add(event.First + b.Within)
		}
	}
	if slices.ContainsFunc(b.Date, Match.moves) {
		d.midnights(e)
	}
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
		case isNow && m.LoFrom != Now:
			e.add(d.bound(m.Lo, m.LoFrom, StartsAt))
		}
		switch {
		case m.Hi == most:
		case m.HiFrom == Now && !isNow:
			e.add(value - m.Hi)
		case isNow && m.HiFrom != Now:
			e.add(d.bound(m.Hi, m.HiFrom, EndsAt) + 1)
		}
	}
}

// timeEdges adds the next local times at which a time's spans begin or end.
func (d *Decider) timeEdges(e *edges, c *Condition) {
	d.shift(e)
	for i := range c.Any {
		d.atTime(e, max(c.Any[i].Lo, 0))
		d.atTime(e, min(c.Any[i].Hi, daySeconds-1)+1)
	}
}

// daypartEdges adds the next local times at which a daypart begins or ends, and
// with it the date that stands beside one.
func (d *Decider) daypartEdges(e *edges) {
	d.shift(e)
	d.midnights(e)
	for i := range d.campaign.Dayparts {
		d.atTime(e, d.campaign.Dayparts[i].From)
		d.atTime(e, d.campaign.Dayparts[i].To)
	}
}

// atTime adds when the local clock shows so many seconds since midnight.
func (d *Decider) atTime(e *edges, seconds int64) {
	for day := d.clock.date; day <= d.clock.date+1; day++ {
		e.add(d.clock.instant(day*dayMillis+seconds*1000, StartsAt))
		e.add(d.clock.instant(day*dayMillis+seconds*1000, EndsAt))
	}
}

// shift adds when the local clock is put forward or back.
func (d *Decider) shift(e *edges) {
	if _, shift := d.clock.at.ZoneBounds(); !shift.IsZero() {
		e.add(shift.UnixMilli())
	}
}

func (d *Decider) midnights(e *edges) { d.begins(e, d.clock.date+1) }

// begins adds when a date begins: twice where the clock is put back past its
// midnight, and the day before returns.
func (d *Decider) begins(e *edges, date int64) {
	e.add(d.clock.instant(date*dayMillis, StartsAt))
	e.add(d.clock.instant(date*dayMillis, EndsAt))
	_, shift := d.clock.at.ZoneBounds()
	if back := newCalendar(shift, d.clock.at.Location()); !shift.IsZero() && back.date < d.clock.date {
		e.add(back.ms)
	}
}

// clockOf returns which clock a reference is to, or "".
func (v *view) clockOf(ref Ref) string {
	if ref.Kind == SignalRef && v.campaign.Signals[ref.Index].Source == ClockSource {
		return v.campaign.Signals[ref.Index].Key
	}
	return ""
}

// hours reports whether a reference is to a place's opening hours, which clients
// that fetch ahead are never told.
func (v *view) hours(ref Ref) bool {
	if ref.Kind != SignalRef || v.ahead {
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

// behaviourPasses reports whether a behaviour can change by the clock alone,
// beside events that are still to come.
func (v *view) behaviourPasses(b *Behaviour) bool {
	return b.Within > 0 || slices.ContainsFunc(b.Date, Match.moves)
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
