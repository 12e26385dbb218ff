package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// anyCondition draws a condition: one that passes with the clock, or one that
// does not, or some of them under a word.
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
		return "not: [{" + part() + "}]"
	case "neither":
		return "not: [{" + part() + "}, {" + part() + "}]"
	}
	if rapid.IntRange(0, 5).Draw(t, "steady") == 0 {
		return rapid.SampledFrom([]string{`weather.rain: true`, `known: parameters.at`, `client.class: person`, `near.shops.open: true`}).Draw(t, "condition")
	}
	return rapid.SampledFrom(passing).Draw(t, "condition")
}

// anyShow are variants of which conditions on items can stand beside.
var anyShow = append([]string{
	`{item: wicked}`,
	`{items: [moon, gone, dune-3]}`,
	`{headline: "{item.title}", items: {from: [recommend, popular]}}`,
	`{headline: "{item.title}", items: {from: [cart, popular]}}`,
	`{headline: "{item.title}", items: {from: popular, where: {starts: "< now+2h"}}}`,
	`{layout: countdown, items: {from: recent}, until: item.ends}`,
	`{headline: "Till {near.shops.closes}"}`,
	`nothing`,
}, untils...)

// anyPassing draws a campaign whose blocks look at the clock.
func anyPassing(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("campaign: clock\nparameters: {day: {type: date}, at: {type: moment}}\n")
	b.WriteString(rapid.SampledFrom([]string{
		"dayparts: {late: 21:30..02:30, dawn: 02:30..06:00, day: 06:00..12:00}\n",
		"dayparts: {dawn: 05:00..06:00, day: 06:00..18:00, late: 18:00..00:00}\n",
	}).Draw(t, "dayparts"))
	b.WriteString(rapid.SampledFrom([]string{"", "", "starts: 2027-10-31 02:15 local\n", "ends: 2027-11-07 01:45 local\n", "ends: 2027-12-31\n"}).Draw(t, "limit"))
	b.WriteString("blocks:\n")
	for i := range rapid.IntRange(1, 3).Draw(t, "blocks") {
		positions := rapid.IntRange(1, 3).Draw(t, "positions")
		fmt.Fprintf(&b, "  b%d:\n    positions: %d\n    prefetched: %s\n    format: png\n", i, positions,
			rapid.SampledFrom([]string{"true-later", "as-opened"}).Draw(t, "prefetched"))
		b.WriteString("    show: {layout: strip, headline: x, item: dune-3, link: \"https://shop.example\"}\n    rules:\n")
		for j := range rapid.IntRange(1, 3).Draw(t, "rules") {
			show := rapid.SampledFrom(anyShow).Draw(t, "variant")
			when := anyCondition(t, 2)
			for show == "nothing" && strings.Contains(when, "item.") {
				when = anyCondition(t, 2) // there is no item in its scope
			}
			fmt.Fprintf(&b, "      - {name: r%d, when: {%s}, show: %s}\n", j, when, show)
		}
		fmt.Fprintf(&b, "    fallback: %s\n", rapid.SampledFrom([]string{
			`{item: "", headline: y}`, `{items: [gone, salt]}`, `{items: {from: popular}}`,
		}).Draw(t, "fallback"))
	}
	return b.String()
}

// edgy are days about which clocks are shifted, years end or leap days are.
var edgy = []string{"2027-09-05", "2027-10-02", "2027-10-30", "2027-11-06", "2027-12-30", "2028-02-27", "2028-03-11", "2028-03-25", "2028-04-01", "2011-12-29"}

// anyWorld draws the world of a campaign near such a day, and moments of it.
func anyWorld(t *rapid.T, s *rules.Sender, text string) (w *world, moments []int64) {
	at := instant(rapid.SampledFrom(edgy).Draw(t, "day")+"T00:00:00Z") + rapid.Int64Range(0, 48*3600).Draw(t, "seconds")*1000
	moments = append(moments, at)
	near := func(what string) int64 {
		ms := at + rapid.Int64Range(-60*3600, 60*3600).Draw(t, what)*1000
		moments = append(moments, ms)
		return ms
	}
	rfc := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }
	items := playing(s)
	for i := range items {
		items[i].Starts.N, items[i].Ends.N = near("starts"), near("ends")
	}
	given := map[string]string{
		"parameters.at": rfc(near("at")), "parameters.day": rfc(near("of"))[:10], "first_open": rfc(near("first")),
		"profile.birthday": rapid.SampledFrom([]string{"02-29", "02-28", "12-31", "01-01", "10-31"}).Draw(t, "birthday"),
		"profile.feast":    rapid.SampledFrom([]string{"02-29", "03-01", "11-06", "12-29"}).Draw(t, "feast"),
		"weather.rain":     rapid.SampledFrom([]string{"true", "false", "unknown"}).Draw(t, "rain"),
		"client.class":     rapid.SampledFrom([]string{"person", "prefetcher"}).Draw(t, "class"),
	}
	zone := rapid.SampledFrom([]string{
		"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "America/Havana", "America/Santiago", "Africa/Cairo",
		"Asia/Kathmandu", "Pacific/Apia",
	}).Draw(t, "zone")
	w = newWorld(t, loadFor(t, s, text), zone, items, given)
	w.carted = at - rapid.Int64Range(0, 100*24).Draw(t, "age")*3_600_000
	w.signals.HasHistory = rapid.Bool().Draw(t, "remembers")
	for _, event := range done() {
		event.At = near("event") - rapid.SampledFrom([]int64{0, 30, 90, 200}).Draw(t, "within")*day
		w.signals.History = append(w.signals.History, event)
	}
	_, shift := time.UnixMilli(at).In(w.signals.Zone).ZoneBounds()
	if !shift.IsZero() {
		moments = append(moments, shift.UnixMilli())
	}
	return w, moments
}

// TestNothingChangesBeforeUntil steps the clock by the second about the moments
// of a world, by the minute for a day and by hours for more than a year: what is
// shown never changes before Until said so.
func TestNothingChangesBeforeUntil(t *testing.T) {
	s := clockSender(t)
	rapid.Check(t, func(t *rapid.T) {
		text := anyPassing(t)
		w, moments := anyWorld(t, s, text)
		t.Log(text)
		if !strings.Contains(text, "where") { // whose lists are asked anew each minute
			for _, at := range moments {
				w.walk(t, at-15_000, at+15_000, 1000, 7)
			}
		}
		at := moments[0]
		at -= at % 60_000
		w.walk(t, at, at+day, 60_000, 211)
		w.walk(t, at, at+400*day, 13*3_600_000, 61)
	})
}
