package rules

import (
	"regexp"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

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
	for _, sig := range w.signals {
		switch {
		case sig.known.typ == Picture, of != "" && sig.scoped:
		case sig.pattern != "":
			s.PatternProperties[sig.pattern] = sig.matcher()
		default:
			s.Properties[sig.name] = sig.matcher()
		}
	}
	s.PatternProperties[bracketPattern] = strict.RefShape("matcher")
	return s
}

// bracketPattern matches a signal's name with an id in brackets.
const bracketPattern = "^" + wordPattern + `[^\[]*\[[^\]]+\]`

// beginnings matches the names with an id in them and the beginnings of names,
// as they stand in a test's given.
func (w *vocabulary) beginnings() string {
	patterns := []string{bracketPattern, `^item\.` + wordPattern + `\.stock@.+$`} // as another name of stock
	for _, sig := range w.signals {
		pattern := strings.TrimSuffix(sig.pattern, "$")
		if pattern == "" {
			pattern = "^" + regexp.QuoteMeta(sig.name)
		}
		for i := strings.LastIndex(pattern, `\.`); i > 0; i = strings.LastIndex(pattern[:i], `\.`) {
			if begins := pattern[:i] + "$"; !slices.Contains(patterns, begins) {
				patterns = append(patterns, begins)
			}
		}
		if sig.pattern != "" {
			patterns = append(patterns, sig.pattern)
		}
	}
	return strings.Join(patterns, "|")
}

// signal is the name of a signal, as known takes it.
func (w *vocabulary) signal() strict.Shape {
	exact, patterns := strict.Shape{Type: []string{"string"}}, []string{bracketPattern}
	for _, sig := range w.signals {
		if sig.pattern != "" {
			patterns = append(patterns, sig.pattern)
			continue
		}
		exact.Enum = append(exact.Enum, sig.name)
	}
	free := strict.Shape{Type: []string{"string"}, Pattern: strings.Join(patterns, "|"), Remedy: "write the name of a signal, such as weather.rain"}
	return strict.Shape{AnyOf: []strict.Shape{exact, free}}
}

// where is matchers on attributes of items, by their names alone.
func (w *vocabulary) where() strict.Shape {
	s := strict.Shape{
		Type: []string{"object"}, MinProperties: 1, Others: false, Properties: map[string]strict.Shape{},
		PatternProperties: map[string]strict.Shape{`\[[^\]]+\]`: strict.RefShape("matcher")},
	}
	for _, sig := range w.signals {
		name, ok := strings.CutPrefix(sig.name, "item.")
		switch {
		case !ok || !sig.scoped || sig.known.typ == Picture:
		case sig.pattern != "":
			s.PatternProperties["^"+strings.TrimPrefix(sig.pattern, `^item\.`)] = strict.RefShape("matcher")
		default:
			s.Properties[name] = sig.matcher()
		}
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
