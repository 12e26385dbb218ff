package signals_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/signals"
)

// names is a name server on loopback that answers every name with what it is
// told.
type names struct {
	*net.Resolver
	asked  atomic.Int64
	answer atomic.Pointer[func(name string, n int64) string] // an IPv4 address
}

func newNames(t testing.TB, answer func(name string, n int64) string) *names {
	t.Helper()
	listener, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &names{}
	s.answer.Store(&answer)
	s.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", listener.LocalAddr().String())
	}}
	go func() {
		query := make([]byte, 512)
		for {
			n, from, err := listener.ReadFrom(query)
			if err != nil {
				return
			}
			_, _ = listener.WriteTo(s.reply(query[:n]), from)
		}
	}()
	return s
}

// reply answers a question for an IPv4 address, and any other with nothing.
func (s *names) reply(query []byte) []byte {
	end := 12
	var labels []string
	for query[end] != 0 {
		labels = append(labels, string(query[end+1:end+1+int(query[end])]))
		end += int(query[end]) + 1
	}
	question := query[12 : end+5]
	reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if binary.BigEndian.Uint16(question[len(question)-4:]) != 1 {
		return reply
	}
	reply[7] = 1
	address := netip.MustParseAddr((*s.answer.Load())(strings.Join(labels, "."), s.asked.Add(1))).As4()
	return append(append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), address[:]...)
}

// gallery is a shop whose items' pictures are on the web: on a server of the
// test's own.
type gallery struct {
	*shop
	server   *httptest.Server
	names    *names
	library  *render.Library
	allow    func(netip.AddrPort) bool
	patience time.Duration
	stop     func()
	mux      *http.ServeMux
	panics   bool // reading a picture does
}

// newGallery starts a server and lets it, and no other address, be reached.
func newGallery(t testing.TB) *gallery {
	t.Helper()
	g := &gallery{mux: http.NewServeMux(), shop: &shop{t: t, dir: t.TempDir(), clock: newClock(), facts: newFacts()}, stop: func() {}}
	g.server = httptest.NewServer(g.mux)
	t.Cleanup(g.server.Close)
	g.names = newNames(t, func(string, int64) string { return "127.0.0.1" })
	own := netip.MustParseAddrPort(g.server.Listener.Addr().String())
	g.allow = func(to netip.AddrPort) bool { return to == own }
	library, err := render.OpenLibrary(filepath.Join(g.dir, "pictures"))
	if err != nil {
		t.Fatal(err)
	}
	g.library = library
	g.start()
	t.Cleanup(func() { g.stop() })
	return g
}

