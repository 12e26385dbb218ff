package signals_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

func TestASaleHoldsWithinItsDates(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", `<g:price>10.00 EUR</g:price><g:sale_price>8.00 EUR</g:sale_price>
		<g:sale_price_effective_date>2026-11-23T13:00Z/2026-11-23T14:00Z</g:sale_price_effective_date>`))
	for _, want := range []string{"before false", "during true", "after false"} {
		s.refresh()
		when, _, _ := strings.Cut(want, " ")
		if got := fmt.Sprint(when, " ", s.item("a").SalePrice.Known()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		s.clock.add(time.Hour)
	}
}

func TestABadFeedLeavesTheLastGoodOne(t *testing.T) {
	var good []string
	for id := range strings.SplitSeq("abcdefghijklmnopqrst", "") {
		good = append(good, item(id, "<g:price>1 EUR</g:price>"))
	}
	head := `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>`
	for name, c := range map[string]struct{ feed, want string }{
		"empty":              {"", "it has no XML in it"},
		"no items":           {head + `</channel></rss>`, "no items in it"},
		"cut off":            {head + strings.Join(good, ""), "it is cut off"},
		"cut off in an item": {head + strings.Join(good, "")[:300], "it is cut off"},
		"a page":             {"<!DOCTYPE html><html><body><p>We are down<br></body></html>", "line 1"},
		"half of it":         {head + strings.Join(good[:7], "") + `</channel></rss>`, "13 of 20 items are gone from it, more than guard lets through; put them back, or write guard: {lost: 65%}"},
		"free of charge":     {head + strings.ReplaceAll(strings.Join(good, ""), "1 EUR", "0 EUR") + `</channel></rss>`, "20 of 20 prices are 0, more than guard lets through; put them right, or write guard: {zero_prices: 100%}"},
		"older": {
			head + "<lastBuildDate>Mon, 23 Nov 2026 08:00:00 GMT</lastBuildDate>" + strings.Join(good, "") + `</channel></rss>`,
			"it was built 2026-11-23T08:00:00Z, before the one in use",
		},
		"another encoding": {`<?xml version="1.0" encoding="ISO-8859-1"?>` + head, "written in ISO-8859-1; write it as UTF-8"},
		"a bomb":           {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + head + `<item><title>&b;</title></item>`, "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.write(s.clock.Now().Add(-time.Hour), good...)
			s.refresh()
			if err := os.WriteFile(filepath.Join(s.dir, "films.xml"), []byte(c.feed), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := s.Refresh(context.Background(), "films")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if got := s.rank("popular", 9); got != "a b c d e f g h i" {
				t.Errorf("serves %s", got)
			}
			_ = s.Close()
			s.open() // a start with the bad feed
			if _, err := s.Refresh(context.Background(), "films"); err == nil {
				t.Error("no error at the start")
			}
			if got := s.rank("popular", 9); got != "a b c d e f g h i" {
				t.Errorf("after a start serves %s", got)
			}
		})
	}
}

// TestGuardLetsThrough changes feeds by as much as guard allows, and by one more.
func TestGuardLetsThrough(t *testing.T) {
	f := func(before, after, free int, config func(*shop), taken bool) {
		t.Helper()
		s := newShop(t)
		config(s)
		_ = s.Close()
		s.open()
		var items []string
		for i := range before {
			items = append(items, item(fmt.Sprint("i", i), "<g:price>1 EUR</g:price>"))
		}
		s.write(s.clock.Now().Add(-time.Hour), items...)
		s.refresh()
		items = items[:after]
		for i := range free {
			items[i] = strings.Replace(items[i], "1 EUR", "0 EUR", 1)
		}
		s.clock.add(time.Minute)
		s.write(s.clock.Now(), items...)
		if report, err := s.Refresh(context.Background(), "films"); (err == nil) != taken || report.Unchanged {
			t.Errorf("%d items, then %d, %d of them free: %v", before, after, free, err)
		}
	}
	as := func(*shop) {}
	f(2, 1, 0, as, true)
	f(10, 1, 0, as, true)
	f(11, 1, 0, as, false)
	f(25, 15, 0, as, true)
	f(25, 14, 0, as, false)
	f(25, 14, 0, func(s *shop) { s.lost = 0.44 }, true)
	f(25, 1, 0, func(s *shop) { s.lost = 1 }, true)
	f(9, 9, 9, as, true)
	f(25, 25, 10, as, true)
	f(25, 25, 11, as, false)
	f(25, 25, 25, func(s *shop) { s.zeroPrices = 1 }, true)
}

func TestAFeedIsFetchedOnlyWhenItChanged(t *testing.T) {
	feed := `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>` + item("a", "<stock>1</stock><g:price>1 EUR</g:price>") + `</channel></rss>`
	status, asked, sent := 200, 0, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if status != 200 {
			w.WriteHeader(status)
			return
		}
		w.Header().Set("ETag", `"one"`)
		if r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent++
		_, _ = w.Write([]byte(feed))
	}))
	defer server.Close()
	config := feedConfig()
	config.File, config.URL, config.Keep = "", server.URL+"/films.xml?key=secret", t.TempDir()
	clock := newClock()
	open := func() *signals.Catalogue {
		x, err := signals.NewCatalogue(signals.CatalogueConfig{Feeds: []signals.FeedConfig{config}, Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = x.Close() })
		return x
	}
	x := open()
	for i := range 3 {
		report, err := x.Refresh(context.Background(), "films")
		if err != nil || report.Unchanged != (i > 0) {
			t.Fatalf("refresh %d: %+v %v", i, report, err)
		}
	}
	if asked != 3 || sent != 1 {
		t.Errorf("asked %d times, sent %d", asked, sent)
	}
	status = 503
	for range 12 {
		clock.add(15 * time.Minute)
		_, err := x.Refresh(context.Background(), "films")
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "503") {
			t.Fatalf("a server that is down: %v", err)
		}
	}
	c, _ := x.Items("films").Item("a")
	if stockText(c.Stock) != "unknown" || c.Price.Known() || c.Title != "Film a" {
		t.Errorf("after twelve misses: %s %v %s", stockText(c.Stock), c.Price, c.Title)
	}
	other := open()
	if _, err := other.Refresh(context.Background(), "films"); err == nil {
		t.Error("no error of a server that is down")
	}
	if c, ok := other.Items("films").Item("a"); !ok || c.Title != "Film a" {
		t.Error("a start without the server does not serve the last good copy")
	}
	status = 200
	if _, err := x.Refresh(context.Background(), "films"); err != nil {
		t.Fatal(err)
	}
	if c, _ := x.Items("films").Item("a"); stockText(c.Stock) != "1" || !c.Price.Known() {
		t.Error("the server is back and stock is not")
	}
	server.Close()
	if _, err := x.Refresh(context.Background(), "films"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a server that is gone: %v", err)
	}
}

func TestRunKeepsFeedsFreshUntilItIsStopped(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", ""))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	for s.Items("films").(interface {
		Item(string) (rules.Candidate, bool)
	}) != nil {
		if _, ok := s.Items("films").Item("a"); ok {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	<-done
}

func TestRunLogsWhatGoesWrong(t *testing.T) {
	for name, c := range map[string]struct{ feed, want string }{
		"a feed that is away": {"", "feed not refreshed; the last good one serves on"},
		"a row that is wrong": {`<rss xmlns:g="x"><channel>` + item("a", "") + `<item><g:id>b</g:id><g:title>B</g:title><g:link>https://evil.example/</g:link></item>` + `</channel></rss>`, "films.xml:"},
		"a panic":             {`<rss xmlns:g="x"><channel>` + item("a", "<g:image_link>panic.jpg</g:image_link>") + `</channel></rss>`, "panic: a picture"},
	} {
		t.Run(name, func(t *testing.T) {
			config := feedConfig()
			config.File = filepath.Join(t.TempDir(), "films.xml")
			config.Picture = func(string) (string, error) { panic("a picture") }
			if c.feed != "" {
				if err := os.WriteFile(config.File, []byte(c.feed), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			x, err := signals.NewCatalogue(signals.CatalogueConfig{Feeds: []signals.FeedConfig{config}, Now: newClock().Now})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = x.Close() }()
			ctx, stop := context.WithCancel(context.Background())
			said := make(chan string, 64)
			before, output := slog.Default(), log.Writer()
			slog.SetDefault(slog.New(slog.NewTextHandler(lines(said), nil)))
			done := make(chan struct{})
			go func() { x.Run(ctx); close(done) }()
			line := "nothing"
			select {
			case line = <-said:
			case <-time.After(10 * time.Second):
			}
			stop()
			<-done
			slog.SetDefault(before)
			log.SetOutput(output) // which the first SetDefault turned to our logger
			if !strings.Contains(line, c.want) || !strings.Contains(line, "feed=films") {
				t.Errorf("said %q, want %q", line, c.want)
			}
		})
	}
}

// lines sends what is written.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

func TestTwoFeedsDoNotShareAnID(t *testing.T) {
	dir := t.TempDir()
	var feeds []signals.FeedConfig
	for _, id := range []string{"films", "snacks"} {
		config := feedConfig()
		config.ID, config.File = id, filepath.Join(dir, id+".xml")
		feeds = append(feeds, config)
		text := `<rss xmlns:g="x"><channel>` + item("same", "") + item(id, "") + `</channel></rss>`
		if err := os.WriteFile(config.File, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x, err := signals.NewCatalogue(signals.CatalogueConfig{Feeds: feeds, Now: newClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if _, err := x.Refresh(context.Background(), "films"); err != nil {
		t.Fatal(err)
	}
	report, err := x.Refresh(context.Background(), "snacks")
	if err != nil || report.Items != 1 || report.Refused != 1 || !strings.Contains(report.Problems[0].Text, "feed films has it already") {
		t.Errorf("%+v %v", report, err)
	}
	if _, ok := x.Items("snacks").Item("films"); ok {
		t.Error("one feed answers for another's item")
	}
	if !x.HasItem("same") || !x.HasItem("snacks") || x.HasItem("none") {
		t.Error("HasItem is wrong")
	}
}
