package main

import (
	"bytes"
	"image"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/opentime/render"
)

// TestDamagedRequestsGetImagesThroughTheFront sends the damaged requests through
// nginx: each is answered as if it were not there, and with the generic picture
// while the server is away.
func TestDamagedRequestsGetImagesThroughTheFront(t *testing.T) {
	d := newDamage(t)
	front := startNginx(t, d.app.public)
	d.front, d.dial = true, func() (net.Conn, error) { return front.dial("http/1.1") }
	d.all()
	d.stop()
	d.down = true
	d.all()
	front.stop()
	for _, name := range []string{"opentime.log", "opentime-error.log", "error.log"} {
		text := front.log(name)
		for _, secret := range []string{"?", "r=", "127.0.0.1", d.people[0]} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s has %q: ...%.300s", name, secret, text[max(at-100, 0):])
			}
		}
	}
	if lines := strings.Count(front.log("opentime.log"), "\n"); lines < d.count {
		t.Errorf("%d requests, %d lines in the log", d.count, lines)
	}
}

// frontCase is a request through the front, and what comes of it.
type frontCase struct {
	method, path string
	headers      http.Header
	format       render.Format // of the image; none where to is set
	to           string        // where a click leads while nothing is there to ask
	unread       bool          // nginx cannot read the path
	body         int
}

func frontCases(r string) []frontCase {
	big := func(n int) http.Header { return http.Header{"X-Big": {strings.Repeat("b", n)}} }
	const home = "https://cinema.example"
	return []frontCase{
		{path: heroImage + r, format: render.JPG},
		{path: heroImage + "%%id%%", format: render.JPG},
		{path: "/i/weekly-films/points.png?r=" + r + "&x=.gif", format: render.PNG},
		{path: "/i/weekly-films/hero.gif?r=" + r, format: render.GIF},
		{path: "/I/Weekly-Films/HERO.JPEG", format: render.JPG},
		{path: "/i/nothing/nothing.gif", format: render.GIF},
		{path: "/i/", format: render.PNG},
		{path: "/i/weekly-films/hero.GIF.jpg", format: render.JPG},
		{path: "//i//weekly-films/hero.gif", format: render.GIF},
		{path: "/x/../i/weekly-films/hero.jpg", format: render.JPG},
		{path: heroImage + r, headers: big(15 << 10), format: render.JPG},
		{path: heroImage + r, headers: big(16 << 10), format: render.JPG},
		{path: "/i/weekly-films/hero.gif", headers: big(30 << 10), format: render.GIF},
		{path: "/i/weekly-films/hero.gif?" + strings.Repeat("q", 30<<10), format: render.GIF},
		{path: heroImage + r, headers: http.Header{"Cookie": {strings.Repeat("c", 12<<10)}, "Referer": {strings.Repeat("r", 12<<10)}}, format: render.JPG},
		{path: heroImage + r, headers: http.Header{"Range": {"bytes=0-9"}, "If-Modified-Since": {"Thu, 01 Jan 2099 00:00:00 GMT"}}, format: render.JPG},
		{method: http.MethodHead, path: heroImage + r, format: render.JPG},
		{method: http.MethodPost, path: heroImage + r, format: render.JPG, body: 100},
		{method: http.MethodPost, path: heroImage + r, format: render.JPG, body: 1 << 20},
		{method: "BREW", path: heroImage + r, format: render.JPG},
		{path: heroClick + r, to: home},
		{path: heroClick + "%%id%%", to: home},
		{path: "/C/nothing/nothing", to: home},
		{path: "//c/weekly-films/hero", to: home},
		{path: "/c/weekly-films/hero?" + strings.Repeat("q", 30<<10), to: home},
		{path: "/c/weekly-films/hero?url=https://evil.example/i/", to: home},
		{method: http.MethodPost, path: heroClick + r, to: home, body: 1 << 20},
		{path: "/i/%%id%%/hero.jpg", format: render.JPG, unread: true},
		{path: "/i/%%id%%/hero.gif?r=.png", format: render.GIF, unread: true},
		{path: "/i/weekly-films/%00.gif", format: render.GIF, unread: true},
		{path: "/../../i/x.jpg", format: render.JPG, unread: true},
		{path: "/c/%%id%%/hero", to: home, unread: true},
		{path: "/c/a%00b", to: home, unread: true},
	}
}

// TestTheFrontAnswers sends requests over HTTP/2 and over HTTP/1.1 to an nginx
// whose server is there, is down, answers nothing, or dies of every request.
func TestTheFrontAnswers(t *testing.T) {
	d := startDemo(t)
	front := startNginx(t, d.app.public)
	ask := func(state string) { front.checkAll(state, frontCases(d.r(0))) }
	ask("up")
	d.stop()
	ask("down")
	listener, err := net.Listen("tcp", d.app.public)
	if err != nil {
		t.Fatal(err)
	}
	ask("frozen") // what connects is never accepted
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Ty")
			_ = conn.Close()
		}
	}()
	ask("dying")
	_ = listener.Close()
}

