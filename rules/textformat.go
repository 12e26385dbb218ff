package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"example.com/opentime/strict"
)

// formatTypes are the formats and the types they write.
var formatTypes = map[string][]Type{
	"money": {Money}, "number": {Number, Percent}, "percent": {Number, Percent},
	"date": {Date, Yearly, Moment}, "time": {Time, Moment}, "moment": {Moment}, "left": {Moment},
	"list": {TextList}, "distance": {Number}, "plural": {Number}, "missing": {Number}, "upper": {Text},
}

// pluralCategories are CLDR's, in its order. Never changed.
var pluralCategories = []string{"zero", "one", "two", "few", "many", "other"}

// format reads a placeholder's format and its arguments.
func (l *loader) format(n *strict.Node, text string, k *known) (TextFormat, bool) {
	words, err := splitWords(text)
	if err != nil || len(words) == 0 {
		l.Errorf(n, "%q is no format; %s", text, strict.DidYouMean(text, slices.Sorted(maps.Keys(formatTypes))))
		return TextFormat{}, false
	}
	name, args := words[0], words[1:]
	types, ok := formatTypes[name]
	switch {
	case name == "default" || name == "fallback" || name == "else":
		l.Errorf(n, "unknown format %q; write a list of texts, of which the first that is known is taken", name)
		return TextFormat{}, false
	case !ok:
		l.Errorf(n, "unknown format %q; %s", name, strict.DidYouMean(name, slices.Sorted(maps.Keys(formatTypes))))
		return TextFormat{}, false
	case !slices.Contains(types, k.typ):
		l.Errorf(n, "%s is %s, which the format %s cannot write; %s", k.name, k.typ.phrase(), name, writes(k.typ))
		return TextFormat{}, false
	}
	f := TextFormat{Name: name}
	if why := l.arguments(&f, args); why != "" {
		l.Errorf(n, "%s", why)
		return f, false
	}
	return f, true
}

// writes says which formats write a type.
func writes(t Type) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(formatTypes)) {
		if slices.Contains(formatTypes[name], t) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "leave it out"
	}
	return "write one of " + strings.Join(names, ", ") + ", or none"
}

// phrase is a type as it stands in a sentence.
func (t Type) phrase() string {
	if t == Money {
		return "an amount of money"
	}
	return "a " + t.String()
}

// arguments reads what follows a format's name.
func (l *loader) arguments(f *TextFormat, args []string) string {
	if f.Name == "plural" {
		return l.pluralWords(f, args)
	}
	allowed := map[string]string{"money": "short", "date": "short or day", "number": "1 to 6", "percent": "1 to 6", "list": "1 to 100", "missing": "a number"}
	switch {
	case len(args) == 0 && f.Name == "missing":
		return "missing needs a number; write {signal|missing 500}"
	case len(args) == 0:
		return ""
	case len(args) > 1 || allowed[f.Name] == "":
		return fmt.Sprintf("%s takes no %q; remove it", f.Name, args[len(args)-1])
	}
	arg := args[0]
	wrong := fmt.Sprintf("%s takes no %q; write %s", f.Name, arg, allowed[f.Name])
	switch f.Name {
	case "money", "date":
		if f.Arg = arg; arg != "short" && (f.Name != "date" || arg != "day") {
			return wrong
		}
	case "missing":
		n, ok := strict.ParseNumber(arg)
		if f.N = n; !ok {
			return wrong
		}
	default:
		n, err := strconv.Atoi(arg)
		if f.N = int64(n); err != nil || n < 1 || n > 100 || f.Name != "list" && n > 6 {
			return wrong
		}
	}
	return ""
}

// pluralWords reads category=word, one for each category of each locale.
func (l *loader) pluralWords(f *TextFormat, args []string) string {
	f.Words = map[string]string{}
	for _, arg := range args {
		category, word, ok := strings.Cut(arg, "=")
		if !ok || !slices.Contains(pluralCategories, category) || word == "" {
			return fmt.Sprintf("plural takes no %q; write one=word other=words, two words as 'two words'", arg)
		}
		if strings.HasSuffix(word, ",") {
			return fmt.Sprintf("plural takes no comma behind %q; remove it", strings.TrimSuffix(arg, ","))
		}
		f.Words[category] = word
	}
	for _, locale := range l.reading {
		needed := l.categories(locale)
		missing := slices.DeleteFunc(slices.Clone(pluralCategories), func(c string) bool { return f.Words[c] != "" || !slices.Contains(needed, c) })
		if len(missing) > 0 {
			return fmt.Sprintf("plural has no word for %s, which %s needs; add %s=...", quoted(missing), locale, strings.Join(missing, "=... "))
		}
	}
	return ""
}

// categories returns the CLDR plural categories of a locale.
func (l *loader) categories(locale string) []string {
	if found, ok := l.plurals[locale]; ok {
		return found
	}
	tag := language.Make(locale)
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	var found []string
	add := func(form plural.Form) {
		if !slices.Contains(found, names[form]) {
			found = append(found, names[form])
		}
	}
	for n := range 201 {
		add(plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0))
	}
	for tenth := range 10 {
		add(plural.Cardinal.MatchPlural(tag, 1, 1, 1, tenth, tenth))
	}
	add(plural.Cardinal.MatchPlural(tag, 1_000_000, 0, 0, 0, 0))
	if l.plurals == nil {
		l.plurals = map[string][]string{}
	}
	l.plurals[locale] = found
	return found
}

// splitWords splits at spaces; 'two words' in quotes are one.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quoted, begun := false, false
	for _, r := range text {
		switch {
		case r == '\'':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quote is never closed; close it")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
