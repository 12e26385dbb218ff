package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/opentime/server"
)

// TestOneAnswerEverywhere asks for a decision as a page, an app and a desk would: it is
// that of the mail.
func TestOneAnswerEverywhere(t *testing.T) {
	c := newBehaviour(t)
	c.write("opentime.yaml", behaviourConfig+"origins: [\"https://theatre.example\"]\n", 0)
	c.restart()
	get := func(path string, headers ...string) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			request.Header.Set(name, value)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(body)
	}
	public := "http://" + c.app.public
	for _, who := range []string{"emma", "anna", "nobody"} {
		r := sealedBy(t, demoKeys, "theatre", who)
		for _, q := range queries {
			response, body := get(public+"/d/check/"+q.name+"?r="+r, "Origin: https://theatre.example", "User-Agent: "+outlook)
			var page, desk server.Decisions
			if err := json.Unmarshal([]byte(body), &page); response.StatusCode != http.StatusOK || err != nil {
				t.Fatal(response.StatusCode, body, err)
			}
			if origin := response.Header.Get("Access-Control-Allow-Origin"); origin != "https://theatre.example" {
				t.Errorf("the sender's own page is let in as %q", origin)
			}
			_, body = get("http://"+c.app.admin+"/v1/decisions/check/"+q.name+"?r="+who, "Authorization: Bearer read")
			if err := json.Unmarshal([]byte(body), &desk); err != nil {
				t.Fatal(body, err)
			}
			rule := page.Positions[0].Rule
			if mail := c.rule(q.name, who, "signed"); rule != mail || desk.Positions[0].Rule != mail {
				t.Errorf("%s of %s: a page is told %s, the desk %s, and the mail shows %s", q.name, who, rule, desk.Positions[0].Rule, mail)
			}
			if want := map[string]string{"holds": "Yes", "none": "No"}[rule]; page.Positions[0].Values["headline"] != want {
				t.Errorf("%s: says %v, want %s", q.name, page.Positions[0].Values, want)
			}
			click := strings.TrimPrefix(page.Positions[0].Click, "http://127.0.0.1:8080")
			if response, _ := get(public+click, "User-Agent: "+outlook); response.StatusCode != http.StatusFound || response.Header.Get("Location") != page.Positions[0].Link {
				t.Errorf("a click on %s leads to %d %s, not %s", click, response.StatusCode, response.Header.Get("Location"), page.Positions[0].Link)
			}
		}
	}
	r := sealedBy(t, demoKeys, "theatre", "emma")
	for path, want := range map[string]int{
		"/d/check/rated":                      403,
		"/d/check/rated?r=emma":               403,
		"/d/check/rated?r=" + r[:len(r)-1]:    403,
		"/d/check/gone?r=" + r:                404,
		"/d/gone/rated?r=" + r:                404,
		"/d/check?r=" + r:                     404,
		"/d/check/rated?r=" + r + "&x=1&l=fr": 200,
	} {
		response, body := get(public+path, "Origin: https://other.example")
		if response.StatusCode != want || response.Header.Get("Access-Control-Allow-Origin") != "" || want != 200 && strings.Contains(body, "emma") {
			t.Errorf("%s is answered %d %s, want %d", path, response.StatusCode, body, want)
		}
	}
}
