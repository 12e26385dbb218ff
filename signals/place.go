package signals

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// Place is a physical location of the sender: a shop, a cinema.
type Place struct {
	ID, Name, Address, City, Country string
	URL                              string
	// Route is a link that shows the way there.
	Route    string
	Lat, Lon float64
	Zone     *time.Location
	Hours    *Hours // nil: unknown
	unit     vector
}

// PlaceList says what LoadPlaces has to know beside the file itself.
type PlaceList struct {
	ID    string
	File  string   // for problems
	Route string   // a link with {lat} and {lon}; "": OpenStreetMap's directions
	Hosts []string // the only hosts url may have, "*." for subdomains; nil: any
	Zones *Zones   // for places without a zone of their own
	Zone  *time.Location
}

// DefaultRoute is where a place without a route of the sender's leads.
const DefaultRoute = "https://www.openstreetmap.org/directions?to={lat},{lon}"

// limits of a list of places.
const (
	maxPlaces    = 20_000
	maxPlaceText = 200
	maxPlaceFile = 16 << 20
)

// LoadPlaces reads a CSV of the columns id, name, address, city, country, lat,
// lon, url, phone, hours and zone, in any order; id, name, lat and lon are
// required. A row that cannot be right is left out and told as a Problem with
// its line; the list is nil where the file as a whole is no list.
func LoadPlaces(l PlaceList, data []byte) (*Places, []strict.Problem) {
	r := placeReader{list: l, seen: map[string]int{}}
	if !r.header(data) {
		return nil, r.problems
	}
	r.rows()
	return newPlaces(l.ID, r.places), strict.Sort(r.problems)
}

type placeReader struct {
	list     PlaceList
	csv      *csvRows
	columns  map[string]int
	seen     map[string]int // line by id
	places   []*Place
	problems []strict.Problem
}

var placeColumns = [...]string{"id", "name", "address", "city", "country", "lat", "lon", "url", "phone", "hours", "zone"}

func (r *placeReader) problem(line int, format string, args ...any) {
	r.problems = append(r.problems, strict.Problem{File: r.list.File, Line: line, Col: 1, Text: fmt.Sprintf(format, args...)})
}

// header reads the first line and reports whether rows can follow.
func (r *placeReader) header(data []byte) bool {
	switch {
	case len(data) > maxPlaceFile:
		r.problem(1, "the file has %d bytes; write at most %d", len(data), maxPlaceFile)
		return false
	case !utf8.Valid(data):
		r.problem(1, "the file is not UTF-8; save it as UTF-8")
		return false
	}
	if !validRoute(r.list.Route) {
		r.problem(1, "the route %q is no link with {lat} and {lon}; write https://maps.example/?to={lat},{lon}", r.list.Route)
		return false
	}
	r.csv = newCSV(bytes.TrimPrefix(data, []byte("\uFEFF")))
	names, line, err := r.csv.next()
	if err != nil {
		r.problem(line, "the file has no line of column names; write %s", strings.Join(placeColumns[:], ","))
		return false
	}
	r.columns = map[string]int{}
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		known := false
		for _, column := range placeColumns {
			known = known || name == column
		}
		if !known {
			r.problem(line, "unknown column %q; %s", name, strict.DidYouMean(name, placeColumns[:]))
			continue
		}
		r.columns[name] = i
	}
	for _, name := range []string{"id", "name", "lat", "lon"} {
		if _, ok := r.columns[name]; !ok {
			r.problem(line, "the column %q is missing; add it", name)
		}
	}
	return !strict.Bad(r.problems)
}

func validRoute(route string) bool {
	if route == "" {
		return true
	}
	u, err := url.Parse(strings.NewReplacer("{lat}", "1", "{lon}", "1").Replace(route))
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil &&
		strings.Contains(route, "{lat}") && strings.Contains(route, "{lon}")
}

