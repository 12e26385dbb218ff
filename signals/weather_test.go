package signals

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"
)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var noon = time.Date(2026, 11, 23, 12, 20, 0, 0, time.UTC)

// forecast is an answer of n hours from at on.
func forecast(at time.Time, n int, temperature float64, symbol string) string {
	var hours []string
	for i := range n {
		hours = append(hours, fmt.Sprintf(`{"time":%q,"data":{"instant":{"details":{"air_temperature":%v,"wind_speed":5,"cloud_area_fraction":80.1}},"next_1_hours":{"summary":{"symbol_code":%q},"details":{"precipitation_amount":0.4}}}}`,
			at.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), temperature+float64(i), symbol))
	}
	return `{"type":"Feature","geometry":{"type":"Point","coordinates":[3.7,51.1,7]},"properties":{"timeseries":[` + strings.Join(hours, ",") + `]}}`
}

// weatherServer speaks as MET Norway does and counts.
func weatherServer(t *testing.T, handle http.HandlerFunc) (*Weather, *clock, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		handle(w, r)
	}))
	t.Cleanup(server.Close)
	c := &clock{now: noon}
	w := NewWeather(WeatherConfig{URL: server.URL, Contact: "ops@cinema.example", Now: c.Now, PerSecond: 1000})
	return w, c, &asked
}

func TestWeatherByItsTerms(t *testing.T) {
	var mu sync.Mutex
	var wrong []string
	w, c, asked := weatherServer(t, func(out http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if !strings.Contains(r.UserAgent(), "ops@cinema.example") {
			wrong = append(wrong, "nobody says who asks: "+r.UserAgent())
		}
		if r.URL.RawQuery != "lat=51.1&lon=3.7" {
			wrong = append(wrong, "asked for "+r.URL.RawQuery)
		}
		out.Header().Set("Expires", noon.Add(40*time.Minute).Format(http.TimeFormat))
		out.Header().Set("Last-Modified", "Mon, 23 Nov 2026 11:50:00 GMT")
		if r.Header.Get("If-Modified-Since") == "Mon, 23 Nov 2026 11:50:00 GMT" {
			out.WriteHeader(http.StatusNotModified)
			return
		}
		out.Header().Set("Content-Type", "application/json")
		fmt.Fprint(out, forecast(noon.Truncate(time.Hour), 12, 3, "lightrain"))
	})
	ctx := context.Background()
	if _, ok, _ := w.At(51.06, 3.72, noon); ok {
		t.Fatal("weather before anybody asked")
	}
	w.round(ctx)
	report, ok, _ := w.At(51.06, 3.72, c.Now())
	if !ok || report.Temperature != 3 || !report.Rain || report.Snow || report.Condition != "rain" || report.Cloud != 80.1 {
		t.Fatalf("got %+v %v", report, ok)
	}
	c.add(10 * time.Minute)
	w.round(ctx)
	if asked.Load() != 1 {
		t.Errorf("asked %d times before the answer expired", asked.Load())
	}
	c.add(40 * time.Minute) // 13:10
	w.round(ctx)
	if asked.Load() != 2 {
		t.Errorf("asked %d times after it expired", asked.Load())
	}
	if report, ok, _ := w.At(51.06, 3.72, c.Now()); !ok || report.Temperature != 4 {
		t.Errorf("an hour later: %+v %v", report, ok)
	}
	c.add(3*time.Hour + time.Second)
	if _, ok, _ := w.At(51.06, 3.72, c.Now()); ok {
		t.Error("weather of three hours ago is still believed")
	}
	for _, text := range wrong {
		t.Error(text)
	}
}

func TestWeatherFromABadSource(t *testing.T) {
	now := noon.Truncate(time.Hour)
	json := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		}
	}
	good := forecast(now, 3, 3, "fog")
	for name, handle := range map[string]http.HandlerFunc{
		"html":        func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>login</html>") },
		"garbage":     json("\x00\xff{"),
		"NaN":         json(strings.Replace(good, `"wind_speed":5`, `"wind_speed":NaN`, 1)),
		"too hot":     json(forecast(now, 3, 61, "fog")),
		"too cold":    json(forecast(now, 3, -91, "fog")),
		"huge number": json(strings.Replace(good, `"wind_speed":5`, `"wind_speed":1e999`, 1)),
		"text":        json(strings.Replace(good, `"wind_speed":5`, `"wind_speed":"5"`, 1)),
		"truncated":   json(good[:len(good)/2]),
		"empty":       json(""),
		"no hours":    json(`{"properties":{"timeseries":[]}}`),
		"no order":    json(strings.Replace(good, now.Add(time.Hour).Format(time.RFC3339), now.Add(-time.Hour).Format(time.RFC3339), 1)),
		"huge":        json(strings.Repeat(" ", maxWeatherBody+1)),
		"error":       func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "sorry", http.StatusBadGateway) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"not modified": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) },
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, good)
		},
	} {
		w, c, asked := weatherServer(t, handle)
		w.Keep([]Point{{51.1, 3.7}})
		w.round(context.Background())
		if report, ok, _ := w.At(51.1, 3.7, noon); ok {
			t.Errorf("%s: taken for weather: %+v", name, report)
		}
		before := asked.Load()
		w.round(context.Background())
		if asked.Load() != before {
			t.Errorf("%s: asked again at once", name)
		}
		c.add(2 * time.Hour)
		w.round(context.Background())
		if asked.Load() == before {
			t.Errorf("%s: never asked again", name)
		}
	}
}

