package main

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// ladder is a small site on disk whose rungs a test breaks one by one.
type ladder struct {
	t    *testing.T
	dir  string
	data string
	app  *app
	late atomic.Int64 // how far its clock is ahead
}

const ladderConfig = `sender: shop
home: https://shop.example
hosts: [shop.example]
timezone: Europe/Amsterdam
locales: [nl]
profiles: {attributes: {tier: text}}
feeds: {shop: {file: shop.xml}}
places: {shops: shops.csv}
geo: geo.mmdb
`

const ladderPlaces = "id,name,lat,lon\nghent,Gent,51.05,3.72\n"

const ladderFeed = `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>rose</g:id><title>Rose</title><link>https://shop.example/rose</link><g:image_link>rose.png</g:image_link><g:price>3 EUR</g:price></item>
<item><g:id>fern</g:id><title>Fern</title><link>https://shop.example/fern</link><g:image_link>fern.png</g:image_link><g:price>4 EUR</g:price></item>
</channel></rss>
`

const ladderCampaign = `campaign: spring
show: {link: "https://shop.example/spring"}
parameters: {note: {type: text}, size: {type: number}}
blocks:
  hero:
    show: {layout: strip}
    rules:
      - {name: gold, when: {profile.tier: gold}, show: {headline: "Goud"}}
      - {name: all, show: {headline: "Lente"}}
    fallback: {headline: "Altijd"}
  broken:
    rules:
      - {name: broken, show: {layout: broken, headline: "Stuk", link: "https://shop.example/broken"}}
    fallback: {layout: strip, headline: "Heel"}
  top:
    positions: 2
    rules:
      - {name: broken, show: {layout: broken, headline: "Stuk"}}
    fallback: {layout: strip, items: {from: popular}, headline: "{item.title}"}
  note:
    rules:
      - {name: noted, show: {layout: strip, headline: "{parameters.note} {parameters.size}", link: "https://shop.example/noted"}}
    fallback: {layout: strip, headline: "Geen"}
  slow:
    rules:
      - {name: slow, show: {layout: slow, headline: "{parameters.size}"}}
    fallback: {layout: strip, headline: "Snel"}
  first:
    show: {layout: item-card, items: {from: popular}}
`

const brokenLayout = `layout: broken
size: 600x120
values: {headline: text}
layers:
  - text: {text: "{headline}", left: 10, top: 10, width: 500, height: 100, font-size: 20}
  - panic: {}
`

const slowLayout = `layout: slow
size: 600x120
values: {headline: text}
layers:
  - text: {text: "{headline}", left: 10, top: 10, width: 500, height: 100, font-size: 20}
  - slow: {}
`

func newLadder(t *testing.T) *ladder {
	l := &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}
	l.write("opentime.yaml", ladderConfig)
	l.write("shop.xml", ladderFeed)
	l.write("shops.csv", ladderPlaces)
	l.write("geo.mmdb", l.read("../../assets/demo/geo.mmdb"))
	l.write("rose.png", square(t, color.NRGBA{R: 0xff, A: 0xff}))
	l.write("fern.png", square(t, color.NRGBA{G: 0xff, A: 0xff}))
	l.write("campaigns/spring.yaml", ladderCampaign)
	l.write("campaigns/broken.yaml", brokenLayout)
	l.write("campaigns/slow.yaml", slowLayout)
	l.start()
	return l
}

func (l *ladder) read(name string) string {
	l.t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		l.t.Fatal(err)
	}
	return string(data)
}

func (l *ladder) remove(name string) {
	l.t.Helper()
	if err := os.Remove(filepath.Join(l.dir, filepath.FromSlash(name))); err != nil {
		l.t.Fatal(err)
	}
}

