package signals

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
)

// Counts that are no numbers.
const (
	unknownCount int64 = -1
	someCount    int64 = -2
)

// source says where a fact is from.
type source uint8

const (
	fromNobody  source = iota
	fromAPI            // pushed
	fromFeed           // a feed that says when it was built
	fromUndated        // a feed that does not
)

// stamp says when a fact was true, and who says so.
type stamp struct {
	at   int64 // Unix ms; 0: a feed that does not say
	from source
}

// time is when it was true; zero: nobody says.
func (s stamp) time() time.Time {
	if s.at == 0 {
		return time.Time{}
	}
	return time.UnixMilli(s.at).UTC()
}

// undatedLeaves is for how long a feed without a build date leaves alone what
// the API said.
const undatedLeaves = 24 * time.Hour

// beats reports whether a fact of this stamp, received now, replaces what is
// known: the newest wins, of equals the later received.
func (s stamp) beats(old stamp, now int64) bool {
	if s.from == fromUndated && old.from == fromAPI && now-old.at < undatedLeaves.Milliseconds() {
		return false
	}
	return old.from == fromNobody || s.at >= old.at || s.at == 0
}

// fact is a value and when it was true.
type fact struct {
	value rules.Value
	stamp stamp
}

// count is a count and when it was true.
type count struct {
	n     int64
	stamp stamp
}

// known is what is known of one item besides the feed's row. It lives as long
// as the Catalogue. Readers look at total, polled and places only; all else is of
// the goroutine that applies changes.
type known struct {
	total  atomic.Int64
	polled atomic.Bool                   // total is a feed's to say
	places atomic.Pointer[[]*placeCount] // sorted by place

	stamp   stamp           // of total
	pushed  count           // the API's total, as kept, also where a feed's won since
	patches map[string]fact // the API's attributes, by name
	unknown []byte          // fields of a later release, kept
}

// placeCount is the count at one place.
type placeCount struct {
	place   string
	n       atomic.Int64
	stamp   stamp
	unknown []byte
}

func newKnown() *known {
	k := &known{}
	k.total.Store(unknownCount)
	return k
}

// count returns the count at a place or, with "", of all.
func (k *known) count(place string) rules.Value {
	if place == "" {
		return countValue(k.total.Load())
	}
	if p := k.place(place); p != nil {
		return countValue(p.n.Load())
	}
	return rules.Value{}
}

func (k *known) place(place string) *placeCount {
	list := k.places.Load()
	if list == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(*list, place, comparePlace)
	if !ok {
		return nil
	}
	return (*list)[i]
}

func comparePlace(p *placeCount, place string) int { return strings.Compare(p.place, place) }

// setPlace sets the count at a place, seen by readers at once.
func (k *known) setPlace(place string, c count) *placeCount {
	p := k.place(place)
	if p == nil {
		p = &placeCount{place: place}
		p.n.Store(c.n)
		var list []*placeCount
		if old := k.places.Load(); old != nil {
			list = slices.Clone(*old)
		}
		i, _ := slices.BinarySearchFunc(list, place, comparePlace)
		list = slices.Insert(list, i, p)
		k.places.Store(&list)
	}
	p.stamp = c.stamp
	p.n.Store(c.n)
	return p
}

// setTotal sets the count of all, seen by readers at once.
func (k *known) setTotal(c count) {
	k.stamp = c.stamp
	k.polled.Store(c.stamp.from != fromAPI)
	k.total.Store(c.n)
}

// withoutFeed sets the count of all to what the API said, or unknown.
func (k *known) withoutFeed() {
	if k.pushed.stamp.from == fromNobody {
		k.setTotal(count{n: unknownCount})
		return
	}
	k.setTotal(k.pushed)
}

func countValue(n int64) rules.Value {
	switch n {
	case unknownCount:
		return rules.Value{}
	case someCount:
		return rules.Value{Type: rules.Some}
	}
	return rules.Value{Type: rules.Number, N: n * rules.Million}
}