func TestWeatherKeepsTheLastGoodAnswer(t *testing.T) {
	var bad atomic.Bool
	w, c, _ := weatherServer(t, func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "application/json")
		if bad.Load() {
			fmt.Fprint(out, "{")
			return
		}
		fmt.Fprint(out, forecast(noon.Truncate(time.Hour), 12, 3, "snow"))
	})
	w.Keep([]Point{{51.1, 3.7}})
	w.round(context.Background())
	bad.Store(true)
	c.add(time.Hour)
	w.round(context.Background())
	if report, ok, _ := w.At(51.1, 3.7, c.Now()); !ok || !report.Snow {
		t.Error("one bad answer loses the last good one")
	}
}

func TestWeatherIsStaleAfterThreeMissesAndUnknownByItsAge(t *testing.T) {
	var away atomic.Bool
	w, c, _ := weatherServer(t, func(out http.ResponseWriter, _ *http.Request) {
		if away.Load() {
			out.WriteHeader(http.StatusBadGateway)
			return
		}
		out.Header().Set("Content-Type", "application/json")
		fmt.Fprint(out, forecast(noon.Truncate(time.Hour), 12, 3, "snow"))
	})
	w.Keep([]Point{{51.1, 3.7}})
	w.round(context.Background())
	away.Store(true)
	w.Keep([]Point{{51.1, 3.7}, {40, 3}}) // one that never answered
	for minute := 0; minute <= 200; minute++ {
		// It is asked every half hour, and a little apart from the others.
		_, known, stale := w.At(51.1, 3.7, c.Now())
		if known != (minute <= 180) || minute < 90 && stale || minute > 94 && !stale {
			t.Fatalf("after %d minutes: known %v, stale %v", minute, known, stale)
		}
		if _, known, stale := w.At(40, 3, c.Now()); known || minute > 10 && !stale {
			t.Fatalf("after %d minutes without any answer: known %v, stale %v", minute, known, stale)
		}
		w.round(context.Background())
		c.add(time.Minute)
	}
	away.Store(false)
	c.add(time.Hour)
	w.round(context.Background())
	if _, known, stale := w.At(51.1, 3.7, c.Now()); !known || stale {
		t.Errorf("the source is back: known %v, stale %v", known, stale)
	}
}

func TestWeatherLeavesATiredSourceAlone(t *testing.T) {
	w, c, asked := weatherServer(t, func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Retry-After", "1200")
		out.WriteHeader(http.StatusTooManyRequests)
	})
	w.Keep([]Point{{51.1, 3.7}})
	w.round(context.Background())
	w.Keep([]Point{{51.1, 3.7}, {40, 3}, {41, 3}})
	c.add(10 * time.Minute)
	w.round(context.Background())
	if asked.Load() != 1 {
		t.Errorf("asked %d times though it was to wait", asked.Load())
	}
	c.add(15 * time.Minute)
	w.round(context.Background())
	if asked.Load() == 1 {
		t.Error("never asked again")
	}
}

func TestWeatherNeverWaits(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{}, 1000)
	w, _, _ := weatherServer(t, func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-release })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	w.At(51, 3.7, noon)
	<-entered // from here on the source holds every answer until the end
	for i := range 1000 {
		if report, ok, _ := w.At(51+float64(i)/100, 3.7, noon); ok {
			t.Errorf("cell %d has weather that nobody told: %+v", i, report)
		}
	}
	cancel()
	close(release)
	<-done
}

func TestAnOpenedCellNeedNotWaitForAllOthers(t *testing.T) {
	w, _, asked := weatherServer(t, func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "application/json")
		fmt.Fprint(out, forecast(noon.Truncate(time.Hour), 12, 3, "fog"))
	})
	var places []Point
	for i := range 10 * roundCells {
		places = append(places, Point{-50 + float64(i)/10, 3})
	}
	w.Keep(places)
	w.At(51.1, 3.7, noon)
	w.round(context.Background())
	if _, known, _ := w.At(51.1, 3.7, noon); !known {
		t.Error("the cell of an open waits for those of places")
	}
	for i := range 3 * roundCells { // more opens than a round holds
		w.At(60, float64(i)/10, noon)
	}
	w.round(context.Background())
	known, kept := 0, 0
	for _, state := range w.cells {
		if len(state.forecast) > 0 {
			known++
			if state.kept {
				kept++
			}
		}
	}
	if want := roundCells - 1 + roundCells/2; kept != want || known != 2*roundCells || int(asked.Load()) != known {
		t.Errorf("%d known, %d of places, asked %d times; want %d, %d", known, kept, asked.Load(), 2*roundCells, want)
	}
	for w.round(context.Background()) == 0 {
	}
	if s := w.Status(); s.Known != s.Cells {
		t.Errorf("%d of %d cells are known at last", s.Known, s.Cells)
	}
}

