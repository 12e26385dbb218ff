package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"example.com/opentime/signals"
)

// smallDatabase has one network, in Ghent, of an AS.
func smallDatabase(t *testing.T, kind string, day time.Time) []byte {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, Description: map[string]string{"en": kind}, Languages: []string{"en"}, BuildEpoch: day.Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, network, _ := net.ParseCIDR("81.2.69.0/24")
	record := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("BE")}, "autonomous_system_number": mmdbtype.Uint32(16509)}
	if err := tree.Insert(network, record); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	if closed := w.Close(); err != nil || closed != nil {
		t.Fatal(err, closed)
	}
	return b.Bytes()
}

// mirror is a server with the paths of those who give data out.
type mirror struct {
	t     *testing.T
	at    string
	mu    sync.Mutex
	files map[string]http.HandlerFunc // by path and query
	asked int
}

func newMirror(t *testing.T) *mirror {
	m := &mirror{t: t, files: map[string]http.HandlerFunc{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.asked++
		if file := m.files[r.URL.RequestURI()]; file != nil {
			file(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	m.at = server.URL
	return m
}

// gives has a path answer with data of a day.
func (m *mirror) gives(path string, data []byte, day time.Time) {
	m.answers(path, func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", day, bytes.NewReader(data))
	})
}

func (m *mirror) answers(path string, with http.HandlerFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[path] = with
}

// run runs opentime data with the mirror in the place of all others.
func (m *mirror) run(variables map[string]string, now time.Time, args ...string) (code int, out string) {
	var b strings.Builder
	e := &env{zones: sharedZones, stdout: &b, stderr: &b, now: func() time.Time { return now }, getenv: func(name string) string {
		if name == "OPENTIME_DATA_URL" {
			return m.at
		}
		return variables[name]
	}}
	return run(append([]string{"data"}, args...), e), b.String()
}

const dataSite = "sender: shop\nhome: https://shop.example\nhosts: [shop.example]\ntimezone: Europe/Brussels\nlocales: [nl]\n"

const relayPath, dbipPath = "/egress-ip-ranges.csv", "/free/dbip-city-lite-2026-11.mmdb.gz"

// dataFolder is a site that names files of data.
func dataFolder(t *testing.T, keys string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "opentime.yaml"), dataSite+keys)
	if err := os.MkdirAll(filepath.Join(dir, "campaigns"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDataIsFetchedAndListed fetches all that can be, twice, and lists it.
func TestDataIsFetchedAndListed(t *testing.T) {
	m := newMirror(t)
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	built := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	city, asn := smallDatabase(t, "DBIP-City-Lite", built), smallDatabase(t, "DBIP-ASN-Lite (compat=GeoLite2-ASN)", built)
	m.gives("/free/dbip-city-lite-2026-10.mmdb.gz", zipped(t, city), built) // November's is not there yet
	m.gives("/free/dbip-asn-lite-2026-11.mmdb.gz", zipped(t, asn), built)
	m.gives(relayPath, []byte("172.224.224.0/27,BE,BE-VLG,Ghent,\n"), now.AddDate(0, 0, -3))
	dir := dataFolder(t, "geo: dbip-city-lite.mmdb\nasn: dbip-asn-lite.mmdb.gz\nrelays: egress-ip-ranges.csv\n")
	code, out := m.run(nil, now, "fetch", "--path", dir)
	for _, want := range []string{"DBIP-City-Lite, of 2026-10-01", "IP Geolocation by DB-IP", "DBIP-ASN-Lite", "list of Apple's relay, 1 networks, of 2026-11-23"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, %q is missing: %s", code, want, out)
		}
	}
	for name, want := range map[string][]byte{"dbip-city-lite.mmdb": city, "dbip-asn-lite.mmdb.gz": zipped(t, asn)} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what was given: %v", name, err)
		}
	}
	code, out = m.run(nil, now, "fetch", "--path", dir)
	if code != 0 || strings.Count(out, "is up to date") != 3 {
		t.Errorf("again: exit code %d: %s", code, out)
	}
	code, out = m.run(nil, now, "--path", dir)
	for _, want := range []string{"2026-10-01, 56 days", "2026-11-23, 3 days", "CC BY 4.0", "egress-ip-ranges.csv", "GeoNames"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit code %d, %q is missing: %s", code, want, out)
		}
	}
	code, out = m.run(nil, now.AddDate(0, 7, 0), "--path", dir, "--json")
	var list []signals.DataFile
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 1 {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	old := 0
	for _, d := range list {
		if d.Old {
			old++
		}
		if d.Old && (d.Do == "" || d.Why == "" || d.Days < 200) {
			t.Errorf("of the old it says %+v", d)
		}
	}
	if old != 3 {
		t.Errorf("%d are old after seven months, want geo, asn and relays: %s", old, out)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 5 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// TestAServerTakesWhatIsFetched runs a server whose database is not there, and
// fetches it.
func TestAServerTakesWhatIsFetched(t *testing.T) {
	l := newLadder(t)
	l.stop()
	l.remove("geo.mmdb")
	if err := os.RemoveAll(l.data); err != nil {
		t.Fatal(err)
	}
	l.write("opentime.yaml", strings.Replace(ladderConfig, "geo.mmdb", "dbip-city-lite.mmdb", 1))
	l.late.Store(int64(time.Until(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)))) // the tables built in are not old then
	l.start()
	changes := l.app.watch()
	m := newMirror(t)
	built := l.clock().AddDate(0, -1, 0)
	m.gives("/free/dbip-city-lite-"+l.clock().UTC().Format("2006-01")+".mmdb.gz", zipped(t, smallDatabase(t, "DBIP-City-Lite", built)), built)
	lists := func() (code int, out string) {
		t.Helper()
		token := map[string]string{"OPENTIME_TOKEN_READ": "read"}
		return m.run(token, l.clock(), "--path", l.dir, "--data", l.data, "--admin", l.app.admin)
	}
	if code, out := lists(); code != 1 || !strings.Contains(out, "no such file") {
		t.Errorf("without a file: exit code %d: %s", code, out)
	}
	if code, out := m.run(nil, l.clock(), "fetch", "--path", l.dir); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	select {
	case <-changes:
		l.app.reload()
	case <-time.After(time.Minute):
		t.Fatal("the new file is not noticed")
	}
	if code, out := lists(); code != 0 || !strings.Contains(out, built.UTC().Format(time.DateOnly)+", ") {
		t.Errorf("with a file: exit code %d: %s", code, out)
	}
	here, _ := l.app.gatherer.Sources().Geo.Lookup(netip.MustParseAddr("81.2.69.142"))
	if here.Country != "BE" {
		t.Errorf("81.2.69.142 is in %s", here)
	}
}

// TestWhatIsBehindALinkIsFetched fetches a file that lies on another disk, behind a
// link.
func TestWhatIsBehindALinkIsFetched(t *testing.T) {
	m := newMirror(t)
	month := time.Now().UTC().Format("2006-01")
	m.gives("/free/dbip-city-lite-"+month+".mmdb.gz", zipped(t, smallDatabase(t, "DBIP-City-Lite", time.Now())), time.Now())
	dir, other := dataFolder(t, "geo: dbip-city-lite.mmdb\n"), t.TempDir()
	if err := os.Symlink(filepath.Join(other, "geo.mmdb"), filepath.Join(dir, "dbip-city-lite.mmdb")); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("unshare", "--mount", "sh", "-c",
		`mount -t tmpfs other "$1" && echo old > "$1/geo.mmdb" && opentime data fetch --path "$2" && test -L "$2/dbip-city-lite.mmdb" && opentime data --path "$2" && ls -A "$1"`,
		"sh", other, dir)
	command.Env = append(os.Environ(), "OPENTIME_DATA_URL="+m.at)
	if said, err := command.CombinedOutput(); err != nil || !strings.HasSuffix(string(said), "\ngeo.mmdb\n") {
		t.Errorf("%v: %s", err, said)
	}
}

// TestMaxMindWantsToKnowWhoAsks downloads an archive with account and key.
func TestMaxMindWantsToKnowWhoAsks(t *testing.T) {
	m := newMirror(t)
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	city := smallDatabase(t, "GeoLite2-City", now.AddDate(0, 0, -2))
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "GeoLite2-City_20261124/GeoLite2-City.mmdb", Mode: 0o644, Size: int64(len(city)), Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(city); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	archive := zipped(t, b.Bytes())
	sum := sha256.Sum256(archive)
	const from = "/geoip/databases/GeoLite2-City/download?suffix=tar.gz"
	private := func(data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if account, key, _ := r.BasicAuth(); account != "12345" || key != "secret" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = w.Write(data)
		}
	}
	m.answers(from, private(archive))
	m.answers(from+".sha256", private([]byte(hex.EncodeToString(sum[:])+"  GeoLite2-City_20261124.tar.gz\n")))
	dir := dataFolder(t, "geo: GeoLite2-City.mmdb\n")
	if code, out := m.run(nil, now, "fetch", "--path", dir); code != 1 || !strings.Contains(out, "OPENTIME_MAXMIND_KEY") || m.asked > 0 {
		t.Errorf("nobody: exit code %d, asked %d times: %s", code, m.asked, out)
	}
	code, out := m.run(map[string]string{"OPENTIME_MAXMIND_ACCOUNT": "12345", "OPENTIME_MAXMIND_KEY": "wrong"}, now, "fetch", "--path", dir)
	if code != 1 || !strings.Contains(out, "401") || !strings.Contains(out, "hint") || strings.Contains(out, "wrong") {
		t.Errorf("somebody else: exit code %d: %s", code, out)
	}
	key := map[string]string{"OPENTIME_MAXMIND_ACCOUNT": "12345", "OPENTIME_MAXMIND_KEY": "secret"}
	code, out = m.run(key, now, "fetch", "geo", "--path", dir)
	if code != 0 || !strings.Contains(out, "GeoLite2 Data created by MaxMind") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "GeoLite2-City.mmdb")); err != nil || !bytes.Equal(got, city) {
		t.Errorf("the file is not what the archive has: %v", err)
	}
	m.answers(from+".sha256", private([]byte(strings.Repeat("0", 64))))
	code, out = m.run(key, now, "fetch", "geo", "--force", "--path", dir)
	if code != 1 || !strings.Contains(out, "checksum") {
		t.Errorf("with another's checksum: exit code %d: %s", code, out)
	}
}

