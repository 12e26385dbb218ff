package rules

import (
	"maps"
	"slices"

	"example.com/opentime/strict"
)

// written reports what is wrong with a key of a variant where it is written,
// also if nearer ones replace it everywhere and no variant comes to use it.
func (l *loader) written(e strict.Entry) {
	n := e.Value
	if drops(n) {
		return
	}
	switch e.Key.Text {
	case "layout":
		l.layout(n)
	case "item":
		l.oneItem(n)
	case "items":
		(&variantLoader{loader: l}).list(n, &List{})
	case "link", "after":
		l.eachText(n, l.constantLink)
	default:
		l.eachText(n, func(*strict.Node) {})
	}
}

// layout returns the layout of that name.
func (l *loader) layout(n *strict.Node) (*Layout, bool) {
	layout, ok := l.sender.Layouts[l.Text(n)]
	switch {
	case ok:
	case n.Text == "nothing", n.Text == "none":
		l.Errorf(n, "nothing is no layout; write nothing in the place of the whole variant, show: nothing")
	default:
		l.Errorf(n, "unknown layout %q; %s", n.Text, strict.DidYouMean(n.Text, slices.Sorted(maps.Keys(l.sender.Layouts))))
	}
	return layout, ok
}

// eachText calls read for a text, each of a list of them, or those of each
// locale of a map.
func (l *loader) eachText(n *strict.Node, read func(*strict.Node)) {
	switch n.Kind {
	case strict.Scalar:
		read(n)
	case strict.List:
		if l.mapsAmong(n) {
			return
		}
		for _, item := range n.Items {
			if l.Text(item); item.Kind == strict.Scalar {
				read(item)
			}
		}
	case strict.Map:
		for _, e := range n.Entries {
			if e.Value.Kind == strict.Map {
				l.Errorf(e.Value, "expected a text or a list of texts; write one")
				continue
			}
			l.eachText(e.Value, read)
		}
	}
}
