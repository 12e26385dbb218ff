package signals

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
)

// Sources is everything a Gatherer gathers from. Each may be nil: what it
// supplies is then unknown.
type Sources struct {
	Attributes []rules.Attribute // declared for profiles
	Clients    *Clients
	Geo        *Geo
	ASNs       *ASNs
	Relays     *Relays
	Zones      *Zones
	Gazetteer  *Gazetteer
	Places     map[string]*Places // by the list's id
	Weather    *Weather
	Catalogue  Stockroom // a *Catalogue
	Lists      Lists     // of items, by what recipients did
	// Results is how many recipients gave an answer last in a campaign's block.
	Results func(campaign, block, answer string) int64
	Files   map[string]FileState // what became of files, by the name of a DataFile; never changed
}

// Gatherer fills the signals of opens. It is safe for concurrent use; its
// sources are swapped whole, and an open sees those of one moment.
type Gatherer struct {
	sources atomic.Pointer[Sources]
	writing sync.Mutex // held by Swap
	zones   zoneNames
}

// NewGatherer returns a Gatherer over sources.
func NewGatherer(sources Sources) *Gatherer {
	g := &Gatherer{}
	g.sources.Store(&sources)
	return g
}

// Swap changes sources: change gets a copy of those in use. A change that
// loads something should have loaded it before, and keep what was where that
// failed.
func (g *Gatherer) Swap(change func(*Sources)) {
	g.writing.Lock()
	defer g.writing.Unlock()
	next := *g.sources.Load()
	change(&next)
	g.sources.Store(&next)
}

// Sources returns the sources in use.
func (g *Gatherer) Sources() Sources { return *g.sources.Load() }

// Clients returns the client tables in use.
func (g *Gatherer) Clients() *Clients { return g.sources.Load().Clients }

// Catalogue returns the catalogue in use; nil if there is none.
func (g *Gatherer) Catalogue() *Catalogue {
	catalogue, _ := g.sources.Load().Catalogue.(*Catalogue)
	return catalogue
}

// gathering is what one Gather works on.
type gathering struct {
	*Gatherer
	from     *Sources
	campaign *rules.Campaign
	open     *Open
	profile  *rules.Profile // nil: nothing known, or nothing to be known
	why      bool
	here     Here
	located  bool // here was looked up
	report   Report
	sky      skyState
	away     bool    // the weather's source is
	near     nearest // of the list asked for last
	cart     rules.Cart
	carted   bool // the cart was looked up
	items    rules.Items
}

// skyState says whether the weather was asked for, and known.
type skyState uint8

const (
	skyUnasked skyState = iota
	skyUnknown
	skyKnown
)

// Gather fills s with what is known at an open, for the signals the campaign
// asks about and no others. What the open's trust does not let be known stays
// unknown; profile is nil where nothing is known of the recipient. It does no
// I/O. With why it also fills s.Origins, for explain. s is reused: what it held
// before is gone. It reports whether a polled source that the campaign uses is
// stale: s then holds its last good data or, after longer, does not know.
func (g *Gatherer) Gather(c *rules.Campaign, open *Open, profile *rules.Profile, s *rules.Signals, why bool) (stale bool) {
	x := gathering{Gatherer: g, from: g.sources.Load(), campaign: c, open: open, why: why}
	if open.Trust >= rules.Claimed {
		x.profile = profile
	}
	values, origins, history := s.Values, s.Origins, s.History[:0]
	*s = rules.Signals{
		At: open.At, Recipient: open.Recipient, Trust: open.Trust, Class: open.Client.Class,
		Values: sized(values, len(c.Signals)), Locale: x.locale(),
	}
	if open.Trust == rules.Anonymous {
		s.Recipient = ""
	}
	if why {
		s.Origins = sized(origins, len(c.Signals))
	}
	if x.from.Catalogue != nil && c.Catalogue != "" {
		x.items = x.from.Catalogue.Items(c.Catalogue)
		s.Items = x.items
	}
	for i := range c.Signals {
		value, origin := x.signal(&c.Signals[i])
		s.Values[i] = value
		if why {
			s.Origins[i] = origin
		}
	}
	x.remember(s, history)
	x.rank(s)
	s.Zone = x.zone()
	s.HereFrom = x.here.From
	return x.away || x.from.Catalogue != nil && x.from.Catalogue.Stale(c)
}

