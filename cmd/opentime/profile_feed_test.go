package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/signals"
)

// newFed is a ladder whose tiers come from a file and from a URL.
func newFed(t *testing.T, url string) *ladder {
	t.Helper()
	l := &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}
	l.write("opentime.yaml", strings.Replace(ladderConfig, "profiles: {attributes: {tier: text}}", `profiles:
  attributes: {tier: {type: text, values: [silver, gold]}, score: number}
  feeds: {tiers: {file: tiers.csv, refresh: 1h}, scores: {url: "`+url+`", refresh: 1h}}`, 1))
	l.write("shop.xml", ladderFeed)
	l.write("shops.csv", ladderPlaces)
	l.write("geo.mmdb", l.read("../../assets/demo/geo.mmdb"))
	l.write("rose.png", "x")
	l.write("fern.png", "x")
	l.write("campaigns/broken.yaml", brokenLayout)
	l.write("campaigns/slow.yaml", slowLayout)
	l.write("campaigns/spring.yaml", ladderCampaign)
	l.tiers("r,tier\nr-1,silver\nr-2,gold\n", -time.Hour)
	l.start()
	return l
}

// tiers writes the file of tiers, as of so long from now.
func (l *ladder) tiers(text string, when time.Duration) {
	l.t.Helper()
	l.write("tiers.csv", text)
	at := time.Now().Add(when)
	if err := os.Chtimes(filepath.Join(l.dir, "tiers.csv"), at, at); err != nil {
		l.t.Fatal(err)
	}
}

// known is what a profile says of tier and score.
func (l *ladder) known(id string) string {
	l.t.Helper()
	p, err := l.app.profiles.Profile(id)
	if err != nil {
		l.t.Fatal(err)
	}
	if p == nil {
		return "nobody"
	}
	return fmt.Sprint(p.Attributes[0].Text, " ", p.Attributes[1].N/1_000_000)
}

func TestFeedsOfProfilesAreKeptFresh(t *testing.T) {
	var scores atomic.Pointer[string]
	var asked, answered atomic.Int64
	say := func(text string) { scores.Store(&text) }
	say("r\tscore\nr-1\t7\n")
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		text := *scores.Load()
		tag := fmt.Sprintf("%q", text)
		w.Header().Set("ETag", tag)
		switch {
		case text == "away":
			w.WriteHeader(http.StatusBadGateway)
		case r.Header.Get("If-None-Match") == tag:
			w.WriteHeader(http.StatusNotModified)
		case strings.HasSuffix(text, "cut"):
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(text))
		default:
			answered.Add(1)
			_, _ = w.Write([]byte(text))
		}
	}))
	defer source.Close()
	l := newFed(t, source.URL+"/scores.tsv?key=secret")
	defer func() { l.stop() }()
	steps := []struct {
		what   string
		before func()
		args   []string
		code   int
		says   []string
		known  string
	}{
		{"at the start", func() {}, []string{"feed", "refresh", "tiers"}, 0, []string{"tiers has not changed"}, "silver 7, gold 0"},
		{"as status has it", func() {}, []string{"feed", "status"}, 0, []string{"tiers.csv (profiles)", "taken   2 rows, of 20", "127.0.0.1:", "taken   1 rows"}, "silver 7, gold 0"},
		{"a newer file", func() { l.tiers("r,tier\nr-1,gold\nr-2,\n", -time.Minute) }, []string{"feed", "refresh", "tiers"}, 0, []string{"tiers has 2 rows; 0 are left out"}, "gold 7,  0"},
		{"a row that is wrong", func() { l.tiers("r,tier\nr-1,silver\nr-2,glod\nr-3,gold\n", -50*time.Second) }, []string{"feed", "refresh", "tiers"}, 0, []string{`tiers.csv:3:5: tier: unknown value "glod"; did you mean "gold"?`, "tiers has 3 rows; 1 are left out"}, "silver 7,  0"},
		{"a file that is none", func() { l.tiers("r,teir\nr-1,gold\n", -40*time.Second) }, []string{"feed", "refresh", "tiers"}, 1, []string{`tiers.csv:1:3: unknown column "teir"; did you mean "tier"?`}, "silver 7,  0"},
		{"as status has that", func() {}, []string{"feed", "status", "tiers"}, 1, []string{"  refused  since 20", "unknown column"}, "silver 7,  0"},
		{"it is put right", func() { l.tiers("r,tier\nr-1,gold\nr-2,gold\nr-3,gold\n", -30*time.Second) }, []string{"feed", "refresh", "tiers"}, 0, []string{"tiers has 3 rows"}, "gold 7, gold 0"},
		{"a source that is away", func() { say("away") }, []string{"feed", "refresh", "scores"}, 1, []string{"its server answered 502"}, "gold 7, gold 0"},
		{"one that is cut off", func() { say("r\tscore\nr-1\t9\ncut") }, []string{"feed", "refresh", "scores"}, 1, []string{"it is cut off"}, "gold 7, gold 0"},
		{"it is back", func() { say("r\tscore\nr-1\t8\nr-2\t5\n") }, []string{"feed", "refresh", "scores"}, 0, []string{"scores has 2 rows"}, "gold 8, gold 5"},
		{"what is asked for by force", func() {}, []string{"feed", "refresh", "scores", "--force"}, 0, []string{"scores has 2 rows"}, "gold 8, gold 5"},
		{"it has no versions", func() {}, []string{"feed", "versions", "tiers"}, 1, []string{"no version of those is kept"}, "gold 8, gold 5"},
		{"nor any to go back to", func() {}, []string{"feed", "rollback", "tiers"}, 1, []string{"no version of those is kept"}, "gold 8, gold 5"},
	}
	l.settle()
	for _, step := range steps {
		l.late.Add(int64(time.Second))
		step.before()
		code, out := l.command(step.args...)
		if known := l.known("r-1") + ", " + l.known("r-2"); code != step.code || known != step.known {
			t.Errorf("%s: exit code %d, known %s, want %d, %s:\n%s", step.what, code, known, step.code, step.known, out)
		}
		for _, want := range step.says {
			if !strings.Contains(out, want) {
				t.Errorf("%s: does not say %q:\n%s", step.what, want, out)
			}
		}
		if strings.Contains(out, "secret") {
			t.Errorf("%s: tells the key of the source:\n%s", step.what, out)
		}
	}
	var all []signals.FeedStatus
	if _, out := l.command("feed", "status", "--json"); json.Unmarshal([]byte(out), &all) != nil || len(all) != 3 || all[1].Profiles.Rows != 2 {
		t.Errorf("as JSON: %s", out)
	}
	if entries, err := os.ReadDir(filepath.Join(l.data, "feeds")); err != nil || strings.Contains(fmt.Sprint(entries), ".profiles-") {
		t.Errorf("copies are left: %v %v", entries, err)
	}
	// What was read before a restart is not read again.
	read := answered.Load()
	l.stop()
	l.start()
	before := asked.Load()
	l.settle()
	if code, out := l.command("feed", "refresh", "tiers"); code != 0 || !strings.Contains(out, "tiers has not changed") {
		t.Errorf("after a restart: %s", out)
	}
	if asked.Load() == before || answered.Load() != read {
		t.Errorf("after a restart the source was asked %d times, and read %d times", asked.Load()-before, answered.Load()-read)
	}
	if known := l.known("r-1"); known != "gold 8" {
		t.Errorf("after a restart %s", known)
	}
}

