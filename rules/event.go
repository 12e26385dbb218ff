package rules

import (
	"slices"
	"time"
)

// Event is something that a recipient did, or was shown.
type Event struct {
	Kind                           EventKind
	At                             int64 // Unix ms
	Item                           string
	Tags                           []string // of the item
	Channel, Campaign, Block, Rule string
	Value                          Value // of a rating its number
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
)

// eventNames are the words of the kinds, by their numbers.
var eventNames = [...]string{"viewed", "carted", "bought", "wished", "rated", "opened", "clicked", "shown"}

// String returns the kind's word.
func (k EventKind) String() string { return eventNames[k] }

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
	Value                                     []Match // numbers
	Date                                      []Match
	Within                                    int64   // ms back from now; 0: ever
	Count                                     []Match // numbers
}

// behaved evaluates a behaviour. What a recipient whose history is known did not
// do is false, not unknown.
func (v *view) behaved(b *Behaviour) Truth {
	n, known := v.events(b)
	if !known {
		return Maybe
	}
	return v.anyMatches(&Value{Type: Number, N: n * Million}, b.Count)
}

// events counts the events that a behaviour asks about.
func (v *view) events(b *Behaviour) (n int64, known bool) {
	if !v.remembers() {
		return 0, false
	}
	for i := range v.signals.History {
		if e := &v.signals.History[i]; v.fits(e, b) && e.At <= v.clock.ms && (b.Within == 0 || v.clock.ms-e.At < b.Within) {
			n++
		}
	}
	return n, true
}

// remembers reports whether what the recipient did is known, and theirs to be
// told: an id that anybody may write does not show a history.
func (v *view) remembers() bool { return v.signals.HasHistory && v.signals.Trust >= Keyed }

// fits reports whether an event is one that a behaviour counts, whenever it was.
func (v *view) fits(e *Event, b *Behaviour) bool {
	switch {
	case e.Kind != b.Kind,
		!fitsText(b.Item, e.Item), !fitsText(b.Channel, e.Channel), !fitsText(b.Campaign, e.Campaign),
		!fitsText(b.Block, e.Block), !fitsText(b.Rule, e.Rule):
		return false
	case len(b.Tag) > 0 && !slices.ContainsFunc(e.Tags, func(tag string) bool { return fitsText(b.Tag, tag) }):
		return false
	case len(b.Value) > 0 && v.anyMatches(&e.Value, b.Value) != True:
		return false
	case len(b.Date) == 0:
		return true
	}
	date := &Value{Type: Date, N: newCalendar(time.UnixMilli(e.At), v.clock.at.Location()).date}
	return v.anyMatches(date, b.Date) == True
}

// fitsText reports whether a text is one of those asked for, if any are.
func fitsText(asked []Match, text string) bool {
	return len(asked) == 0 || matchesAny(text, asked)
}

// didTo is what history says of the recipient and an item: whether there is an
// event of the kind.
func (v *view) didTo(kind EventKind, item string) Value {
	if !v.remembers() {
		return Value{}
	}
	did := slices.ContainsFunc(v.signals.History, func(e Event) bool {
		return e.Kind == kind && e.Item == item && e.At <= v.clock.ms
	})
	return Value{Type: Boolean, N: flag(did)}
}
