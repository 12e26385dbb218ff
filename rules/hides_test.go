package rules_test

import (
	"testing"
	"time"

	"example.com/opentime/rules"
)

// TestWhatAnItemIsToTheRecipientNeedsAKeyedLink gives what the recipient did with
// an item: a link that anybody may write does not show it, of the item in scope
// nor of one by its id.
func TestWhatAnItemIsToTheRecipientNeedsAKeyedLink(t *testing.T) {
	for _, name := range []string{"item.viewed", "item.dune-3.viewed"} {
		c := load(t, "campaign: c\nblocks: {b: {show: {layout: strip, item: dune-3, headline: x}, "+
			"rules: [{name: r, when: {"+name+": true}}], fallback: {headline: x}}}\n")
		for trust, want := range map[rules.Trust]string{
			rules.Anonymous: "unknown", rules.Claimed: "unknown", rules.Keyed: "true", rules.Signed: "true",
		} {
			s := rules.Signals{At: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), Trust: trust, Recipient: "r", Values: make([]rules.Value, len(c.Signals))}
			if err := rules.Give(c, &s, "item.dune-3.viewed", "true"); err != nil {
				t.Fatal(err)
			}
			if got := rules.Explain(c, &s, "b", 1).Rules[0].Holds; got != want {
				t.Errorf("%s of a %s link: %s, want %s", name, trust, got, want)
			}
		}
	}
}
