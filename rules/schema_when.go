package rules

import (
	"strings"

	"example.com/opentime/strict"
)

// wordPattern matches a word of a signal's name.
const wordPattern = `[A-Za-z0-9_-]+`

// comparedTypes are the types of signals that conditions compare.
var comparedTypes = [...]Type{
	Text, TextList, Number, Percent, Money, Boolean, Time, Weekday, Month, Date, Yearly, Moment, Duration,
}

// conditions are the definitions of conditions: those of rules, and those of
// segments, which have no item and no answer in scope.
func (w *vocabulary) conditions(shared *strict.Node) map[string]strict.Shape {
	defs := map[string]strict.Shape{
		"behaviour": behaviourFields.Shape(), "segment": segmentShape(shared), "signal": w.signal(), "where": w.where(),
		"matcher": strict.OneOrMore(strict.Shape{Type: strict.TextShape().Type}),
	}
	for _, t := range comparedTypes {
		about, _ := typeHelp(t)
		defs["matcher-"+t.String()] = matcherShape(&known{typ: t}).Says(upperFirst(about) + ", or a list: any of them.")
	}
	for _, of := range []string{"", "segment-"} {
		self := strict.RefShape(of + "conditions")
		listed := strict.ListShape(self)
		listed.MinItems = 1
		one := self
		one.MaxProperties = 1
		defs[of+"conditions"] = w.conditionsOf(of)
		defs[of+"listed"] = listed
		defs[of+"not"] = strict.Shape{AnyOf: []strict.Shape{one, listed}}
	}
	return defs
}

// conditionsOf is a map of conditions; of says whose: "" a rule's.
func (w *vocabulary) conditionsOf(of string) strict.Shape {
	s := conditionFields.Shape()
	s.MinProperties, s.PatternProperties = 1, map[string]strict.Shape{}
	for _, word := range []string{"any", "all", "not"} {
		nested := s.Properties[word]
		nested.Ref = strings.Replace(nested.Ref, "$defs/", "$defs/"+of, 1)
		s.Properties[word] = nested
	}
	scoped := of == ""
	for _, k := range w.signals {
		switch {
		case k.typ == Picture, !scoped && (k.ofItem() || k.kind == AnswerRef):
		case w.free(k):
			s.PatternProperties[freePattern(k)] = matcherOf(k)
		default:
			s.Properties[k.name] = matcherOf(k)
		}
	}
	for _, pattern := range w.freeNames(scoped) {
		s.PatternProperties[pattern] = strict.RefShape("matcher")
	}
	return s
}

// matcherOf is what a signal is compared with.
func matcherOf(k *known) strict.Shape {
	switch {
	case k.typ == Unknown:
		return strict.RefShape("matcher")
	case k.country:
		return matcherShape(k).Says("An ISO code of a country, or a list: any of them.")
	case len(k.values) > 0 && (k.typ == Text || k.typ == TextList):
		return matcherShape(k).Says("One of " + known12(k.values) + ", or a list: any of them.")
	}
	return strict.RefShape("matcher-" + k.typ.String())
}

// free reports whether a part of a signal's name stands for any id.
func (w *vocabulary) free(k *known) bool {
	return w.any && k.kind == NoRef && k.signal.Source == NearSource
}

// freePattern matches the names that a signal of a list of places stands for.
func freePattern(k *known) string { return `^near\.` + wordPattern + `\.` + k.signal.Key + "$" }

// freeNames are patterns of the names with an id in them: of an item, a tag, a
// block, a parameter; in brackets any. Where the sender may be any, so may be
// what it declares.
func (w *vocabulary) freeNames(scoped bool) []string {
	word := wordPattern
	names := []string{
		`^` + word + `[^\[]*\[[^\]]+\]`, `^stock\.` + word + `(?:@.+)?$`, `^interest\.` + word + `$`, `^parameters\.` + word + `$`,
		`^(?:answered|results)\.` + word + `(?:\.` + word + `)?$`, `^item\.` + word + `\.` + word + `$`,
	}
	if scoped {
		names = append(names, `^item\.stock@.+$`)
	}
	if w.any {
		names = append(names, `^(?:profile|code)\.`+word+`$`)
	}
	if w.any && scoped {
		names = append(names, `^item\.`+word+`$`)
	}
	return names
}

// beginnings matches the names with an id in them and the beginnings of names,
// as they stand in a test's given.
func (w *vocabulary) beginnings() string {
	free := `stock|item|interest|answered|results|parameters`
	if w.any {
		free += `|near|profile|code`
	}
	return `^(?:client|here|weather|cart|near|profile|code)$|^near\.` + wordPattern + `$|^(?:` + free + `)(?:[.@]|$)|^` + wordPattern + `[^\[]*\[`
}

// signal is the name of a signal, as known takes it.
func (w *vocabulary) signal() strict.Shape {
	exact := strict.Shape{Type: []string{"string"}}
	patterns := w.freeNames(true)
	for _, k := range w.signals {
		if w.free(k) {
			patterns = append(patterns, freePattern(k))
			continue
		}
		exact.Enum = append(exact.Enum, k.name)
	}
	free := strict.Shape{Type: []string{"string"}, Pattern: strings.Join(patterns, "|"), Remedy: "write the name of a signal, such as weather.rain"}
	return strict.Shape{AnyOf: []strict.Shape{exact, free}}
}

// where is matchers on attributes of items, by their names alone.
func (w *vocabulary) where() strict.Shape {
	s := strict.Shape{
		Type: []string{"object"}, MinProperties: 1, Others: false, Properties: map[string]strict.Shape{},
		PatternProperties: map[string]strict.Shape{`^stock@.+$|\[[^\]]+\]`: strict.RefShape("matcher")},
	}
	for _, k := range w.signals {
		if name, ok := strings.CutPrefix(k.name, "item."); ok && k.typ != Picture {
			s.Properties[name] = matcherOf(k)
		}
	}
	if w.any {
		s.PatternProperties["^"+wordPattern+"$"] = strict.RefShape("matcher")
	}
	return s
}

// segmentShape is the id of a segment: of the campaign, or a shared one.
func segmentShape(shared *strict.Node) strict.Shape {
	if shared == nil || len(shared.Entries) == 0 {
		return strict.IDShape()
	}
	var ids []string
	for _, e := range shared.Entries {
		ids = append(ids, e.Key.Text)
	}
	return strict.Shape{AnyOf: []strict.Shape{strict.WordShape(ids...), strict.IDShape()}}
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
