package signals

import (
	"slices"
	"time"

	"example.com/opentime/rules"
)

// A source that missed this many refreshes, and for this long at least, is
// stale; after more of them, what a feed said of stock and prices is unknown.
const (
	staleAfter   = 3
	unknownAfter = 10
	staleAtLeast = 15 * time.Minute
)

// heard notes whether a feed's source answered. One that has not since the
// start is stale at once: nobody knows how old its last good copy is. The
// caller holds f.refreshing.
func (x *Catalogue) heard(f *feed, ok bool) {
	now := x.config.Now()
	if ok {
		f.answered, f.missed = now, 0
		x.setStale(f, false)
		return
	}
	f.missed++
	if f.answered.IsZero() {
		x.setStale(f, true)
		return
	}
	// An asking that took longer than a refresh has missed more than one.
	f.missed = max(f.missed, int(now.Sub(f.answered)/f.Refresh))
	x.setStale(f, f.missed >= staleAfter && now.Sub(f.answered) >= staleAtLeast)
}

func (x *Catalogue) setStale(f *feed, stale bool) {
	if f.stale.Swap(stale) == stale {
		return
	}
	if stale {
		x.stale.Add(1)
	} else {
		x.stale.Add(-1)
	}
}

// overdue reports whether the source has been away for so long that what
// passes is unknown. The caller holds f.refreshing.
func (f *feed) overdue(now time.Time) bool {
	return f.missed >= unknownAfter && now.Sub(f.answered) >= staleAtLeast
}

// Stale reports whether the source of a feed that the campaign uses has missed
// three refreshes, and for a quarter of an hour.
func (x *Catalogue) Stale(c *rules.Campaign) bool {
	if x.stale.Load() == 0 {
		return false
	}
	if x.staleFeed(c.Catalogue) && asksItems(c) {
		return true
	}
	t := x.table.Load()
	for i := range c.Signals {
		// Counts at places are pushed.
		if sig := &c.Signals[i]; sig.Source == rules.StockSource && sig.At == "" && x.staleFeed(t.polled(sig.Key)) {
			return true
		}
	}
	return false
}

func (x *Catalogue) staleFeed(id string) bool {
	f := x.feeds[id]
	return f != nil && f.stale.Load()
}

// polled returns the feed that an item's count is from; "" if it was pushed.
func (t *table) polled(item string) string {
	if i, ok := t.byID[item]; ok && t.held[i].known.polled.Load() {
		return t.held[i].feed
	}
	return ""
}

// asksItems reports whether anything of the campaign shows or asks about items
// of its catalogue.
func asksItems(c *rules.Campaign) bool {
	for i := range c.Signals {
		if c.Signals[i].Source == rules.ItemSource {
			return true
		}
	}
	for _, b := range c.Blocks {
		if showsItems(b.Fallback) {
			return true
		}
		for _, rule := range b.Rules {
			if showsItems(rule.Variant) || slices.ContainsFunc(rule.Split, showsItems) {
				return true
			}
		}
	}
	return false
}

func showsItems(v *rules.Variant) bool { return v != nil && (v.Item != "" || v.List != nil) }
