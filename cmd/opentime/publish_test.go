package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

func TestAServerStartsWhateverIsBroken(t *testing.T) {
	l := newLadder(t)
	before := l.wants("all is well", "/i/spring/hero.jpg", "live")
	same := func(name string) {
		t.Helper()
		if after := l.wants(name, "/i/spring/hero.jpg", "live"); after != before {
			t.Errorf("%s: the hero is another", name)
		}
	}
	l.stop()
	l.write("opentime.yaml", "sender: [")
	l.start()
	same("opentime.yaml broken")

	l.stop()
	l.write("opentime.yaml", ladderConfig)
	if err := os.Rename(filepath.Join(l.dir, "campaigns"), filepath.Join(l.dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	l.start()
	same("the campaigns' folder gone")

	l.stop()
	if err := os.Rename(filepath.Join(l.dir, "elsewhere"), filepath.Join(l.dir, "campaigns")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(indexPath(l.data), []byte(`{"number": 1, "camp`), 0o644); err != nil {
		t.Fatal(err)
	}
	l.start()
	same("the index of what is published damaged")

	l.stop()
	l.write("geo.mmdb", "no database")
	l.remove("shops.csv")
	if err := os.Symlink("nowhere.yaml", filepath.Join(l.dir, "campaigns", "dangling.yaml")); err != nil {
		t.Fatal(err)
	}
	l.start()
	same("geo broken, places gone, a file that cannot be read")
	lastGood := func(name string) {
		t.Helper()
		sources := l.app.gatherer.Sources()
		if list := sources.Places["shops"]; list == nil || len(list.All()) == 0 || list.All()[0].ID != "ghent" || sources.Geo == nil {
			t.Errorf("%s: the last good places or geo database are not used", name)
		}
	}
	lastGood("gone")
	l.remove("campaigns/dangling.yaml")
	for _, broken := range []string{"", "id,name,lat,lon\n", "id;name\n", "id,name,lat,lon\nbruges,Brugge,north,3.22\n", "{\"id\": \"bruges\"", "\xff\xfei\x00"} {
		l.write("shops.csv", broken)
		l.app.reload()
		lastGood("reloaded " + broken)
	}

	l.stop()
	l.remove("opentime.yaml")
	l.start()
	same("opentime.yaml gone")
	lastGood("started with a list that is broken")
	l.write("shops.csv", `{"id": "bruges", "name": "Brugge", "lat": 51.21, "lon": 3.22}`)
	l.app.reloadSources(l.app.site)
	if _, ok := l.app.gatherer.Sources().Places["shops"].Place("bruges"); !ok {
		t.Error("a list that is whole again is not used")
	}

	l.stop()
	l.write("opentime.yaml", strings.Replace(ladderConfig, "sender: shop", "sender: shoe", 1))
	if err := l.tryStart(); err == nil || !strings.Contains(err.Error(), `of sender "shop", not "shoe"`) {
		t.Errorf("another sender's data: %v", err)
	}
}

func TestACopyOrABrokenTestLeavesTheLastGoodServing(t *testing.T) {
	l := newLadder(t)
	draft := strings.Replace(ladderCampaign, "shop.example/spring", "shop.example/draft", 1)
	still := func(name string) {
		t.Helper()
		if link := l.click("/c/spring/hero"); link != "https://shop.example/spring" {
			t.Errorf("%s: a click leads to %s", name, link)
		}
	}
	l.write("campaigns/autumn.yaml", draft)
	if problems := l.app.reload(); len(problems) != 2 {
		t.Errorf("a campaign that is there twice: %v", problems)
	}
	still("the campaign copied")
	l.remove("campaigns/autumn.yaml")

	l.write("campaigns/spring.yaml", draft)
	l.write("campaigns/spring.test.yaml", "- {name: wrong, at: [")
	if problems := l.app.reload(); len(problems) == 0 {
		t.Error("tests that cannot be read are no problem")
	}
	still("tests that cannot be read")
	l.write("campaigns/spring.test.yaml", "- {name: wrong, at: 2026-11-24 09:00, expect: {hera: {rule: all}}}")
	if problems := l.app.reload(); len(problems) == 0 {
		t.Error("tests of a block that is not there are no problem")
	}
	still("tests of a block that is not there")
	l.remove("campaigns/spring.test.yaml")
	if problems := l.app.reload(); len(problems) > 0 {
		t.Error(problems)
	}
	if link := l.click("/c/spring/hero"); link != "https://shop.example/draft" {
		t.Errorf("mended: a click leads to %s", link)
	}
}

// TestARevisionThatHasProblemsNowServesItsFallbacks is about a later release
// that checks more: what was sent shows its fallbacks and leads to their links.
func TestARevisionThatHasProblemsNowServesItsFallbacks(t *testing.T) {
	l := newLadder(t)
	linked := strings.Replace(ladderCampaign, `headline: "Lente"`, `headline: "Lente", link: "https://shop.example/hero"`, 1)
	l.write("campaigns/spring.yaml", linked)
	if problems := l.app.reload(); len(problems) > 0 {
		t.Fatal(problems)
	}
	fallback := l.wants("the fallback", "/i/spring/broken.jpg", "generic")
	r := l.r("emma")
	l.wants("all is well", "/i/spring/hero.jpg"+r, "live")
	l.stop()
	bad := strings.Replace(linked, "show: {link", "shew: 1\nshow: {link", 1)
	l.write("campaigns/spring.yaml", bad)
	kept, err := filepath.Glob(filepath.Join(l.data, "revisions", "*", "campaigns", "spring.yaml"))
	if err != nil || len(kept) != 2 {
		t.Fatal(kept, err)
	}
	for _, name := range kept {
		if err := os.WriteFile(name, []byte(bad), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l.start()
	if after := l.wants("its fallback", "/i/spring/broken.jpg", "generic"); after != fallback {
		t.Error("the fallback is another")
	}
	if link := l.click("/c/spring/hero" + r); link != "https://shop.example/hero" {
		t.Errorf("what was shown before leads to %s", link)
	}
	l.wants("another block's", "/i/spring/hero.jpg"+r, "generic")
	for path, want := range map[string]string{
		"/c/spring/hero": "https://shop.example/spring", "/c/spring/hero" + r: "https://shop.example/spring", "/c/spring/broken" + r: "https://shop.example/spring",
	} {
		if link := l.click(path); link != want {
			t.Errorf("%s leads to %s, want %s", path, link, want)
		}
	}
	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "  hero:", "  hera:", 1))
	if problems := l.app.reload(); len(problems) == 0 {
		t.Error("a block that was published can be removed since its campaign has problems")
	}
	l.write("campaigns/spring.yaml", ladderCampaign)
	if problems := l.app.reload(); len(problems) > 0 {
		t.Error("mended, but", problems)
	}
	l.wants("mended", "/i/spring/hero.jpg", "live")
}

func TestAFeedFileIsReadWhenItChanges(t *testing.T) {
	l := newLadder(t)
	before := l.wants("a feed", "/i/spring/first.jpg", "live")
	l.write("shop.xml", strings.Replace(ladderFeed, "Rose", "Tulip", 1))
	l.app.reload()
	if after := l.wants("a feed that changed", "/i/spring/first.jpg", "live"); after == before {
		t.Error("an item's new title does not show")
	}
}

func TestRevisionsGoWhenNothingNamesThem(t *testing.T) {
	l := newLadder(t)
	kept := func() int {
		revisions, err := os.ReadDir(filepath.Join(l.data, "revisions"))
		if err != nil {
			t.Fatal(err)
		}
		generics, err := os.ReadDir(filepath.Join(l.data, "generic"))
		if err != nil || len(generics) != len(revisions) {
			t.Errorf("%d revisions and %d of fallbacks, %v", len(revisions), len(generics), err)
		}
		return len(revisions)
	}
	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "Lente", "Zomer", 1))
	if problems := l.app.reload(); len(problems) > 0 {
		t.Fatal(problems)
	}
	l.late.Add(int64(89 * 24 * time.Hour))
	l.app.prune()
	if n := kept(); n != 2 {
		t.Errorf("%d revisions while clicks may land on the first, want 2", n)
	}
	l.late.Add(int64(3 * 24 * time.Hour))
	l.app.prune()
	if n := kept(); n != 1 {
		t.Errorf("%d revisions after that, want 1", n)
	}
	l.wants("the one that is published", "/i/spring/hero.jpg", "live")
	l.stop()
	l.start()
	l.wants("after a start", "/i/spring/hero.jpg", "live")
}

func TestFallbacksFollowTheCatalogue(t *testing.T) {
	l := newLadder(t)
	before := l.wants("the fallback", "/i/spring/top/1.jpg", "generic")
	fern := l.wants("the fallback's second", "/i/spring/top/2.jpg", "generic")
	if before == fern {
		t.Fatal("two positions show one item")
	}
	if _, err := l.app.catalogue.PutStock([]signals.StockRow{{Item: "rose", Count: 0}}, l.app.env.now()); err != nil {
		t.Fatal(err)
	}
	l.app.keepFallbacks()
	if after := l.wants("what is sold out leaves the fallback", "/i/spring/top/1.jpg", "generic"); after != fern {
		t.Error("the fallback still shows what is sold out")
	}
}

func TestAPublishedFormatIsDrawnForEver(t *testing.T) {
	l := newLadder(t)
	before := l.wants("as jpg", "/i/spring/broken.jpg", "generic")
	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "  broken:", "  broken:\n    format: png", 1))
	if problems := l.app.reload(); len(problems) > 0 {
		t.Fatal(problems)
	}
	l.wants("as png", "/i/spring/broken.png", "generic")
	if after := l.wants("as jpg still", "/i/spring/broken.jpg", "generic"); after != before {
		t.Error("the jpg of a block that is a png now is another picture")
	}
}

