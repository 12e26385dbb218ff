package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/signals"
)

// command runs a command against the ladder's server, and returns its exit code
// and all it prints.
func (l *ladder) command(args ...string) (int, string) {
	l.t.Helper()
	var out bytes.Buffer
	e := &env{zones: sharedZones, stdout: &out, stderr: &out, now: l.clock, getenv: func(name string) string {
		return map[string]string{"OPENTIME_KEYS": demoKeys, "OPENTIME_TOKEN_READ": "read"}[name]
	}}
	code := run(append(args, "--path", l.dir, "--data", l.data, "--admin", l.app.admin), e)
	return code, out.String()
}

// feed writes the ladder's feed, all at a price, built as the clock says.
func (l *ladder) feed(price, items int) {
	l.t.Helper()
	text := `<rss xmlns:g="http://base.google.com/ns/1.0"><channel><lastBuildDate>` + l.clock().UTC().Format(time.RFC1123Z) + `</lastBuildDate>`
	for i := range items {
		text += fmt.Sprintf(`<item><g:id>i%d</g:id><title>I%d</title><link>https://shop.example/i</link><g:price>%d EUR</g:price></item>`, i, i, price)
	}
	l.write("shop.xml", text+`</channel></rss>`)
	if err := os.Chtimes(filepath.Join(l.dir, "shop.xml"), time.Time{}, l.clock()); err != nil {
		l.t.Fatal(err)
	}
}

func TestFeedsAreLookedAfterByCommand(t *testing.T) {
	l := newLadder(t)
	price := func() int64 {
		if c, ok := l.app.catalogue.Items("shop").Item("i3"); ok {
			return c.Price.N
		}
		return 0
	}
	steps := []struct {
		before func()
		args   []string
		code   int
		says   []string
		price  int64
	}{
		{func() {}, []string{"feed", "status"}, 0, []string{"shop.xml (google-xml)", ": 2 items, of ", "answered 20", "s ago"}, 0},
		{func() { l.feed(1, 30) }, []string{"feed", "refresh", "shop"}, 0, []string{"shop has 30 items; 0 rows are left out"}, 100},
		{func() { l.feed(2, 30) }, []string{"feed", "refresh", "shop"}, 0, []string{"shop has 30 items"}, 200},
		{func() {}, []string{"feed", "refresh", "shop"}, 0, []string{"shop has not changed"}, 200},
		{func() { l.feed(3, 5) }, []string{"feed", "refresh", "shop"}, 1, []string{"opentime: refresh feed shop: 25 of 30 items are gone from it"}, 200},
		{func() {}, []string{"feed", "status", "shop"}, 1, []string{"  refused  since 20", "25 of 30 items are gone"}, 200},
		{func() {}, []string{"feed", "refresh", "shop", "--force"}, 0, []string{"shop has 5 items"}, 300},
		{func() {}, []string{"feed", "rollback", "shop"}, 0, []string{"shop serves version ", ": 30 items, of 20"}, 200},
		{func() {}, []string{"feed", "status"}, 0, []string{"rolled back until the source has a newer one"}, 200},
		{func() {}, []string{"feed", "versions", "shop"}, 0, []string{"rolled back from\n", "in use\n", "2 items"}, 200},
		{func() {}, []string{"feed", "rollback", "shop", "--hold"}, 0, []string{"shop serves version "}, 100},
		{func() { l.feed(4, 30); l.app.reload() }, []string{"feed", "status"}, 0, []string{"rolled back until opentime feed refresh shop"}, 100},
		{func() { l.stop(); l.start() }, []string{"feed", "status"}, 0, []string{"rolled back until opentime feed refresh shop"}, 100},
		{func() {}, []string{"feed", "refresh", "shop"}, 0, []string{"shop has 30 items"}, 400},
		{func() {}, []string{"feed", "rollback", "shop", "zz"}, 1, []string{`no version "zz" is kept`}, 400},
		{func() {}, []string{"feed", "rollback", "snacks"}, 1, []string{`there is no feed "snacks"`}, 400},
		{func() {}, []string{"feed", "versions", "snacks"}, 1, []string{`there is no feed "snacks"`}, 400},
		{func() {}, []string{"feed", "status", "snacks"}, 1, []string{`there is no feed "snacks"`}, 400},
		{func() {}, []string{"feed", "rollback"}, 2, []string{`expected "<feed>`}, 400},
	}
	for _, step := range steps {
		l.late.Add(int64(time.Second))
		step.before()
		code, out := l.command(step.args...)
		if code != step.code || price() != step.price {
			t.Errorf("%v: exit code %d, costs %d:\n%s", step.args, code, price(), out)
		}
		for _, want := range step.says {
			if !strings.Contains(out, want) {
				t.Errorf("%v does not say %q:\n%s", step.args, want, out)
			}
		}
	}
	var all []signals.FeedStatus
	if _, out := l.command("feed", "status", "--json"); json.Unmarshal([]byte(out), &all) != nil || len(all) != 1 || all[0].InUse.Items != 30 {
		t.Errorf("as JSON: %s", out)
	}
	l.stop()
	if code, out := l.command("feed", "status"); code != 1 || !strings.Contains(out, "no server of this sender answers") {
		t.Errorf("without a server: %d %s", code, out)
	}
}
