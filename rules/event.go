package rules

import (
	"slices"
	"time"
)

// Event is something that a recipient did, or was shown; or several that are alike,
// of which only the first and the last are known to the moment.
type Event struct {
	Kind                           EventKind
	At                             int64 // Unix ms; of several the last
	Item                           string
	Tags                           []string // of the item; of a search what was searched for
	Channel, Campaign, Block, Rule string
	Value                          Value  // of a rating its number, of what was carted or bought what one of it cost
	Answer                         string // of an answer its id
	Times                          int64  // how many they are; 0 is one
	First                          int64  // Unix ms; of several the first
	// Mixed says that they differ in more than their time, as in their items, and
	// nobody knows any more how: only what is there is the same of all.
	Mixed bool
}

// EventKind is what an event is of.
type EventKind uint8

// The kinds of events, which are the behaviours that conditions name.
const (
	Viewed EventKind = iota
	Carted
	Bought
	Wished
	Rated
	Opened
	Clicked
	Shown
	Searched
	Answered
)

// Kinds is a set of kinds of events.
type Kinds uint16

// KindsOf is the set of these kinds.
func KindsOf(kinds ...EventKind) Kinds {
	var set Kinds
	for _, kind := range kinds {
		set |= 1 << kind
	}
	return set
}

// Has reports whether a kind is in the set.
func (k Kinds) Has(kind EventKind) bool { return k>>kind&1 == 1 }

// InMails are the kinds that mails themselves tell of, without being asked: they are
// known of recipients with full consent only.
const InMails Kinds = 1<<Opened | 1<<Clicked | 1<<Shown

// eventNames are the words of the kinds, by their numbers.
var eventNames = [...]string{"viewed", "carted", "bought", "wished", "rated", "opened", "clicked", "shown", "searched", "answered"}

// String returns the kind's word.
func (k EventKind) String() string { return eventNames[k] }

// ParseEventKind reads a kind's word.
func ParseEventKind(word string) (EventKind, error) {
	i, err := parseWord("event", word, eventNames[:])
	return EventKind(i), err
}

// parseEventKind reads a kind's word.
func parseEventKind(word string) (EventKind, bool) {
	i := slices.Index(eventNames[:], word)
	return EventKind(max(i, 0)), i >= 0
}

// ofItem reports whether events of the kind are about an item, not a campaign.
func (k EventKind) ofItem() bool { return k <= Rated }

// Behaviour is what a condition asks about events: how many there are of a kind
// that fit all details. A detail without matches fits any event.
type Behaviour struct {
	Kind                                      EventKind
	Item, Tag, Channel, Campaign, Block, Rule []Match // texts
	Answer                                    []Match // texts
	Value                                     []Match // numbers
	Date                                      []Match
	Within                                    int64   // ms back from now; 0: ever
	Count                                     []Match // numbers
}

// behaved evaluates a behaviour. What a recipient whose history is known did not
// do is false, not unknown.
func (v *view) behaved(b *Behaviour) Truth {
	least, most, known := v.events(b)
	switch {
	case !known:
		return Maybe
	case least == most:
		return v.anyMatches(&Value{Type: Number, N: least * Million}, b.Count)
	}
	truth := False
	for i := range b.Count {
		switch m := &b.Count[i]; {
		case m.Lo <= least*Million && most*Million <= m.Hi:
			return True
		case m.Lo <= most*Million && least*Million <= m.Hi:
			truth = Maybe
		}
	}
	return truth
}

// events counts the events that a behaviour asks about: at least and at most so
// many, which differ where events are counted together.
func (v *view) events(b *Behaviour) (least, most int64, known bool) {
	if !v.remembers(b.Kind) {
		return 0, 0, false
	}
	for i := range v.signals.History {
		if e := &v.signals.History[i]; v.fits(e, b) {
			lo, hi := v.times(e, b)
			least, most = least+lo, most+hi
		}
	}
	return least, most, true
}

// remembers reports whether what the recipient did of a kind is known, and theirs
// to be told: an id that anybody may write does not show a history.
func (v *view) remembers(kind EventKind) bool {
	return v.signals.HasHistory && v.signals.Trust >= Keyed && (!v.signals.NoMails || !InMails.Has(kind))
}

