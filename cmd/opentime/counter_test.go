package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/rules"
)

// counter is a small site whose admin listener a test sends data to: a shop with
// a feed of roses and ferns.
type counter struct {
	t         *testing.T
	dir, data string
	secrets   map[string]string // of the environment
	app       *app
	now       atomic.Pointer[time.Time]
}

const counterConfig = `sender: shop
home: https://shop.example
hosts: [shop.example]
timezone: Europe/Brussels
locales: [en]
feeds: {plants: {file: plants.csv, currency: EUR, attributes: {shop_id: text}}}
places: {shops: shops.csv}
profiles: {attributes: {tier: text, points: number}}
webhooks:
  shopify: {from: shopify, attribute: shop_id, locations: {24826418: ghent}}
  woo-be: {from: woocommerce, by: sku, prices: true}
  dumb: {from: shopify}
`

const counterFeed = `id,title,link,price,shop_id
rose,Rose,https://shop.example/rose,3 EUR,271878346596884015
fern,Fern,https://shop.example/fern,4 EUR,808950810
`

// newCounter starts the site at noon.
func newCounter(t *testing.T) *counter {
	return newCounterOf(t, map[string]string{
		"opentime.yaml": counterConfig, "plants.csv": counterFeed, "shops.csv": ladderPlaces,
		"campaigns/spring.yaml": "campaign: spring\nblocks: {hero: {show: {layout: strip, headline: Spring, link: \"https://shop.example\"}}}\n",
	})
}

// newCounterOf starts a site of these files, written two days ago.
func newCounterOf(t *testing.T, files map[string]string) *counter {
	c := &counter{t: t, dir: t.TempDir(), data: t.TempDir(), secrets: map[string]string{
		"OPENTIME_KEYS": demoKeys, "OPENTIME_TOKEN_INGEST": "ingest", "OPENTIME_TOKEN_READ": "read", "OPENTIME_TOKEN_PUBLISH": "publish",
		"OPENTIME_WEBHOOK_SHOPIFY": "hush", "OPENTIME_WEBHOOK_WOO_BE": "new", "OPENTIME_OLD_WEBHOOK_WOO_BE": "a b;[secret]",
	}}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c.now.Store(&now)
	for name, text := range files {
		c.write(name, text, 48*time.Hour)
	}
	c.start()
	return c
}

// write writes a file of the site, changed so long ago.
func (c *counter) write(name, text string, ago time.Duration) {
	c.t.Helper()
	(&ladder{t: c.t, dir: c.dir}).write(name, text)
	before := c.now.Load().Add(-ago)
	if err := os.Chtimes(filepath.Join(c.dir, name), before, before); err != nil {
		c.t.Fatal(err)
	}
}

func (c *counter) start() {
	c.t.Helper()
	e := &env{
		zones: sharedZones, stdout: io.Discard, stderr: io.Discard, now: func() time.Time { return *c.now.Load() },
		getenv: func(name string) string { return c.secrets[name] },
	}
	a, err := startApp(e, serveOptions{path: c.dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: c.data})
	if err != nil {
		c.t.Fatal(err)
	}
	c.app = a
	c.t.Cleanup(func() { _ = a.stop() })
}

func (c *counter) restart() {
	c.t.Helper()
	if err := c.app.stop(); err != nil {
		c.t.Fatal(err)
	}
	c.start()
}

// pass lets time go by.
func (c *counter) pass(by time.Duration) {
	now := c.now.Load().Add(by)
	c.now.Store(&now)
}

// send sends a request to the admin listener, with headers "Name: value".
func (c *counter) send(method, path, body string, headers ...string) (status int, answer string) {
	c.t.Helper()
	status, _, answer = c.ask(method, path, body, headers...)
	return status, answer
}

// ask is send that tells the answer's content type too.
func (c *counter) ask(method, path, body string, headers ...string) (status int, media, answer string) {
	c.t.Helper()
	request, err := http.NewRequest(method, "http://"+c.app.admin+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, header := range headers {
		if name, value, ok := strings.Cut(header, ": "); ok {
			request.Header[name] = append(request.Header[name], value)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(data)
}

// tooMuch begins a request of over 1 MiB and tells what is answered to that. It
// sends no more, since who is sending when the answer comes may not see it.
func (c *counter) tooMuch(method, path, header string) (status int, media, answer string) {
	c.t.Helper()
	conn, err := net.Dial("tcp", c.app.admin)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if header != "" {
		header += "\r\n"
	}
	if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Length: %d\r\n\r\n", method, path, header, 1<<20+1); err != nil {
		c.t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(data)
}

// ingest sends data with the token for it; the answer must be of that status.
func (c *counter) ingest(status int, method, path, body string, headers ...string) string {
	c.t.Helper()
	got, answer := c.send(method, path, body, append(headers, "Authorization: Bearer ingest")...)
	if got != status {
		c.t.Errorf("%s %s is answered %d, want %d: %s", method, path, got, status, answer)
	}
	return answer
}

// stock is the count of an item, at a place or of all.
func (c *counter) stock(item, place string) string {
	v := c.app.catalogue.Stock(item, place)
	switch v.Type {
	case rules.Unknown:
		return "unknown"
	case rules.Some:
		return "some"
	}
	return strconv.FormatInt(v.N/rules.Million, 10)
}
