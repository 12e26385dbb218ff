package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// damaged is a copy of a file with bits turned, a piece cut off, or a page of
// zeros, in the i-th way.
func damagedCopy(data string, i int) string {
	r := rand.New(rand.NewPCG(uint64(i), 13))
	out := []byte(data)
	at := r.IntN(len(out))
	switch i % 3 {
	case 0:
		for range 1 + r.IntN(i+1) {
			out[r.IntN(len(out))] ^= 1 << r.IntN(8)
		}
	case 1:
		return data[:at]
	case 2:
		clear(out[at:min(at+1<<r.IntN(13), len(out))])
	}
	return string(out)
}

// put writes a file that is seen to be another than before, whatever the time
// that files are dated with is counted in.
func (l *ladder) put(name, text string, version int) {
	l.t.Helper()
	l.write(name, text)
	at := time.Unix(1_790_000_000+int64(version), 0)
	if err := os.Chtimes(filepath.Join(l.dir, filepath.FromSlash(name)), at, at); err != nil {
		l.t.Fatal(err)
	}
}

// load has the files of data read as a reload does.
func (l *ladder) load() signals.Sources {
	l.t.Helper()
	l.app.reloading.Lock()
	defer l.app.reloading.Unlock()
	s, err := loadSite(l.app.site.folder)
	if err != nil {
		l.t.Fatal(err)
	}
	l.app.loadFiles(s)
	l.app.site = s
	return l.app.gatherer.Sources()
}

// TestDamagedDatabasesServeNoWrongPlace puts 100 damaged databases in the place
// of a good one while addresses are looked up, with restarts between: each
// address stays where it is.
func TestDamagedDatabasesServeNoWrongPlace(t *testing.T) {
	l := newLadder(t)
	good := l.read("../../assets/demo/geo.mmdb")
	var addresses []netip.Addr
	for _, a := range []string{"81.2.69.142", "2.125.160.216", "89.160.20.112", "216.160.83.56", "2a02:d940::1", "203.0.113.7"} {
		addresses = append(addresses, netip.MustParseAddr(a))
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		addresses = append(addresses, netip.AddrFrom4([4]byte{81, 2, 69, byte(r.Uint32())}), netip.AddrFrom4([4]byte{byte(r.Uint32()), byte(r.Uint32()), 1, 1}))
	}
	places := func() (all []string) {
		for _, a := range addresses {
			all = append(all, l.app.gatherer.Here(&signals.Open{Address: a, Client: signals.Client{Class: rules.Person, Located: true}}, nil).String())
		}
		return all
	}
	want := places()
	if !strings.HasPrefix(want[0], "London") {
		t.Fatalf("%s is in %s", addresses[0], want[0])
	}
	wrong, looked, refused := 0, 0, 0
	compare := func() {
		for j, got := range places() {
			if looked++; got != want[j] {
				wrong++
			}
		}
	}
	for i := range 100 {
		l.put("geo.mmdb", damagedCopy(good, i), i)
		if i%40 == 39 { // a start with the damaged one
			l.stop()
			l.start()
		}
		done := make(chan signals.Sources)
		go func() { done <- l.load() }()
		compare()
		if state := (<-done).Files["geo"]; state.Error != "" {
			refused++
			if !state.Last || state.Since.IsZero() {
				t.Errorf("damaged %d: %+v", i, state)
			}
		}
		compare()
	}
	t.Logf("%d of 100 refused, %d look-ups, %d wrong", refused, looked, wrong)
	if wrong > 0 || refused < 90 {
		t.Errorf("%d of %d look-ups are wrong; %d of 100 refused", wrong, looked, refused)
	}
	l.put("geo.mmdb", good, 200)
	if state := l.load().Files["geo"]; state.Error != "" {
		t.Errorf("the good one again: %+v", state)
	}
}

// TestALargeDatabaseIsVerifiedAside starts with a large file: at first there is
// none in use, later the last good one, and a damaged one changes nothing.
func TestALargeDatabaseIsVerifiedAside(t *testing.T) {
	l := newLadder(t)
	l.stop()
	noise := make([]byte, largeFile+1000)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(noise)
	var b bytes.Buffer
	packed := gzip.NewWriter(&b)
	archive := tar.NewWriter(packed)
	for _, f := range []struct {
		name string
		data []byte
	}{{"x/noise.txt", noise}, {"x/GeoIP2-City.mmdb", []byte(l.read("../../assets/demo/geo.mmdb"))}} {
		if err := archive.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	known := func() bool {
		_, ok := l.app.gatherer.Sources().Geo.Lookup(netip.MustParseAddr("81.2.69.142"))
		return ok
	}
	read := func() signals.FileState {
		t.Helper()
		for range 3000 {
			if state, ok := l.app.gatherer.Sources().Files["geo"]; ok {
				return state
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal("never read")
		return signals.FileState{}
	}
	for i, broken := range []bool{false, true} {
		data := bytes.Clone(b.Bytes())
		if broken {
			data[len(data)/2] ^= 1
		}
		l.put("geo.mmdb", string(data), i)
		l.start()
		if broken && !known() {
			t.Error("at once after a start nothing is known")
		}
		if state := read(); (state.Error != "") != broken || state.Last != broken || !known() {
			t.Errorf("broken %v: %+v, known %v", broken, state, known())
		}
		l.stop()
	}
}

// TestAChecksumBesideSpeaks has the database of another build come with a
// checksum that is another's, then with its own.
func TestAChecksumBesideSpeaks(t *testing.T) {
	l := newLadder(t)
	good := l.read("../../assets/demo/geo.mmdb")
	other := strings.ReplaceAll(good, "London", "Londen")
	l.put("geo.mmdb", other, 1)
	if state := l.load().Files["geo"]; !strings.Contains(state.Error, "the build in use") {
		t.Errorf("without a checksum: %+v", state)
	}
	sum := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:]) + "  geo.mmdb\n"
	}
	l.put("geo.mmdb.sha256", sum(good), 2)
	if state := l.load().Files["geo"]; !strings.Contains(state.Error, "geo.mmdb.sha256") {
		t.Errorf("with another's: %+v", state)
	}
	l.put("geo.mmdb.sha256", sum(other), 3)
	sources := l.load()
	if state := sources.Files["geo"]; state.Error != "" {
		t.Errorf("with its own: %+v", state)
	}
	if here, _ := sources.Geo.Lookup(netip.MustParseAddr("81.2.69.142")); here.City != "Londen" {
		t.Errorf("the new one says %s", here)
	}
}