// fits reports whether an event is one that a behaviour counts, or may be, whenever
// it was.
func (v *view) fits(e *Event, b *Behaviour) bool {
	switch {
	case e.Kind != b.Kind,
		!e.may(b.Item, e.Item), !e.may(b.Channel, e.Channel), !e.may(b.Campaign, e.Campaign),
		!e.may(b.Block, e.Block), !e.may(b.Rule, e.Rule), !e.may(b.Answer, e.Answer):
		return false
	case len(b.Tag) > 0 && (!e.Mixed || len(e.Tags) > 0) && !slices.ContainsFunc(e.Tags, func(tag string) bool { return fitsText(b.Tag, tag) }):
		return false
	case len(b.Value) == 0 || e.Mixed && !e.Value.Known():
		return true
	}
	return v.anyMatches(&e.Value, b.Value) == True
}

// times is how many of an event's times are when a behaviour asks.
func (v *view) times(e *Event, b *Behaviour) (least, most int64) {
	least = flag(v.then(e.At, b))
	if e.Times > 1 {
		least += flag(v.then(e.First, b))
	}
	switch dated := len(b.Date) > 0; {
	case e.Times <= 1:
		most = least
	case least == 2 && !dated:
		least, most = e.Times, e.Times
	case least == 0 && !dated && (e.At <= v.clock.ms || e.First > v.clock.ms):
		return 0, 0 // all are too long ago, or still to come
	default:
		most = e.Times - 2 + least
	}
	if e.Mixed && e.blurred(b) {
		least = 0
	}
	return least, most
}

// then reports whether a moment is one that a behaviour asks about.
func (v *view) then(at int64, b *Behaviour) bool {
	if at > v.clock.ms || b.Within > 0 && v.clock.ms-at >= b.Within {
		return false
	}
	if len(b.Date) == 0 {
		return true
	}
	date := &Value{Type: Date, N: newCalendar(time.UnixMilli(at), v.clock.at.Location()).date}
	return v.anyMatches(date, b.Date) == True
}

// may reports whether a text is one of those asked for, if any are, or may be of
// some of an event's times.
func (e *Event) may(asked []Match, text string) bool {
	return e.Mixed && text == "" || fitsText(asked, text)
}

// blurred reports whether a behaviour asks for what nobody knows any more of an event.
func (e *Event) blurred(b *Behaviour) bool {
	unknown := func(asked []Match, text string) bool { return len(asked) > 0 && text == "" }
	return unknown(b.Item, e.Item) || unknown(b.Channel, e.Channel) || unknown(b.Campaign, e.Campaign) || unknown(b.Block, e.Block) ||
		unknown(b.Rule, e.Rule) || unknown(b.Answer, e.Answer) || len(b.Tag) > 0 && len(e.Tags) == 0 || len(b.Value) > 0 && !e.Value.Known()
}

// fitsText reports whether a text is one of those asked for, if any are.
func fitsText(asked []Match, text string) bool {
	return len(asked) == 0 || matchesAny(text, asked)
}

// didTo is what history says of the recipient and an item: whether there is an
// event of the kind. What was bought since is in the cart no longer.
func (v *view) didTo(kind EventKind, item string) Value {
	if !v.remembers(kind) {
		return Value{}
	}
	last, maybe := v.lastTo(kind, item)
	switch {
	case last == 0 && maybe:
		return Value{}
	case last != 0 && kind == Carted:
		bought, _ := v.lastTo(Bought, item)
		return Value{Type: Boolean, N: flag(bought < last)}
	}
	return Value{Type: Boolean, N: flag(last != 0)}
}

// lastTo returns when there was last an event of a kind with an item, 0: never, and
// whether there may have been another.
func (v *view) lastTo(kind EventKind, item string) (last int64, maybe bool) {
	for i := range v.signals.History {
		e := &v.signals.History[i]
		first := e.At
		if e.Times > 1 {
			first = e.First
		}
		switch {
		case e.Kind != kind || first > v.clock.ms:
		case e.Mixed:
			maybe = true
		case e.Item != item:
		case e.At <= v.clock.ms:
			last = max(last, e.At)
		default:
			last = max(last, first)
		}
	}
	return last, maybe
}
