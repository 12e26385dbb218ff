package rules

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/opentime/strict"
)

// names lists the signals that a campaign may name, for remedies.
func (c *Campaign) names() []string {
	var all []string
	for _, f := range families {
		for _, d := range f.list(c) {
			if !strings.Contains(d.name, "<") {
				all = append(all, d.name)
			}
		}
	}
	return append(all, "stock", "interest", "parameters")
}

// remedy says what to do about a signal that there is not.
func (c *Campaign) remedy(parts []string, name string) string {
	first, last := parts[0], parts[len(parts)-1]
	var words, tails, ours, others []string // first words; what follows ours; what ends as this does, with our first word or another
	for _, known := range c.names() {
		word, tail, _ := strings.Cut(known, ".")
		words = append(words, word)
		if word == first && tail != "" {
			tails = append(tails, tail)
		}
		switch ends := strings.HasSuffix(known, "."+last); {
		case ends && word == first:
			ours = append(ours, strconv.Quote(known))
		case ends:
			others = append(others, strconv.Quote(known))
		}
	}
	tail := strings.TrimPrefix(name, first+".")
	near, word := strict.Nearest(tail, tails), strict.Nearest(first, words)
	switch {
	case len(parts) == 3 && first == "item" && last == "stock":
		return "write stock" + bracket(parts[1])
	case len(ours) > 0:
		return "did you mean " + strings.Join(ours, " or ") + "?"
	case near != "":
		return fmt.Sprintf("did you mean %q?", first+"."+near)
	case len(others) > 0 && first != "item" && (len(tails) > 0 || declared[first] == ""):
		return "did you mean " + strings.Join(others, " or ") + "?"
	case len(tails) > 0 && declared[first] == "":
		return "write one of " + first + "." + strings.Join(tails, ", .")
	case len(tails) > 0:
		return "write one of " + first + "." + strings.Join(tails, ", .") + ", or " + declared[first]
	case declared[first] != "":
		return declared[first]
	case word != "" && word != first:
		parts[0] = word
		if c.findWord(parts, "") != nil {
			return fmt.Sprintf("did you mean %q?", word+strings.TrimPrefix(name, first))
		}
		return c.remedy(parts, word+strings.TrimPrefix(name, first))
	}
	return "write one such as now, daypart, weather.rain, near.<places>.open, profile.<attribute>, item.<attribute> or stock.<item>"
}

// declared says what makes signals of a first word. Never changed.
var declared = map[string]string{
	"parameters": "declare it under parameters at the top of the campaign",
	"near":       "declare the list under places in opentime.yaml",
	"answered":   "add answers to the block that asks",
	"results":    "add answers to the block that asks",
	"code":       "name the pool under codes in opentime.yaml",
	"interest":   "write interest and a tag, such as interest.garden",
	"stock":      "write stock and an item's id, such as stock.dune-3",
	"profile":    "declare it under profiles in opentime.yaml",
	"item":       "declare it with the feed in opentime.yaml",
}
