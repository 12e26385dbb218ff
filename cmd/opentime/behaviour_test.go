package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/opentime/rules"
)

const behaviourConfig = `sender: theatre
home: https://theatre.example
hosts: [theatre.example]
timezone: Europe/Amsterdam
locales: [nl]
feeds: {shows: {file: shows.csv, currency: EUR}}
places: {halls: halls.csv}
profiles: {attributes: {kind: text}}
`

const behaviourFeed = `id,title,link,price,tags,stock,starts
tosca,Tosca,https://theatre.example/tosca,40 EUR,opera;verdi,12,2026-11-30T20:00:00Z
aida,Aida,https://theatre.example/aida,45 EUR,opera,200,2027-03-01T20:00:00Z
hamlet,Hamlet,https://theatre.example/hamlet,20 EUR,play,200,2027-01-01T20:00:00Z
`

// queries are segments as a query builder makes them, with those of the people below
// whom each holds for.
var queries = []struct{ name, when, who string }{
	{"viewed-not-bought", "{viewed: {tag: opera, within: 30d}, not: {bought: {tag: opera}}}", "anna"},
	{"viewed-often", "{viewed: {tag: opera, count: \">= 2\"}}", "anna"},
	{"cart-not-bought", "{cart.count: \"> 0\", cart.age: \"> 1d\", not: {bought: {within: 30d}}}", "bert"},
	{"cart-dear", "{cart.total: \"> 50 EUR\"}", "bert"},
	{"carted", "{carted: {}}", "bert"},
	{"presale-not-yet", "{bought: {tag: presale, date: 2025-05-01..2025-06-30}, not: {bought: {date: 2026-01-01..2026-12-31}}}", "carl"},
	{"wished-few-seats", "{wished: {item: tosca}, stock.tosca: 1..20}", "dora"},
	{"wished-week-away", "{wished: {item: tosca}, item.tosca.starts: now+5d..now+8d}", "dora"},
	{"wished", "{wished: {tag: opera}}", "dora"},
	{"postcode", "{profile.postcode: [56*, 57*], not: {bought: {}}}", "anna"},
	{"nearby", "{near.halls.distance_km: \"< 10\"}", "bert"},
	{"ambassador-or-teacher", "{profile.kind: [ambassador, docent]}", "anna carl"},
	{"till-only", "{bought: {channel: till}, not: {bought: {channel: web}}}", "carl"},
	{"till-and-web", "{bought: {channel: till}, all: [{bought: {channel: web}}]}", "emma"},
	{"rated", "{rated: {tag: opera, value: \">= 4\"}}", "emma"},
	{"searched", "{searched: {tag: \"verdi*\", within: 7d}}", "anna"},
	{"interested", "{interest.opera: \"> 0.4\"}", "anna bert dora emma"},
	{"bought-dear", "{bought: {value: \"> 30\"}}", "emma"},
	{"never-bought", "{not: {bought: {}}}", "anna bert dora nobody"},
	{"opened-never-clicked", "{opened: {within: 90d}, not: {clicked: {within: 90d}}}", ""},
	{"not-yet-shown", "{not: {shown: {campaign: check}}}", "emma"},
}

// behaviourPeople are the profiles, with consent: aggregate unless said.
const behaviourPeople = `[
	{"r": "anna", "at": "2026-01-01", "attributes": {"postcode": "5611 AB", "kind": "ambassador"}},
	{"r": "bert", "at": "2026-01-01", "attributes": {"country": "NL", "city": "Utrecht", "postcode": "3511"}},
	{"r": "carl", "at": "2026-01-01", "attributes": {"postcode": "5611 AB", "kind": "docent"}},
	{"r": "dora", "at": "2026-01-01", "attributes": {"kind": "vriend"}},
	{"r": "emma", "at": "2026-01-01", "consent": "full", "attributes": {}}
]`

const behaviourEvents = `[
	{"r": "anna", "kind": "viewed", "item": "tosca", "at": "2026-11-20T10:00:00Z"},
	{"r": "anna", "kind": "viewed", "item": "aida", "at": "2026-11-21T10:00:00Z"},
	{"r": "anna", "kind": "viewed", "item": "aida", "at": "2026-11-22T10:00:00Z"},
	{"r": "anna", "kind": "searched", "search": "Verdi operas", "at": "2026-11-22T10:00:00Z"},
	{"r": "bert", "kind": "carted", "item": "aida", "count": 2, "price": "45 EUR", "at": "2026-11-21T10:00:00Z"},
	{"r": "bert", "kind": "uncarted", "item": "hamlet", "at": "2026-11-20T11:00:00Z"},
	{"r": "bert", "kind": "carted", "item": "hamlet", "price": "20 EUR", "at": "2026-11-20T10:00:00Z"},
	{"r": "carl", "kind": "bought", "item": "gone-2025", "tags": ["presale", "play"], "channel": "till", "price": "20 EUR", "at": "2025-05-12"},
	{"r": "dora", "kind": "wished", "item": "tosca", "at": "2026-11-01T10:00:00Z"},
	{"r": "dora", "kind": "wished", "item": "hamlet", "at": "2026-11-01T10:00:00Z"},
	{"r": "dora", "kind": "unwished", "item": "hamlet", "at": "2026-11-02T10:00:00Z"},
	{"r": "emma", "kind": "bought", "item": "tosca", "channel": "web", "price": "40 EUR", "at": "2026-10-12"},
	{"r": "emma", "kind": "bought", "item": "hamlet", "channel": "till", "price": "20 EUR", "at": "2026-10-12"},
	{"r": "emma", "kind": "rated", "item": "tosca", "value": 5, "at": "2026-10-14"}
]`

