package signals

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// FileState is what became of a file of data that may be replaced while the
// server runs.
type FileState struct {
	Path  string    // as it was read; "": what is built in
	Error string    // why its newest version is not in use
	Since time.Time // of the error
	Last  bool      // the last good copy serves in its place
}

// DataFile is data that signals are gathered from: a file, something built in,
// or a service.
type DataFile struct {
	Name    string    `json:"name"`           // geo, relays, clients
	Holds   string    `json:"holds"`          // what is in it, for people
	File    string    `json:"file,omitempty"` // "": none, or built in
	InUse   bool      `json:"in_use"`
	BuiltIn bool      `json:"built_in,omitempty"`
	Date    time.Time `json:"date,omitzero"` // the day it is of
	Days    int       `json:"days,omitempty"`
	Old     bool      `json:"old,omitempty"`
	Why     string    `json:"why,omitempty"` // it matters that it is old, or not there
	Licence string    `json:"licence,omitempty"`
	Say     string    `json:"say,omitempty"` // what has to stand where it shows
	Error   string    `json:"error,omitempty"`
	Since   time.Time `json:"since,omitzero"` // of the error
	Do      string    `json:"do,omitempty"`
}

// Ages from which on data is old: networks move within months, clients within a
// year.
const (
	oldAddresses = 183 * 24 * time.Hour
	oldRelays    = 92 * 24 * time.Hour
	oldTables    = 366 * 24 * time.Hour
)

// Data lists all data in use, and what could be.
func (s *Sources) Data(now time.Time) []DataFile {
	list := []DataFile{s.geoData(), s.asnData(), s.relayData()}
	list = append(list, s.tableData()...)
	for i := range list {
		list[i].judge(now)
	}
	list = append(list, DataFile{
		Name: "towns", Holds: "list of towns", InUse: s.Gazetteer != nil, BuiltIn: true,
		Licence: "CC BY 4.0", Say: "Towns by GeoNames (geonames.org)",
	}, DataFile{
		Name: "zones", Holds: strings.TrimSpace("map of time zones " + s.Zones.Version()), InUse: s.Zones != nil, BuiltIn: true,
		Licence: "ODbL 1.0", Say: "Contains information from OpenStreetMap, by timezone-boundary-builder",
	}, DataFile{Name: "fonts", Holds: "Noto", InUse: true, BuiltIn: true, Licence: "SIL OFL 1.1"})
	for _, id := range slices.Sorted(maps.Keys(s.Places)) {
		list = append(list, s.state(DataFile{Name: "places " + id, Holds: fmt.Sprintf("%d places", len(s.Places[id].All())), InUse: true}))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		if state := s.Files[name]; strings.HasPrefix(name, "list ") {
			list = append(list, s.state(DataFile{Name: name, Holds: "items for recipients", InUse: state.Error == "" || state.Last}))
		}
	}
	if w := s.Weather; w != nil {
		status := w.Status()
		list = append(list, DataFile{
			Name: "weather", Holds: fmt.Sprintf("known at %d of %d points", status.Known, status.Cells), InUse: status.Known > 0, Say: w.config.Source.Attribution(),
		})
	}
	return append(list, s.feedData(now)...)
}

// state fills in what became of the file.
func (s *Sources) state(d DataFile) DataFile {
	state := s.Files[d.Name]
	d.File, d.Error, d.Since = state.Path, state.Error, state.Since
	if state.Error != "" {
		d.Do = "put a good one in its place; it is read by itself"
		if state.Last {
			d.Error += "; the last good copy serves"
		}
	}
	return d
}

func (s *Sources) geoData() DataFile {
	d := s.state(DataFile{Name: "geo", Holds: "database of places by address"})
	if s.Geo == nil {
		d.Why = "places are known of profiles with a home only"
		d.Do = cmp.Or(d.Do, "name a file with geo: in opentime.yaml, such as geo: dbip-city-lite.mmdb; opentime data fetch geo gets it")
		return d
	}
	d.describe(s.Geo.database)
	return d
}

func (s *Sources) asnData() DataFile {
	d := s.state(DataFile{Name: "asn", Holds: "database of ASNs by address"})
	if s.ASNs == nil {
		d.Why = "rented machines, and mail services' beside those listed, are taken for readers"
		d.Do = cmp.Or(d.Do, "name a file with asn: in opentime.yaml, such as asn: dbip-asn-lite.mmdb; opentime data fetch asn gets it")
		return d
	}
	d.describe(s.ASNs.database)
	return d
}

