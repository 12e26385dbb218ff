package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestARetryIsAnsweredAsTheFirst sends batches with a key again, after newer ones
// that it must not undo.
func TestARetryIsAnsweredAsTheFirst(t *testing.T) {
	c := newCounter(t)
	points := func() string {
		p, err := c.app.profiles.Profile("emma")
		if err != nil || p == nil {
			return fmt.Sprint("nobody ", err)
		}
		return fmt.Sprint(p.Attributes[1].N / 1_000_000)
	}
	price := func() string {
		item, _ := c.app.catalogue.Items("plants").Item("rose")
		return fmt.Sprint(item.Price.N)
	}
	stock := func() string { return c.stock("rose", "") }
	for _, x := range []struct {
		method, path, first, second string
		see                         func() string
		want                        string
	}{
		{"PUT", "/v1/stock", `[{"item": "rose", "count": 5}, {"item": ""}]`, `[{"item": "rose", "count": 0}]`, stock, "0"},
		{"PATCH", "/v1/items", `[{"id": "rose", "price": "5 EUR"}]`, `[{"id": "rose", "price": "6 EUR"}]`, price, "600"},
		{"PUT", "/v1/profiles", `[{"r": "emma", "attributes": {"points": 1}}]`, `[{"r": "emma", "attributes": {"points": 2}}]`, points, "2"},
		{"PATCH", "/v1/profiles", `[{"r": "emma", "attributes": {"points": 3}}]`, `[{"r": "emma", "attributes": {"points": 4}}]`, points, "4"},
	} {
		const key, other = `Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324"`, `Idempotency-Key: "other"`
		first := c.ingest(200, x.method, x.path, x.first, key)
		c.pass(time.Second)
		c.ingest(200, x.method, x.path, x.second, other)
		c.pass(time.Second)
		again := func(when string) {
			t.Helper()
			if got := c.ingest(200, x.method, x.path, x.first, key); got != first {
				t.Errorf("%s %s, sent again %s, is answered %s, first %s", x.method, x.path, when, got, first)
			}
			if got := x.see(); got != x.want {
				t.Errorf("%s %s, sent again %s: %s, want %s", x.method, x.path, when, got, x.want)
			}
		}
		again("at once")
		c.restart()
		again("after a restart")
		c.pass(29 * 24 * time.Hour)
		c.app.prune()
		again("after 29 days")
		if got := c.ingest(422, x.method, x.path, x.second, key); !strings.Contains(got, "another body") {
			t.Error(got)
		}
		c.pass(3 * 24 * time.Hour)
		c.app.prune()
		c.ingest(200, x.method, x.path, x.second, key) // forgotten by then
		if got := x.see(); got != x.want {
			t.Errorf("%s %s after a month: %s, want %s", x.method, x.path, got, x.want)
		}
	}
}

func TestKeysAreApart(t *testing.T) {
	c := newCounter(t)
	const key = "Idempotency-Key: k"
	c.ingest(200, "PUT", "/v1/stock", `[{"item": "rose", "count": 1}]`, key)
	c.ingest(200, "PATCH", "/v1/items", `[{"id": "rose", "price": "5 EUR"}]`, key) // of another path
	c.ingest(400, "PUT", "/v1/stock", `[]`, "Idempotency-Key: "+strings.Repeat("k", 256))
	bad := c.ingest(400, "PUT", "/v1/stock", `{}`, "Idempotency-Key: bad")
	if again := c.ingest(400, "PUT", "/v1/stock", `{}`, "Idempotency-Key: bad"); again != bad {
		t.Errorf("%s, then %s", bad, again)
	}
	status, answer := c.send("PUT", "/v1/stock", `[{"item": "rose", "count": 2}]`, "Idempotency-Key: k2")
	if status != 401 {
		t.Errorf("without the token: %d %s", status, answer)
	}
	// A long answer is worked out again, as of the first receipt.
	rows := make([]string, 2000)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"item": "rose", "count": %d, "at": "soon"}`, i)
	}
	rows[0] = `{"item": "rose", "count": 7}`
	long := "[" + strings.Join(rows, ",") + "]"
	first := c.ingest(200, "PUT", "/v1/stock", long, "Idempotency-Key: long")
	c.pass(time.Second)
	c.ingest(200, "PUT", "/v1/stock", `[{"item": "rose", "count": 3}]`)
	again := c.ingest(200, "PUT", "/v1/stock", long, "Idempotency-Key: long")
	if !strings.Contains(first, `"applied": 1`) || !strings.Contains(again, `"applied": 0`) || len(first) < 64<<10 || c.stock("rose", "") != "3" {
		t.Errorf("%d bytes, then %.300s; %s roses", len(first), again, c.stock("rose", ""))
	}
}

// TestOneKeyAtOnce sends one batch many times at once: it is applied once, and
// all hear the same or are asked to come later.
func TestOneKeyAtOnce(t *testing.T) {
	c := newCounter(t)
	var wait sync.WaitGroup
	var mu sync.Mutex
	answers := map[string]int{}
	for range 16 {
		wait.Go(func() {
			status, answer := c.send("PUT", "/v1/stock", `[{"item": "rose", "count": 1}]`, "Idempotency-Key: k", "Authorization: Bearer ingest")
			mu.Lock()
			defer mu.Unlock()
			if status != 409 {
				answers[fmt.Sprint(status, answer)]++
			}
		})
	}
	wait.Wait()
	if len(answers) != 1 {
		t.Errorf("answered %v", answers)
	}
}
