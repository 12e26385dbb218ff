package rules_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// campaigns returns the files of the appendix and of every archive of testdata.
func campaigns(t testing.TB) [][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for _, name := range append(names, "testdata/appendix.txtar") {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name != "problems" {
				all = append(all, f.Data)
			}
		}
	}
	return all
}

// FuzzLoad loads anything: never a panic, and every problem has a place and
// says something.
func FuzzLoad(f *testing.F) {
	for _, data := range campaigns(f) {
		f.Add(data)
	}
	s := sender(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		root, problems := strict.Parse("f.yaml", data)
		var c *rules.Campaign
		if root != nil {
			var more []strict.Problem
			c, more = rules.Load("f.yaml", root, s, nil)
			problems = append(problems, more...)
		}
		for _, p := range problems {
			if p.File == "" || p.Line < 1 || p.Col < 1 || p.Text == "" {
				t.Errorf("problem without a place: %+v", p)
			}
		}
		if strict.Bad(problems) {
			return
		}
		if c == nil || c.Zone == nil || len(c.Locales) == 0 {
			t.Fatalf("a campaign without problems is not whole: %+v", c)
		}
		for _, b := range c.Blocks {
			checkBlock(t, b)
		}
	})
}

// checkBlock sees that a block of a campaign without problems can be decided.
func checkBlock(t *testing.T, b *rules.Block) {
	t.Helper()
	variants := []*rules.Variant{b.Fallback}
	for _, r := range b.Rules {
		variants = append(variants, r.Variant)
	}
	for _, v := range variants {
		if v == nil || !v.Nothing && (v.Layout == nil || len(v.Values) != len(v.Layout.Values)) {
			t.Fatalf("block %s has a variant that is not whole: %+v", b.ID, v)
		}
	}
}

// BenchmarkLoad reads and compiles one campaign of two hundred rules.
func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString("campaign: big\nblocks:\n  hero:\n    show: {layout: strip, link: \"https://shop.example\"}\n    rules:\n")
	for i := range 200 {
		fmt.Fprintf(&text, "      - {name: r%d, when: {profile.points: %d..%d, daypart: morning}, show: {headline: \"Nog {profile.points} punten\"}}\n", i, i, i+5)
	}
	text.WriteString("    fallback: {headline: \"Welkom\"}\n")
	data, s := []byte(text.String()), sender(b)
	b.ReportAllocs()
	for b.Loop() {
		root, _ := strict.Parse("big.yaml", data)
		if _, problems := rules.Load("big.yaml", root, s, nil); strict.Bad(problems) {
			b.Fatal(problems)
		}
	}
}