// describe fills in what is known of a database.
func (d *DataFile) describe(db *database) {
	d.Holds, d.Date, d.InUse = d.Holds+", "+db.kind, db.built, true
	switch {
	case strings.HasPrefix(db.kind, "DBIP") && strings.Contains(db.kind, "Lite"):
		d.Licence, d.Say = "CC BY 4.0", "IP Geolocation by DB-IP (https://db-ip.com), a link to it"
	case strings.HasPrefix(db.kind, "GeoLite2"):
		d.Licence = "MaxMind's GeoLite End User License Agreement"
		d.Say = "This product includes GeoLite2 Data created by MaxMind, available from https://www.maxmind.com"
	default:
		d.Licence = "as agreed with its maker"
	}
}

func (s *Sources) relayData() DataFile {
	d := s.state(DataFile{Name: "relays", Holds: "list of Apple's relay"})
	if s.Relays == nil {
		d.Why = "readers behind it are placed where the relay is"
		d.Do = cmp.Or(d.Do, "name a file with relays: in opentime.yaml, such as relays: egress-ip-ranges.csv; opentime data fetch relays gets it")
		return d
	}
	d.Holds, d.Date, d.InUse = fmt.Sprintf("%s, %d networks", d.Holds, s.Relays.ranges), s.Relays.date, true
	d.Licence = "published by Apple for this use"
	return d
}

// tableData are the tables of clients and networks: the sender's own each, then
// those built in as one.
func (s *Sources) tableData() []DataFile {
	if s.Clients == nil {
		return nil
	}
	builtIn := DataFile{Name: "clients", Holds: "tables of clients and networks:", InUse: true, BuiltIn: true}
	var own []DataFile
	for _, name := range ClientTables() {
		d := s.state(DataFile{Name: "clients/" + name, Holds: "table of your own", InUse: true})
		if date := s.Clients.dates[name]; d.File == "" {
			builtIn.Holds += " " + name
			if builtIn.Date.IsZero() || date.Before(builtIn.Date) {
				builtIn.Date = date
			}
		} else {
			d.Date = date
			if d.Error != "" && !s.Files[d.Name].Last {
				d.Error += "; the one built in serves"
			}
			own = append(own, d)
		}
	}
	if builtIn.Date.IsZero() {
		return own
	}
	return append([]DataFile{builtIn}, own...)
}

func (s *Sources) feedData(now time.Time) (list []DataFile) {
	catalogue, _ := s.Catalogue.(*Catalogue)
	if catalogue == nil {
		return nil
	}
	for _, f := range catalogue.FeedStatus() {
		d := DataFile{Name: "feed " + f.Feed, Holds: "nothing yet", File: f.Source, Error: f.Error, Since: f.Failing}
		if f.InUse != nil {
			d.InUse, d.Holds, d.Date = true, fmt.Sprintf("%d items", f.InUse.Items), f.InUse.Dated
		}
		d.count(now)
		if d.Old = f.Stale; d.Old || d.Error != "" {
			d.Do = "opentime feed status " + f.Feed
		}
		list = append(list, d)
	}
	return list
}

// count works out how old data is, in days.
func (d *DataFile) count(now time.Time) (age time.Duration) {
	if d.Date.IsZero() {
		return 0
	}
	age = max(0, now.Sub(d.Date))
	d.Days = int(age / (24 * time.Hour))
	return age
}

// judge says whether data is old, and what to do about it.
func (d *DataFile) judge(now time.Time) {
	age := d.count(now)
	limit, do, why := oldTables, "bring its rows up to date, and the day in its first line", "new clients are taken for others"
	switch {
	case d.Name == "relays":
		limit, do, why = oldRelays, "run opentime data fetch relays, every week or so", "readers behind its newer networks are placed where the relay is"
	case d.Name == "geo" || d.Name == "asn":
		limit, do, why = oldAddresses, "put a newer one in its place, which is read by itself, or run opentime data fetch "+d.Name, "networks have moved since"
	case d.BuiltIn:
		do = "install a newer release of opentime, or name tables of your own with clients:"
	}
	if d.Old = age > limit; d.Old {
		d.Why, d.Do = why, cmp.Or(d.Do, do)
	}
}