func newBehaviour(t *testing.T) *counter {
	var campaign strings.Builder
	campaign.WriteString("campaign: check\ncatalogue: shows\nsegments:\n")
	for _, q := range queries {
		fmt.Fprintf(&campaign, "  %s: %s\n", q.name, q.when)
	}
	campaign.WriteString("show: {layout: strip, link: \"https://theatre.example\"}\nblocks:\n")
	for _, q := range queries {
		fmt.Fprintf(&campaign, "  %s: {rules: [{name: holds, when: {segment: %s}, show: {headline: Yes}}], fallback: {headline: No}}\n", q.name, q.name)
	}
	c := newCounterOf(t, map[string]string{
		"opentime.yaml": behaviourConfig, "shows.csv": behaviourFeed, "campaigns/check.yaml": campaign.String(),
		"halls.csv": "id,name,city,country,lat,lon\nutrecht,Stadsschouwburg,Utrecht,NL,52.09,5.12\n",
	})
	if status, answer := c.send("PUT", "/v1/profiles", behaviourPeople, "Authorization: Bearer ingest"); status != 200 || strings.Contains(answer, "why") {
		t.Fatal(status, answer)
	}
	if status, answer := c.send("POST", "/v1/events", behaviourEvents, "Authorization: Bearer ingest"); status != 200 || strings.Contains(answer, "why") {
		t.Fatal(status, answer)
	}
	return c
}

// rule is which rule a block shows to a recipient.
func (c *counter) rule(block, r, trust string) string {
	c.t.Helper()
	status, answer := c.send("GET", "/v1/explain/check/"+block+"?r="+r+"&trust="+trust, "", "Authorization: Bearer read")
	var told struct{ Rule string }
	if err := json.Unmarshal([]byte(answer), &told); status != 200 || err != nil {
		c.t.Fatal(status, answer, err)
	}
	return told.Rule
}

// TestWhatAQueryBuilderAsksCanBeWritten asks of everybody what segments hold.
func TestWhatAQueryBuilderAsksCanBeWritten(t *testing.T) {
	c := newBehaviour(t)
	for when := range 2 {
		for _, q := range queries {
			var who []string
			for _, r := range []string{"anna", "bert", "carl", "dora", "emma", "nobody"} {
				if c.rule(q.name, r, "signed") == "holds" {
					who = append(who, r)
				}
				if c.rule(q.name, r, "claimed") == "holds" {
					t.Errorf("%s holds for a link that anybody may write as %s's", q.name, r)
				}
			}
			if got := strings.Join(who, " "); got != q.who {
				t.Errorf("%d: %s %s holds for %q, want %q", when, q.name, q.when, got, q.who)
			}
		}
		c.restart()
	}
}

// TestMailsTellOfThemselves opens and clicks with every consent.
func TestMailsTellOfThemselves(t *testing.T) {
	c := newBehaviour(t)
	get := func(r, path string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodGet, "http://"+c.app.public+path+"?r="+sealedBy(t, demoKeys, "theatre", r), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("User-Agent", outlook)
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	holds := func(block, r, want string) {
		t.Helper()
		got := ""
		for range 100 { // it is kept beside the path
			if got = c.rule(block, r, "signed"); got == want {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("%s of %s shows %s, want %s", block, r, got, want)
	}
	for _, r := range []string{"emma", "anna"} {
		get(r, "/i/check/rated.png")
	}
	holds("opened-never-clicked", "emma", "holds")
	holds("not-yet-shown", "emma", "none")
	get("emma", "/c/check/rated")
	holds("opened-never-clicked", "emma", "none")
	holds("opened-never-clicked", "anna", "none") // not known
	c.restart()
	if got := c.rule("not-yet-shown", "emma", "signed"); got != "none" {
		t.Errorf("after a restart %s", got)
	}
	p, err := c.app.profiles.Profile("anna")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range p.Past.Events(nil, ^rules.Kinds(0)) {
		kinds = append(kinds, e.Kind.String())
	}
	slices.Sort(kinds)
	if diff := cmp.Diff([]string{"searched", "viewed", "viewed", "viewed"}, slices.Compact(kinds)); len(kinds) != 4 {
		t.Error("of somebody without full consent it is kept what mails tell of: ", diff)
	}
	if status, _ := c.send("PUT", "/v1/profiles", `[{"r": "emma", "at": "2026-11-23T11:00:00Z", "consent": "aggregate"}]`, "Authorization: Bearer ingest"); status != 200 {
		t.Fatal(status)
	}
	holds("not-yet-shown", "emma", "none") // not known any more
	holds("rated", "emma", "holds")
	if status, _ := c.send("PUT", "/v1/profiles", `[{"r": "emma", "at": "2026-11-23T11:30:00Z", "consent": "none"}]`, "Authorization: Bearer ingest"); status != 200 {
		t.Fatal(status)
	}
	holds("rated", "emma", "none")
}
