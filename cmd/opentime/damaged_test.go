package main

import (
	"bytes"
	"crypto/sha256"
	"image"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/opentime/render"
)

// damage is a set of requests that were hurt on their way, and which image each
// must get.
type damage struct {
	*demo
	whole, anonymous string // hashes of the hero for its recipient and for nobody
	front, down      bool   // through a front, whose server is away
	count            int
}

// TestDamagedRequestsGetImages sends what merge tags, proxies, scanners and
// junk make of URLs: each gets the recipient's picture, nobody's or the built-in
// one, in the type it asked for.
func TestDamagedRequestsGetImages(t *testing.T) {
	d := newDamage(t)
	d.all()
	if d.open(heroImage+d.r(0), outlook, "") != d.whole {
		t.Error("after all that the hero is another")
	}
}

func newDamage(t *testing.T) *damage {
	demo := startDemo(t)
	d := &damage{
		demo: demo, whole: demo.open(heroImage+demo.r(0), outlook, ""),
		anonymous: demo.open("/i/weekly-films/hero.jpg?l=fr", outlook, ""),
	}
	if d.whole == d.anonymous {
		t.Fatal("the hero is the same for everybody")
	}
	return d
}

// all sends every damaged request.
func (d *damage) all() {
	before, r := d.count, d.r(0)
	d.hurtButWhole(r)
	d.unfilled(r)
	d.wrongSeals(r)
	d.unknown()
	d.junk()
	d.clicks(r)
	if d.count-before < 200 {
		d.t.Errorf("only %d requests", d.count-before)
	}
}

// get sends a path as it is.
func (d *damage) get(path string) (body []byte, rung string) {
	d.t.Helper()
	d.pass(11 * time.Second)
	d.count++
	return d.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer read\r\nUser-Agent: " + outlook + "\r\n\r\n")
}

