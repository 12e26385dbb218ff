package signals

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestHours(t *testing.T) {
	brussels := mustZone(t, "Europe/Brussels")
	const week = "mon-fri 09:00-12:00, 13:00-18:00; sat 20:00-02:00; sun closed; 2026-12-25 closed; 12-24..12-26 10:00-16:00; 2026-12-25 closed"
	tests := []struct {
		hours, at string
		open      bool
		change    string
	}{
		{week, "2026-11-23 08:59", false, "2026-11-23 09:00"}, // a Monday
		{week, "2026-11-23 09:00", true, "2026-11-23 12:00"},
		{week, "2026-11-23 12:00", false, "2026-11-23 13:00"},
		{week, "2026-11-27 18:00", false, "2026-11-28 20:00"},
		{week, "2026-11-29 01:59", true, "2026-11-29 02:00"}, // Saturday's night
		{week, "2026-11-29 02:00", false, "2026-11-30 09:00"},
		{week, "2026-12-24 09:30", false, "2026-12-24 10:00"},
		{week, "2026-12-24 16:00", false, "2026-12-26 10:00"},
		{week, "2026-12-25 11:00", false, "2026-12-26 10:00"},
		{"fri 13:30-24:00; sat 00:00-01:30, 10:00-20:00", "2026-11-27 23:59", true, "2026-11-28 01:30"},
		{"daily 00:00-24:00", "2026-11-27 12:00", true, ""},
		{"mon closed", "2026-11-27 12:00", false, ""},
		// The night the clock goes back: 02:00 to 03:00 happens twice.
		{"sat 22:00-04:00", "2026-10-25 03:30", true, "2026-10-25 04:00"},
		// The night it goes forward: 02:00 to 03:00 does not happen.
		{"sat 22:00-04:00", "2026-03-29 01:30", true, "2026-03-29 04:00"},
	}
	for _, test := range tests {
		hours, err := ParseHours(test.hours)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", test.at, brussels)
		if err != nil {
			t.Fatal(err)
		}
		got := hours.At(at, brussels)
		change := ""
		if !got.Change.IsZero() {
			change = got.Change.In(brussels).Format("2006-01-02 15:04")
		}
		if got.Open != test.open || change != test.change {
			t.Errorf("%s at %s: open %v until %q, want %v until %q", test.hours, test.at, got.Open, change, test.open, test.change)
		}
	}
}

// TestHoursWhileTheClockIsPutForwardOrBack: a time that occurs twice begins at
// the first and ends at the second, one that does not occur is the next that
// does, on both sides of the ocean.
func TestHoursWhileTheClockIsPutForwardOrBack(t *testing.T) {
	for _, test := range []struct{ zone, hours, at, open, change string }{
		{"Europe/Brussels", "sat 22:00-02:30", "2026-10-25T00:45:00Z", "open", "2026-10-25T01:30:00Z"},
		{"Europe/Brussels", "sun 02:30-05:00", "2026-10-25T00:00:00Z", "closed", "2026-10-25T00:30:00Z"},
		{"Europe/Brussels", "sat 22:00-02:30", "2026-03-29T00:45:00Z", "open", "2026-03-29T01:00:00Z"},
		{"Europe/Brussels", "sun 02:30-05:00", "2026-03-29T00:45:00Z", "closed", "2026-03-29T01:00:00Z"},
		{"Europe/Brussels", "sun 02:10-02:40, 05:00-06:00", "2026-03-29T00:45:00Z", "closed", "2026-03-29T03:00:00Z"},
		{"America/New_York", "sat 20:00-01:30", "2026-11-01T05:45:00Z", "open", "2026-11-01T06:30:00Z"},
		{"America/New_York", "sun 01:30-05:00", "2026-11-01T05:15:00Z", "closed", "2026-11-01T05:30:00Z"},
		{"America/New_York", "sun 02:30-05:00", "2026-03-08T06:45:00Z", "closed", "2026-03-08T07:00:00Z"},
		{"America/New_York", "sat 20:00-02:30", "2026-03-08T06:45:00Z", "open", "2026-03-08T07:00:00Z"},
		{"Australia/Lord_Howe", "sun 01:45-03:00", "2026-04-04T14:40:00Z", "closed", "2026-04-04T14:45:00Z"},
	} {
		hours, err := ParseHours(test.hours)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		got := hours.At(at, mustZone(t, test.zone))
		open := map[bool]string{true: "open", false: "closed"}[got.Open]
		if change := got.Change.UTC().Format(time.RFC3339); open != test.open || change != test.change {
			t.Errorf("%s: %s at %s: %s until %s, want %s until %s", test.zone, test.hours, test.at, open, change, test.open, test.change)
		}
	}
}

func TestHoursSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"mon":                                  "have no times",
		"mon 9-18":                             "write 09:00-18:00",
		"mon 24:00-25:00":                      "write 09:00-18:00",
		"noday 09:00-18:00":                    "name no day",
		"mon-fri 09:00-18:00; fri 10:00-12:00": "name fri twice",
		"mon 13:00-18:00, 09:00-12:00":         "begin before",
		"2026-13-01 closed":                    "name no date",
		"2026-12-24..12-26 closed":             "name no date",
	} {
		if _, err := ParseHours(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func FuzzHours(f *testing.F) {
	f.Add("mon-fri 09:00-12:00, 13:00-18:00; sat 20:00-02:00; 2026-12-25 closed", int64(1_700_000_000))
	f.Add("sun-mon,wed 00:00-24:00; 02-29 closed", int64(0))
	zone := mustZone(f, "Europe/Brussels")
	f.Fuzz(func(t *testing.T, text string, at int64) {
		hours, err := ParseHours(text)
		if err != nil {
			return
		}
		now := time.Unix(at%4_000_000_000, 0)
		s := hours.At(now, zone)
		if !s.Change.IsZero() && !s.Change.After(now) {
			t.Errorf("%q at %v changes at %v", text, now, s.Change)
		}
		if !s.Change.IsZero() && hours.At(s.Change, zone).Open == s.Open {
			t.Errorf("%q at %v: %v does not change anything", text, now, s.Change)
		}
	})
}

const shops = `id,name,address,city,country,lat,lon,url,hours
ghent,Shop Gent,Veldstraat 1,Gent,BE,51.05,3.72,https://shop.example/gent,mon-fri 09:00-18:00
antwerp,"Shop, Antwerpen",Meir 1,Antwerpen,BE,51.22,4.40,https://shop.example/antwerpen,mon-sat 10:00-19:00
london,Shop London,Strand 1,London,GB,51.51,-0.12,https://shop.example/london,
`

func TestLoadPlaces(t *testing.T) {
	brussels := mustZone(t, "Europe/Brussels")
	list := PlaceList{ID: "shops", File: "shops.csv", Hosts: []string{"shop.example"}, Zone: brussels}
	places, problems := LoadPlaces(list, []byte(shops))
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	place, km := places.Nearest(51.0, 3.7)
	if place.ID != "ghent" || math.Abs(km-5.73) > 0.05 {
		t.Errorf("nearest is %s at %v km", place.ID, km)
	}
	if place.Route != "https://www.openstreetmap.org/directions?to=51.05,3.72" {
		t.Errorf("route is %s", place.Route)
	}
	if _, ok := places.Place("london"); !ok || len(places.All()) != 3 {
		t.Error("places are missing")
	}
}

func TestLoadPlacesSaysWhatIsWrong(t *testing.T) {
	list := PlaceList{ID: "shops", File: "shops.csv", Hosts: []string{"shop.example", "*.shop.example"}}
	const head, last = "id,name,lat,lon,url,hours,country,zone\n", "g,G,51,3,,,,\n"
	for row, want := range map[string]string{
		"Gent Nord,A,51,3,,,,\n":                       `shops.csv:2:1: "gent nord" is no id`,
		"a,,51,3,,,,\n":                                `shops.csv:2:3: the name is missing`,
		"a,A,91,3,,,,\n":                               `lat "91" is no number from -90 to 90`,
		"a,A,NaN,3,,,,\n":                              `lat "NaN" is no number`,
		"a,A,51,,,,,\n":                                `lon "" is no number`,
		"a,A,51,3,https://evil.example/,,,\n":          `is no https link to one of the sender's hosts`,
		"a,A,51,3,https://shop.example@evil.com/,,,\n": `is no https link`,
		"a,A,51,3,https://shop.example:444/,,,\n":      `is no https link`,
		"a,A,51,3,http://shop.example/,,,\n":           `is no https link`,
		"a,A,51,3,,mon 9-5,,\n":                        `write 09:00-18:00`,
		"a,A,51,3,,,Belgium,\n":                        `"BELGIUM" is no country`,
		"a,A,51,3,,,,Mars/Base\n":                      `unknown zone "Mars/Base"`,
		"a,A,51,3,,,,\na,B,51,3,,,,\n":                 `shops.csv:3:1: the id "a" stands twice, first in line 2`,
		"a,\"A,51,3,,,,\n":                             `shops.csv:2:3: a quote is not closed`,
		"a,A,51\n":                                     `shops.csv:2:1: 3 cells under 8 names`,
		"a,A,51,\"3,5\",,,,\n":                         `shops.csv:2:8: lon "3,5" is no number`,
		"a,Li\xe8ge,51,3,,,,\n":                        `shops.csv:2:5: byte 0xe8 is not UTF-8; if "Liège" is meant the file is in Latin-1`,
	} {
		places, problems := LoadPlaces(list, []byte(head+row+last))
		found := false
		for _, p := range problems {
			found = found || strings.Contains(p.String(), want)
		}
		if !found || places == nil {
			t.Errorf("%q: got %v, want %q", row, problems, want)
		}
	}
	for data, want := range map[string]string{
		"":                     "no line of column names",
		"id,nname,lat,lon\n":   `unknown column "nname"; did you mean "name"?`,
		"id,name,lat\n":        `the column "lon" is missing`,
		"id,name,lat,lon,id\n": `s.csv:1:17: the column "id" is there twice; remove one`,
		"id,name,lat,lon\n":    "there is no place in it",
		"id,name,lat,lon\na,A,x,3\nb,B,x,3\nc,C,51,3\n": `:2:5: lat "x" is no number`, // more is wrong than right
		"\xff\xfe":       "it is UTF-16; save it",
		"{\"id\": \"a\"": "the object does not end",
	} {
		places, problems := LoadPlaces(list, []byte(data))
		if places != nil || len(problems) == 0 || !strings.Contains(problems[0].String()+problems[len(problems)-1].String(), want) {
			t.Errorf("%q: got %v, want %q", data, problems, want)
		}
	}
	list.Route = "https://maps.example/"
	if places, problems := LoadPlaces(list, []byte(shops)); places != nil || len(problems) != 1 {
		t.Errorf("a route without a point is taken: %v", problems)
	}
}

func TestLoadPlacesReadsJSONLines(t *testing.T) {
	const lines = `{"id": "ghent", "name": "Ghent", "lat": 51.05, "lon": "3.72", "hours": "mon-fri 09:00-18:00", "url": null}
{"id": "lille", "name": "Lille", "lat": 50.63, "lonn": 3.06}
{"id": "nantes", "name": "Nantes", "lat": 147.2, "lon": -1.55}
{"id": "paris", "name": ["Paris"], "lat": 48.85, "lon": 2.35
{"id": "tours", "name": "Tours", "lat": 47.39, "lon": 0.69, "city": {"name": "Tours"}}
{"id": "metz", "name": "Metz", "lat": 49.12, "lon": 6.18}
{"id": "reims", "name": "Reims", "lat": 49.26, "lon": 4.03}
{"id": "brest", "name": "Brest", "lat": 48.39, "lon": -4.49}
`
	places, problems := LoadPlaces(PlaceList{ID: "s", File: "s.jsonl", Zone: mustZone(t, "Europe/Brussels")}, []byte(lines))
	got := ""
	for _, p := range problems {
		got += p.String() + "\n"
	}
	const want = `s.jsonl:2:1: lon "" is no number from -180 to 180; write degrees, as 51.05
s.jsonl:2:48: lonn: unknown key; did you mean "lon"?
s.jsonl:3:36: lat "147.2" is no number from -90 to 90; write degrees, as 51.05
s.jsonl:4:1: the object does not end; write it in one line
s.jsonl:5:61: city: write a text, a number, true, false, or a list of texts
`
	if got != want || places == nil || len(places.All()) != 4 || places.byID["ghent"].Hours == nil {
		t.Errorf("got %s\nwant %s\nand %+v", got, want, places)
	}
}

func FuzzLoadPlaces(f *testing.F) {
	f.Add([]byte(shops))
	f.Add([]byte(`{"id": "ghent", "name": "Ghent", "lat": 51.05, "lon": 3.72, "hours": "mon-fri 09:00-18:00"}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		list, problems := LoadPlaces(PlaceList{ID: "s", File: "s.csv"}, file)
		if list == nil && len(problems) == 0 {
			t.Error("refused without a word")
		}
		if list != nil && len(list.byID) != len(list.All()) {
			t.Error("two places of one id")
		}
	})
}

func TestLoadPlacesGoesOnAfterABadRow(t *testing.T) {
	places, problems := LoadPlaces(PlaceList{ID: "s", File: "s.csv"}, []byte("id,name,lat,lon\na,A,51,3\nb,B,x,3\nc,C,52,4\n"))
	if len(problems) != 1 || places == nil || len(places.All()) != 2 {
		t.Errorf("got %v and %v", places, problems)
	}
}

// TestNearestIsNearest compares the search with a look at every place.
func TestNearestIsNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]*Place, 500)
	for i := range list {
		lat, lon := r.Float64()*180-90, r.Float64()*360-180
		list[i] = &Place{ID: "p", Lat: lat, Lon: lon, unit: unitVector(lat, lon)}
	}
	places := newPlaces("p", list)
	for range 2000 {
		lat, lon := r.Float64()*180-90, r.Float64()*360-180
		_, got := places.Nearest(lat, lon)
		want := math.Inf(1)
		for _, p := range list {
			want = min(want, p.unit.kilometres(unitVector(lat, lon)))
		}
		if got != want {
			t.Fatalf("nearest to %v %v is %v km away, want %v", lat, lon, got, want)
		}
	}
	if p, _ := newPlaces("none", nil).Nearest(1, 2); p != nil {
		t.Error("an empty list has a nearest place")
	}
}

func TestDemoPlacesLoad(t *testing.T) {
	data, err := os.ReadFile("../assets/demo/cinemas.csv")
	if err != nil {
		t.Fatal(err)
	}
	places, problems := LoadPlaces(PlaceList{ID: "cinemas", File: "cinemas.csv", Zones: testZones(t)}, data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, p := range places.All() {
		if p.Zone == nil || p.Hours == nil {
			t.Errorf("%s has no zone or hours", p.ID)
		}
	}
	if zone := places.byID["antwerp"].Zone.String(); zone != "Europe/Brussels" {
		t.Errorf("Antwerp's clock is %s", zone)
	}
}

func BenchmarkNearest(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]*Place, 2000)
	for i := range list {
		lat, lon := 36+r.Float64()*20, r.Float64()*30-8
		list[i] = &Place{Lat: lat, Lon: lon, unit: unitVector(lat, lon)}
	}
	places := newPlaces("p", list)
	b.ReportAllocs()
	for b.Loop() {
		places.Nearest(51, 4)
	}
}

// number is a Number value.
func number(f float64) rules.Value {
	return rules.Value{Type: rules.Number, N: int64(math.Round(f * rules.Million))}
}
