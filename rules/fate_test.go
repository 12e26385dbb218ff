package rules_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// TestFatesAreWhatExplainSays compares the fate of every rule at every position
// with explain's account of it, whatever order they are asked in.
func TestFatesAreWhatExplainSays(t *testing.T) {
	var campaigns []*rules.Campaign
	for _, name := range []string{"birthday", "black-friday", "coffee", "points", "renewal", "parcel", "visit-us"} {
		campaigns = append(campaigns, load(t, string(appendix(t, name))))
	}
	campaigns = append(campaigns, load(t, `campaign: goods
ends: 2026-12-31
holdout: 20%
blocks:
  hero:
    show: {layout: item-card, items: {from: popular}}
    rules:
      - {name: seen, when: {here.country: BE}, show: {reason: "{item.title}"}}
      - {name: cheap, when: {item.price: "< 300 EUR"}}
    fallback: nothing
  picks:
    positions: 3
    show: {layout: item-card, items: {from: popular}}
    rules:
      - {name: few, when: {item.stock: 1..2}, show: {reason: few}}
      - {name: any, show: {}}
      - {name: never, show: {reason: never}}
    fallback: nothing
`))
	seen := map[rules.Fate]int{}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(campaigns).Draw(t, "campaign")
		s := anySignals(t, c)
		s.Recipient, s.Trust = fmt.Sprint("r", rapid.IntRange(0, 9).Draw(t, "recipient")), rules.Signed
		var items shelf
		for i := range rapid.IntRange(0, 4).Draw(t, "items") {
			id := string(rune('a' + i))
			items = append(items, rules.Candidate{
				Item: &rules.Item{
					ID: id, Title: id, Image: "x", Link: "https://shop.example/" + id,
					Price: rules.Value{Type: rules.Money, N: rapid.Int64Range(0, 90_000).Draw(t, "price"), Text: "EUR"},
				},
				Stock: rules.Value{Type: rules.Number, N: rapid.Int64Range(0, 4).Draw(t, "stock") * rules.Million},
			})
		}
		s.Items = items
		var d rules.Decider
		decisions := d.Decide(c, &s)
		for range 2 * len(decisions) {
			at := rapid.IntRange(0, len(decisions)-1).Draw(t, "position")
			decision := &decisions[at]
			taken := -1
			x := rules.Explain(c, &s, decision.Block.ID, decision.Position)
			for i, account := range x.Rules {
				fate := d.Fate(decisions, at, decision.Block.Rules[i])
				seen[fate]++
				if want := fateOf(&account, taken >= 0, decision.Reason); fate != want {
					t.Fatalf("%s/%d, rule %s: fate %d, want %d of %+v", x.Block, x.Position, account.Name, fate, want, account)
				}
				if account.Taken {
					taken = i
				}
			}
		}
	})
	for fate := range rules.Fates {
		if seen[fate] == 0 {
			t.Errorf("no rule had the fate %d", fate)
		}
	}
}

// fateOf is the fate that explain's account of a rule tells.
func fateOf(a *rules.RuleAccount, below bool, reason rules.Reason) rules.Fate {
	switch {
	case a.Taken:
		return rules.Taken
	case reason != rules.Matched && reason != rules.Fallback:
		return rules.Untried
	case a.Holds == "false":
		return rules.Failing
	case a.Holds == "unknown":
		return rules.Uncertain
	case !a.Complete:
		return rules.Incomplete
	case below:
		return rules.Forestalled
	}
	return rules.Fates // it should have been taken
}
