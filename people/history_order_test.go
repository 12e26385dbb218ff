package people_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/people"
	"example.com/opentime/rules"
)

func TestAPurchaseThatIsTakenBackIsNone(t *testing.T) {
	d := newDesk(t)
	const (
		applied = `{"applied":1,"ignored":[],"refused":[]}`
		carted  = `[{"r":"emma","kind":"carted","item":"dune","at":"2026-11-22T08:00:00Z"}]`
		bought  = `[{"r":"emma","kind":"bought","item":"dune","price":"9 EUR","id":"o1/1","at":"2026-11-22T09:00:00Z"}]`
		back    = `[{"r":"emma","kind":"unbought","id":"o1/1","at":"2026-11-22T12:00:00Z"}]`
		again   = `[{"r":"emma","kind":"bought","item":"dune","id":"o2/1","at":"2026-11-22T13:00:00Z"}]`
	)
	ignored := func(why string) string {
		return fmt.Sprintf(`{"applied":0,"ignored":[{"row":1,"why":%q}],"refused":[]}`, why)
	}
	for _, step := range []struct{ body, answer, past string }{
		{carted, applied, "carted dune[]"},
		{bought, applied, "bought dune[], carted dune[]"},
		{bought, ignored("came before"), "bought dune[], carted dune[]"},
		{back, applied, ""},
		{back, ignored("came before"), ""},
		{bought, ignored("taken back"), ""},
		{again, applied, "bought dune[]"},
		{back, ignored("came before"), "bought dune[]"},
	} {
		if got := d.did(step.body); got != step.answer || d.past("emma") != step.past {
			t.Errorf("%s: %s, and %s; want %s, and %s", step.body, got, d.past("emma"), step.answer, step.past)
		}
		d.open()
		p, err := d.Profile("emma")
		if err != nil {
			t.Fatal(err)
		}
		if cart := p.Past.Cart(d.clock().UnixMilli()); cart.Items != 0 && step.body != carted {
			t.Errorf("%s: %d items in the cart", step.body, cart.Items)
		}
	}
	if got := d.did(`[{"r":"emma","kind":"unbought","item":"dune"}]`); !strings.Contains(got, "id is missing; write that of the purchase") {
		t.Error(got)
	}
	about, err := d.About("emma")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(about.Did)
	if err != nil || !strings.Contains(string(text), `{"kind":"unbought","at":"2026-11-22T12:00:00Z"`) {
		t.Errorf("shown as %s, %v", text, err)
	}
}

// TestOfAPurchaseTheNewestWordCounts tells that a purchase stands and that it is taken
// back in the order in which that was so, each word any number of times, late ones
// too once it was taken back: what was told last stays.
func TestOfAPurchaseTheNewestWordCounts(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		d := newDesk(t)
		word := func(minute int, stands bool) {
			at := noon.Add(time.Duration(minute-1000) * time.Minute).Format(time.RFC3339)
			row := people.EventRow{R: "emma", ID: "o1/1", Kind: "unbought", At: at}
			if stands {
				row = people.EventRow{R: "emma", ID: "o1/1", Kind: "bought", Item: "dune", At: "2026-11-20T09:00:00Z", Told: at}
			}
			if _, err := d.AddEvents([]people.EventRow{row}, noon); err != nil {
				r.Fatal(err)
			}
		}
		words := rapid.SliceOfN(rapid.Bool(), 1, 8).Draw(r, "words")
		taken := false
		for i, stands := range words {
			word(i, stands)
			taken = taken || !stands
			if taken { // from then on it is known when it was told
				late := rapid.IntRange(0, i).Draw(r, "late")
				word(late, words[late])
			}
		}
		want := 0
		if words[len(words)-1] {
			want = 1
		}
		p, err := d.Profile("emma")
		if err != nil {
			r.Fatal(err)
		}
		if got := len(p.Past.Events(nil, 1<<rules.Bought)); got != want {
			r.Fatalf("%v: %d purchases, want %d", words, got, want)
		}
	})
}
