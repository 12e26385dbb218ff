package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// class is a class of links with what its recipients can never see of a block.
type class struct {
	name   string // as in "anonymous links never see ..."
	trust  Trust
	bare   bool     // without x, which proves free text
	unseen string   // in words; "" where it is nothing
	only   bool     // nothing but the fallback is seen
	lacks  []string // what it is not told, by its names
}

// classes says what of the block the classes of links that prove less than others
// can never see. That is as it should be, and a note; where the sender's own links
// are such, it is a warning that they see the fallback only.
func (a *analysis) classes() {
	all := []class{
		{name: "anonymous links", trust: Anonymous},
		{name: "claimed links", trust: Claimed},
		{name: "keyed and signed links without x", trust: Signed, bare: true},
	}
	for i := range all {
		if a.unseen(&all[i]); a.spent() {
			return
		}
	}
	if all[0].unseen == all[1].unseen && slices.Equal(all[0].lacks, all[1].lacks) {
		all[1].name = "anonymous and claimed links"
		all = all[1:]
	}
	for i := range all {
		x := &all[i]
		switch {
		case x.unseen == "":
		case x.only && x.trust == Claimed && a.c.sender.Recipients == Claimed:
			a.l.Warnf(a.b.Node, "recipients are claimed, who see only the fallback here, not told %s; seal ids with opentime sign, or add a rule without", few(x.lacks))
		default:
			a.l.Notef(a.b.Node, "%s %s: they are not told %s", x.name, x.unseen, few(x.lacks))
		}
	}
}

// unseen finds what a class can never see of the block.
func (a *analysis) unseen(x *class) {
	r := a.readerOf(x)
	note := func(word string) {
		if !slices.Contains(x.lacks, word) {
			x.lacks = append(x.lacks, word)
		}
	}
	var hidden, left []string
	others := 0
	for i := range a.rules {
		rule := &a.rules[i]
		if rule.lost {
			continue
		}
		if word := a.blocks(rule, r); word != "" {
			note(word)
			hidden = append(hidden, strconv.Quote(rule.Name))
			continue
		}
		others++
		for _, name := range a.leftOut(rule, r, note) {
			left = append(left, name+" of rule "+strconv.Quote(rule.Name))
		}
	}
	switch {
	case len(hidden) == 0 && len(left) == 0:
	case len(hidden) > 0 && others == 0:
		x.unseen, x.only = "see only the fallback", true
	case len(hidden) == 0:
		x.unseen = "never see " + few(left)
	default:
		x.unseen = "never see rule " + few(hidden)
		if len(hidden) > 1 {
			x.unseen = "never see rules " + few(hidden)
		}
		if len(left) > 0 {
			x.unseen += ", nor " + few(left)
		}
	}
}

// readerOf is somebody whose link is of a class. What it carries is taken as
// proved by x, unless it is without.
func (a *analysis) readerOf(x *class) *reader {
	return &reader{
		lacks: func(ref Ref, _ *TextFormat) string { return a.unproven(ref, x) }, forgotten: x.trust < Keyed, first: x.trust == Anonymous,
	}
}

// unproven is what a signal is called that links of a class are not told, "" if
// they may be.
func (a *analysis) unproven(ref Ref, x *class) string {
	var sig Signal
	switch ref.Kind {
	case ItemRef:
		sig = Signal{Source: ItemSource, Index: ref.Index}
	case SignalRef:
		sig = a.c.Signals[ref.Index]
	default:
		return ""
	}
	if sig.Source == ParameterSource {
		if a.c.Params[sig.Index].Believed(x.trust, !x.bare) {
			return ""
		}
		return sig.Name
	}
	if !a.c.hides(&sig, x.trust) {
		return ""
	}
	return cmp.Or(sig.Name, a.c.nameOf(ref))
}

// leftOut names the values that the pictures of a rule are always without for a
// reader, in every variant that has them, and notes what they are not told.
func (a *analysis) leftOut(x *ruled, r *reader, note func(string)) (names []string) {
	if x.many {
		return nil
	}
	kept := map[string]bool{}
	for _, v := range a.shownTo(x, r) {
		if v.Nothing {
			continue
		}
		for i := range v.Values {
			name := v.Layout.Values[i].Name
			if !v.Layout.Values[i].Optional || v.Values[i].Type == Unknown || kept[name] {
				continue
			}
			word := ""
			for locale := range a.c.Locales {
				d := drawing{analysis: a, reader: r, variant: v, at: x.at, locale: locale}
				if word = d.ofValue(&v.Values[i]); word == "" {
					break
				}
			}
			a.spend(len(a.c.Locales))
			if word == "" {
				kept[name] = true
				names = slices.DeleteFunc(names, func(n string) bool { return n == name })
				continue
			}
			if note(word); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// shownTo are the variants of a rule that a reader may be shown.
func (a *analysis) shownTo(x *ruled, r *reader) []*Variant {
	if all := x.variants(); !r.first {
		return all
	}
	return x.variants()[:1]
}

// few writes some names, and how many there are beside them.
func few(all []string) string {
	const most = 4
	if len(all) > most+1 {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return listed(all)
}
