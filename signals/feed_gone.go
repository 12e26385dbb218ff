package signals

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"example.com/opentime/rules"
)

// maxGone bounds the items kept that a feed has no more.
const maxGone = 100_000

// goneItem is an item that its feed has no more, as last known, in the file of
// such items: one a line. It is a cache: a file that cannot be read is none.
type goneItem struct {
	Item  *rules.Item
	Names []string // of Item.More
}

func (f *feed) goneName() string { return filepath.Join(f.Keep, f.ID+".gone") }

// readGone returns the items that the feed had before the last start, so that
// mails sent then still show them.
func (f *feed) readGone() []*rules.Item {
	if f.Keep == "" {
		return nil
	}
	in, err := os.Open(f.goneName())
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			slog.Warn("items gone from a feed were not read", "feed", f.ID, "err", err)
		}
		return nil
	}
	defer func() { _ = in.Close() }()
	var items []*rules.Item
	for decoder := json.NewDecoder(bufio.NewReader(in)); len(items) < maxGone; {
		var gone goneItem
		if decoder.Decode(&gone) != nil {
			return items
		}
		if item := f.declaredNow(&gone); item != nil {
			items = append(items, item)
		}
	}
	return items
}

// declaredNow returns an item with its attributes as they are declared now; nil
// if it is none.
func (f *feed) declaredNow(gone *goneItem) *rules.Item {
	item := gone.Item
	if item == nil || checkID("item", item.ID) != nil || item.Link != "" && f.checkLink(item.Link) != nil {
		return nil
	}
	before := item.More
	item.More, item.Declared = make([]rules.Value, len(f.Attributes)), f.Attributes
	for i, name := range gone.Names {
		if now := f.declared(name); now >= 0 && i < len(before) && before[i].Type == f.Attributes[now].Type {
			item.More[now] = before[i]
		}
	}
	return item
}

// keepGone writes the items that the feed has no more.
func (f *feed) keepGone(items []*rules.Item) {
	if f.Keep == "" {
		return
	}
	if err := f.writeGone(items[:min(len(items), maxGone)]); err != nil {
		slog.Warn("items gone from a feed were not kept", "feed", f.ID, "err", err)
	}
}

func (f *feed) writeGone(items []*rules.Item) error {
	if err := os.MkdirAll(f.Keep, 0o750); err != nil {
		return fmt.Errorf("keep gone items: %w", err)
	}
	file, err := os.CreateTemp(f.Keep, "."+f.ID+"-*")
	if err != nil {
		return fmt.Errorf("keep gone items: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already where it was renamed
	out := bufio.NewWriter(file)
	encoder := json.NewEncoder(out)
	for _, item := range items {
		gone := goneItem{Item: item}
		for _, a := range item.Declared {
			gone.Names = append(gone.Names, a.Name)
		}
		if err := encoder.Encode(gone); err != nil {
			break // out says it too
		}
	}
	if err := errors.Join(out.Flush(), file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("keep gone items: %w", err)
	}
	if err := os.Rename(file.Name(), f.goneName()); err != nil {
		return fmt.Errorf("keep gone items: %w", err)
	}
	return nil
}

// addGone puts items that the feed had before the last start into a table.
func (x *Catalogue) addGone(next *table, content *FeedContent) {
	for _, item := range content.gone {
		i, ok := next.byID[item.ID]
		if !ok {
			k := newKnown()
			x.known[item.ID] = k
			i = next.add(item.ID, &held{known: k})
		}
		if next.held[i].item == nil {
			h := &held{base: item, feed: content.feed, gone: true, known: next.held[i].known}
			h.item = x.patched(h, x.config.Now().UnixMilli())
			next.held[i] = h
		}
	}
}

// goneFrom returns the items of a table that a feed has no more.
func goneFrom(t *table, feed string) []*rules.Item {
	var items []*rules.Item
	for _, h := range t.held {
		if h.gone && h.feed == feed {
			items = append(items, h.item)
		}
	}
	return items
}

func idsOf(items []*rules.Item) []string {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	slices.Sort(ids)
	return ids
}
