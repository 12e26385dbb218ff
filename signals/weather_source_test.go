package signals

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// openMeteoAnswer has the shape of Open-Meteo's documentation: columns by hour.
func openMeteoAnswer(at time.Time, code int) string {
	u := at.Unix()
	return fmt.Sprintf(`{"latitude":51.1,"longitude":3.7,"generationtime_ms":0.05,"utc_offset_seconds":0,"timezone":"GMT","elevation":7.0,
"hourly_units":{"time":"unixtime","temperature_2m":"°C","apparent_temperature":"°C","weather_code":"wmo code","wind_speed_10m":"m/s","cloud_cover":"%%"},
"hourly":{"time":[%d,%d,%d],"temperature_2m":[3.1,4.0,null],"apparent_temperature":[-0.6,0.4,null],"weather_code":[%d,%d,null],"wind_speed_10m":[5.2,5.0,null],"cloud_cover":[81,60,null]}}`,
		u, u+3600, u+7200, code, code)
}

// openWeatherAnswer has the shape of OpenWeather's documentation.
func openWeatherAnswer(at time.Time, id int) string {
	return fmt.Sprintf(`{"coord":{"lon":3.7,"lat":51.1},"weather":[{"id":%d,"main":"Rain","description":"light rain","icon":"10d"}],"base":"stations",
"main":{"temp":3.1,"feels_like":-0.6,"temp_min":2.5,"temp_max":4,"pressure":1012,"humidity":87},"visibility":10000,
"wind":{"speed":5.2,"deg":220},"clouds":{"all":81},"dt":%d,"sys":{"country":"BE"},"timezone":3600,"id":2797656,"name":"Gent","cod":200}`, id, at.Unix())
}

// sourceOf asks a server of the source's kind that answers as handle does.
func sourceOf(t *testing.T, source WeatherSource, key string, handle http.HandlerFunc) (*Weather, *clock) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	c := &clock{now: noon}
	return NewWeather(WeatherConfig{Source: source, URL: server.URL, Key: key, Contact: "ops@cinema.example", Now: c.Now, PerSecond: 1000}), c
}

func TestOtherWeatherSources(t *testing.T) {
	hour := noon.Truncate(time.Hour)
	f := func(source WeatherSource, body, want string) {
		t.Helper()
		asked := ""
		w, c := sourceOf(t, source, "k3y", func(out http.ResponseWriter, r *http.Request) {
			asked = r.URL.RawQuery
			out.Header().Set("Content-Type", "application/json; charset=utf-8")
			fmt.Fprint(out, body)
		})
		w.Keep([]Point{{51.06, 3.72}})
		w.round(context.Background())
		r, known, _ := w.At(51.06, 3.72, c.Now())
		if !known || r.Temperature != 3.1 || r.FeelsLike() != -0.6 || r.Wind != 5.2 || r.Cloud != 81 || !r.Rain || r.Snow || r.Condition != "rain" {
			t.Errorf("got %+v, %v", r, known)
		}
		if asked != want {
			t.Errorf("asked for %s, want %s", asked, want)
		}
	}
	f(OpenMeteo, openMeteoAnswer(hour, 61),
		"apikey=k3y&forecast_hours=48&hourly=temperature_2m%2Capparent_temperature%2Cweather_code%2Cwind_speed_10m%2Ccloud_cover&latitude=51.1&longitude=3.7&past_hours=1&timeformat=unixtime&wind_speed_unit=ms")
	f(OpenWeather, openWeatherAnswer(hour, 500), "appid=k3y&lat=51.1&lon=3.7&units=metric")
}

