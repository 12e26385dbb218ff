package people

import (
	"slices"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Sizes of a history.
const (
	maxHistory  = 16 << 10           // bytes of its payload
	roomHistory = maxHistory * 3 / 4 // down to which it is brought, so that this is rare
)

// Ages from which on events are counted together first.
const (
	week    = 7 * 24 * time.Hour
	month   = 30 * 24 * time.Hour
	quarter = 90 * 24 * time.Hour
)

// likeness is what events have in common that are counted together.
type likeness struct {
	stored                                     uint64
	item, tags, channel, campaign, block, rule string
	answer                                     string
	value                                      int64
	mixed                                      bool
}

// folding says which events are counted together.
type folding struct {
	kinds rules.Kinds
	older time.Duration // than this, before the newest
	keep  int           // of those that are alike so many stay by themselves
	key   func(e *keptEvent) likeness
	blur  func(e *keptEvent) // takes away what those that are counted together may differ in
}

// precious are the kinds that are rare and long remembered: each is kept by itself for
// as long as there is room.
const precious = rules.Kinds(1<<rules.Bought | 1<<rules.Rated | 1<<rules.Wished)

// foldings are tried one after another until there is room: first what says the least.
// What a recipient cared for stays known by how often and when, old favourites too.
var foldings = [...]folding{
	{^precious, month, 8, whole, nil},
	{^precious, month, 2, whole, nil},
	{rules.InMails, month, 0, ofMail, onlyMail},
	{^precious, 0, 2, whole, nil},
	{rules.InMails, 0, 0, ofMail, onlyMail},
	{^precious &^ rules.InMails, quarter, 0, ofTags, onlyTags},
	{^precious &^ rules.InMails, month, 0, ofTags, onlyTags},
	{^precious &^ rules.InMails, week, 0, ofTags, onlyTags},
	{^rules.Kinds(0), quarter, 1, whole, nil},
	{^precious &^ rules.InMails, 0, 8, ofTags, onlyTags},
	{^rules.InMails, quarter, 0, ofTags, onlyTags},
	{^rules.InMails, 0, 8, ofTags, onlyTags},
}

// whole keeps all that an event says.
func whole(e *keptEvent) likeness {
	a := likeness{
		stored: e.stored, item: e.Item, tags: strings.Join(e.Tags, "\x00"), channel: e.Channel, campaign: e.Campaign,
		block: e.Block, rule: e.Rule, answer: e.Answer, mixed: e.Mixed,
	}
	if e.Kind == rules.Rated {
		a.value = e.Value.N
	}
	return a
}

// ofMail keeps of what mails tell which campaign it was.
func ofMail(e *keptEvent) likeness {
	return likeness{stored: e.stored, campaign: e.Campaign, mixed: true}
}

func onlyMail(e *keptEvent) {
	e.Mixed, e.Item, e.Tags, e.Block, e.Rule, e.Answer = true, "", nil, "", "", ""
}

// ofTags keeps what kind of thing it was about.
func ofTags(e *keptEvent) likeness {
	return likeness{stored: e.stored, tags: strings.Join(e.Tags, "\x00"), mixed: true}
}

func onlyTags(e *keptEvent) {
	e.Mixed, e.Item, e.Channel, e.currency, e.Value = true, "", "", "", rules.Value{}
}

// fit brings a history down to the bytes it may have and returns its payload,
// appended to dst. since is when the oldest events that are kept may be, in Unix ms.
func (h *history) fit(dst []byte, since int64) []byte {
	h.events = slices.DeleteFunc(h.events, func(e keptEvent) bool { return e.At < since })
	begin := len(dst)
	dst = appendHistory(dst, h)
	if len(dst)-begin <= maxHistory {
		return dst
	}
	h.settle()
	for i := range foldings {
		if dst = appendHistory(dst[:begin], h); len(dst)-begin <= roomHistory {
			return dst
		}
		h.fold(&foldings[i])
	}
	for {
		if dst = appendHistory(dst[:begin], h); len(dst)-begin <= roomHistory || len(h.events) == 0 {
			return dst
		}
		h.events = h.events[:len(h.events)*7/8]
	}
}

// settle takes out what undoes other events, and what it undoes, once nothing older
// is to be expected.
func (h *history) settle() {
	var takings undoing
	old := h.newest() - month.Milliseconds()
	h.events = slices.DeleteFunc(h.events, func(e keptEvent) bool {
		kind := rules.Carted
		switch e.stored {
		case keptUncarted:
		case keptUnwished:
			kind = rules.Wished
		default:
			return e.At < old && takings.undid(e.Kind, e.Item, e.At)
		}
		again := takings.undid(kind, e.Item, e.At)
		takings = append(takings, undone{e.Item, kind, e.At})
		return again
	})
}

// fold counts events together. The newest of those takes the others in.
func (h *history) fold(f *folding) {
	before := h.newest() - f.older.Milliseconds()
	kept, into := map[likeness]int{}, map[likeness]int{}
	out := h.events[:0]
	for _, e := range h.events {
		if e.stored > uint64(rules.Answered)+1 || e.stored == 0 || !f.kinds.Has(e.Kind) {
			out = append(out, e)
			continue
		}
		key := f.key(&e)
		if e.At > before || kept[key] < f.keep && e.Times <= 1 {
			kept[key]++
			out = append(out, e)
			continue
		}
		at, ok := into[key]
		if !ok {
			into[key] = len(out)
			if f.blur != nil {
				f.blur(&e)
			}
			out = append(out, e)
			continue
		}
		out[at].takeIn(&e)
	}
	clear(h.events[len(out):])
	h.events = out
}

// takeIn counts another event, or several, with one: they are older.
func (e *keptEvent) takeIn(other *keptEvent) {
	first := min(e.first(), other.first())
	e.Times = max(1, e.Times) + max(1, other.Times)
	e.First, e.id, e.quantity = first, 0, max(1, e.quantity)+max(1, other.quantity)
}
