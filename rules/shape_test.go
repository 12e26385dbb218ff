package rules

import (
	"iter"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/opentime/strict"
)

// literalPieces make literals of all types, and what is nearly one.
var literalPieces = []string{
	"5", "-2.5", "0", "01", "1e3", "%", " EUR", "  eur", " EURO", "18:00", "24:00", "25:00", "7:30", "12.50 EUR", "mon", "sat", "monday", "12", "13",
	"2026-11-27", "12-24", "2-29", "today", "now", "+7d", "-48h", "+", "T08:00:30", " 08:00", "Z", " Europe/London", " Etc/GMT+5", "+01:00", " -03:30",
	" local", "90s", "1d12h", "1h1d", "..", "<", ">=", "<=", "=", " ", "\u00a0", "\t", "true", "false", "gold", "Gold", "gol*", "s*", "sorting", "*", "a.b", ".",
	"BE", "be", "bel", "B*", "unknown", "some", "{x}",
}

// TestPatternsFitWhatMatchersRead reads texts as matchers of each type, and as
// values that a test gives: what is read fits the shape that editors are told.
func TestPatternsFitWhatMatchersRead(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	asked := []*known{
		{typ: Text, country: true}, {typ: Text, values: []string{"gold", "silver"}}, {typ: TextList, values: []string{"sorting", "on"}},
	}
	for _, typ := range comparedTypes {
		asked = append(asked, &known{typ: typ})
	}
	for _, k := range asked {
		t.Run(strings.TrimSpace(k.typ.String()+" "+strings.Join(k.values, " ")), func(t *testing.T) {
			matched, told := shapePattern(matchShape(k)), shapePattern(givenShape(k))
			read, refused, untold := 0, 0, 0
			for text := range someTexts(4000) {
				l := &loader{c: &Campaign{Zone: zone}, sender: &Sender{}}
				_, ok := l.match(&strict.Node{Kind: strict.Scalar, Text: text, Quoted: true}, k)
				switch fits := matched.MatchString(text); {
				case ok && !fits:
					t.Fatalf("%q is a matcher and does not fit %s", text, matched)
				case ok:
					read++
				case fits:
					untold++
				default:
					refused++
				}
				g := &Given{Type: k.typ, values: k.values}
				if _, err := g.parse(text, l.c); err == nil && !told.MatchString(text) {
					t.Fatalf("%q can be given and does not fit %s", text, told)
				}
			}
			if t.Logf("%d were read, %d refused by both, %d by the reader only", read, refused, untold); read == 0 || refused == 0 {
				t.Error("which proves little")
			}
		})
	}
}

// TestTheMomentsPatternFitsWhatIsRead does so for moments such as a test's at.
func TestTheMomentsPatternFitsWhatIsRead(t *testing.T) {
	pattern := shapePattern(momentShape())
	read := 0
	for text := range someTexts(20_000) {
		l := &loader{c: &Campaign{Zone: time.UTC}}
		l.moment(&strict.Node{Kind: strict.Scalar, Text: text}, EndsAt)
		if len(l.Problems) == 0 && !pattern.MatchString(text) {
			t.Fatalf("%q is a moment and does not fit %s", text, pattern)
		}
		if len(l.Problems) == 0 {
			read++
		}
	}
	if read < 50 {
		t.Errorf("only %d texts are moments", read)
	}
}

// someTexts makes n texts of the pieces, the same at every run.
func someTexts(n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		for range n {
			text := ""
			for range 1 + random.IntN(5) {
				text += literalPieces[random.IntN(len(literalPieces))]
			}
			if !yield(text) {
				return
			}
		}
	}
}

// shapePattern compiles a shape's pattern as ECMA-262 means it.
func shapePattern(s strict.Shape) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(s.Pattern, `[\s`, `[\t\n\v\f\r\p{Z}\x{FEFF}`))
}
