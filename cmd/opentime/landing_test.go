package main

import (
	"strings"
	"testing"

	"example.com/opentime/people"
)

const landingCampaign = `campaign: spring
append: {utm: x, r: "{r}", oid: "{click}"}
blocks:
  own: {show: {layout: strip, headline: Lente, link: "https://shop.example/spring?a=1#top"}}
  other: {show: {layout: strip, headline: Lente, link: "https://partner.example/spring"}}
  below: {show: {layout: strip, headline: Lente, link: "https://www.shop.example/spring"}}
  taken: {show: {layout: strip, headline: Lente, link: "https://shop.example/spring?r=mine"}}
  old: {show: {layout: strip, headline: Lente, link: "https://shop.example/spring"}, retired: "https://shop.example/over"}
`

// TestAClicksPageKnowsWhoseItWas asks for r behind links of every trust and consent, to
// pages of origins and to others.
func TestAClicksPageKnowsWhoseItWas(t *testing.T) {
	for _, recipients := range []string{"signed", "keyed", "claimed"} {
		l := &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}
		l.write("opentime.yaml", strings.NewReplacer("hosts: [shop.example]", `hosts: [shop.example, "*.shop.example", partner.example]`).Replace(ladderConfig)+
			"origins: [https://shop.example]\nrecipients: "+recipients+"\n")
		l.write("shop.xml", ladderFeed)
		l.write("shops.csv", ladderPlaces)
		l.write("geo.mmdb", l.read("../../assets/demo/geo.mmdb"))
		l.write("campaigns/spring.yaml", landingCampaign)
		l.start()
		const full, other, none, stranger = "kX3vQ9sL0aYt7RbW2mZc", "pW8nD4hJ6fTg1KxV5qUe", "zB2rM7yC9oEi3SlN0wAd", "uH5jF1kG8vRq6TzX4bPy"
		rows := []people.Row{
			{R: full, Consent: "full", At: "2026-01-01T00:00:00Z"},
			{R: other, Consent: "aggregate", At: "2026-01-01T00:00:00Z"},
			{R: none, Consent: "none", At: "2026-01-01T00:00:00Z"},
		}
		if applied, err := l.app.profiles.Put(rows); err != nil || applied.Applied != len(rows) {
			t.Fatal(applied, err)
		}
		sealed := l.r(full)
		keyed := "r=" + full
		if recipients != "keyed" {
			keyed = ""
		}
		for _, c := range []struct{ what, block, query, r string }{
			{"signed", "own", sealed, sealed[1:]},
			{"a position beyond the block's", "own/9", sealed, sealed[1:]},
			{"its id alone", "own", "?r=" + full, keyed},
			{"another's seal", "own", "?r=" + other + "." + strings.SplitAfter(sealed, ".")[1], ""},
			{"nobody's", "own", "", ""},
			{"with consent to aggregates", "own", l.r(other), ""},
			{"with consent to nothing", "own", l.r(none), ""},
			{"never imported", "own", l.r(stranger), ""},
			{"to another host", "other", sealed, ""},
			{"to a host below it", "below", sealed, ""},
			{"to a link that has its own", "taken", sealed, "r=mine"},
			{"of a block that is over", "old", sealed, sealed[1:]},
		} {
			for _, opened := range []bool{false, true} {
				if opened {
					l.open("/i/spring/" + c.block + ".jpg" + c.query)
				}
				to := l.click("/c/spring/" + c.block + c.query)
				_, query, _ := strings.Cut(to, "?")
				query, _, _ = strings.Cut(query, "#")
				got := ""
				for p := range strings.SplitSeq(query, "&") {
					if strings.HasPrefix(p, "r=") {
						got += p
					}
				}
				if got != c.r || !strings.Contains(query, "utm=x") || !strings.Contains(query, "oid=") || strings.ContainsAny(to, "\x01{}") {
					t.Errorf("recipients %s, %s, opened %v: leads to %q, want %q", recipients, c.what, opened, to, c.r)
				}
			}
		}
		_, about := l.command("show", full)
		if strings.Contains(about, "r=") || strings.ContainsAny(about, "\x01") {
			t.Errorf("kept of what was shown: %s", about)
		}
		l.stop()
	}
}
