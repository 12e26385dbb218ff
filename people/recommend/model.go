// Package recommend says which items a person may care for next, and why. It is
// sparse EASE (Steck, WWW 2019) with recency: for each item a small ridge
// regression over its nearest neighbours by what people did with both, negative
// weights kept, the newest events weighing most.
//
// A Log holds events; Train turns it into a Model, which Tune fits to a sender's
// own data before. A Model never changes once it is made and is safe for
// concurrent use; each goroutine that asks it has a Scratch of its own. The
// package knows no HTTP, no clock and no store, and the same Log gives the same
// Model, to the bit.
package recommend

import "slices"

// Model is what was learnt. It never changes.
type Model struct {
	Settings Settings
	items    []Item
	byID     map[string]int32
	lists    *lists // what an item speaks for
	next     *lists // what is taken after an item
	fresh    *lists // what an item speaks for of those that nobody took yet
	near     *lists // what an item is like, by its content, where it is new
	taste    *taste
	hands    int // processors that measuring takes; 0: all
	popularity
}

// model makes a model of what was worked out from histories.
func (t *Trainer) model(h *histories) *Model {
	items := slices.Clone(t.l.items) // the log goes on changing
	m := &Model{Settings: t.s, hands: t.l.hands, items: items, byID: make(map[string]int32, len(items))}
	for i := range items {
		m.byID[items[i].ID] = int32(i)
	}
	m.lists = packLists(bySource(t.found), t.size.keep)
	m.next = packLists(copied(t.next), nextSize)
	m.popularity = newPopularity(t.l, t.now, t.keep, t.s.Lately)
	m.taste = &taste{lists: packLists(nil, 0)}
	if !t.bare {
		m.taste = newTaste(h, items, t.l.hands)
	}
	events := make([]int32, len(items))
	for _, i := range h.item {
		events[i]++
	}
	if t.alike == nil || len(t.alike.lists) != len(items) {
		t.alike = newLikeness(items, events, t.l.hands)
	}
	m.fresh, m.near = t.alike.borrow(m, t.l.hands), packLists(copied(t.alike.lists), borrowFrom)
	if !t.bare {
		t.alike = nil // what is said of items may be another next time
	}
	return m
}

// copied copies lists, since packing them reorders them.
func copied(lists [][]candidate) [][]candidate {
	out := make([][]candidate, len(lists))
	for n, list := range lists {
		out[n] = slices.Clone(list)
	}
	return out
}

// Items is how many items there are. They are numbered from 0 in the order they
// were added.
func (m *Model) Items() int { return len(m.items) }

// Item returns an item by its number. It must not be changed.
func (m *Model) Item(i int32) *Item { return &m.items[i] }

// Number returns the number of an item.
func (m *Model) Number(id string) (int32, bool) {
	i, ok := m.byID[id]
	return i, ok
}

// Feature returns the number of a feature that can be declared.
func (m *Model) Feature(name string) (int32, bool) {
	f, ok := m.taste.byName[name]
	return f, ok
}

// FeatureName returns a feature by its number.
func (m *Model) FeatureName(f int32) string { return m.taste.features[f] }

// HasTrend reports whether anything was done lately that tells what is popular.
func (m *Model) HasTrend() bool { return len(m.order) > 0 && m.trend[m.order[0]] > 0 }
