package server

import (
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/assets"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// advised is a server of which only what identifies opens is there.
type advised struct {
	*Server
	t   *testing.T
	now time.Time
	log strings.Builder
}

func newAdvised(t *testing.T, trusted ...string) *advised {
	t.Helper()
	clients, err := signals.LoadClients(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	a := &advised{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	keys, err := ParseKeys("a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
	if err != nil {
		t.Fatal(err)
	}
	a.Server = &Server{metrics: newMetrics(), config: Config{
		Sender: "shop", Keys: keys, Recipients: rules.Signed, Gatherer: signals.NewGatherer(signals.Sources{Clients: clients}),
		Now: func() time.Time { return a.now },
	}}
	for _, network := range trusted {
		a.config.TrustedProxies = append(a.config.TrustedProxies, netip.MustParsePrefix(network))
	}
	a.advice = newAdviser(a.metrics)
	a.use = newKeyUse(a.metrics, keys, a.now)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&a.log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return a
}

// opens sends n opens of /i/spring/hero.jpg with an r from a peer, forwarded for
// another if there is one.
func (a *advised) opens(n int, r, peer, forwarded string) {
	a.t.Helper()
	link, ok := ParseLink([]byte("/i/spring/hero.jpg"), []byte("r="+r))
	if !ok {
		a.t.Fatalf("no link with %q", r)
	}
	for range n {
		var request fasthttp.Request
		if forwarded != "" {
			request.Header.Set("X-Forwarded-For", forwarded)
		}
		var ctx fasthttp.RequestCtx
		ctx.Init(&request, &net.TCPAddr{IP: net.ParseIP(peer)}, nil)
		a.identify(&ctx, link, &rules.Campaign{})
	}
}

// wants looks for mistakes, which must be these, with where they were seen.
func (a *advised) wants(want ...string) {
	a.t.Helper()
	got := []string{}
	for _, advice := range a.Advise() {
		got = append(got, strings.TrimSpace(advice.Mistake+" "+advice.SuchAs))
		if advice.What == "" || advice.Do == "" || advice.Since.IsZero() {
			a.t.Errorf("%s says %q, %q since %s", advice.Mistake, advice.What, advice.Do, advice.Since)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		a.t.Errorf("advice is %q, want %q", got, want)
	}
}

func TestMistakesOfTheFirstDayAreFound(t *testing.T) {
	const reader, proxy = "203.0.113.7", "10.0.0.9"
	sealed := func(a *advised, id string) string { return id + "." + a.config.Keys.Seal("shop", id) }
	for name, c := range map[string]struct {
		trusted []string
		opens   func(*advised)
		want    []string
	}{
		"all is well":                      {[]string{"10.0.0.0/8"}, func(a *advised) { a.opens(200, sealed(a, "r-1"), proxy, reader) }, nil},
		"no trusted proxy":                 {nil, func(a *advised) { a.opens(1, sealed(a, "r-1"), proxy, reader) }, []string{"unbelieved-forward 10.0.0.9"}},
		"no trusted proxy on this machine": {nil, func(a *advised) { a.opens(1, "", "127.0.0.1", reader) }, []string{"unbelieved-forward 127.0.0.1"}},
		"a stranger says who he is":        {nil, func(a *advised) { a.opens(200, "", reader, "10.1.1.1") }, nil},
		"the front forwards nothing":       {[]string{"10.0.0.0/8"}, func(a *advised) { a.opens(200, "", proxy, "") }, []string{"private-reader 10.0.0.9"}},
		"a second proxy":                   {[]string{"10.0.0.0/8"}, func(a *advised) { a.opens(200, "", proxy, reader+", 172.16.0.1") }, []string{"private-reader 172.16.0.1"}},
		"some readers are at the office": {[]string{"10.0.0.0/8"}, func(a *advised) {
			a.opens(150, "", proxy, "192.168.1.5")
			a.opens(50, "", proxy, reader)
		}, nil},
		"somebody tries it here": {nil, func(a *advised) { a.opens(50, "r-1", "127.0.0.1", "") }, []string{"without-seal spring/hero"}},
		"unfilled tags":          {nil, func(a *advised) { a.opens(20, "{{contact.id}}", reader, "") }, []string{"unfilled-tag spring/hero"}},
		"a few previews": {nil, func(a *advised) {
			a.opens(30, "*|UNIQID|*", reader, "")
			a.opens(700, sealed(a, "r-1"), reader, "")
		}, nil},
		"a few tests": {nil, func(a *advised) { a.opens(19, "%%id%%", reader, "") }, nil},
		"addresses":   {nil, func(a *advised) { a.opens(20, "emma@example.com", reader, "") }, []string{"mail-address spring/hero"}},
		"no seals":    {nil, func(a *advised) { a.opens(20, "r-1041", reader, "") }, []string{"without-seal spring/hero"}},
		"no seals, as wished": {nil, func(a *advised) {
			a.config.Recipients = rules.Keyed
			a.opens(200, "r-1041", reader, "")
		}, nil},
		"another's seals": {nil, func(a *advised) { a.opens(20, "r-1."+a.config.Keys.Seal("other", "r-1"), reader, "") }, []string{"wrong-seal spring/hero"}},
		"the demo": {nil, func(a *advised) {
			a.config.Demo = &Demo{}
			a.opens(200, "r-1", proxy, reader)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdvised(t, c.trusted...)
			a.wants()
			c.opens(a)
			a.wants(c.want...)
			a.now = a.now.Add(time.Minute)
			a.wants(c.want...)
			if said := strings.Count(a.log.String(), "level=WARN"); said != len(c.want) {
				t.Errorf("said %d times in the log: %s", said, &a.log)
			}
			a.now = a.now.Add(25 * time.Hour)
			a.opens(2000, sealed(a, "r-1"), reader, "") // made good
			a.Advise()
			a.now = a.now.Add(25 * time.Hour)
			a.wants()
		})
	}
}

// TestAMistakeIsFoundAfterYearsOfOpens makes one where millions of opens have
// been right.
func TestAMistakeIsFoundAfterYearsOfOpens(t *testing.T) {
	a := newAdvised(t)
	a.advice.opens.Add(100_000_000)
	a.wants()
	a.opens(60, "{{contact.id}}", "203.0.113.7", "")
	a.wants("unfilled-tag spring/hero")
}

func TestOldDataFilesAreFound(t *testing.T) {
	a := newAdvised(t)
	a.wants()
	data, err := assets.FS.ReadFile("demo/geo.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	geo, err := signals.LoadGeo(signals.AddressFile{Name: "geo.mmdb", Data: data}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.now = geo.Date().AddDate(0, 5, 0)
	a.config.Gatherer.Swap(func(sources *signals.Sources) { sources.Geo = geo })
	a.wants()
	a.now = geo.Date().AddDate(0, 7, 0)
	a.wants("old-geo")
	if year := geo.Date().Format("2006"); !strings.Contains(a.log.String(), year) {
		t.Errorf("it does not say of when it is: %s", &a.log)
	}
	a.now = a.config.Gatherer.Clients().Date().AddDate(0, 13, 0)
	a.wants("old-geo", "old-clients")
}

// Keys whose last day is near while links come by them are said, in time.
func TestKeysThatAreStillNeededAreSaid(t *testing.T) {
	const old, fresh = "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "b:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"
	for name, c := range map[string]struct {
		keys string
		kid  byte // by which links come; 0: by none
		want []string
	}{
		"it never ends":                 {old, 'a', nil},
		"a retired one, for long":       {fresh + " " + old + "@2027-12-29", 'a', nil},
		"a retired one ends":            {fresh + " " + old + "@2026-12-20", 'a', []string{"key-ends key a"}},
		"a retired one, which is idle":  {fresh + " " + old + "@2026-12-20", 'b', nil},
		"a retired one is over":         {fresh + " " + old + "@2026-11-01", 'a', []string{"key-over key a"}},
		"one is over, and idle":         {fresh + " " + old + "@2026-11-01", 0, nil},
		"the one that signs ends":       {old + "@2026-12-20", 0, []string{"key-signs-last key a"}},
		"the one that signs is over":    {old + "@2026-11-01", 'a', []string{"key-over key a"}},
		"the one that signs, next year": {old + "@2027-12-20", 'a', nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAdvised(t)
			keys, err := ParseKeys(c.keys)
			if err != nil {
				t.Fatal(err)
			}
			a.config.Keys, a.use = keys, newKeyUse(a.metrics, keys, a.now)
			if c.kid != 0 {
				k := &Keys{signs: c.kid, keys: keys.keys}
				a.opens(10, "r-1."+k.Seal("shop", "r-1"), "203.0.113.7", "")
			}
			a.wants(c.want...)
			a.now = a.now.AddDate(0, 0, 8)
			if got := a.Keys().Keys; got[0].Week != 0 || c.kid == got[0].Key[0] && got[0].Month != 10 {
				t.Errorf("after a week the first key's use is %+v", got[0])
			}
		})
	}
}
