package signals

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/rules"
)

// shelf is a catalogue of one feed for tests.
type shelf struct {
	items map[string]rules.Candidate
	stock map[[2]string]rules.Value
	stale bool
}

func (s *shelf) Items(feed string) rules.Items {
	if feed != "films" {
		return nil
	}
	return s
}
func (s *shelf) Stale(*rules.Campaign) bool           { return s.stale }
func (s *shelf) Stock(item, place string) rules.Value { return s.stock[[2]string{item, place}] }
func (s *shelf) Item(id string) (rules.Candidate, bool) {
	c, ok := s.items[id]
	return c, ok
}

func (s *shelf) StockAt(string, string) rules.Value { return rules.Value{} }

func (s *shelf) Rank(_ rules.Listing, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	for _, id := range slices.Sorted(maps.Keys(s.items)) {
		if c := s.items[id]; n > 0 && keep(&c) {
			dst, n = append(dst, c), n-1
		}
	}
	return dst
}

// newTestGatherer gathers from the demo's data, an address of Apple's relay in
// Belgium and weather of 3 degrees and rain everywhere.
func newTestGatherer(t testing.TB) *Gatherer {
	t.Helper()
	relays, err := LoadRelays("relays.csv", []byte("172.224.224.0/27,BE,BE-BRU,Brussels,\n"), noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	zones := testZones(t)
	places, problems := LoadPlaces(PlaceList{ID: "shops", File: "shops.csv", Zones: zones}, []byte(shops))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	weather := NewWeather(WeatherConfig{Now: func() time.Time { return noon }})
	rain, err := readForecast([]byte(forecast(noon.Add(-time.Hour), 6, 2, "rain")), 51, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Point{{51.5142, -0.0931}, {51.05, 3.717}} {
		c, _ := cellOf(p.Lat, p.Lon)
		weather.cells[c] = &cellState{kept: true, answered: noon, forecast: rain}
	}
	dune := &rules.Item{ID: "dune-3", Title: "Dune", Tags: []string{"action"}, Rating: number(4.5), More: []rules.Value{number(7)}, Declared: []rules.Attribute{{Name: "seats", Type: rules.Number}}}
	return NewGatherer(Sources{
		Attributes: declared,
		Clients:    testClients(t), Geo: testGeo(t), Relays: relays, Zones: zones, Gazetteer: testGazetteer(t),
		Places: map[string]*Places{"shops": places}, Weather: weather,
		Catalogue: &shelf{
			items: map[string]rules.Candidate{"dune-3": {Item: dune, Stock: number(12)}},
			stock: map[[2]string]rules.Value{{"dune-3", ""}: number(12), {"dune-3", "ghent"}: number(3)},
		},
	})
}

// declared are the attributes of profiles.
var declared = []rules.Attribute{{Name: "points", Type: rules.Number}, {Name: "tier", Type: rules.Text, Open: true}}

// asking is a campaign that asks for these signals.
func asking(names ...string) *rules.Campaign {
	c := &rules.Campaign{ID: "test", Zone: time.UTC, Locales: []string{"nl"}, Catalogue: "films"}
	sources := map[string]rules.Source{
		"client": rules.ClientSource, "here": rules.HereSource, "near": rules.NearSource, "weather": rules.WeatherSource,
		"stock": rules.StockSource, "item": rules.ItemSource, "profile": rules.ProfileSource, "parameters": rules.ParameterSource,
		"clock": rules.ClockSource,
	}
	items := map[string]int{"title": int(rules.ItemTitle), "in_stock": int(rules.ItemInStock), "seats": int(rules.ItemMore), "rating": int(rules.ItemRating)}
	for _, name := range names {
		s := rules.Signal{Name: name, Index: -1}
		name, s.At, _ = strings.Cut(name, "@")
		words := strings.Split(name, ".")
		s.Source, s.Key = sources[words[0]], words[len(words)-1]
		switch s.Source {
		case rules.NearSource:
			s.At = words[1]
		case rules.ItemSource:
			s.Item, s.Index = words[1], items[words[2]]
			s.Type = rules.Number // of the only one that is declared
		case rules.ProfileSource:
			if s.Index = rules.PlaceOf(declared, s.Key, 0); s.Index >= 0 {
				s.Type = declared[s.Index].Type
			}
		}
		c.Signals = append(c.Signals, s)
	}
	return c
}

// openOf is an open of the client of that name, from an address.
func openOf(t testing.TB, g *Gatherer, client, address string) *Open {
	t.Helper()
	h, ok := g.Clients().Named(client)
	if !ok {
		t.Fatalf("no client %q", client)
	}
	if address != "" {
		h.Address = netip.MustParseAddr(address)
	}
	return &Open{At: noon, Client: g.Clients().Classify(h), Address: h.Address, Recipient: "r1", Trust: rules.Signed}
}

func gathered(g *Gatherer, c *rules.Campaign, open *Open, p *rules.Profile) map[string]string {
	var s rules.Signals
	g.Gather(c, open, p, &s, true)
	got := map[string]string{}
	for i, v := range s.Values {
		got[c.Signals[i].Name] = written(v)
	}
	return got
}

// written is a value as the tests below write it.
func written(v rules.Value) string {
	switch v.Type {
	case rules.Unknown:
		return "?"
	case rules.Text, rules.Picture:
		return v.Text
	case rules.Boolean:
		return map[int64]string{0: "false", 1: "true"}[v.N]
	case rules.Number:
		return degrees(float64(v.N) / rules.Million)
	case rules.Time:
		return (time.Duration(v.N) * time.Second).String()
	case rules.Moment:
		return time.UnixMilli(v.N).UTC().Format("2006-01-02T15:04:05.000")
	case rules.Date:
		return time.Unix(v.N*dayLength, 0).UTC().Format(time.DateOnly)
	}
	return "a " + v.Text
}

var placeSignals = []string{"here.country", "here.city", "here.from", "near.shops.id", "near.shops.distance_km", "weather.rain", "weather.temperature"}

func TestWhereARecipientIs(t *testing.T) {
	g := newTestGatherer(t)
	c := asking(placeSignals...)
	ghent := &rules.Profile{Country: "be", City: "Gand"}
	tests := []struct {
		name, client, address string
		trust                 rules.Trust
		profile               *rules.Profile
		want                  string
	}{
		{"a person's address", "chrome", "81.2.69.142", rules.Anonymous, nil, "GB London address london 1.9 true 3"},
		{"the address before the home", "chrome", "81.2.69.142", rules.Signed, ghent, "GB London address london 1.9 true 3"},
		{"an address nobody knows", "chrome", "127.0.0.1", rules.Signed, ghent, "BE Gand profile ghent 0.2 true 3"},
		{"a country is no point", "chrome", "2a02:d940::1", rules.Signed, ghent, "BE ? address ? ? ? ?"},
		{"a proxy's address is not the reader's", "gmail", "81.2.69.142", rules.Signed, nil, "? ? unknown ? ? ? ?"},
		{"behind a proxy at home", "gmail", "81.2.69.142", rules.Signed, ghent, "BE Gand profile ghent 0.2 true 3"},
		{"behind a proxy, a claimed home is its country", "gmail", "81.2.69.142", rules.Claimed, ghent, "BE ? profile ? ? ? ?"},
		{"behind a proxy, anonymous", "gmail", "81.2.69.142", rules.Anonymous, ghent, "? ? unknown ? ? ? ?"},
		{"fetched ahead", "apple-mpp", "81.2.69.142", rules.Signed, nil, "? ? unknown ? ? ? ?"},
		{"Apple's relay", "apple-mpp", "172.224.224.3", rules.Signed, nil, "BE ? relay ? ? ? ?"},
		{"Apple's relay, at home", "apple-mpp", "172.224.224.3", rules.Signed, ghent, "BE Gand profile ghent 0.2 true 3"},
		{"Apple's relay, abroad", "apple-mpp", "172.224.224.3", rules.Signed, &rules.Profile{Country: "FR", City: "Lille"}, "BE ? relay ? ? ? ?"},
		{"a person behind Apple's relay", "safari", "172.224.224.3", rules.Signed, nil, "BE ? relay ? ? ? ?"},
		{"a scanner", "barracuda", "81.2.69.142", rules.Signed, nil, "? ? unknown ? ? ? ?"},
		{"Outlook on the web", "outlook-web", "40.92.0.1", rules.Signed, nil, "? ? unknown ? ? ? ?"},
		{"a home nobody can find", "gmail", "", rules.Signed, &rules.Profile{Country: "BE", City: "Atlantis"}, "BE Atlantis profile ? ? ? ?"},
	}
	for _, test := range tests {
		open := openOf(t, g, test.client, test.address)
		open.Trust = test.trust
		values := gathered(g, c, open, test.profile)
		var got []string
		for _, name := range placeSignals {
			got = append(got, values[name])
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s: got %s, want %s", test.name, text, test.want)
		}
	}
}

func TestGatherCapsByTrust(t *testing.T) {
	g := newTestGatherer(t)
	c := asking("profile.points", "profile.tier", "profile.country", "profile.city", "parameters.first_name", "parameters.note",
		"parameters.deadline", "parameters.seats", "parameters.kind", "parameters.day", "parameters.vip", "client.class")
	c.Params = []rules.Parameter{
		{Name: "first_name", Type: rules.Text, Name30: true, Max: 30},
		{Name: "note", Type: rules.Text, Max: 200},
		{Name: "deadline", Type: rules.Moment},
		{Name: "seats", Type: rules.Number},
		{Name: "kind", Type: rules.Text, Values: []string{"Gold", "Silver"}},
		{Name: "day", Type: rules.Date},
		{Name: "vip", Type: rules.Boolean},
	}
	profile := &rules.Profile{
		Country: "BE", City: "Gent", Locale: "fr", Zone: "America/New_York",
		Attributes: []rules.Value{number(250), {Type: rules.Text, Text: "gold"}}, Declared: declared,
	}
	open := openOf(t, g, "chrome", "81.2.69.142")
	open.Locale = "en"
	for name, value := range map[string]string{
		"first_name": "Zoë", "note": "Hello", "deadline": "2026-12-04", "seats": "12", "kind": "gold", "day": "2026-12-24", "vip": "true",
	} {
		open.Parameters = append(open.Parameters, Parameter{Name: name, Value: value})
	}
	for trust, want := range map[rules.Trust]string{
		rules.Anonymous: "? ? ? ? ? ? 2026-12-04T23:59:59.999 12 Gold 2026-12-24 true person",
		rules.Claimed:   "? gold BE ? ? ? 2026-12-04T23:59:59.999 12 Gold 2026-12-24 true person",
		rules.Keyed:     "250 gold BE Gent Zoë ? 2026-12-04T23:59:59.999 12 Gold 2026-12-24 true person",
		rules.Signed:    "250 gold BE Gent Zoë ? 2026-12-04T23:59:59.999 12 Gold 2026-12-24 true person",
	} {
		open.Trust = trust
		var s rules.Signals
		g.Gather(c, open, profile, &s, false)
		var got []string
		for _, v := range s.Values {
			got = append(got, written(v))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("trust %d: got %s, want %s", trust, text, want)
		}
		locale, zone, recipient := "fr", "America/New_York", "r1"
		if trust == rules.Anonymous {
			locale, zone, recipient = "en", "Europe/London", ""
		}
		if s.Locale != locale || s.Zone.String() != zone || s.Recipient != recipient {
			t.Errorf("trust %d: locale %q, zone %v, recipient %q", trust, s.Locale, s.Zone, s.Recipient)
		}
	}
	open.Parameters = append([]Parameter{{Name: "note", Value: "Hello", Sealed: true}}, open.Parameters...)
	for trust, want := range map[rules.Trust]string{
		rules.Anonymous: "?", // the link's recipient has consent to nothing
		rules.Claimed:   "Hello", rules.Keyed: "Hello", rules.Signed: "Hello",
	} {
		open.Trust = trust
		if got := gathered(g, c, open, profile)["parameters.note"]; got != want {
			t.Errorf("trust %d: a sealed text is %q, want %q", trust, got, want)
		}
	}
}

func TestGatherTheRest(t *testing.T) {
	g := newTestGatherer(t)
	c := asking("client.class", "client.app", "client.os", "client.mobile", "stock.dune-3", "stock.dune-3@ghent", "stock.dune-3@near.shops", "stock.dune-4",
		"item.dune-3.title", "item.dune-3.in_stock", "item.dune-3.seats", "item.dune-4.title",
		"near.shops.open", "near.shops.closes", "near.shops.city", "near.shops.route", "weather.condition", "weather.feels_like", "weather.daylight")
	home := &rules.Profile{Country: "BE", City: "Gent"}
	rest := " 12 3 3 ? Dune true 7 ? true 18h0m0s Gent https://www.openstreetmap.org/directions?to=51.05,3.72 rain -1.2 true"
	for client, want := range map[string]string{
		"apple-mail-ios":  "person apple-mail ios true",
		"outlook-windows": "person outlook windows false",
		"bare-webkit":     "person ? ? ?",
		"gmail":           "proxy ? ? ?",
		"apple-mpp":       "prefetcher ? ? ?",
		"barracuda":       "scanner ? ? ?",
	} {
		var s rules.Signals
		open := openOf(t, g, client, "")
		g.Gather(c, open, home, &s, true)
		var got []string
		for i, v := range s.Values {
			got = append(got, written(v))
			if s.Origins[i] == "" {
				t.Errorf("%s comes from nowhere", c.Signals[i].Name)
			}
		}
		if text := strings.Join(got, " "); text != want+rest {
			t.Errorf("%s: got %s\nwant %s", client, text, want+rest)
		}
		if s.Class != open.Client.Class || s.HereFrom != rules.FromProfile || s.Items == nil {
			t.Errorf("%s: got %+v", client, s)
		}
	}
}

func TestOriginsTellWhere(t *testing.T) {
	g := newTestGatherer(t)
	c := asking("here.city", "near.shops.id", "weather.rain", "profile.points", "stock.dune-3@near.shops")
	var s rules.Signals
	g.Gather(c, openOf(t, g, "chrome", "81.2.69.142"), nil, &s, true)
	for i, want := range []string{
		"address 81.2.69.142 via geo.mmdb (", "places shops: london, nearest to address 81.2.69.142", "weather of 12:20 UTC near 51.5 -0.1",
		"no profile is known", "stock of dune-3 at london",
	} {
		if !strings.Contains(s.Origins[i], want) {
			t.Errorf("%s: got %q, want %q", c.Signals[i].Name, s.Origins[i], want)
		}
	}
	if got := g.Here(openOf(t, g, "chrome", "81.2.69.142"), nil).String(); got != "London, England, GB (from address, 51.51 -0.09)" {
		t.Errorf("here is %s", got)
	}
	if got := g.Here(openOf(t, g, "gmail", ""), nil).String(); got != "unknown" {
		t.Errorf("here is %s", got)
	}
}

// TestGatherFromNothing gathers without any source, as `opentime test` does.
func TestGatherFromNothing(t *testing.T) {
	g := NewGatherer(Sources{Clients: testClients(t)})
	c := asking("here.country", "near.shops.id", "weather.rain", "stock.dune-3", "stock.dune-3@near.shops", "item.dune-3.title", "profile.points", "parameters.x", "clock.time")
	for name, value := range gathered(g, c, openOf(t, g, "chrome", "81.2.69.142"), nil) {
		if value != "?" {
			t.Errorf("%s is %s", name, value)
		}
	}
	if g.Catalogue() != nil {
		t.Error("there is a catalogue")
	}
}

// TestGatherWhileSourcesChange swaps sources under many opens; the race
// detector watches.
func TestGatherWhileSourcesChange(t *testing.T) {
	g := newTestGatherer(t)
	c := asking(placeSignals...)
	open := openOf(t, g, "chrome", "81.2.69.142")
	geo, stop := g.Sources().Geo, make(chan struct{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			var s rules.Signals
			for {
				select {
				case <-stop:
					return
				default:
				}
				g.Gather(c, open, nil, &s, false)
				if got := written(s.Values[0]); got != "GB" && got != "?" {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	for i := range 500 {
		g.Swap(func(s *Sources) {
			if s.Geo = geo; i%2 == 0 {
				s.Geo = nil
			}
		})
	}
	close(stop)
	all.Wait()
}

func TestGatherReportsStaleSources(t *testing.T) {
	g := newTestGatherer(t)
	var s rules.Signals
	gather := func(c *rules.Campaign, address string) bool {
		return g.Gather(c, openOf(t, g, "chrome", address), nil, &s, false)
	}
	weather, stock := asking("weather.rain"), asking("stock.dune-3")
	if gather(weather, "81.2.69.142") || gather(stock, "81.2.69.142") {
		t.Error("stale while all is fresh")
	}
	c, _ := cellOf(51.5142, -0.0931)
	state := g.sources.Load().Weather.cells[c]
	state.failures, state.every, state.answered = 1, 30*time.Minute, noon.Add(-89*time.Minute)
	if gather(weather, "81.2.69.142") {
		t.Error("stale after two missed refreshes")
	}
	state.answered = noon.Add(-90 * time.Minute)
	if !gather(weather, "81.2.69.142") || !s.Values[0].Known() {
		t.Error("weather that missed three refreshes is not stale and known")
	}
	if gather(stock, "81.2.69.142") || gather(weather, "") {
		t.Error("stale by a source that was not asked")
	}
	g.sources.Load().Catalogue.(*shelf).stale = true
	if !gather(stock, "81.2.69.142") {
		t.Error("the catalogue is stale and nobody says so")
	}
}