func TestBrokenFilesLeaveTheLastGoodServing(t *testing.T) {
	l := newLadder(t)
	l.write("campaigns/spring.yaml", "campaign: spring\nblocks: {hero: {")
	if problems := l.app.reload(); len(problems) == 0 {
		t.Error("a broken campaign reloads without a problem")
	}
	l.wants("broken on reload", "/i/spring/hero.jpg", "live")

	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "  broken:", "  other:", 1))
	if problems := l.app.reload(); len(problems) == 0 {
		t.Error("a published block can be removed")
	}
	l.wants("a block removed", "/i/spring/broken.jpg", "generic")

	l.write("campaigns/spring.yaml", "campaign: spring\nblocks: {hero: {")
	if err := l.app.stop(); err != nil {
		t.Fatal(err)
	}
	l.start()
	l.wants("broken at start", "/i/spring/hero.jpg", "live")

	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "  broken:", "  other:", 1))
	if err := l.app.stop(); err != nil {
		t.Fatal(err)
	}
	l.start()
	l.wants("a block removed at start", "/i/spring/broken.jpg", "generic")

	l.write("campaigns/spring.yaml", strings.Replace(ladderCampaign, "Lente", "Zomer", 1))
	if problems := l.app.reload(); len(problems) > 0 {
		t.Error("mended, but", problems)
	}
	if number := l.app.server.Site().Campaigns["spring"].Number; number != 2 {
		t.Errorf("publish number %d, want 2", number)
	}
	l.write("opentime.yaml", "sender: [")
	if problems := l.app.reload(); len(problems) == 0 {
		t.Error("a broken opentime.yaml reloads without a problem")
	}
	l.wants("opentime.yaml broken", "/i/spring/hero.jpg", "live")
}

