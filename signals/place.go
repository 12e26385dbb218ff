package signals

import (
	"net/url"
	"strconv"
	"strings"
	"time"

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
// lon, url, phone, hours and zone, in any order, or JSON Lines with these keys;
// id, name, lat and lon are required. A row that cannot be right is left out and
// told as a Problem with its line and column; the list is nil where the file as a
// whole is no list, or more of its rows are wrong than right.
func LoadPlaces(l PlaceList, data []byte) (*Places, []strict.Problem) {
	r := placeReader{list: l, seen: map[string]int{}}
	if !r.begin(data) {
		return nil, r.problems
	}
	r.rows()
	if len(r.places) == 0 && r.wrong == 0 {
		r.problem(1, 1, "there is no place in it; write one a row")
	}
	if r.wrong > len(r.places) || len(r.places) == 0 {
		return nil, strict.Sort(r.problems)
	}
	return newPlaces(l.ID, r.places), strict.Sort(r.problems)
}

func validRoute(route string) bool {
	if route == "" {
		return true
	}
	u, err := url.Parse(strings.NewReplacer("{lat}", "1", "{lon}", "1").Replace(route))
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil &&
		strings.Contains(route, "{lat}") && strings.Contains(route, "{lon}")
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
