package rules_test

import (
	"testing"
	"time"

	"example.com/opentime/rules"
)

// TestOffersEndWithTheLastMomentOfTheirRule: an
// offer has ended when what its rule says of now and date cannot hold again.
func TestOffersEndWithTheLastMomentOfTheirRule(t *testing.T) {
	c := load(t, `campaign: ended
dayparts: {day: 06:00..22:00, night: 22:00..06:00}
segments: {sale: {now: 2026-12-01..2026-12-05}}
blocks:
  hero:
    show: {layout: strip, headline: "x", link: "https://shop.example/hero", after: "https://shop.example/over"}
    rules:
      - {name: any, when: {any: [{now: 2026-11-01..2026-11-02}, {date: 2026-11-04}]}}
      - {name: segment, when: {segment: sale, weather.rain: true}}
      - {name: not, when: {not: {now: ">= 2026-12-10"}, weather.snow: true}}
      - {name: not-list, when: {not: [{weather.snow: true}, {date: "> 2026-12-20"}]}}
      - {name: open, when: {any: [{now: "< 2027-02-01"}, {weather.rain: true}]}}
      - {name: night, when: {date: 2027-03-01, daypart: night}}
      - {name: either, when: {not: {any: [{now: [2027-03-03..2027-03-04, "> 2027-03-06"]}, {weather.rain: true}]}}}
    fallback: {headline: "y"}
`)
	f := func(at, rain, snow, rule, ended string) {
		t.Helper()
		zone := c.Zone
		now, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		s := rules.Signals{At: now, Values: make([]rules.Value, len(c.Signals))}
		for name, text := range map[string]string{"weather.rain": rain, "weather.snow": snow} {
			if err := rules.Give(c, &s, name, text); err != nil {
				t.Fatal(err)
			}
		}
		var d rules.Decider
		decision := &d.Decide(c, &s)[0]
		name, got := "none", "never"
		if decision.Rule != nil {
			name = decision.Rule.Name
		}
		if r := d.Destination(c, &s, decision, rules.Marks{}); !r.Ended.IsZero() {
			got = r.Ended.In(zone).Format("2006-01-02 15:04")
		}
		if name != rule || got != ended {
			t.Errorf("at %s: rule %s ends %s, want %s, %s", at, name, got, rule, ended)
		}
	}
	f("2026-11-01 12:00", "unknown", "unknown", "any", "2026-11-05 00:00")
	f("2026-12-02 12:00", "true", "unknown", "segment", "2026-12-06 00:00")
	f("2026-12-02 12:00", "false", "true", "not", "2026-12-10 00:00")
	f("2026-12-02 12:00", "false", "false", "not-list", "2026-12-21 00:00")
	f("2026-12-22 12:00", "true", "unknown", "open", "never")
	f("2027-03-02 05:59", "false", "unknown", "night", "2027-03-02 06:00")
	f("2027-03-01 12:00", "false", "unknown", "either", "2027-03-07 00:00")
	f("2027-03-08 12:00", "false", "unknown", "none", "never")
}
