package rules

import (
	"fmt"
	"strings"
	"unicode"

	"example.com/opentime/strict"
)

// blank is the space that is trimmed from a value.
const blank = `[\s\x85]*`

// bracesPattern matches a text whose placeholders are closed. Ids in brackets and
// words in quotes may hold braces.
const bracesPattern = `^(?:[^{}]|\{(?:[^{}\[']|\[[^\]]*\]|'[^']*')*\})*$`

// drawnShape is a text with placeholders.
func drawnShape() strict.Shape {
	s := strict.TextShape()
	s.Pattern, s.Remedy = bracesPattern, "write placeholders as {signal}, and no braces else"
	return s
}

// constantShape is a text without placeholders.
func constantShape() strict.Shape {
	s := strict.TextShape()
	s.Pattern, s.Remedy = "^[^{}]*$", "only constants can stand here; write the text without placeholders"
	return s
}

// linkShape is a destination. Which hosts it may have is for check to say.
func linkShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: `^$|^https://|\{`,
		Remedy:   "write https://..., or a link of an item or place alone, such as {item.link}",
		Examples: []any{"{item.link}", "https://"},
	}
}

// colourShape is a colour, which YAML wants in quotes.
func colourShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: "^(?:#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8}))?$",
		Remedy: `write "#rrggbb" or "#rrggbbaa", in quotes`,
	}
}

// bareShape is a literal, or a signal without braces.
func bareShape(types ...string) strict.Shape {
	return strict.Shape{Type: types, Pattern: "^[^{}]*$", Remedy: "write a literal, or a signal without braces"}
}

// localeShape is a locale. An editor may take no for false.
func localeShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string", "boolean"}, Pattern: "^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$", Remedy: "write a locale such as nl or nl-BE",
	}
}

// spoken is a text, a list of alternatives, or a map of locales to either.
func spoken(text strict.Shape, locales []string) strict.Shape {
	texts := strict.OneOrMore(text)
	byLocale := strict.MapShape(localeShape(), texts)
	byLocale.MinProperties, byLocale.Properties = 1, map[string]strict.Shape{}
	for _, locale := range locales {
		byLocale.Properties[locale] = texts
	}
	return texts.OrMap(byLocale)
}

// zoneShape is what zoneNamed knows.
func zoneShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: "^[A-Za-z][A-Za-z0-9_+/-]*$", Remedy: "write an IANA name such as Europe/Brussels",
		Examples: []any{"Europe/Brussels"},
	}
}

// itemShape is the id of an item; none drops an inherited one.
func itemShape() strict.Shape {
	s := strict.TextShape()
	s.MaxLength, s.Pattern = maxItemID, `^[^\x00-\x1f\x7f\]]*$`
	s.Remedy = fmt.Sprintf("this is no id of an item; write 1 to %d characters without ]", maxItemID)
	return s
}

// momentShape is a fixed moment, as limit and moment read it.
func momentShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: "^" + blank + momentPattern + blank + "$",
		Remedy:   "write a moment such as 2026-11-27 08:00 or 2026-11-27",
		Examples: []any{"2026-11-27", "2026-11-27 08:00", "2026-11-27 08:00 Europe/London"},
	}
}

// anyOfWords matches words without regard to case or outer space, and, with
// prefixes, the beginning of one and *, or all of it.
func anyOfWords(words []string, prefixes bool) string {
	var all []string
	for _, word := range words {
		pattern, ends := "", ""
		for i, r := range []rune(word) {
			if i > 0 && prefixes {
				pattern, ends = pattern+`(?:\*|`, ends+")"
			}
			pattern += eitherCase(r)
		}
		if prefixes {
			pattern += `\*?`
		}
		all = append(all, pattern+ends)
	}
	return "^" + blank + "(?:" + strings.Join(all, "|") + ")" + blank + "$"
}

// eitherCase matches a letter in any case.
func eitherCase(r rune) string {
	class := []rune{r}
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		class = append(class, other)
	}
	switch {
	case len(class) > 1:
		return "[" + string(class) + "]"
	case strings.ContainsRune(`\^$.|?*+()[]{}/`, r):
		return `\` + string(r)
	}
	return string(r)
}
