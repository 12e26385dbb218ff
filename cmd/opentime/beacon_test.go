package main

import (
	"bytes"
	"image/gif"
	"io"
	"net/http"
	"strings"
	"testing"
)

const theatrePage = "Origin: https://theatre.example"

// newBeacon starts a site whose pages may tell what recipients do.
func newBeacon(t *testing.T, more string) *counter {
	t.Helper()
	c := newBehaviour(t)
	c.write("opentime.yaml", behaviourConfig+"origins: [\"https://theatre.example\"]\n"+more, 0)
	c.restart()
	return c
}

// page asks the public listener as a page in a browser does.
func (c *counter) page(method, path, body string, headers ...string) (*http.Response, string) {
	c.t.Helper()
	request, err := http.NewRequest(method, "http://"+c.app.public+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("User-Agent", chrome)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response, string(answer)
}

// told is what is kept of somebody.
func (c *counter) told(r string) string {
	c.t.Helper()
	status, answer := c.send("GET", "/v1/profiles/"+r, "", "Authorization: Bearer read")
	if status != 200 && status != 404 {
		c.t.Fatal(status, answer)
	}
	return answer
}

// TestPagesTellWhatRecipientsDo tells by image and by script, and asks the rules.
func TestPagesTellWhatRecipientsDo(t *testing.T) {
	c := newBeacon(t, "")
	path := "/e?r=" + sealedBy(t, demoKeys, "theatre", "nina")
	pixel := func(method, path string, headers ...string) {
		t.Helper()
		response, answer := c.page(method, path, "", headers...)
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "image/gif" || !strings.Contains(response.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s %s is answered %d %v", method, path, response.StatusCode, response.Header)
		}
		if method == "HEAD" {
			return
		}
		image, err := gif.Decode(bytes.NewReader([]byte(answer)))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, alpha := image.At(0, 0).RGBA(); alpha != 0 || image.Bounds().Dx() != 1 || image.Bounds().Dy() != 1 {
			t.Errorf("the pixel is seen: %v", image)
		}
	}
	post := func(path, body string, headers ...string) {
		t.Helper()
		response, answer := c.page("POST", path, body, append(headers, "Content-Type: text/plain;charset=UTF-8")...)
		if response.StatusCode != http.StatusNoContent || answer != "" {
			t.Errorf("POST %s %s is answered %d %q", path, body, response.StatusCode, answer)
		}
	}
	// What must not count: by whom, from where and how.
	for _, why := range []struct{ path, body, header string }{
		{"/e", `{"kind": "viewed", "item": "tosca"}`, theatrePage},
		{"/e?r=nina", `{"kind": "viewed", "item": "tosca"}`, theatrePage},
		{path[:len(path)-1], `{"kind": "viewed", "item": "tosca"}`, theatrePage},
		{"/e?r=" + strings.Repeat("x", 9000), `{"kind": "viewed", "item": "tosca"}`, theatrePage},
		{path, `{"kind": "viewed", "item": "tosca"}`, "Origin: https://other.example"},
		{path, `{"kind": "viewed", "item": "tosca"}`, "Sec-Purpose: prefetch"},
		{path, `{"kind": "clicked", "item": "tosca"}`, theatrePage},
		{path, `{"kind": "viewed"}`, theatrePage},
		{path, `{"kind": "viewed", "item": "tosca"`, theatrePage},
		{path, ``, theatrePage},
		{path, `null`, theatrePage},
		{path, "[" + strings.Repeat(`{"kind": "viewed", "item": "tosca"},`, 20) + `{"kind": "viewed", "item": "tosca"}]`, theatrePage},
	} {
		post(why.path, why.body, why.header)
	}
	pixel("GET", path+"&kind=bought&item=tosca")
	pixel("GET", path+"&kind=viewed&item=tosca", "Origin: https://other.example")
	pixel("GET", path+"&kind=viewed&item=tosca", "Purpose: prefetch")
	pixel("GET", "/e?r=nina&kind=viewed&item=tosca")
	pixel("GET", "/e?r=%%id%%&kind=viewed&item=%")
	pixel("HEAD", path+"&kind=viewed&item=tosca")
	if kept := c.told("nina"); strings.Contains(kept, "tosca") {
		t.Fatalf("what proves nothing is kept: %s", kept)
	}
	// What counts, and survives.
	pixel("GET", path+"&kind=viewed&item=tosca&rnd=1234")
	pixel("GET", path+"&amp;kind=viewed&amp;item=tosca&id=look-2")
	pixel("GET", path+"&kind=viewed&item=tosca&id=look-2")
	post(path, `[{"kind": "carted", "item": "aida", "count": 2, "price": "45.00 EUR", "at": "2020-01-01", "r": "emma"}, {"kind": "searched", "search": "Verdi"}]`, theatrePage)
	for range 2 {
		for block, want := range map[string]string{"viewed-often": "holds", "carted": "holds", "cart-dear": "holds", "searched": "holds", "bought-dear": "none", "never-bought": "holds"} {
			if got := c.rule(block, "nina", "signed"); got != want {
				t.Errorf("%s shows %s, want %s: %s", block, got, want, c.told("nina"))
			}
		}
		c.restart()
	}
	order := `{"kind": "bought", "item": "aida", "price": "45.00 EUR", "id": "order-9/1"}`
	post(path, order, theatrePage)
	post(path, order) // an app's, or one that was sent again
	if status, answer := c.send("POST", "/v1/events", `[{"r": "nina", "kind": "bought", "item": "aida", "id": "order-9/1"}]`, "Authorization: Bearer ingest"); status != 200 || !strings.Contains(answer, "came before") {
		t.Errorf("an order that the page told is taken again: %d %s", status, answer)
	}
	if got := c.rule("bought-dear", "nina", "signed"); got != "holds" {
		t.Errorf("what was bought shows %s", got)
	}
	if strings.Contains(c.told("emma"), "aida") {
		t.Error("a page told of somebody else")
	}
	if _, metrics := c.send("GET", "/metrics", "", "Authorization: Bearer read"); !strings.Contains(metrics, `opentime_beacons_total{result="taken"} 2`) {
		t.Errorf("what pages told is not counted: %s", metrics)
	}
}

// TestAPageTellsWithinBounds lets a page tell too much, and too large.
func TestAPageTellsWithinBounds(t *testing.T) {
	c := newBeacon(t, "")
	path := "/e?r=" + sealedBy(t, demoKeys, "theatre", "nina")
	many := "[" + strings.Repeat(`{"kind": "viewed", "item": "tosca"},`, 19) + `{"kind": "viewed", "item": "tosca"}]`
	for i := range 8 {
		want := 204
		if i >= 6 {
			want = 202
		}
		if response, _ := c.page("POST", path, many, theatrePage); response.StatusCode != want {
			t.Errorf("%d: answered %d, want %d", i, response.StatusCode, want)
		}
	}
	c.pass(60e9)
	if response, _ := c.page("POST", path, many, theatrePage); response.StatusCode != http.StatusNoContent {
		t.Errorf("a minute later: answered %d", response.StatusCode)
	}
	large := `{"kind": "viewed", "item": "aida"` + strings.Repeat(" ", 17<<10) + "}"
	if response, _ := c.page("POST", path, large, theatrePage); response.StatusCode != http.StatusAccepted {
		t.Errorf("a body over 16 KiB is answered %d", response.StatusCode)
	}
	if strings.Contains(c.told("nina"), "aida") {
		t.Error("a body over 16 KiB counts")
	}
	for method, want := range map[string]int{"PUT": 404, "DELETE": 404, "OPTIONS": 204} {
		response, _ := c.page(method, path, "", theatrePage)
		if response.StatusCode != want {
			t.Errorf("%s is answered %d", method, response.StatusCode)
		}
		if allowed := response.Header.Get("Access-Control-Allow-Methods"); method == "OPTIONS" && !strings.Contains(allowed, "POST") {
			t.Errorf("a page that asks first is told %q", allowed)
		}
	}
	if response, _ := c.page("OPTIONS", path, "", "Origin: https://other.example"); response.Header.Get("Access-Control-Allow-Methods") != "" {
		t.Error("another's page is let in")
	}
}

// TestPagesTellOfWhoLetsIt tells of recipients by what they consent to, and of ids
// without a seal.
func TestPagesTellOfWhoLetsIt(t *testing.T) {
	c := newBeacon(t, "recipients: keyed\n")
	people := `[{"r": "none-8fQ2kZr0vXy7LmNbTcWe4H", "consent": "none", "attributes": {}}, {"r": "full-8fQ2kZr0vXy7LmNbTcWe4H", "attributes": {}},
		{"r": "away-8fQ2kZr0vXy7LmNbTcWe4H", "attributes": {}}]`
	if status, answer := c.send("PUT", "/v1/profiles", people, "Authorization: Bearer ingest"); status != 200 || strings.Contains(answer, "why") {
		t.Fatal(status, answer)
	}
	if status, answer := c.send("POST", "/v1/forget", `["away-8fQ2kZr0vXy7LmNbTcWe4H"]`, "Authorization: Bearer ingest"); status != 200 {
		t.Fatal(status, answer)
	}
	for r, kept := range map[string]bool{"none": false, "full": true, "away": false, "news": false} {
		id := r + "-8fQ2kZr0vXy7LmNbTcWe4H"
		for _, as := range []string{id, sealedBy(t, demoKeys, "theatre", id)} {
			if as != id && r == "news" {
				kept = true // its seal proves it
			}
			if response, _ := c.page("POST", "/e?r="+as, `{"kind": "viewed", "item": "tosca"}`, theatrePage); response.StatusCode != http.StatusNoContent {
				t.Errorf("%s is answered %d", as, response.StatusCode)
			}
			if got := strings.Contains(c.told(id), "tosca"); got != kept {
				t.Errorf("of %s it is kept: %t, want %t", as, got, kept)
			}
		}
	}
}
