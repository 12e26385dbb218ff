package rules_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/opentime/rules"
)

// holds explains how a rule with these conditions fares.
func holds(t *testing.T, when string, given map[string]string) string {
	t.Helper()
	c := load(t, "campaign: c\nblocks: {b: {show: {layout: strip, item: dune-3, headline: x, link: \"https://shop.example\"}, "+
		"rules: [{name: r, when: {"+when+"}}], fallback: {headline: x, item: \"\"}}}\n")
	s := rules.Signals{At: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), Trust: rules.Signed, Recipient: "r", Values: make([]rules.Value, len(c.Signals))}
	for name, text := range given {
		if err := rules.Give(c, &s, name, text); err != nil {
			t.Fatal(err)
		}
	}
	return rules.Explain(c, &s, "b", 1).Rules[0].Holds
}

// TestLogicIsKleenes goes through LANGUAGE's table: every pair of truths under
// and, or, and not of both.
func TestLogicIsKleenes(t *testing.T) {
	truths := []string{"false", "unknown", "true"}
	for a := range truths {
		for b := range truths {
			given := map[string]string{"weather.rain": truths[a], "weather.snow": truths[b]}
			f := func(when string, want int) {
				t.Helper()
				if got := holds(t, when, given); got != truths[want] {
					t.Errorf("%s with %v is %s, want %s", when, given, got, truths[want])
				}
			}
			f("weather.rain: true, weather.snow: true", min(a, b))
			f("all: [{weather.rain: true}, {weather.snow: true}]", min(a, b))
			f("any: [{weather.rain: true}, {weather.snow: true}]", max(a, b))
			f("not: {weather.rain: true}", 2-a)
			f("not: [{weather.rain: true}, {weather.snow: true}]", 2-max(a, b))
			f("not: {not: {any: [{weather.rain: true}, {weather.snow: true}]}}", max(a, b))
			f("not: {all: [{weather.rain: true}, {weather.snow: true}]}", 2-min(a, b))
			f("weather.rain: [true, false]", map[bool]int{true: 2, false: 1}[a != 1])
			f("known: weather.rain", map[bool]int{true: 2, false: 0}[a != 1])
			f("known: [weather.rain, weather.snow]", map[bool]int{true: 2, false: 0}[a != 1 && b != 1])
			f("not: {known: weather.rain}", map[bool]int{true: 0, false: 2}[a != 1])
		}
	}
}

// TestMatchersByType holds each type of signal against matchers.
func TestMatchersByType(t *testing.T) {
	f := func(signal, value, matcher, want string) {
		t.Helper()
		if got := holds(t, fmt.Sprintf("%q: %s", signal, matcher), map[string]string{signal: value}); got != want {
			t.Errorf("%s = %s: %s is %s, want %s", signal, value, matcher, got, want)
		}
	}
	f("here.city", " gEnT ", "Gent", "true")
	f("here.city", "Gentbrugge", "Gent", "false")
	f("profile.postcode", "5600", "[56*, 57*]", "true")
	f("profile.postcode", "560", "5600*", "false")
	f("here.city", "ſtraat", "STR*", "true") // a long s has two bytes
	f("here.city", "st", "ſt*", "true")
	f("here.city", "s", "ſt*", "false")
	f("profile.points", "5", "5.0", "true")
	f("profile.points", "-2.5", `"< -2"`, "true")
	f("profile.points", "20", "1..20", "true")
	f("profile.points", "20.000001", "1..20", "false")
	f("item.dune-3.price", "12.50 EUR", "12.5 EUR", "true")
	f("item.dune-3.price", "12.50 EUR", `"< 20 USD"`, "unknown")
	f("item.dune-3.price", "12.50 EUR", `["< 20 USD", "> 10 EUR"]`, "true")
	f("item.dune-3.price", "12.50 EUR", `["< 20 USD", "> 13 EUR"]`, "unknown")
	f("item.dune-3.price", "500 JPY", "500 JPY..600 JPY", "true")
	f("item.dune-3.tags", "action", "[drama, Action]", "true")
	f("item.dune-3.tags", "action", "act*", "true")
	f("item.dune-3.tags", "action", "drama", "false")
	f("stock.dune-3", "some", `"> 0"`, "true")
	f("stock.dune-3", "some", "0", "false")
	f("stock.dune-3", "some", "1..20", "unknown")
	f("stock.dune-3", "some", `"< 5"`, "unknown")
	f("stock.dune-3", "some", `[0, "> 0"]`, "true")
	f("near.shops.closes", "24:00", `">= 22:00"`, "true")
	f("near.shops.closes", "24:00", "18:00..24:00", "false")
	f("near.shops.closes", "01:00", "22:00..02:00", "true")
	f("near.shops.closes", "02:00", "22:00..02:00", "false")
	f("profile.delivery", "on-the-way", "ON-*", "true")
	f("here.country", "BE", "[nl, be]", "true")
	f("profile.points", "unknown", "5", "unknown")
}