func TestOtherWeatherSourcesRefuseGarbage(t *testing.T) {
	hour := noon.Truncate(time.Hour)
	meteo, open := openMeteoAnswer(hour, 61), openWeatherAnswer(hour, 500)
	for name, bad := range map[string]struct {
		source WeatherSource
		body   string
	}{
		"an error":      {OpenMeteo, `{"error":true,"reason":"Daily API request limit exceeded."}`},
		"miles an hour": {OpenMeteo, strings.Replace(meteo, `"m/s"`, `"mp/h"`, 1)},
		"Fahrenheit":    {OpenMeteo, strings.ReplaceAll(meteo, "°C", "°F")},
		"local time":    {OpenMeteo, strings.Replace(meteo, `"unixtime"`, `"iso8601"`, 1)},
		"a column cut":  {OpenMeteo, strings.Replace(meteo, "[81,60,null]", "[81,60]", 1)},
		"too hot":       {OpenMeteo, strings.Replace(meteo, "3.1,4.0", "61,4.0", 1)},
		"out of order":  {OpenMeteo, strings.Replace(meteo, fmt.Sprint(hour.Unix()+3600), fmt.Sprint(hour.Unix()), 1)},
		"no hours":      {OpenMeteo, `{"hourly_units":{"time":"unixtime","temperature_2m":"°C","wind_speed_10m":"m/s"},"hourly":{}}`},
		"no time":       {OpenWeather, strings.Replace(open, fmt.Sprintf(`"dt":%d`, hour.Unix()), `"dt":0`, 1)},
		"Kelvin":        {OpenWeather, strings.Replace(open, `"temp":3.1`, `"temp":276.3`, 1)},
		"a text":        {OpenWeather, strings.Replace(open, `"speed":5.2`, `"speed":"5.2"`, 1)},
		"refused":       {OpenWeather, `{"cod":401, "message": "Invalid API key."}`},
	} {
		if reports, err := bad.source.read([]byte(bad.body), 51, 4); err == nil {
			t.Errorf("%s is taken for weather: %+v", name, reports)
		}
	}
}

func TestWeatherCodes(t *testing.T) {
	f := func(read func(*Report), want string, rain, snow bool) {
		t.Helper()
		var r Report
		if read(&r); r.Condition != want || r.Rain != rain || r.Snow != snow {
			t.Errorf("got %q rain %v snow %v, want %q %v %v", r.Condition, r.Rain, r.Snow, want, rain, snow)
		}
	}
	wmo := func(code int) func(*Report) { return func(r *Report) { r.wmo(code) } }
	f(wmo(0), "clear", false, false)
	f(wmo(3), "cloudy", false, false)
	f(wmo(48), "fog", false, false)
	f(wmo(56), "rain", true, false)
	f(wmo(77), "snow", false, true)
	f(wmo(82), "rain", true, false)
	f(wmo(86), "snow", false, true)
	f(wmo(96), "thunder", true, false)
	f(wmo(100), "", false, false)
	id := func(id int) func(*Report) { return func(r *Report) { r.openWeather(id) } }
	f(id(202), "thunder", true, false)
	f(id(211), "thunder", false, false)
	f(id(301), "rain", true, false)
	f(id(511), "rain", true, false)
	f(id(612), "rain", true, false)
	f(id(616), "snow", true, true)
	f(id(602), "snow", false, true)
	f(id(741), "fog", false, false)
	f(id(781), "", false, false)
	f(id(801), "clear", false, false)
	f(id(804), "cloudy", false, false)
}

func TestWeatherNeverTellsItsKey(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	w, _ := sourceOf(t, OpenWeather, "s3cr3t", func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusUnauthorized) })
	w.Keep([]Point{{51.1, 3.7}})
	w.round(context.Background())
	w.config.URL = "http://127.0.0.1:1" // nobody listens
	w.pause = time.Time{}
	w.Keep([]Point{{40, 3}})
	w.round(context.Background())
	if text := log.String(); strings.Contains(text, "s3cr3t") || strings.Count(text, "weather is away") != 2 {
		t.Errorf("the log: %s", text)
	}
}

func TestWeatherKeepsToADaysRequests(t *testing.T) {
	hour := noon.Truncate(time.Hour)
	var asked atomic.Int64
	w, c := sourceOf(t, OpenMeteo, "", func(out http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		out.Header().Set("Content-Type", "application/json")
		fmt.Fprint(out, openMeteoAnswer(hour, 61))
	})
	w.terms.perDay = 10
	w.daily.SetBurst(5)
	w.daily.SetLimit(5.0 / 86400)
	w.daily.AllowN(c.Now().Add(-48*time.Hour), 0)
	var places []Point
	for i := range 40 {
		places = append(places, Point{40 + float64(i)/10, 3})
	}
	w.Keep(places)
	for range 24 * 6 {
		w.round(context.Background())
		c.add(10 * time.Minute)
	}
	if n := asked.Load(); n < 5 || n > 10 {
		t.Errorf("%d requests in a day, of 10", n)
	}
	if report, known, _ := w.At(51, 3, c.Now()); known {
		t.Errorf("weather that nobody told: %+v", report)
	}
}

func FuzzOtherForecasts(f *testing.F) {
	f.Add([]byte(openMeteoAnswer(noon, 61)), true)
	f.Add([]byte(openWeatherAnswer(noon, 500)), false)
	f.Fuzz(func(t *testing.T, body []byte, meteo bool) {
		source := OpenWeather
		if meteo {
			source = OpenMeteo
		}
		hours, err := source.read(body, 51, 4)
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
