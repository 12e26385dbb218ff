package signals

import (
	"math"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Report is the weather of one hour at one place. A number that is NaN and a
// Condition that is "" are unknown.
type Report struct {
	From        time.Time
	Temperature float64 // degrees C
	Feels       float64 // degrees C, as the source says
	Wind        float64 // m/s
	Cloud       float64 // percent
	Condition   string  // clear, cloudy, fog, rain, snow, thunder
	Rain, Snow  bool    // known where Condition is
	lat, lon    float64
}

var unknownNumber = math.NaN()

// sky reads a symbol code of MET Norway's, as lightrainshowersandthunder_day.
// Sleet is rain: it wets. Thunder goes before what falls, that before fog.
func (r *Report) sky(symbol string) {
	symbol, _, _ = strings.Cut(symbol, "_")
	r.Snow = strings.Contains(symbol, "snow")
	r.Rain = strings.Contains(symbol, "rain") || strings.Contains(symbol, "sleet")
	switch {
	case strings.Contains(symbol, "thunder"):
		r.Condition = "thunder"
	case r.Snow:
		r.Condition = "snow"
	case r.Rain:
		r.Condition = "rain"
	case symbol == "fog":
		r.Condition = "fog"
	case symbol == "cloudy" || symbol == "partlycloudy":
		r.Condition = "cloudy"
	case symbol == "clearsky" || symbol == "fair":
		r.Condition = "clear"
	}
}

// wmo reads a code of the WMO's table 4677, as Open-Meteo gives them. Drizzle
// and freezing rain are rain.
func (r *Report) wmo(code int) {
	switch {
	case code == 0 || code == 1:
		r.Condition = "clear"
	case code == 2 || code == 3:
		r.Condition = "cloudy"
	case code == 45 || code == 48:
		r.Condition = "fog"
	case code >= 51 && code <= 67 || code >= 80 && code <= 82:
		r.Condition, r.Rain = "rain", true
	case code >= 71 && code <= 77 || code == 85 || code == 86:
		r.Condition, r.Snow = "snow", true
	case code >= 95 && code <= 99:
		r.Condition, r.Rain = "thunder", true
	}
}

// openWeather reads a condition's number of OpenWeather's. Sleet is rain;
// smoke, dust and ash are none of our conditions.
func (r *Report) openWeather(id int) {
	switch {
	case id >= 200 && id < 300:
		r.Condition, r.Rain = "thunder", id < 210 || id >= 230
	case id >= 300 && id < 600:
		r.Condition, r.Rain = "rain", true
	case id >= 611 && id <= 613:
		r.Condition, r.Rain = "rain", true
	case id >= 600 && id < 700:
		r.Condition, r.Snow, r.Rain = "snow", true, id == 615 || id == 616
	case id == 701 || id == 741:
		r.Condition = "fog"
	case id == 800 || id == 801:
		r.Condition = "clear"
	case id > 801 && id <= 804:
		r.Condition = "cloudy"
	}
}

// FeelsLike is what the source says, else the wind chill at 10 degrees and below
// in more than a light air, else the temperature; NaN where that is unknown.
func (r Report) FeelsLike() float64 {
	if !math.IsNaN(r.Feels) {
		return r.Feels
	}
	kmh := r.Wind * 3.6
	if r.Temperature > 10 || math.IsNaN(kmh) || kmh < 4.8 {
		return r.Temperature
	}
	v := math.Pow(kmh, 0.16)
	return 13.12 + 0.6215*r.Temperature - 11.37*v + 0.3965*r.Temperature*v
}

// Daylight reports whether the sun is up at the report's place.
func (r Report) Daylight(at time.Time) bool { return sunIsUp(at, r.lat, r.lon) }

// sunIsUp works out the sun's height, to about a minute of its rising.
func sunIsUp(at time.Time, lat, lon float64) bool {
	const radian = math.Pi / 180
	at = at.UTC()
	days := float64(at.Unix())/86400 - 10957.5 // since noon of 1 January 2000
	mean := (357.528 + 0.9856003*days) * radian
	longitude := (280.460 + 0.9856474*days) * radian
	ecliptic := longitude + (1.915*math.Sin(mean)+0.020*math.Sin(2*mean))*radian
	tilt := (23.439 - 0.0000004*days) * radian
	declination := math.Asin(math.Sin(tilt) * math.Sin(ecliptic))
	ascension := math.Atan2(math.Cos(tilt)*math.Sin(ecliptic), math.Cos(ecliptic))
	sidereal := (280.46062 + 360.98564737*days + lon) * radian
	hour := sidereal - ascension
	height := math.Asin(math.Sin(lat*radian)*math.Sin(declination) + math.Cos(lat*radian)*math.Cos(declination)*math.Cos(hour))
	return height > -0.833*radian
}

// value returns one signal of the weather.
func (r Report) value(key string, at time.Time) rules.Value {
	switch key {
	case "temperature":
		return tenths(r.Temperature)
	case "feels_like":
		return tenths(r.FeelsLike())
	case "wind_ms":
		return tenths(r.Wind)
	case "cloud_percent":
		return tenths(r.Cloud)
	case "daylight":
		return boolean(r.Daylight(at))
	}
	if r.Condition == "" {
		return rules.Value{}
	}
	switch key {
	case "condition":
		return text(r.Condition)
	case "rain":
		return boolean(r.Rain)
	case "snow":
		return boolean(r.Snow)
	}
	return rules.Value{}
}

// tenths is a number to one decimal; NaN is unknown.
func tenths(f float64) rules.Value {
	if math.IsNaN(f) {
		return rules.Value{}
	}
	return rules.Value{Type: rules.Number, N: int64(math.Round(f*10)) * (rules.Million / 10)}
}

// weather returns a signal of the weather here.
func (x *gathering) weather(key string) (rules.Value, string) {
	if x.sky == skyUnasked {
		x.sky = skyUnknown
		x.locate()
		if x.here.HasPoint {
			var known bool
			if x.report, known, x.away = x.from.Weather.At(x.here.Lat, x.here.Lon, x.open.At); known {
				x.sky = skyKnown
			}
		}
	}
	switch {
	case x.sky == skyKnown:
		return x.report.value(key, x.open.At), x.skyOrigin()
	case !x.here.HasPoint:
		return rules.Value{}, x.origin("no point is known to have weather (", x.here.Origin, ")")
	}
	return rules.Value{}, x.origin("the weather of here is not known yet, or too old")
}

func (x *gathering) skyOrigin() string {
	if !x.why {
		return ""
	}
	c, _ := cellOf(x.here.Lat, x.here.Lon)
	lat, lon := c.point()
	return "weather of " + x.report.From.UTC().Format("15:04") + " UTC near " + degrees(lat) + " " + degrees(lon) +
		", for " + x.here.Origin
}
