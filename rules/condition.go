package rules

import "example.com/opentime/strict"

// Condition is a compiled condition.
type Condition struct {
	Op    Op
	Node  *strict.Node // the key it was written under
	Parts []*Condition // of And, Or, Not (none of them holds)
	Refs  []Ref        // of Known
	Ref   Ref          // of Compare
	Type  Type         // of Compare: the signal's
	Any   []Match      // of Compare: one of them
	// Matcher is what a Compare was written with, for explain.
	Matcher *strict.Node
	Name    string // of Compare: the signal as written; of a segment's And/Or: the segment's id; of Behaved: its kind
	// Behaviour is what a Behaved asks about.
	Behaviour *Behaviour
}

// Op is what a Condition does.
type Op uint8

// The operations.
const (
	And Op = iota
	Or
	Not
	Compare
	Known
	Behaved
)

// Match is one alternative of a matcher: a text, a prefix, or a span of
// numbers with both ends included, as N of Value counts them. Times and moments
// include the first and exclude the last: load writes Hi one less. Where Hi <
// Lo and Wraps, the span passes the end of its circle (times, weekdays, months,
// yearless dates).
type Match struct {
	Text   string // of Text and TextList, trimmed
	Prefix bool   // Text is only the beginning
	Lo, Hi int64
	Wraps  bool
	// Currency is that of a Money match: another one is unknown.
	Currency string
	// LoFrom and HiFrom say what Lo and Hi count from.
	LoFrom, HiFrom Anchor
	// Yearless: Lo and Hi are month*100+day and the year does not count.
	Yearless bool
}

// Anchor is what an end of a Match counts from.
type Anchor uint8

// The anchors. Local moments are ms of the recipient's wall clock as if it
// were UTC.
const (
	Fixed Anchor = iota
	Now          // ms from Signals.At
	Today        // days from the recipient's date (date, yearly), or ms from its first instant (moment)
	Local        // the recipient's wall clock
)
