package signals_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/signals"
)

// TestHostileFeedServers asks servers for feeds that answer anything but: each
// is refused with its reason, the last good feed serves on, and memory stays
// flat.
func TestHostileFeedServers(t *testing.T) {
	var inner atomic.Int64
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inner.Add(1)
		_, _ = w.Write([]byte(`<rss><channel>` + item("stolen", "") + `</channel></rss>`))
	}))
	defer secret.Close()
	over := make(chan struct{})
	defer close(over)
	endless := func(block string, megabytes int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`<rss xmlns:g="x"><channel>`))
			for range megabytes << 20 / len(block) {
				if _, err := w.Write([]byte(block)); err != nil {
					return
				}
			}
			panic(http.ErrAbortHandler)
		}
	}
	spaces := bomb(t)
	cases := []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{"a page", "line 1", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<!DOCTYPE html><html><p>We are down<br></html>"))
		}},
		{"an error", "503", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusServiceUnavailable) }},
		{"slow", "deadline exceeded", func(w http.ResponseWriter, r *http.Request) { drip(w, r, over) }},
		{"silent", "deadline exceeded", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-over:
			}
		}},
		{"a row without end", "a row is larger than 1 MiB", endless("<item><g:id>a</g:id>"+strings.Repeat("x", 1<<16), 64)},
		{"a text without end", "a row is larger than 1 MiB", endless(strings.Repeat(" ", 1<<16), 64)},
		{"one item again and again", "cut off", endless(strings.Repeat(item("a", "<notes>"+strings.Repeat("x", 2000)+"</notes>"), 50), 48)},
		{"a bomb by its header", "a row is larger than 1 MiB", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(spaces)
		}},
		{"a bomb", "a row is larger than 1 MiB", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(spaces) }},
		{"half of it", "cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`<rss><channel>` + item("a", "")))
		}},
		{"this machine", "not on the public internet", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, secret.URL, http.StatusFound) }},
		{"this machine by another name", "not on the public internet", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(secret.URL, "127.0.0.1", "inside.example", 1), http.StatusFound)
		}},
		{"this machine at the same name", "its host is this machine", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(secret.URL, "127.0.0.1", "shop.example", 1), http.StatusFound)
		}},
		{"circles", "in circles", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }},
	}
	var answer atomic.Pointer[http.HandlerFunc]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*answer.Load())(w, r) }))
	defer server.Close()
	own := netip.MustParseAddrPort(server.Listener.Addr().String())
	config := feedConfig()
	config.File, config.URL = "", fmt.Sprintf("http://shop.example:%d/films.xml", own.Port())
	x, err := signals.NewCatalogue(signals.CatalogueConfig{
		Feeds: []signals.FeedConfig{config}, Now: newClock().Now,
		Network: signals.Network{
			Resolver: newNames(t, func(string, int64) string { return "127.0.0.1" }).Resolver,
			Allow:    func(to netip.AddrPort) bool { return to == own },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	good := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<rss><channel>` + item("good", "") + `</channel></rss>`))
	})
	answer.Store(&good)
	if _, err := x.Refresh(context.Background(), "films"); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		debug.FreeOSMemory()
		most, before := watchHeap(func() {
			answer.Store(&c.answer)
			patience := time.Minute
			if c.want == "deadline exceeded" {
				patience = 300 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if _, err := x.Refresh(ctx, "films"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		})
		if most > before+96<<20 {
			t.Errorf("%s: %d MB were in use, %d before", c.name, most>>20, before>>20)
		}
		if _, ok := x.Items("films").Item("good"); !ok || inner.Load() != 0 {
			t.Fatalf("%s: the last good feed is there: %v; the server inside was asked %d times", c.name, ok, inner.Load())
		}
	}
}

// watchHeap runs f and returns the most memory in use while it ran, and that
// before.
func watchHeap(f func()) (most, before uint64) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before = stats.HeapInuse
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	f()
	close(done)
	<-watched
	return most, before
}

// listeners listen on one port of two addresses of this machine.
func listeners(t *testing.T) (outside, inside net.Listener) {
	t.Helper()
	for range 20 { // the port may be taken at one of them
		outside, err := net.Listen("tcp4", "127.0.0.2:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(outside.Addr().String())
		if inside, err := net.Listen("tcp4", "127.0.0.1:"+port); err == nil {
			return outside, inside
		}
		_ = outside.Close()
	}
	t.Fatal("no port is free at 127.0.0.1 and 127.0.0.2")
	return nil, nil
}

// TestAFeedThatRebindsIsNotReached has a feed's name mean another address of
// ours the second time.
func TestAFeedThatRebindsIsNotReached(t *testing.T) {
	outside, inside := listeners(t)
	own := netip.MustParseAddrPort(outside.Addr().String())
	var in atomic.Int64
	serve := func(l net.Listener, count func()) {
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			count()
			_, _ = w.Write([]byte(`<rss><channel>` + item("a", "") + `</channel></rss>`))
		})}
		go func() { _ = s.Serve(l) }()
		t.Cleanup(func() { _ = s.Close() })
	}
	serve(outside, func() {})
	serve(inside, func() { in.Add(1) })
	config := feedConfig()
	config.File, config.URL = "", fmt.Sprintf("http://shop.example:%d/films.xml", own.Port())
	x, err := signals.NewCatalogue(signals.CatalogueConfig{
		Feeds: []signals.FeedConfig{config}, Now: newClock().Now,
		Network: signals.Network{
			Resolver: newNames(t, func(_ string, n int64) string { return []string{"127.0.0.2", "127.0.0.1"}[min(n-1, 1)] }).Resolver,
			Allow:    func(to netip.AddrPort) bool { return to == own },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if _, err := x.Refresh(context.Background(), "films"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := x.Refresh(context.Background(), "films"); err == nil || !strings.Contains(err.Error(), "its host is this machine") {
			t.Errorf("the second time: %v", err)
		}
	}
	if in.Load() != 0 {
		t.Errorf("the server inside was asked %d times", in.Load())
	}
}
