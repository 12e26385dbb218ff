package signals

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// WeatherSource is a service that knows the weather.
type WeatherSource uint8

// The sources. OpenWeather needs a key; Open-Meteo's free service, without one,
// is for what is not commercial.
const (
	MetNorway   WeatherSource = iota // Locationforecast 2.0, compact
	OpenMeteo                        // /v1/forecast
	OpenWeather                      // /data/2.5/weather
)

// String names the source as opentime.yaml does.
func (s WeatherSource) String() string { return [...]string{"met.no", "open-meteo", "openweather"}[s] }

// terms are what a source's terms of use ask.
type terms struct {
	url         string
	perSecond   float64       // requests
	perDay      int           // requests; 0: as many as perSecond lets
	every       time.Duration // at least from one asking for a cell to the next
	attribution string
}

// terms are what the source asks of one who has a key or has none.
func (s WeatherSource) terms(key string) terms {
	const meteo = "Weather data by Open-Meteo.com (CC BY 4.0)"
	switch {
	case s == OpenMeteo && key == "":
		return terms{"https://api.open-meteo.com/v1/forecast", 5, 10_000, time.Hour, meteo}
	case s == OpenMeteo:
		return terms{"https://customer-api.open-meteo.com/v1/forecast", 10, 0, time.Hour, meteo}
	case s == OpenWeather:
		return terms{"https://api.openweathermap.org/data/2.5/weather", 1, 0, 30 * time.Minute, "Weather data by OpenWeather (openweathermap.org)"}
	}
	return terms{"https://api.met.no/weatherapi/locationforecast/2.0/compact", 10, 0, 5 * time.Minute, "Weather data by MET Norway (CC BY 4.0)"}
}

// Attribution is how the source wants to be named where its weather shows.
func (s WeatherSource) Attribution() string { return s.terms("").attribution }

// query is what the source is asked for a point: coordinates of one decimal,
// which is a tenth of a degree.
func (s WeatherSource) query(lat, lon float64, key string) string {
	q := url.Values{}
	set := func(lat0, lon0 string) {
		q.Set(lat0, strconv.FormatFloat(lat, 'f', 1, 64))
		q.Set(lon0, strconv.FormatFloat(lon, 'f', 1, 64))
	}
	switch s {
	case OpenMeteo:
		set("latitude", "longitude")
		q.Set("hourly", "temperature_2m,apparent_temperature,weather_code,wind_speed_10m,cloud_cover")
		q.Set("wind_speed_unit", "ms")
		q.Set("timeformat", "unixtime")
		q.Set("past_hours", "1")
		q.Set("forecast_hours", "48")
		if key != "" {
			q.Set("apikey", key)
		}
	case OpenWeather:
		set("lat", "lon")
		q.Set("units", "metric")
		q.Set("appid", key)
	default:
		set("lat", "lon")
	}
	return q.Encode()
}

// read reads the source's answer for a point. What is no weather on earth is
// refused whole.
func (s WeatherSource) read(body []byte, lat, lon float64) ([]Report, error) {
	switch s {
	case OpenMeteo:
		return readOpenMeteo(body, lat, lon)
	case OpenWeather:
		return readOpenWeather(body, lat, lon)
	}
	return readForecast(body, lat, lon)
}

// openMeteo is the part of an answer of Open-Meteo's that is used: columns by
// hour, where null is not known.
type openMeteo struct {
	Hourly struct {
		Time        []int64    `json:"time"` // Unix seconds
		Temperature []*float64 `json:"temperature_2m"`
		Feels       []*float64 `json:"apparent_temperature"`
		Code        []*float64 `json:"weather_code"`
		Wind        []*float64 `json:"wind_speed_10m"`
		Cloud       []*float64 `json:"cloud_cover"`
	} `json:"hourly"`
	Units struct {
		Time string `json:"time"`
		Wind string `json:"wind_speed_10m"`
		Warm string `json:"temperature_2m"`
	} `json:"hourly_units"`
}

func readOpenMeteo(body []byte, lat, lon float64) ([]Report, error) {
	var data openMeteo
	if err := json.Unmarshal(body, &data); err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	h, units := &data.Hourly, &data.Units
	if units.Time != "unixtime" || units.Wind != "m/s" || units.Warm != "°C" {
		return nil, fmt.Errorf("read weather: units %q, %q, %q that were not asked for", units.Time, units.Wind, units.Warm)
	}
	for _, column := range [][]*float64{h.Temperature, h.Feels, h.Code, h.Wind, h.Cloud} {
		if len(column) != len(h.Time) {
			return nil, fmt.Errorf("read weather: %d numbers for %d hours", len(column), len(h.Time))
		}
	}
	var f forecastBuilder
	for i, at := range h.Time {
		m := measured{time.Unix(at, 0).UTC(), h.Temperature[i], h.Feels[i], h.Wind[i], h.Cloud[i]}
		r, err := f.add(m, lat, lon)
		switch {
		case err != nil:
			return nil, err
		case r == nil:
			return f.reports, nil
		case h.Code[i] != nil:
			r.wmo(int(*h.Code[i]))
		}
	}
	return f.done()
}

// openWeather is the part of an answer of OpenWeather's that is used.
type openWeather struct {
	At   int64 `json:"dt"` // Unix seconds
	Main struct {
		Temperature *float64 `json:"temp"`
		Feels       *float64 `json:"feels_like"`
	} `json:"main"`
	Weather []struct {
		ID int `json:"id"`
	} `json:"weather"`
	Wind struct {
		Speed *float64 `json:"speed"`
	} `json:"wind"`
	Clouds struct {
		All *float64 `json:"all"`
	} `json:"clouds"`
}

func readOpenWeather(body []byte, lat, lon float64) ([]Report, error) {
	var data openWeather
	if err := json.Unmarshal(body, &data); err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	if data.At <= 0 {
		return nil, fmt.Errorf("read weather: no time in the answer")
	}
	var f forecastBuilder
	m := measured{time.Unix(data.At, 0).UTC(), data.Main.Temperature, data.Main.Feels, data.Wind.Speed, data.Clouds.All}
	r, err := f.add(m, lat, lon)
	if err != nil {
		return nil, err
	}
	if len(data.Weather) > 0 {
		r.openWeather(data.Weather[0].ID)
	}
	return f.done()
}
