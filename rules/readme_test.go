package rules_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// TestReadme loads every example of the reference page, and runs the tests that
// it shows: the first line of these names the campaign.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "```yaml\n")
	if len(parts) < 5 {
		t.Fatalf("%d examples", len(parts)-1)
	}
	campaigns := map[string]*rules.Campaign{}
	for _, part := range parts[1:] {
		text, _, _ := strings.Cut(part, "```")
		if name, ok := strings.CutPrefix(text, "# "); ok {
			name, _, _ = strings.Cut(name, ".")
			runTests(t, campaigns[name], txtar.File{Name: "README.md", Data: []byte(text)})
			continue
		}
		root, problems := strict.Parse("README.md", []byte(text))
		if root != nil {
			c, more := rules.Load("README.md", root, sender(t), nil)
			campaigns[c.ID] = c
			problems = append(problems, more...)
		}
		for _, p := range problems {
			if p.Level != strict.Note {
				t.Errorf("%s\n%s", p, text)
			}
		}
	}
}

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
