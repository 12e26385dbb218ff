package people

import (
	"cmp"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// keptEvent is an event of a history that is being changed. It owns its texts.
type keptEvent struct {
	rules.Event
	stored   uint64 // its kind, as it is stored
	id       uint32 // what it is known by when it comes again; 0: nothing, as of those counted together
	quantity int64  // of the item
	told     int64  // when it was told, of a purchase that is being added
	currency string // of Value
	unknown  string
}

// history is what a recipient did, as it is changed: events newest first.
type history struct {
	events  []keptEvent
	unknown []byte // fields of a later release
}

// history is what a recipient did, to change it.
func (p *Past) history() *history {
	h := &history{events: make([]keptEvent, 0, p.events+8)}
	p.walk(true, func(w *walked, e *rawEvent) {
		kind, _ := e.is()
		h.events = append(h.events, keptEvent{
			Event: w.event(e, kind), stored: e.kind, id: e.id, quantity: e.quantity, currency: w.word(e.currency), unknown: e.unknown,
		})
	})
	for rest := p.text; len(rest) > 0; {
		var f wireField
		if f, rest, _ = cutField(rest); f.number != historyWord && f.number != historyItem && f.number != historyEvent {
			h.unknown = append(h.unknown, f.whole...)
		}
	}
	return h
}

// first is when an event, or the first of several, was.
func (e *keptEvent) first() int64 {
	if e.Times > 1 {
		return e.First
	}
	return e.At
}

// add puts an event where it belongs by its time; false where it came before. Of an
// item whose tags it does not have it takes those that others have.
func (h *history) add(e keptEvent) bool {
	for i := range h.events {
		other := &h.events[i]
		if e.id != 0 && other.id == e.id && other.stored == e.stored {
			return false
		}
		if len(e.Tags) == 0 && e.Item != "" && other.Item == e.Item {
			e.Tags = other.Tags
		}
	}
	at, _ := slices.BinarySearchFunc(h.events, e.At, func(other keptEvent, at int64) int { return cmp.Compare(at, other.At) })
	h.events = slices.Insert(h.events, at, e)
	return true
}

// newest is when the newest event was, in Unix ms; 0: there is none.
func (h *history) newest() int64 {
	if len(h.events) == 0 {
		return 0
	}
	return h.events[0].At
}

// numbering gives words and items their numbers while a history is written.
type numbering struct {
	dst   []byte
	words map[string]int
	items map[string]int
	inner []byte
}

func (n *numbering) word(text string) int {
	if text == "" {
		return 0
	}
	at, ok := n.words[text]
	if !ok {
		at = len(n.words) + 1
		n.words[text] = at
		n.dst = appendText(n.dst, historyWord, text)
	}
	return at
}

func (n *numbering) item(id string, tags []string) int {
	if id == "" && len(tags) == 0 {
		return 0
	}
	key := id + "\x00" + strings.Join(tags, "\x00")
	at, ok := n.items[key]
	if !ok {
		numbers := []int{n.word(id)}
		for _, tag := range tags {
			numbers = append(numbers, n.word(tag))
		}
		n.inner = n.inner[:0]
		for _, number := range numbers {
			n.inner = protowire.AppendVarint(n.inner, uint64(number))
		}
		at = len(n.items) + 1
		n.items[key] = at
		n.dst = protowire.AppendBytes(protowire.AppendTag(n.dst, historyItem, protowire.BytesType), n.inner)
	}
	return at
}

// appendHistory appends the payload of a history.
func appendHistory(dst []byte, h *history) []byte {
	n := &numbering{dst: dst, words: map[string]int{}, items: map[string]int{}}
	above := int64(0)
	for i := range h.events {
		e := &h.events[i]
		raw := rawEvent{
			kind: e.stored, at: e.At, first: e.first(), item: n.item(e.Item, e.Tags), channel: n.word(e.Channel),
			campaign: n.word(e.Campaign), block: n.word(e.Block), rule: n.word(e.Rule), answer: n.word(e.Answer),
			currency: n.word(e.currency), times: max(1, e.Times), quantity: max(1, e.quantity), value: e.Value.N,
			valued: e.Value.Known(), mixed: e.Mixed, id: e.id, unknown: e.unknown,
		}
		n.inner = appendEvent(n.inner[:0], &raw, above, i == 0)
		n.dst = protowire.AppendBytes(protowire.AppendTag(n.dst, historyEvent, protowire.BytesType), n.inner)
		above = e.At
	}
	return append(n.dst, h.unknown...)
}
