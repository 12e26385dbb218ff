package rules

import (
	"strings"

	"example.com/opentime/strict"
)

// details are the keys of a behaviour.
func (l *loader) details(b *Behaviour) strict.Keys {
	text := func(to *[]Match, typ Type) func(*strict.Node) {
		return func(n *strict.Node) { *to = l.matcher(n, &known{name: b.Kind.String(), typ: typ}) }
	}
	return strict.Keys{
		"item": func(n *strict.Node) { b.Item = l.itemMatches(n) },
		"tag":  text(&b.Tag, Text), "channel": text(&b.Channel, Text),
		"campaign": text(&b.Campaign, Text), "block": text(&b.Block, Text), "rule": text(&b.Rule, Text),
		"answer": text(&b.Answer, Text),
		"value":  text(&b.Value, Number), "date": text(&b.Date, Date), "count": text(&b.Count, Number),
		"within": func(n *strict.Node) {
			b.Within = l.Duration(n).Milliseconds()
			if _, ok := strict.ParseDuration(n.Text); ok && b.Within <= 0 {
				l.Errorf(n, "within is a time back from now; write one such as 30d")
			}
		},
	}
}

// behaved reads a behaviour and its details: viewed: {item: dune-3, within: 30d}.
func (l *loader) behaved(e strict.Entry, kind EventKind) compiled {
	b := &Behaviour{Kind: kind, Count: []Match{{Lo: Million, Hi: most}}}
	keys := l.details(b)
	if e.Value.Kind != strict.Map {
		l.Errorf(e.Value, "%s takes its details; write %s: {} for any, or one such as {within: 30d}", kind, kind)
		return compiled{}
	}
	l.Map(e.Value, behaviourFields.Read(keys))
	l.c.Kinds |= 1 << kind
	c := &Condition{Op: Behaved, Node: e.Key, Matcher: e.Value, Name: kind.String(), Behaviour: b}
	return compiled{Condition: c, tests: 1}
}

// itemMatches reads an item's id, or several: any of them.
func (l *loader) itemMatches(n *strict.Node) []Match {
	nodes := []*strict.Node{n}
	if n.Kind == strict.List {
		nodes = n.Items
	}
	if len(nodes) == 0 {
		l.Errorf(n, "no item is written; write an id")
	}
	var all []Match
	for _, item := range nodes {
		all = append(all, Match{Text: l.itemID(item)})
	}
	return all
}

// notSupplied notes something of the language that nothing fills yet outside
// tests.
func (l *loader) notSupplied(what string) {
	if !containsFold(l.later, what) {
		l.later = append(l.later, what)
	}
}

// notes says once what is only known in tests yet.
func (l *loader) notes(root *strict.Node) {
	if l.skipped {
		l.Notef(root, "item and place ids were not looked up, since no data is at hand; run check where the feeds are")
	}
	if len(l.later) > 0 {
		l.Notef(root, "nothing supplies %s yet; outside tests they are unknown, and rules that need them are passed over", strings.Join(l.later, ", "))
	}
}
