package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/opentime/server"
)

// walkMethods are methods of HTTP, ours and others.
var walkMethods = []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE"}

// walkPaths are the paths of blocks' images and clicks.
func walkPaths(blocks []string) (paths []string) {
	for _, b := range blocks {
		paths = append(paths, "/i/walk/"+b+".png", "/c/walk/"+b)
	}
	return paths
}

// otherPaths are every other path of the public listener, and what is near one.
var otherPaths = []string{
	"/i/walk/list/2.jpg", "/c/walk/list/2", "/i/walk/list/9.gif", "/c/walk/list/9", "/i/walk/name.jpeg", "/c/walk/_t", "/c/walk",
	"/i/gone/name.png", "/c/gone/name", "/a/walk/name/yes", "/a/walk/ask/ja", "/a/walk/ask/gone", "/o/walk", "/e", "/d/walk/name", "/healthz", "/.well-known/assetlinks.json",
	"/", "/metrics", "/v1/explain/walk/name", "/v1/keys", "/demo",
}

// parts are what stands in the query beside r.
const walkParts = "&note=notecanary&called=Namecanary"

// anonymousOf are the ways in which a person's link proves nobody.
func anonymousOf(t *testing.T, p walkPerson) map[string]string {
	good := sealedBy(t, walkKeyB, "shop", p.id)
	return map[string]string{
		"another's seal":      p.id + sealedBy(t, walkKeyB, "shop", walkNobody.id+"x")[len(walkNobody.id)+1:],
		"a seal cut off":      good[:len(good)-1],
		"a bit is wrong":      good[:len(good)-2] + string(good[len(good)-2]^1) + good[len(good)-1:],
		"an unknown key":      sealedBy(t, walkKeyU, "shop", p.id),
		"a key that is over":  sealedBy(t, walkKeyO, "shop", p.id),
		"another sender":      sealedBy(t, walkKeyB, "store", p.id),
		"a dot and no seal":   p.id + ".",
		"something before it": "x" + good,
		"an address":          p.id + "@shop.example",
		"a merge tag":         "{{" + p.id + "}}",
	}
}

// TestNobodyIsShownWhatIsAnothers walks every route by every class of links,
// straight after those who may see it were shown what is theirs.
func TestNobodyIsShownWhatIsAnothers(t *testing.T) {
	for _, recipients := range []string{"signed", "keyed", "claimed"} {
		t.Run(recipients, func(t *testing.T) {
			w := newWalk(t, recipients)
			all := slices.Concat(walkPaths(walkPrivate), walkPaths(walkOpen), otherPaths)
			anonymous := map[string]answer{} // by method, path and agent: of a link without r
			claimed := map[string]answer{}   // of one whose id was never imported
			for _, agent := range walkAgents {
				for _, path := range all {
					for _, method := range methodsOf(path) {
						key := method + path + agent
						anonymous[key] = w.ask(method, path+"?"+walkParts[1:], agent)
						claimed[key] = w.ask(method, path+"?r="+walkNobody.id+walkParts, agent)
						w.leaks(method+" "+path, anonymous[key].headers+claimed[key].headers)
						if a, b := anonymous[key], claimed[key]; !a.same(&b) {
							t.Errorf("%s %s is one thing to nobody and another to an unknown id", method, path)
						}
					}
				}
			}
			var together sync.WaitGroup
			who := []walkPerson{walkAnna, walkBert, walkDora, walkNobody}
			if recipients == "claimed" {
				who = who[:1] // all else is as where they are to be signed
			}
			for _, p := range who {
				together.Go(func() { w.person(p, recipients, all, anonymous) })
			}
			together.Wait()
			w.claimed(recipients)
			w.seals()
			w.admin()
			t.Logf("%d requests", w.made)
			w.leftovers()
		})
	}
}

// methodsOf are the methods that a path is walked with: all of them for some.
func methodsOf(path string) []string {
	if strings.HasPrefix(path, "/i/walk/") || strings.HasPrefix(path, "/c/walk/") {
		if !strings.Contains(path, "/name") {
			return []string{"GET"}
		}
	}
	return walkMethods
}