// TestPublishedAnswersKeepTheirOrder: sent links name answers, and their places.
func TestPublishedAnswersKeepTheirOrder(t *testing.T) {
	l := newLadder(t)
	with := func(answers string) []strict.Problem {
		l.write("campaigns/poll.yaml", "campaign: poll\nblocks: {vote: {question: Welk?, show: {layout: strip, headline: \"{answer.text}\"}, answers: {"+answers+"}}}\n")
		return l.app.reload()
	}
	for _, f := range []struct {
		answers string
		right   bool
	}{
		{"cake: Taart, pie: Vlaai", true},
		{"pie: Vlaai, cake: Taart", false},
		{"cake: Taart", false},
		{"cake: Taart, bun: Bol", false},
		{"cake: Gebak, pie: Vlaai, bun: Bol", true},
	} {
		if problems := with(f.answers); strict.Bad(problems) == f.right {
			t.Errorf("%s: %v", f.answers, problems)
		}
	}
	l.wants("the last that kept its answers", "/i/poll/vote/3.jpg", "live")
}

// TestFilesThatChangeDuringTheStartAreNoticed changes a file after the site was read and
// before its folder is watched: who waits for a server to say where it listens writes just
// then.
func TestFilesThatChangeDuringTheStartAreNoticed(t *testing.T) {
	c := newCounter(t)
	if c.app.changedSinceRead() {
		t.Error("what was read is taken for a change")
	}
	(&ladder{t: t, dir: c.dir}).write("campaigns/autumn.yaml", "campaign: autumn\nblocks: {hero: {show: {layout: strip, headline: Autumn, link: \"https://shop.example\"}}}\n")
	select {
	case <-c.app.watch():
	case <-time.After(time.Minute):
		t.Error("a file that changed before is not noticed")
	}
	c.app.reload()
	if c.app.changedSinceRead() {
		t.Error("a change that was read is seen again")
	}
}

// TestFilesAreWatchedWhileTheyAreReloaded: what is done beside the opens may reload
// before the server looks for changes. The race detector tells.
func TestFilesAreWatchedWhileTheyAreReloaded(t *testing.T) {
	c := newCounter(t)
	var both sync.WaitGroup
	once := make(chan struct{})
	both.Go(func() {
		c.app.reload()
		close(once)
		c.app.reload()
	})
	<-once
	changes := c.app.watch()
	both.Wait()
	c.write("campaigns/autumn.yaml", "campaign: autumn\nblocks: {hero: {show: {layout: strip, headline: Autumn, link: \"https://shop.example\"}}}\n", 0)
	<-changes
}
