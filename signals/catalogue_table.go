package signals

import (
	"cmp"
	"maps"
	"slices"

	"example.com/opentime/rules"
)

// table is all items of one moment. A table is never changed after it was
// shown to readers; what its items' stock holds is.
type table struct {
	byID  map[string]int32
	held  []*held
	views map[string]*view
}

// held is an item of a table.
type held struct {
	item    *rules.Item // with the API's changes; nil: only its stock is known
	base    *rules.Item // as the feed has it
	picture string      // link of its image on the web
	feed    string
	gone    bool // the feed has it no more
	aged    bool // the feed has not answered for too long
	known   *known
}

// view answers for the items of one feed.
type view struct {
	table   *table
	feed    string
	order   []int32 // of the feed, without the gone
	popular []int32
	recent  []int32
}

// newTable returns a table without items, but with the stock that is known.
func newTable(feeds []string, known map[string]*known) *table {
	t := &table{byID: map[string]int32{}, views: map[string]*view{}}
	for _, feed := range feeds {
		t.views[feed] = &view{table: t, feed: feed}
	}
	for id, k := range known {
		t.add(id, &held{known: k})
	}
	return t
}

// add appends an item to a table that nobody reads yet.
func (t *table) add(id string, h *held) int32 {
	i := int32(len(t.held))
	t.byID[id] = i
	t.held = append(t.held, h)
	return i
}

// clone returns a table to change before it is shown. Its map of ids is still
// the old one's unless own says that ids will be added.
func (t *table) clone(own bool) *table {
	next := &table{byID: t.byID, held: slices.Clone(t.held), views: make(map[string]*view, len(t.views))}
	if own {
		next.byID = maps.Clone(t.byID)
	}
	for feed, v := range t.views {
		copied := *v
		copied.table = next
		next.views[feed] = &copied
	}
	return next
}

// stock returns what is known of an item's stock; nil if nothing is.
func (t *table) stock(id string) *known {
	i, ok := t.byID[id]
	if !ok {
		return nil
	}
	return t.held[i].known
}

// arrange works out the orders of a view from its feed's order.
func (v *view) arrange() {
	score := func(i int32) float64 {
		item := v.table.held[i].item
		if item.Rating.Type != rules.Number || item.Reviews.Type != rules.Number {
			return 0
		}
		return float64(item.Rating.N) * float64(item.Reviews.N)
	}
	v.popular = slices.Clone(v.order)
	slices.SortStableFunc(v.popular, func(a, b int32) int { return cmp.Compare(score(b), score(a)) })
	v.recent = slices.Clone(v.order)
	slices.SortStableFunc(v.recent, func(a, b int32) int {
		x, y := v.table.held[a].item.Starts, v.table.held[b].item.Starts
		if !x.Known() || !y.Known() {
			return cmp.Compare(boolean(y.Known()).N, boolean(x.Known()).N)
		}
		return cmp.Compare(y.N, x.N)
	})
}

// Item returns an item of the feed, also one it has no more.
func (v *view) Item(id string) (rules.Candidate, bool) {
	i, ok := v.table.byID[id]
	if !ok {
		return rules.Candidate{}, false
	}
	h := v.table.held[i]
	if h.item == nil || h.feed != v.feed {
		return rules.Candidate{}, false
	}
	return h.candidate(), true
}

func (h *held) candidate() rules.Candidate {
	return rules.Candidate{Item: h.item, Stock: h.known.count(""), Gone: h.gone, Aged: h.aged}
}

// StockAt is the count of an item at a place: a Number, Some, or unknown.
func (v *view) StockAt(item, place string) rules.Value {
	if k := v.table.stock(item); k != nil {
		return k.count(place)
	}
	return rules.Value{}
}

// Rank appends to dst at most n items of the lists popular and recent, best
// first, that keep lets through; of other lists none. Purchases are not known yet, so popular is
// reviews times rating, then the feed's order. recent is by starts, the latest
// first, then what has none.
func (v *view) Rank(list rules.Listing, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	var order []int32
	switch list.From {
	case "popular":
		order = v.popular
	case "recent":
		order = v.recent
	}
	full := len(dst) + n
	for _, i := range order {
		if len(dst) >= full {
			break
		}
		// Judged where it will lie, so that nothing is allocated for it.
		dst = append(dst, v.table.held[i].candidate())
		if last := len(dst) - 1; !keep(&dst[last]) {
			dst = dst[:last]
		}
	}
	return dst
}
