package server

import (
	"encoding/json"
	"net/http"
	"testing"
)

// FuzzReadEvents reads anything as events: what is not wrong has all that an event
// must have, and written as structured it is read as the same.
func FuzzReadEvents(f *testing.F) {
	const event = `{"specversion":"1.0","id":"1","source":"/erp","type":"opentime.stock.put","time":"2026-11-23T11:00:00Z","data":{"item":"rose","count":5}}`
	f.Add(structuredType, "", "", event)
	f.Add(batchType+"; charset=utf-8", "", "", "["+event+`, {"data_base64":"e30=","id":1}, null, []]`)
	f.Add("application/json", "1", "/erp%20%41%", `{"item":"rose","count":5}`)
	f.Add("text/plain", "1", "/erp", "five")
	f.Fuzz(func(t *testing.T, contentType, id, source, body string) {
		headers := http.Header{"Ce-Id": {id}, "Ce-Source": {source}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"opentime.stock.put"}}
		events, batch, err := readEvents(contentType, headers.Get, []byte(body))
		if err != nil && len(events) > 0 || err == nil && !batch && len(events) != 1 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for _, e := range events {
			if e.wrong != nil {
				continue
			}
			if e.ID == "" || e.Source == "" || e.Type == "" || e.SpecVersion != "1.0" {
				t.Errorf("taken: %+v", e)
			}
			if e.Base64 = ""; !json.Valid(e.Data) {
				continue // refused later, with its row
			}
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := readEvents(structuredType, headers.Get, text)
			if err != nil || again[0].wrong != nil || again[0].ID != e.ID || again[0].Source != e.Source {
				t.Errorf("written as %s, read as %+v, %v", text, again, err)
			}
		}
	})
}
