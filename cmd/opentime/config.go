package main

import (
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// configName is what a sender's own file is called.
const configName = "opentime.yaml"

// config is a sender's opentime.yaml. Paths are as written: relative to the
// file.
type config struct {
	file         string
	sender       string
	public       string
	listen       string
	admin        string
	home         string
	hosts        []string
	recipients   rules.Trust
	consent      rules.Consent
	trusted      []netip.Prefix
	zone         *time.Location
	locales      []string
	campaigns    string
	data         string
	forgotten    string // the log of who was forgotten; "": in data
	geo          string
	asn          string
	relays       string
	clients      string // folder of tables
	weather      weatherConfig
	feeds        []feedConfig
	places       []placesConfig
	lists        []listConfig
	webhooks     []webhookConfig
	attributes   []rules.Attribute
	profileFeeds []profileFeedConfig
	fonts        []string // beside those built in, such as one for Chinese
	segments     *strict.Node
	codes        []string // pools of single-use codes
	keep         keepConfig
	origins      []string                // of web pages that may ask for decisions
	at           map[string]*strict.Node // where the keys that are written stand
}

// weatherConfig is where weather comes from; from is "" without any.
type weatherConfig struct {
	from    string // met.no, open-meteo, openweather or file
	contact string // met.no wants to know who asks
	file    string
	age     time.Duration
}

// feedConfig is a feed of items: a file or a URL.
type feedConfig struct {
	id         string
	node       *strict.Node
	url, file  string
	format     signals.FeedFormat
	refresh    time.Duration
	currency   string
	attributes []rules.Attribute
	guard      feedGuard
	pictures   []string // hosts that item pictures are fetched from; nil: where links and the feed are
}

// feedGuard has the shares from which on a feed is refused: of items gone, of
// prices of 0, of rows whose item an earlier one has, of images gone; 0: 40 %.
type feedGuard struct {
	lost, zeroPrices, duplicates, images float64
}

// listConfig is a list of items that is imported.
type listConfig struct {
	id, file string
	node     *strict.Node
}

// placesConfig is a list of places.
type placesConfig struct {
	id    string
	node  *strict.Node
	file  string
	route string // with {lat} and {lon}; "" for the default
}

// webhookConfig is a shop system that tells of its stock.
type webhookConfig struct {
	signals.Webhook
	node *strict.Node
}

// keepConfig is for how long things are kept.
type keepConfig struct {
	journal, shown, behaviour time.Duration
}

// day is what keep and age count in.
const day = 24 * time.Hour

// defaultConfig is what a file that says nothing comes to.
func defaultConfig(file string) config {
	return config{
		file: file, public: "http://127.0.0.1:8080", listen: "127.0.0.1:8080", admin: "127.0.0.1:8081",
		recipients: rules.Signed, consent: rules.ConsentAggregate, campaigns: "campaigns", data: "data",
		keep:    keepConfig{journal: 90 * day, shown: 90 * day, behaviour: people.KeepBehaviour},
		weather: weatherConfig{age: 3 * time.Hour},
	}
}

// needsRestart returns the keys that differ in a newer file and that a running
// server cannot change.
func (c *config) needsRestart(newer *config) []string {
	var changed []string
	for _, k := range []struct {
		key  string
		same bool
	}{
		{"sender", c.sender == newer.sender},
		{"public", c.public == newer.public},
		{"home", c.home == newer.home},
		{"hosts", slices.Equal(c.hosts, newer.hosts)},
		{"timezone", c.zone.String() == newer.zone.String()},
		{"listen", c.listen == newer.listen},
		{"admin", c.admin == newer.admin},
		{"data", c.data == newer.data},
		{"forgotten", c.forgotten == newer.forgotten},
		{"recipients", c.recipients == newer.recipients},
		{"consent", c.consent == newer.consent},
		{"trusted_proxies", slices.Equal(c.trusted, newer.trusted)},
		{"weather", c.weather == newer.weather},
		{"keep", c.keep == newer.keep},
		{"origins", slices.Equal(c.origins, newer.origins)},
		{"fonts", slices.Equal(c.fonts, newer.fonts)},
		{"feeds", slices.EqualFunc(c.feeds, newer.feeds, feedConfig.same)},
		{"profiles.feeds", slices.EqualFunc(c.profileFeeds, newer.profileFeeds, profileFeedConfig.same)},
		{"webhooks", slices.EqualFunc(c.webhooks, newer.webhooks, webhookConfig.same)},
	} {
		if !k.same {
			changed = append(changed, k.key)
		}
	}
	return changed
}

// same reports whether two feeds are declared alike.
func (f feedConfig) same(o feedConfig) bool {
	return f.id == o.id && f.url == o.url && f.file == o.file && f.format == o.format &&
		f.refresh == o.refresh && f.currency == o.currency && f.guard == o.guard && slices.Equal(f.pictures, o.pictures) &&
		slices.EqualFunc(f.attributes, o.attributes, func(a, b rules.Attribute) bool { return a.Name == b.Name && a.Type == b.Type })
}

// same reports whether two webhooks are declared alike.
func (w webhookConfig) same(o webhookConfig) bool {
	return w.ID == o.ID && w.From == o.From && w.Attribute == o.Attribute && w.BySKU == o.BySKU && w.Prices == o.Prices && sameOrders(w.Orders, o.Orders) &&
		maps.Equal(w.Locations, o.Locations)
}

// sameOrders reports whether orders are told alike.
func sameOrders(a, b *signals.Orders) bool { return a == b || a != nil && b != nil && *a == *b }

// loadConfig reads opentime.yaml and says everything that is wrong with it.
func loadConfig(file string, data []byte) (config, []strict.Problem) {
	c := defaultConfig(file)
	root, problems := strict.Parse(file, data)
	if root == nil {
		return c, problems
	}
	r := &configReader{Reader: strict.Reader{Problems: problems}, c: &c}
	c.at = map[string]*strict.Node{}
	for _, e := range root.Entries {
		c.at[e.Key.Text] = e.Value
	}
	r.Map(root, configFields.Read(r.keys()))
	r.requireAttributes()
	r.requireFeedNames()
	r.require(root)
	return c, r.Problems
}

// configReader reads the keys of opentime.yaml into c.
type configReader struct {
	strict.Reader
	c *config
}

// keys are the keys of opentime.yaml, as LANGUAGE's table has them.
func (r *configReader) keys() strict.Keys {
	c := r.c
	return strict.Keys{
		"sender":          func(n *strict.Node) { c.sender = r.ID(n) },
		"public":          func(n *strict.Node) { c.public = strings.TrimRight(r.link(n), "/") },
		"listen":          func(n *strict.Node) { c.listen = r.address(n) },
		"admin":           func(n *strict.Node) { c.admin = r.address(n) },
		"home":            func(n *strict.Node) { c.home = r.link(n) },
		"hosts":           func(n *strict.Node) { c.hosts = r.hosts(n) },
		"recipients":      func(n *strict.Node) { c.recipients = r.recipients(n) },
		"consent":         func(n *strict.Node) { c.consent = r.consent(n) },
		"trusted_proxies": func(n *strict.Node) { c.trusted = r.networks(n) },
		"timezone":        func(n *strict.Node) { c.zone = r.zone(n) },
		"locales":         func(n *strict.Node) { c.locales = r.locales(n) },
		"campaigns":       func(n *strict.Node) { c.campaigns = r.below(n) },
		"data":            func(n *strict.Node) { c.data = r.Text(n) },
		"forgotten":       func(n *strict.Node) { c.forgotten = r.Text(n) },
		"geo":             func(n *strict.Node) { c.geo = r.Text(n) },
		"asn":             func(n *strict.Node) { c.asn = r.Text(n) },
		"relays":          func(n *strict.Node) { c.relays = r.Text(n) },
		"clients":         func(n *strict.Node) { c.clients = r.Text(n) },
		"weather":         r.weather,
		"feeds":           func(n *strict.Node) { r.each(n, r.feed) },
		"places":          func(n *strict.Node) { r.each(n, r.placesList) },
		"lists":           func(n *strict.Node) { r.each(n, r.list) },
		"webhooks":        func(n *strict.Node) { r.each(n, r.webhook) },
		"profiles":        r.profiles,
		"segments":        func(n *strict.Node) { c.segments = r.segments(n) },
		"keep":            r.keep,
		"fonts":           func(n *strict.Node) { c.fonts = r.Texts(n) },
		"store":           r.later("store"),
		"codes":           func(n *strict.Node) { c.codes = r.ids(n) },
		"origins":         func(n *strict.Node) { c.origins = r.origins(n) },
	}
}

// later says of a key that belongs to the language that it cannot be used yet.
func (r *configReader) later(key string) func(*strict.Node) {
	return func(n *strict.Node) { r.Errorf(n, "%q is not supported yet; remove it", key) }
}

// require says what is missing, and that home is where a click may lead.
func (r *configReader) require(root *strict.Node) {
	home, err := url.Parse(r.c.home)
	if err == nil && r.c.home != "" && len(r.Problems) == 0 && root.Find("hosts") != nil && !rules.IsHost(home.Hostname(), r.c.hosts) {
		r.Errorf(root.Find("home"), "%q is not among hosts, the only ones a link may lead to; add it there", home.Hostname())
	}
	for _, key := range []string{"sender", "home", "hosts"} {
		if root.Find(key) == nil {
			r.Errorf(root, "%q is missing; write %s", key, map[string]string{
				"sender": "sender: your-name, which is in every link and never changes",
				"home":   "home: https://..., where a click goes when nothing is left",
				"hosts":  "hosts: [...], the only hosts a link may lead to",
			}[key])
		}
	}
}

// each calls read for each entry of a map of ids.
func (r *configReader) each(n *strict.Node, read func(id string, n *strict.Node)) {
	if n.Kind != strict.Map {
		r.Errorf(n, "expected a map of ids; write id: value pairs")
		return
	}
	for _, e := range n.Entries {
		read(r.ID(e.Key), e.Value)
	}
}

func (r *configReader) weather(n *strict.Node) {
	w := &r.c.weather
	r.Map(n, weatherFields.Read(strict.Keys{
		"from":    func(n *strict.Node) { w.from = r.OneOf(n, weatherSources[:]...) },
		"contact": func(n *strict.Node) { w.contact = r.Text(n) },
		"file":    func(n *strict.Node) { w.file = r.Text(n) },
		"age":     func(n *strict.Node) { w.age = r.Duration(n) },
	}))
	switch {
	case n.Kind != strict.Map:
	case n.Find("from") == nil:
		r.Errorf(n, `weather has no "from"; write from: met.no, open-meteo, openweather or file`)
	case w.from == "met.no" && w.contact == "":
		r.Errorf(n, `met.no wants to know who asks; write contact: and an address of yours`)
	case w.from == "file" && w.file == "":
		r.Errorf(n, `weather from a file needs it; write file: and its path`)
	}
}

func (r *configReader) feed(id string, n *strict.Node) {
	f := feedConfig{id: id, node: n, refresh: 15 * time.Minute}
	r.Map(n, feedFields.Read(strict.Keys{
		"url":        func(n *strict.Node) { f.url = r.link(n) },
		"file":       func(n *strict.Node) { f.file = r.Text(n) },
		"refresh":    func(n *strict.Node) { f.refresh = r.Duration(n) },
		"currency":   func(n *strict.Node) { f.currency = r.currency(n) },
		"attributes": func(n *strict.Node) { f.attributes = r.attributes(n, false) },
		"pictures":   func(n *strict.Node) { f.pictures = r.pictureHosts(n) },
		"guard": func(n *strict.Node) {
			r.Map(n, guardFields.Read(strict.Keys{
				"lost":        func(n *strict.Node) { f.guard.lost = r.share(n) },
				"zero_prices": func(n *strict.Node) { f.guard.zeroPrices = r.share(n) },
				"duplicates":  func(n *strict.Node) { f.guard.duplicates = r.share(n) },
				"images":      func(n *strict.Node) { f.guard.images = r.share(n) },
			}))
		},
		"format": func(n *strict.Node) { f.format, _ = signals.ParseFeedFormat(r.OneOf(n, signals.FeedFormats()...)) },
	}))
	if n.Kind == strict.Map && n.Find("format") == nil {
		f.format = signals.FeedFormatOf(f.file)
		if u, err := url.Parse(f.url); err == nil && f.file == "" {
			f.format = signals.FeedFormatOf(u.Path)
		}
	}
	r.oneSource(id, n)
	r.c.feeds = append(r.c.feeds, f)
}

// oneSource says where a feed has not one source.
func (r *configReader) oneSource(id string, n *strict.Node) {
	switch hasURL, hasFile := n.Find("url") != nil, n.Find("file") != nil; {
	case n.Kind != strict.Map:
	case hasURL && hasFile:
		r.Errorf(n, "feed %q has two sources; remove url: or file:", id)
	case !hasURL && !hasFile:
		r.Errorf(n, "feed %q has no source; write url: or file:", id)
	}
}

func (r *configReader) placesList(id string, n *strict.Node) {
	p := placesConfig{id: id, node: n}
	if n.Kind == strict.Scalar {
		p.file = r.Text(n)
	} else {
		r.Map(n, placesFields.Read(strict.Keys{
			"file":    func(n *strict.Node) { p.file = r.Text(n) },
			"url":     r.later("url"),
			"refresh": r.later("refresh"),
			"route":   func(n *strict.Node) { p.route = r.route(n) },
		}))
		if n.Find("file") == nil && n.Find("url") == nil {
			r.Errorf(n, "places %q have no source; write file: and the path of a CSV or JSON Lines", id)
		}
	}
	r.c.places = append(r.c.places, p)
}

func (r *configReader) list(id string, n *strict.Node) {
	r.c.lists = append(r.c.lists, listConfig{id, r.Text(n), n})
}

func (r *configReader) profiles(n *strict.Node) {
	r.Map(n, profilesFields.Read(strict.Keys{
		"attributes": func(n *strict.Node) { r.c.attributes = r.attributes(n, true) },
		"feeds":      func(n *strict.Node) { r.each(n, r.profileFeed) },
	}))
}

func (r *configReader) keep(n *strict.Node) {
	k := &r.c.keep
	r.Map(n, keepFields.Read(strict.Keys{
		"journal":   func(n *strict.Node) { k.journal = r.Duration(n) },
		"shown":     func(n *strict.Node) { k.shown = r.Duration(n) },
		"behaviour": func(n *strict.Node) { k.behaviour = r.Duration(n) },
	}))
}

// segments looks at the outside of segments: campaigns read them where they name
// them.
func (r *configReader) segments(n *strict.Node) *strict.Node {
	r.each(n, func(_ string, n *strict.Node) {
		if r.IsMap(n) && len(n.Entries) == 0 {
			r.Errorf(n, "no condition is written; write one, or remove the segment")
		}
	})
	return n
}