// sized returns list emptied, as long as asked.
func sized[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// signal returns one signal and, if asked why, where it comes from.
func (x *gathering) signal(sig *rules.Signal) (rules.Value, string) {
	switch sig.Source {
	case rules.ClientSource:
		return x.client(sig.Key), x.origin("client: ", x.open.Client.Why)
	case rules.HereSource:
		x.locate()
		return x.hereValue(sig.Key), x.here.Origin
	case rules.NearSource:
		return x.nearValue(sig.At, sig.Key)
	case rules.WeatherSource:
		return x.weather(sig.Key)
	case rules.StockSource:
		return x.stock(sig)
	case rules.ItemSource:
		return x.item(sig)
	case rules.ProfileSource:
		return x.attribute(sig)
	case rules.ParameterSource:
		return x.parameter(sig)
	case rules.ResultsSource:
		return x.results(sig)
	case rules.CartSource, rules.InterestSource, rules.FirstOpenSource, rules.AnsweredSource:
		return x.behaviour(sig)
	}
	return rules.Value{}, ""
}

// origin joins the parts of an origin, if anybody asked.
func (x *gathering) origin(parts ...string) string {
	if !x.why {
		return ""
	}
	return strings.Join(parts, "")
}

// locale is the profile's, else the link's.
func (x *gathering) locale() string {
	if x.profile != nil && x.profile.Locale != "" {
		return x.profile.Locale
	}
	return x.open.Locale
}

// zone is the profile's, else here's; nil: the campaign's. Where no signal of
// the campaign is of the calendar, nobody will ask and nothing is looked up.
func (x *gathering) zone() *time.Location {
	if x.profile != nil {
		if zone := x.zones.load(x.profile.Zone); zone != nil {
			return zone
		}
	}
	if x.located || x.calendar() {
		x.locate()
	}
	return x.hereZone()
}

// calendar reports whether anything of the campaign may be told on the
// recipient's clock.
func (x *gathering) calendar() bool {
	if x.campaign.Catalogue != "" {
		return true
	}
	for i := range x.campaign.Signals {
		sig := &x.campaign.Signals[i]
		switch sig.Type {
		case rules.Time, rules.Weekday, rules.Month, rules.Date, rules.Yearly, rules.Moment:
			return true
		}
		if sig.Source == rules.ClockSource {
			return true
		}
	}
	return false
}

// client returns a signal of the client's. Behind a proxy, and for a copy
// fetched ahead, nobody knows what the reader reads with.
func (x *gathering) client(key string) rules.Value {
	c := &x.open.Client
	if key == "class" {
		return text(c.Class.String())
	}
	if c.Class.HidesReader() {
		return rules.Value{}
	}
	switch {
	case key == "app":
		return text(c.App)
	case key == "os":
		return text(c.OS)
	case key == "mobile" && c.OS != "":
		return boolean(c.Mobile)
	}
	return rules.Value{}
}

// attribute returns an attribute of the profile: from a keyed link on all of
// them, from a claimed one what is open.
func (x *gathering) attribute(sig *rules.Signal) (rules.Value, string) {
	if x.profile == nil {
		return rules.Value{}, x.origin("no profile is known")
	}
	all := x.open.Trust >= rules.Keyed
	value, open := rules.Value{}, true
	switch {
	case sig.Index >= 0:
		value, open = x.profile.Value(sig), all || x.isOpen(sig)
	case sig.Key == "locale":
		value = text(x.profile.Locale)
	case sig.Key == "zone":
		value = text(x.profile.Zone)
	case sig.Key == "country":
		value = text(x.profile.Country)
	case sig.Key == "city":
		value, open = text(x.profile.City), false
	case sig.Key == "postcode":
		value, open = text(x.profile.Postcode), false
	}
	if !all && !open {
		return rules.Value{}, x.origin("hidden: the link does not prove its recipient")
	}
	return value, x.origin("profile")
}

// isOpen reports whether an attribute is declared as open.
func (x *gathering) isOpen(sig *rules.Signal) bool {
	i := rules.PlaceOf(x.from.Attributes, sig.Key, sig.Index)
	return i >= 0 && x.from.Attributes[i].Open
}

// text is a text, or unknown where there is none.
func text(s string) rules.Value {
	if s == "" {
		return rules.Value{}
	}
	return rules.Value{Type: rules.Text, Text: s}
}

func boolean(b bool) rules.Value {
	if b {
		return rules.Value{Type: rules.Boolean, N: 1}
	}
	return rules.Value{Type: rules.Boolean}
}
