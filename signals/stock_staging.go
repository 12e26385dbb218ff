package signals

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// stockKey names a count.
type stockKey struct{ item, place string }

// staging holds what rows change until it is safe on disk.
type staging struct {
	x       *Catalogue
	table   *table
	now     time.Time
	counts  map[stockKey]count
	patches map[string]map[string]fact // by item, then attribute
}

func newStaging(x *Catalogue, now time.Time) *staging {
	return &staging{x: x, table: x.table.Load(), now: now, counts: map[stockKey]count{}, patches: map[string]map[string]fact{}}
}

// stock takes a count, or says why not.
func (s *staging) stock(row *StockRow, received time.Time) error {
	if row.unknown != "" {
		return fmt.Errorf("unknown key %q; %s", row.unknown, strict.DidYouMean(row.unknown, stockKeys[:]))
	}
	if err := checkID("item", row.Item); err != nil {
		return err
	}
	if row.Place != "" {
		if err := checkID("place", row.Place); err != nil {
			return err
		}
		if has := s.x.config.HasPlace; has != nil && !row.ours && !has(row.Place) {
			return fmt.Errorf("no place %q; add it to a list of places first", row.Place)
		}
	}
	n, err := rowCount(row.Count)
	if err != nil {
		return err
	}
	at, err := rules.FactTime(row.At, received)
	if err != nil {
		return err
	}
	key, next := stockKey{row.Item, row.Place}, count{n, stamp{at, fromAPI}}
	if !next.stamp.beats(s.against(s.stampOf(key)), s.now.UnixMilli()) {
		return errOlder
	}
	s.counts[key] = next
	return nil
}

// against is a stamp as what the API says now is compared with it.
func (s *staging) against(old stamp) stamp {
	old.at = rules.KeptTime(old.at, s.now)
	return old
}

// stampOf returns when the count under key was true, by these rows or before.
func (s *staging) stampOf(key stockKey) stamp {
	if c, ok := s.counts[key]; ok {
		return c.stamp
	}
	k := s.x.known[key.item]
	switch {
	case k == nil:
	case key.place == "":
		return k.stamp
	default:
		if p := k.place(key.place); p != nil {
			return p.stamp
		}
	}
	return stamp{}
}

// item takes the attributes of a row, all or none, or says why not.
func (s *staging) item(row *ItemRow, received time.Time) error {
	if err := checkID("item", row.ID); err != nil {
		return err
	}
	i, ok := s.table.byID[row.ID]
	if !ok || s.table.held[i].item == nil {
		return fmt.Errorf("no feed has an item %q; send its attributes once one does", row.ID)
	}
	if len(row.Values) == 0 {
		return errors.New("nothing to change; write an attribute such as price")
	}
	at, err := rules.FactTime(row.At, received)
	if err != nil {
		return err
	}
	h := s.table.held[i]
	next := stamp{at, fromAPI}
	taken := map[string]fact{}
	for _, name := range slices.Sorted(maps.Keys(row.Values)) {
		value, err := s.x.feeds[h.feed].patch(name, row.Values[name])
		if err != nil {
			return err
		}
		if next.beats(s.against(s.patchStamp(row.ID, name, h)), s.now.UnixMilli()) {
			taken[name] = fact{value, next}
		}
	}
	if len(taken) == 0 {
		return errOlder
	}
	if s.patches[row.ID] == nil {
		s.patches[row.ID] = map[string]fact{}
	}
	maps.Copy(s.patches[row.ID], taken)
	return nil
}

// patchStamp returns when an attribute of an item was true, by these rows, by
// the API or by its feed.
func (s *staging) patchStamp(id, name string, h *held) stamp {
	if f, ok := s.patches[id][name]; ok {
		return f.stamp
	}
	feed := s.x.loaded[h.feed].stamp
	if f, ok := h.known.patches[name]; ok && !feed.beats(f.stamp, s.now.UnixMilli()) {
		return f.stamp
	}
	return feed
}

