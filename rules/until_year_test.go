package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// passing are conditions that change by the clock alone. Each stands in a block
// of its own, so that no other hides its edges.
var passing = []string{
	`now: 2027-11-07 01:30..2027-11-07 03:00`,
	`now: "< 2027-11-07 01:30 America/New_York"`,
	`now: "> 2027-10-31 02:30 local"`,
	`now: "2028-03-26 02:30 local..2028-03-26 03:30 local"`,
	`now: [2027-10-31, 2028-02-29 local, "> 2028-04-02T12:34:56+05:45"]`,
	`now: "< today+1d"`,
	`date: 2027-10-31..2027-11-07`,
	`date: 12-24..01-02`,
	`date: [02-29, "> 2028-03-26", "< 2027-09-26"]`,
	`date: today..today+1d`,
	`time: 22:00..02:30`,
	`time: [02:30..03:15, "< 00:30", ">= 23:45"]`,
	`time: 01:00..01:01`,
	`weekday: sat..mon`,
	`weekday: ["< wed", fri]`,
	`month: 12..2`,
	`month: ">= 11"`,
	`daypart: late`,
	`daypart: [dawn, day]`,
	`not: {daypart: [late, dawn, day]}`,
	`daypart: late, weekday: fri..sat`,
	`daypart: late, date: [10-30, 12-31, 02-29, 03-25]`,
	`daypart: late, month: [10, 2]`,
	`not: [{daypart: late, date: "> 2027-12-31"}]`,
	`profile.birthday: 02-28`,
	`profile.birthday: 02-29..03-01`,
	`profile.birthday: today-3d..today+3d`,
	`profile.birthday: ["> today", today-1d]`,
	`profile.birthday: today+364d..today+366d`,
	`profile.feast: 02-29`,
	`profile.feast: today`,
	`profile.feast: "<= today"`,
	`parameters.day: today..today+2d`,
	`parameters.day: ["< today-9d", 12-24]`,
	`parameters.at: now-36h..now+90m`,
	`parameters.at: "> now+1d"`,
	`parameters.at: today..today+1d`,
	`parameters.at: ["< today", now+12h30m..2027-12-31]`,
	`first_open: "> now-48h"`,
	`item.starts: "> now"`,
	`item.ends: [now..now+6h, today+30d..today+40d]`,
	`item.starts: today..today+7d`,
	`item.wicked.starts: "<= now"`,
	`item.viewed: true`,
	`item.wicked.bought: false`,
	`cart.age: "> 60d"`,
	`cart.age: [90d..91d, "<= 2d12h"]`,
	`viewed: {within: 30d}`,
	`viewed: {item: dune-3, within: 200d, count: 2..3}`,
	`viewed: {count: 4}`,
	`bought: {date: today-3d..today}`,
	`bought: {date: 10-31..12-24, count: ">= 2"}`,
	`clicked: {within: 1d, date: today}`,
	`not: {clicked: {tag: sedan, within: 90d}}`,
}

// untils are variants that are over by the clock.
var untils = []string{
	`{layout: countdown, until: 2027-10-31 02:30}`,
	`{layout: countdown, until: 2027-11-07 01:30 local}`,
	`{layout: countdown, until: 2028-02-29 local}`,
	`{layout: countdown, until: parameters.at+36h}`,
	`{layout: countdown, item: dune-3, until: item.ends-30m}`,
	`{layout: countdown, until: item.wicked.starts}`,
	`{layout: countdown, until: first_open+48h}`,
}

// passingTexts are campaigns with a block for each condition and each until.
func passingTexts() []string {
	var blocks []string
	block := func(rule string) {
		blocks = append(blocks, fmt.Sprintf("  b%d: {rules: [{name: r, %s}], fallback: {layout: strip, headline: y}}\n", len(blocks), rule))
	}
	for _, condition := range passing {
		show := "{}"
		if strings.HasPrefix(condition, "item.") {
			show = "{item: dune-3}"
		}
		block("when: {" + condition + "}, show: " + show)
	}
	for _, until := range untils {
		block("show: " + until)
	}
	var texts []string
	for part := range slices.Chunk(blocks, 40) {
		texts = append(texts, `campaign: passing
parameters: {day: {type: date}, at: {type: moment}}
dayparts: {late: 21:30..02:30, dawn: 05:00..06:00, day: 06:00..18:00}
show: {layout: strip, headline: x, link: "https://shop.example"}
blocks:
`+strings.Join(part, ""))
	}
	return texts
}

// clockSender declares an attribute of each type that the clock passes.
func clockSender(t rapid.TB) *rules.Sender {
	s := sender(t)
	s.Published = true // conditions of all kinds need not make sense
	s.Attributes = append(s.Attributes, rules.Attribute{Name: "feast", Type: rules.Yearly})
	s.Feeds["goods"] = append(s.Feeds["goods"], rules.Attribute{Name: "season", Type: rules.Yearly})
	return s
}

