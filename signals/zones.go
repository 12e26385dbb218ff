package signals

import (
	"fmt"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // a container without zone files has the zones too

	"github.com/ringsaturn/tzf"
)

// Zones tells the time zone of a point on the map. It is safe for concurrent
// use.
type Zones struct {
	finder tzf.F
	names  zoneNames
	seen   recall[point, *time.Location] // towns', mostly: finding one costs 3 us
}

// point is one on the map.
type point struct{ lat, lon float64 }

// LoadZones unpacks the map of zones that is built in. It takes some hundred
// milliseconds: once a process.
func LoadZones() (z *Zones, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			z, err = nil, fmt.Errorf("load map of time zones: %v", cause)
		}
	}()
	finder, err := tzf.NewDefaultFinder()
	if err != nil {
		return nil, fmt.Errorf("load map of time zones: %w", err)
	}
	return &Zones{finder: finder}, nil
}

// At returns the zone of a point, or nil if it has none or Zones is nil.
func (z *Zones) At(lat, lon float64) *time.Location {
	if z == nil {
		return nil
	}
	p := point{lat, lon}
	hash := math.Float64bits(lat) ^ bits.RotateLeft64(math.Float64bits(lon), 21)
	if zone, ok := z.seen.find(p, hash); ok {
		return zone
	}
	zone := z.names.load(z.finder.GetTimezoneName(lon, lat))
	z.seen.keep(p, hash, zone)
	return zone
}

// Version is the version of the map, such as 2025b; "" if there is none.
func (z *Zones) Version() string {
	if z == nil {
		return ""
	}
	return z.finder.DataVersion()
}

// zoneNames keeps the zones that were asked for by name. The zero value is
// ready; it is safe for concurrent use and bounded.
type zoneNames struct {
	zones sync.Map // string to *time.Location, nil for names nobody knows
	count atomic.Int32
}

// maxZoneNames bounds the names kept: there are some 600 zones, the rest are
// typing mistakes.
const maxZoneNames = 4096

// load is time.LoadLocation that reads each zone once. It returns nil for a
// zone nobody knows, for "" and for "Local".
func (n *zoneNames) load(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	if z, ok := n.zones.Load(name); ok {
		return z.(*time.Location)
	}
	if n.count.Add(1) > maxZoneNames {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = nil
	}
	n.zones.Store(name, z)
	return z
}
