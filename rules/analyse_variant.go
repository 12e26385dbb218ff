package rules

import (
	"iter"
	"reflect"
	"slices"
)

// sure reports whether a rule is shown wherever it holds: its pictures name
// nothing that may be unknown.
func (a *analysis) sure(x *ruled) bool {
	for _, v := range x.variants() {
		if !v.sure() {
			return false
		}
	}
	for _, b := range x.boxes {
		a.spend(len(b))
		for _, s := range b {
			if ofItem(a.atoms[s.atom].ref) {
				return false // there may be none
			}
		}
	}
	return true
}

// sure reports whether a variant is always complete.
func (v *Variant) sure() bool {
	if v.Nothing {
		return true
	}
	for i := range v.Values {
		declared, e := &v.Layout.Values[i], &v.Values[i]
		if !declared.Optional && !e.sure() || e.Type == Moment && declared.Name == "until" {
			return false
		}
	}
	return !v.hasItem() && (v.Link == nil || sureTexts(v.Link))
}

// sure reports whether what is given is known to anybody at any time.
func (e *Expr) sure() bool {
	switch e.Type {
	case Unknown:
		return false
	case Number, Moment, TextList:
		return e.Ref.Kind == NoRef
	}
	return sureTexts(e.Texts)
}

// sureTexts reports whether in every locale one of the texts can always be
// written.
func sureTexts(texts [][]Template) bool {
	for _, all := range texts {
		if !slices.ContainsFunc(all, Template.sure) {
			return false
		}
	}
	return true
}

func (t Template) sure() bool {
	return len(t) > 0 && !slices.ContainsFunc(t, func(p Piece) bool { return !alwaysKnown(p.Ref) })
}

// alwaysKnown reports whether a reference is to a text or number of the
// campaign's own.
func alwaysKnown(ref Ref) bool {
	switch ref.Kind {
	case NoRef, CampaignRef, BlockRef, RuleRef, VariantRef, PositionRef:
		return true
	}
	return ref.Kind == AnswerRef && AnswerPart(ref.Index) == AnswerText
}

// alike reports rules that show the same, where they can be one. Those of a
// split cannot: each draws its own.
func (a *analysis) alike() {
	if slices.ContainsFunc(a.c.Append, func(x Append) bool { return slices.ContainsFunc(x.Text, Piece.namesRule) }) {
		return // each leads elsewhere
	}
	last := map[uint64]int{}
	for j := range a.rules {
		x := &a.rules[j]
		if x.lost || x.many || len(x.Split) > 0 {
			continue
		}
		looks := x.Variant.print()
		i, ok := last[looks]
		last[looks] = j
		if !ok || !sameVariant(a.rules[i].Variant, x.Variant) || !a.joins(i, j) {
			continue
		}
		before := &a.rules[i]
		if x.When == nil {
			a.l.Warnf(before.nameNode(), "rule %q shows the same as rule %q (line %d), which always holds; remove it", before.Name, x.Name, x.Node.Line)
			continue
		}
		a.l.Warnf(x.nameNode(), "rule %q shows the same as rule %q (line %d); join them with any", x.Name, before.Name, before.Node.Line)
	}
}

func (p Piece) namesRule() bool { return p.Ref.Kind == RuleRef }

// joins reports whether the rules i and j can be one: no rule between them holds
// with one of them, which can then move to the other.
func (a *analysis) joins(i, j int) bool {
	return a.free(i, a.rules[i+1:j]) || a.free(j, a.rules[i+1:j])
}

// free reports whether a rule never holds together with others.
func (a *analysis) free(i int, others []ruled) bool {
	for k := range others {
		if others[k].many || a.spent() || !a.allApart(a.rules[i].boxes, others[k].boxes) {
			return false
		}
	}
	return true
}

// sameVariant reports whether two variants look and lead alike, whatever is
// known and whichever rule they are of.
func sameVariant(x, y *Variant) bool {
	if x.Nothing || y.Nothing {
		return x.Nothing == y.Nothing
	}
	for p := range x.pieces() {
		if p.namesRule() {
			return false
		}
	}
	return x.Layout == y.Layout && x.Item == y.Item && sameList(x.List, y.List) &&
		reflect.DeepEqual(x.Values, y.Values) && reflect.DeepEqual(x.Link, y.Link) && reflect.DeepEqual(x.After, y.After)
}

// sameList reports whether two lists have the same items: those inherited from
// one place, or fixed ids.
func sameList(x, y *List) bool {
	switch {
	case x == nil || y == nil:
		return x == y
	case x.Node == y.Node:
		return true
	}
	return len(x.IDs) > 0 && slices.Equal(x.IDs, y.IDs)
}

// pieces goes through the pieces of all texts of a variant.
func (v *Variant) pieces() iter.Seq[*Piece] {
	return func(yield func(*Piece) bool) {
		texts := slices.Concat(v.Link, v.After)
		for i := range v.Values {
			texts = append(texts, v.Values[i].Texts...)
		}
		for _, all := range texts {
			for _, t := range all {
				for i := range t {
					if !yield(&t[i]) {
						return
					}
				}
			}
		}
	}
}

// print tells most variants apart (FNV-1a).
func (v *Variant) print() uint64 {
	h := uint64(14695981039346656037)
	add := func(n uint64) { h = (h ^ n) * 1099511628211 }
	text := func(s string) {
		add(uint64(len(s)))
		for i := range len(s) {
			add(uint64(s[i]))
		}
	}
	if v.Nothing {
		return h
	}
	text(v.Layout.ID)
	text(v.Item)
	for i := range v.Values {
		e := &v.Values[i]
		add(uint64(e.Type))
		add(uint64(e.Ref.Kind)<<32 | uint64(e.Ref.Index))
		add(uint64(e.Literal.N))
		add(uint64(e.Offset))
	}
	for p := range v.pieces() {
		text(p.Literal)
		add(uint64(p.Ref.Kind)<<32 | uint64(p.Ref.Index))
	}
	return h
}