// square is a PNG of one colour.
func square(t *testing.T, fill color.NRGBA) string {
	picture := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	draw.Draw(picture, picture.Rect, image.NewUniform(fill), image.Point{}, draw.Src)
	var b strings.Builder
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (l *ladder) clock() time.Time { return time.Now().Add(time.Duration(l.late.Load())) }

func (l *ladder) write(name, text string) {
	l.t.Helper()
	path := filepath.Join(l.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

func (l *ladder) start() {
	l.t.Helper()
	if err := l.tryStart(); err != nil {
		l.t.Fatal(err)
	}
}

func (l *ladder) tryStart() error {
	e := &env{zones: sharedZones, stdout: io.Discard, stderr: os.Stderr, now: l.clock, getenv: func(name string) string {
		return map[string]string{"OPENTIME_KEYS": demoKeys, "OPENTIME_TOKEN_READ": "read"}[name]
	}}
	a, err := startApp(e, serveOptions{path: l.dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: l.data})
	if err != nil {
		return err
	}
	l.app = a
	l.t.Cleanup(func() { _ = a.stop() })
	return nil
}

func (l *ladder) stop() {
	l.t.Helper()
	if err := l.app.stop(); err != nil {
		l.t.Fatal(err)
	}
}

// open opens an image, which must come whole, and returns its rung and bytes.
func (l *ladder) open(path string) (rung, body string) {
	l.t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://"+l.app.public+path, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer read")
	request.Header.Set("User-Agent", outlook)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	mustBeImage(l.t, path, answer, data)
	return answer.Header.Get("Opentime-Rung"), string(data)
}

// wants opens an image that must come from a rung. Where a slow machine draws
// past the deadline, the next open finds the picture drawn.
func (l *ladder) wants(name, path, rung string) (body string) {
	l.t.Helper()
	got, body := l.open(path)
	for tries := 0; got == "generic" && rung != got && tries < 20; tries++ {
		time.Sleep(100 * time.Millisecond)
		got, body = l.open(path)
	}
	if got != rung {
		l.t.Errorf("%s: %s comes from rung %q, want %q", name, path, got, rung)
	}
	return body
}

// r is a sealed recipient.
func (l *ladder) r(id string) string {
	keys, err := server.ParseKeys(demoKeys, l.clock())
	if err != nil {
		l.t.Fatal(err)
	}
	return "?r=" + id + "." + keys.Seal("shop", id)
}

// click returns where a click leads.
func (l *ladder) click(path string) string {
	l.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get("http://" + l.app.public + path)
	if err != nil {
		l.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.Header.Get("Location")
}

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
	sources := l.app.gatherer.Sources()
	if _, ok := sources.Places["shops"].Place("ghent"); !ok || sources.Geo == nil {
		t.Error("the last good places or geo database are not used")
	}
	l.remove("campaigns/dangling.yaml")

	l.stop()
	l.remove("opentime.yaml")
	l.start()
	same("opentime.yaml gone")

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

func TestWhatWasShownIsForgottenInTime(t *testing.T) {
	l := newLadder(t)
	kept := func() int {
		value, err := l.app.store.Shown("emma", "spring", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(value)
	}
	l.wants("an open", "/i/spring/hero.jpg"+l.r("emma"), "live")
	for tries := 0; kept() == 0 && tries < 100; tries++ {
		time.Sleep(20 * time.Millisecond)
	}
	l.late.Add(int64(6 * 24 * time.Hour))
	l.app.prune()
	if kept() == 0 {
		t.Error("what was shown is gone before a week is over")
	}
	l.late.Add(int64(2 * 24 * time.Hour))
	l.app.prune()
	if kept() > 0 {
		t.Error("with consent to aggregates what was shown is kept for more than a week")
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

func TestTheJournalHoldsWhatConsentAllows(t *testing.T) {
	l := newLadder(t)
	_, err := l.app.profiles.Put([]people.Row{
		{R: "emma", Consent: "full", At: "2026-01-01T00:00:00Z", Attributes: map[string]any{"tier": "gold"}},
		{R: "wout", Consent: "none", At: "2026-01-01T00:00:00Z", Attributes: map[string]any{"tier": "gold"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"emma", "lucas", "wout"} {
		l.wants(id, "/i/spring/hero.jpg"+l.r(id)+"&s=20261123T0800Z&note=secret", "live")
		l.click("/c/spring/hero" + l.r(id) + "&s=20261123T0800Z")
	}
	l.stop()
	files, err := journal.Files(l.app.journalFolder)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var got []string
	var alias [16]byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"emma", "lucas", "wout", "secret", "127.0.0.1"} {
			if strings.Contains(string(data), secret) {
				t.Errorf("the journal holds %q", secret)
			}
		}
		loss, err := journal.Read(file, func(r *journal.Record) {
			followed := r.Alias != [16]byte{}
			if followed && alias != [16]byte{} && alias != r.Alias {
				t.Error("an impression and its click have two aliases")
			}
			if followed {
				alias = r.Alias
			}
			hour := time.UnixMilli(r.At).UTC().Truncate(time.Hour).UnixMilli() == r.At
			got = append(got, fmt.Sprintf("%d %s %s rule=%s send=%s consent=%d alias=%v agent=%v hour=%v",
				r.Kind, r.Campaign, r.Block, r.Rule, r.Send, r.Consent, followed, r.Agent != "", hour))
		})
		if err != nil || loss != (journal.Loss{}) {
			t.Errorf("%+v, %v", loss, err)
		}
	}
	slices.Sort(got)
	want := []string{
		"0 spring hero rule= send= consent=0 alias=false agent=false hour=true",
		"0 spring hero rule=all send=20261123T0800Z consent=1 alias=false agent=true hour=true",
		"0 spring hero rule=gold send=20261123T0800Z consent=2 alias=true agent=true hour=false",
		"2 spring hero rule= send= consent=0 alias=false agent=false hour=true",
		"2 spring hero rule=all send=20261123T0800Z consent=1 alias=false agent=true hour=true",
		"2 spring hero rule=gold send=20261123T0800Z consent=2 alias=true agent=true hour=false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFreeTextIsKnownOnlyWhereSealed(t *testing.T) {
	l := newLadder(t)
	r := l.r("emma")
	keys, err := server.ParseKeys(demoKeys, l.clock())
	if err != nil {
		t.Fatal(err)
	}
	x := "&x=" + keys.SealParameters("shop", "emma", []server.Parameter{{Name: "note", Value: "Kom je ook?"}, {Name: "size", Value: "42"}})
	f := func(name, query, want string) {
		t.Helper()
		if link := l.click("/c/spring/note" + query); link != "https://shop.example/"+want {
			t.Errorf("%s: a click leads to %s", name, link)
		}
	}
	f("sealed", r+"&note=Kom+je%20ook%3F&size=42&utm_source=mail"+x, "noted")
	f("in another order", r+x+"&size=42&note=Kom%20je%20ook%3F", "noted")
	f("not sealed", r+"&note=Kom+je%20ook%3F&size=42", "spring")
	f("changed", r+"&note=Kom+je%20niet%3F&size=42"+x, "spring")
	f("less than was sealed", r+"&note=Kom+je%20ook%3F"+x, "spring")
	f("another recipient", l.r("lucas")+"&note=Kom+je%20ook%3F&size=42"+x, "spring")
}

func TestFallbacksFollowTheCatalogue(t *testing.T) {
	l := newLadder(t)
	before := l.wants("the fallback", "/i/spring/top/1.jpg", "generic")
	fern := l.wants("the fallback's second", "/i/spring/top/2.jpg", "generic")
	if before == fern {
		t.Fatal("two positions show one item")
	}
	if _, err := l.app.catalogue.PutStock([]signals.StockRow{{Item: "rose", Count: 0}}); err != nil {
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
	for rung := range rungs {
		if rung != "generic" {
			t.Errorf("one of a hundred slow pictures comes from rung %q", rung)
		}
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
