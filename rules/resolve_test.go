package rules_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// TestMergedValuesStayWithinThemselves: what is drawn of a value is one line,
// set apart (UAX 9) and no longer than 200 characters.
func TestMergedValuesStayWithinThemselves(t *testing.T) {
	c := load(t, `campaign: c
blocks:
  b:
    show: {layout: strip, headline: "Dag {profile.first_name}!", link: "https://shop.example/{profile.first_name}"}
    fallback: {headline: "Dag!", link: "https://shop.example"}
`)
	slot, _ := c.Slot("profile.first_name")
	f := func(name, drawn, link string) {
		t.Helper()
		s := rules.Signals{At: time.Unix(0, 0), Values: make([]rules.Value, len(c.Signals))}
		s.Values[slot] = rules.Value{Type: rules.Text, Text: name}
		var d rules.Decider
		decision := &d.Decide(c, &s)[0]
		r, to := d.Resolve(c, &s, decision), d.Destination(c, &s, decision, rules.Marks{})
		if got := r.Values[0].Text; got != "Dag \u2068"+drawn+"\u2069!" {
			t.Errorf("%q is drawn %q, want %q", name, got, drawn)
		}
		if to.Link != "https://shop.example/"+link {
			t.Errorf("%q leads to %s, want %s", name, to.Link, link)
		}
	}
	f("Jo", "Jo", "Jo")
	f("Zoë\r\nX", "ZoëX", "Zo%C3%AB%0D%0AX")
	f("a\u202eb\u2066c\u2069\u2028d\u0085e\x7f", "abcde", "a%E2%80%AEb%E2%81%A6c%E2%81%A9%E2%80%A8d%C2%85e%7F")
	f("{profile.track}", "{profile.track}", "%7Bprofile.track%7D")
	f(strings.Repeat("é", 201), strings.Repeat("é", 200), strings.Repeat("%C3%A9", 201))
}

// TestNoItemIsOfferedTwice decides mails of several lists over catalogues with
// any stock: what rules offer is in stock and in no other position.
func TestNoItemIsOfferedTwice(t *testing.T) {
	c := load(t, `campaign: c
blocks:
  one:
    show: {layout: photo-headline, photo: "{item.image}", items: {from: popular, where: {tags: new}}}
    rules: [{name: few, when: {item.stock: 1..3}, show: {headline: "{item.stock}"}}, {name: any, show: {headline: "{item.title}"}}]
    fallback: {photo: a.jpg, headline: x, link: "https://shop.example"}
  two: {positions: 6, show: {layout: item-card, items: {from: [recent, popular]}}, fallback: nothing}
  three: {positions: 4, show: {layout: item-card, items: {from: popular, where: {price: "< 5 EUR"}}}, fallback: nothing}
`)
	rapid.Check(t, func(t *rapid.T) {
		var items shelf
		for i := range rapid.IntRange(0, 14).Draw(t, "items") {
			id := string(rune('a' + i))
			item := &rules.Item{
				ID: id, Title: id, Image: rapid.SampledFrom([]string{"", "x", "x"}).Draw(t, "image"), Link: "https://shop.example/" + id,
				Price: rules.Value{Type: rules.Money, N: rapid.Int64Range(0, 900).Draw(t, "price"), Text: "EUR"},
			}
			if rapid.Bool().Draw(t, "new") {
				item.Tags = []string{"new"}
			}
			candidate := rules.Candidate{Item: item}
			if n := rapid.Int64Range(-1, 4).Draw(t, "stock"); n >= 0 {
				candidate.Stock = rules.Value{Type: rules.Number, N: n * rules.Million}
			}
			items = append(items, candidate)
		}
		s := rules.Signals{
			At: time.Unix(1_795_600_000, 0), Class: rules.Class(rapid.IntRange(0, 3).Draw(t, "class")),
			Values: make([]rules.Value, len(c.Signals)), Items: items,
		}
		var d rules.Decider
		seen := map[string]string{}
		for _, x := range d.Decide(c, &s) {
			if x.Reason != rules.Matched {
				continue
			}
			id := x.Item.ID
			if where, twice := seen[id]; twice || x.Item.Image == "" || x.Item.Stock.Type == rules.Number && x.Item.Stock.N == 0 {
				t.Fatalf("%s in %s is offered in %s too, has no picture or is sold out: %+v", id, x.Block.ID, where, x.Item)
			}
			seen[id] = x.Block.ID
		}
	})
}
