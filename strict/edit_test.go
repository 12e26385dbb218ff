package strict_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/opentime/strict"
)

func TestRewriteChangesNothingElse(t *testing.T) {
	f := func(text, old, changed, want string) {
		t.Helper()
		root, problems := strict.Parse("f.yaml", []byte(text))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var edits []strict.Edit
		for _, n := range scalars(root) {
			if n.Text == old {
				edits = append(edits, strict.Edit{Node: n, Text: changed})
			}
		}
		got, err := strict.Rewrite("f.yaml", []byte(text), edits)
		if err != nil || string(got) != want || len(edits) == 0 {
			t.Errorf("Rewrite of %d:\n%s\n%v, want\n%s", len(edits), got, err, want)
		}
	}
	f("a: old # why\nb: 1\n", "old", "new", "a: new # why\nb: 1\n")
	f("a: old # why\n", "old", "new # not a remark", "a: \"new # not a remark\" # why\n")
	f("- {says: old, b: old}", "old", "12, schiet op", `- {says: "12, schiet op", b: "12, schiet op"}`)
	f("a: old", "old", "Let op: nog 3", `a: "Let op: nog 3"`)
	f("a: old", "old", "2026-11-26 00:00", `a: 2026-11-26 00:00`)
	f("a: {u: old}", "old", "2026-11-26T00:00:00+01:00", `a: {u: 2026-11-26T00:00:00+01:00}`)
	f("a: old", "old", "", `a: ""`)
	f("a: old", "old", "> 5", `a: "> 5"`)
	f("a: old", "old", "#fff", `a: "#fff"`)
	f("a: old", "old", "{item.link}", `a: "{item.link}"`)
	f("a: 'old'", "old", "it's", `a: 'it''s'`)
	f("a: 'old'", "old", "two\nlines", `a: "two\nlines"`)
	f(`a: "old"`, "old", `say "\" `+"\u2028\u200d\x01é😀", `a: "say \"\\\" \u2028\u200d\x01é😀"`)
	f("a: first line\n  second line # why\nb: x", "first line second line", "new", "a: new # why\nb: x")
	f("a: \"first line\n  second\"\nb: x", "first line second", "new", "a: \"new\"\nb: x")
	f("a: | # long\n  one\n\n  two\n\nb: x\n", "one\n\ntwo\n", "new", "a: \"new\" # long\n\nb: x\n")
	f("- >-\n  one\n  two\n# end\n- x\n", "one two", "new", "- \"new\"\n# end\n- x\n")
	f("\ufeffa: old\r\nb: old\r\n", "old", "new", "\ufeffa: new\r\nb: new\r\n")
	f("é: {ü: '😀', b: old}", "old", "new", "é: {ü: '😀', b: new}")
	f("a: \"b\u2028c\"\nb: old", "old", "new", "a: \"b\u2028c\"\nb: new")
}

func TestRewriteRefusesWhatItCannotDo(t *testing.T) {
	root, _ := strict.Parse("f.yaml", []byte("a: old\nb: [x, y]\n"))
	edit := []strict.Edit{{Node: root.Find("a"), Text: "new"}}
	for text, want := range map[string]string{
		"a: newer\nb: [x, y]\n": `1:4: the text "old" is not found there`,
		"\na: old\n":            `1:4: the text "old" is not found there`,
		"a: old\na: old\n":      "the file has problems",
		"a: [":                  "the file has problems",
	} {
		if got, err := strict.Rewrite("f.yaml", []byte(text), edit); err == nil || err.Error() != want {
			t.Errorf("Rewrite of %q: %q, %v; want %s", text, got, err, want)
		}
	}
	edit[0].Text = "\xff"
	if got, err := strict.Rewrite("f.yaml", []byte("a: old\nb: [x, y]\n"), edit); err == nil {
		t.Errorf("no text at all was written: %q", got)
	}
}

