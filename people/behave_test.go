package people_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// did adds events as JSON and returns the answer as JSON.
func (d *desk) did(body string) string {
	d.t.Helper()
	var rows []people.EventRow
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		d.t.Fatal(err)
	}
	applied, err := d.AddEvents(rows, d.clock())
	if err != nil {
		d.t.Fatal(err)
	}
	out, err := json.Marshal(applied)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out)
}

// past tells what a recipient did, newest first.
func (d *desk) past(id string) string {
	d.t.Helper()
	p, err := d.Profile(id)
	if err != nil {
		d.t.Fatal(err)
	}
	if p == nil || p.Past == nil {
		return ""
	}
	var parts []string
	for _, e := range p.Past.Events(nil, ^rules.Kinds(0)) {
		parts = append(parts, fmt.Sprintf("%s %s%v", e.Kind, e.Item, e.Tags))
	}
	return strings.Join(parts, ", ")
}

func TestEventsAreKeptOnce(t *testing.T) {
	d := newDesk(t)
	d.Remember(0, func(item string) []string { return map[string][]string{"dune": {"sf", "epic"}}[item] })
	const rows = `[
		{"r": "emma.seal-of-emma", "kind": "viewed", "item": "dune", "at": "2026-11-23T09:00:00Z"},
		{"r": "emma", "kind": "bought", "item": "dune", "channel": "till", "tags": ["presale"], "price": "9 EUR", "count": 2, "id": "o1", "at": "2026-11-22T09:00:00Z"},
		{"r": "emma", "kind": "searched", "search": "Wide Lens"}]`
	if got := d.did(rows); got != `{"applied":3,"ignored":[],"refused":[]}` {
		t.Errorf("answer %s", got)
	}
	const want = "searched [wide lens], viewed dune[sf epic], bought dune[presale sf epic]"
	if got := d.past("emma"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := d.did(rows); got != `{"applied":0,"ignored":[{"row":1,"why":"came before"},{"row":2,"why":"came before"},{"row":3,"why":"came before"}],"refused":[]}` {
		t.Errorf("again %s", got)
	}
	d.open()
	if got := d.past("emma"); got != want {
		t.Errorf("after a restart %s", got)
	}
	p, _ := d.Profile("emma")
	if p.Imported {
		t.Error("what somebody did imports them: a bare id would be believed")
	}
}

func TestEventsThatAreWrongAreRefused(t *testing.T) {
	d := newDesk(t)
	for body, want := range map[string]string{
		`{"kind":"viewed","item":"a"}`:                                        "r is no id",
		`{"r":"emma.x","kind":"viewed","item":"a"}`:                           "the seal is not this id's",
		`{"r":"emma","kind":"purchased","item":"a"}`:                          `unknown kind \"purchased\"`,
		`{"r":"emma","kind":"opened","item":"a"}`:                             `unknown kind \"opened\"`,
		`{"r":"emma","kind":"carted"}`:                                        "item is missing",
		`{"r":"emma","kind":"searched","item":"a"}`:                           "search is missing",
		`{"r":"emma","kind":"viewed","item":"a","search":"b"}`:                "search is of events of kind searched",
		`{"r":"emma","kind":"rated","item":"a"}`:                              "value is missing",
		`{"r":"emma","kind":"rated","item":"a","value":6}`:                    "no rating",
		`{"r":"emma","kind":"bought","item":"a","value":6}`:                   "value is a rating's",
		`{"r":"emma","kind":"bought","item":"a","count":-1}`:                  "no whole number",
		`{"r":"emma","kind":"bought","item":"a","price":"9"}`:                 "price: ",
		`{"r":"emma","kind":"viewed","item":"a","at":"2026-11-23T13:00:00Z"}`: "ahead of the clock",
		`{"r":"emma","kind":"viewed","itme":"a"}`:                             `unknown key \"itme\"; did you mean \"item\"?`,
		`{"r":"emma","kind":"viewed","item":"a]"}`:                            "item is no id",
		`{"r":"emma","kind":"viewed","item":"a","tags":[1]}`:                  "tags: ",
	} {
		got := d.did("[" + body + "]")
		if !strings.Contains(got, want) || !strings.HasPrefix(got, `{"applied":0,"ignored":[],"refused":[{"row":1,`) {
			t.Errorf("%s\n got %s\nwant %s", body, got, want)
		}
	}
	if got := d.past("emma"); got != "" {
		t.Errorf("they left %s", got)
	}
}

func TestNothingIsKeptWithoutConsent(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"none","at":"2026-11-01","consent":"none"},{"r":"gone"}]`)
	if _, err := d.Forget([]string{"gone"}); err != nil {
		t.Fatal(err)
	}
	got := d.did(`[{"r":"none","kind":"viewed","item":"a"},{"r":"gone","kind":"viewed","item":"a"},{"r":"old","kind":"viewed","item":"a","at":"2020-01-01"}]`)
	const want = `{"applied":0,"ignored":[{"row":1,"why":"consent: the recipient does not let it be kept"},{"row":2,"why":"forgotten; nothing is kept of who was"},{"row":3,"why":"older than keep: behaviour lets it be"}],"refused":[]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	n := 0
	if err := d.Histories(func(*people.Past, bool) error { n++; return nil }); err != nil || n != 0 {
		t.Errorf("%d histories, %v", n, err)
	}
}

