package rules

import (
	"fmt"
	"slices"

	"example.com/opentime/strict"
)

// Patterns of literals, as literal reads them.
const (
	dayPattern    = `[0-9]{4}-[0-9]{2}-[0-9]{2}`
	clockPattern  = `(?:[01][0-9]|2[0-4]):[0-5][0-9]`
	yearlyPattern = `[0-9]{2}-[0-9]{2}`
	wallPattern   = dayPattern + `(?:[ T]` + clockPattern + `(?::[0-5][0-9])?)?`
	// momentPattern has what splitZone splits: an offset, Z, local or a zone.
	momentPattern = wallPattern + `(?:` + blank + `(?:[+-]` + clockPattern + `|Z)|[\s\x85]+[A-Za-z][A-Za-z0-9_+/-]*)?`
	weekdays      = `(?:mon|tue|wed|thu|fri|sat|sun)`
)

// literalPattern matches a literal of an ordered type; counted are those that
// count from the open as well: today+7d.
func literalPattern(t Type, counted bool) string {
	from := func(word string) string {
		if !counted {
			return ""
		}
		return "|" + word + "(?:[+-]" + strict.DurationPattern() + ")?"
	}
	switch t {
	case Number:
		return strict.NumberPattern()
	case Percent:
		return strict.NumberPattern() + "%"
	case Money:
		return strict.NumberPattern() + ` ` + blank + `[A-Za-z]{3}`
	case Time:
		return clockPattern
	case Weekday:
		return weekdays
	case Month:
		return `(?:[1-9]|1[0-2])`
	case Date:
		return `(?:` + dayPattern + `|` + yearlyPattern + from("today") + `)`
	case Yearly:
		return `(?:` + yearlyPattern + from("today") + `)`
	case Moment:
		return `(?:` + momentPattern + from("now") + from("today") + `)`
	case Duration:
		return strict.DurationPattern()
	}
	return ""
}

// literalTypes are the types that an editor may take a literal for. In YAML 1.1
// 07:30 is a number.
func literalTypes(t Type) []string {
	switch t {
	case Number, Time:
		return []string{"number", "string"}
	case Month:
		return []string{"integer", "string"}
	case Boolean:
		return []string{"boolean", "string"}
	case Text, TextList:
		return strict.TextShape().Type
	}
	return []string{"string"}
}

// typeHelp is what people are told of a type: what to write, and examples.
func typeHelp(t Type) (about string, examples []any) {
	switch t {
	case Text:
		return "a text, whose case does not count, or its beginning and *", nil
	case TextList:
		return "a text that the list has, or its beginning and *", nil
	case Number:
		return "a number, a comparison or a range, both ends included", []any{5, "< 5", "1..20"}
	case Percent:
		return "a percentage, a comparison or a range", []any{"> 50%", "10%..20%"}
	case Money:
		return "an amount with its currency, a comparison or a range", []any{"< 20 EUR", "10 EUR..20 EUR"}
	case Boolean:
		return "true or false", []any{true, false}
	case Time:
		return "a range on the recipient's clock, its end left out; it may pass midnight", []any{"18:00..22:00", "22:00..02:00"}
	case Weekday:
		return "mon, tue, wed, thu, fri, sat or sun, or a range; it may wrap", []any{"mon", "sat..sun"}
	case Month:
		return "1 to 12, or a range; it may wrap", []any{1, "12..2"}
	case Date:
		return "a date, or one that counts from today, or a range, both ends included", []any{"2026-11-27", "12-24..12-26", "today+7d"}
	case Yearly:
		return "a day of the year, or one that counts from today, or a range", []any{"today", "today-3d..today+3d", "12-24"}
	case Moment:
		return "a comparison or a range of moments, its end left out; a date is its whole day",
			[]any{"2026-11-27 08:00..2026-11-28 00:00", "> now", "now..now+48h"}
	case Duration:
		return "a duration, a comparison or a range", []any{"> 1d", "1h..48h"}
	}
	return "", nil
}

// matchShape is one alternative of a matcher.
func matchShape(s *known) strict.Shape {
	about, examples := typeHelp(s.typ)
	m := strict.Shape{Type: literalTypes(s.typ), Examples: examples, Remedy: "write " + about}
	switch {
	case s.country:
		m.Type, m.Pattern = []string{"string", "boolean"}, `^`+blank+`(?:[A-Za-z]{2}|[^<>*\s\x85][^*]*\*)`+blank+`$`
		m.Remedy, m.Examples = "write an ISO code of two letters such as BE", []any{"BE", "NL"}
	case (s.typ == Text || s.typ == TextList) && len(s.values) > 0:
		m.Type, m.Pattern = append([]string{"string"}, strict.MistakenTypes(s.values...)...), anyOfWords(s.values, true)
		m.Remedy, m.Examples = fmt.Sprintf("it is one of %s", known12(s.values)), values(s.values)
	case s.typ == Text || s.typ == TextList:
		m.Pattern = `^` + blank + `(?:(?:[^<>*.\s\x85]|\.[^*.])(?:[^*.]|\.[^*.])*\.?|\.)\*?` + blank + `$`
	case s.typ == Boolean:
		m.Pattern = `^` + blank + `(?:true|false)` + blank + `$`
	default:
		one := literalPattern(s.typ, true)
		m.Pattern = `^` + blank + `(?:(?:<=?|>=?)` + blank + one + `|` + one + `(?:` + blank + `\.\.` + blank + one + `)?)` + blank + `$`
	}
	if s.typ == Month {
		m.Minimum, m.Maximum = new(1.0), new(12.0)
	}
	return m
}

// values are words as values of JSON.
func values(words []string) []any {
	all := make([]any, len(words))
	for i, word := range words {
		all[i] = word
	}
	return all
}

// matcherShape is what matcher reads: an alternative, or a list of them.
func matcherShape(s *known) strict.Shape { return strict.OneOrMore(matchShape(s)) }

// givenShape is the value that a test gives a signal: a literal, or unknown.
func givenShape(s *known) strict.Shape {
	g := strict.Shape{Type: literalTypes(s.typ)}
	also := `unknown`
	if s.signal.Source == StockSource {
		also = `unknown|some`
	}
	switch {
	case s.typ == TextList:
		g = strict.TextsShape()
	case s.typ == Text && len(s.values) > 0:
		words := append(slices.Clone(s.values), "unknown")
		g.Type, g.Pattern = append([]string{"string"}, strict.MistakenTypes(words...)...), anyOfWords(words, false)
		g.Remedy, g.Examples = fmt.Sprintf("it is one of %s", known12(s.values)), values(s.values)
	case s.typ == Text || s.typ == Picture:
		g.Type = literalTypes(Text)
	case s.typ == Boolean:
		g.Pattern, g.Remedy = `^`+blank+`(?:true|false|`+also+`)`+blank+`$`, "write true, false or unknown"
	default:
		g.Pattern, g.Remedy = `^`+blank+`(?:`+literalPattern(s.typ, false)+`|`+also+`)`+blank+`$`, fmt.Sprintf("write a fixed %s, or unknown", s.typ)
	}
	return g
}
