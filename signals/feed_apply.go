package signals

import (
	"fmt"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// loaded is what the goroutine that applies changes knows of a feed.
type loaded struct {
	stamp stamp
	ended bool
}

// applyFeed swaps a feed's items for those that were read.
func (x *Catalogue) applyFeed(content *FeedContent) error {
	v := x.table.Load().views[content.feed]
	if err := x.guard(v, content); err != nil {
		return err
	}
	now := x.config.Now().UnixMilli()
	next := x.table.Load().clone(true)
	x.loaded[content.feed] = loaded{content.stamp, content.ended}
	order := make([]int32, 0, len(content.items))
	has := make(map[int32]bool, len(content.items))
	for _, item := range content.items {
		i, ok := x.place(next, content, item, now)
		if ok {
			order = append(order, i)
			has[i] = true
		}
	}
	for i, h := range next.held {
		if h.feed == content.feed && !h.gone && h.item != nil && !has[int32(i)] {
			gone := *h
			gone.gone = true
			next.held[i] = &gone
			if h.known.stamp.from > fromAPI {
				h.known.withoutFeed() // nobody counts it any longer
			}
		}
	}
	x.addGone(next, content)
	next.views[content.feed].order = order
	next.views[content.feed].arrange()
	clear(x.by)
	x.swap(next)
	x.pictures.look()
	return nil
}

// place puts an item into a table, with what the API knows better. It reports
// false where another feed has the id.
func (x *Catalogue) place(next *table, content *FeedContent, item feedItem, now int64) (int32, bool) {
	i, ok := next.byID[item.ID]
	if !ok {
		k := newKnown()
		x.known[item.ID] = k
		i = next.add(item.ID, &held{known: k})
	}
	old := next.held[i]
	if old.item != nil && old.feed != content.feed && !old.gone {
		content.Report.Refused++
		content.Report.Items--
		if len(content.Report.Problems) < maxFeedProblems {
			content.Report.Problems = append(content.Report.Problems, strict.Problem{
				File: x.feeds[content.feed].name(), Line: 1, Col: 1,
				Text: fmt.Sprintf("item %s: feed %s has it already; the row is left out, give each item an id of its own over all feeds", item.ID, old.feed),
			})
		}
		return 0, false
	}
	if item.picture != "" {
		item.Image = x.pictures.ref(item.picture)
	}
	h := &held{base: item.Item, picture: item.picture, feed: content.feed, known: old.known}
	h.item = x.patched(h, now)
	for _, patch := range h.known.patches {
		content.waitFor(patch.stamp, now)
	}
	content.waitFor(h.known.stamp, now)
	next.held[i] = h
	h.known.fed(item.count, content, now)
	return i, true
}

// fed takes what a feed says of the count of all, where it is not older than
// what is known. A feed that was chosen by hand is older than itself before.
func (k *known) fed(n int64, content *FeedContent, now int64) {
	old := k.stamp
	if content.chosen && old.from > fromAPI {
		old = k.pushed.stamp
	}
	switch {
	case n != unknownCount && content.stamp.beats(old, now):
		k.setTotal(count{n, content.stamp})
	case (n == unknownCount || content.chosen) && k.stamp.from > fromAPI:
		// A feed that counted once and no more does not know any longer.
		k.withoutFeed()
	}
}

// waitFor has an undated feed read again, changed or not, when it need no longer
// leave alone what the API said.
func (c *FeedContent) waitFor(old stamp, now int64) {
	if c.stamp.from != fromUndated || old.from != fromAPI || c.stamp.at != 0 && c.stamp.at < old.at {
		return
	}
	at := time.UnixMilli(old.at).Add(undatedLeaves)
	if at.UnixMilli() > now && (c.edge.IsZero() || at.Before(c.edge)) {
		c.edge = at
	}
}

// expireFeed lets what a feed said of stock and prices become unknown: its
// source has been away for too long.
func (x *Catalogue) expireFeed(feed string) {
	next := x.table.Load().clone(false)
	now := x.config.Now().UnixMilli()
	for i, h := range next.held {
		if h.feed != feed || h.item == nil {
			continue
		}
		if h.known.stamp.from > fromAPI {
			h.known.withoutFeed()
		}
		base := *h.base
		base.Price, base.SalePrice, base.InStock = rules.Value{}, rules.Value{}, rules.Value{}
		expired := *h
		expired.base, expired.aged = &base, true
		expired.item = x.patched(&expired, now)
		next.held[i] = &expired
	}
	x.swap(next)
}
