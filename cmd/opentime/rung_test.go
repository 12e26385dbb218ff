package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ladder is a small site on disk whose rungs a test breaks one by one.
type ladder struct {
	t    *testing.T
	dir  string
	data string
	app  *app
}

const ladderConfig = `sender: shop
home: https://shop.example
hosts: [shop.example]
timezone: Europe/Amsterdam
locales: [nl]
profiles: {attributes: {tier: text}}
`

const ladderCampaign = `campaign: spring
show: {link: "https://shop.example/spring"}
blocks:
  hero:
    show: {layout: strip}
    rules:
      - {name: gold, when: {profile.tier: gold}, show: {headline: "Goud"}}
      - {name: all, show: {headline: "Lente"}}
    fallback: {headline: "Altijd"}
  broken:
    rules:
      - {name: broken, show: {layout: broken, headline: "Stuk"}}
    fallback: {layout: strip, headline: "Heel"}
`

const brokenLayout = `layout: broken
size: 600x120
values: {headline: text}
layers:
  - text: {text: "{headline}", left: 10, top: 10, width: 500, height: 100, font-size: 20}
  - panic: {}
`

func newLadder(t *testing.T) *ladder {
	l := &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}
	l.write("opentime.yaml", ladderConfig)
	l.write("campaigns/spring.yaml", ladderCampaign)
	l.write("campaigns/broken.yaml", brokenLayout)
	l.start()
	return l
}

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
	e := &env{stdout: io.Discard, stderr: os.Stderr, now: time.Now, getenv: func(name string) string {
		return map[string]string{"OPENTIME_KEYS": demoKeys, "OPENTIME_TOKEN_READ": "read"}[name]
	}}
	a, err := startApp(e, serveOptions{path: l.dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: l.data})
	if err != nil {
		l.t.Fatal(err)
	}
	l.app = a
	l.t.Cleanup(func() { _ = a.stop() })
}

// open opens an image, which must come whole, and returns its rung.
func (l *ladder) open(path string) string {
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
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	mustBeImage(l.t, path, answer, body)
	return answer.Header.Get("Opentime-Rung")
}

func (l *ladder) wants(name, path, rung string) {
	l.t.Helper()
	if got := l.open(path); got != rung {
		l.t.Errorf("%s: %s comes from rung %q, want %q", name, path, got, rung)
	}
}

func TestEveryRungCarries(t *testing.T) {
	l := newLadder(t)
	l.wants("all is well", "/i/spring/hero.jpg?r=abc", "live")
	l.wants("a layout panics", "/i/spring/broken.jpg?r=abc", "generic")
	l.wants("in another type than the fallback's", "/i/spring/broken.png?r=abc", "built-in")
	l.wants("a campaign nobody knows", "/i/summer/hero.jpg", "built-in")
	l.wants("a position beyond the block's", "/i/spring/hero/3.jpg", "generic")

	if err := l.app.store.Close(); err != nil {
		t.Fatal(err)
	}
	l.wants("the store is stopped", "/i/spring/hero.jpg?r=def", "local")
	l.wants("the store is stopped, for nobody", "/i/spring/hero.jpg", "live")
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
