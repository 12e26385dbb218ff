package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// demo is a running demo whose clock a test turns.
type demo struct {
	t      *testing.T
	app    *app
	now    atomic.Pointer[time.Time]
	keys   *server.Keys
	people []string
	client http.Client
	dial   func() (net.Conn, error) // to the public listener
}

// sharedZones unpacks the map of time zones once for all tests.
var sharedZones = sync.OnceValues(signals.LoadZones)

// startDemo serves the built-in demo.
func startDemo(t *testing.T) *demo { return startDemoIn(t, "") }

// startDemoIn serves the demo, or a copy of it in a folder, at 15:00 in Brussels
// on a Tuesday. Loopback is a trusted proxy, so that a request can say where it
// comes from.
func startDemoIn(t *testing.T, dir string) *demo {
	t.Helper()
	d := &demo{t: t, client: http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	d.turn("2026-11-24T15:00:00+01:00")
	e := &env{zones: sharedZones, stdout: io.Discard, stderr: io.Discard, now: d.clock, getenv: func(name string) string {
		return map[string]string{"OPENTIME_TOKEN_READ": "read", "OPENTIME_KEYS": demoKeys}[name]
	}}
	a, err := startApp(e, serveOptions{
		path: dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: t.TempDir(), trusted: []string{"127.0.0.0/8"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.app = a
	d.dial = func() (net.Conn, error) { return net.Dial("tcp", a.public) }
	t.Cleanup(d.stop)
	d.keys, err = server.ParseKeys(demoKeys)
	if err != nil {
		t.Fatal(err)
	}
	data, err := assets.FS.ReadFile("demo/profiles.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[2] != "none" { // of whom nothing is kept, so that clicks are decided anew
			d.people = append(d.people, row[0])
		}
	}
	return d
}

// stop ends the server.
func (d *demo) stop() {
	if err := d.app.stop(); err != nil {
		d.t.Error(err)
	}
}

func (d *demo) clock() time.Time { return *d.now.Load() }

// turn sets the clock.
func (d *demo) turn(text string) {
	d.t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		d.t.Fatal(err)
	}
	d.now.Store(&at)
}

// pass lets time go by.
func (d *demo) pass(by time.Duration) {
	at := d.clock().Add(by)
	d.now.Store(&at)
}

// r is a sealed recipient.
func (d *demo) r(i int) string { return d.people[i] + "." + d.keys.Seal("cinema", d.people[i]) }

const (
	outlook = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"
	iphone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
	apple   = "Mozilla/5.0"
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"
	safari  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)

// get asks the public listener.
func (d *demo) get(path, agent, from string) (*http.Response, []byte) {
	d.t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://"+d.app.public+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("Authorization", "Bearer read")
	if from != "" {
		request.Header.Set("X-Forwarded-For", from)
	}
	answer, err := d.client.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer, body
}

// open opens an image that must come 200 and decode, and returns its hash. A
// reading begins anew, since the clock has moved on by a minute. Where a slow
// machine draws past the deadline, the next open finds the picture drawn.
func (d *demo) open(path, agent, from string) string {
	d.t.Helper()
	for range 20 {
		d.pass(time.Minute)
		answer, body := d.get(path, agent, from)
		mustBeImage(d.t, path, answer, body)
		if answer.Header.Get("Opentime-Rung") == server.Live.String() {
			sum := sha256.Sum256(body)
			return string(sum[:])
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.t.Fatalf("%s never comes live", path)
	return ""
}

func mustBeImage(t *testing.T, path string, answer *http.Response, body []byte) {
	t.Helper()
	_, format, err := image.Decode(bytes.NewReader(body))
	if answer.StatusCode != http.StatusOK || err != nil || answer.Header.Get("Content-Type") != "image/"+format ||
		answer.ContentLength != int64(len(body)) || !strings.Contains(answer.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("%s: %s, %s, %v", path, answer.Status, answer.Header.Get("Content-Type"), err)
	}
}

// click returns where a click leads.
func (d *demo) click(path, agent, from string) string {
	d.t.Helper()
	d.pass(time.Second)
	answer, _ := d.get(path, agent, from)
	if answer.StatusCode != http.StatusFound {
		d.t.Errorf("%s: %s", path, answer.Status)
	}
	link, _, _ := strings.Cut(answer.Header.Get("Location"), "?")
	return link
}

// put sends rows to the admin listener.
func (d *demo) put(method, path, body string) {
	d.t.Helper()
	request, err := http.NewRequest(method, "http://"+d.app.admin+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := d.client.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var applied struct {
		Applied int
		Refused []any
	}
	if err := json.NewDecoder(answer.Body).Decode(&applied); err != nil || applied.Applied == 0 || len(applied.Refused) > 0 {
		d.t.Fatalf("%s %s: %s, %+v, %v", method, path, answer.Status, applied, err)
	}
}

func (d *demo) stock(item string, count int) {
	d.t.Helper()
	d.put(http.MethodPut, "/v1/stock", fmt.Sprintf(`[{"item": %q, "count": %d}]`, item, count))
}

const (
	heroImage = "/i/weekly-films/hero.jpg?r="
	heroClick = "/c/weekly-films/hero?r="
	brussels  = "81.2.69.142"
)

func TestHeroFollowsStockAndTime(t *testing.T) {
	d := startDemo(t)
	r := d.r(0)
	seen := map[string]string{}
	f := func(name, wantLink string) {
		t.Helper()
		picture := d.open(heroImage+r, outlook, "")
		if before, twice := seen[picture]; twice {
			t.Errorf("%s shows the same picture as %s", name, before)
		}
		seen[picture] = name
		if link := d.click(heroClick+r, chrome, ""); !strings.HasPrefix(link, wantLink) {
			t.Errorf("%s: a click leads to %s, want %s", name, link, wantLink)
		}
	}
	f("afternoon", "https://cinema.example/")
	d.turn("2026-11-24T20:30:00+01:00")
	f("evening", "https://cinema.example/")
	d.stock("salt-moon", 7)
	f("few seats", "https://cinema.example/films/salt-moon/seats")
	d.stock("salt-moon", 0)
	f("sold out", "https://cinema.example/films/")
	var out bytes.Buffer
	e := &env{zones: sharedZones, stdout: &out, stderr: &out, now: d.clock, getenv: func(name string) string {
		return map[string]string{"OPENTIME_TOKEN_READ": "read"}[name]
	}}
	if run([]string{"explain", "weekly-films/hero", "--admin", d.app.admin}, e); !strings.Contains(out.String(), "shows rule sold-out") {
		t.Errorf("explain does not ask the demo that runs: %s", out.String())
	}
	// The rules move on; the click still lands where the last picture promised.
	before := d.click(heroClick+r, chrome, "")
	d.stock("salt-moon", 7)
	if after := d.click(heroClick+r, chrome, ""); after != before {
		t.Errorf("a click follows the rules, to %s, not the picture, to %s", after, before)
	}
}

func TestHeroFollowsWeatherAndPlace(t *testing.T) {
	d := startDemoIn(t, demoWithRainAt(t, "15"))
	r := d.r(0)
	seen := map[string]string{}
	f := func(name, from, wantLink string) {
		t.Helper()
		// What a cell's weather is comes after its first open.
		link, picture := "", ""
		for range 100 {
			picture = d.open(heroImage+r, outlook, from)
			if link = d.click(heroClick+r, chrome, brussels); link == wantLink {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		if link != wantLink {
			t.Errorf("%s: a click leads to %s, want %s", name, link, wantLink)
		}
		if before, twice := seen[picture]; twice {
			t.Errorf("%s shows the same picture as %s", name, before)
		}
		seen[picture] = name
	}
	const london, linkoping, milton = "81.2.69.142", "89.160.20.112", "216.160.83.56"
	d.turn("2026-11-24T14:00:00Z")
	f("a dry afternoon in London", london, "https://cinema.example/cinemas/london")
	d.turn("2026-11-24T15:01:00Z")
	f("it begins to rain", london, "https://cinema.example/rain")
	f("the reader is in Sweden, where it snows", linkoping, "https://cinema.example/snow")
	d.turn("2026-11-24T20:00:00Z")
	f("the reader is in Washington, with no cinema near and no weather known", milton, "https://cinema.example/films/salt-moon")
}

// demoWithRainAt copies the demo to a folder and lets it rain in London from an
// hour on.
func demoWithRainAt(t *testing.T, hour string) string {
	t.Helper()
	dir := t.TempDir()
	files, err := fs.Sub(assets.FS, "demo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "weather", "london.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dry, wet, ok := bytes.Cut(data, []byte("T"+hour+":00:00Z"))
	if !ok {
		t.Fatalf("no hour %s in %s", hour, name)
	}
	wet = regexp.MustCompile(`"symbol_code": ?"[^"]*"`).ReplaceAll(wet, []byte(`"symbol_code":"rain"`))
	wet = regexp.MustCompile(`"precipitation_amount": ?[0-9.]+`).ReplaceAll(wet, []byte(`"precipitation_amount":1.5`))
	data = slices.Concat(dry, []byte("T"+hour+":00:00Z"), wet)
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestClicksOfPhoneAndLaptopFollowTheirOwnPictures(t *testing.T) {
	d := startDemo(t)
	r := d.r(0)
	d.stock("salt-moon", 7)
	d.open(heroImage+r, apple, "") // a prefetch: stock is "some", so no few seats
	d.open(heroImage+r, outlook, "")
	laptop := d.click(heroClick+r, chrome, "")
	if laptop != "https://cinema.example/films/salt-moon/seats" {
		t.Errorf("the laptop's click leads to %s", laptop)
	}
	if phone := d.click(heroClick+r, safari, ""); phone != "https://cinema.example/cinemas/antwerp" { // of her home, as Apple may be told
		t.Errorf("the phone's click leads to %s", phone)
	}
}

// mail fetches the images of a mail in parallel, and reports whether all came as
// decided: where one is drawn too slowly its fallback is sent, which may show
// what another position does.
func (d *demo) mail(who int) bool {
	d.t.Helper()
	d.pass(time.Minute)
	var opens sync.WaitGroup
	var late atomic.Bool
	for _, path := range []string{
		"hero.jpg", "greeting.jpg", "picks/1.jpg", "picks/2.jpg", "picks/3.jpg", "picks/4.jpg", "cinema.jpg",
	} {
		opens.Go(func() {
			answer, body := d.get("/i/weekly-films/"+path+"?r="+d.r(who), outlook, "")
			mustBeImage(d.t, path, answer, body)
			if answer.Header.Get("Opentime-Rung") != server.Live.String() {
				late.Store(true)
			}
		})
	}
	opens.Wait()
	return !late.Load()
}

func TestOneMailIsOneDecision(t *testing.T) {
	d := startDemo(t)
	stop := make(chan struct{})
	var changes sync.WaitGroup
	changes.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				d.stock("salt-moon", i%3)
				d.put(http.MethodPatch, "/v1/items", fmt.Sprintf(`[{"id": "salt-moon", "price": "%d.50 EUR"}]`, 8+i%5))
			}
		}
	})
	whole := 0
	for mail := 0; mail < 100 && whole < 20; mail++ {
		if !d.mail(mail) {
			continue // one was drawn too slowly
		}
		whole++
		r := d.r(mail)
		links := map[string]int{}
		for position := 1; position <= 4; position++ {
			link := d.click(fmt.Sprintf("/c/weekly-films/picks/%d?r=%s", position, r), chrome, "")
			if first, twice := links[link]; twice {
				t.Errorf("positions %d and %d show the same item, %s", first, position, link)
			}
			links[link] = position
		}
	}
	close(stop)
	changes.Wait()
	if whole < 5 {
		t.Errorf("only %d mails came as decided", whole)
	}

	// A reload begins a reading of its own, which shows what changed since.
	d.stock("salt-moon", 7)
	before := d.open(heroImage+d.r(0), outlook, "")
	d.stock("salt-moon", 0)
	for range 20 {
		answer, body := d.get(heroImage+d.r(0), outlook, "")
		if answer.Header.Get("Opentime-Rung") != server.Live.String() {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		if sum := sha256.Sum256(body); string(sum[:]) == before {
			d.t.Error("a reload does not show what changed")
		}
		return
	}
	d.t.Error("a reload never comes live")
}

func TestTrustDecidesWhatIsKnown(t *testing.T) {
	d := startDemo(t)
	greeting := func(query string) string { return d.open("/i/weekly-films/greeting.jpg"+query, outlook, "") }
	nobody := greeting("")
	if greeting("?r=1041") != nobody {
		t.Error("an unsealed id that means nobody is greeted by name")
	}
	if greeting("?r="+d.people[0]) != nobody {
		t.Error("an unsealed id shows somebody's profile")
	}
	sealed := greeting("?r=" + d.r(0))
	if sealed == nobody {
		t.Error("a sealed id is greeted like nobody")
	}
	for i := range 20 {
		flipped := []byte(d.r(0))
		flipped[len(flipped)-1-i] ^= 1
		if picture := greeting("?r=" + string(flipped)); picture == sealed {
			t.Errorf("a seal with bit %d flipped is believed", i)
		}
	}
}

// raw sends bytes and returns the body of the answer, which must be 200 and an
// image, and its rung.
func (d *demo) raw(request string) (body []byte, rung string) {
	d.t.Helper()
	answer := d.ask(request)
	body, err := io.ReadAll(answer.Body)
	name := fmt.Sprintf("%.60q", request)
	if err != nil {
		d.t.Errorf("%s: %v", name, err)
	}
	mustBeImage(d.t, name, answer, body)
	return body, answer.Header.Get("Opentime-Rung")
}

// ask sends bytes on a connection of their own and returns the answer.
func (d *demo) ask(request string) *http.Response {
	d.t.Helper()
	conn, err := d.dial()
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		d.t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		d.t.Fatalf("%.60q: %v", request, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Errorf("%.60q: %v", request, err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer
}
