package signals_test

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/opentime/signals"
)

func TestStockAtPlacesStandsByItself(t *testing.T) {
	s := newShop(t)
	s.stock(time.Time{}, "a", "ghent", 5)
	s.stock(time.Time{}, "a", "antwerp", 0)
	s.stock(time.Time{}, "a", "ghent", 6)
	_ = s.Close()
	s.open()
	got := stockText(s.Stock("a", "ghent")) + stockText(s.Stock("a", "antwerp")) + stockText(s.Stock("a", "bruges")) + stockText(s.Stock("a", ""))
	if want := "60unknownunknown"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRowsThatAreWrongAreRefusedWithTheReason(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	s.write(now.Add(-time.Hour), item("a", ""))
	s.refresh()
	var rows []signals.StockRow
	body := `[{"item":"a","count":12},{"item":"a","count":-1},{"item":"a"},{"item":"a","count":1.5},{"item":"","count":1},
		{"item":"a","count":1,"at":"2026-11-23T12:06:00Z"},{"item":"a","count":1,"at":"yesterday"},{"item":"a]b","count":1},
		{"item":"a","count":7,"at":"2026-11-23T11:59:59Z"},{"item":"a","count":"13"},{"item":"a","count":true},
		{"item":"a","plaze":"ghent","count":1}]`
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Fatal(err)
	}
	applied, err := s.PutStock(rows, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(applied)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"applied":2,"ignored":[{"row":9,"why":"older"}],"refused":[` +
		`{"row":2,"why":"count -1 is no whole number from 0 to 1000000000"},{"row":3,"why":"no count; write a whole number from 0"},` +
		`{"row":4,"why":"count 1.5 is no whole number from 0 to 1000000000"},{"row":5,"why":"no item; write its id"},` +
		`{"row":6,"why":"at 2026-11-23T12:06:00Z is ahead of the clock, which says 2026-11-23T12:00:00Z; set the clocks right"},` +
		`{"row":7,"why":"at \"yesterday\" is no moment; write one such as 2026-11-23T08:00:00Z"},` +
		`{"row":8,"why":"item \"a]b\": an id has no ], no control characters and no space around it"},` +
		`{"row":11,"why":"count true is no whole number from 0 to 1000000000"},` +
		`{"row":12,"why":"unknown key \"plaze\"; did you mean \"place\"?"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestChangesOfManyShareAWrite(t *testing.T) {
	s := newShop(t)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() { s.stock(time.Time{}, fmt.Sprint("i", i%10), "", i) })
	}
	all.Wait()
	if s.facts.writes > 200 || len(s.facts.values) != 10 {
		t.Errorf("%d writes, %d values", s.facts.writes, len(s.facts.values))
	}
}