// TestRewriteReadsBack writes random texts over one of a random file's scalars,
// whatever its quotes.
func TestRewriteReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &yamlWriter{t: t}
		n := rapid.IntRange(1, 4).Draw(t, "keys")
		for i := range n {
			w.entry(fmt.Sprintf("k%d", i), 0)
		}
		text := w.b.String()
		root, problems := strict.Parse("f.yaml", []byte(text))
		if len(problems) > 0 {
			t.Fatalf("the test writes no YAML: %v\n%s", problems, text)
		}
		all := scalars(root)
		if len(all) != len(w.spans) {
			t.Fatalf("%d scalars were written and %d read:\n%s", len(w.spans), len(all), text)
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
		changed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z0-9:#,'"{}\[\]|>%@&*! \n-]{0,12}`)).Draw(t, "text")
		out, err := strict.Rewrite("f.yaml", []byte(text), []strict.Edit{{Node: all[i], Text: changed}})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		before, after := text[:w.spans[i].from], text[w.spans[i].to:]
		if !strings.HasPrefix(string(out), before) || !strings.HasSuffix(string(out), after) {
			t.Fatalf("more than %q was changed:\n%s\nbecame\n%s", all[i].Text, text, out)
		}
		again, problems := strict.Parse("f.yaml", out)
		if len(problems) > 0 || scalars(again)[i].Text != changed {
			t.Fatalf("%q is not read back: %v\n%s", changed, problems, out)
		}
	})
}

// scalars are the values of a file that are texts, in its order.
func scalars(n *strict.Node) []*strict.Node {
	if n.Kind == strict.Scalar {
		return []*strict.Node{n}
	}
	var all []*strict.Node
	for _, e := range n.Entries {
		all = append(all, scalars(e.Value)...)
	}
	for _, item := range n.Items {
		all = append(all, scalars(item)...)
	}
	return all
}

// yamlWriter writes a random file and notes where its scalars stand.
type yamlWriter struct {
	t     *rapid.T
	b     strings.Builder
	spans []struct{ from, to int }
}

func (w *yamlWriter) entry(key string, depth int) {
	indent := strings.Repeat("  ", depth)
	w.b.WriteString(indent + key + ":")
	switch kind := rapid.IntRange(0, 5).Draw(w.t, "kind"); {
	case kind == 0 && depth < 3:
		w.b.WriteString(w.remark() + "\n")
		for i := range rapid.IntRange(1, 3).Draw(w.t, "keys") {
			w.entry(fmt.Sprintf("k%d", i), depth+1)
		}
		return
	case kind == 1:
		w.b.WriteString(" {a: ")
		w.inFlow()
		w.b.WriteString(", b: [")
		w.inFlow()
		w.b.WriteString(" , ")
		w.inFlow()
		w.b.WriteString("]}")
	case kind == 2:
		w.block(indent)
		return
	default:
		w.b.WriteString(" ")
		w.inFlow()
	}
	w.b.WriteString(w.remark() + "\n")
}

// inFlow writes a scalar that may stand in braces.
func (w *yamlWriter) inFlow() {
	from := w.b.Len()
	w.b.WriteString(rapid.SampledFrom([]string{
		"plain", "two words", "10:30", "é ü", `"double"`, `"with \" and , [ \u00e9"`, "'single'", "'it''s: {x}'", "a-b/c", `""`, "''",
	}).Draw(w.t, "scalar"))
	w.spans = append(w.spans, struct{ from, to int }{from, w.b.Len()})
}

// block writes a block text: a remark may stand beside its first line, and what
// follows that is the text's.
func (w *yamlWriter) block(indent string) {
	w.b.WriteString(" ")
	from := w.b.Len()
	w.b.WriteString(rapid.SampledFrom([]string{"|", ">", "|-", ">-"}).Draw(w.t, "block") + "\n")
	w.b.WriteString(indent + "    first\n\n" + indent + "      deeper # no remark")
	w.spans = append(w.spans, struct{ from, to int }{from, w.b.Len()})
	w.b.WriteString("\n" + rapid.SampledFrom([]string{"", "\n", indent + "# after\n"}).Draw(w.t, "after"))
}

func (w *yamlWriter) remark() string {
	return rapid.SampledFrom([]string{"", " # why", "  # {a: b}"}).Draw(w.t, "remark")
}
