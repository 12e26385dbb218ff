package rules_test

import (
	"os"
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
