package signals

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/oschwald/geoip2-golang/v2"
)

// Geo says where an address is, from a city database in MaxMind's format
// (GeoIP2 and GeoLite2 City, DB-IP City). It holds the file in memory, is
// never changed after loading and is safe for concurrent use.
type Geo struct {
	reader *geoip2.Reader
	file   string
	built  time.Time
	// broken remembers that one record could not be read, so that it is told
	// once and not at every open.
	broken sync.Once
	failed func(error)
	zones  zoneNames
}

// LoadGeo reads a database from the bytes of a file and looks some addresses
// up before it is trusted; name is what explain calls it. failed, which may be
// nil, is told the first record that cannot be read later on.
func LoadGeo(name string, data []byte, failed func(error)) (g *Geo, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			g, err = nil, fmt.Errorf("read geo database %s: damaged: %v", name, cause)
		}
	}()
	reader, err := geoip2.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("read geo database %s: %w", name, err)
	}
	meta := reader.Metadata()
	g = &Geo{reader: reader, file: name, built: time.Unix(int64(meta.BuildEpoch), 0).UTC(), failed: failed}
	for _, probe := range geoProbes() {
		if _, err := reader.City(probe); err != nil {
			return nil, fmt.Errorf("read geo database %s: look %s up: %w", name, probe, err)
		}
	}
	return g, nil
}

// geoProbes are addresses spread over both families.
func geoProbes() []netip.Addr {
	var probes []netip.Addr
	for i := range 256 {
		probes = append(probes, netip.AddrFrom4([4]byte{byte(i), byte(i * 7), byte(i * 13), 1}))
	}
	return append(probes, netip.MustParseAddr("2001:218::1"), netip.MustParseAddr("2a00:1450::1"), netip.MustParseAddr("81.2.69.142"))
}

// Date is the day the database was built.
func (g *Geo) Date() time.Time { return g.built }

// Lookup says where an address is. A record that cannot be read, one without a
// country, and an address the database does not hold are unknown.
func (g *Geo) Lookup(a netip.Addr) (h Here, ok bool) {
	if g == nil || !a.IsValid() {
		return Here{}, false
	}
	defer func() {
		if cause := recover(); cause != nil {
			g.fail(fmt.Errorf("look an address up in %s: %v", g.file, cause))
			h, ok = Here{}, false
		}
	}()
	city, err := g.reader.City(a.Unmap().WithZone(""))
	if err != nil {
		g.fail(fmt.Errorf("look an address up in %s: %w", g.file, err))
		return Here{}, false
	}
	if !city.HasData() || len(city.Country.ISOCode) != 2 {
		return Here{}, false
	}
	return g.hereOf(city), true
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

func (g *Geo) fail(err error) {
	g.broken.Do(func() {
		if g.failed != nil {
			g.failed(err)
		}
	})
}
