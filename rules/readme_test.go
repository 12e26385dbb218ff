package rules_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeNamesEverySignal compares the table of signals with those that are
// listed.
func TestReadmeNamesEverySignal(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| signal | type |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	named, listed := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(table) {
		last := ""
		for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(line, "|")[1], -1) {
			name := found[1]
			if field, under := strings.CutPrefix(name, "."); under {
				name = last + field
			} else {
				last = name[:strings.LastIndex(name, ".")+1]
			}
			if named[name] {
				t.Errorf("README.md names %s twice", name)
			}
			named[name] = true
		}
	}
	own := map[string]bool{}
	for _, a := range sender(t).Attributes {
		own["profile."+a.Name] = true
	}
	for _, s := range listedSignals(t) {
		name := strings.NewReplacer("near.shops", "near.<places>", "code.welcome", "code.<pool>").Replace(s.Name)
		switch {
		case s.Source == "segment":
			continue
		case name == "item.review":
			name = "item.<attribute>"
		case s.Source == "parameters":
			name = "parameters.<name>"
		case own[name]:
			name = "profile.<attribute>"
		}
		listed[name] = true
		if !named[name] {
			t.Errorf("README.md does not name %s", name)
		}
	}
	for name := range named {
		if !listed[name] {
			t.Errorf("README.md names %s, which is not listed", name)
		}
	}
}