// TestTablesAndRelaysOfOnesOwn have good, broken and no files of networks, with a
// start in between.
func TestTablesAndRelaysOfOnesOwn(t *testing.T) {
	l := newLadder(t)
	const head = "# 2026-11-26\nprefix\tnetwork\tnote\n"
	asks := func(address string) string {
		t.Helper()
		h, _ := l.app.gatherer.Clients().Named("chrome")
		h.Address, h.Click = netip.MustParseAddr(address), true
		client := l.app.gatherer.Classify(h)
		return client.Network + " " + client.Class.String()
	}
	wants := func(when string, want ...string) {
		t.Helper()
		for i, address := range []string{"198.51.100.7", "172.224.224.5", "66.249.93.40"} {
			if got := asks(address); got != want[i] {
				t.Errorf("%s: %s is %q, want %q", when, address, got, want[i])
			}
		}
	}
	wants("at first", " person", " person", "google scanner")
	l.write("opentime.yaml", ladderConfig+"relays: egress-ip-ranges.csv\nclients: tables\n")
	l.put("tables/hosting.tsv", head+"198.51.100.0/24\thosting\tours\n", 1)
	l.put("egress-ip-ranges.csv", "172.224.224.0/27,BE,BE-VLG,Ghent,\n172.224.224.32/31,BE,BE-VLG,Ghent,\n", 1)
	l.load()
	wants("with files", "hosting scanner", "relay person", "google scanner")
	here := l.app.gatherer.Here(&signals.Open{Address: netip.MustParseAddr("172.224.224.5"), Client: signals.Client{Class: rules.Person, Located: true}}, nil)
	if here.String() != "BE (from relay)" {
		t.Errorf("behind the relay: %s", here)
	}
	l.put("tables/hosting.tsv", head+"198.51.100.0/99\thosting\tours\n", 2)
	l.put("egress-ip-ranges.csv", "<html>no</html>\n", 2)
	for _, when := range []string{"broken", "broken at a start"} {
		sources := l.load()
		wants(when, "hosting scanner", "relay person", "google scanner")
		for _, name := range []string{"relays", "clients/hosting"} {
			if state := sources.Files[name]; state.Error == "" || !state.Last {
				t.Errorf("%s: %s: %+v", when, name, state)
			}
		}
		l.told("/v1/data", `"name": "relays"`, "the last good copy serves", "egress-ip-ranges.csv:1:")
		l.told("/v1/advice", "refused-relays", "refused-clients/hosting")
		l.told("/metrics", "opentime_data_files_refused 2\n", `opentime_data_date_seconds{data="relays"} 1790000001`)
		l.stop()
		l.start()
	}
	l.put("tables/mail.tsv", head, 3)
	l.remove("tables/hosting.tsv")
	l.remove("egress-ip-ranges.csv")
	l.load()
	wants("gone", " person", "relay person", " person")
	l.write("opentime.yaml", strings.Replace(ladderConfig, "places: {shops: shops.csv}\n", "", 1))
	if sources := l.load(); len(sources.Files) != 1 {
		t.Errorf("named no more: %+v", sources.Files)
	}
	wants("named no more", " person", " person", "google scanner")
}

// told asks the admin listener, whose answer must have some texts.
func (l *ladder) told(path string, want ...string) {
	l.t.Helper()
	text, err := newAdminClient(l.app.admin, "read").do(http.MethodGet, path, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, w := range want {
		if !strings.Contains(string(text), w) {
			l.t.Errorf("%s does not say %q: %s", path, w, text)
		}
	}
}

// TestFilesElsewhereAreWatched changes a file that lies outside the site's
// folder, and another beside it, which is nobody's business.
func TestFilesElsewhereAreWatched(t *testing.T) {
	l := newLadder(t)
	l.stop()
	elsewhere := filepath.Join(t.TempDir(), "towns.mmdb")
	good := l.read("../../assets/demo/geo.mmdb")
	write(t, elsewhere, good)
	l.write("opentime.yaml", strings.Replace(ladderConfig, "geo.mmdb", elsewhere, 1))
	l.start()
	changes := l.app.watch()
	write(t, filepath.Join(filepath.Dir(elsewhere), "other.txt"), "x")
	select {
	case <-changes:
		t.Error("another file is taken for one of ours")
	case <-time.After(2 * quiet):
	}
	write(t, elsewhere, good)
	select {
	case <-changes:
	case <-time.After(time.Minute):
		t.Error("a change is not noticed")
	}
}
