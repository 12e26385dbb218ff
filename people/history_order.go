package people

import (
	"cmp"
	"slices"

	"example.com/opentime/rules"
)

// Why a purchase, or what takes it back, changes nothing.
const (
	takenBack   = "taken back"
	takenBackNo = "older than what is known of the purchase"
)

// order lays what is told of a purchase over what was told of it before, known by its
// id, and says why it changes nothing. Once a purchase was taken back its history
// has a mark of that, of when it was told: a purchase that comes late is then none,
// one that was told later stands again.
func (h *history) order(e *keptEvent) string {
	at := slices.IndexFunc(h.events, func(o keptEvent) bool { return o.stored == keptUnbought && o.id == e.id })
	back := at >= 0 && h.events[at].Value.N == 0
	switch {
	case e.stored == keptUnbought && at >= 0 && e.At < h.events[at].At:
		return takenBackNo
	case e.stored == keptUnbought && back:
		return cameBefore
	case e.stored == keptUnbought:
		h.takeBack(e.id)
		h.mark(at, *e)
		return ""
	case back && e.told <= h.events[at].At:
		return takenBack
	case back:
		mark := h.events[at]
		mark.At, mark.Value = e.told, rules.Value{Type: rules.Number, N: rules.Million}
		h.mark(at, mark)
	}
	if !h.add(*e) {
		return cameBefore
	}
	return ""
}

// mark puts a mark in its place by its time, for the one that was at a place; -1: for
// none.
func (h *history) mark(before int, mark keptEvent) {
	if before >= 0 {
		h.events = slices.Delete(h.events, before, before+1)
	}
	at, _ := slices.BinarySearchFunc(h.events, mark.At, func(o keptEvent, at int64) int { return cmp.Compare(at, o.At) })
	h.events = slices.Insert(h.events, at, mark)
}

// takeBack makes of a purchase that the item left the cart, which it did: nobody is
// to be reminded of it.
func (h *history) takeBack(id uint32) {
	for i := range h.events {
		e := &h.events[i]
		if e.stored == uint64(rules.Bought)+1 && e.id == id {
			e.stored, e.id, e.quantity, e.Value, e.currency = keptUncarted, 0, 1, rules.Value{}, ""
			e.Kind = rules.EventKind(keptUncarted - 1)
		}
	}
}
