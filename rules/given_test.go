package rules_test

import (
	"testing"
	"time"

	"example.com/opentime/rules"
)

// TestWhatIsGivenLiesOverAnotherDeclaration gives an item another title where the
// catalogue holds the attributes that feeds declare now, not those of the
// campaign.
func TestWhatIsGivenLiesOverAnotherDeclaration(t *testing.T) {
	c := load(t, `campaign: c
blocks:
  b:
    show: {layout: strip, item: dune, link: "https://shop.example"}
    rules: [{name: r, when: {item.review: good}, show: {headline: "{item.title}"}}]
    fallback: {item: "", headline: x}
`)
	text := func(s string) rules.Value { return rules.Value{Type: rules.Text, Text: s} }
	dune := &rules.Item{
		ID: "dune", Title: "Dune", Declared: []rules.Attribute{{Name: "secret", Type: rules.Text}, {Name: "review", Type: rules.Text}},
	}
	f := func(secret, review, gives, want string) {
		t.Helper()
		held := *dune
		held.More = []rules.Value{text(secret), text(review)}
		s := rules.Signals{At: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Values: make([]rules.Value, len(c.Signals)), Items: shelf{{Item: &held}}}
		for name, value := range map[string]string{"item.dune.title": "Other", "item.dune.review": gives} {
			if value == "" {
				continue
			}
			if err := rules.Give(c, &s, name, value); err != nil {
				t.Fatal(err)
			}
		}
		if x := rules.Explain(c, &s, "b", 1); x.Rule != want || want == "r" && x.Says[0] != "Other" {
			t.Errorf("secret %q, review %q, given %q: %v", secret, review, gives, x.Rules)
		}
	}
	f("good", "bad", "", "none")
	f("bad", "good", "", "r")
	f("good", "bad", "good", "r")
	f("good", "good", "bad", "none")
}

func TestParametersAreBelievedByTrust(t *testing.T) {
	c := load(t, `campaign: c
parameters: {who: {type: name}, note: {type: text}, kind: {type: text, values: [a, b]}, count: {type: number}}
blocks: {b: {show: {layout: strip, headline: x}}}
`)
	for i, want := range map[int]string{
		0: "-- -- kk kk", // who: from a keyed link on
		1: "-- -k -k -k", // note: sealed, and somebody's
		2: "kk kk kk kk",
		3: "kk kk kk kk",
	} {
		got := ""
		for _, trust := range []rules.Trust{rules.Anonymous, rules.Claimed, rules.Keyed, rules.Signed} {
			for _, sealed := range []bool{false, true} {
				if c.Params[i].Believed(trust, sealed) {
					got += "k"
				} else {
					got += "-"
				}
			}
			got += " "
		}
		if got != want+" " {
			t.Errorf("%s: %s, want %s", c.Params[i].Name, got, want)
		}
	}
}
