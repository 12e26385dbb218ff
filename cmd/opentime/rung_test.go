package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestEveryRungCarries(t *testing.T) {
	l := newLadder(t)
	l.wants("all is well", "/i/spring/hero.jpg?r=abc", "live")
	l.wants("a layout panics", "/i/spring/broken.jpg?r=abc", "generic")
	l.wants("in another type than the fallback's", "/i/spring/broken.png?r=abc", "built-in")
	l.wants("a campaign nobody knows", "/i/summer/hero.jpg", "built-in")
	l.wants("a position beyond the block's", "/i/spring/hero/3.jpg", "generic")
	l.wants("a feed", "/i/spring/first.jpg", "live")

	if err := os.Remove(filepath.Join(l.dir, "shop.xml")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		l.late.Add(int64(15 * time.Minute))
		if _, err := l.app.catalogue.Refresh(context.Background(), "shop"); err == nil {
			t.Error("a feed that is gone is refreshed")
		}
	}
	l.wants("the feed is away", "/i/spring/first.jpg", "stale")
	l.wants("the feed is away, for who needs nothing of it", "/i/spring/hero.jpg", "stale")

	if err := l.app.store.Close(); err != nil {
		t.Fatal(err)
	}
	l.wants("the store is stopped", "/i/spring/hero.jpg?r=def", "local")
	l.wants("the store is stopped, for nobody", "/i/spring/hero.jpg", "stale")
}

func TestAClickFollowsTheFallbackThatWasSent(t *testing.T) {
	l := newLadder(t)
	r := l.r("emma")
	if link := l.click("/c/spring/broken" + r); link != "https://shop.example/broken" {
		t.Errorf("before anything was shown a click leads to %s", link)
	}
	l.wants("a layout panics", "/i/spring/broken.jpg"+r, "generic")
	if link := l.click("/c/spring/broken" + r); link != "https://shop.example/spring" {
		t.Errorf("a click leads to %s, not where the fallback said", link)
	}
}

func TestASaturatedStudioSendsFallbacks(t *testing.T) {
	l := newLadder(t)
	l.wants("drawn before", "/i/spring/hero.jpg", "live")
	var opens sync.WaitGroup
	rungs := make(chan string, 100)
	for i := range cap(rungs) {
		opens.Go(func() {
			rung, _ := l.open(fmt.Sprintf("/i/spring/slow.jpg?size=%d", i))
			rungs <- rung
		})
	}
	for range 20 {
		if rung, _ := l.open("/i/spring/hero.jpg"); rung != "live" {
			t.Errorf("what is drawn already comes from rung %q", rung)
		}
	}
	opens.Wait()
	close(rungs)
	count := map[string]int{}
	for rung := range rungs {
		count[rung]++
	}
	// A machine that stands still for long finds a slow picture drawn.
	if count["generic"]+count["live"] != cap(rungs) || count["live"] > cap(rungs)/5 {
		t.Errorf("a hundred slow pictures come from rungs %v", count)
	}
}
