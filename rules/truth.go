package rules

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// view is what is known at an open, as one block is told it: everything, or,
// for a client that fetches ahead, what does not pass within hours.
type view struct {
	campaign *Campaign
	signals  *Signals
	clock    calendar
	values   []Value // by slots, the clock's filled in
	ahead    bool    // for a client that fetches ahead
	timeless bool    // clock conditions are unknown: for Until
	night    bool    // now lies, or for all that is told may lie, in a daypart that began yesterday
	eve      bool    // conditions see yesterday's date, where such a daypart is asked for
	locale   int
	item     *Candidate // in scope; nil: none
	position int
	block    *Block
	rule     *Rule
	variant  *Variant
	marks    Marks  // of the destination that is being written
	buffer   []byte // scratch, of the text being written
}

// holds evaluates a condition by Kleene's logic: and is the minimum of False,
// Maybe and True, or the maximum. Nil always holds.
func (v *view) holds(c *Condition) Truth {
	if c == nil {
		return True
	}
	switch c.Op {
	case Compare:
		return v.compare(c)
	case And:
		return v.all(c.Parts)
	case Or:
		return v.any(c.Parts)
	case Not:
		return True - v.any(c.Parts)
	case Known:
		return v.knowsAll(c.Refs)
	case Behaved:
		if v.timeless && v.behaviourPasses(c.Behaviour) {
			return Maybe
		}
		return v.behaved(c.Behaviour)
	}
	return v.compare(c)
}

// knowsAll reports whether all of these are known. Only while no item is in
// scope yet, what one has may turn out to be.
func (v *view) knowsAll(refs []Ref) Truth {
	truth := True
	for _, ref := range refs {
		switch {
		case (ref.Kind == ItemRef || ref.Kind == PlaceStockRef) && v.item == nil, v.timeless && v.hours(ref):
			truth = min(truth, Maybe)
		case !v.value(ref).Known():
			return False
		}
	}
	return truth
}

// all evaluates conditions that hold together. After midnight in a daypart that
// began the day before, the date beside it is the day's on which it began.
func (v *view) all(parts []*Condition) Truth {
	eve := v.eve
	if v.night && !eve {
		v.eve = v.asksDaypart(parts)
	}
	truth := True
	for _, part := range parts {
		if part.Op == Compare {
			truth = min(truth, v.compare(part)) // as holds would, but most are, and calls take time
		} else {
			truth = min(truth, v.holds(part))
		}
		if truth == False {
			break
		}
	}
	v.eve = eve
	return truth
}

// asksDaypart reports whether one of the conditions that hold together is on
// the daypart.
func (v *view) asksDaypart(parts []*Condition) bool {
	for _, part := range parts {
		switch {
		case part.Op == And && v.asksDaypart(part.Parts):
			return true
		case part.Op == Compare && v.clockOf(part.Ref) == "daypart":
			return true
		}
	}
	return false
}

func (v *view) any(parts []*Condition) Truth {
	truth := False
	for _, part := range parts {
		if truth = max(truth, v.holds(part)); truth == True {
			break
		}
	}
	return truth
}

// compare evaluates a matcher: a list of alternatives is any of them.
func (v *view) compare(c *Condition) Truth {
	switch {
	case v.timeless && v.passes(c):
		return Maybe
	case c.Ref.Kind == SignalRef && !v.eve:
		return v.anyMatches(&v.values[c.Ref.Index], c.Any) // where it is: copies take time
	}
	value := v.value(c.Ref)
	truth := v.anyMatches(&value, c.Any)
	if !v.eve {
		return truth
	}
	value = v.yesterday(c.Ref, value)
	before := v.anyMatches(&value, c.Any)
	if v.ahead && before != truth {
		return Maybe // the hour is not told, and with it whose day it is
	}
	return before
}