// TestCaddyAnswers is the same with Caddy, but for paths that it cannot read.
func TestCaddyAnswers(t *testing.T) {
	d := startDemo(t)
	front := startCaddy(t, d.app.public)
	cases := slices.DeleteFunc(frontCases(d.r(0)), func(c frontCase) bool { return c.unread })
	front.checkAll("up", cases)
	d.stop()
	front.checkAll("down", cases)
}

// checkAll sends all requests at once, over HTTP/2 and over HTTP/1.1.
func (f *front) checkAll(state string, cases []frontCase) {
	var asked sync.WaitGroup
	for _, http2 := range []bool{true, false} {
		client := f.client(http2)
		for _, c := range cases {
			asked.Go(func() { f.check(state, client, http2, c) })
		}
	}
	asked.Wait()
}

// check sends one request and sees that an image of the asked type came, or a
// redirect to one of the sender's hosts. It may run in a goroutine.
func (f *front) check(state string, client *http.Client, http2 bool, c frontCase) {
	t := f.t
	request := f.request(c.method, c.path, c.headers)
	if c.body > 0 {
		request.ContentLength, request.Body = int64(c.body), io.NopCloser(bytes.NewReader(make([]byte, c.body)))
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Errorf("%s: %.60s: %v", state, c.path, err)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Errorf("%s: %.60s: %v", state, c.path, err)
	}
	if want := map[bool]int{true: 2, false: 1}[http2]; answer.ProtoMajor != want {
		t.Errorf("%s: %.60s: over HTTP/%d", state, c.path, answer.ProtoMajor)
	}
	if http2 && c.unread {
		// Nothing is known of it: a picture, which as a page leads home.
		if refresh := answer.Header.Get("Refresh"); refresh != "0; url=https://cinema.example" {
			t.Errorf("%s: %.60s: Refresh is %q", state, c.path, refresh)
		}
		c.format, c.to = render.PNG, ""
	}
	if c.to != "" {
		if to, err := url.Parse(answer.Header.Get("Location")); answer.StatusCode != http.StatusFound || err != nil || to.Scheme+"://"+to.Host != c.to {
			t.Errorf("%s: %.60s: %s to %v", state, c.path, answer.Status, to)
		}
		return
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != c.format.ContentType() {
		t.Errorf("%s: %s %.60s: %s, %s", state, c.method, c.path, answer.Status, answer.Header.Get("Content-Type"))
	}
	if control := answer.Header.Get("Cache-Control"); !strings.Contains(control, "no-store") {
		t.Errorf("%s: %.60s: Cache-Control is %q", state, c.path, control)
	}
	if c.method == http.MethodHead {
		return
	}
	if _, format, err := image.Decode(bytes.NewReader(body)); err != nil || "image/"+format != c.format.ContentType() {
		t.Errorf("%s: %.60s: a %s, %v", state, c.path, format, err)
	}
}

// TestTheFrontsPicturesAreTheBuiltIn compares what the front sends while the
// server is away with what that would send: pictures and headers.
func TestTheFrontsPicturesAreTheBuiltIn(t *testing.T) {
	for _, format := range []render.Format{render.JPG, render.PNG, render.GIF} {
		name := "../../deploy/front/generic." + format.Extension()
		if *update {
			if err := os.WriteFile(name, render.BuiltIn(format).Bytes, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if data, err := os.ReadFile(name); err != nil || !bytes.Equal(data, render.BuiltIn(format).Bytes) {
			t.Errorf("%s is another picture: %v; run go test ./cmd/opentime -update", name, err)
		}
	}
	d := startDemo(t)
	front := startNginx(t, d.app.public)
	client := front.client(true)
	headers := func(path string) http.Header {
		answer, err := client.Do(front.request(http.MethodGet, path, nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		answer.Header.Del("Date")
		return answer.Header
	}
	paths := []string{"/i/nothing/nothing.jpg", "/c/nothing/nothing"}
	var before []http.Header
	for _, path := range paths {
		before = append(before, headers(path))
	}
	d.stop()
	for i, path := range paths {
		after := headers(path)
		for name, value := range before[i] {
			if name != "Content-Length" && name != "Content-Type" && after.Get(name) != value[0] {
				t.Errorf("%s: %s is %q, without the server %q", path, name, value[0], after.Get(name))
			}
		}
		for _, name := range []string{"Etag", "Last-Modified", "Set-Cookie"} {
			if after.Get(name) != "" {
				t.Errorf("%s: without the server there is %s: %q", path, name, after.Get(name))
			}
		}
	}
}