// person walks as one person, and at once as those who only say so.
func (w *walk) person(p walkPerson, recipients string, all []string, anonymous map[string]answer) {
	good := sealedBy(w.t, walkKeyB, "shop", p.id)
	bad := anonymousOf(w.t, p)
	for _, agent := range walkAgents {
		for _, path := range all {
			w.ask("GET", path+"?r="+good+walkParts, agent)
			for why, r := range bad {
				methods := []string{"GET"}
				if why == "a bit is wrong" {
					methods = methodsOf(path)
				}
				for _, method := range methods {
					got, want := w.ask(method, path+"?r="+url.QueryEscape(r)+walkParts, agent), anonymous[method+path+agent]
					if !got.same(&want) {
						w.t.Errorf("%s, %s %s is another answer than nobody's:\n%s\n%s", why, method, path, got.headers, want.headers)
					}
				}
			}
		}
		for _, path := range walkPaths(walkPrivate) {
			signed, bare, none := w.ask("GET", path+"?r="+good+walkParts, agent), w.ask("GET", path+"?r="+p.id+walkParts, agent), anonymous["GET"+path+agent]
			knows := p.consent != "none" && shows(path, agent) && (p.name != "" || strings.HasSuffix(strings.TrimSuffix(path, ".png"), "/called"))
			if signed.same(&none) == knows {
				w.t.Errorf("%s: signed %s by %s: same as nobody's is %v", p.name, path, agent, !knows)
			}
			if keyed := recipients == "keyed" && knows && !strings.Contains(path, "/called"); keyed && !bare.same(&signed) {
				w.t.Errorf("%s: %s by an id that was imported is not what the seal shows", p.name, path)
			} else if recipients != "keyed" && !bare.same(&none) {
				w.t.Errorf("%s: %s by an id without a seal is another answer than nobody's: %s", p.name, path, bare.headers)
			}
		}
	}
}

// shows reports whether a path shows a person whose link is sealed something that
// is theirs.
func shows(path, agent string) bool {
	switch strings.TrimSuffix(path[len("/i/walk/"):], ".png") {
	case "note", "list":
		return false // nothing proves the text, and nothing was looked at
	case "where":
		return agent != outlook // else they are where the address is, as anybody
	}
	return true
}

// claimed walks as two people whose open facts are the same, by their bare ids,
// and as one whose are others.
func (w *walk) claimed(recipients string) {
	if recipients == "keyed" {
		return // they are keyed
	}
	// What a claimed open was told by where it was and what its link carries
	// is not for whoever writes the id only.
	for block, end := range map[string]string{"where": "?Link%C3%B6ping", "size": "?42"} {
		click := "/c/walk/" + block + "?r=" + walkAnna.id
		w.askFrom(walkElsewhere, "GET", "/i/walk/"+block+".png?r="+walkAnna.id+"&size=42", outlook)
		own, other, none := w.askFrom(walkElsewhere, "GET", click+"&size=42", outlook), w.ask("GET", click, outlook), w.ask("GET", "/c/walk/"+block+"?r="+walkNobody.id, outlook)
		if !strings.HasSuffix(own.location, end) {
			w.t.Errorf("a claimed click does not land on what its picture promised: %s", own.location)
		}
		if !other.same(&none) {
			w.t.Errorf("a claimed click by another lands on what was shown to %s: %s", walkAnna.name, other.location)
		}
	}
	for _, agent := range walkAgents {
		for _, path := range slices.Concat(walkPaths(walkOpen), walkPaths(walkPrivate)) {
			anna, carl := w.ask("GET", path+"?r="+walkAnna.id+walkParts, agent), w.ask("GET", path+"?r="+walkCarl.id+walkParts, agent)
			if !anna.same(&carl) {
				w.t.Errorf("claimed %s differs by more than is open: %s %s", path, anna.headers, carl.headers)
			}
		}
		for _, path := range walkPaths(walkOpen) {
			anna, bert := w.ask("GET", path+"?r="+walkAnna.id, agent), w.ask("GET", path+"?r="+walkBert.id, agent)
			if anna.same(&bert) {
				w.t.Errorf("claimed %s shows nothing of what is open", path)
			}
			dora, none := w.ask("GET", path+"?r="+walkDora.id, agent), w.ask("GET", path, agent)
			if !dora.same(&none) {
				w.t.Errorf("%s is shown by what somebody is who consents to nothing", path)
			}
		}
	}
}

