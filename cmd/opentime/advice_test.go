package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/opentime/server"
)

// TestTheAdminListenerAdvises makes two mistakes, which the page and the list
// name.
func TestTheAdminListenerAdvises(t *testing.T) {
	l := newLadder(t)
	ask := func(address, path string) (int, string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer read")
		request.Header.Set("X-Forwarded-For", "203.0.113.7")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
	mistakes := func() (list []string) {
		t.Helper()
		_, body := ask(l.app.admin, "/v1/advice")
		var advice []server.Advice
		if err := json.Unmarshal([]byte(body), &advice); err != nil || advice == nil {
			t.Fatalf("%v in %s", err, body)
		}
		for _, a := range advice {
			if !strings.HasPrefix(a.Mistake, "old-") { // what is built in grows old
				list = append(list, a.Mistake)
			}
		}
		return list
	}
	if got := mistakes(); len(got) > 0 {
		t.Errorf("before any open: %q", got)
	}
	for range 30 {
		ask(l.app.public, "/i/spring/hero.jpg?r=%%id%%")
	}
	if got := mistakes(); !slices.Equal(got, []string{"unbelieved-forward", "unfilled-tag"}) {
		t.Errorf("advice is %q", got)
	}
	_, page := ask(l.app.admin, "/")
	for _, want := range []string{"trusted_proxies", "merge tag", "spring/hero"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	for path, want := range map[string]string{
		"/v1/advice": "401 this needs the server's OPENTIME_TOKEN_READ; send Authorization: Bearer ...",
		"/v1/stock":  "405 this path takes OPTIONS, PUT",
		"/v1/stocks": "404 there is no such path; /v1/openapi.json has all",
	} {
		answer, err := http.Get("http://" + l.app.admin + path)
		if err != nil {
			t.Fatal(err)
		}
		var said struct{ Error string }
		err = json.NewDecoder(answer.Body).Decode(&said)
		_ = answer.Body.Close()
		if got := fmt.Sprintf("%d %s", answer.StatusCode, said.Error); err != nil || got != want {
			t.Errorf("without a token %s: %q, want %q, %v", path, got, want, err)
		}
	}
}
