package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestAPagesScriptTellsOnceConsentIsTold visits a shop from a mail in Chromium.
func TestAPagesScriptTellsOnceConsentIsTold(t *testing.T) {
	var script string
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/opentime.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(script))
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><script src="/opentime.js"></script>`))
	}))
	defer shop.Close()
	c := newBehaviour(t)
	c.write("opentime.yaml", behaviourConfig+"public: https://img.theatre.example\norigins: [\""+shop.URL+"\"]\n", 0)
	c.restart()
	var printed, said bytes.Buffer
	if code := run([]string{"snippet", c.dir}, &env{stdout: &printed, stderr: &said, getenv: func(string) string { return "" }, now: time.Now, zones: sharedZones}); code != 0 || said.Len() > 0 {
		t.Fatal(code, said.String())
	}
	if !strings.Contains(printed.String(), "'https://img.theatre.example/e?r='") {
		t.Fatal(printed.String())
	}
	script = strings.Replace(printed.String(), "https://img.theatre.example", "http://"+c.app.public, 1)

	b := newBrowser(t)
	r := sealedBy(t, demoKeys, "theatre", "nina")
	asked := func() string {
		return b.eval(`performance.getEntriesByType('resource').filter(e => e.name.includes('/e?')).length + ' ' + localStorage.length + ' ' + location.search`)
	}
	beacons := func() string {
		_, metrics := c.send("GET", "/metrics", "", "Authorization: Bearer read")
		_, after, _ := strings.Cut(metrics, `opentime_beacons_total{result="taken"} `)
		count, _, _ := strings.Cut(after, "\n")
		return count
	}
	wait := func(want string) {
		t.Helper()
		for range 250 {
			if beacons() == want {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatalf("%s requests are taken, want %s", beacons(), want)
	}
	// A visitor who has not said: nothing is stored, sent or taken from the address.
	b.visit(shop.URL + "/tosca?r=" + r + "&utm=mail")
	b.eval(`opentime.viewed('tosca'), ''`)
	if got, want := asked(), "0 0 ?r="+r+"&utm=mail"; got != want {
		t.Fatalf("before consent: %q, want %q", got, want)
	}
	// One who says no.
	b.eval(`opentime.consent(false), opentime.viewed('tosca'), opentime.consent('yes'), ''`)
	if got, want := asked(), "0 0 ?r="+r+"&utm=mail"; got != want || beacons() != "0" {
		t.Fatalf("without consent: %q, want %q, %s taken", got, want, beacons())
	}
	// One who says yes, after a look.
	b.visit(shop.URL + "/tosca?r=" + r + "&utm=mail")
	b.eval(`opentime.viewed('tosca'), opentime.consent(true), ''`)
	wait("1")
	if got, want := asked(), "1 ?utm=mail"; !strings.HasSuffix(got, want) {
		t.Errorf("with consent: %q, want %q", got, want)
	}
	// On the next page it is known, and an order counts once.
	b.visit(shop.URL + "/aida")
	b.eval(`opentime.consent(true), opentime.viewed('aida', {price: '45.00 EUR'}), opentime.carted('hamlet', {count: 3}), opentime.searched('Verdi'), ''`)
	wait("4")
	for range 2 {
		b.visit(shop.URL + "/thanks")
		b.eval(`opentime.bought([{item: 'aida', price: '45.00 EUR'}, {item: 'tosca', price: '40.00 EUR'}], 'order-118'), opentime.consent(true), ''`)
	}
	wait("6")
	for block, want := range map[string]string{"viewed-often": "holds", "carted": "holds", "searched": "holds", "bought-dear": "holds"} {
		if got := c.rule(block, "nina", "signed"); got != want {
			t.Errorf("%s shows %s, want %s", block, got, want)
		}
	}
	_, metrics := c.send("GET", "/metrics", "", "Authorization: Bearer read")
	if !strings.Contains(metrics, `opentime_events_total{result="ignored"} 2`) {
		t.Error("an order that was told twice counts twice")
	}
	// Taken back: nothing is left here.
	b.eval(`opentime.consent(false), opentime.viewed('hamlet'), opentime.bought(), opentime.recipient('x'), ''`)
	if got := asked(); !strings.HasSuffix(got, " 0 ") {
		t.Errorf("after it was taken back: %q", got)
	}
	if beacons() != "6" || len(b.errors) > 0 {
		t.Errorf("%s requests are taken, and scripts threw %q", beacons(), b.errors)
	}
}