// start opens the catalogue and has it run.
func (g *gallery) start() {
	g.t.Helper()
	x, err := signals.NewCatalogue(signals.CatalogueConfig{
		Feeds: []signals.FeedConfig{{
			ID: "films", File: filepath.Join(g.dir, "films.xml"), Hosts: []string{"cinema.example"}, Keep: filepath.Join(g.dir, "keep"),
			PictureHosts: []string{"pictures.example", "*.cdn.example"}, Refresh: time.Hour,
		}},
		Store: g.facts, Now: g.clock.Now, Network: signals.Network{Resolver: g.names.Resolver, Allow: g.allow},
		Pictures: &signals.PictureConfig{
			Keep: filepath.Join(g.dir, "pictures.json"), Patience: g.patience,
			Add: func(data []byte) (string, error) {
				if g.panics {
					panic("a picture")
				}
				hash, err := g.library.AddFetched(data)
				return hash.String(), err
			},
			Has:    func(ref string) bool { return g.library.HasFetched(hashOf(g.t, ref)) },
			Remove: func(ref string) error { return g.library.RemoveFetched(hashOf(g.t, ref)) },
			List:   g.list,
		},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.Catalogue = x
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { x.Run(ctx); close(done) }()
	g.stop = sync.OnceFunc(func() { cancel(); <-done; _ = x.Close() })
}

func hashOf(t testing.TB, ref string) render.Hash {
	hash, err := render.ParseHash(ref)
	if err != nil {
		t.Error(err)
	}
	return hash
}

func (g *gallery) list() ([]string, error) {
	all, err := g.library.Fetched()
	var refs []string
	for _, h := range all {
		refs = append(refs, h.String())
	}
	return refs, err
}

// link is the address of a path at the server, under a name.
func (g *gallery) link(host, path string) string {
	_, port, _ := net.SplitHostPort(g.server.Listener.Addr().String())
	return "http://" + net.JoinHostPort(host, port) + path
}

// shows writes a feed of items with images at these links, and loads it.
func (g *gallery) shows(links ...string) {
	g.t.Helper()
	var items []string
	for i, link := range links {
		items = append(items, item(fmt.Sprint("i", i), "<g:image_link>"+link+"</g:image_link>"))
	}
	g.clock.add(time.Second)
	g.write(g.clock.Now(), items...)
	g.refresh()
}

// until waits for something, and fails where it never happens.
func (g *gallery) until(what string, happened func() bool) {
	g.t.Helper()
	for range 3000 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	g.t.Fatalf("never: %s; pictures are %+v", what, g.FeedStatus()[0].Pictures)
}

func (g *gallery) status() signals.PictureStatus {
	if s := g.FeedStatus()[0].Pictures; s != nil {
		return *s
	}
	return signals.PictureStatus{}
}

// settled waits until every picture was asked for.
func (g *gallery) settled() signals.PictureStatus {
	g.t.Helper()
	g.until("all are asked for", func() bool { s := g.status(); return s.Named > 0 && s.Waiting == 0 })
	return g.status()
}

// pixels is a PNG of one colour.
func pixels(t testing.TB, w, h int, fill color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, fill)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// claiming is a PNG whose head claims a size.
func claiming(t testing.TB, w, h uint32) []byte {
	data := pixels(t, 1, 1, color.White)
	binary.BigEndian.PutUint32(data[16:], w)
	binary.BigEndian.PutUint32(data[20:], h)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

func TestPicturesComeAheadAndAreKept(t *testing.T) {
	g := newGallery(t)
	var fill atomic.Pointer[color.RGBA]
	fill.Store(&color.RGBA{R: 0xff, A: 0xff})
	var asked, sent atomic.Int64
	g.mux.HandleFunc("/red.png", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		tag := fmt.Sprintf(`"%v"`, *fill.Load())
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent.Add(1)
		_, _ = w.Write(pixels(t, 30, 20, fill.Load()))
	})
	red := g.link("pictures.example", "/red.png")
	g.shows(red, red, "https://elsewhere.example/x.png")
	first := g.item("i0").Image
	g.until("the picture is shown", func() bool { first = g.item("i0").Image; return first != "" })
	if s := g.settled(); s.Named != 2 || s.There != 2 || g.item("i1").Image != first || g.item("i2").Image != "" {
		t.Errorf("status %+v, images %q %q", s, g.item("i1").Image, g.item("i2").Image)
	}
	if data, err := g.library.Open(hashOf(t, first)); err != nil || len(data) == 0 {
		t.Errorf("the picture is not in the library: %v", err)
	}
	if got := g.rank("popular", 9); got != "i0 i1 i2" {
		t.Errorf("popular is %s", got)
	}
	g.shows(red, red) // another feed with the same pictures
	if asked.Load() != 1 || g.item("i0").Image != first {
		t.Errorf("asked %d times", asked.Load())
	}

	g.stop() // a start without the server
	g.start()
	g.until("the kept feed is loaded", g.hasItems)
	if got := g.item("i0").Image; got != first || asked.Load() != 1 {
		t.Errorf("after a start %q, asked %d times", got, asked.Load())
	}
	// A day and more passes, and again where the answer before was noted only then.
	later := func(what string, ok func() bool) {
		t.Helper()
		g.until(what, func() bool {
			g.clock.add(27 * time.Hour)
			g.shows(red)
			return ok()
		})
	}
	again := func() {
		t.Helper()
		before := asked.Load()
		later("it is asked for again", func() bool { return asked.Load() > before })
	}
	again()
	if sent.Load() != 1 || g.item("i0").Image != first {
		t.Errorf("sent %d times", sent.Load())
	}
	fill.Store(&color.RGBA{B: 0xff, A: 0xff})
	again()
	g.until("the other picture is shown", func() bool { return g.item("i0").Image != first })

	g.server.Close() // the last good one stays
	blue := g.item("i0").Image
	later("it fails", func() bool { return g.status().Failed == 1 })
	if s := g.status(); g.item("i0").Image != blue || s.There != 1 || !strings.HasPrefix(s.Problems[0], "item i0: image: ") {
		t.Errorf("shows %q, status %+v", g.item("i0").Image, s)
	}
}

func (g *gallery) hasItems() bool {
	_, ok := g.Items("films").Item("i0")
	return ok
}

func TestPicturesThatNothingNamesAreRemoved(t *testing.T) {
	g := newGallery(t)
	for i, name := range []string{"/a.png", "/b.png", "/c.png"} {
		g.mux.HandleFunc(name, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pixels(t, 10+i, 10, color.Black)) })
	}
	a, b, c := g.link("pictures.example", "/a.png"), g.link("films.cdn.example", "/b.png"), g.link("pictures.example", "/c.png")
	g.shows(a, b)
	g.until("both are there", func() bool { return g.item("i0").Image != "" && g.item("i1").Image != "" })
	kept := g.item("i0").Image
	there := func() int { all, _ := g.list(); return len(all) }
	g.shows(a, c)
	g.until("the third is there", func() bool { return g.status().There == 2 })
	if there() != 3 {
		t.Errorf("%d pictures", there())
	}
	for range 12 { // days, through starts
		g.clock.add(25 * time.Hour)
		g.stop()
		g.start()
		g.until("it is loaded", g.hasItems)
		g.shows(a, c)
		g.settled()
	}
	g.until("the one that nothing names is removed", func() bool { return there() == 2 })
	if g.item("i0").Image != kept || !g.library.HasFetched(hashOf(t, kept)) {
		t.Error("one that is named is removed")
	}
	g.stop()
	if err := os.RemoveAll(filepath.Join(g.dir, "pictures", "fetched")); err != nil {
		t.Fatal(err)
	}
	g.start()
	g.until("lost files are fetched again", func() bool { return there() == 2 && g.item("i0").Image == kept })
}

