package rules_test

import (
	"testing"
	"time"

	"example.com/opentime/rules"
)

// shelf is a catalogue of a few items, in order.
type shelf []rules.Candidate

func (s shelf) Item(id string) (rules.Candidate, bool) {
	for i := range s {
		if s[i].ID == id {
			return s[i], true
		}
	}
	return rules.Candidate{}, false
}

func (s shelf) StockAt(string, string) rules.Value { return rules.Value{} }

func (s shelf) Rank(_ rules.Listing, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	for i := range s {
		if n > 0 && keep(&s[i]) {
			dst = append(dst, s[i])
			n--
		}
	}
	return dst
}

// TestDecideDoesNotAllocate decides campaigns that use the whole language, for
// a person and for a client that fetches ahead.
func TestDecideDoesNotAllocate(t *testing.T) {
	var items shelf
	for _, id := range []string{"dune-3", "wicked", "salt", "moon"} {
		items = append(items, rules.Candidate{Item: &rules.Item{
			ID: id, Title: id, Link: "https://shop.example/" + id, Image: "x", Tags: []string{"action"},
			Price: rules.Value{Type: rules.Money, N: 990, Text: "EUR"}, Starts: rules.Value{Type: rules.Moment, N: 1_795_600_000_000},
		}, Stock: rules.Value{Type: rules.Number, N: 5 * rules.Million}})
	}
	for _, text := range []string{
		string(appendix(t, "black-friday")), string(appendix(t, "birthday")), string(appendix(t, "coffee")), string(appendix(t, "points")),
		`campaign: whole
holdout: 5%
starts: 2026-01-01 local
ends: 2027-01-01
dayparts: {night: 22:00..06:00, day: 06:00..22:00}
segments: {mild: {any: [{weather.temperature: 10..20}, {not: {weather.snow: true}}]}}
show: {link: "https://shop.example/{profile.track}"}
blocks:
  hero:
    show: {layout: photo-headline, item: dune-3, photo: "{item.image}"}
    rules:
      - {name: a, when: {"stock.dune-3@near.shops": 0, daypart: night, date: 12-24..01-02}, show: {headline: "{item.title|upper}"}}
      - {name: b, when: {profile.birthday: today-3d..today+3d, segment: mild}, show: {headline: ["{profile.first_name}", "x"]}}
      - {name: c, when: {item.starts: now-90d..now+90d, now: "> 2026-01-01 local", known: item.price}, show: {headline: "x"}}
    fallback: {headline: "y"}
  list:
    positions: 5
    show: {layout: item-card}
    rules:
      - {name: few, when: {item.stock: 1..20}, show: {items: {from: [popular, recent], where: {tags: action, price: "< 10 EUR"}}}}
      - {name: ids, show: {items: [dune-3, gone, wicked]}}
    fallback: {items: [gone, salt]}
`,
	} {
		c := load(t, text)
		for _, class := range []rules.Class{rules.Person, rules.Prefetcher} {
			s := rules.Signals{
				At: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC), Zone: c.Zone, Locale: "fr-BE", Recipient: "r-1", Trust: rules.Signed,
				Class: class, Values: make([]rules.Value, len(c.Signals)), Items: items,
			}
			var d rules.Decider
			d.Decide(c, &s)
			if n := testing.AllocsPerRun(20, func() { d.Decide(c, &s) }); n != 0 {
				t.Errorf("%s, class %d: %v allocations", c.ID, class, n)
			}
		}
	}
}

// TestDecideDoesNotAllocateForManyRules decides 200 rules of five conditions.
func TestDecideDoesNotAllocateForManyRules(t *testing.T) {
	c := load(t, manyRules())
	for _, open := range ruledOpens {
		s := ruledSignals(t, c, open.given)
		var d rules.Decider
		if decision := d.Decide(c, s)[0]; decision.Reason != rules.Fallback {
			t.Fatalf("%s: %+v", open.name, decision)
		}
		if n := testing.AllocsPerRun(20, func() { d.Decide(c, s) }); n != 0 {
			t.Errorf("%s: %v allocations", open.name, n)
		}
	}
}
