package rules_test

import (
	"os"
	"strings"
	"testing"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// TestReadme loads every example of the reference page.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "```yaml\n")
	if len(parts) < 5 {
		t.Fatalf("%d examples", len(parts)-1)
	}
	for _, part := range parts[1:] {
		text, _, _ := strings.Cut(part, "```")
		root, problems := strict.Parse("README.md", []byte(text))
		if root != nil {
			_, more := rules.Load("README.md", root, sender(t), nil)
			problems = append(problems, more...)
		}
		for _, p := range problems {
			if p.Level != strict.Note {
				t.Errorf("%s\n%s", p, text)
			}
		}
	}
}
