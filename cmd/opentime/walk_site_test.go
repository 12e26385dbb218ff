package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/server"
)

// walkKeys are the walked server's: b signs, a is retired, o is over; the server
// has no u.
const (
	walkKeyB = "b:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
	walkKeyA = "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	walkKeyO = "o:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	walkKeyU = "u:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"
)

// walkPerson is a recipient whose every fact is said of nobody else, but for
// what a claimed link may tell: that is Anna's and Carl's alike.
type walkPerson struct {
	id                                              string
	name, city, postcode, tier, film, club, country string
	locale, zone, consent, at                       string
}

var (
	walkAnna = walkPerson{"qV3nS7xK0aZ2bYc9dXe8fW", "Annacanary", "Gentcanary", "9000canary", "tiercanary-anna", "rose", "club-one", "BE", "fr", "Asia/Tokyo", "full", "2026-01-01T00:00:00Z"}
	walkCarl = walkPerson{"Zk1mN8pL4sT6uVw2xYa5bC", "Carlcanary", "Bruggecanary", "8000canary", "tiercanary-carl", "fern", "club-one", "BE", "fr", "Asia/Tokyo", "full", "2026-01-01T00:00:00Z"}
	walkBert = walkPerson{"Hd7eF2gJ9kQ3rSt6uVx1yB", "Bertcanary", "Lillecanary", "5900canary", "tiercanary-bert", "fern", "club-two", "FR", "nl", "Europe/Paris", "aggregate", "2026-01-01T00:00:00Z"}
	walkDora = walkPerson{"Wn5bM0vC8xZ4aSd6fGh2jK", "Doracanary", "Aalstcanary", "9300canary", "tiercanary-dora", "rose", "club-three", "BE", "fr", "Asia/Tokyo", "none", "2026-01-01T00:00:00Z"}

	walkPeople = []walkPerson{walkAnna, walkCarl, walkBert, walkDora}
	walkNobody = walkPerson{id: "Pp0oI9uY8tR7eW6qA5sD4f"} // was never imported
)

// walkReader is the address that all read at, so that it makes no difference; by
// walkElsewhere somebody is elsewhere.
const (
	walkReader    = "81.2.69.142"
	walkElsewhere = "89.160.20.112"
)

// walkSecrets are what no answer, log, metric or journal file may say: of people,
// and of whoever reads.
func walkSecrets() []string {
	all := []string{walkReader, walkElsewhere, "notecanary", "didcanary", "77.11", "Namecanary", walkNobody.id}
	for _, p := range walkPeople {
		all = append(all, p.id, p.name, p.city, p.postcode, p.tier, p.club)
	}
	return all
}

const walkConfig = `sender: shop
home: https://shop.example
hosts: [shop.example]
timezone: Europe/Amsterdam
locales: [nl, fr]
trusted_proxies: [127.0.0.0/8]
profiles: {attributes: {first_name: text, tier: text, film: text, club: {type: text, open: true}}}
feeds: {shop: {file: shop.xml}}
places: {shops: shops.csv}
geo: geo.mmdb
`

// Blocks of the campaign: those that a claimed link sees as an anonymous one
// does, and those in which it may see what is open.
var (
	walkPrivate = []string{"name", "tier", "home", "where", "film", "note", "called", "list", "did"}
	walkOpen    = []string{"club", "country", "clock", "tongue"}
)

