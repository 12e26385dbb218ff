package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/bench/load"
)

// pictures are images of a width in each format.
func pictures(t *testing.T, width int) map[string][]byte {
	m := image.NewPaletted(image.Rect(0, 0, width, 8), color.Palette{color.Black, color.White})
	m.SetColorIndex(3, 3, 1)
	files := map[string][]byte{}
	for extension, encode := range map[string]func(io.Writer) error{
		"jpg": func(w io.Writer) error { return jpeg.Encode(w, m, nil) },
		"png": func(w io.Writer) error { return png.Encode(w, m) },
		"gif": func(w io.Writer) error { return gif.Encode(w, m, nil) },
	} {
		var out bytes.Buffer
		if err := encode(&out); err != nil {
			t.Fatal(err)
		}
		files[extension] = out.Bytes()
	}
	return files
}

// sendTo sends to a handler what args say, and returns what came of it.
func sendTo(ctx context.Context, t *testing.T, handler http.HandlerFunc, args ...string) *load.Result {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	o, err := parseOptions(append([]string{"--public", s.URL, "--decode", "1", "--timeout", "60s"}, args...), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	target, err := findTarget(ctx, o, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return run(ctx, o, target, io.Discard)
}

// TestWrongAnswers counts each wrong answer as what it is.
func TestWrongAnswers(t *testing.T) {
	wide, narrow := pictures(t, 64), pictures(t, 63)
	half := wide["png"][:len(wide["png"])/2+8]
	answers := map[string]struct {
		status int
		kind   string
		body   []byte
	}{
		"right": {200, "image/jpeg; charset=x", wide["jpg"]}, "status": {404, "image/jpeg", wide["jpg"]}, "type": {200, "image/png", wide["png"]},
		"broken": {200, "image/png", half}, "begins": {200, "image/gif", []byte("<html>")}, "size": {200, "image/gif", narrow["gif"]}, "empty": {200, "image/jpeg", nil},
	}
	page := ""
	for _, name := range []string{"right.jpg", "status.jpg", "type.jpg", "broken.png", "begins.gif", "size.gif", "empty.jpg", "cut.jpg"} {
		page += fmt.Sprintf(`<a href="https://x/c/c/x"><IMG width="32" src='https://x/i/c/%s?r={{r}}&amp;s=one' alt="a>b"></a>`, name)
	}
	mail := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) }))
	defer mail.Close()
	r := sendTo(context.Background(), t, func(w http.ResponseWriter, q *http.Request) {
		name, _, _ := strings.Cut(q.URL.Path[len("/i/c/"):], ".")
		switch a := answers[name]; {
		case q.URL.RawQuery != "s=one":
			t.Errorf("query %q", q.URL.RawQuery)
		case name == "cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(wide["jpg"][:10])
		default:
			w.Header().Set("Content-Type", a.kind)
			w.WriteHeader(a.status)
			_, _ = w.Write(a.body)
		}
	}, "--mail", mail.URL, "--rate", "10", "--duration", "200ms", "--clicks", "0")
	got := map[string]int64{}
	for _, p := range r.Problems {
		got[p.What] = p.Count
	}
	want := map[string]int64{load.WrongCode: 2, load.WrongType: 2, load.Broken: 4, load.WrongSize: 4, load.Failed: 2}
	if fmt.Sprint(got) != fmt.Sprint(want) || r.Total().Requests != 16 || r.Total().Valid != 2 || r.Wrong() != 14 {
		t.Errorf("%v, want %v; %+v", got, want, r.Problems)
	}
}

