package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
)

func TestFactsAreReadAsOtherSystemsWriteThem(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		t          rules.Type
		text, want string
	}{
		{rules.Text, "  a\tb ", "a b"},
		{rules.Text, "unknown", "unknown"},
		{rules.Text, "", "-"},
		{rules.Number, "12.5", "12500000"},
		{rules.Number, "1e3", "is not a number"},
		{rules.Number, "some", "is not a number"},
		{rules.Number, "unknown", "is not a number"},
		{rules.Money, "9.90 EUR", "990EUR"},
		{rules.Money, "500 JPY", "500JPY"},
		{rules.Money, "9.905 EUR", "digits after the dot"},
		{rules.Money, "9.90", "no currency"},
		{rules.Boolean, "true", "1"},
		{rules.Boolean, "yes", "not true or false"},
		{rules.TextList, "a; b;;c", "[a b c]"},
		{rules.TextList, " ; ", "-"},
		{rules.Moment, "2026-11-27T08:00:00Z", "1795766400000"},
		{rules.Moment, "2026-11-27T08:00:00.250+01:00", "1795762800250"},
		{rules.Moment, "2026-11-27 08:00", "1795762800000"},
		{rules.Moment, "2026-11-27", "1795734000000"},
		{rules.Moment, "now", "such as 2026-11-27T08:00:00Z"},
		{rules.Date, "2026-11-27", "20784"},
		{rules.Date, "today", "such as 2026-11-27"},
		{rules.Yearly, "1994-05-17", "517"},
		{rules.Yearly, "05-17", "517"},
		{rules.Yearly, "17 May", "such as 12-24"},
		{rules.Text, strings.Repeat("x", 1001), "longer than 1000"},
	} {
		v, err := rules.ParseFact(c.t, c.text, zone)
		got := "-"
		switch {
		case err != nil:
			got = err.Error()
			if strings.Contains(got, c.want) {
				continue
			}
		case v.List != nil:
			got = fmt.Sprint(v.List)
		case v.Type == rules.Text:
			got = v.Text
		case v.Known():
			got = fmt.Sprint(v.N, v.Text)
		}
		if got != c.want {
			t.Errorf("%v %q: got %s, want %s", c.t, c.text, got, c.want)
		}
	}
}
