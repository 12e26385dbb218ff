package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// TestForecastCountsWhatTheServerShows compares a forecast for some of the demo's
// recipients with what explain says of each of their opens.
func TestForecastCountsWhatTheServerShows(t *testing.T) {
	demo, err := assets.FS.ReadFile("demo/profiles.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfterN(string(demo), "\n", 27)[:26]
	file := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(file, []byte(strings.Join(rows, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	d := startDemo(t)
	d.app.gatherer.Swap(func(s *signals.Sources) { s.Weather = nil })
	moments, clients := []string{"2026-11-24T19:00:00+01:00", "2026-11-27T09:00:00+01:00"}, []string{"outlook-ios", "yahoo", "apple-mpp"}
	given := []string{"weather.rain=true", "stock.salt-moon=12"}

	args := []string{"forecast", "weekly-films", "--profiles", file, "--json"}
	for _, at := range moments {
		args = append(args, "--at", at)
	}
	for _, client := range clients {
		args = append(args, "--client", client)
	}
	for _, g := range given {
		args = append(args, "--given", g)
	}
	var out, said strings.Builder
	e := &env{zones: sharedZones, stdout: &out, stderr: &said, now: d.clock, getenv: func(string) string { return "" }}
	if code := run(args, e); code != 0 {
		t.Fatal(out.String(), said.String())
	}
	var report forecastReport
	if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
		t.Fatal(err)
	}
	got := report.Campaigns[0]
	if report.Profiles != 25 || got.Opens != 50 || len(got.Moments) != 2 {
		t.Errorf("%d profiles, %d opens, %v", report.Profiles, got.Opens, got.Moments)
	}
	all := map[string]uint8{}
	var missed []string
	for _, b := range got.Blocks {
		want := d.asked(&b, rows[1:], moments, clients, given)
		maps.Copy(all, want.keys) // no two blocks share a picture that clients do not
		for i := range clients {
			n := 0
			for _, marks := range want.keys {
				n += int(marks >> i & 1)
			}
			if b.Pictures.Clients[i] != n || b.Fallback[i] != want.taken["none"][i] {
				t.Errorf("%s in %s: %d pictures and %d fallbacks, want %d and %d", b.Block, clients[i], b.Pictures.Clients[i], b.Fallback[i], n, want.taken["none"][i])
			}
		}
		if b.Pictures.All != len(want.keys) || b.Pictures.Estimate {
			t.Errorf("%s: %+v, want %d pictures", b.Block, b.Pictures, len(want.keys))
		}
		for _, rule := range b.Rules {
			taken := want.taken[rule.Rule]
			if !slices.Equal(rule.Taken, taken[:]) {
				t.Errorf("%s: rule %s is taken %v times, want %v", b.Block, rule.Rule, rule.Taken, taken)
			}
			if taken == [3]int{} {
				missed = append(missed, b.Block+" "+rule.Rule)
			}
		}
	}
	if got.Pictures.All != len(all) {
		t.Errorf("%d pictures together, want %d", got.Pictures.All, len(all))
	}
	for i, m := range got.Missed {
		opens := 0
		for _, why := range m.Why {
			opens += why.Opens
			if why.Example == "" {
				t.Errorf("%s: no example of %q", m.Rule, why.Fate)
			}
		}
		block := slices.IndexFunc(got.Blocks, func(b blockReport) bool { return b.Block == m.Block })
		if i >= len(missed) || missed[i] != m.Block+" "+m.Rule || opens != 150*got.Blocks[block].Positions {
			t.Errorf("nobody reaches %s of %s in %d opens; want %v", m.Rule, m.Block, opens, missed)
		}
	}
	if len(missed) < 3 || len(got.Missed) != len(missed) {
		t.Errorf("%d rules are not reached, want %v", len(got.Missed), missed)
	}
}

// askedOpens is what explain says of many opens of a block.
type askedOpens struct {
	keys  map[string]uint8 // of pictures, marked by clients
	taken map[string][3]int
}

// asked asks explain about every open of a block that a forecast makes.
func (d *demo) asked(b *blockReport, rows, moments, clients, given []string) askedOpens {
	d.t.Helper()
	all := askedOpens{map[string]uint8{}, map[string][3]int{}}
	for _, row := range rows {
		id, _, _ := strings.Cut(row, ",")
		for _, text := range moments {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				d.t.Fatal(err)
			}
			for i, client := range clients {
				for position := range b.Positions {
					answer, err := d.app.server.Ask(server.Ask{
						Campaign: "weekly-films", Block: b.Block, Position: position + 1, Recipient: id, At: at, Client: client, Given: given,
					})
					if err != nil {
						d.t.Fatal(err)
					}
					all.keys[string(answer.Key)] |= 1 << i
					taken := all.taken[answer.Explanation.Rule]
					taken[i]++
					all.taken[answer.Explanation.Rule] = taken
				}
			}
		}
	}
	return all
}

// TestForecastBesideARunningServer forecasts a site whose data a server holds.
func TestForecastBesideARunningServer(t *testing.T) {
	l := newLadder(t)
	file := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(file, []byte("r\nemma\nlucas\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	e := &env{zones: sharedZones, stdout: &out, stderr: &out, now: time.Now, getenv: func(string) string { return "" }}
	if code := run([]string{"forecast", "spring", l.dir, "--data", l.data, "--profiles", file}, e); code != 0 || !strings.HasPrefix(out.String(), "spring: 2 profiles") {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}

func TestForecastsOfManyAreSaidToBeEstimates(t *testing.T) {
	p := pictureReport{All: 1_234_567, Impersonal: 12, Clients: []int{999_500, 1000, 123}, Estimate: true}
	if got, want := strings.Join(p.cells(), " | "), "about 1,000,000 | about 1,000 | about 123 | about 1,230,000 | about 12"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	p.Estimate = false
	if got, want := strings.Join(p.cells(), " | "), "999,500 | 1,000 | 123 | 1,234,567 | 12"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