// TestClicks checks where clicks lead, and that a wrong answer is a wrong run.
func TestClicks(t *testing.T) {
	hosts := []string{"cinema.example", "*.films.example"}
	for location, want := range map[string]string{
		"https://cinema.example/a?b": load.Valid, "http://CINEMA.example:8080": load.Valid, "https://a.films.example": load.Valid,
		"https://films.example": load.WrongPlace, "https://cinema.example.evil": load.WrongPlace, "//cinema.example": load.WrongPlace, "/a": load.WrongPlace, "": load.WrongPlace,
		"javascript://cinema.example/%0a1": load.WrongPlace, "https://:80": load.WrongPlace, "https://a b": load.WrongPlace,
	} {
		r := sendTo(context.Background(), t, func(w http.ResponseWriter, q *http.Request) {
			if strings.HasPrefix(q.URL.Path, "/c/") {
				w.Header()["Location"] = []string{location}
				w.WriteHeader(http.StatusFound)
			}
		}, "--images", "c/b.jpg", "--clicks", "1", "--rate", "1000", "--duration", "20ms", "--hosts", strings.Join(hosts, ","))
		clicks := r.Rows[len(r.Rows)-1]
		if ok := clicks.Valid == clicks.Requests; clicks.Name != load.ClickRow || clicks.Requests < 10 || ok != (want == load.Valid) {
			t.Errorf("%q: %+v %+v", location, clicks, r.Problems)
		}
	}
	var out bytes.Buffer
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	err := command(context.Background(), []string{"--public", s.URL, "--images", "c/b.jpg", "--duration", "50ms"}, &out, io.Discard)
	if !errors.Is(err, errWrong) || !strings.Contains(out.String(), "wrong: status") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestLatencyFromIntendedTime has a server that answers one request at a time,
// each slowly: what queues before it waits, and that time must show, though each
// answer takes little from when its request is sent.
func TestLatencyFromIntendedTime(t *testing.T) {
	files := pictures(t, 8)
	const each = 20 * time.Millisecond
	var mu sync.Mutex
	var longest time.Duration
	r := sendTo(context.Background(), t, func(w http.ResponseWriter, _ *http.Request) {
		began := time.Now()
		mu.Lock()
		defer mu.Unlock()
		time.Sleep(each)
		longest = max(longest, time.Since(began))
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(files["jpg"])
	}, "--images", "c/b.jpg", "--rate", "1000", "--duration", "50ms", "--decay", "0", "--clicks", "0", "--connections", "1")
	// 50 requests within 50 ms, one after the other: the last one's answer comes a
	// second after the first's, and half of them are answered after half of that.
	if total := r.Total(); total.Requests != 50 || total.Valid != 50 || total.Max < 900 || total.P50 < 400 {
		t.Errorf("%+v", total)
	}
	if r.Waited.P50 < 400 || len(r.Warnings()) == 0 {
		t.Errorf("waited %+v, %q", r.Waited, r.Warnings())
	}
	if r.Late.P50 > r.Waited.P50 {
		t.Errorf("a slow server delays the sender: %+v", r.Late)
	}
	if float64(longest.Milliseconds()) > r.Total().Max {
		t.Errorf("an answer took %v, all of them at most %v ms", longest, r.Total().Max)
	}
}

// TestTLS sends to a server over TLS, and trusts no certificate that the system
// does not.
func TestTLS(t *testing.T) {
	files := pictures(t, 8)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.TLS == nil {
			t.Error("a request without TLS")
		}
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(files["jpg"])
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	roots := t.TempDir() + "/roots.pem"
	write(t, roots, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
	t.Setenv("SSL_CERT_FILE", roots) // read once: nothing else here asks the system's roots
	for host, want := range map[string]int64{"127.0.0.1": 10, "localhost": 0} {
		args := []string{"--public", strings.Replace(s.URL, "127.0.0.1", host, 1), "--images", "c/b.jpg", "--rate", "100", "--duration", "100ms", "--clicks", "0", "--timeout", "60s"}
		o, err := parseOptions(args, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		target, err := findTarget(context.Background(), o, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if r := run(context.Background(), o, target, io.Discard); r.Total().Requests != 10 || r.Total().Valid != want {
			t.Errorf("%s: %+v %+v", host, r.Total(), r.Problems)
		}
	}
}

// TestUnsent counts what was not answered in time, and what found no connection
// until the end. It took as long as it was waited for.
func TestUnsent(t *testing.T) {
	ended := make(chan struct{})
	defer close(ended)
	r := sendTo(context.Background(), t, func(_ http.ResponseWriter, q *http.Request) {
		select {
		case <-ended:
		case <-q.Context().Done():
		}
	}, "--images", "c/b.jpg", "--rate", "1000", "--duration", "50ms", "--clicks", "0", "--connections", "2", "--timeout", "1s")
	got := map[string]int64{}
	for _, p := range r.Problems {
		got[p.What] = p.Count
	}
	if r.Total().Requests != 50 || got[load.TimedOut] == 0 || got[load.Unsent] < 20 || got[load.TimedOut]+got[load.Unsent] != 50 || r.Total().P50 < 900 {
		t.Errorf("%+v %+v", r.Total(), r.Problems)
	}
}

// TestInterrupt ends early with the report of what was sent.
func TestInterrupt(t *testing.T) {
	files := pictures(t, 8)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	r := sendTo(ctx, t, func(w http.ResponseWriter, _ *http.Request) {
		stop()
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(files["jpg"])
	}, "--images", "c/b.jpg", "--rate", "20", "--duration", "10m", "--clicks", "0")
	if total := r.Total(); !r.Interrupted || total.Requests == 0 || total.Valid != total.Requests || r.Seconds > 500 || len(r.Warnings()) == 0 {
		t.Errorf("%+v, %v s", total, r.Seconds)
	}
}

// TestHeaders sends each client's own, the recipient's columns and the token, and
// all images of a mail together.
func TestHeaders(t *testing.T) {
	signed := t.TempDir() + "/signed.csv"
	write(t, signed, "\ufeffid;name;r\n1;Zoë & co;a.x\n2;Émile;b.y\n")
	mix := t.TempDir() + "/clients.tsv"
	write(t, mix, "name\tshare\topens\theaders\tclicks\nall\t1\tOpener/1\tAccept: image/* | X-Two: b\tBrowser/2\n")
	page := t.TempDir() + "/mail.html"
	write(t, page, `<img alt='a>b' src="/i/c/b.jpg?r={{ person|lookup:'r' }}&amp;name=<%= escapeUrl(recipient.name) %>&amp;other=%OTHER%&amp;l=nl"><img src="/i/c/d/2.png?r=*|R|*"><img src="/logo.png">`)
	files := pictures(t, 8)
	var mu sync.Mutex
	seen := map[string]int{}
	r := sendTo(context.Background(), t, func(w http.ResponseWriter, q *http.Request) {
		mu.Lock()
		seen[fmt.Sprint(q.URL, q.UserAgent(), q.Header.Get("Accept"), q.Header.Get("X-Two"), q.Header.Get("Authorization"))]++
		mu.Unlock()
		if strings.HasPrefix(q.URL.Path, "/c/") {
			http.Redirect(w, q, "https://a.example", http.StatusFound)
			return
		}
		extension := q.URL.Path[len(q.URL.Path)-3:]
		w.Header().Set("Content-Type", map[string]string{"jpg": "image/jpeg", "png": "image/png"}[extension])
		w.Header().Set("Opentime-Rung", map[string]string{"jpg": "generic", "png": "no rung"}[extension])
		_, _ = w.Write(files[extension])
	}, "--mail", page, "--recipients", signed, "--clients", mix, "--token", "secret", "--rate", "1000", "--duration", "40ms", "--clicks", "0.5")
	first, second := 0, 0
	for asked, n := range seen {
		path, rest, _ := strings.Cut(asked, "?")
		query, rest, _ := strings.Cut(rest, map[bool]string{true: "Browser/2", false: "Opener/1"}[strings.HasPrefix(path, "/c/")])
		wanted := []string{"r=a.x&name=Zo%C3%AB%20%26%20co&l=nl", "r=b.y&name=%C3%89mile&l=nl"}
		if strings.Contains(path, "/d/2") {
			wanted = []string{"r=a.x", "r=b.y"}
		}
		if rest != "image/*bBearer secret" || !slices.Contains(wanted, query) {
			t.Errorf("asked %q", asked)
		}
		switch path {
		case "/i/c/b.jpg":
			first += n
		case "/i/c/d/2.png":
			second += n
		}
	}
	if first != 40 || second != 40 || rung(r, "generic") != 40 || len(r.Rungs) != 1 || r.Wrong() != 0 {
		t.Errorf("%d and %d opens; %+v", first, second, r)
	}
	if u, err := url.Parse(r.Public); err != nil || u.Host == "" {
		t.Errorf("public %q", r.Public)
	}
}