// TestHostilePictureServers asks servers for pictures that answer anything but:
// each is refused with its reason, and memory stays flat.
func TestHostilePictureServers(t *testing.T) {
	g := newGallery(t)
	var inner atomic.Int64
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inner.Add(1)
		_, _ = w.Write(pixels(t, 10, 10, color.White))
	}))
	defer secret.Close()
	spaces, one := bomb(t), append(pixels(t, 1, 1, color.White), make([]byte, 1<<20)...)
	cases := []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{"html", "neither PNG, JPEG nor GIF", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>We are down</html>")) }},
		{"lies", "neither PNG, JPEG nor GIF", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"))
		}},
		{"endless", "larger than 10 MiB", func(w http.ResponseWriter, _ *http.Request) {
			for range 1000 {
				if _, err := w.Write(one); err != nil {
					return
				}
			}
		}},
		{"announced", "larger than 10 MiB", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999") }},
		{"cut", "unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(pixels(t, 10, 10, color.White)[:40])
		}},
		{"gzip", `packed it as "gzip"`, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(spaces)
		}},
		{"gzip-unsaid", "neither PNG, JPEG nor GIF", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(spaces) }},
		{"bomb", "30000x30000 pixels", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(claiming(t, 30000, 30000)) }},
		{"hollow", "read picture", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(claiming(t, 3000, 4000)) }},
		{"away", `sends us to "127.0.0.1"`, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, secret.URL, http.StatusFound) }},
		{"other", `sends us to "a.cdn.example"`, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, g.link("a.cdn.example", "/fine"), http.StatusMovedPermanently)
		}},
		{"circles", "in circles", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circles", http.StatusFound) }},
		{"port", "not on the public internet", func(w http.ResponseWriter, r *http.Request) {
			_, port, _ := net.SplitHostPort(secret.Listener.Addr().String())
			http.Redirect(w, r, "http://port.cdn.example:"+port+"/", http.StatusFound)
		}},
		{"gone", "answered 404", http.NotFound},
		{"unasked", "answered 304", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }},
		{"headers", "", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 100 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
			}
		}},
	}
	g.mux.HandleFunc("/fine", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pixels(t, 10, 10, color.Black)) })
	g.mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/fine", http.StatusFound) })
	links := []string{g.link("a.cdn.example", "/fine"), g.link("a.cdn.example", "/moved")}
	for _, c := range cases {
		g.mux.HandleFunc("/"+c.name, c.answer)
		links = append(links, g.link(c.name+".cdn.example", "/"+c.name))
	}
	debug.FreeOSMemory()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	g.shows(links...)
	most := uint64(0)
	g.until("all are asked for", func() bool {
		runtime.ReadMemStats(&during)
		most = max(most, during.HeapInuse)
		return g.status().Named > 0 && g.status().Waiting == 0
	})
	t.Logf("%d MB more in use at most", (int64(most)-int64(before.HeapInuse))>>20)
	if most > before.HeapInuse+128<<20 {
		t.Errorf("%d MB were in use, %d before", most>>20, before.HeapInuse>>20)
	}
	g.until("the good ones are shown", func() bool { return g.item("i0").Image != "" && g.item("i1").Image != "" })
	s := g.settled()
	if s.There != 2 || s.Failed != len(cases) || inner.Load() != 0 {
		t.Errorf("status %+v; the server inside was asked %d times", s, inner.Load())
	}
	for i, c := range cases {
		id := fmt.Sprintf("item i%d: image: ", i+2)
		why := ""
		for _, p := range s.Problems {
			if strings.HasPrefix(p, id) {
				why = p
			}
		}
		if why == "" || !strings.Contains(why, c.want) || g.item(fmt.Sprint("i", i+2)).Image != "" {
			t.Errorf("%s: %q, want %q", c.name, why, c.want)
		}
	}
}

