package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// conditionsOfTheClock are conditions that may change by the clock alone.
var conditionsOfTheClock = []string{
	`now: 2026-11-01 01:30..2026-11-01 03:00`,
	`now: "2026-10-25 02:30 local..2026-10-25 03:30 local"`,
	`now: [2026-03-29, 2026-11-01 local, "> 2026-12-31 23:30 America/New_York"]`,
	`now: "<= 2026-10-25"`,
	`date: today-1d..today`,
	`date: 12-24..01-02`,
	`date: [2026-10-25, 2026-03-08..2026-03-29]`,
	`date: "> 2027-02-28"`,
	`time: 22:00..02:30`,
	`time: [02:30..03:15, "< 00:30", ">= 23:45"]`,
	`weekday: sat..mon`,
	`weekday: ["< wed", fri]`,
	`month: 12..2`,
	`month: ">= 11"`,
	`daypart: night`,
	`daypart: [late, morning]`,
	`parameters.day: today..today+2d`,
	`parameters.day: "< today"`,
	`parameters.at: now-36h..now+90m`,
	`parameters.at: "> now+1d"`,
	`parameters.at: today..today+1d`,
	`parameters.at: ["< today", "> now+12h30m"]`,
	`profile.birthday: today-1d..today+1d`,
	`profile.birthday: ">= today"`,
	`profile.birthday: 02-27..02-28`,
	`profile.birthday: today+364d..today+366d`,
	`item.starts: "> now"`,
	`item.ends: now..now+6h`,
	`item.starts: today..today+7d`,
	`weather.rain: true`,
	`known: parameters.at`,
}

var variantsOfTheClock = []string{
	`{layout: strip, headline: "x"}`,
	`{layout: countdown, until: 2026-10-25 02:30}`,
	`{layout: countdown, until: 2026-11-01 01:30 local}`,
	`{layout: countdown, until: parameters.at+1h}`,
	`{layout: countdown, until: item.ends-30m}`,
	`{layout: strip, headline: "{item.title}", items: {from: popular, where: {starts: "< now+2h"}}}`,
}

// anyCondition draws a condition: one of the clock's, or some of them under a
// word.
func anyCondition(t *rapid.T, depth int) string {
	part := func() string { return anyCondition(t, depth-1) }
	kind := "one"
	if depth > 0 {
		kind = rapid.SampledFrom([]string{"one", "one", "any", "not", "neither", "all"}).Draw(t, "kind")
	}
	switch kind {
	case "any", "all":
		return kind + ": [{" + part() + "}, {" + part() + "}]"
	case "not":
		return "not: {" + part() + "}"
	case "neither":
		return "not: [{" + part() + "}, {" + part() + "}]"
	}
	return rapid.SampledFrom(conditionsOfTheClock).Draw(t, "condition")
}

// clockCampaign draws a campaign of one block whose rules look at the clock.
func clockCampaign(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("campaign: clock\nparameters: {day: {type: date}, at: {type: moment}}\n")
	b.WriteString(rapid.SampledFrom([]string{
		"dayparts: {late: 21:30..02:30, night: 02:30..06:00, morning: 06:00..12:00}\n",
		"dayparts: {night: 22:00..03:00, morning: 06:00..12:00, late: 18:00..22:00}\n",
	}).Draw(t, "dayparts"))
	b.WriteString(rapid.SampledFrom([]string{"", "starts: 2026-10-25 02:15 local\n", "ends: 2026-11-01 01:45 local\n", "ends: 2026-12-31\n"}).Draw(t, "limit"))
	b.WriteString("blocks:\n  b:\n    show: {item: dune-3, link: \"https://shop.example\"}\n    rules:\n")
	for i := range rapid.IntRange(1, 3).Draw(t, "rules") {
		fmt.Fprintf(&b, "      - {name: r%d, when: {%s}, show: %s}\n", i, anyCondition(t, 2), rapid.SampledFrom(variantsOfTheClock).Draw(t, "variant"))
	}
	b.WriteString("    fallback: {layout: strip, headline: \"y\", item: \"\"}\n")
	return b.String()
}

// clockSignals draws an open near a change of the clock, a year's end or a leap
// day.
func clockSignals(t *rapid.T, c *rules.Campaign) rules.Signals {
	zone, err := time.LoadLocation(rapid.SampledFrom([]string{
		"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "Pacific/Apia",
	}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	day := rapid.SampledFrom([]string{
		"2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31", "2026-12-30", "2027-02-27", "2028-02-27",
	}).Draw(t, "day")
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		t.Fatal(err)
	}
	s := rules.Signals{
		At: at.Add(time.Duration(rapid.Int64Range(0, 48*3600).Draw(t, "seconds")) * time.Second), Zone: zone,
		Trust: rules.Signed, Recipient: "r", Values: make([]rules.Value, len(c.Signals)),
	}
	near := func(what string) string {
		return s.At.Add(time.Duration(rapid.Int64Range(-60*3600, 60*3600).Draw(t, what)) * time.Second).UTC().Format(time.RFC3339)
	}
	for name, text := range map[string]string{
		"item.dune-3.starts": near("starts"), "item.dune-3.ends": near("ends"), "item.dune-3.title": "D",
		"item.wicked.starts": near("starts"), "item.wicked.title": "W",
		"parameters.at": near("at"), "parameters.day": near("of")[:10],
		"profile.birthday": rapid.SampledFrom([]string{"02-29", "02-28", "12-31", "01-01", "10-25"}).Draw(t, "birthday"),
		"weather.rain":     rapid.SampledFrom([]string{"true", "false", "unknown"}).Draw(t, "rain"),
	} {
		if err := rules.Give(c, &s, name, text); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestNothingChangesBeforeUntil steps the clock by the minute for two days and
// by the hour for a year: what is decided never changes before Until said so.
func TestNothingChangesBeforeUntil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := clockCampaign(t)
		c := load(t, text)
		s := clockSignals(t, c)
		var d rules.Decider
		first := d.Decide(c, &s)[0]
		until := rules.Until(c, &s, &first)
		end := s.At.AddDate(1, 0, 0)
		if !until.IsZero() {
			end = until
		}
		step := time.Minute
		for later := s; later.At.Before(end); later.At = later.At.Add(step) {
			if later.At.Sub(s.At) > 48*time.Hour {
				step = time.Hour
			}
			now := d.Decide(c, &later)[0]
			if now.Rule != first.Rule || now.Reason != first.Reason || now.HasItem != first.HasItem ||
				now.HasItem && now.Item.ID != first.Item.ID {
				t.Fatalf("%s\nat %v %+v\nat %v %+v, but until %v", text, s.At, first.Rule, later.At, now.Rule, until)
			}
		}
	})
}
