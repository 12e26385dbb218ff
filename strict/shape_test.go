package strict_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"example.com/opentime/strict"
)

// TestShapesFitWhatTheReaderReads reads texts with a Reader and by the pattern
// of the shape that stands for it: what is read fits, and, but for the range of
// numbers and durations, what fits is read.
func TestShapesFitWhatTheReaderReads(t *testing.T) {
	kinds := []struct {
		name   string
		shape  strict.Shape
		pieces []string
		read   func(r *strict.Reader, n *strict.Node)
		exact  bool
	}{
		{"id", strict.IDShape(), []string{"a", "z", "0", "-", "_", "A", "none", "item", strings.Repeat("b", 46)}, func(r *strict.Reader, n *strict.Node) { r.ID(n) }, true},
		{"name", strict.NameShape(), []string{"a", "z", "0", "-", "_", "A", strings.Repeat("b", 62)}, func(r *strict.Reader, n *strict.Node) { r.Name(n) }, true},
		{"boolean", strict.BoolShape(), []string{"true", "false", " ", "yes"}, func(r *strict.Reader, n *strict.Node) { r.Bool(n) }, true},
		{"int", strict.IntShape(-5, 1e9), numberPieces, func(r *strict.Reader, n *strict.Node) { r.Int(n, -5, 1e9) }, false},
		{"float", strict.FloatShape(-5, 1e9), numberPieces, func(r *strict.Reader, n *strict.Node) { r.Float(n, -5, 1e9) }, false},
		{"percent", strict.PercentShape(), append([]string{"%", "100", "00"}, numberPieces...), func(r *strict.Reader, n *strict.Node) { r.Percent(n) }, true},
		{"duration", strict.DurationShape(), []string{"1", "90", "w", "d", "h", "m", "s", "123456789", " ", "-"}, func(r *strict.Reader, n *strict.Node) { r.Duration(n) }, false},
		{"size", strict.SizeShape(), []string{"6", "0", "x", "6x", "x240", "+", " "}, func(r *strict.Reader, n *strict.Node) { r.Size(n) }, true},
		{"text", strict.TextShape(), []string{"a", "é", strings.Repeat("x", 999), strings.Repeat("é", 999)}, func(r *strict.Reader, n *strict.Node) { r.Text(n) }, true},
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			read, refused, random := 0, 0, rand.New(rand.NewPCG(1, 2))
			for range 1000 {
				text := ""
				for range random.IntN(5) {
					text += k.pieces[random.IntN(len(k.pieces))]
				}
				var r strict.Reader
				k.read(&r, &strict.Node{Kind: strict.Scalar, Text: text, Quoted: true})
				ok := len(r.Problems) == 0
				if fits := fitsText(k.shape, text); ok && !fits || k.exact && fits && !ok {
					t.Fatalf("%q: read %v, fits %v", text, ok, fits)
				}
				if ok {
					read++
				} else {
					refused++
				}
			}
			if read == 0 || refused == 0 {
				t.Errorf("%d were read and %d refused, which proves little", read, refused)
			}
		})
	}
}

var numberPieces = []string{"0", "1", "-", ".", "0000001", "123456789012", "5", "e3", "_", "+"}

// fitsText reports whether a text in quotes fits a shape.
func fitsText(s strict.Shape, text string) bool {
	if s.Not != nil {
		for _, word := range s.Not.Enum {
			if text == word {
				return false
			}
		}
	}
	long := s.MaxLength > 0 && len([]rune(text)) > s.MaxLength
	return !long && regexp.MustCompile(s.Pattern).MatchString(text)
}

func TestWordsThatEditorsTakeForSomethingElse(t *testing.T) {
	for words, want := range map[string]string{
		"jpg png":   `{"type":"string","enum":["jpg","png"]}`,
		"2026 gold": `{"anyOf":[{"type":"string","enum":["2026","gold"]},{"type":"number"}]}`,
		"on null":   `{"anyOf":[{"type":"string","enum":["on","null"]},{"type":["boolean","null"]}]}`,
	} {
		got, err := json.Marshal(strict.WordShape(strings.Fields(words)...))
		if err != nil || string(got) != want {
			t.Errorf("WordShape of %s: %s, %v\nwant %s", words, got, err, want)
		}
	}
}

// fieldsOfTest are a map's keys.
var fieldsOfTest = strict.Fields{
	strict.Needs("name", strict.IDShape(), "Its id."),
	strict.Takes("size", strict.SizeShape(), "How large.").Or("600x240"),
	strict.Refuses("later"),
}

func TestFieldsAreWhatIsRead(t *testing.T) {
	none := func(*strict.Node) {}
	fieldsOfTest.Read(strict.Keys{"name": none, "size": none, "later": none})
	for what, keys := range map[string]strict.Keys{
		"a field that nothing reads": {"name": none, "size": none},
		"a key without a field":      {"name": none, "size": none, "later": none, "more": none},
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "BUG: ") {
					t.Errorf("%s: no panic", what)
				}
			}()
			fieldsOfTest.Read(keys)
		}()
	}
}

func TestASchemaIsWritten(t *testing.T) {
	var b bytes.Buffer
	s := strict.Schema{Title: "A file", Root: fieldsOfTest.Shape(), Defs: map[string]strict.Shape{"word": strict.WordShape("a", "<b>")}}
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b.Bytes()); err != nil {
		t.Fatal(err)
	}
	want := `{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"A file","type":"object",` +
		`"properties":{` +
		`"name":{"description":"Its id.","type":["string","number","boolean","null"],"pattern":"^[a-z0-9][a-z0-9-]{0,47}$",` +
		`"errorMessage":"this is no id; write 1 to 48 of a-z, 0-9 and -, not beginning with -","not":{"enum":["none","unknown","item","near"]}},` +
		`"size":{"description":"How large.","default":"600x240","examples":["600x240"],"type":"string","pattern":"^[1-9][0-9]*x[1-9][0-9]*$",` +
		`"errorMessage":"write width and height in CSS pixels, such as 600x240"}},` +
		`"additionalProperties":false,"required":["name"],"$defs":{"word":{"type":"string","enum":["a","<b>"]}}}`
	if compact.String() != want {
		t.Errorf("schema\n%s\nwant\n%s", &compact, want)
	}
}