func (r *placeReader) rows() {
	for {
		fields, line, err := r.csv.next()
		if errors.Is(err, errNoMoreRows) {
			return
		}
		if err != nil {
			r.problem(line, "%v; write commas between values and quotes around a value with a comma", err)
			continue
		}
		if len(fields) == 1 && fields[0] == "" {
			continue
		}
		if len(r.places) >= maxPlaces {
			r.problem(line, "more than %d places; split the list", maxPlaces)
			return
		}
		if p := r.row(fields, line); p != nil {
			r.places = append(r.places, p)
		}
	}
}

// row reads one place, or returns nil after telling why it cannot.
func (r *placeReader) row(fields []string, line int) *Place {
	before := len(r.problems)
	get := func(column string) string {
		i, ok := r.columns[column]
		if !ok || i >= len(fields) {
			return ""
		}
		text := strings.TrimSpace(fields[i])
		if utf8.RuneCountInString(text) > maxPlaceText && column != "hours" && column != "url" {
			r.problem(line, "%s has more than %d characters; shorten it", column, maxPlaceText)
		}
		return text
	}
	p := &Place{
		ID: strings.ToLower(get("id")), Name: get("name"), Address: get("address"), City: get("city"),
		Country: strings.ToUpper(get("country")), URL: get("url"),
	}
	r.identity(p, line)
	p.Lat, p.Lon = r.number(get("lat"), "lat", 90, line), r.number(get("lon"), "lon", 180, line)
	if p.URL != "" && !r.linkAllowed(p.URL) {
		r.problem(line, "url %q is no https link to one of the sender's hosts; correct it or add its host to hosts:", p.URL)
	}
	if text := get("hours"); text != "" {
		hours, err := ParseHours(text)
		if err != nil {
			r.problem(line, "%v", err)
		}
		p.Hours = hours
	}
	r.zone(p, get("zone"), line)
	if len(r.problems) > before {
		return nil
	}
	r.seen[p.ID] = line
	p.Route = routeTo(r.list.Route, p.Lat, p.Lon)
	p.unit = unitVector(p.Lat, p.Lon)
	return p
}

func (r *placeReader) identity(p *Place, line int) {
	switch first, twice := r.seen[p.ID]; {
	case !strict.IsID(p.ID):
		r.problem(line, "%q is no id; write 1 to 48 lower-case letters, digits and hyphens", p.ID)
	case twice:
		r.problem(line, "the id %q stands twice, first in line %d; remove one", p.ID, first)
	}
	if p.Name == "" {
		r.problem(line, "the name is missing; add it")
	}
	if p.Country != "" && !isCountry(p.Country) {
		r.problem(line, "%q is no country; write two letters, as BE", p.Country)
	}
}

func (r *placeReader) number(text, column string, limit float64, line int) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= -limit && f <= limit) {
		r.problem(line, "%s %q is no number from -%g to %g; write degrees, as 51.05", column, text, limit, limit)
		return 0
	}
	return f
}

// zone settles a place's zone: its own, that of its point, the list's.
func (r *placeReader) zone(p *Place, name string, line int) {
	if name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			r.problem(line, "unknown zone %q; write an IANA name, as Europe/Brussels", name)
			return
		}
		p.Zone = zone
		return
	}
	if p.Zone = r.list.Zones.At(p.Lat, p.Lon); p.Zone == nil {
		p.Zone = r.list.Zone
	}
	if p.Zone == nil {
		p.Hours = nil // hours without a clock say nothing
	}
}

func (r *placeReader) linkAllowed(link string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || u.Hostname() == "" {
		return false
	}
	return r.list.Hosts == nil || rules.IsHost(u.Hostname(), r.list.Hosts)
}

func routeTo(template string, lat, lon float64) string {
	if template == "" {
		template = DefaultRoute
	}
	return strings.NewReplacer("{lat}", degrees(lat), "{lon}", degrees(lon)).Replace(template)
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func isCountry(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}
