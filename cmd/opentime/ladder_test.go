package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/server"
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
	for tries := 0; (got == "generic" || got == "built-in") && rung != got && tries < 100; tries++ {
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
	keys, err := server.ParseKeys(demoKeys)
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
