package people

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// Lists ranks the items of a catalogue for recipients, with a model of what all
// of them did. It is safe for concurrent use, and never waits.
type Lists struct {
	model   atomic.Pointer[recommend.Model]
	scratch sync.Pool // of *recommend.Scratch
	listed  atomic.Pointer[map[string]*Listed]

	listing   sync.Mutex  // held by who changes what follows, or listed
	forgotten []listedKey // since the start: lists may be read meanwhile
}

// Use has lists ranked with a model from now on; nil: those that need one are
// empty, and popular is the catalogue's own.
func (l *Lists) Use(m *recommend.Model) { l.model.Store(m) }

// Model is the one in use; nil: there is none.
func (l *Lists) Model() *recommend.Model { return l.model.Load() }

// UseListed has imported lists be these from now on, by their names.
func (l *Lists) UseListed(listed map[string]*Listed) {
	l.listing.Lock()
	defer l.listing.Unlock()
	for _, one := range listed {
		one.forget(l.forgotten...)
	}
	l.listed.Store(&listed)
}

// Forget removes recipients from imported lists, and from those that are being
// read.
func (l *Lists) Forget(ids []string) {
	l.listing.Lock()
	defer l.listing.Unlock()
	known := len(l.forgotten)
	for _, id := range ids {
		l.forgotten = append(l.forgotten, keyOf(id))
	}
	if all := l.listed.Load(); all != nil {
		for _, one := range *all {
			one.forget(l.forgotten[known:]...)
		}
	}
}

// For returns items that are ranked for a recipient, as signals.Lists has it.
func (l *Lists) For(items rules.Items, s *rules.Signals, past rules.Past, country, locale string) rules.Items {
	recipient := ""
	if s.Trust >= rules.Keyed {
		recipient = s.Recipient
	}
	return &ranking{
		recipient: recipient,
		Items:     items, lists: l, model: l.model.Load(), past: past, at: s.At.UnixMilli(),
		mails: !s.NoMails, country: country, locale: locale,
	}
}

// ranking answers for the items of one open.
type ranking struct {
	rules.Items
	lists *Lists
	model *recommend.Model // nil: none
	past  rules.Past       // nil: nothing that may be told
	at    int64            // Unix ms
	mails bool             // what mails tell of may be known
	// recipient is whose imported items are shown; "": everybody's.
	recipient string
	country   string
	locale    string

	looked  bool // the past was looked at
	events  []rules.Event
	history []recommend.Seen // oldest first
}

// worth is what an event of a kind says of a liking; of other kinds nothing.
func worth(kind rules.EventKind) float32 {
	switch kind {
	case rules.Bought, rules.Rated:
		return 1
	case rules.Wished, rules.Carted:
		return 0.6
	case rules.Viewed, rules.Clicked:
		return 0.3
	}
	return 0
}

// told are the kinds of events that lists are ranked by, and inLists those that
// are lists themselves.
const (
	told    = rules.Kinds(1<<rules.Bought | 1<<rules.Wished | 1<<rules.Carted | 1<<rules.Rated | 1<<rules.Viewed | 1<<rules.Clicked)
	maxSeen = 200 // of the newest events of a recipient, those that count
)

// Rank appends to dst at most n items of a list that keep lets through.
func (r *ranking) Rank(list rules.Listing, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	if n <= 0 {
		return dst
	}
	switch kind, own := ownLists[list.From]; {
	case own:
		return r.own(kind, keep, n, dst)
	case list.From == "imported":
		return r.imported(list.Named, keep, n, dst)
	case list.From == "recent", list.Anybody, r.model == nil, list.From == "popular" && !r.model.HasTrend():
		return r.Items.Rank(list, keep, n, dst)
	}
	s, _ := r.lists.scratch.Get().(*recommend.Scratch)
	if s == nil {
		s = r.model.NewScratch()
	}
	r.look()
	q := recommend.Query{History: r.history, Region: r.country, N: n, Again: true, Keep: r.keeper(keep)}
	m := r.model
	var picks []recommend.Pick
	switch list.From {
	case "recommend":
		picks = m.Recommend(s, &q, nil)
	case "next":
		q.History = slices.DeleteFunc(slices.Clone(q.History), func(seen recommend.Seen) bool { return !r.bought(seen.Item) })
		picks = m.Next(s, &q, nil)
	case "similar":
		picks = m.Similar(s, r.near(list.To), &q, nil)
	case "alternatives":
		picks = m.Alternatives(s, r.near(list.To), &q, nil)
	case "popular":
		picks = m.Popular(s, &q, nil)
	}
	r.lists.scratch.Put(s) // after a panic it would not be clean
	for _, p := range picks {
		if c, ok := r.candidate(p.Item); ok {
			c.Because = rules.Value{Type: rules.Text, Text: r.because(p)}
			dst = append(dst, c)
		}
	}
	return dst
}

