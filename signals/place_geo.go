package signals

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

// Geo says where an address is, from a database of towns or of countries:
// GeoIP2 and GeoLite2 City, Country and Enterprise, DB-IP's City, Country and
// Location. It is safe for concurrent use.
type Geo struct {
	*database
	zones zoneNames
	seen  recall[uintptr, Here] // by where a record stands: decoding one costs 1 us
}

// LoadGeo reads a database and looks at all of it before it is trusted. last,
// which may be nil, is the one whose place it takes: what looks like a damaged
// copy of that is an error. failed, which may be nil, is told the first record
// that cannot be read later on.
func LoadGeo(f AddressFile, last *Geo, failed func(error)) (*Geo, error) {
	g := &Geo{}
	db, proven, err := openDatabase(f, failed, func(result maxminddb.Result) error {
		var city geoip2.City
		if err := result.Decode(&city); err != nil {
			return err
		}
		return goodPlace(&city)
	})
	if err != nil {
		return nil, err
	}
	if g.database = db; !hasPlaces(db.data) {
		return nil, fmt.Errorf("read database %s: it is a %s, which knows no places; take a City or Country one of MaxMind's or DB-IP's", f.Name, db.kind)
	}
	if last == nil || proven {
		return g, nil
	}
	if err := db.replaces(last.database, func(a netip.Addr) (known, differs bool) {
		was, known := last.Lookup(a)
		is, _ := g.Lookup(a)
		return known, was.Country != is.Country
	}); err != nil {
		return nil, err
	}
	return g, nil
}

// hasPlaces reports whether a database is of a kind that knows places: geoip2
// has a list of them.
func hasPlaces(data []byte) bool {
	reader, err := geoip2.OpenBytes(data)
	if err != nil {
		return false
	}
	_, err = reader.City(netip.IPv4Unspecified())
	return err == nil
}

// Date is the day the database was built.
func (d *database) Date() time.Time { return d.built }

// Lookup says where an address is. A record that cannot be read, one without a
// country, and an address the database does not hold are unknown.
func (g *Geo) Lookup(a netip.Addr) (Here, bool) {
	if g == nil {
		return Here{}, false
	}
	var here Here
	ok := g.find(a, func(result maxminddb.Result) error {
		at := result.Offset()
		var known bool
		if here, known = g.seen.find(at, uint64(at)); known {
			return nil
		}
		var city geoip2.City
		if err := result.Decode(&city); err != nil {
			return err
		}
		if isCountry(city.Country.ISOCode) && city.Country.ISOCode != "ZZ" {
			here = g.hereOf(&city)
		}
		g.seen.keep(at, uint64(at), here)
		return nil
	})
	return here, ok && here.Country != ""
}

// hereOf turns a record into a Here. A point outside the world is none.
func (g *Geo) hereOf(city *geoip2.City) Here {
	h := Here{Country: city.Country.ISOCode, City: city.City.Names.English}
	if len(city.Subdivisions) > 0 {
		h.Region = city.Subdivisions[0].Names.English
	}
	if city.Location.HasCoordinates() && h.City != "" {
		lat, lon := *city.Location.Latitude, *city.Location.Longitude
		if lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 {
			h.Lat, h.Lon, h.HasPoint = lat, lon, true
		}
	}
	h.Zone = g.zones.load(city.Location.TimeZone)
	return h
}
