package signals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answer is what the source said of a cell.
type answer struct {
	forecast []Report // nil: not modified
	modified string
	expires  time.Time
	pause    time.Duration // with an error: ask nothing for so long
}

// ask sends one request to the source and reads its answer, by its terms: it
// says who asks, with four decimals at most, and asks again only for what
// changed.
func (w *Weather) ask(ctx context.Context, c cell, modified string) (answer, error) {
	lat, lon := c.point()
	address := w.config.URL + "?" + w.config.Source.query(lat, lon, w.config.Key)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return answer{}, fmt.Errorf("ask for weather: %w", err)
	}
	request.Header.Set("User-Agent", "opentime/1 "+w.config.Contact)
	request.Header.Set("Accept", "application/json")
	if modified != "" {
		request.Header.Set("If-Modified-Since", modified)
	}
	response, err := w.client.Do(request)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the address has the key in it
	}
	if err != nil {
		return answer{}, fmt.Errorf("ask for weather: %w", err)
	}
	defer response.Body.Close()
	got := answer{modified: response.Header.Get("Last-Modified"), expires: expiry(response.Header, w.config.Now())}
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNonAuthoritativeInfo:
		slog.Warn("the weather source says this version of it will end", "url", w.config.URL)
	case http.StatusNotModified:
		if modified == "" {
			return answer{}, errors.New("read weather: not modified, though nothing was known")
		}
		if got.modified == "" {
			got.modified = modified
		}
		return got, nil
	case http.StatusTooManyRequests, http.StatusForbidden, http.StatusUnauthorized:
		return answer{pause: retryAfter(response.Header)}, fmt.Errorf("ask for weather: status %d", response.StatusCode)
	default:
		return answer{}, fmt.Errorf("ask for weather: status %d", response.StatusCode)
	}
	got.forecast, err = w.readAnswer(response, lat, lon)
	return got, err
}

// expiry is the answer's Expires, within a day of now.
func expiry(h http.Header, now time.Time) time.Time {
	t, err := http.ParseTime(h.Get("Expires"))
	if err != nil || t.After(now.Add(24*time.Hour)) {
		return now.Add(30 * time.Minute)
	}
	return t
}

// retryAfter is for how long the source wants to be left alone: from five
// minutes to a day.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil {
		return 10 * time.Minute
	}
	return min(max(time.Duration(seconds)*time.Second, 5*time.Minute), 24*time.Hour)
}

// compact is the part of a Locationforecast answer that is used.
type compact struct {
	Properties struct {
		Timeseries []struct {
			Time time.Time `json:"time"`
			Data struct {
				Instant struct {
					Details struct {
						Temperature *float64 `json:"air_temperature"`
						Wind        *float64 `json:"wind_speed"`
						Cloud       *float64 `json:"cloud_area_fraction"`
					} `json:"details"`
				} `json:"instant"`
				Next1 *compactSpan `json:"next_1_hours"`
				Next6 *compactSpan `json:"next_6_hours"`
			} `json:"data"`
		} `json:"timeseries"`
	} `json:"properties"`
}

// compactSpan is the outlook from one time of a series.
type compactSpan struct {
	Summary struct {
		Symbol string `json:"symbol_code"`
	} `json:"summary"`
}

// maxHours bounds a forecast kept in memory.
const maxHours = 60

// readAnswer reads a body.
func (w *Weather) readAnswer(response *http.Response, lat, lon float64) ([]Report, error) {
	if kind := response.Header.Get("Content-Type"); !strings.Contains(kind, "json") {
		return nil, fmt.Errorf("read weather: the answer is %q, not JSON", kind)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxWeatherBody+1))
	if err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	if len(body) > maxWeatherBody {
		return nil, fmt.Errorf("read weather: more than %d bytes", maxWeatherBody)
	}
	return w.config.Source.read(body, lat, lon)
}

// readForecast reads an answer of MET Norway's.
func readForecast(body []byte, lat, lon float64) ([]Report, error) {
	var data compact
	if err := json.Unmarshal(body, &data); err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	var f forecastBuilder
	for _, hour := range data.Properties.Timeseries {
		details := &hour.Data.Instant.Details
		r, err := f.add(measured{hour.Time, details.Temperature, nil, details.Wind, details.Cloud}, lat, lon)
		switch {
		case err != nil:
			return nil, err
		case r == nil:
			return f.reports, nil
		}
		if next := cmpSpan(hour.Data.Next1, hour.Data.Next6); next != nil {
			r.sky(next.Summary.Symbol)
		}
	}
	return f.done()
}

// measured are the numbers of an hour as a source gives them; nil is not known.
type measured struct {
	at                              time.Time
	temperature, feels, wind, cloud *float64
}

// forecastBuilder makes a forecast of hours in order.
type forecastBuilder struct{ reports []Report }

// add adds an hour whose numbers some weather on earth can have, and returns its
// report; nil where there are hours enough.
func (f *forecastBuilder) add(m measured, lat, lon float64) (*Report, error) {
	n := len(f.reports)
	switch {
	case n == maxHours:
		return nil, nil
	case n > 0 && !m.at.After(f.reports[n-1].From):
		return nil, fmt.Errorf("read weather: hours out of order at %s", m.at.Format(time.RFC3339))
	}
	r := Report{From: m.at, Temperature: unknownNumber, Feels: unknownNumber, Wind: unknownNumber, Cloud: unknownNumber, lat: lat, lon: lon}
	ok := within(m.temperature, -90, 60, &r.Temperature) && within(m.feels, -120, 80, &r.Feels) &&
		within(m.wind, 0, 120, &r.Wind) && within(m.cloud, 0, 100, &r.Cloud)
	if !ok || m.at.IsZero() {
		return nil, fmt.Errorf("read weather: numbers that no weather has at %s", m.at.Format(time.RFC3339))
	}
	f.reports = append(f.reports, r)
	return &f.reports[n], nil
}

// done returns the forecast.
func (f *forecastBuilder) done() ([]Report, error) {
	if len(f.reports) == 0 {
		return nil, errors.New("read weather: no hour in the answer")
	}
	return f.reports, nil
}

func cmpSpan(a, b *compactSpan) *compactSpan {
	if a != nil {
		return a
	}
	return b
}

// within sets a number that is given, and reports whether it can be.
func within(given *float64, low, high float64, set *float64) bool {
	if given == nil {
		return true
	}
	*set = *given
	return !math.IsNaN(*given) && *given >= low && *given <= high
}
