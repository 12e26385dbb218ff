package main

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// sky is what the weather of one place is like in its recording.
type sky struct {
	id       string
	lat, lon float64
	cloud    float64 // percent
	low      float64 // degrees C at dawn
	high     float64 // degrees C in the afternoon
	wind     float64 // m/s
	symbol   string  // MET Norway's, without _day or _night
	rain     float64 // mm in an hour
	swings   bool    // clear, clarsky and fair have a day and a night
}

// skies are the recordings, one a cinema: rain over the Channel, snow in the
// north, sun in the south and clouds between.
var skies = []sky{
	{"antwerp", 51.2, 4.4, 71, 9, 13, 4.1, "partlycloudy", 0, true},
	{"ghent", 51.1, 3.7, 100, 7, 10, 6.2, "rain", 1.6, false},
	{"brussels", 50.9, 4.4, 88, 8, 12, 3.8, "cloudy", 0, false},
	{"bruges", 51.2, 3.2, 100, 8, 10, 5.9, "heavyrain", 3.4, false},
	{"leuven", 50.9, 4.7, 97, 7, 11, 3.1, "cloudy", 0, false},
	{"liege", 50.6, 5.6, 98, 3, 5, 2.6, "lightrain", 0.5, false},
	{"namur", 50.5, 4.9, 100, 2, 4, 1.4, "fog", 0, false},
	{"amsterdam", 52.4, 4.9, 100, 7, 10, 5.1, "rain", 1.1, false},
	{"rotterdam", 51.9, 4.5, 64, 8, 11, 7.0, "partlycloudy", 0, true},
	{"utrecht", 52.1, 5.1, 92, 6, 9, 4.4, "cloudy", 0, false},
	{"lille", 50.6, 3.1, 100, 7, 9, 5.5, "rainshowers", 0.9, true},
	{"paris", 48.9, 2.4, 9, 10, 17, 2.2, "clearsky", 0, true},
	{"luxembourg", 49.6, 6.2, 100, -1, 1, 2.0, "lightsnow", 0.4, false},
	{"cologne", 50.9, 7.0, 100, 5, 8, 3.3, "rainandthunder", 2.7, false},
	{"berlin", 52.5, 13.3, 14, -4, 2, 2.8, "clearsky", 0, true},
	{"london", 51.5, -0.1, 76, 8, 12, 3.9, "partlycloudy", 0, true},
	{"madrid", 40.4, -3.7, 2, 13, 23, 1.8, "clearsky", 0, true},
	{"lisbon", 38.7, -9.1, 6, 16, 22, 3.0, "fair", 0, true},
	{"warsaw", 52.2, 21.0, 100, -3, -1, 4.6, "snow", 1.1, false},
	{"stockholm", 59.3, 18.1, 100, -6, -3, 5.8, "heavysnow", 2.2, false},
}

// answer is MET Norway's Locationforecast, compact, so far as it is read.
type answer struct {
	Type       string   `json:"type"`
	Geometry   geometry `json:"geometry"`
	Properties struct {
		Meta       meta   `json:"meta"`
		Timeseries []hour `json:"timeseries"`
	} `json:"properties"`
}

type geometry struct {
	Type        string     `json:"type"`
	Coordinates [3]float64 `json:"coordinates"`
}

type meta struct {
	UpdatedAt time.Time         `json:"updated_at"`
	Units     map[string]string `json:"units"`
}

type hour struct {
	Time time.Time `json:"time"`
	Data hourData  `json:"data"`
}

type hourData struct {
	Instant struct {
		Details map[string]float64 `json:"details"`
	} `json:"instant"`
	Next struct {
		Summary map[string]string  `json:"summary"`
		Details map[string]float64 `json:"details"`
	} `json:"next_1_hours"`
}

// recording writes the answer of one place: a day, hour by hour. The demo
// looks an hour up by its time of day, whatever the date.
func recording(s *sky) ([]byte, error) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	a := answer{Type: "Feature", Geometry: geometry{"Point", [3]float64{s.lon, s.lat, 20}}}
	a.Properties.Meta = meta{start, map[string]string{
		"air_pressure_at_sea_level": "hPa", "air_temperature": "celsius", "cloud_area_fraction": "%",
		"precipitation_amount": "mm", "relative_humidity": "%", "wind_from_direction": "degrees", "wind_speed": "m/s",
	}}
	r := random("sky over " + s.id)
	for i := range 24 {
		at := start.Add(time.Duration(i) * time.Hour)
		h := hour{Time: at}
		local := math.Mod(float64(at.Hour())+s.lon/15+24, 24)
		warm := (math.Cos((local-15)/12*math.Pi) + 1) / 2
		wobble := func(v, by float64) float64 { return math.Max(0, v+by*(r.Float64()-0.5)) }
		h.Data.Instant.Details = map[string]float64{
			"air_pressure_at_sea_level": round(1013 - s.cloud/10 + r.Float64()),
			"air_temperature":           round(s.low + (s.high-s.low)*warm + 0.4*(r.Float64()-0.5)),
			"cloud_area_fraction":       round(math.Min(100, wobble(s.cloud, 6))),
			"relative_humidity":         round(wobble(60+s.cloud/4, 8)),
			"wind_from_direction":       round(210 + 60*r.Float64()),
			"wind_speed":                round(wobble(s.wind, 1)),
		}
		h.Data.Next.Summary = map[string]string{"symbol_code": s.code(local)}
		h.Data.Next.Details = map[string]float64{"precipitation_amount": round(s.rain * (0.8 + 0.4*r.Float64()))}
		a.Properties.Timeseries = append(a.Properties.Timeseries, h)
	}
	out, err := json.Marshal(a)
	return append(out, '\n'), err
}

// code is the symbol at this hour of the local day.
func (s *sky) code(local float64) string {
	switch {
	case !s.swings:
		return s.symbol
	case local >= 8 && local < 17:
		return s.symbol + "_day"
	}
	return s.symbol + "_night"
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

// name is the file of the recording.
func (s *sky) name() string { return fmt.Sprintf("weather/%s.json", s.id) }
