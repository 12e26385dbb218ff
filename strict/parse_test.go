package strict_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/strict"
)

func TestParseSaysWhatIsWrongAndWhere(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, problems := strict.Parse("f.yaml", []byte(text))
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		if all := strings.Join(got, "\n"); !strings.HasPrefix(all, want) || want == "" && all != "" {
			t.Errorf("Parse(%q):\n%s\nwant\n%s", text, all, want)
		}
	}
	f("a: > 5\n", `f.yaml:1:4: a value cannot begin with ">" here; put it in quotes: "> 5"`)
	f("a: @x", `f.yaml:1:4: a value cannot begin with "@" here; put it in quotes: "@x"`)
	f("a: %x", `f.yaml:1:4: a value cannot begin with "%" here; put it in quotes: "%x"`)
	f("a: *x", `f.yaml:1:4: a value cannot begin with "*" here; put it in quotes: "*x"`)
	f("a: !x", "f.yaml:1:4: tags are not read")
	f("color: #fff", `f.yaml:1:7: empty value, since # begins a comment; put it in quotes: "#fff"`)
	f("a: ~", "f.yaml:1:4: empty value; write one, or remove the key")
	f("a:\nb: 1", "f.yaml:1:3: empty value; write one, or remove the key")
	f("h: {nl: Nog 3, schiet op}", `f.yaml:1:16: key "schiet op" has no value; texts with a comma need quotes inside { }`)
	f("w: {stock[SKU 1]: 0}", `f.yaml:1:5: an id in brackets splits the map; put the key in quotes: "stock[SKU 1]"`)
	f("headline: Let op: nog 3", `f.yaml:1:11: a text with ": " in it; put it in quotes: "Let op: nog 3"`)
	f("link: {item.link}", `f.yaml:1:8: a placeholder outside quotes is a map; put it in quotes: "{item.link}"`)
	f("a: &x 1", "f.yaml:1:4: anchors and aliases are not read")
	f("<<: {a: 1}", "f.yaml:1:1: merge keys are not read")
	f("a: 1\na: 2", `f.yaml:2:1: duplicate key "a", first on line 1; keep one`)
	f("a: 1\n---\nb: 2", "f.yaml:2:1: a second document; keep one per file")
	f("a: 1\n---\n{b: [", "f.yaml:3:1: this { is never closed; add the } that is missing")
	f("a: 1\n...\n", "")
	f("a: 1\n---\n", "f.yaml:2:1: a second document")
	f("%YAML 1.1\n---\na: 1\n", "")
	f("---\na: 1\n", "")
	f("a: null", "f.yaml:1:4: null is no value; remove the key, write \"\" to drop what it inherits, or put the text in quotes")
	f("a: 'null'", "")
	f("? [a, b]\n: 1", "f.yaml:1:3: a key must be a plain text")
	f("a: 1\n  b: 2", "f.yaml:2:")
	f("a: [1, 2", "f.yaml:")
	f("a: {b: 1", "f.yaml:")
	f("a: 'it's'", "f.yaml:1:")
	f("a: ,b", "f.yaml:1:4: ")
	f("a: `b", "f.yaml:1:4: a value cannot begin with")
	f("\xef\xbb\xbfa: 1", "")
	f("a:\u00a0\"x\"", "")
	f("'a': 1\n\"a\": 2", "f.yaml:2:1: duplicate key")
	f("a: b: c", "f.yaml:1:4: a text with")
	f("a: {{ name }}", "f.yaml:1:")
	f("- {stock.x: 0, }", "")
	f("a: >5\nb: 1", `f.yaml:1:4: a value cannot begin with ">" here; put it in quotes: ">5"`)
	f("a:\n  b: |2", `f.yaml:2:6: a value cannot begin with "|" here; put it in quotes: "|2"`)
	f("a: >\nb: 1", `f.yaml:1:4: a value cannot begin with ">" here`)
	f("a: >- # of 5 lines\n  long\n  text\n", "")
	f("a: [b, , c]", "f.yaml:1:")
	f("a: [b, ~]", "f.yaml:1:8: empty value")
	f("a:\n  - \n  - b", "f.yaml:2:")
	f("a: *", "f.yaml:1:4:")
	f("a: [56*, 57*]", "")
	f("{a: 1}: 2", "f.yaml:1:1: a key must be a plain text")
	f("a:\n\t- b", "f.yaml:2:1: a tab in the indentation; use spaces")
	f("", "f.yaml:1:1: file is empty")
	f("a: 'x", "f.yaml:1:")
	f("a: \xff", "f.yaml:1:4: not UTF-8")
	f(strings.Repeat("a: 1\n", 60_000), "f.yaml:1:1: file is larger than 256 KiB")
	f(strings.Repeat("- ", 40)+"x", "f.yaml:1:")
}

