package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestAFloodTakesNothingFromSignedRecipients opens links that anybody can write, each
// with a number of its own that the layout draws, as fast as they are answered, and
// beside them signed ones, each of another picture. These come live, and what was
// drawn for them before is still in memory after. A machine that stands still for a
// moment may spoil a round, not all of them.
func TestAFloodTakesNothingFromSignedRecipients(t *testing.T) {
	l := newLadder(t)
	l.wants("drawn before", "/i/spring/note.jpg"+l.r("first")+"&size=1", "live")
	var number, flooded atomic.Int64
	number.Store(1)
	stop := make(chan struct{})
	var strangers sync.WaitGroup
	for range 16 {
		strangers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				l.open(fmt.Sprintf("/i/spring/note.jpg?size=%d", number.Add(1)))
				flooded.Add(1)
			}
		})
	}
	const rounds, opens = 5, 40
	best := 0
	for round := 0; round < rounds && best < opens*9/10; round++ {
		live := 0
		for i := range opens {
			rung, _ := l.open(fmt.Sprintf("/i/spring/note.jpg%s&size=%d", l.r(fmt.Sprintf("r%d-%d", round, i)), number.Add(1)))
			if rung == "live" {
				live++
			}
		}
		best = max(best, live)
	}
	close(stop)
	strangers.Wait()
	if best < opens*9/10 {
		t.Errorf("of %d signed opens at most %d come live, beside %d of strangers", opens, best, flooded.Load())
	}
	if flooded.Load() < 100 {
		t.Errorf("%d opens of strangers are no flood", flooded.Load())
	}
	drawn := l.metric(`opentime_drawn_total{lane="proven"}`)
	if rung, _ := l.open("/i/spring/note.jpg" + l.r("second") + "&size=1"); rung != "live" {
		t.Errorf("what was drawn before comes from rung %q", rung)
	}
	if again := l.metric(`opentime_drawn_total{lane="proven"}`); again != drawn {
		t.Errorf("a flood pushed out what was drawn for signed recipients: %s pictures were drawn, now %s", drawn, again)
	}
}

// metric is a metric's value as the page has it.
func (l *ladder) metric(name string) string {
	l.t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://"+l.app.admin+"/metrics", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer read")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	l.t.Fatalf("no metric %s", name)
	return ""
}
