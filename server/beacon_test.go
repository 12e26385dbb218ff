package server

import (
	"testing"
)

// FuzzReadBeacon reads what anybody may send.
func FuzzReadBeacon(f *testing.F) {
	for _, body := range []string{"", "[]", "null", "[null]", `{"kind":"viewed","item":"tosca"}`, `[{"kind":"bought","tags":["a"],"price":9.5},{}]`, `{"tags":{}}`, "\x00", `{"a":1}{`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		rows, ok := readBeacon(body)
		if ok && (len(rows) == 0 || len(rows) > beaconRows) {
			t.Errorf("%q are %d events", body, len(rows))
		}
		if string(body) != before {
			t.Errorf("the body was changed")
		}
		link := Link{}
		link.parseQuery(body)
		if rows, ok := readPixel(link.Parameters); ok && rows[0].Kind != "viewed" && rows[0].Kind != "searched" {
			t.Errorf("%q tells of %s", body, rows[0].Kind)
		}
	})
}
