package signals

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

type placeReader struct {
	list     PlaceList
	table    *strict.Table
	columns  map[string]int    // of a CSV
	row      *strict.Record    // the one being read
	fields   map[string]string // of a line of JSON
	seen     map[string]int    // line by id
	places   []*Place
	wrong    int // rows
	problems []strict.Problem
}

var placeColumns = [...]string{"id", "name", "address", "city", "country", "lat", "lon", "url", "phone", "hours", "zone"}

func (r *placeReader) problem(line, col int, format string, args ...any) {
	r.problems = append(r.problems, strict.Problem{File: r.list.File, Line: line, Col: col, Text: fmt.Sprintf(format, args...)})
}

// wrongIn tells what is wrong with a column of the row.
func (r *placeReader) wrongIn(column, format string, args ...any) {
	line, col := r.row.Line, r.row.Col
	if at, ok := r.columns[column]; ok && at < len(r.row.Cells) {
		line, col = r.row.Where(at)
	} else if r.table.JSON {
		col = r.row.WhereKey(column)
	}
	r.problem(line, max(col, 1), format, args...)
}

// begin opens the table, reads the names of its columns and reports whether rows
// can follow.
func (r *placeReader) begin(data []byte) bool {
	if len(data) > maxPlaceFile {
		r.problem(1, 1, "the file has %d bytes; write at most %d", len(data), maxPlaceFile)
		return false
	}
	if !validRoute(r.list.Route) {
		r.problem(1, 1, "the route %q is no link with {lat} and {lon}; write https://maps.example/?to={lat},{lon}", r.list.Route)
		return false
	}
	table, err := strict.NewTable(bytes.NewReader(data))
	if err != nil {
		r.problem(1, 1, "%v", err)
		return false
	}
	r.table = table
	return table.JSON || r.header()
}

// header reads the names of the columns.
func (r *placeReader) header() bool {
	names, err := r.table.Next()
	if err != nil {
		r.problem(1, 1, "the file has no line of column names; write %s", strings.Join(placeColumns[:], ","))
		return false
	}
	if names.Why != "" {
		r.problem(names.Line, names.Col, "%s", names.Why)
		return false
	}
	r.columns = map[string]int{}
	for i, name := range names.Cells {
		name = strings.ToLower(strings.TrimSpace(name))
		line, col := names.Where(i)
		_, twice := r.columns[name]
		switch {
		case !slices.Contains(placeColumns[:], name):
			r.problem(line, col, "unknown column %q; %s", name, strict.DidYouMean(name, placeColumns[:]))
		case twice:
			r.problem(line, col, "the column %q is there twice; remove one", name)
		}
		r.columns[name] = i
	}
	for _, name := range []string{"id", "name", "lat", "lon"} {
		if _, ok := r.columns[name]; !ok {
			r.problem(names.Line, 1, "the column %q is missing; add it", name)
		}
	}
	return !strict.Bad(r.problems)
}

func (r *placeReader) rows() {
	for {
		row, err := r.table.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.problem(1, 1, "%v", err)
			r.places = nil // half a list is none
			r.wrong++
			return
		}
		if len(r.places) >= maxPlaces {
			r.problem(row.Line, 1, "more than %d places; split the list", maxPlaces)
			return
		}
		r.row = row
		if p := r.place(); p != nil {
			r.places = append(r.places, p)
		} else {
			r.wrong++
		}
	}
}

// read takes the row apart, or tells why it cannot.
func (r *placeReader) read() bool {
	row := r.row
	switch {
	case row.Why != "":
		r.problem(row.Line, row.Col, "%s", row.Why)
	case r.table.JSON:
		r.fields = map[string]string{}
		err := row.Fields(func(name string, value any) error {
			text, err := rules.FactText(value)
			if !slices.Contains(placeColumns[:], name) {
				err = fmt.Errorf("unknown key; %s", strict.DidYouMean(name, placeColumns[:]))
			}
			if err != nil {
				r.wrongIn(name, "%s: %v", name, err)
			}
			r.fields[name] = text
			return nil
		})
		if err != nil {
			r.problem(row.Line, 1, "%v", err)
		}
		return err == nil
	case len(row.Cells) != len(r.columns):
		r.problem(row.Line, 1, "%d cells under %d names; quote texts with a separator in them", len(row.Cells), len(r.columns))
	default:
		return true
	}
	return false
}

// get returns what the row has in a column.
func (r *placeReader) get(column string) string {
	text := r.fields[column]
	if i, ok := r.columns[column]; ok {
		text = r.row.Cells[i]
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxPlaceText && column != "hours" && column != "url" {
		r.wrongIn(column, "%s has more than %d characters; shorten it", column, maxPlaceText)
	}
	return text
}

// place reads one place, or returns nil after telling why it cannot.
func (r *placeReader) place() *Place {
	before := len(r.problems)
	if !r.read() {
		return nil
	}
	p := &Place{
		ID: strings.ToLower(r.get("id")), Name: r.get("name"), Address: r.get("address"), City: r.get("city"),
		Country: strings.ToUpper(r.get("country")), URL: r.get("url"),
	}
	r.identity(p)
	p.Lat, p.Lon = r.number("lat", 90), r.number("lon", 180)
	if p.URL != "" && !r.linkAllowed(p.URL) {
		r.wrongIn("url", "url %q is no https link to one of the sender's hosts; correct it or add its host to hosts:", p.URL)
	}
	if text := r.get("hours"); text != "" {
		hours, err := ParseHours(text)
		if err != nil {
			r.wrongIn("hours", "%v", err)
		}
		p.Hours = hours
	}
	r.zone(p, r.get("zone"))
	if len(r.problems) > before {
		return nil
	}
	r.seen[p.ID] = r.row.Line
	p.Route = routeTo(r.list.Route, p.Lat, p.Lon)
	p.unit = unitVector(p.Lat, p.Lon)
	return p
}

func (r *placeReader) identity(p *Place) {
	switch first, twice := r.seen[p.ID]; {
	case !strict.IsID(p.ID):
		r.wrongIn("id", "%q is no id; write 1 to 48 lower-case letters, digits and hyphens", p.ID)
	case twice:
		r.wrongIn("id", "the id %q stands twice, first in line %d; remove one", p.ID, first)
	}
	if p.Name == "" {
		r.wrongIn("name", "the name is missing; add it")
	}
	if p.Country != "" && !isCountry(p.Country) {
		r.wrongIn("country", "%q is no country; write two letters, as BE", p.Country)
	}
}

func (r *placeReader) number(column string, limit float64) float64 {
	text := r.get(column)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= -limit && f <= limit) {
		r.wrongIn(column, "%s %q is no number from -%g to %g; write degrees, as 51.05", column, text, limit, limit)
		return 0
	}
	return f
}

// zone settles a place's zone: its own, that of its point, the list's.
func (r *placeReader) zone(p *Place, name string) {
	if name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			r.wrongIn("zone", "unknown zone %q; write an IANA name, as Europe/Brussels", name)
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
