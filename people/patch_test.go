package people_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/people"
)

// patch patches rows as JSON and returns the answer as JSON.
func (d *desk) patch(body string) string {
	d.t.Helper()
	var rows []people.Row
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		d.t.Fatal(err)
	}
	applied, err := d.Patch(rows, d.clock())
	if err != nil {
		d.t.Fatal(err)
	}
	out, err := json.Marshal(applied)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out)
}

// TestAClockThatWasAheadKeepsNothingOut turns the clock three hours forward and back:
// what was taken meanwhile is of a time to come, and gives way to what comes then.
func TestAClockThatWasAheadKeepsNothingOut(t *testing.T) {
	d := newDesk(t)
	d.add(3 * time.Hour)
	d.put(`[{"r":"emma","at":"2026-11-23T15:00:00Z","consent":"full","attributes":{"points":1,"city":"Gent"}},{"r":"lars","attributes":{"points":1}}]`)
	d.patch(`[{"r":"lars","attributes":{"tier":"gold","city":"Gent"}}]`)
	d.add(-3 * time.Hour)
	const taken = `{"applied":1,"ignored":[],"refused":[]}`
	for _, step := range []struct{ how, body, answer, see string }{
		{"patch", `{"r":"emma","at":"2026-11-23T11:50:00Z","consent":"none","attributes":{"points":9}}`, `{"applied":0,"ignored":[{"row":1,"why":"older"}],"refused":[]}`, "///Gent/ points=1000000 consent=2"},
		{"patch", `{"r":"emma","at":"2026-11-23T11:59:00Z","consent":"none","attributes":{"points":2}}`, taken, "///Gent/ points=2000000 consent=0"},
		{"patch", `{"r":"lars","attributes":{"tier":"silver","city":"Aalst"}}`, taken, "///Aalst/ points=1000000 tier=silver0"},
		{"put", `{"r":"lars","attributes":{"points":3}}`, taken, "//// points=3000000"},
	} {
		lay := map[string]func(string) string{"put": d.put, "patch": d.patch}[step.how]
		var row struct{ R string }
		if err := json.Unmarshal([]byte(step.body), &row); err != nil {
			t.Fatal(err)
		}
		if answer := lay("[" + step.body + "]"); answer != step.answer || d.see(row.R) != step.see {
			t.Errorf("%s %s: %s, and %s; want %s, and %s", step.how, step.body, answer, d.see(row.R), step.answer, step.see)
		}
	}
}