// instant reads a moment of a test as Unix ms.
func instant(text string) int64 {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at.UnixMilli()
}

// playing are items that start, end and have a season.
func playing(s *rules.Sender) shelf {
	item := func(id, starts, ends string, season int64) rules.Candidate {
		moment := func(text string) rules.Value { return rules.Value{Type: rules.Moment, N: instant(text)} }
		return rules.Candidate{Item: &rules.Item{
			ID: id, Title: id, Link: "https://shop.example/" + id, Image: "x", Starts: moment(starts), Ends: moment(ends),
			Declared: s.Feeds["goods"], More: []rules.Value{{}, {Type: rules.Yearly, N: season}},
		}}
	}
	return shelf{
		item("dune-3", "2027-10-31T00:15:30Z", "2028-03-26T00:59:59Z", 229),
		item("wicked", "2027-12-31T23:30:00Z", "2028-02-29T12:00:00Z", 228),
		item("salt", "2027-09-01T00:00:00Z", "2028-09-01T00:00:00Z", 301),
		item("moon", "2027-11-07T06:30:00Z", "2027-12-01T12:00:01Z", 1231),
	}
}

// done is what a recipient did, and will have done.
func done() []rules.Event {
	event := func(kind rules.EventKind, item, at string, tags ...string) rules.Event {
		return rules.Event{Kind: kind, Item: item, At: instant(at), Tags: tags}
	}
	return []rules.Event{
		event(rules.Viewed, "dune-3", "2027-08-15T12:00:00Z"), event(rules.Viewed, "dune-3", "2027-10-31T00:30:00Z"),
		event(rules.Viewed, "dune-3", "2027-11-07T06:30:01Z"), event(rules.Viewed, "wicked", "2028-02-29T00:00:00Z"),
		event(rules.Bought, "wicked", "2027-10-30T23:59:59Z"), event(rules.Bought, "wicked", "2027-12-24T22:59:59Z"),
		event(rules.Clicked, "", "2027-10-31T01:10:00Z", "sedan"), event(rules.Clicked, "", "2028-03-25T23:30:00Z", "sedan"),
	}
}

// passingWorld is a world in which everything passes.
func passingWorld(t rapid.TB, s *rules.Sender, text, zone string) *world {
	w := newWorld(t, loadFor(t, s, text), zone, playing(s), map[string]string{
		"profile.birthday": "02-29", "profile.feast": "12-31", "parameters.day": "2027-10-31",
		"parameters.at": "2027-10-30T22:15:10Z", "first_open": "2027-11-06T04:40:00Z",
	})
	w.signals.History, w.signals.HasHistory = done(), true
	w.carted = instant("2027-09-01T00:00:00Z")
	return w
}

const day = int64(24 * time.Hour / time.Millisecond)

// TestNothingChangesBeforeUntilInAYear steps the clock by the minute for a year
// with a leap day, for each condition and until by itself and for what depends on
// one another; for a fortnight where Until is never more than a minute ahead.
func TestNothingChangesBeforeUntilInAYear(t *testing.T) {
	s := clockSender(t)
	years := []together{{"passing", "Europe/Amsterdam", 366, passingTexts()[0]}, {"passing on", "Europe/Amsterdam", 366, passingTexts()[1]}}
	for _, of := range append(years, dependent...) {
		t.Run(of.name, func(t *testing.T) {
			w := passingWorld(t, s, of.text, of.zone)
			from := instant("2027-09-01T00:00:00Z")
			if of.days < 366 {
				from = instant("2028-01-02T00:00:00Z") - of.days*day
			}
			if changes := w.walk(t, from, from+of.days*day, 60_000, 9973); changes < 2 {
				t.Errorf("only %d changes", changes)
			}
		})
	}
}

// TestNothingChangesBeforeUntilWhereTheClockIsShifted steps the clock by the
// minute around changes of the clock in zones that do it in their own ways: at
// midnight, by half an hour, by a day, or not at all; for persons and for clients
// that fetch ahead.
func TestNothingChangesBeforeUntilWhereTheClockIsShifted(t *testing.T) {
	s := clockSender(t)
	for zone, days := range map[string][]string{
		"Europe/Amsterdam":    {"2027-12-31"},
		"America/New_York":    {"2027-11-07", "2028-03-12"},
		"Australia/Lord_Howe": {"2027-10-02", "2028-04-01"},
		"America/Havana":      {"2027-11-07", "2028-03-12"},
		"America/Santiago":    {"2027-09-05", "2028-04-02"}, // back at midnight
		"Africa/Cairo":        {"2027-10-29", "2028-04-28"},
		"America/Nuuk":        {"2027-10-31", "2028-03-26"},
		"America/St_Johns":    {"2010-11-07", "2028-02-29"}, // back at 00:01: Saturday returns
		"Asia/Kathmandu":      {"2027-12-24"},
		"Pacific/Apia":        {"2011-12-30", "2012-04-01"}, // without a 30 December
	} {
		for i, text := range passingTexts() {
			t.Run(fmt.Sprint(zone, i), func(t *testing.T) {
				w := passingWorld(t, s, text, zone)
				for _, class := range []rules.Class{rules.Person, rules.Prefetcher} {
					w.signals.Class = class
					for _, date := range days {
						at := instant(date + "T00:00:00Z")
						w.walk(t, at-day, at+2*day, 60_000, 311)
					}
				}
			})
		}
	}
}