// patch reads an attribute as PATCH gives it.
func (f *feed) patch(name string, raw any) (rules.Value, error) {
	t, ok := f.typeOf(name)
	if !ok {
		if name == "stock" {
			return rules.Value{}, errors.New("stock is not changed here; send it to /v1/stock")
		}
		return rules.Value{}, fmt.Errorf("unknown attribute %q; %s", name, strict.DidYouMean(name, f.patchable()))
	}
	text, err := rules.FactText(raw)
	if err != nil {
		return rules.Value{}, fmt.Errorf("%s: %w", name, err)
	}
	value, err := f.value(name, t, text)
	if err != nil {
		return rules.Value{}, fmt.Errorf("%s: %w", name, err)
	}
	return value, nil
}

// keep writes what the rows changed to the store.
func (s *staging) keep() error {
	if s.x.config.Store == nil || len(s.counts) == 0 && len(s.patches) == 0 {
		return nil
	}
	return s.x.config.Store.PutFacts(func(put func(item, place string, at int64, payload []byte)) {
		var payload []byte
		items := map[string]bool{}
		for key, c := range s.counts {
			if key.place == "" {
				items[key.item] = true
				continue
			}
			var unknown []byte
			if k := s.x.known[key.item]; k != nil && k.place(key.place) != nil {
				unknown = k.place(key.place).unknown
			}
			payload = appendFacts(payload[:0], c, nil, unknown)
			put(key.item, key.place, c.stamp.at, payload)
		}
		for id := range s.patches {
			items[id] = true
		}
		for id := range items {
			c, patches, unknown := s.merged(id)
			payload = appendFacts(payload[:0], c, patches, unknown)
			put(id, "", newest(c, patches), payload)
		}
	})
}

// merged returns what the API has said of an item, these rows included.
func (s *staging) merged(id string) (count, map[string]fact, []byte) {
	var c count
	var unknown []byte
	patches := map[string]fact{}
	if k := s.x.known[id]; k != nil {
		c, unknown = k.pushed, k.unknown
		maps.Copy(patches, k.patches)
	}
	if staged, ok := s.counts[stockKey{item: id}]; ok {
		c = staged
	}
	maps.Copy(patches, s.patches[id])
	return c, patches, unknown
}

// publish shows readers what the rows changed: counts in place, items by a new
// table.
func (s *staging) publish() {
	next := s.grown()
	for key, c := range s.counts {
		k := s.x.known[key.item]
		if key.place != "" {
			k.setPlace(key.place, c)
			continue
		}
		k.pushed = c
		k.setTotal(c)
	}
	if len(s.patches) > 0 {
		if next == nil {
			next = s.table.clone(false)
		}
		s.patchItems(next)
	}
	if next != nil {
		s.x.swap(next)
		return
	}
	if len(s.counts) > 0 {
		s.x.version.Add(1)
	}
}

// grown returns a table with the items that are new to it; nil if none is.
func (s *staging) grown() *table {
	var next *table
	for key := range s.counts {
		if s.x.known[key.item] != nil {
			continue
		}
		if next == nil {
			next = s.table.clone(true)
		}
		k := newKnown()
		s.x.known[key.item] = k
		next.add(key.item, &held{known: k})
	}
	return next
}

// patchItems puts changed items into a table.
func (s *staging) patchItems(next *table) {
	moved := map[string]bool{} // feeds whose order may be another
	for id, patches := range s.patches {
		h := *next.held[next.byID[id]]
		if h.known.patches == nil {
			h.known.patches = map[string]fact{}
		}
		maps.Copy(h.known.patches, patches)
		h.item = s.x.patched(&h, s.now.UnixMilli())
		next.held[next.byID[id]] = &h
		for name := range patches {
			delete(s.x.by, name)
			if name == "rating" || name == "reviews" || name == "starts" {
				moved[h.feed] = true
			}
		}
	}
	for feed := range moved {
		next.views[feed].arrange()
	}
}

// patched returns an item with the API's attributes that its feed's row does not
// beat.
func (x *Catalogue) patched(h *held, now int64) *rules.Item {
	f, of := x.feeds[h.feed], x.loaded[h.feed].stamp
	item := h.base
	for name, p := range h.known.patches {
		t, ok := f.typeOf(name)
		if !ok || p.value.Known() && p.value.Type != t || of.beats(p.stamp, now) {
			continue
		}
		if item == h.base {
			copied := *item
			copied.More = slices.Clone(item.More)
			item = &copied
		}
		f.set(item, name, p.value)
	}
	return item
}