// TestParseSaysWhichSignIsWrong: YAML often notices lines later, and says what it
// expected; people look for the sign that is missing.
func TestParseSaysWhichSignIsWrong(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, problems := strict.Parse("f.yaml", []byte(text))
		if len(problems) != 1 || strings.TrimPrefix(problems[0].String(), "f.yaml:") != want {
			t.Errorf("Parse(%q): %v\nwant %s", text, problems, want)
		}
	}
	f("a:\n  - {b: {c: 1, d: {e: 2}}\n  - {b: 3}\n", "2:5: this { is never closed; add the } that is missing")
	f("a: {b: [x, y}\n", "1:13: a ] is missing before this }; add it")
	f("a: {b: {c: 1}}, d: 2}\n", "1:14: one } too many; remove it")
	f("a: {b: {c: 1} d: 2}\n", "1:15: a comma is missing before this; add it")
	f("a: {b: x,, c: y}\n", "1:10: a comma too many; remove it")
	f("a: {b: x; c: y}\n", "1:9: keys are parted by commas; write , for ;")
	f("a: {b = [x]}\n", "1:5: a key and its value are parted by a colon and a space; write b: [x]")
	f("a: {b: x c: y}\n", `1:8: a second ": " in one value; put a text in quotes: "x c: y", or a comma before "c"`)
	f("é: {b: é {x}}\n", `1:8: a text with "{" in it; put it in quotes: "é {x}"`)
	f("a: {b: {x}: {y}}\n", `1:8: a second ": " in one value; put it in quotes: "{x}: {y}"`)
	f("a: 'it's'\n", "1:8: text goes on behind the ' that ends it; write '' for one inside")
	f("a: {b: \"x \"y\" z\"}\n", `1:12: text goes on behind the " that ends it; write \" for one inside`)
	f("a: \"x\nb: 1\n", `1:4: this " is never closed; close it at the end of the text`)
	f("a: \"x\\m\"\n", `1:6: \m means nothing; write \\ for a backslash`)
	f("a: {b: x} c\n", `1:10: nothing can follow here; remove "c"`)
	f("a: {b: x:y, z:1}\n", `1:13: key "z:1" has no value; write a space behind the colon: z: 1`)
	f("a: {b: “x, y”}\n", `1:12: key "y”" has no value; write straight quotes around a text with a comma: " for “ and ”`)
	f("a: x\"\n", `1:4: a " ends this text and none begins it; write both, or put the text in ' ' if it is part of it`)
	f("a 1\nb: 2\n", `1:1: "a 1" has no colon and space; write a: 1`)
	f("a:\n  b\n  - c: 1\n", `2:3: "b" has no colon; write b:`)
	f("a: 1\n  b: 2\n", "2:3: this stands under line 1, which has a value already; begin it in column 1")
	f("a:\n  b: 1\n c: 2\n", "3:2: this begins in column 2 and line 2 in column 3; begin keys of one map in one column")
	f("a:\n  - b\n  -{c: 1}\n", "3:3: a dash needs a space behind it; write - {")
	f("a:\n  - b: 1\n  • c: 2\n", "3:3: items of a list begin with - and a space; write - for •")
	f("a:\n  - b: 1\n  c: 2\n", "3:3: this begins where the items of a list do; write - before it, or move it to the column of the keys it belongs to")
	f("# {\na: |\n  {[\"\nb: {c: 'it''s', d: \"\\\"\",\n  e: [1, 2]}\n\"f\": [ {g: 1}\n", "6:6: this [ is never closed; add the ] that is missing")
}