// candidate is an item of the model as the catalogue has it now, if it does.
func (r *ranking) candidate(i int32) (rules.Candidate, bool) {
	c, ok := r.Items.Item(r.model.Item(i).ID)
	return c, ok && c.Item != nil && !c.Gone
}

// keeper asks keep of an item by its number. Why it was picked is not known yet,
// but will be.
func (r *ranking) keeper(keep func(*rules.Candidate) bool) func(i int32) bool {
	room := new(rules.Candidate)
	return func(i int32) bool {
		c, ok := r.candidate(i)
		if !ok {
			return false
		}
		*room = c
		room.Because = rules.Value{Type: rules.Text, Text: r.because(recommend.Pick{Because: recommend.Because{Kind: recommend.ByAll}})}
		return keep(room)
	}
}

// look reads what the recipient did, once.
func (r *ranking) look() {
	if r.looked {
		return
	}
	r.looked = true
	if r.past == nil {
		return
	}
	kinds := told
	if !r.mails {
		kinds &^= rules.InMails
	}
	r.events = r.past.Events(nil, kinds)
	r.events = slices.DeleteFunc(r.events, func(e rules.Event) bool { return e.Item == "" || e.Mixed || e.At > r.at })
	slices.SortStableFunc(r.events, func(a, b rules.Event) int { return cmp.Compare(a.At, b.At) })
	if r.model == nil {
		return
	}
	for _, e := range r.events[max(0, len(r.events)-maxSeen):] {
		if i, ok := r.model.Number(e.Item); ok {
			r.history = seen(r.history, recommend.Seen{Item: i, At: days(e.At), Weight: weigh(&e)})
		}
	}
}

// seen appends to a history what was seen next: an item stands where it was last,
// with what it ever counted most.
func seen(history []recommend.Seen, next recommend.Seen) []recommend.Seen {
	if n := slices.IndexFunc(history, func(s recommend.Seen) bool { return s.Item == next.Item }); n >= 0 {
		next.Weight = max(next.Weight, history[n].Weight)
		history = slices.Delete(history, n, n+1)
	}
	return append(history, next)
}

// weigh is what an event says of a liking.
func weigh(e *rules.Event) float32 {
	if e.Kind == rules.Rated && e.Value.Type == rules.Number && e.Value.N <= rated*rules.Million {
		return 0.1
	}
	return worth(e.Kind)
}

// rated is up to how many stars of five something was not liked.
const rated = 3

// days are Unix milliseconds as recommend counts time.
func days(at int64) float64 { return float64(at) / (24 * 60 * 60 * 1000) }

// bought reports whether the recipient bought an item.
func (r *ranking) bought(i int32) bool {
	id := r.model.Item(i).ID
	return slices.ContainsFunc(r.events, func(e rules.Event) bool { return e.Kind == rules.Bought && e.Item == id })
}

// near are the items that a list is near to: one, those in the cart, or the last
// that was viewed.
func (r *ranking) near(to string) []int32 {
	var ids []string
	switch to {
	case "cart":
		ids = r.latest(rules.Carted)
	case "viewed":
		if ids = r.latest(rules.Viewed); len(ids) > 1 {
			ids = ids[:1]
		}
	default:
		ids = []string{to}
	}
	var near []int32
	for _, id := range ids {
		if i, ok := r.model.Number(id); ok {
			near = append(near, i)
		}
	}
	return near
}
