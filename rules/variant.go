package rules

import (
	"maps"
	"slices"

	"example.com/opentime/strict"
)

// layer is one `show`, `fallback` or what is laid over it.
type layer struct {
	node    *strict.Node
	nothing bool
	wrong   bool // no variant at all
	entries []strict.Entry
}

// layer reads a variant as it is written.
func (l *loader) layer(n *strict.Node) layer {
	if n.Kind == strict.Scalar && n.Text == "nothing" {
		return layer{node: n, nothing: true}
	}
	if n.Kind != strict.Map {
		l.Errorf(n, "expected a variant; write {layout: ..., ...} or nothing")
		return layer{node: n, wrong: true}
	}
	if item, items := n.Find("item"), n.Find("items"); item != nil && items != nil {
		l.Errorf(items, "item and items stand in one variant; keep one")
	}
	for _, e := range n.Entries {
		l.written(e)
	}
	return layer{node: n, entries: l.slips(n)}
}

// given is the value of a key and how near it was written.
type given struct {
	key, value *strict.Node
	level      int
	under      *given // what it replaces, for a fallback that cannot use it
}

// dropped reports whether the value is "", the way to drop an inherited one.
func (g given) dropped() bool { return drops(g.value) }

// drops reports whether a value is "".
func drops(n *strict.Node) bool { return n.Kind == strict.Scalar && n.Quoted && n.Text == "" }

// merged is what a variant comes to with everything inherited.
type merged struct {
	node    *strict.Node // the nearest written, or the block
	nothing bool
	wrong   bool // one layer is no variant
	damaged bool // part of it could not be read
	values  map[string]given
}

// merge lays the layers over one another, the farthest first.
func merge(node *strict.Node, layers []layer) merged {
	m := merged{node: node, values: map[string]given{}}
	for level, from := range layers {
		if from.node == nil {
			continue
		}
		m.wrong, m.damaged = m.wrong || from.wrong, m.damaged || from.node.Reported()
		if from.nothing {
			m.nothing = true
			continue
		}
		m.nothing = m.nothing && len(from.entries) == 0
		for _, e := range from.entries {
			switch e.Key.Text {
			case "item":
				delete(m.values, "items")
			case "items":
				delete(m.values, "item")
			}
			g := given{key: e.Key, value: e.Value, level: level}
			if farther, ok := m.values[e.Key.Text]; ok {
				g.under = &farther
			}
			m.values[e.Key.Text] = g
		}
	}
	return m
}

// get returns what is given for a key, unless nothing or "" is.
func (m *merged) get(key string) (given, bool) {
	g, ok := m.values[key]
	return g, ok && !g.dropped()
}

// variantLoader compiles one variant.
type variantLoader struct {
	*loader
	merged
	b           *Block
	fallback    bool
	ownFallback bool
	own         int  // the level that is written in the fallback itself
	partial     bool // what it lacks is not reported
	strange     bool // has a key that may be meant for what it lacks
	v           *Variant
}

// variant compiles what the layers come to; nil where it has no layout.
func (l *loader) variant(vl variantLoader) *Variant {
	vl.loader = l
	vl.v = &Variant{ID: "none", Node: vl.node, Nothing: vl.nothing}
	vl.strange = vl.damaged
	if vl.nothing {
		return vl.v
	}
	g, ok := vl.get("layout")
	switch {
	case vl.wrong, !ok && vl.damaged:
		return nil // reported
	case !ok:
		l.Errorf(vl.node, "no layout is given; write layout: and one of %s", known12(slices.Sorted(maps.Keys(l.sender.Layouts))))
		return nil
	}
	if vl.v.Layout, ok = l.layout(g.value); !ok {
		return nil
	}
	vl.items()
	vl.takes(g.level)
	vl.links()
	return vl.v
}

// known12 lists known names for a remedy.
func known12(names []string) string {
	if len(names) == 0 {
		return "the layouts (there are none yet)"
	}
	text := names[0]
	for i, name := range names[1:] {
		if i == 11 {
			return text + " ..."
		}
		text += ", " + name
	}
	return text
}

// scope returns what a text of the variant may name.
func (vl *variantLoader) scope(kind textKind, g given) scope {
	return scope{
		kind: kind, item: vl.v.hasItem(), fallback: vl.fallback, written: g.level >= vl.own,
		block: vl.b,
	}
}

// hasItem reports whether an item is in the variant's scope.
func (v *Variant) hasItem() bool { return v.Item != "" || v.List != nil }

// reserved reports whether a key is no value.
func reserved(key string) bool { return variantFields.Has(key) }

