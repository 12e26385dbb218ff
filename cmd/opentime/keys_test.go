package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/opentime/server"
)

// TestKeysOfTheServerThatRuns compares keys here with those of a server, which
// says how many links came by each, and asks it about links.
func TestKeysOfTheServerThatRuns(t *testing.T) {
	w := newWalk(t, "keyed")
	keysHere := func(keys string, args ...string) (out string, code int) {
		var stdout, stderr strings.Builder
		e := &env{stdout: &stdout, stderr: &stderr, now: w.clock, getenv: func(name string) string {
			return map[string]string{"OPENTIME_KEYS": keys, "OPENTIME_TOKEN_READ": "read"}[name]
		}}
		code = run(append([]string{"keys", "--path", w.dir, "--data", w.data, "--admin", w.app.admin}, args...), e)
		return stdout.String() + stderr.String(), code
	}
	for range 3 {
		w.ask("GET", "/i/walk/name.png?r="+sealedBy(t, walkKeyA, "shop", walkAnna.id), outlook)
	}
	w.ask("GET", "/c/walk/name?r="+sealedBy(t, walkKeyO, "shop", walkAnna.id), outlook)
	w.ask("GET", "/c/walk/name?r="+sealedBy(t, walkKeyU, "shop", walkAnna.id), outlook)
	for range 25 {
		w.ask("GET", "/c/walk/name?r="+walkNobody.id, outlook)
	}
	same := walkKeyB + " " + walkKeyA
	out, code := keysHere(same, "--json")
	var s keysStatus
	if err := json.Unmarshal([]byte(out), &s); err != nil || code != 0 || s.Server == nil || len(s.Here) != 2 {
		t.Fatalf("%d, %v: %s", code, err, out)
	}
	got := map[string]server.KeyReport{}
	for _, k := range s.Server.Keys {
		got[k.Key] = k
	}
	if a, b, o := got["a"], got["b"], got["o"]; a.Day < 3 || a.Week != a.Day || b.Month != 0 || !b.Signs || o.Day != 1 || !o.Over || s.Server.Unknown != 1 {
		t.Errorf("the server's keys are %+v", s.Server)
	}
	for name, c := range map[string]struct {
		keys string
		code int
		says []string
	}{
		"the same":           {same, 0, []string{"\nb    ", "signs", "2996-12-31", "verifies", "2026-01-31  over", "1 came with a seal by no key of these"}},
		"one it has not":     {walkKeyU + " " + walkKeyB, 1, []string{`the server has no key "u", which signs here`}},
		"another of a name":  {"b" + walkKeyU[1:], 1, []string{`the server's key "b" is another than the one here`}},
		"none here":          {"", 0, []string{"links today", "2996-12-31"}},
		"what is none, here": {"b:AAAA", 0, []string{"links today"}},
	} {
		out, code := keysHere(c.keys)
		for _, want := range c.says {
			if code != c.code || !strings.Contains(out, want) {
				t.Errorf("%s: ends with %d and not with %d, or does not say %q:\n%s", name, code, c.code, want, out)
			}
		}
		for _, key := range []string{walkKeyB, walkKeyA, walkKeyO, walkKeyU} {
			if strings.Contains(out, key[2:20]) {
				t.Errorf("%s: says a secret:\n%s", name, out)
			}
		}
	}

	// explain verifies what it is asked about.
	own := []server.Parameter{{Name: "note", Value: "notecanary"}}
	keys, err := server.ParseKeys(walkKeyA)
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"r=" + sealedBy(t, walkKeyA, "shop", walkAnna.id):                                                    {`"trust": "signed"`, `sealed by key \"a\", until 2996-12-31`},
		"r=" + sealedBy(t, walkKeyO, "shop", walkAnna.id):                                                    {`"trust": "anonymous"`, `is retired: its last day was 2026-01-31`},
		"r=" + walkAnna.id + sealedBy(t, walkKeyA, "shop", walkBert.id)[len(walkBert.id):]:                   {`"trust": "anonymous"`, `did not make the seal for this id`},
		"trust=claimed&r=" + walkAnna.id:                                                                     {`"trust": "keyed"`},
		"trust=claimed&r=" + walkNobody.id:                                                                   {`"trust": "claimed"`},
		"r=" + walkAnna.id + "&note=notecanary&x=" + keys.SealParameters("shop", walkAnna.id, own):           {`"rule": "noted"`},
		"r=" + walkAnna.id + "&note=notecanary&x=" + keys.SealParameters("shop", walkBert.id, own):           {`"rule": "none"`},
		"r=" + walkAnna.id + "." + url.QueryEscape("short") + "&note=notecanary":                             {`the seal of r has 5 characters, not 24`},
		"r=" + walkDora.id + "&note=notecanary&x=" + keys.SealParameters("shop", walkDora.id, own) + "&l=xx": {`"trust": "anonymous"`},
	} {
		got, _ := w.send(walkReader, http.MethodGet, w.app.admin+"/v1/explain/walk/note?"+query, outlook, "read")
		for _, want := range want {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s: no %s in %s", query, want, got.body)
			}
		}
	}

	// Ids that nobody imported, where they were to be, are a mistake.
	answer, _ := w.send(walkReader, http.MethodGet, w.app.admin+"/v1/advice", outlook, "read")
	var advice []server.Advice
	if err := json.Unmarshal([]byte(answer.body), &advice); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"not-imported", "key-over"} {
		if !slices.ContainsFunc(advice, func(a server.Advice) bool { return a.Mistake == want }) {
			t.Errorf("no advice %s in %s", want, answer.body)
		}
	}
}

// A server starts with a key that is over: what was sent goes on being answered.
func TestAServerStartsWithAKeyThatIsOver(t *testing.T) {
	l := newLadder(t)
	l.stop()
	e := &env{zones: sharedZones, stdout: io.Discard, stderr: io.Discard, now: l.clock, getenv: func(name string) string {
		return map[string]string{"OPENTIME_KEYS": demoKeys + "@2020-12-31", "OPENTIME_TOKEN_READ": "read"}[name]
	}}
	a, err := startApp(e, serveOptions{path: l.dir, listen: "127.0.0.1:0", admin: "127.0.0.1:0", data: l.data})
	if err != nil {
		t.Fatal(err)
	}
	l.app = a
	t.Cleanup(func() { _ = a.stop() })
	l.wants("an image", "/i/spring/hero.jpg"+l.r("emma"), "live")
}