// together is a campaign, to be walked through in a zone.
type together struct {
	name, zone string
	days       int64
	text       string
}

// dependent are campaigns whose rules, positions and blocks depend on one another.
var dependent = []together{
	{"limits", "America/New_York", 366, `campaign: limits
starts: 2027-10-31 02:30 local
ends: 2028-03-26 02:30 local
blocks:
  local: {question: Q, answers: {a: A, b: B}, closes: 2027-11-07 01:30 local, show: {layout: answer, title: "{answer.text}"}, rules: [{name: open, when: {answer.open: true}}, {name: closed}]}
  fixed: {question: Q, answers: {a: A, b: B}, closes: 2027-12-06, show: {layout: answer, title: "{answer.text}"}, rules: [{name: closed, when: {not: {answer.open: true}}}, {name: open}]}
  plain: {show: {layout: strip, headline: x}}
`},
	{"hours", "Europe/Amsterdam", 14, `campaign: hours
show: {layout: strip, headline: x, link: "https://shop.example"}
blocks:
  open: {rules: [{name: r, when: {near.shops.open: true, weekday: mon..fri}}]}
  closes: {rules: [{name: r, when: {near.shops.closes: 17:00..19:00, month: [10, 3]}}]}
  known: {rules: [{name: r, when: {not: {known: near.shops.closes}}}]}
  says: {rules: [{name: r, show: {headline: "Open till {near.shops.closes}"}}], fallback: {headline: y}}
  leads: {rules: [{name: r, show: {link: "https://shop.example/?until={near.shops.closes}"}}], fallback: {headline: y}}
`},
	// What one block shows, another does not offer.
	{"offers", "Australia/Lord_Howe", 366, `campaign: offers
dayparts: {late: 21:30..02:30, dawn: 05:00..06:00, day: 06:00..18:00}
show: {layout: strip, headline: "{item.title}"}
blocks:
  hero:
    rules:
      - {name: by-night, when: {daypart: late, weekday: fri..sat}, show: {item: dune-3}}
      - {name: by-day, when: {daypart: day}, show: {item: wicked}}
    fallback: {item: salt}
  timer:
    rules:
      - {name: counting, show: {layout: countdown, items: {from: recommend}, until: item.ends-1h}}
    fallback: {headline: y, link: "https://shop.example"}
  picks:
    positions: 3
    show: {items: {from: [recommend, popular]}}
    rules: [{name: viewed, when: {item.viewed: true}}, {name: any}]
    fallback: {items: {from: popular}}
  own: {positions: 2, show: {items: {from: [recent, cart]}}, fallback: {items: [moon, salt]}}
`},
	// Lists are asked anew each minute, of days of the year too.
	{"wheres", "Europe/Amsterdam", 14, `campaign: wheres
blocks:
  soon: {positions: 2, show: {layout: strip, headline: "{item.title}", items: {from: popular, where: {starts: "> now", ends: "< now+120d"}}}, fallback: nothing}
  picks: {positions: 2, show: {layout: strip, headline: "{item.title}", items: {from: popular}}, fallback: {items: [moon, salt]}}
  leap: {positions: 2, show: {layout: strip, headline: "{item.title}", items: {from: popular, where: {season: 02-28}}}, fallback: {items: {from: popular, where: {season: 02-28}}}}
`},
	{"nested", "America/Santiago", 366, `campaign: nested
parameters: {day: {type: date}, at: {type: moment}}
dayparts: {late: 21:30..02:30, dawn: 05:00..06:00, day: 06:00..18:00}
segments:
  weekends: {any: [{weekday: sat..sun}, {date: [2027-12-24, 10-31]}], not: {time: 12:00..13:00}}
  looked: {viewed: {within: 30d}, not: {bought: {date: today-30d..today}}}
show: {layout: strip, headline: x, link: "https://shop.example"}
blocks:
  a:
    rules:
      - {name: a, when: {segment: weekends, all: [{month: 10..12}, {not: [{daypart: late}, {parameters.at: "> now"}]}]}}
      - {name: b, when: {segment: [looked], known: parameters.at, time: 20:00..04:00}, split: {x: {headline: a}, y: {layout: countdown, until: 2028-01-01}}, weights: {x: 0, y: 1}}
      - {name: c, when: {any: [{cart.age: 100d..200d, weekday: mon}, {all: [{date: 01-01..02-29}, {not: {daypart: day}}]}]}}
      - {name: d, when: {weather.rain: true, daypart: day}}
    fallback: {headline: y}
`},
}