// settle waits until both feeds were asked at the start.
func (l *ladder) settle() {
	l.t.Helper()
	for range 200 {
		waits := false
		for _, s := range l.app.profileFeeds.status() {
			waits = waits || s.Answered.IsZero() && s.Error == ""
		}
		if !waits {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	l.t.Fatal("the feeds were not asked")
}

// TestAFeedOfProfilesThatLostManyRowsIsRefused: nobody can tell half a table from a
// whole one but by what was there before.
func TestAFeedOfProfilesThatLostManyRowsIsRefused(t *testing.T) {
	l := newFed(t, "http://127.0.0.1:1/")
	defer func() { l.stop() }()
	l.settle()
	rows := func(n int, tier string) string {
		text := "r,tier\n"
		for i := range n {
			text += fmt.Sprintf("r-%d,%s\n", i, tier)
		}
		return text
	}
	refresh := func(args ...string) (int, string) {
		return l.command(append([]string{"feed", "refresh", "tiers"}, args...)...)
	}
	l.tiers(rows(30, "gold"), -30*time.Second)
	if code, out := refresh(); code != 0 || !strings.Contains(out, "tiers has 30 rows") {
		t.Fatal(out)
	}
	l.tiers(rows(17, "silver"), -20*time.Second)
	if code, out := refresh(); code != 1 || !strings.Contains(out, "13 of 30 rows are gone from it") || l.known("r-1") != "gold 0" {
		t.Errorf("%s: %s", out, l.known("r-1"))
	}
	if code, out := refresh("--force"); code != 0 || l.known("r-1") != "silver 0" || l.known("r-20") != "gold 0" {
		t.Errorf("%s: %s, %s", out, l.known("r-1"), l.known("r-20"))
	}
	// A later word stays, whatever is read again.
	if _, err := l.app.profiles.Put([]people.Row{{R: "r-1", Attributes: map[string]any{"tier": "gold"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.app.profiles.Forget([]string{"r-2"}); err != nil {
		t.Fatal(err)
	}
	if code, out := refresh("--force"); code != 0 || l.known("r-1") != "gold 0" || l.known("r-2") != " 0" {
		t.Errorf("%s: %s, %s", out, l.known("r-1"), l.known("r-2"))
	}
	code, out := l.command("feed", "status", "tiers")
	if code != 0 || !strings.Contains(out, "1: forgotten; nothing is kept of who was") || !strings.Contains(out, "1: older") {
		t.Errorf("%s", out)
	}
	for name, want := range map[string]string{"items": "17", "failures_total": "1", "failing": "0", "refused_rows": "0"} {
		if got := l.metric(`opentime_feed_` + name + `{feed="tiers"}`); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestAFeedOfProfilesIsReadWhenItsFileChanges has a reload notice it, and an end of
// the server in the middle of it is no failure of its source.
func TestAFeedOfProfilesIsReadWhenItsFileChanges(t *testing.T) {
	l := newFed(t, "http://127.0.0.1:1/")
	defer func() { l.stop() }()
	l.settle()
	l.tiers("r,tier\nr-1,gold\n", -time.Second)
	l.app.reload()
	for range 200 {
		if l.known("r-1") == "gold 0" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := l.known("r-1"); got != "gold 0" {
		t.Errorf("after a reload %s", got)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	l.tiers("r,tier\nr-1,silver\n", 0)
	if _, err := l.app.profileFeeds.Refresh(ended, "tiers", false); err == nil {
		t.Error("refreshed after the end")
	}
	if s := l.app.profileFeeds.status()[1]; s.Feed != "tiers" || s.Failures != 0 || s.Error != "" {
		t.Errorf("after the end %+v", s)
	}
}
