package people

import (
	"math"
	"strings"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// Past is what a recipient did, as it is kept: a few bytes an event. What is asked
// of it is read from them each time. It is whole, never changes, and is safe for
// concurrent use.
type Past struct {
	text               string
	words, items, tags int
	events             int
	oldest             int64 // Unix ms
}

// pastItem is an item of a history.
type pastItem struct {
	id   string
	tags []string
}

// newPast reads a payload once, to see that it is whole.
func newPast(payload []byte) (*Past, error) {
	p := &Past{text: string(payload)}
	bad := false
	word := func(n int) {
		if n > p.words {
			bad = true
		}
	}
	var e rawEvent
	above, rest := int64(0), p.text
	for len(rest) > 0 && !bad {
		var f wireField
		var ok bool
		if f, rest, ok = cutField(rest); !ok {
			return nil, errEncoding
		}
		switch f.number {
		case historyWord:
			p.words++
			bad = bad || !utf8.ValidString(f.bytes)
		case historyItem:
			tags := 0
			bad = bad || !eachNumber(f.bytes, func(n int) { word(n); tags++ })
			p.items++
			p.tags += max(0, tags-1)
		case historyEvent:
			ok := readEvent(f.bytes, &e, above, p.events == 0)
			bad = bad || !ok || e.item > p.items
			for _, n := range [...]int{e.channel, e.campaign, e.block, e.rule, e.answer, e.currency} {
				word(n)
			}
			above, p.oldest = e.at, e.at
			p.events++
		}
	}
	if bad {
		return nil, errEncoding
	}
	return p, nil
}

// eachNumber reads packed numbers; false where something else is there.
func eachNumber(text string, each func(n int)) bool {
	for len(text) > 0 {
		n, size := cutVarint(text)
		if size == 0 || n > 1<<31 {
			return false
		}
		each(int(n))
		text = text[size:]
	}
	return true
}

// walk reads the words and items, with their tags or without, and calls each for
// every event, newest first. Both are walk's own, and say something else afterwards.
func (p *Past) walk(tagged bool, each func(w *walked, e *rawEvent)) {
	p.walkSince(math.MinInt64, tagged, each)
}

// walkSince is walk for the events that are not older than since, in Unix ms. What is
// older is not read.
func (p *Past) walkSince(since int64, tagged bool, each func(w *walked, e *rawEvent)) {
	w := walked{words: make([]string, 0, p.words), items: make([]pastItem, 0, p.items)}
	var tags []string
	if tagged {
		tags = make([]string, 0, p.tags)
	}
	var e rawEvent
	above, first, rest := int64(0), true, p.text
	for len(rest) > 0 {
		var f wireField
		if f, rest, _ = cutField(rest); f.number == 0 {
			return
		}
		switch f.number {
		case historyWord:
			w.words = append(w.words, f.bytes)
		case historyItem:
			begin, id := len(tags), true
			var it pastItem
			eachNumber(f.bytes, func(n int) {
				switch {
				case id:
					it.id = w.word(n)
				case tagged:
					tags = append(tags, w.word(n))
				}
				id = false
			})
			if it.tags = tags[begin:len(tags):len(tags)]; len(it.tags) == 0 {
				it.tags = nil
			}
			w.items = append(w.items, it)
		case historyEvent:
			readEvent(f.bytes, &e, above, first)
			if e.at < since {
				return
			}
			above, first = e.at, false
			each(&w, &e)
		}
	}
}

// walked are the words and items that a walk has come by.
type walked struct {
	words []string
	items []pastItem
}

// word is the word of a number; "" for 0.
func (w *walked) word(n int) string {
	if n < 1 || n > len(w.words) {
		return ""
	}
	return w.words[n-1]
}

// item is the item of a number; nothing for 0.
func (w *walked) item(n int) pastItem {
	if n < 1 || n > len(w.items) {
		return pastItem{}
	}
	return w.items[n-1]
}

// event is what an event says to rules.
func (w *walked) event(e *rawEvent, kind rules.EventKind) rules.Event {
	it := w.item(e.item)
	out := rules.Event{
		Kind: kind, At: e.at, Item: it.id, Tags: it.tags, Channel: w.word(e.channel), Campaign: w.word(e.campaign),
		Block: w.word(e.block), Rule: w.word(e.rule), Answer: w.word(e.answer), Mixed: e.mixed,
	}
	if e.valued {
		out.Value = rules.Value{Type: rules.Number, N: e.value}
	}
	if e.times > 1 {
		out.Times, out.First = e.times, e.first
	}
	return out
}

// undoing remembers what was taken out of the cart and off the wish list while
// events are walked, newest first.
type undoing []undone

type undone struct {
	item string
	kind rules.EventKind
	at   int64
}

// undoes takes an event that undoes others, if it is one.
func (u *undoing) undoes(w *walked, e *rawEvent) {
	kind := rules.Carted
	switch e.kind {
	case keptUncarted:
	case keptUnwished:
		kind = rules.Wished
	default:
		return
	}
	*u = append(*u, undone{w.item(e.item).id, kind, e.at})
}

// undid reports whether what an event put somewhere was taken away later.
func (u undoing) undid(kind rules.EventKind, item string, at int64) bool {
	for i := range u {
		if u[i].kind == kind && u[i].item == item && at <= u[i].at {
			return true
		}
	}
	return false
}

// Events appends to dst the events of kinds, newest first. What was put into the
// cart, or on the wish list, and taken away again is not there.
func (p *Past) Events(dst []rules.Event, kinds rules.Kinds) []rules.Event {
	if cap(dst)-len(dst) < p.events {
		dst = append(make([]rules.Event, 0, len(dst)+p.events), dst...)
	}
	var undone undoing
	p.walk(true, func(w *walked, e *rawEvent) {
		kind, is := e.is()
		if !is {
			undone.undoes(w, e)
			return
		}
		if kinds.Has(kind) && (len(undone) == 0 || !undone.undid(kind, w.item(e.item).id, e.at)) {
			dst = append(dst, w.event(e, kind))
		}
	})
	return dst
}

// Len is how many events there are, those that are counted together as one.
func (p *Past) Len() int { return p.events }

// hasTag reports whether one of tags is asked for.
func hasTag(tags []string, tag string) bool {
	for _, t := range tags {
		if len(t) == len(tag) && strings.EqualFold(t, tag) {
			return true
		}
	}
	return false
}