// seals walks with seals of each key, and with x.
func (w *walk) seals() {
	keys, err := server.ParseKeys(walkKeyA)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, path := range walkPaths([]string{"name", "tier", "film"}) {
		by := func(key string, p walkPerson) answer {
			return w.ask("GET", path+"?r="+sealedBy(w.t, key, "shop", p.id), outlook)
		}
		a, b, other := by(walkKeyA, walkAnna), by(walkKeyB, walkAnna), by(walkKeyA, walkBert)
		if !a.same(&b) || a.same(&other) {
			w.t.Errorf("%s by the retired key: as by the one that signs is %v, as another's %v", path, a.same(&b), a.same(&other))
		}
	}
	own := []server.Parameter{{Name: "note", Value: "notecanary"}, {Name: "called", Value: "Namecanary"}}
	x := "&x=" + keys.SealParameters("shop", walkAnna.id, own)
	for name, c := range map[string]struct {
		query string
		known bool
	}{
		"their own":            {"?r=" + sealedBy(w.t, walkKeyB, "shop", walkAnna.id) + walkParts + x, true},
		"by a bare id":         {"?r=" + walkAnna.id + walkParts + x, true},
		"another's":            {"?r=" + sealedBy(w.t, walkKeyB, "shop", walkBert.id) + walkParts + x, false},
		"of another bare id":   {"?r=" + walkBert.id + walkParts + x, false},
		"with another text":    {"?r=" + walkAnna.id + strings.Replace(walkParts, "notecanary", "notecanaries", 1) + x, false},
		"and another's seal":   {"?r=" + walkAnna.id + sealedBy(w.t, walkKeyB, "shop", walkBert.id)[len(walkBert.id):] + walkParts + x, false},
		"of nobody":            {"?" + walkParts[1:] + x, false},
		"the seal of r itself": {"?r=" + walkAnna.id + walkParts + "&x=" + keys.Seal("shop", walkAnna.id), false},
		"who consents to none": {"?r=" + walkDora.id + walkParts + "&x=" + keys.SealParameters("shop", walkDora.id, own), false},
	} {
		for _, path := range walkPaths([]string{"note"}) { // the image first, on which the click lands
			none := w.ask("GET", path, outlook)
			if got := w.ask("GET", path+c.query, outlook); got.same(&none) == c.known {
				w.t.Errorf("x, %s: %s shows the text is %v", name, path, !c.known)
			}
		}
	}
}

// adminRoute finds the routes of the admin listener where they are made.
var adminRoute = regexp.MustCompile(`\br\.(GET|PUT|PATCH|POST|DELETE)\("([^"]+)"`)

// admin walks the admin listener's routes with every token.
func (w *walk) admin() {
	files, err := filepath.Glob("../../server/*.go")
	if err != nil {
		w.t.Fatal(err)
	}
	var routes [][]string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		routes = append(routes, adminRoute.FindAllStringSubmatch(string(source), -1)...)
	}
	if len(routes) < 15 {
		w.t.Fatalf("only %d routes were found", len(routes))
	}
	fill := strings.NewReplacer("{campaign}", "walk", "{block}", "name", "{position}", "1", "{feed}", "shop", "{r}", walkAnna.id)
	for _, token := range []string{"", "wrong", "ingest", "read", "publish"} {
		if _, rung := w.send(walkReader, "GET", w.app.public+"/i/walk/name.png", outlook, token); (rung != "") != (token == "read") {
			w.t.Errorf("the token %q is told the rung %q", token, rung)
		}
	}
	told := 0
	for _, route := range routes {
		path := fill.Replace(route[2])
		open := path == "/healthz" || path == "/readyz" || path == "/favicon.ico" || path == "/v1/openapi.json"
		for _, method := range slices.Compact(append([]string{route[1]}, walkMethods...)) {
			for _, token := range []string{"", "wrong", "ingest", "read", "publish"} {
				if strings.HasSuffix(path, "/refresh") && token == "ingest" || strings.HasPrefix(path, "/demo") {
					continue // it asks the feed; it is the demo's
				}
				got, _ := w.send(walkReader, method, w.app.admin+path+"?r="+walkAnna.id+"&trust=signed", outlook, token)
				shown := strings.Contains(got.headers+got.body, walkAnna.name)
				may := token == "read" && (strings.HasPrefix(path, "/v1/explain/") || strings.HasPrefix(path, "/v1/profiles/") || strings.HasPrefix(path, "/v1/decisions/"))
				if told += map[bool]int{true: 1}[shown]; shown && !may {
					w.t.Errorf("%s %s says who somebody is to the token %q", method, path, token)
				}
				if (token == "" || token == "wrong") && got.status < 400 && !open && (method != "OPTIONS" || got.body != "") {
					w.t.Errorf("%s %s answers %d to the token %q", method, path, got.status, token)
				}
			}
		}
	}
	if told == 0 {
		w.t.Error("explain says nothing to who has the token: nothing would be found")
	}
}
