package rules

import (
	"slices"

	"example.com/opentime/strict"
)

// givenEvents reads what the recipient did: a list of events.
func (l *loader) givenEvents(n *strict.Node, t *Test) {
	t.HasEvents = true
	l.Each(n, func(n *strict.Node) {
		if e, ok := l.givenEvent(n); ok {
			t.Events = append(t.Events, e)
		}
	})
}

// givenEvent reads one event: {viewed: dune-3, at: ...} or, with more of it,
// {clicked: {tag: sedan, item: v60}, at: ...}.
func (l *loader) givenEvent(n *strict.Node) (Event, bool) {
	var e Event
	kinds := 0
	keys := strict.Keys{"at": func(n *strict.Node) { e.At = l.limit(n, StartsAt).UnixMilli() }}
	for i, word := range eventNames {
		keys[word] = func(n *strict.Node) {
			kinds++
			e.Kind = EventKind(i)
			l.eventDetails(n, &e)
		}
	}
	l.Map(n, eventFields.Read(keys))
	if n.Kind != strict.Map {
		return e, false
	}
	l.Need(n, eventFields.Needed()...)
	if kinds != 1 {
		l.Errorf(n, "an event is one of %s; write one such as {viewed: dune-3, at: 2026-11-20 10:00}", known12(eventNames[:]))
	}
	return e, kinds == 1
}

// eventDetails reads what an event is about: an item or, of mails, a campaign;
// or a map of details.
func (l *loader) eventDetails(n *strict.Node, e *Event) {
	if n.Kind != strict.Map {
		if e.Kind == Searched {
			e.Tags = []string{l.Text(n)}
		} else if e.Kind.ofItem() {
			e.Item = l.anyItemID(n)
		} else {
			e.Campaign = l.ID(n)
		}
		return
	}
	text := func(to *string) func(*strict.Node) { return func(n *strict.Node) { *to = l.Text(n) } }
	l.Map(n, detailFields.Read(strict.Keys{
		"item": func(n *strict.Node) { e.Item = l.anyItemID(n) },
		"tag": func(n *strict.Node) {
			if e.Tags = []string{n.Text}; n.Kind != strict.Scalar {
				e.Tags = slices.Clone(l.Texts(n))
			}
		},
		"channel": text(&e.Channel), "campaign": text(&e.Campaign), "block": text(&e.Block), "rule": text(&e.Rule),
		"answer": text(&e.Answer),
		"value": func(n *strict.Node) {
			v, err := ParseValue(Number, l.Text(n), l.c)
			if err != nil {
				l.Errorf(n, "%s", err)
			}
			e.Value = v
		},
	}))
}