// takes reads what is given for the layout's values and reports what the
// layout does not take or lacks. layoutLevel is where the layout was written.
func (vl *variantLoader) takes(layoutLevel int) {
	layout := vl.v.Layout
	vl.v.Values = make([]Expr, len(layout.Values))
	var names []string
	for _, value := range layout.Values {
		names = append(names, value.Name)
	}
	for _, key := range slices.Sorted(maps.Keys(vl.merged.values)) {
		g := vl.merged.values[key]
		if reserved(key) || slices.Contains(names, key) || g.level < layoutLevel {
			continue
		}
		if key == "show" {
			vl.Errorf(g.key, "a variant has no show in it; write its keys here")
			vl.strange = true
			continue
		}
		vl.Errorf(g.key, "the layout %q takes no %q; %s", layout.ID, key, strict.DidYouMean(key, append(variantFields.Names(), names...)))
		meant := strict.Nearest(key, names)
		if _, has := vl.merged.values[meant]; meant != "" && !has {
			vl.merged.values[meant] = g
		}
		vl.strange = vl.strange || meant == ""
	}
	var missing []string
	ofItem := !vl.v.hasItem()
	for i, value := range layout.Values {
		e, given := vl.value(value)
		if vl.v.Values[i] = e; !given {
			missing = append(missing, value.Name)
			ofItem = ofItem && value.Default != nil
		}
	}
	if len(missing) > 0 && !vl.partial && !vl.strange {
		vl.loader.lacks = append(vl.loader.lacks, lack{
			node: vl.node, layout: vl.merged.values["layout"].value, values: missing, ofItem: ofItem, fallback: vl.fallback, own: vl.ownFallback,
		})
	}
}

// value reads what is given for one of the layout's values, or its default. It is
// not given where it is required and nothing is.
func (vl *variantLoader) value(value LayoutValue) (e Expr, isGiven bool) {
	g, written := vl.merged.values[value.Name]
	for at := &g; written && at != nil && !at.dropped() && e.Type == Unknown; at = at.under {
		e = vl.given(value, *at)
	}
	if e.Type == Unknown && (!written || !g.dropped()) {
		e = vl.fromDefault(value)
	}
	if !value.Optional && e.silent(vl.fallback) && !e.silent(false) {
		vl.Errorf(g.value, "%q is empty in one of the locales, and a fallback is whole in each; write it there", value.Name)
		return e, true
	}
	return e, value.Optional || e.Type != Unknown && !e.silent(vl.fallback)
}

// given reads what is given for a value. It is of type 0 where a fallback cannot
// use it.
func (vl *variantLoader) given(value LayoutValue, g given) Expr {
	if vl.fallback && value.Type == Moment {
		if g.level < vl.own {
			return Expr{}
		}
		vl.Errorf(g.value, "a fallback is true at any time and cannot have a moment; remove it or choose another layout")
		return Expr{Type: value.Type}
	}
	if g.value.Reported() {
		return Expr{Type: value.Type}
	}
	before := len(vl.Problems)
	e := vl.expr(g.value, value, vl.scope(drawnText, g))
	if strict.Bad(vl.Problems[before:]) {
		return Expr{Type: value.Type} // wrong, but given
	}
	return e
}

// lacks reports whether a variant has no value that its layout requires.
func (v *Variant) lacks() bool {
	for i := range v.Values {
		if !v.Layout.Values[i].Optional && (v.Values[i].Type == Unknown || v.Values[i].silent(false)) {
			return true
		}
	}
	return false
}

// silent reports whether texts are given, but in every locale (or, if that is
// enough, in some) only empty ones.
func (e *Expr) silent(some bool) bool {
	empty := 0
	for _, all := range e.Texts {
		if len(all) > 0 && !slices.ContainsFunc(all, func(t Template) bool { return len(t) > 0 }) {
			empty++
		}
	}
	return empty > 0 && (some || empty == len(e.Texts))
}

// fromDefault returns the layout's default for a value: one of item.*. It is
// nothing where no item is in scope, or a fallback may not name it.
func (vl *variantLoader) fromDefault(value LayoutValue) Expr {
	if value.Default == nil {
		return Expr{}
	}
	before, later := len(vl.Problems), vl.later
	e := vl.expr(value.Default, value, scope{kind: defaultText, item: vl.v.hasItem(), fallback: vl.fallback, block: vl.b})
	if len(vl.Problems) > before && (value.Optional || vl.fallback || !vl.v.hasItem()) {
		vl.Problems = vl.Problems[:before]
		return Expr{}
	}
	vl.later = later // what a layout may draw is nothing that the campaign asks for
	return e
}