func TestAPatchChangesWhatItNames(t *testing.T) {
	d := newDesk(t)
	const taken = `{"applied":1,"ignored":[],"refused":[]}`
	ignored := func(why string) string {
		return fmt.Sprintf(`{"applied":0,"ignored":[{"row":1,"why":%q}],"refused":[]}`, why)
	}
	for _, step := range []struct{ name, how, body, answer, see string }{
		{"of nobody, makes somebody", "patch", `{"r":"emma","at":"2026-11-23T08:00:00Z","attributes":{"points":1,"city":"Gent"}}`, taken, "///Gent/ points=1000000"},
		{"leaves the rest", "patch", `{"r":"emma","at":"2026-11-23T09:00:00Z","attributes":{"tier":"gold"}}`, taken, "///Gent/ points=1000000 tier=gold0"},
		{"older", "patch", `{"r":"emma","at":"2026-11-23T07:59:00Z","attributes":{"points":9,"city":"Aalst"}}`, ignored("older"), "///Gent/ points=1000000 tier=gold0"},
		{
			"older in part", "patch", `{"r":"emma","at":"2026-11-23T08:30:00Z","attributes":{"points":2,"tier":"silver"}}`,
			`{"applied":1,"ignored":[{"row":1,"why":"older: tier"}],"refused":[]}`, "///Gent/ points=2000000 tier=gold0",
		},
		{"a profile of before stays under it", "put", `{"r":"emma","at":"2026-11-23T08:10:00Z","attributes":{"points":7,"first_name":"Emma","locale":"nl"}}`, taken, "nl//// first_name=Emma0 points=2000000 tier=gold0"},
		{"without a value", "patch", `{"r":"emma","at":"2026-11-23T10:00:00Z","attributes":{"tier":null,"locale":""}}`, taken, "//// first_name=Emma0 points=2000000"},
		{"and stays so", "patch", `{"r":"emma","at":"2026-11-23T09:30:00Z","attributes":{"tier":"gold","locale":"fr"}}`, ignored("older"), "//// first_name=Emma0 points=2000000"},
		{"older than the profile", "patch", `{"r":"emma","at":"2026-11-23T08:05:00Z","attributes":{"likes":["a"]}}`, ignored("older"), "//// first_name=Emma0 points=2000000"},
		{"nothing", "patch", `{"r":"emma"}`, ignored("nothing to change; write an attribute"), "//// first_name=Emma0 points=2000000"},
		{"consent alone", "patch", `{"r":"emma","at":"2026-11-23T10:00:00Z","consent":"full"}`, taken, "//// first_name=Emma0 points=2000000 consent=2"},
		{"consent is not raised without a date", "patch", `{"r":"lars","consent":"full"}`, ignored("consent is not raised without a date; send at"), ""},
		{"a newer profile is whole", "put", `{"r":"emma","at":"2026-11-23T11:00:00Z","attributes":{"points":3}}`, taken, "//// points=3000000 consent=2"},
		{"now", "patch", `{"r":"emma","attributes":{"first_name":"Em"}}`, taken, "//// first_name=Em0 points=3000000 consent=2"},
		{
			"wrong", "patch", `{"r":"emma","attributes":{"tier":"glod","points":4}}`,
			`{"applied":0,"ignored":[],"refused":[{"row":1,"why":"tier: unknown value \"glod\"; did you mean \"gold\"?"}]}`, "//// first_name=Em0 points=3000000 consent=2",
		},
	} {
		answer := ""
		if step.how == "put" {
			answer = d.put("[" + step.body + "]")
		} else {
			answer = d.patch("[" + step.body + "]")
		}
		if answer != step.answer {
			t.Errorf("%s: answered %s, want %s", step.name, answer, step.answer)
		}
		d.open()
		if got := d.see("emma"); step.see != "" && got != step.see {
			t.Errorf("%s: known is %s, want %s", step.name, got, step.see)
		}
	}
}

// TestProfilesInAnyOrder puts and patches one profile in any order, some rows
// twice: each attribute is as the newest row says that has it or is whole.
func TestProfilesInAnyOrder(t *testing.T) {
	names := []string{"first_name", "city", "locale", "points"}
	rapid.Check(t, func(r *rapid.T) {
		d := newDesk(t)
		rows := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) map[string]any {
			row := map[string]any{}
			for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID[string]).Draw(r, "names") {
				row[name] = rapid.SampledFrom([]any{nil, "1", "2"}).Draw(r, name)
			}
			return row
		}), 1, 6).Draw(r, "rows")
		whole := rapid.SliceOfN(rapid.Bool(), len(rows), len(rows)).Draw(r, "whole")
		order := make([]int, len(rows))
		for i := range order {
			order[i] = i
		}
		order = rapid.Permutation(order).Draw(r, "order")
		order = append(order, rapid.SliceOfN(rapid.IntRange(0, len(rows)-1), 0, 3).Draw(r, "again")...)
		want := map[string]any{}
		for i, row := range rows {
			if whole[i] {
				clear(want)
			}
			maps.Copy(want, row)
		}
		for _, i := range order {
			row := []people.Row{{R: "emma", At: d.clock().Add(time.Duration(i-10) * time.Minute).Format(time.RFC3339), Attributes: rows[i]}}
			lay := d.Patch
			if whole[i] {
				lay = d.PutAt
			}
			if applied, err := lay(row, d.clock()); err != nil || len(applied.Refused) > 0 {
				r.Fatal(applied, err)
			}
		}
		d.open()
		text := func(name string) string {
			if want[name] == nil {
				return ""
			}
			return want[name].(string)
		}
		p, err := d.Profile("emma")
		switch {
		case err != nil:
			r.Fatal(err)
		case p == nil:
			if len(want) > 0 {
				r.Error("nobody")
			}
			return
		}
		points := ""
		if p.Attributes[2].Known() {
			points = fmt.Sprint(p.Attributes[2].N / 1_000_000)
		}
		if p.Attributes[0].Text != text("first_name") || p.City != text("city") || p.Locale != text("locale") || points != text("points") {
			r.Errorf("known is %s, want %v", d.see("emma"), want)
		}
	})
}