// TestSlowPictureServersAreGivenUp asks servers that never end.
func TestSlowPictureServersAreGivenUp(t *testing.T) {
	g := newGallery(t)
	g.stop()
	g.patience = 300 * time.Millisecond
	g.start()
	over := make(chan struct{})
	defer close(over)
	g.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { drip(w, r, over) })
	g.mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-over:
		}
	})
	g.shows(g.link("a.cdn.example", "/slow"), g.link("b.cdn.example", "/silent"))
	s := g.settled()
	if s.Failed != 2 || !strings.Contains(s.Problems[0]+s.Problems[1], "took too long") {
		t.Errorf("status %+v", s)
	}
}

// drip sends a space now and then, for ever.
func drip(w http.ResponseWriter, r *http.Request, over <-chan struct{}) {
	for {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-over:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// bomb is 64 MB of spaces, packed.
func bomb(t testing.TB) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		_, _ = w.Write(block)
	}
	_ = w.Close()
	return out.Bytes()
}

// TestAHostThatRebindsIsNotReached has a name mean an address that may be
// reached, and then one that may not: on the same port another server listens.
func TestAHostThatRebindsIsNotReached(t *testing.T) {
	outside, inside := listeners(t)
	_, port, _ := net.SplitHostPort(outside.Addr().String())
	var out, in atomic.Int64
	serve := func(l net.Listener, n *atomic.Int64) {
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			n.Add(1)
			w.Header().Set("Connection", "close")
			_, _ = w.Write(pixels(t, 10, 10, color.Black))
		})}
		go func() { _ = s.Serve(l) }()
		t.Cleanup(func() { _ = s.Close() })
	}
	serve(outside, &out)
	serve(inside, &in)
	g := newGallery(t)
	g.stop()
	own := netip.MustParseAddrPort(outside.Addr().String())
	g.allow = func(to netip.AddrPort) bool { return to == own }
	g.names = newNames(t, func(_ string, n int64) string {
		return []string{"127.0.0.2", "127.0.0.1", "169.254.169.254", "10.0.0.1"}[min(n-1, 3)]
	})
	g.start()
	var links []string
	for i := range 6 {
		links = append(links, "http://pictures.example:"+port+fmt.Sprintf("/%d.png", i))
		g.shows(links...) // one after the other
		g.settled()
	}
	s := g.status()
	if s.There != 1 || s.Failed != 5 || out.Load() != 1 || in.Load() != 0 || !strings.Contains(s.Problems[0], "not on the public internet") {
		t.Errorf("status %+v; outside asked %d times, inside %d", s, out.Load(), in.Load())
	}
}

