package signals

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// RecordedWeather answers the requests of a Weather from recorded answers of
// MET Norway: the .json files of the folder dir of files, or the one file dir
// names. The nearest recording to the point asked for serves, by its own
// geometry; with none within 400 km the answer is 404.
func RecordedWeather(files fs.FS, dir string) (http.RoundTripper, error) {
	names := []string{dir}
	if !strings.HasSuffix(dir, ".json") {
		found, err := fs.Glob(files, path.Join(dir, "*.json"))
		if err != nil {
			return nil, fmt.Errorf("find recorded weather: %w", err)
		}
		names = found
	}
	r := &recordings{}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read recorded weather: %w", err)
		}
		var where struct {
			Geometry struct {
				Coordinates []float64 `json:"coordinates"`
			} `json:"geometry"`
		}
		if err := json.Unmarshal(body, &where); err != nil {
			return nil, fmt.Errorf("read recorded weather %s: %w", name, err)
		}
		if len(where.Geometry.Coordinates) < 2 {
			return nil, fmt.Errorf("read recorded weather %s: no geometry.coordinates", name)
		}
		lon, lat := where.Geometry.Coordinates[0], where.Geometry.Coordinates[1]
		if _, err := readForecast(body, lat, lon); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.list = append(r.list, recording{unitVector(lat, lon), body})
	}
	if len(r.list) == 0 {
		return nil, fmt.Errorf("read recorded weather: no .json file in %s", dir)
	}
	return r, nil
}

type recordings struct{ list []recording }

type recording struct {
	at   vector
	body []byte
}

// recordedReach is how far, in km, a recording speaks for the land around it.
const recordedReach = 400

// RoundTrip answers a request of a Weather.
func (r *recordings) RoundTrip(request *http.Request) (*http.Response, error) {
	query := request.URL.Query()
	lat, err := strconv.ParseFloat(query.Get("lat"), 64)
	if err != nil {
		return nil, fmt.Errorf("read lat: %w", err)
	}
	lon, err := strconv.ParseFloat(query.Get("lon"), 64)
	if err != nil {
		return nil, fmt.Errorf("read lon: %w", err)
	}
	here, best := unitVector(lat, lon), math.Inf(1)
	var body []byte
	for _, one := range r.list {
		if km := one.at.kilometres(here); km < best {
			best, body = km, one.body
		}
	}
	if best > recordedReach {
		return recorded(request, http.StatusNotFound, nil), nil
	}
	return recorded(request, http.StatusOK, body), nil
}

func recorded(request *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/json"}},
		Body:    io.NopCloser(bytes.NewReader(body)),
		Request: request, ContentLength: int64(len(body)),
	}
}