const walkCampaign = `campaign: walk
show: {layout: strip, link: "https://shop.example/plain", after: "https://shop.example/after"}
parameters: {note: {type: text}, called: {type: name}, size: {type: number}}
blocks:
  name:
    rules: [{name: named, show: {headline: "{profile.first_name}", link: "https://shop.example/n?{profile.first_name}"}}]
    fallback: {headline: "Wie"}
  tier:
    rules:
      - {name: anna, when: {profile.tier: tiercanary-anna}, show: {headline: "Anna", link: "https://shop.example/tier/a"}}
      - {name: known, when: {known: profile.tier}, show: {headline: "Iemand", link: "https://shop.example/tier/{profile.tier}"}}
    fallback: {headline: "Wie"}
  home:
    rules: [{name: at, when: {known: profile.city}, show: {headline: "{profile.city} {profile.postcode}", link: "https://shop.example/h?{profile.city}+{profile.postcode}"}}]
    fallback: {headline: "Waar"}
  where:
    rules: [{name: where, when: {known: here.city}, show: {headline: "{here.city}", link: "https://shop.example/near?{here.city}"}}]
    fallback: {headline: "Waar"}
  film:
    rules:
      - {name: rose, when: {profile.film: rose}, show: {item: rose, headline: "{item.title}", link: "{item.link}"}}
      - {name: fern, when: {profile.film: fern}, show: {item: fern, headline: "{item.title}", link: "{item.link}"}}
    fallback: {headline: "Wat"}
  note:
    rules: [{name: noted, show: {headline: "{parameters.note}", link: "https://shop.example/t?{parameters.note}"}}]
    fallback: {headline: "Wat"}
  called:
    rules: [{name: called, show: {headline: "{parameters.called}", link: "https://shop.example/c?{parameters.called}"}}]
    fallback: {headline: "Wie"}
  size:
    rules: [{name: sized, show: {headline: "{parameters.size}", link: "https://shop.example/size?{parameters.size}"}}]
    fallback: {headline: "Welke"}
  ask:
    question: "Ja?"
    answers: {ja: "Ja", nee: "Nee"}
    show: {headline: "{answer.text}"}
  did:
    rules:
      - {name: rose, when: {bought: {item: rose}}, show: {headline: "Roos", link: "https://shop.example/did?rose"}}
      - {name: any, when: {bought: {tag: didcanary}}, show: {headline: "{interest.didcanary} {cart.total}", link: "https://shop.example/did?{interest.didcanary}+{cart.total}"}}
    fallback: {headline: "Wat"}
  list:
    positions: 2
    rules: [{name: mine, show: {items: {from: viewed}, headline: "{item.title}", link: "{item.link}"}}]
    fallback: {items: {from: popular}, headline: "{item.title}"}
  club:
    rules: [{name: club, show: {headline: "{profile.club}", link: "https://shop.example/club?{profile.club}"}}]
    fallback: {headline: "Welke"}
  country:
    rules: [{name: country, when: {known: profile.country}, show: {headline: "{profile.country}", link: "https://shop.example/land?{profile.country}"}}]
    fallback: {headline: "Welk"}
  clock:
    rules: [{name: clock, when: {known: profile.zone}, show: {headline: "{profile.zone}", link: "https://shop.example/zone?{profile.zone}"}}]
    fallback: {headline: "Nu"}
  tongue:
    rules: [{name: tongue, show: {headline: {nl: "Hallo", fr: "Bonjour"}, link: {nl: "https://shop.example/nl", fr: "https://shop.example/fr"}}}]
    fallback: {headline: {nl: "Hallo", fr: "Bonjour"}}
`

// walk is a server with people in it, and who walks through it.
type walk struct {
	*ladder
	log  syncedLog
	mu   sync.Mutex
	made int // requests
}

// syncedLog is what was logged.
type syncedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *syncedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func newWalk(t *testing.T, recipients string) *walk {
	w := &walk{ladder: &ladder{t: t, dir: t.TempDir(), data: t.TempDir()}}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	w.write("opentime.yaml", walkConfig+"recipients: "+recipients+"\n")
	w.write("shop.xml", strings.NewReplacer("<g:image_link>rose.png</g:image_link>", "", "<g:image_link>fern.png</g:image_link>", "").Replace(ladderFeed))
	w.write("shops.csv", ladderPlaces)
	w.write("geo.mmdb", w.read("../../assets/demo/geo.mmdb"))
	w.write("campaigns/walk.yaml", walkCampaign)
	e := &env{zones: sharedZones, stdout: io.Discard, stderr: &w.log, now: w.clock, getenv: func(name string) string {
		return map[string]string{
			"OPENTIME_KEYS":       walkKeyB + " " + walkKeyA + "@2996-12-31 " + walkKeyO + "@2026-01-31",
			"OPENTIME_TOKEN_READ": "read", "OPENTIME_TOKEN_INGEST": "ingest", "OPENTIME_TOKEN_PUBLISH": "publish",
		}[name]
	}}
	a, err := startApp(e, serveOptions{path: w.dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: w.data})
	if err != nil {
		t.Fatal(err, w.log.text.String())
	}
	w.app = a
	t.Cleanup(func() { _ = a.stop() })
	var rows []people.Row
	for _, p := range walkPeople {
		rows = append(rows, people.Row{R: p.id, At: p.at, Consent: p.consent, Attributes: map[string]any{
			"first_name": p.name, "tier": p.tier, "film": p.film, "club": p.club,
			"country": p.country, "city": p.city, "postcode": p.postcode, "locale": p.locale, "zone": p.zone,
		}})
	}
	if len(a.server.Site().Campaigns) != 1 {
		t.Fatal("the campaign is not served: ", w.log.text.String())
	}
	applied, err := a.profiles.Put(rows)
	if err != nil || len(applied.Refused) > 0 || applied.Applied != len(rows) {
		t.Fatal(applied, err)
	}
	w.did()
	for _, p := range slices.Concat(walkPeople, []walkPerson{walkNobody}) { // so that they are read in time from then on
		w.ask("GET", "/i/walk/tongue.png?r="+p.id, outlook)
	}
	return w
}

