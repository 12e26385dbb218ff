package rules_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// load compiles a campaign of the appendix's server that must have no problem.
func load(t rapid.TB, text string) *rules.Campaign {
	t.Helper()
	return loadFor(t, sender(t), text)
}

func loadFor(t rapid.TB, s *rules.Sender, text string) *rules.Campaign {
	t.Helper()
	root, problems := strict.Parse("c.yaml", []byte(text))
	if root == nil {
		t.Fatal(problems)
	}
	c, more := rules.Load("c.yaml", root, s, nil)
	if strict.Bad(append(problems, more...)) {
		t.Fatalf("problems: %v", append(problems, more...))
	}
	return c
}

func TestLimitsFollowTheClockOfTheCampaign(t *testing.T) {
	f := func(starts, ends, wantStarts, wantEnds string) {
		t.Helper()
		c := load(t, "campaign: c\nstarts: "+starts+"\nends: "+ends+"\nblocks: {b: {show: {layout: strip, headline: x}}}\n")
		if got := c.Starts.UTC().Format(time.RFC3339); got != wantStarts {
			t.Errorf("starts %s is %s, want %s", starts, got, wantStarts)
		}
		if got := c.Ends.UTC().Format(time.RFC3339); got != wantEnds {
			t.Errorf("ends %s is %s, want %s", ends, got, wantEnds)
		}
	}
	f("2026-11-23", "2026-12-04", "2026-11-22T23:00:00Z", "2026-12-04T23:00:00Z")
	f("2026-11-23 08:00", "2026-12-04 23:59", "2026-11-23T07:00:00Z", "2026-12-04T22:59:00Z")
	f("2026-11-23 08:00", "2026-12-04 24:00", "2026-11-23T07:00:00Z", "2026-12-04T23:00:00Z")
	// 02:30 occurs twice on 25 October: first in summer time, then in winter time.
	f("2026-10-25 02:30", "2026-10-25 02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
	// 02:30 does not occur on 29 March: 03:00 is the next that does.
	f("2026-03-29 02:30", "2026-03-29 03:30", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z")
	f("2026-11-23 08:00 Europe/London", "2026-11-23T08:00:00-05:00", "2026-11-23T08:00:00Z", "2026-11-23T13:00:00Z")
}

func TestMatchersCompile(t *testing.T) {
	f := func(condition string, want rules.Match) {
		t.Helper()
		c := load(t, "campaign: c\nblocks: {b: {show: {layout: strip, headline: x}, rules: [{name: r, when: {"+condition+"}}]}}\n")
		if got := c.Blocks[0].Rules[0].When.Any[0]; got != want {
			t.Errorf("%s is %+v, want %+v", condition, got, want)
		}
	}
	const least, most = -1 << 63, 1<<63 - 1
	f(`profile.points: "< 5"`, rules.Match{Lo: least, Hi: 4_999_999})
	f(`profile.points: 1..20`, rules.Match{Lo: 1_000_000, Hi: 20_000_000})
	f(`time: 22:00..02:00`, rules.Match{Lo: 79200, Hi: 7199, Wraps: true})
	f(`weekday: sat..mon`, rules.Match{Lo: 5, Hi: 0, Wraps: true})
	f(`weekday: ">= sat"`, rules.Match{Lo: 5, Hi: 6})
	f(`month: 12..2`, rules.Match{Lo: 12, Hi: 2, Wraps: true})
	f(`date: 12-24`, rules.Match{Lo: 1224, Hi: 1224, Yearless: true})
	f(`date: today..today+7d`, rules.Match{Hi: 7, LoFrom: rules.Today, HiFrom: rules.Today})
	f(`profile.birthday: today-3d..today+3d`, rules.Match{Lo: -3, Hi: 3, LoFrom: rules.Today, HiFrom: rules.Today, Yearless: true})
	f(`now: 2026-11-27 00:00..2026-11-28 00:00`, rules.Match{Lo: 1795734000000, Hi: 1795820400000 - 1})
	f(`now: 2026-11-27`, rules.Match{Lo: 1795734000000, Hi: 1795820400000 - 1})
	f(`now: "< 2026-11-27"`, rules.Match{Lo: least, Hi: 1795734000000 - 1})
	f(`now: "> 2026-11-27 08:00 local"`, rules.Match{Lo: 1795766400000 + 1, Hi: most, LoFrom: rules.Local})
	f(`profile.postcode: "56*"`, rules.Match{Text: "56", Prefix: true})
	f(`weather.rain: true`, rules.Match{Lo: 1, Hi: 1})
}

func TestItemsBringTheirLink(t *testing.T) {
	c := load(t, `campaign: c
show: {link: "https://shop.example/house"}
blocks:
  picks:
    positions: 2
    show: {layout: item-card, items: {from: [popular, recent], where: {tags: a, in_stock: true}}}
    rules:
      - {name: own, when: {item.stock: 1..20}, show: {link: "https://shop.example/own"}}
      - {name: theirs, show: {price: ""}}
    fallback: {item: "", photo: a.jpg, title: x}
`)
	b := c.Blocks[0]
	if got := b.Rules[0].Variant.Link[0][0][0].Literal; got != "https://shop.example/own" {
		t.Errorf("own link = %q", got)
	}
	if p := b.Rules[1].Variant.Link[0][0][0]; !p.Whole || p.Ref != (rules.Ref{Kind: rules.ItemRef, Index: int(rules.ItemLink)}) {
		t.Errorf("inherited house link was not replaced by the item's: %+v", p)
	}
	if got := b.Fallback.Link[0][0][0].Literal; got != "https://shop.example/house" {
		t.Errorf("a fallback without an item leads to %q, want the house link", got)
	}
	if v := b.Rules[1].Variant; v.Values[2].Type != rules.Unknown || v.Values[0].Type != rules.Picture {
		t.Errorf("price was not dropped, or photo has no default: %+v", v.Values)
	}
	if l := b.Rules[1].Variant.List; l.InStock || !l.NotBought {
		t.Errorf("where in_stock did not replace the default: %+v", l)
	}
}

func TestSignalsHaveOneSlotEach(t *testing.T) {
	c := load(t, `campaign: c
segments: {few: {"stock[dune-3]": 1..20}}
blocks:
  a: {show: {layout: strip, headline: "x"}, rules: [{name: r, when: {stock.dune-3: 0}}, {name: s, when: {segment: few, weather.rain: true}}]}
`)
	if len(c.Signals) != 2 {
		t.Errorf("signals %+v, want stock.dune-3 and weather.rain", c.Signals)
	}
	if slot, ok := c.Slot("stock.dune-3"); !ok || c.Signals[slot].Key != "dune-3" {
		t.Errorf("slot %d, %v", slot, ok)
	}
}

func TestLoadTests(t *testing.T) {
	c := load(t, `campaign: c
parameters: {tier: {type: text}}
blocks:
  seats:
    show: {layout: strip, item: dune-3}
    rules: [{name: near-few, when: {stock.dune-3@near.shops: 1..20, parameters.tier: gold}, show: {headline: "Nog {stock.dune-3@near.shops} in {near.shops.city}"}}]
    fallback: {headline: "Nu", link: "https://shop.example"}
`)
	root, problems := strict.Parse("c.test.yaml", []byte(`
- name: few seats
  at: 2026-12-01T20:15:00+01:00
  open: {r: r-123, client: apple-mail, parameters: {tier: gold}}
  given: {near.shops: {id: ghent, city: Gent}, "stock.dune-3@near.shops": 12, item.dune-3: {link: "https://shop.example/d"}}
  expect: {seats: {rule: near-few, says: "Nog 12 in Gent", until: none}}
- name: wrong
  at: soon
  given: {weather.rian: true, weather.rain: maybe, events: [{seen: a}], client.class: prefecher, profile.points: some}
  expect: {seat: {rule: none}, seats/2: {rule: none}, seats: {rule: near-many}}
`))
	if root == nil {
		t.Fatal(problems)
	}
	tests, problems := rules.LoadTests(root, c, sender(t))
	if len(tests) != 2 || len(tests[0].Gives) != 4 || tests[0].Open.Trust != rules.Signed || len(tests[0].Expect) != 1 {
		t.Fatalf("tests %+v", tests)
	}
	want := []string{
		`c.test.yaml:8:7: "soon" is not a moment; write one such as 2026-11-27 08:00 or 2026-11-27`,
		`c.test.yaml:9:11: unknown signal "weather.rian"; did you mean "weather.rain"?`,
		`c.test.yaml:9:45: "maybe" is not true or false; write true or false`,
		`c.test.yaml:9:61: "at" is missing; add it`,
		`c.test.yaml:9:61: an event is one of viewed, carted, bought, wished, rated, opened, clicked, shown, searched, answered; write one such as {viewed: dune-3, at: 2026-11-20 10:00}`,
		`c.test.yaml:9:62: unknown key "seen"; known: answered, at, bought, carted, clicked, opened, rated, searched, shown, viewed, wished`,
		`c.test.yaml:9:87: client.class is never "prefecher"; did you mean "prefetcher"?`,
		`c.test.yaml:9:114: "some" is not a number; write plain digits, such as 1200 or 2.5`,
		`c.test.yaml:10:12: unknown block "seat"; did you mean "seats"?`,
		`c.test.yaml:10:32: block "seats" has one position; write seats alone`,
		`c.test.yaml:10:69: block "seats" has no rule "near-many"; known: near-few, none`,
	}
	for i, p := range problems {
		if i >= len(want) || p.String() != want[i] {
			t.Errorf("problem %d: %s", i, p)
		}
	}
	if len(problems) != len(want) {
		t.Errorf("%d problems, want %d", len(problems), len(want))
	}
}