// shows asks for a path that must show the picture with this hash.
func (d *damage) shows(want, path string) {
	d.t.Helper()
	if d.down {
		d.builtIn(render.JPG, path)
		return
	}
	for range 20 {
		body, rung := d.get(path)
		if rung == "generic" { // drawn too slowly: the next open finds it
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if sum := sha256.Sum256(body); string(sum[:]) != want {
			d.t.Errorf("%.200s: another picture, from rung %s", path, rung)
		}
		return
	}
	d.t.Errorf("%.200s: never drawn", path)
}

// builtIn asks for a path that must show the built-in image of a type.
func (d *damage) builtIn(format render.Format, path string) {
	d.t.Helper()
	if body, _ := d.get(path); !bytes.Equal(body, render.BuiltIn(format).Bytes) {
		d.t.Errorf("%.100q: not the built-in %s", path, format.Extension())
	}
}

// hurtButWhole are links from which the recipient can still be read.
func (d *damage) hurtButWhole(r string) {
	for _, tail := range []string{
		"", "%27", "'", "''", "%27%27", "+", "%20", "&", "&&", "&amp;", "&amp", "&x", "&=", "&=1", "&r=", "&r=somebody-else", "&r=%zz",
		"&bad=%ZZ", "&bad=%", "&utm_source=mail&utm_medium=email", "&amp;utm_source=mail", "&gclid=Cj0KCQ", "&fbclid=x'", "&r=" + r, "&r=1041",
		"&first_name=%3Cscript%3E", "&deadline=yesterday", "&deadline={{deadline}}", "&s=" + strings.Repeat("x", 40), "&l=%00", "&x=1aAAAA",
		"&first_name=" + strings.Repeat("y", 600), strings.Repeat("&p=1", 100), "&redirect=https://evil.example", "&\xff\xfe=\xfd",
	} {
		d.shows(d.whole, heroImage+r+tail)
	}
	for _, head := range []string{"?", "?&", "?&&&", "?l=nl&amp;", "?bad=%ZZ&", "?%&", "?=&", "?amp;", "?utm_campaign=x&amp;amp=1&", "??&", "?a=b?c=d&", "?R=1041&"} {
		d.shows(d.whole, "/i/weekly-films/hero.jpg"+head+"r="+r)
	}
	for _, path := range []string{
		"/I/Weekly-Films/HERO.JPG", "/i/weekly-films/hero.jpeg", "/i/weekly%2Dfilms/hero.jpg", "/i/weekly-films/%68ero.jpg",
		"/i/weekly-films/hero/1.jpg", "/i/weekly-films/hero.jpg/", "/i/weekly-films/hero.jpg'", "/i/weekly-films/hero.jpg%27",
		"http://img.cinema.example/i/weekly-films/hero.jpg", "/i/weekly-films/hero/01.jpg",
	} {
		d.shows(d.whole, path+"?r="+r)
	}
	id, seal, _ := strings.Cut(r, ".")
	for _, sealed := range []string{id + "%2E" + seal, id + "%2e" + seal, "+" + r + "+", "%20" + r, strings.ReplaceAll(r, "_", "%5F"), "%43" + r[1:]} {
		d.shows(d.whole, heroImage+sealed)
	}
}

// unfilled are links whose merge tag the mail platform did not fill in, and
// other values that are no id.
func (d *damage) unfilled(r string) {
	tags := []string{
		"__test_email__", "-customerID-", "{{ .Subscriber.UUID }}", "%7B%7Bcustomer.id%7D%7D", "[SUBSCRIBER]", "$recipient", "<recipient>",
		"#{recipient.id}", "{!Contact.Id}", "%recipient%", "[[r]]",
	}
	for _, p := range append(platforms(), noPlatform()) {
		for _, form := range []string{p.tag, p.text} {
			if form != "" {
				tags = append(tags, strings.ReplaceAll(form, "%s", "r"))
			}
		}
	}
	for _, tag := range tags {
		// A space in a tag breaks the request; links are written without.
		d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr&r="+strings.ReplaceAll(tag, " ", "%20"))
	}
	for _, value := range []string{
		"", "%", "%4", "%zz", "%00", "%0d%0aSet-Cookie:x", "bob@example.com", "bob%40example.com", "r%201041", strings.Repeat("a", 65),
		"%C3%A9mma", "\xc3\xa9mma", "1041;drop", "..%2f..%2fetc", "%2525", "null.null", "undefined.", ".", ".." + r, "'" + r, "\"" + r + "\"", r + "x", r + "." + r,
		r[:len(r)-1],
	} {
		d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr&r="+value)
	}
	d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr")
	d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr&R="+r)
	d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr#r="+r)
}

// wrongSeals are seals with one character changed, another's, and of no key.
func (d *damage) wrongSeals(r string) {
	at := strings.IndexByte(r, '.') + 1
	for i := at; i < len(r); i++ {
		other := byte('A')
		if r[i] == other {
			other = 'B'
		}
		d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr&r="+r[:i]+string(other)+r[i+1:])
	}
	_, another, _ := strings.Cut(d.r(1), ".")
	d.shows(d.anonymous, "/i/weekly-films/hero.jpg?l=fr&r="+r[:at]+another)
}

// unknown are links that name nothing that is there.
func (d *damage) unknown() {
	for path, format := range map[string]render.Format{
		"/i/nothing/hero.jpg": render.JPG, "/i/weekly-films/nothing.png": render.PNG, "/i/weekly-films/hero.webp": render.PNG,
		"/i/weekly-films/hero": render.PNG, "/i/%%id%%/hero.gif": render.GIF, "/i/": render.PNG, "/i/x": render.PNG, "/i//": render.PNG,
		"/i/weekly-films": render.PNG, "/i/weekly-films/": render.PNG, "/i/weekly-films/.jpg": render.JPG, "/i/weekly-films/hero.jpg.exe": render.JPG,
		"/i//weekly-films/hero.jpg": render.JPG, "/i/../weekly-films/hero.gif": render.GIF, "/i/weekly-films/../../etc/passwd.jpg": render.JPG,
		"/i/weekly-films/hero/1/2.jpg": render.JPG, "/i/weekly-films/a%2fb.png": render.PNG, "/i/weekly-films/hero%00.jpg": render.JPG,
		"/i/weekly-films/h%C3%A9ro.jpg": render.JPG, "/i/" + strings.Repeat("a", 49) + "/hero.jpg": render.JPG, "/i/%ff%fe/hero.gif": render.GIF,
		"/i/*|LIST|*/hero.jpg": render.JPG, "/i/weekly-films/{{block}}.jpg": render.JPG, "/i/weekly-films/hero.JPG.GIF": render.GIF,
		"/i/weekly_films/hero.jpg": render.JPG, "/i/-/-.jpg": render.JPG, "/i/weekly-films/hero;v=1.jpg": render.JPG, "/i/\xff\xfe/hero.jpg": render.JPG,
	} {
		d.builtIn(format, path)
	}
}

// junk are requests that fasthttp refuses before any handler, or should.
func (d *damage) junk() {
	for path, format := range map[string]render.Format{
		"/i/weekly films/hero.jpg": render.JPG, "/i/a b": render.PNG, "/i/x\x01y/hero.gif": render.GIF, "/i/weekly-films/he\tro.jpg": render.JPG,
		"/i/x\x7f/hero.jpg": render.JPG, "/i/x\x00/hero.png": render.PNG,
		"/i/weekly-films/hero.jpg?" + strings.Repeat("x", 16<<10): render.JPG, "/i/weekly-films/hero.gif?r=" + strings.Repeat("%41", 8<<10): render.GIF,
		"/i/" + strings.Repeat("y", 40<<10) + "/hero.jpg": render.PNG,
	} {
		d.builtIn(format, path)
	}
	for _, request := range []string{
		"\x00\x01\x02\x03\r\n\r\n", "GET\r\n\r\n", "GET /i/a.jpg\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "\r\n\r\nGET\r\n\r\n",
		"BREW /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\n\r\n", "POST /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
		"GET /i/weekly-films/hero.jpg?name=Emma Smit HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /i/weekly-films/hero.jpg HTTP/9.9\r\nHost: x\r\n\r\n", "GET /i/weekly-films/hero.jpg HTTP/1.0\r\n\r\n",
		"GET /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 20<<10) + "\r\n\r\n",
		"GET /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "GET /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"GET /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
		"GET //i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\n\r\n", "GET /./i/weekly-films/hero.gif HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\nabc",
		"GET /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
		"GET /i/weekly-films/hero.jpg HTTP/1.1\r\nHost: x\r\n\xff\xfe: 1\r\n\r\n",
	} {
		if d.front && !strings.Contains(request, " HTTP/") && strings.HasPrefix(request, "GET /i/") {
			continue // nginx answers HTTP/0.9 as that has it: with the image alone
		}
		d.count++
		body, _ := d.raw(request)
		_, format, _ := image.DecodeConfig(bytes.NewReader(body))
		asked := strings.NewReplacer("jpg", "jpeg", "%", "").Replace(string(regexp.MustCompile(`(jpg|gif|png)`).Find([]byte(request + "png"))))
		if format != asked {
			d.t.Errorf("%.100q: a %s", request, format)
		}
	}
}

// clicks are links under /c/: each leads somewhere of the sender's own, whatever
// was done to it.
func (d *damage) clicks(r string) {
	for _, path := range []string{
		"/c/weekly-films/hero?r=" + r, "/c/weekly-films/hero?r={{r}}", "/c/weekly-films/hero?r=%", "/c/nothing/hero", "/c/", "/c/x", "/c/weekly-films",
		"/c/weekly-films/nothing", "/c/weekly-films/picks/99", "/c/weekly films/hero", "/c/a\x01b", "/C/WEEKLY-FILMS/HERO'",
		"/c/weekly-films/hero?url=https://evil.example", "/c/https://evil.example", "/c//evil.example", "/c/weekly-films/hero?" + strings.Repeat("x", 20<<10),
		"//c/weekly-films/hero", "/x/../c/weekly-films/hero", "/c/weekly-films/hero HTTP/1.1\r\nContent-Length: 2000000",
	} {
		d.count++
		request := "GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nUser-Agent: " + chrome + "\r\n\r\n"
		if strings.Contains(path, "HTTP/") {
			request = strings.Replace(request, " HTTP/1.1\r\nHost", "\r\nHost", 1)
		}
		answer := d.ask(request)
		to, err := url.Parse(answer.Header.Get("Location"))
		if answer.StatusCode != http.StatusFound || err != nil || to.Scheme != "https" || to.Hostname() != "cinema.example" {
			d.t.Errorf("%.100q: %s to %q", path, answer.Status, answer.Header.Get("Location"))
		}
	}
}
