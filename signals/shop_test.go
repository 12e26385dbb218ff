package signals_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// facts is a FactStore that can be broken.
type facts struct {
	mu     sync.Mutex
	values map[[2]string][]byte
	broken bool
	writes int
}

func newFacts() *facts { return &facts{values: map[[2]string][]byte{}} }

func (f *facts) Facts(each func(item, place string, at int64, payload []byte) error) error {
	for key, payload := range f.values {
		if err := each(key[0], key[1], 0, payload); err != nil {
			return err
		}
	}
	return nil
}

func (f *facts) PutFacts(fill func(put func(item, place string, at int64, payload []byte))) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errors.New("no space left")
	}
	f.writes++
	fill(func(item, place string, _ int64, payload []byte) {
		f.values[[2]string{item, place}] = append([]byte(nil), payload...)
	})
	return nil
}

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// shop is a catalogue with one feed, a file that tests write.
type shop struct {
	*signals.Catalogue
	t     testing.TB
	dir   string
	clock *clock
	facts *facts

	writes           int
	format           signals.FeedFormat
	lost, zeroPrices float64 // of the feed's guard
}

func newShop(t testing.TB) *shop {
	s := &shop{t: t, dir: t.TempDir(), clock: newClock(), facts: newFacts()}
	s.open()
	return s
}

func (s *shop) open() {
	s.t.Helper()
	x, err := signals.NewCatalogue(signals.CatalogueConfig{
		Feeds: []signals.FeedConfig{{
			ID: "films", File: filepath.Join(s.dir, "films.xml"), Format: s.format, Hosts: []string{"cinema.example", "*.cinema.example"},
			Keep: filepath.Join(s.dir, "keep"), Lost: s.lost, ZeroPrices: s.zeroPrices,
			Attributes: []rules.Attribute{{Name: "genre", Type: rules.Text}, {Name: "minutes", Type: rules.Number}},
			Picture: func(path string) (string, error) {
				if path == "missing.jpg" {
					return "", errors.New("no picture missing.jpg")
				}
				return "ref:" + path, nil
			},
		}},
		Store: s.facts, Now: s.clock.Now,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Catalogue = x
	s.t.Cleanup(func() { _ = x.Close() })
}

// write writes the feed, built at a moment; zero: undated, and last modified as
// the clock says.
func (s *shop) write(built time.Time, items ...string) {
	s.t.Helper()
	date := ""
	if !built.IsZero() {
		date = "<lastBuildDate>" + built.Format(time.RFC1123Z) + "</lastBuildDate>"
	}
	s.writeText(`<rss xmlns:g="http://base.google.com/ns/1.0"><channel>` + date + strings.Join(items, "\n") + `</channel></rss>`)
}

// writeText writes the feed, last modified as the clock says.
func (s *shop) writeText(text string) {
	s.t.Helper()
	name := filepath.Join(s.dir, "films.xml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	// Each a little before the last, so that it is another file.
	s.writes++
	if err := os.Chtimes(name, time.Time{}, s.clock.Now().Add(-time.Duration(s.writes)*time.Microsecond)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) refresh() signals.FeedReport {
	s.t.Helper()
	report, err := s.Refresh(context.Background(), "films")
	if err != nil {
		s.t.Fatal(err)
	}
	return report
}

func item(id, more string) string {
	return fmt.Sprintf(`<item><g:id>%s</g:id><title>Film %s</title><link>https://cinema.example/%s</link>%s</item>`, id, id, id, more)
}

func (s *shop) item(id string) rules.Candidate {
	s.t.Helper()
	c, ok := s.Items("films").Item(id)
	if !ok {
		s.t.Fatalf("no item %s", id)
	}
	return c
}

func (s *shop) stock(at time.Time, item, place string, n any) signals.Applied {
	s.t.Helper()
	row := signals.StockRow{Item: item, Place: place, Count: n}
	if !at.IsZero() {
		row.At = at.Format(time.RFC3339)
	}
	applied, err := s.PutStock([]signals.StockRow{row}, s.clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return applied
}

func stockText(v rules.Value) string {
	switch v.Type {
	case rules.Unknown:
		return "unknown"
	case rules.Some:
		return "some"
	}
	return fmt.Sprint(v.N / rules.Million)
}

func (s *shop) rank(list string, n int) string {
	var ids []string
	for _, c := range s.Items("films").Rank(rules.Listing{From: list}, func(*rules.Candidate) bool { return true }, n, nil) {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, " ")
}
