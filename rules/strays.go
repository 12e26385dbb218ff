package rules

import (
	"fmt"
	"slices"

	"example.com/opentime/strict"
)

// keysOf reads a map of a campaign, a block or a rule. Of a key that belongs
// elsewhere it says where, and it returns those that belong in show.
func (l *loader) keysOf(n *strict.Node, keys strict.Keys) (ofShow []strict.Entry) {
	l.Elsewhere = func(e strict.Entry) string {
		key := e.Key.Text
		switch {
		case slices.ContainsFunc(e.Value.Entries, func(e strict.Entry) bool { return blockFields.Has(e.Key.Text) }):
			return "indent it under blocks if it is a block"
		case campaignFields.Has(key):
			return "move it to the top of the file, beside campaign"
		case blockFields.Has(key):
			return "move it into a block"
		case ruleFields.Has(key):
			return "move it into a rule"
		case reserved(key) || l.drawn(key):
			ofShow = append(ofShow, e)
			return fmt.Sprintf("move it into show: {%s: ...}", key)
		}
		return ""
	}
	l.Map(n, keys)
	l.Elsewhere = nil
	return ofShow
}

// drawn reports whether a layout has a value of that name.
func (l *loader) drawn(name string) bool {
	for _, layout := range l.sender.Layouts {
		if slices.ContainsFunc(layout.Values, func(v LayoutValue) bool { return v.Name == name }) {
			return true
		}
	}
	return false
}

// with lays entries that stand beside a layer, where they do not belong, into it.
func (from layer) with(strays []strict.Entry, beside *strict.Node) layer {
	if len(strays) == 0 || from.nothing {
		return from
	}
	if from.node == nil {
		from.node = beside
	}
	from.entries = slices.Concat(from.entries, strays)
	return from
}

// slips reports the keys of a variant that were meant to be reserved ones, and
// returns its entries with the keys that were meant.
func (l *loader) slips(n *strict.Node) []strict.Entry {
	entries := slices.Clone(n.Entries)
	for i, e := range entries {
		key := strict.Nearest(e.Key.Text, []string{"layout", "item", "items", "link", "after"})
		if key == "" || key == e.Key.Text || n.Find(key) != nil || l.drawn(e.Key.Text) {
			continue
		}
		l.Errorf(e.Key, "unknown key %q; did you mean %q?", e.Key.Text, key)
		meant := *e.Key
		meant.Text = key
		entries[i].Key = &meant
	}
	return entries
}