func TestParseKeepsWhatWasWritten(t *testing.T) {
	node, problems := strict.Parse("f.yaml", []byte("no: no\nversion: 1.10\nt: 07:30\no: 01234\ne: 1e3\nn: nul\nq: \"< 5\"\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for key, want := range map[string]string{"no": "no", "version": "1.10", "t": "07:30", "o": "01234", "e": "1e3", "n": "nul", "q": "< 5"} {
		if got := node.Find(key).Text; got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
}

func TestPartsOfAProblem(t *testing.T) {
	for text, want := range map[string][2]string{
		`unknown key "x"; did you mean "y"?`:                        {`unknown key "x"`, `did you mean "y"?`},
		`weather is always unknown here`:                            {`weather is always unknown here`, ""},
		`"a; b" and "c" are there twice; remove one`:                {`"a; b" and "c" are there twice`, "remove one"},
		`a text with ": " in it; put it in quotes: "Let op: 3; 4"`:  {`a text with ": " in it`, `put it in quotes: "Let op: 3; 4"`},
		`"say \"; \" twice" is long; shorten it`:                    {`"say \"; \" twice" is long`, "shorten it"},
		`a value cannot begin with " here; put it in quotes`:        {`a value cannot begin with " here`, "put it in quotes"},
		`2 KiB are too much; a file has at most 1; split it`:        {`2 KiB are too much; a file has at most 1`, "split it"},
		`cannot be read: bad header; worse body; name another file`: {`cannot be read: bad header; worse body`, "name another file"},
	} {
		if wrong, remedy := (strict.Problem{Text: text}).Parts(); wrong != want[0] || remedy != want[1] {
			t.Errorf("Parts of %s: %q and %q, want %q", text, wrong, remedy, want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"weather.rain", "headline", "photo"}
	f := func(word, want string) {
		t.Helper()
		if got := strict.DidYouMean(word, known); got != want {
			t.Errorf("DidYouMean(%q) = %s, want %s", word, got, want)
		}
	}
	f("haedline", `did you mean "headline"?`)
	f("wether.rain", `did you mean "weather.rain"?`)
	f("zebra", "known: headline, photo, weather.rain")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("campaign: x\nblocks: {hero: {rules: [{name: a, when: {stock.x: 0}}]}}\n"))
	f.Add([]byte("a: [&x {b: *x}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, problems := strict.Parse("f.yaml", data)
		for _, p := range problems {
			if p.Line < 1 || p.Col < 1 || p.Text == "" {
				t.Errorf("problem without a place: %v", p)
			}
		}
	})
}

func TestReaderSaysNothingMoreOfWhatParseReported(t *testing.T) {
	root, problems := strict.Parse("f.yaml", []byte("size: ~\nshare: !x 5%\nn: 5\n"))
	r := strict.Reader{Problems: problems}
	r.Map(root, strict.Keys{
		"size":  func(n *strict.Node) { r.Size(n) },
		"share": func(n *strict.Node) { r.Percent(n) },
		"n":     func(n *strict.Node) { r.Int(n, 1, 9) },
	})
	if len(r.Problems) != 2 {
		t.Errorf("%d problems, want Parse's 2: %v", len(r.Problems), r.Problems)
	}
	if r.Held != 1 {
		t.Errorf("%d reports were held back, want that of the size", r.Held)
	}
}

func TestReaderReadsTheKeyThatWasMeant(t *testing.T) {
	f := func(text, want string, names ...string) {
		t.Helper()
		root, problems := strict.Parse("f.yaml", []byte(text))
		r := strict.Reader{Problems: problems, Elsewhere: func(e strict.Entry) string {
			if e.Key.Text == "layers" {
				return "move it"
			}
			return ""
		}}
		var read []string
		r.Map(root, strict.Keys{
			"name": func(n *strict.Node) { read = append(read, n.Text) },
			"when": func(*strict.Node) {},
		})
		r.Need(root, "name")
		var got []string
		for _, p := range r.Problems {
			got = append(got, p.String())
		}
		if all := strings.Join(got, "\n"); all != want || !slices.Equal(read, names) {
			t.Errorf("%q: %s, read %q\nwant %s, read %q", text, all, read, want, names)
		}
	}
	f("nam: a", `f.yaml:1:1: unknown key "nam"; did you mean "name"?`, "a")
	f("nam: a\nname: b", `f.yaml:1:1: unknown key "nam"; did you mean "name"?`, "b")
	f("naem: a\nWhen: b", "f.yaml:1:1: unknown key \"naem\"; did you mean \"name\"?\nf.yaml:2:1: unknown key \"When\"; did you mean \"when\"?", "a")
	f("title: a", "f.yaml:1:1: unknown key \"title\"; known: name, when\nf.yaml:1:1: \"name\" is missing; add it")
	f("name: a\nlayers: b", `f.yaml:2:1: unknown key "layers"; move it`, "a")
}

func TestParseNumber(t *testing.T) {
	good := map[string]int64{"5": 5_000_000, "-2.5": -2_500_000, "0.000001": 1, "0": 0, "-0": 0}
	for text, want := range good {
		if got, ok := strict.ParseNumber(text); !ok || got != want {
			t.Errorf("ParseNumber(%q) = %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-", "01", "01234", "1e3", "0x1", "1_000", "1.", ".5", "+1", "1.0000001", "9999999999999", "٣"} {
		if got, ok := strict.ParseNumber(text); ok {
			t.Errorf("ParseNumber(%q) = %d, want none", text, got)
		}
	}
}

func TestParseDuration(t *testing.T) {
	good := map[string]time.Duration{"90s": 90 * time.Second, "48h": 48 * time.Hour, "2w": 336 * time.Hour, "1d12h": 36 * time.Hour}
	for text, want := range good {
		if got, ok := strict.ParseDuration(text); !ok || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "5", "h", "1h1d", "1h1h", "1M", "1.5h", "-1h", "999999999w", "1d "} {
		if got, ok := strict.ParseDuration(text); ok {
			t.Errorf("ParseDuration(%q) = %v, want none", text, got)
		}
	}
}