// TestWhatComesWrongIsNotPutInPlace has servers that answer in every wrong way:
// what was there stays, and nothing is left beside it.
func TestWhatComesWrongIsNotPutInPlace(t *testing.T) {
	m := newMirror(t)
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	dir := dataFolder(t, "geo: dbip-city-lite.mmdb\n")
	place := filepath.Join(dir, "dbip-city-lite.mmdb")
	before := smallDatabase(t, "DBIP-City-Lite", now.AddDate(0, -1, 0))
	newer := zipped(t, smallDatabase(t, "DBIP-City-Lite", now))
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"an error":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "500"},
		"nowhere":    {http.NotFound, "404"},
		"a page":     {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>sorry</html>")) }, "invalid MaxMind DB"},
		"nothing":    {func(http.ResponseWriter, *http.Request) {}, "nothing came"},
		"half of it": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(newer[:len(newer)/2]) }, "unpack"},
		"another kind": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(zipped(t, smallDatabase(t, "GeoLite2-ASN", now)))
		}, "knows no places"},
		"a circle": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, dbipPath, http.StatusFound) }, "circles"},
		"less than it says": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(newer)))
			_, _ = w.Write(newer[:len(newer)/2])
		}, "receive"},
	} {
		write(t, place, string(before))
		m.answers(dbipPath, test.answer)
		code, out := m.run(nil, now, "fetch", "--path", dir)
		if code != 1 || !strings.Contains(out, test.want) {
			t.Errorf("%s: exit code %d: %s", name, code, out)
		}
		if got, err := os.ReadFile(place); err != nil || !bytes.Equal(got, before) {
			t.Errorf("%s: what was there is gone: %v", name, err)
		}
	}
	d, err := newDownload("geo", place, now)
	if err != nil {
		t.Fatal(err)
	}
	d.limit, d.force = 100, true
	m.gives(dbipPath, newer, now)
	e := &env{stdout: &bytes.Buffer{}, now: func() time.Time { return now }, getenv: func(string) string { return m.at }}
	if err := newFetcher(e).fetch(context.Background(), d); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("too large: %v", err)
	}
	for _, refused := range []struct {
		keys string
		args []string
		code int
		want string
	}{
		{"geo: towns.mmdb\n", []string{"fetch"}, 1, "cannot be told from its name"},
		{"", []string{"fetch"}, 1, "names nothing"},
		{"", []string{"fetch", "relays"}, 1, "write relays: egress-ip-ranges.csv"},
		{"", []string{"fetch", "weather"}, 2, "geo, asn and relays can"},
	} {
		code, out := m.run(nil, now, append(refused.args, "--path", dataFolder(t, refused.keys))...)
		if code != refused.code || !strings.Contains(out, refused.want) {
			t.Errorf("%v with %q: exit code %d: %s", refused.args, refused.keys, code, out)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}
