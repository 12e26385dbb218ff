package signals

import (
	"math"
	"time"

	"example.com/opentime/rules"
)

// Here says where the recipient of an open is, and where that comes from:
// their address, Apple's relay (their country), their profile's home, or
// nothing.
func (g *Gatherer) Here(open *Open, profile *rules.Profile) Here {
	x := gathering{Gatherer: g, from: g.sources.Load(), open: open, why: true}
	if open.Trust >= rules.Claimed {
		x.profile = profile
	}
	x.locate()
	x.here.Zone = x.hereZone()
	return x.here
}

// locate works out here, once.
func (x *gathering) locate() {
	if x.located {
		return
	}
	x.located = true
	x.here = x.place()
}

// hereZone is the zone of here: what the address says, else that of its point.
func (x *gathering) hereZone() *time.Location {
	if x.here.Zone == nil && x.here.HasPoint {
		return x.from.Zones.At(x.here.Lat, x.here.Lon)
	}
	return x.here.Zone
}

// place finds here. An address only speaks for a person: a proxy's says where
// the proxy is. A relay's says the country; a home in that country says more.
func (x *gathering) place() Here {
	home, atHome := x.home()
	if country, ok := x.relay(); ok {
		if atHome && home.Country == country {
			return home
		}
		return Here{Country: country, From: rules.FromRelay, Origin: x.origin("the country of Apple's relay")}
	}
	if x.open.Client.Class == rules.Person && x.open.Client.Located {
		if h, ok := x.from.Geo.Lookup(x.open.Address); ok {
			h.From = rules.FromAddress
			if x.why {
				h.Origin = "address " + x.open.Address.String() + " via " + x.from.Geo.file +
					" (" + x.from.Geo.built.Format(time.DateOnly) + ")"
			}
			return h
		}
	}
	if atHome {
		return home
	}
	return Here{Origin: x.origin("neither address nor profile tells")}
}

// relay returns the country of a relay's address. A scanner's is nobody's.
func (x *gathering) relay() (string, bool) {
	class := x.open.Client.Class
	if class != rules.Person && class != rules.Prefetcher {
		return "", false
	}
	return x.from.Relays.Country(x.open.Address)
}

// home is the profile's, as far as the link's trust lets it be known.
func (x *gathering) home() (Here, bool) {
	p := x.profile
	if p == nil || p.Country == "" {
		return Here{}, false
	}
	h := Here{Country: upperCountry(p.Country), From: rules.FromProfile, Origin: x.origin("profile home")}
	if x.open.Trust < rules.Keyed || p.City == "" {
		return h, true
	}
	h.City = p.City
	h.Lat, h.Lon, h.HasPoint = x.from.Gazetteer.Find(h.Country, p.City)
	return h, true
}

// upperCountry is the code in upper case, without allocating where it is.
func upperCountry(code string) string {
	if len(code) == 2 && code[0] >= 'a' && code[1] >= 'a' {
		return string([]byte{code[0] - 'a' + 'A', code[1] - 'a' + 'A'})
	}
	return code
}

func (x *gathering) hereValue(key string) rules.Value {
	switch key {
	case "country":
		return text(x.here.Country)
	case "region":
		return text(x.here.Region)
	case "city":
		return text(x.here.City)
	case "from":
		return text(x.here.From.String())
	}
	return rules.Value{}
}

// nearest is the place nearest to here, of one list.
type nearest struct {
	list  string
	place *Place
	km    float64
	state State
}

// nearestOf finds the place of a list that is nearest to here; nil where here
// has no point or the list no place.
func (x *gathering) nearestOf(list string) *nearest {
	if x.near.list == list {
		return &x.near
	}
	x.near = nearest{list: list}
	x.locate()
	places := x.from.Places[list]
	if places == nil || !x.here.HasPoint {
		return &x.near
	}
	x.near.place, x.near.km = places.Nearest(x.here.Lat, x.here.Lon)
	if p := x.near.place; p != nil && p.Hours != nil {
		x.near.state = p.Hours.At(x.open.At, p.Zone)
	}
	return &x.near
}

func (x *gathering) nearValue(list, key string) (rules.Value, string) {
	near := x.nearestOf(list)
	p := near.place
	if p == nil {
		return rules.Value{}, x.origin("no point is known to be near to (", x.here.Origin, ")")
	}
	return near.value(key), x.origin("places ", list, ": ", p.ID, ", nearest to ", x.here.Origin)
}

func (n *nearest) value(key string) rules.Value {
	p := n.place
	switch key {
	case "id":
		return text(p.ID)
	case "name":
		return text(p.Name)
	case "distance_km":
		// To 100 m: an address says no more, and pictures are shared.
		return rules.Value{Type: rules.Number, N: int64(math.Round(n.km*10)) * (rules.Million / 10)}
	case "address":
		return text(p.Address)
	case "city":
		return text(p.City)
	case "url":
		return text(p.URL)
	case "route":
		return text(p.Route)
	case "open":
		if p.Hours != nil {
			return boolean(n.state.Open)
		}
	case "closes":
		if n.state.Open {
			return closingTime(n.state.Change, p.Zone)
		}
	}
	return rules.Value{}
}

// closingTime is the time of day of an instant; the zero one is unknown.
// Midnight is 24:00.
func closingTime(at time.Time, zone *time.Location) rules.Value {
	if at.IsZero() {
		return rules.Value{}
	}
	hour, minute, second := at.In(zone).Clock()
	n := int64(hour*3600 + minute*60 + second)
	if n == 0 {
		n = dayLength
	}
	return rules.Value{Type: rules.Time, N: n}
}
