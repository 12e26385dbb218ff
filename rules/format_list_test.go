package rules

import (
	"slices"
	"strings"
	"testing"
)

// TestEveryFormatIsListed checks that the list has each format, read without a
// problem, with the types it writes.
func TestEveryFormatIsListed(t *testing.T) {
	listed := map[string]bool{}
	for i, f := range ListFormats([]string{"nl", "pl"}) {
		name, _, _ := strings.Cut(f.Format, " ")
		listed[name] = true
		if !slices.Contains(f.Types, formatExamples[i].value.Type) || len(f.Written) != 2 || f.Written[0] == "" {
			t.Errorf("%q writes %v as %q", f.Format, f.Types, f.Written)
		}
		if name == "" {
			continue
		}
		l := &loader{c: &Campaign{}}
		if _, ok := l.format(scalar(f.Format), f.Format, &known{typ: formatExamples[i].value.Type}); !ok {
			t.Errorf("%q is no format: %v", f.Format, l.Problems)
		}
	}
	for name := range formatTypes {
		if !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

func TestListFormats(t *testing.T) {
	want := map[string][]string{
		"money": {"€ 12,50", "12,50 €"}, "date day": {"vrijdag 27 november", "piątek, 27 listopada"},
		"left": {"nog 2 dagen", "jeszcze 2 dni"}, "missing 500": {"80", "80"}, "list 3": {"a, b en c", "a, b i c"},
		"plural one=seat other=seats": {"needs one, other", "needs one, few, many, other"},
	}
	for _, f := range ListFormats([]string{"nl", "pl"}) {
		if texts, ok := want[f.Format]; ok && !slices.Equal(f.Written, texts) {
			t.Errorf("%s: got %q, want %q", f.Format, f.Written, texts)
		}
		delete(want, f.Format)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
}