func TestWeatherIsBounded(t *testing.T) {
	w, c, _ := weatherServer(t, nil)
	for i := range 3 * maxCells {
		w.At(float64(i%1700)/10-85, float64(i/1700)/10, noon)
	}
	if cells := w.Status().Cells; cells != maxCells {
		t.Errorf("%d cells, want %d", cells, maxCells)
	}
	c.add(unusedCell + time.Minute)
	w.pause = c.Now().Add(time.Hour)
	w.due(c.Now())
	if cells := w.Status().Cells; cells != 0 {
		t.Errorf("%d cells nobody asked for in hours", cells)
	}
	for _, p := range []Point{{91, 0}, {math.NaN(), 0}, {0, math.Inf(1)}} {
		if _, ok, _ := w.At(p.Lat, p.Lon, noon); ok {
			t.Errorf("%v has weather", p)
		}
	}
}

func TestRecordedWeather(t *testing.T) {
	files := fstest.MapFS{"weather/ghent.json": {Data: []byte(forecast(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), 24, 0, "clearsky_day"))}}
	transport, err := RecordedWeather(files, "weather")
	if err != nil {
		t.Fatal(err)
	}
	years := noon.AddDate(3, 0, 0)
	w := NewWeather(WeatherConfig{Transport: transport, Recorded: true, Now: func() time.Time { return years }, PerSecond: 1000})
	w.Keep([]Point{{51, 3.5}, {41.9, 12.5}})
	w.round(context.Background())
	for _, at := range []time.Time{years, noon, noon.AddDate(-1, 0, 0)} {
		if report, ok, _ := w.At(51, 3.5, at); !ok || report.Temperature != 12 || report.Condition != "clear" {
			t.Errorf("at %v: %+v %v", at, report, ok)
		}
	}
	if _, ok, _ := w.At(41.9, 12.5, years); ok {
		t.Error("Ghent's weather is Rome's")
	}
	for _, bad := range []fstest.MapFS{{}, {"weather/x.json": {Data: []byte("{}")}}, {"weather/x.json": {Data: []byte("[")}}} {
		if _, err := RecordedWeather(bad, "weather"); err == nil {
			t.Errorf("%v is taken for recordings", bad)
		}
	}
	if _, err := RecordedWeather(os.DirFS("../assets/demo"), "weather"); err != nil {
		t.Errorf("the demo's recordings: %v", err)
	}
}

func TestReport(t *testing.T) {
	for symbol, want := range map[string]string{
		"clearsky_day": "clear", "fair_night": "clear", "partlycloudy_polartwilight": "cloudy", "cloudy": "cloudy", "fog": "fog",
		"lightrain": "rain", "heavysleetshowers_day": "rain", "snow": "snow", "lightssnowshowersandthunder_day": "thunder",
		"rainandthunder": "thunder", "": "", "plague": "",
	} {
		var r Report
		r.sky(symbol)
		if r.Condition != want {
			t.Errorf("%q is %q, want %q", symbol, r.Condition, want)
		}
	}
	// Wind chill after the Canadian and American weather services: -10 degrees
	// in 30 km/h feel like -20, 5 in 20 km/h like 1.
	for _, test := range []struct{ temperature, wind, want float64 }{{-10, 30 / 3.6, -20}, {5, 20 / 3.6, 1}, {11, 20, 11}, {5, 1, 5}} {
		if got := (Report{Temperature: test.temperature, Wind: test.wind, Feels: unknownNumber}).FeelsLike(); math.Abs(got-test.want) > 0.5 {
			t.Errorf("%v degrees in %v m/s feel like %v, want %v", test.temperature, test.wind, got, test.want)
		}
	}
	if v := (Report{Temperature: unknownNumber, Feels: unknownNumber, Wind: 5}).value("feels_like", noon); v.Known() {
		t.Error("an unknown temperature feels like something")
	}
	// Brussels, 23 November 2026: the sun rises at 07:10 UTC and sets at 15:45.
	for clock, want := range map[string]bool{"06:55": false, "07:25": true, "12:00": true, "15:30": true, "16:00": false} {
		at, _ := time.Parse("2006-01-02 15:04", "2026-11-23 "+clock)
		if got := sunIsUp(at, 50.85, 4.35); got != want {
			t.Errorf("at %s the sun is up: %v", clock, got)
		}
	}
	if !sunIsUp(time.Date(2026, 6, 21, 23, 30, 0, 0, time.UTC), 69.65, 18.96) {
		t.Error("no midnight sun in Tromsø")
	}
}

func FuzzForecast(f *testing.F) {
	f.Add([]byte(forecast(noon, 3, 3, "fog")))
	f.Add([]byte(`{"properties":{"timeseries":[{"time":"2026-11-23T12:00:00Z"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		hours, err := readForecast(body, 51, 4)
		if err != nil {
			return
		}
		for _, h := range hours {
			if h.Temperature < -90 || h.Temperature > 60 || h.Wind < 0 || h.Cloud > 100 {
				t.Errorf("got %+v", h)
			}
		}
	})
}
