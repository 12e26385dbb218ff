package signals

import (
	"fmt"
	"slices"
	"time"
)

// guardError says that a feed looks like half of one, or like a mistake.
type guardError struct {
	what string
	tail string // the item it ends with, where only items behind that are gone
}

func (e guardError) Error() string { return e.what }

// guardFew is how many are too few to tell half a feed from a change of a small
// one.
const guardFew = 10

// guard refuses a feed that is older than the one in use, or looks like half of
// one or a mistake. One that was chosen by hand is let through.
func (x *Catalogue) guard(v *view, content *FeedContent) error {
	if content.chosen {
		return nil
	}
	f := x.feeds[content.feed]
	before := x.loaded[content.feed]
	if s := content.stamp; s.from == fromFeed && before.stamp.from == fromFeed && s.at < before.stamp.at {
		return guardError{what: fmt.Sprintf("it was built %s, before the one in use", time.UnixMilli(s.at).UTC().Format(time.RFC3339))}
	}
	if f.Format.ofLines() && before.ended && !content.ended {
		return guardError{what: "it does not say its end, and the one in use did, so it is cut off"}
	}
	now := make(map[string]feedItem, len(content.items))
	for _, item := range content.items {
		now[item.ID] = item
	}
	for _, share := range []struct {
		guarded
		most float64
	}{
		{guardDuplicates(content), f.Duplicates},
		{guardPrices(content), f.ZeroPrices},
		{v.guardLost(now), f.Lost},
		{v.guardImages(now), f.Images},
	} {
		if err := share.check(share.most); err != nil {
			return err
		}
	}
	return v.guardTail(f, content, now)
}

// guarded is how many of all are not as they should be.
type guarded struct {
	n, all            int
	what, remedy, key string
}

// check refuses more than a share, where those are not few.
func (g *guarded) check(most float64) error {
	if g.n < guardFew || float64(g.n) <= most*float64(g.all) {
		return nil
	}
	return guardError{what: fmt.Sprintf("%d of %d %s, more than guard lets through; %s, or write guard: {%s: %d%%} to the feed in opentime.yaml",
		g.n, g.all, g.what, g.remedy, g.key, (100*g.n+g.all-1)/g.all)}
}

// guardDuplicates counts rows whose item an earlier row has.
func guardDuplicates(content *FeedContent) guarded {
	return guarded{content.twice, content.twice + len(content.items), "rows are of items that an earlier row has", "put them right", "duplicates"}
}

// guardPrices counts prices of zero.
func guardPrices(content *FeedContent) guarded {
	g := guarded{what: "prices are 0", remedy: "put them right", key: "zero_prices"}
	for _, item := range content.items {
		if item.Price.Known() {
			g.all++
			if item.Price.N == 0 {
				g.n++
			}
		}
	}
	return g
}

// guardLost counts items that the feed in use has.
func (v *view) guardLost(now map[string]feedItem) guarded {
	g := guarded{all: len(v.order), what: "items are gone from it", remedy: "put them back", key: "lost"}
	for _, i := range v.order {
		if _, ok := now[v.table.held[i].item.ID]; !ok {
			g.n++
		}
	}
	return g
}

// guardImages counts items that have an image in the feed in use and none now.
func (v *view) guardImages(now map[string]feedItem) guarded {
	g := guarded{what: "images are gone from it", remedy: "put them back", key: "images"}
	for _, i := range v.order {
		h := v.table.held[i]
		item, ok := now[h.item.ID]
		if !ok || h.base.Image == "" && h.picture == "" {
			continue
		}
		g.all++
		if item.Image == "" && item.picture == "" {
			g.n++
		}
	}
	return g
}

// guardTail refuses rows that end before those of the feed in use do, as a feed
// does that is cut off between two rows. One that ends with the same item again
// is believed.
func (v *view) guardTail(f *feed, content *FeedContent, now map[string]feedItem) error {
	if !f.Format.ofLines() || content.ended || len(v.order) == 0 {
		return nil
	}
	gone := 0
	for gone < len(v.order) {
		if _, ok := now[v.table.held[v.order[len(v.order)-1-gone]].item.ID]; ok {
			break
		}
		gone++
	}
	if gone == 0 || gone == len(v.order) {
		return nil
	}
	last := v.table.held[v.order[len(v.order)-1-gone]].item.ID
	for _, item := range slices.Backward(content.items) {
		if item.ID == last {
			break
		}
		if at, ok := v.table.byID[item.ID]; ok && v.table.held[at].feed == v.feed && !v.table.held[at].gone {
			return nil // in another order than before: nothing can be told
		}
	}
	if content.tail == last {
		return nil
	}
	return guardError{tail: last, what: fmt.Sprintf("the last %d items are gone from it, as if it were cut off behind item %s; "+
		"if it ends there at the next refresh too it is taken, have the feed say its end with #end to be sure", gone, last)}
}
