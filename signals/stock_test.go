package signals_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.com/opentime/signals"
)

func TestWhichOfTwoCountsWins(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*shop, time.Time)
		want string
	}{
		{"the API's, newer than the feed's", func(s *shop, now time.Time) {
			s.write(now.Add(-time.Hour), item("a", "<stock>9</stock>"))
			s.refresh()
			s.stock(now.Add(-time.Minute), "a", "", 3)
		}, "3"},
		{"the feed's, newer than the API's", func(s *shop, now time.Time) {
			s.stock(now.Add(-2*time.Hour), "a", "", 3)
			s.write(now.Add(-time.Hour), item("a", "<stock>9</stock>"))
			s.refresh()
		}, "9"},
		{"the API's, when an older feed comes later", func(s *shop, now time.Time) {
			s.stock(now.Add(-time.Minute), "a", "", 3)
			s.write(now.Add(-time.Hour), item("a", "<stock>9</stock>"))
			s.refresh()
		}, "3"},
		{"the API's without a date, of its receipt", func(s *shop, now time.Time) {
			s.write(now.Add(-time.Second), item("a", "<stock>9</stock>"))
			s.refresh()
			s.stock(time.Time{}, "a", "", 3)
		}, "3"},
		{"of equals the later received", func(s *shop, now time.Time) {
			s.stock(now, "a", "", 3)
			s.stock(now, "a", "", 4)
		}, "4"},
		{"not the older of the API's", func(s *shop, now time.Time) {
			s.stock(now, "a", "", 3)
			s.stock(now.Add(-time.Second), "a", "", 4)
		}, "3"},
		{"the API's for a day, when the feed has no build date", func(s *shop, _ time.Time) {
			s.stock(time.Time{}, "a", "", 3)
			s.clock.add(23 * time.Hour)
			s.write(time.Time{}, item("a", "<stock>9</stock>"))
			s.refresh()
		}, "3"},
		{"then that feed's", func(s *shop, _ time.Time) {
			s.stock(time.Time{}, "a", "", 3)
			s.clock.add(25 * time.Hour)
			s.write(time.Time{}, item("a", "<stock>9</stock>"))
			s.refresh()
		}, "9"},
		{"then that feed's, though it did not change since", func(s *shop, _ time.Time) {
			s.stock(time.Time{}, "a", "", 3)
			s.clock.add(time.Hour)
			s.write(time.Time{}, item("a", "<stock>9</stock>"))
			s.refresh()
			s.clock.add(23 * time.Hour)
			s.refresh()
		}, "9"},
		{"the API's, when it is newer than what an undated feed held since", func(s *shop, _ time.Time) {
			s.write(time.Time{}, item("a", "<stock>9</stock>"))
			s.refresh()
			s.clock.add(time.Hour)
			s.stock(time.Time{}, "a", "", 3)
			s.clock.add(25 * time.Hour)
			s.refresh()
		}, "3"},
		{"some, where the feed says only that it is in stock", func(s *shop, now time.Time) {
			s.write(now, item("a", "<g:availability>in stock</g:availability>"))
			s.refresh()
		}, "some"},
		{"none, where it is not", func(s *shop, now time.Time) {
			s.write(now, item("a", "<g:availability>out_of_stock</g:availability>"))
			s.refresh()
		}, "0"},
		{"unknown, where it can be ordered", func(s *shop, now time.Time) {
			s.write(now, item("a", "<g:availability>preorder</g:availability>"))
			s.refresh()
		}, "unknown"},
		{"unknown, where a feed counts no more", func(s *shop, now time.Time) {
			s.write(now.Add(-time.Minute), item("a", "<stock>9</stock>"))
			s.refresh()
			s.clock.add(time.Minute)
			s.write(now, item("a", ""))
			s.refresh()
		}, "unknown"},
		{"the API's some", func(s *shop, now time.Time) { s.stock(now, "a", "", "some") }, "some"},
		{"a feed's below zero is zero", func(s *shop, now time.Time) {
			s.write(now, item("a", "<stock>-3</stock>"))
			s.refresh()
		}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShop(t)
			c.do(s, s.clock.Now())
			if got := stockText(s.Stock("a", "")); got != c.want {
				t.Errorf("stock is %s, want %s", got, c.want)
			}
			_ = s.Close()
			s.open()
			s.refreshIfAny()
			if got := stockText(s.Stock("a", "")); got != c.want {
				t.Errorf("after a restart stock is %s, want %s", got, c.want)
			}
		})
	}
}

func (s *shop) refreshIfAny() {
	s.t.Helper()
	if _, err := os.Stat(filepath.Join(s.dir, "films.xml")); err == nil {
		s.refresh()
	}
}

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
	applied, err := s.PutStock(rows)
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