// TestEventsOfOneRecipientAtOnce adds events from many sides: none is lost.
func TestEventsOfOneRecipientAtOnce(t *testing.T) {
	d := newDesk(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				row := people.EventRow{R: "emma", Kind: "viewed", Item: fmt.Sprint(i, "-", j)}
				if applied, err := d.AddEvents([]people.EventRow{row}, noon.Add(time.Duration(i*20+j)*-time.Minute)); err != nil || applied.Applied != 1 {
					t.Error(applied, err)
				}
				_ = d.past("emma")
			}
		})
	}
	all.Wait()
	if got := strings.Count(d.past("emma"), "viewed"); got != 160 {
		t.Errorf("%d events, want 160", got)
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// TestWithdrawingTakesOut lowers consent, which takes out what was kept.
func TestWithdrawingTakesOut(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"emma","at":"2026-11-01","consent":"full"}]`)
	d.did(`[{"r":"emma","kind":"viewed","item":"a"}]`)
	notes := people.NewNotes(d.Profiles)
	notes.Add("emma", rules.Event{Kind: rules.Clicked, At: d.clock().UnixMilli() - 1000, Campaign: "spring", Block: "hero"})
	notes.Add("lucas", rules.Event{Kind: rules.Clicked, At: d.clock().UnixMilli() - 1000, Campaign: "spring", Block: "hero"})
	notes.Close()
	for _, step := range [][2]string{
		{`"at":"2026-11-02","consent":"full"`, "viewed a[], clicked []"},
		{`"at":"2026-11-03","consent":"aggregate"`, "viewed a[]"},
		{`"at":"2026-11-04","consent":"none"`, ""},
		{`"at":"2026-11-05","consent":"full"`, ""},
	} {
		d.put(`[{"r":"emma",` + step[0] + `}]`)
		if got := d.past("emma"); got != step[1] {
			t.Errorf("after %s: %q, want %q", step[0], got, step[1])
		}
	}
	if got := d.past("lucas"); got != "" {
		t.Errorf("of lucas, without full consent, it is kept: %s", got)
	}
}

// TestHistoriesAreKeptSoLong prunes what is older than keep: behaviour says.
func TestHistoriesAreKeptSoLong(t *testing.T) {
	d := newDesk(t)
	d.Remember(30*24*time.Hour, nil)
	d.did(`[{"r":"emma","kind":"viewed","item":"a","at":"2026-11-01"},{"r":"emma","kind":"viewed","item":"b"},{"r":"lucas","kind":"viewed","item":"b"}]`)
	d.add(20 * 24 * time.Hour)
	if n, err := d.PruneHistories(); n != 1 || err != nil {
		t.Errorf("%d pruned, %v", n, err)
	}
	if got := d.past("emma"); got != "viewed b[]" {
		t.Errorf("kept %s", got)
	}
}

// TestLearningAsksForConsent learns from histories that withdrawing did not come to.
func TestLearningAsksForConsent(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"full","consent":"full","at":"2026-01-01"},{"r":"aggregate","consent":"aggregate","at":"2026-01-01"},{"r":"none","consent":"none","at":"2026-01-01"}]`)
	d.did(`[{"r":"full","kind":"bought","item":"dune","id":"1"},{"r":"full","kind":"viewed","item":"dune","id":"2"}]`)
	notes := people.NewNotes(d.Profiles)
	notes.Add("full", rules.Event{Kind: rules.Clicked, At: d.clock().UnixMilli(), Item: "dune", Campaign: "spring"})
	notes.Close()
	for _, id := range []string{"aggregate", "none", "word-less"} {
		d.memory.values[id+"h"] = d.memory.values["fullh"]
	}
	log := recommend.NewLog(nil)
	log.AddItem(recommend.Item{ID: "dune"})
	if err := d.Learn(log); err != nil {
		t.Fatal(err)
	}
	if got := log.Events(); got != 3+2+0+2 {
		t.Errorf("learnt from %d events, want all three of full and two each of aggregates", got)
	}
}