// anyMatches evaluates alternatives.
func (v *view) anyMatches(value *Value, all []Match) Truth {
	switch value.Type {
	case Unknown:
		return Maybe
	case Text, Picture, Colour:
		return truthOf(matchesAny(value.Text, all))
	case TextList:
		return truthOf(slices.ContainsFunc(value.List, func(text string) bool { return matchesAny(text, all) }))
	case Some, Money, Date, Yearly, Moment:
		truth := False
		for i := range all {
			truth = max(truth, v.matches(value, &all[i]))
		}
		return truth
	}
	for i := range all {
		if m := &all[i]; within(value.N, m.Lo, m.Hi, m.Wraps) {
			return True
		}
	}
	return False
}

// yesterday is a clock signal as it was on the day before.
func (v *view) yesterday(ref Ref, value Value) Value {
	switch clock := v.clockOf(ref); clock {
	case "date", "weekday", "month":
		if value.N == v.clock.value(clock, nil).N { // not one that a test gives
			value.N = v.clock.yesterday(clock)
		}
	}
	return value
}

// matches evaluates one alternative for a count, an amount, a date or a moment.
func (v *view) matches(value *Value, m *Match) Truth {
	switch value.Type {
	case Some:
		// In stock, and nobody says how many: any count from 1 on.
		switch {
		case m.Lo <= Million && m.Hi == most:
			return True
		case m.Hi < Million:
			return False
		}
		return Maybe
	case Money:
		if m.Currency != "" && !strings.EqualFold(m.Currency, value.Text) {
			return Maybe
		}
		return truthOf(within(value.N, m.Lo, m.Hi, m.Wraps))
	case Moment:
		return truthOf(value.N >= v.bound(m.Lo, m.LoFrom, StartsAt) && value.N <= v.bound(m.Hi, m.HiFrom, EndsAt))
	}
	return truthOf(v.matchesDay(value, m))
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// matchesAny reports whether a text is any of these.
func matchesAny(text string, all []Match) bool {
	for i := range all {
		if text == all[i].Text {
			return true // written alike, as most are
		}
	}
	for i := range all {
		if matchesText(text, &all[i]) {
			return true
		}
	}
	return false
}

// matchesText compares without case and outer space.
func matchesText(text string, m *Match) bool {
	text = strings.TrimSpace(text)
	if m.Prefix {
		return strings.EqualFold(beginning(text, utf8.RuneCountInString(m.Text)), m.Text)
	}
	return strings.EqualFold(text, m.Text)
}

// beginning returns the first n characters of a text: those of one that differ
// in case only are not always as many bytes.
func beginning(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// bound returns an end of a moment's span as Unix ms.
func (v *view) bound(n int64, from Anchor, at Side) int64 {
	switch from {
	case Now:
		return v.clock.ms + n
	case Today:
		days := floorDiv(n, dayMillis)
		if rest := n - days*dayMillis; rest != dayMillis-1 {
			return v.clock.midnight(v.clock.date+days) + rest
		}
		return v.clock.midnight(v.clock.date+days+1) - 1
	case Local:
		if at == EndsAt {
			return v.clock.instant(n+1, EndsAt) - 1
		}
		return v.clock.instant(n, StartsAt)
	}
	return n
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// matchesDay compares dates, and days of the year.
func (v *view) matchesDay(value *Value, m *Match) bool {
	lo, hi := m.Lo, m.Hi
	if value.Type == Date {
		n := value.N
		if m.Yearless && m.LoFrom != Today && m.HiFrom != Today {
			n = monthDay(n)
		}
		return within(n, v.day(lo, m.LoFrom), v.day(hi, m.HiFrom), m.Wraps)
	}
	if m.LoFrom != Today && m.HiFrom != Today {
		year := v.clock.year
		return within(inYear(value.N, year), inYear(lo, year), inYear(hi, year), m.Wraps)
	}
	return v.matchesYearly(value.N, m)
}

// matchesYearly reports whether a day of the year falls into a span from
// today. A span without an end ends where this year does.
func (v *view) matchesYearly(monthDay int64, m *Match) bool {
	lo, hi := v.day(m.Lo, m.LoFrom), v.day(m.Hi, m.HiFrom)
	if m.Lo == least {
		lo = dayNumber(v.clock.year, time.January, 1)
	}
	if m.Hi == most {
		hi = dayNumber(v.clock.year, time.December, 31)
	}
	last := time.Unix(hi*daySeconds, 0).UTC().Year()
	for year := time.Unix(lo*daySeconds, 0).UTC().Year(); year <= last; year++ {
		if date := yearly(monthDay, year); date >= lo && date <= hi {
			return true
		}
	}
	return false
}

// day returns an end of a span of dates as days since 1970-01-01.
func (v *view) day(n int64, from Anchor) int64 {
	if from == Today && n != least && n != most {
		return v.clock.date + n
	}
	return n
}

// yearly returns the day on which a yearly date falls in a year.
func yearly(monthDay int64, year int) int64 {
	monthDay = inYear(monthDay, year)
	return dayNumber(year, time.Month(monthDay/100), int(monthDay%100))
}

// leapDay is 29 February, which is the 28th in common years.
const leapDay = 229

// inYear is a yearly date as it is in a year.
func inYear(monthDay int64, year int) int64 {
	if monthDay == leapDay && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return leapDay - 1
	}
	return monthDay
}

// value returns what a reference refers to.
func (v *view) value(ref Ref) Value {
	switch ref.Kind {
	case SignalRef:
		return v.values[ref.Index]
	case ItemRef:
		return v.attribute(ItemAttribute(ref.Index))
	case PositionRef:
		return Value{Type: Number, N: int64(v.position) * Million}
	case CampaignRef:
		return Value{Type: Text, Text: v.campaign.ID}
	case BlockRef:
		return Value{Type: Text, Text: v.block.ID}
	case RuleRef:
		if v.rule == nil {
			return Value{Type: Text, Text: "none"}
		}
		return Value{Type: Text, Text: v.rule.Name}
	case VariantRef:
		return Value{Type: Text, Text: v.variant.ID}
	case ClickRef:
		return Value{Type: Text, Text: v.marks.Click}
	case RecipientRef:
		return Value{Type: Text, Text: v.marks.Recipient}
	case AnswerRef:
		return v.answer(AnswerPart(ref.Index))
	case PlaceStockRef:
		return v.stockAt(v.campaign.stockPlaces[ref.Index])
	}
	return Value{}
}

// stockAt is the count of the item in scope at a place, or at the place of a
// list that is near.
func (v *view) stockAt(place string) Value {
	if v.item == nil || v.signals.Items == nil {
		return Value{}
	}
	if list, near := strings.CutPrefix(place, "near."); near {
		slot, ok := v.campaign.nearIDs[list]
		if !ok || !v.values[slot].Known() {
			return Value{}
		}
		place = v.values[slot].Text
	}
	count := v.signals.Items.StockAt(v.item.ID, place)
	if v.ahead {
		return vague(count)
	}
	return count
}

// attribute returns an attribute of the item in scope, as much of it as this
// view is told.
func (v *view) attribute(i ItemAttribute) Value {
	if v.item == nil || v.item.Item == nil {
		return Value{}
	}
	if i >= ItemMore {
		declared := &v.campaign.attributes[i-ItemMore]
		return v.item.value(i, declared.Name, declared.Type)
	}
	value := v.item.Attribute(i)
	switch {
	case v.ahead && i == ItemStock:
		return vague(value)
	case i >= ItemViewed && !value.Known():
		return v.didTo(EventKind(i-ItemViewed), v.item.ID)
	}
	return value
}

// vague is a count as a client that fetches ahead is told it: some or none.
func vague(count Value) Value {
	if count.Type == Number && count.N > 0 {
		return Value{Type: Some}
	}
	return count
}
