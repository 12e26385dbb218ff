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
	items int
}

// guardError says that a feed looks like half of one.
type guardError struct{ what string }

func (e guardError) Error() string { return e.what }

// applyFeed swaps a feed's items for those that were read, or lets what it said
// of stock and prices become unknown.
func (x *Catalogue) applyFeed(c *change) error {
	if c.content == nil {
		x.expireFeed(c.expire)
		return nil
	}
	content := c.content
	v := x.table.Load().views[content.feed]
	if err := x.guard(v, content); err != nil {
		return err
	}
	now := x.config.Now().UnixMilli()
	next := x.table.Load().clone(true)
	x.loaded[content.feed] = loaded{content.stamp, len(content.items)}
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
		}
	}
	x.addGone(next, content)
	next.views[content.feed].order = order
	next.views[content.feed].arrange()
	x.swap(next)
	return nil
}

// guard refuses a feed that is older than the one in use, or looks like half of
// one.
func (x *Catalogue) guard(v *view, content *FeedContent) error {
	f := x.feeds[content.feed]
	before := x.loaded[content.feed]
	if s := content.stamp; s.from == fromFeed && before.stamp.from == fromFeed && s.at < before.stamp.at {
		return guardError{fmt.Sprintf("it was built %s, before the one in use", time.UnixMilli(s.at).UTC().Format(time.RFC3339))}
	}
	has := make(map[string]bool, len(content.items))
	zero, priced := 0, 0
	for _, item := range content.items {
		has[item.ID] = true
		if item.Price.Known() {
			priced++
			if item.Price.N == 0 {
				zero++
			}
		}
	}
	if tooMany(zero, priced, f.ZeroPrices) {
		return guardError{fmt.Sprintf("%d of %d prices are 0, more than guard lets through; put them right, or write guard: {zero_prices: %d%%} to the feed in opentime.yaml",
			zero, priced, percent(zero, priced))}
	}
	lost := 0
	for _, i := range v.order {
		if !has[v.table.held[i].item.ID] {
			lost++
		}
	}
	if tooMany(lost, len(v.order), f.Lost) {
		return guardError{fmt.Sprintf("%d of %d items are gone from it, more than guard lets through; put them back, or write guard: {lost: %d%%} to the feed in opentime.yaml",
			lost, len(v.order), percent(lost, len(v.order)))}
	}
	return nil
}

// guardFew is how many are too few to tell half a feed from a change of a small
// one.
const guardFew = 10

// tooMany reports whether n of all are more than a share that guard lets through.
func tooMany(n, all int, share float64) bool {
	return n >= guardFew && float64(n) > share*float64(all)
}

// percent is the least whole share that lets n of all through.
func percent(n, all int) int { return (100*n + all - 1) / all }

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
	h := &held{base: item.Item, feed: content.feed, known: old.known}
	h.item = x.patched(h, now)
	for _, patch := range h.known.patches {
		content.waitFor(patch.stamp, now)
	}
	content.waitFor(h.known.stamp, now)
	next.held[i] = h
	if item.count != unknownCount && content.stamp.beats(h.known.stamp, now) {
		h.known.setTotal(count{item.count, content.stamp})
	} else if item.count == unknownCount && h.known.stamp.from > fromAPI {
		// A feed that counted once and no more does not know any longer.
		h.known.withoutFeed()
	}
	return i, true
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