// TestAHostIsNotOverrun has many pictures at one host: a few are asked for at
// once, and none for a while where all fail.
func TestAHostIsNotOverrun(t *testing.T) {
	g := newGallery(t)
	var now, most, asked atomic.Int64
	g.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		asked.Add(1)
		time.Sleep(5 * time.Millisecond)
		if strings.HasPrefix(r.Host, "bad.") {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(pixels(t, 10, 10, color.Black))
	})
	var good, bad []string
	for i := range 60 {
		good = append(good, g.link("good.cdn.example", fmt.Sprint("/", i)))
		bad = append(bad, g.link("bad.cdn.example", fmt.Sprint("/", i)))
	}
	g.shows(good...)
	if s := g.settled(); s.There != 60 || most.Load() > 4 {
		t.Errorf("status %+v, %d at once", s, most.Load())
	}
	asked.Store(0)
	g.shows(append(bad, good...)...)
	g.until("the host is left alone", func() bool { return g.status().Failed >= 8 && now.Load() == 0 })
	g.shows(append(bad, good...)...)
	time.Sleep(50 * time.Millisecond)
	if n := asked.Load(); n > 12 {
		t.Errorf("asked %d times while it fails", n)
	}
	g.clock.add(10 * time.Minute)
	before := asked.Load()
	g.shows(append(bad, good...)...)
	g.until("it is asked again", func() bool { return asked.Load() > before })
}

// TestTheMostPopularPicturesComeFirst notes the order in which one is asked for
// after the other.
func TestTheMostPopularPicturesComeFirst(t *testing.T) {
	g := newGallery(t)
	order := make(chan string, 64)
	g.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		order <- r.URL.Path
		_, _ = w.Write(pixels(t, 10, 10, color.Black))
	})
	var items []string
	for i := range 30 {
		items = append(items, item(fmt.Sprint("i", i), fmt.Sprintf("<rating>4</rating><reviews>%d</reviews><g:image_link>%s</g:image_link>", i, g.link("pictures.example", fmt.Sprint("/", i)))))
	}
	g.clock.add(time.Second)
	g.write(g.clock.Now(), items...)
	g.refresh()
	g.settled()
	var first []string
	for range 4 {
		first = append(first, <-order)
	}
	for _, path := range first {
		if !strings.HasPrefix(path, "/2") || len(path) != 3 {
			t.Errorf("first come %v", first)
		}
	}
}

// TestAPictureThatPanicsIsRefused panics while a picture is read.
func TestAPictureThatPanicsIsRefused(t *testing.T) {
	g := newGallery(t)
	g.stop()
	g.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pixels(t, 10, 10, color.Black)) })
	g.panics = true
	g.start()
	g.shows(g.link("pictures.example", "/a.png"))
	if s := g.settled(); s.Failed != 1 || !strings.Contains(s.Problems[0], "panicked") {
		t.Errorf("status %+v", s)
	}
}

// TestImageLinksOnTheWeb says which are fetched.
func TestImageLinksOnTheWeb(t *testing.T) {
	config := feedConfig()
	config.PictureHosts = []string{"cdn.example", "*.cinema.example", "127.0.0.1"}
	for link, want := range map[string]string{
		"https://cdn.example/a.jpg":                        "",
		"http://CDN.example/a.jpg?w=5#top":                 "",
		"//img.cinema.example/a.jpg":                       "",
		"https://cdn.example:443/a b.jpg":                  "",
		"https://cinema.example/a.jpg":                     "leads to cinema.example, where no pictures are fetched",
		"https://cdn.example.evil.example/a.jpg":           "leads to cdn.example.evil.example",
		"https://cdn.example@evil.example/a.jpg":           "has a name or password in it",
		"https://evil.example/cdn.example/a.jpg":           "leads to evil.example",
		"https://127.0.0.1/a.jpg":                          "has an address in place of a name",
		"https://[::ffff:127.0.0.1]/a.jpg":                 "leads to ::ffff:127.0.0.1",
		"https://2130706433/a.jpg":                         "leads to 2130706433",
		"https://127.1/a.jpg":                              "leads to 127.1",
		"https://0x7f.1/a.jpg":                             "leads to 0x7f.1",
		"https://localhost/a.jpg":                          "leads to localhost",
		"https://cdn.example./a.jpg":                       "leads to cdn.example.",
		"file:///etc/passwd":                               "is no http address",
		"gopher://cdn.example/":                            "is no http address",
		"data://cdn.example/x":                             "is no http address",
		"https://":                                         "is no http address",
		"https://cdn.example/" + strings.Repeat("a", 2100): "is longer than 2048 bytes",
	} {
		_, report, err := signals.ReadFeed(config, strings.NewReader(`<rss xmlns:g="x"><channel>`+item("a", "<g:image_link>"+link+"</g:image_link>")+`</channel></rss>`), newClock().Now())
		got := ""
		for _, p := range report.Problems {
			got += p.Text
		}
		if err != nil || (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%.60s: %v %q, want %q", link, err, got, want)
		}
	}
}
