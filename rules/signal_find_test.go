package rules

import (
	"slices"
	"strings"
	"testing"
)

// TestWhatIsFoundIsListed asks for every name of up to three words that can be
// made of the words of listed names, with places behind @: what is found is
// listed, and what is listed is found.
func TestWhatIsFoundIsListed(t *testing.T) {
	sender := &Sender{
		Places: []string{"shops"}, Codes: []string{"welcome"}, Feeds: map[string][]Attribute{"goods": {{Name: "review", Type: Text}}},
		Attributes: []Attribute{{Name: "points", Type: Number}},
	}
	c := newLister(sender, nil, nil).c
	var listed [][]string
	words, firsts := []string{"x"}, []string{"x"}
	note := func(to *[]string, word string) {
		if !slices.Contains(*to, word) {
			*to = append(*to, word)
		}
	}
	for _, f := range families {
		note(&words, f.word)
		note(&firsts, f.word)
	}
	for _, group := range ListSignals(sender, nil, nil) {
		for _, s := range group.Signals {
			if s.Source == "behaviour" {
				continue
			}
			name, at, _ := strings.Cut(s.Name, "@")
			parts := strings.Split(name, ".")
			if at != "" {
				parts = append(parts, "@"+at)
			}
			listed = append(listed, parts)
			note(&firsts, parts[0])
			for _, part := range parts {
				note(&words, strings.Trim(part, "<>@"))
			}
			if _, err := c.find(sample(s.Name)); err != nil {
				t.Errorf("%s is listed and not found: %s", s.Name, err)
			}
		}
	}
	for _, event := range eventNames {
		note(&firsts, event)
	}
	found := 0
	f := func(parts []string, at string) {
		if c.findWord(parts, at) == nil {
			return
		}
		name := strings.Join(parts, ".")
		if at != "" {
			name, parts = name+"@"+at, append(slices.Clone(parts), "@"+at)
		}
		if _, err := c.find(name); err != nil {
			return // only items have places
		}
		found++
		if !slices.ContainsFunc(listed, func(l []string) bool { return slices.EqualFunc(l, parts, standsFor) }) {
			t.Errorf("%s is found and not listed", name)
		}
	}
	for _, first := range firsts {
		for _, at := range []string{"", "x", "near.shops"} {
			f([]string{first}, at)
			for _, second := range words {
				f([]string{first, second}, at)
				for _, third := range words {
					f([]string{first, second, third}, at)
					f([]string{first, second, third, "x"}, at)
				}
			}
		}
	}
	if found < len(listed) {
		t.Errorf("%d names were found of %d listed ones", found, len(listed))
	}
}

// standsFor reports whether a part of a listed name is, or stands for, a part of
// a name.
func standsFor(listed, part string) bool {
	open := strings.Contains(listed, "<")
	return listed == part || open && strings.HasPrefix(listed, "@") == strings.HasPrefix(part, "@") && !strings.HasPrefix(part, "@near.")
}

// TestEverySignalHasWords checks that no signal or behaviour is listed without a
// line for people, but what the sender declares.
func TestEverySignalHasWords(t *testing.T) {
	for _, group := range ListSignals(&Sender{Places: []string{"shops"}, Codes: []string{"welcome"}}, nil, nil) {
		if group.Title == "" || len(group.Signals) == 0 && group.Remedy == "" {
			t.Errorf("the group %q has %d signals and the remedy %q", group.Title, len(group.Signals), group.Remedy)
		}
		for _, s := range group.Signals {
			declared := s.Source == "parameters"
			if s.Source == "" || s.About == "" && !declared {
				t.Errorf("%s has no words", s.Name)
			}
		}
	}
}