// did has all bought what their film is, and put something into their carts.
func (w *walk) did() {
	var rows []people.EventRow
	for _, p := range walkPeople {
		rows = append(rows,
			people.EventRow{R: p.id, Kind: "bought", Item: p.film, Tags: []string{"didcanary"}, At: p.at},
			people.EventRow{R: p.id, Kind: "carted", Item: "rose", Tags: []string{"didcanary"}, Price: "77.11 EUR", At: w.clock().UTC().Format(time.RFC3339)})
	}
	applied, err := w.app.profiles.AddEvents(rows, w.clock())
	if err != nil || len(applied.Refused) > 0 || applied.Applied != len(rows)-2 || len(applied.Ignored) != 2 {
		w.t.Fatal(applied, err)
	}
}

// sealed is an r by a key, of a sender.
func sealedBy(t *testing.T, key, sender, id string) string {
	t.Helper()
	keys, err := server.ParseKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	return id + "." + keys.Seal(sender, id)
}

// answer is what a request was answered with, but for the moment.
type answer struct {
	status        int
	headers, body string
	location      string
}

// same reports whether two answers are one to whoever asked.
func (a *answer) same(b *answer) bool {
	return a.status == b.status && a.headers == b.headers && a.body == b.body
}

// walkAgents are a person's client and a proxy, behind which here is the home.
var walkAgents = []string{outlook, "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"}

// ask asks the public listener. An image that was not drawn in time, or of somebody
// who was not read in time, is asked for again: slow machines are not looked at.
func (w *walk) ask(method, path, agent string) answer {
	return w.askFrom(walkReader, method, path, agent)
}

func (w *walk) askFrom(from, method, path, agent string) answer {
	ofBlock := strings.HasPrefix(path, "/i/walk/") && !strings.Contains(path, "/9.")
	for tries := 0; ; tries++ {
		a, rung := w.send(from, method, w.app.public+path, agent, "read")
		if !ofBlock || rung == "live" || rung == "" || tries == 200 {
			return a
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// send sends one request and returns the answer with the rung it is from.
func (w *walk) send(from, method, to, agent, token string) (a answer, rung string) {
	w.mu.Lock()
	w.made++
	w.mu.Unlock()
	request, err := http.NewRequest(method, "http://"+to, nil)
	if err != nil {
		w.t.Error(err)
		return a, ""
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("X-Forwarded-For", from)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	got, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.t.Error(err)
		return a, ""
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		w.t.Error(err)
	}
	rung = got.Header.Get("Opentime-Rung")
	got.Header.Del("Date")
	got.Header.Del("Opentime-Rung")
	var headers strings.Builder
	_ = got.Header.Write(&headers)
	return answer{got.StatusCode, headers.String(), string(body), got.Header.Get("Location")}, rung
}

// leaks looks for what nobody may be told in a text.
func (w *walk) leaks(what, text string) {
	w.t.Helper()
	for _, secret := range walkSecrets() {
		if at := strings.Index(text, secret); at >= 0 {
			w.t.Errorf("%s says %q: ...%q...", what, secret, text[max(0, at-100):min(len(text), at+100)])
		}
	}
}

// leftovers looks at what a walk leaves behind: metrics, log and journal.
func (w *walk) leftovers() {
	w.t.Helper()
	metrics, _ := w.send(walkReader, http.MethodGet, w.app.admin+"/metrics", outlook, "read")
	w.leaks("a metric", metrics.body)
	if !strings.Contains(metrics.body, `opentime_seals_total{key="a",seal="verified"}`) {
		w.t.Error("no metric of seals by key")
	}
	w.stop()
	w.leaks("the log", w.log.text.String())
	if strings.Contains(w.log.text.String(), "?r=") || strings.Contains(w.log.text.String(), "&note=") {
		w.t.Errorf("the log has a query: %s", w.log.text.String())
	}
	files, err := journal.Files(w.app.journalFolder)
	if err != nil || len(files) == 0 {
		w.t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		w.leaks("the journal", string(data))
	}
}
