package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWithdrawnConsentTakesBackAVote: it counts no longer, and counts again only
// once it is given again.
func TestWithdrawnConsentTakesBackAVote(t *testing.T) {
	a := newAnswers(t)
	for r, answer := range map[string]string{"emma": "baba", "lucas": "baba", "carl": "tiramisu"} {
		a.public("POST", "/a/dessert/vote/"+answer+a.signed(r), "")
	}
	a.results("2 1")
	consent := func(r, word string) {
		t.Helper()
		a.pass(time.Minute)
		a.ingest(200, "PUT", "/v1/profiles", fmt.Sprintf(`[{"r": %q, "consent": %q, "at": %q}]`, r, word, a.now.Load().Format(time.RFC3339)))
	}
	consent("lucas", "aggregate")
	a.results("2 1")
	consent("emma", "none")
	a.results("1 1")
	a.public("POST", "/a/dessert/vote/baba"+a.signed("emma"), "")
	a.results("1 1")
	a.restart()
	a.results("1 1")
	consent("emma", "full")
	a.results("1 1")
	a.public("POST", "/a/dessert/vote/baba"+a.signed("emma"), "")
	a.results("2 1")
	// One that was counted while it was withdrawn goes by itself.
	err := a.app.store.PutAnswers(func(put func(recipient, campaign, block, answer string, at int64)) {
		put("lucas", "dessert", "vote", "tiramisu", a.now.Load().UnixMilli())
		put("noor", "dessert", "vote", "tiramisu", a.now.Load().UnixMilli())
	})
	if err != nil {
		t.Fatal(err)
	}
	a.results("1 3")
	consent("noor", "full")
	consent("lucas", "none")
	a.results("1 2")
	err = a.app.store.PutAnswers(func(put func(recipient, campaign, block, answer string, at int64)) {
		put("lucas", "dessert", "vote", "baba", a.now.Load().UnixMilli())
	})
	if err != nil {
		t.Fatal(err)
	}
	a.results("2 2")
	a.app.prune()
	a.results("1 2")
}

// TestWithdrawnConsentIsUnlearnt: the next model is made without them, though as many
// events were added as were taken out, and there is none where nobody is left.
func TestWithdrawnConsentIsUnlearnt(t *testing.T) {
	c := lineShop(t)
	before := c.trained()
	learnt := func() (events int, at time.Time) {
		c.pass(time.Minute)
		c.app.learner.learn(t.Context(), false)
		told := c.app.learner.status()
		if told.Error != "" {
			t.Error(told.Error)
		}
		return told.Events, told.Learnt
	}
	if events, at := learnt(); events != before.Events || !at.Equal(before.Learnt) {
		t.Errorf("nothing changed, and %d events are learnt anew", events)
	}
	none := func(persons ...string) {
		t.Helper()
		var rows []string
		for _, r := range persons {
			rows = append(rows, fmt.Sprintf(`{"r": %q, "consent": "none", "at": %q}`, r, c.now.Load().Format(time.RFC3339)))
		}
		c.ingest(200, "PUT", "/v1/profiles", "["+strings.Join(rows, ",")+"]")
	}
	none("emma") // who viewed one and bought one
	c.ingest(200, "POST", "/v1/events", `[{"r": "buyer-1", "kind": "viewed", "item": "l3p1"}, {"r": "buyer-1", "kind": "viewed", "item": "l3p2"}]`)
	if events, at := learnt(); events != before.Events || at.Equal(before.Learnt) {
		t.Errorf("%d events of the model of %v, where one was withdrawn", events, at)
	}
	var all []string
	for p := range 90 {
		all = append(all, fmt.Sprint("buyer-", p))
	}
	none(all...)
	if events, at := learnt(); events != 0 || !at.IsZero() || c.app.profiles.Lists().Model() != nil {
		t.Errorf("nobody is left, and %d events are", events)
	}
	if _, err := os.Stat(filepath.Join(c.data, modelFile)); !os.IsNotExist(err) {
		t.Error("the model is kept:", err)
	}
}
