package rules

import (
	"slices"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// ListedFormat is a format of placeholders.
type ListedFormat struct {
	Format  string // with its arguments; "" for a value without one
	Types   []Type // that it writes
	Written []string
}

// formatExamples are the formats with a value of which each shows what it does.
var formatExamples = []struct {
	format string
	value  Value
}{
	{"money", Value{Type: Money, N: 1250, Text: "EUR"}},
	{"money short", Value{Type: Money, N: 1200, Text: "EUR"}},
	{"number", Value{Type: Number, N: 1_234_500_000}},
	{"number 1", Value{Type: Number, N: 1_234_500_000}},
	{"percent", Value{Type: Number, N: 12 * Million}},
	{"distance", Value{Type: Number, N: 3_200_000}},
	{"missing 500", Value{Type: Number, N: 420 * Million}},
	{"plural one=seat other=seats", Value{Type: Number, N: 3 * Million}},
	{"date", exampleMoment},
	{"date short", exampleMoment},
	{"date day", exampleMoment},
	{"time", exampleMoment},
	{"moment", exampleMoment},
	{"left", exampleMoment},
	{"list", Value{Type: TextList, List: []string{"a", "b", "c", "d"}}},
	{"list 3", Value{Type: TextList, List: []string{"a", "b", "c", "d"}}},
	{"upper", Value{Type: Text, Text: "Gent"}},
	{"", Value{Type: Weekday, N: 4}},
	{"", Value{Type: Month, N: 11}},
}

// exampleMoment is 27 November 2026, 18:30 UTC, which is two days after
// exampleNow.
var (
	exampleMoment = Value{Type: Moment, N: time.Date(2026, 11, 27, 18, 30, 0, 0, time.UTC).UnixMilli()}
	exampleNow    = time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)
)

// ListFormats lists the formats, with what each writes in these locales. Of
// plural, whose words a campaign writes, it is the categories that the locale
// needs words for.
func ListFormats(locales []string) []ListedFormat {
	c := &Campaign{Locales: locales, Zone: time.UTC}
	for _, locale := range locales {
		c.writers = append(c.writers, newWriter(locale))
	}
	l := &loader{c: c}
	v := &view{campaign: c, clock: newCalendar(exampleNow, time.UTC)}
	var all []ListedFormat
	for _, example := range formatExamples {
		name, _, _ := strings.Cut(example.format, " ")
		listed := ListedFormat{Format: example.format, Types: formatTypes[name]}
		f := TextFormat{}
		if name == "" {
			listed.Types = []Type{example.value.Type}
		} else {
			f, _ = l.format(&strict.Node{}, example.format, &known{typ: example.value.Type})
		}
		for i, locale := range locales {
			v.locale = i
			text := plainText(v.write(example.value, &f))
			if name == "plural" {
				needed := l.categories(locale)
				others := func(category string) bool { return !slices.Contains(needed, category) }
				text = "needs " + strings.Join(slices.DeleteFunc(slices.Clone(pluralCategories), others), ", ")
			}
			listed.Written = append(listed.Written, text)
		}
		all = append(all, listed)
	}
	return all
}
