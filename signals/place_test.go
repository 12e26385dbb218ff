package signals

import (
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
)

// sharedZones unpacks the map of zones once for all tests.
var sharedZones = sync.OnceValues(LoadZones)

func testZones(t testing.TB) *Zones {
	t.Helper()
	zones, err := sharedZones()
	if err != nil {
		t.Fatal(err)
	}
	return zones
}

func testGeo(t testing.TB) *Geo {
	t.Helper()
	data, err := os.ReadFile("../assets/demo/geo.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	geo, err := LoadGeo(AddressFile{Name: "geo.mmdb", Data: data}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return geo
}

func testGazetteer(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := LoadGazetteer(os.DirFS("../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGeo(t *testing.T) {
	geo := testGeo(t)
	for _, test := range []struct{ address, country, region, city, zone string }{
		{"81.2.69.142", "GB", "England", "London", "Europe/London"},
		{"::ffff:81.2.69.142", "GB", "England", "London", "Europe/London"},
		{"2.125.160.216", "GB", "England", "Boxford", "Europe/London"},
		{"89.160.20.112", "SE", "Östergötland County", "Linköping", "Europe/Stockholm"},
		{"216.160.83.56", "US", "Washington", "Milton", "America/Los_Angeles"},
	} {
		got, ok := geo.Lookup(netip.MustParseAddr(test.address))
		if !ok || got.Country != test.country || got.Region != test.region || got.City != test.city || got.Zone.String() != test.zone || !got.HasPoint {
			t.Errorf("%s: got %+v", test.address, got)
		}
	}
	for _, nowhere := range []string{"127.0.0.1", "10.1.2.3", "203.0.113.7", "fe80::1%eth0"} {
		if got, ok := geo.Lookup(netip.MustParseAddr(nowhere)); ok {
			t.Errorf("%s: got %+v", nowhere, got)
		}
	}
	if _, ok := geo.Lookup(netip.Addr{}); ok {
		t.Error("no address has a place")
	}
	// A country without a town has no point: its middle is nobody's place.
	if got, ok := geo.Lookup(netip.MustParseAddr("2a02:d940::1")); !ok || got.Country != "BE" || got.HasPoint {
		t.Errorf("got %+v", got)
	}
}

// TestDamagedGeo breaks the database in many ways: it is refused, or what it
// says is a place or unknown, and nothing panics.
func TestDamagedGeo(t *testing.T) {
	data, err := os.ReadFile("../assets/demo/geo.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range 300 {
		broken := append([]byte(nil), data...)
		switch i % 3 {
		case 0:
			broken = broken[:len(broken)*i/300]
		case 1:
			for j := range 64 {
				broken[(i*977+j*331)%len(broken)] ^= byte(1 << (j % 8))
			}
		case 2:
			for j := range 200 {
				broken[(i*53+j)%len(broken)] = byte(i)
			}
		}
		geo, err := LoadGeo(AddressFile{Name: "broken.mmdb", Data: broken}, nil, nil)
		if err != nil {
			refused++
			continue
		}
		for j := range 256 {
			geo.Lookup(netip.AddrFrom4([4]byte{byte(j), 2, 69, 142}))
		}
		geo.Lookup(netip.MustParseAddr("81.2.69.142"))
	}
	if refused < 100 {
		t.Errorf("only %d of 300 damaged files are refused", refused)
	}
	for _, garbage := range []string{"", "no database", strings.Repeat("\xab\xcd\xefMaxMind.com", 10)} {
		if _, err := LoadGeo(AddressFile{Data: []byte(garbage)}, nil, nil); err == nil {
			t.Errorf("%q is taken for a database", garbage)
		}
	}
}

func TestZones(t *testing.T) {
	zones := testZones(t)
	for _, test := range []struct {
		lat, lon float64
		want     string
	}{
		{51.05, 3.72, "Europe/Brussels"}, {40.71, -74.0, "America/New_York"}, {35.68, 139.7, "Asia/Tokyo"},
	} {
		if got := zones.At(test.lat, test.lon); got == nil || got.String() != test.want {
			t.Errorf("%v %v is in %v, want %s", test.lat, test.lon, got, test.want)
		}
	}
	var none *Zones
	if none.At(1, 2) != nil {
		t.Error("no map has a zone")
	}
	var names zoneNames
	for _, bad := range []string{"", "Local", "Mars/Base", "../etc/passwd"} {
		first, again := names.load(bad), names.load(bad)
		if first != nil || again != nil {
			t.Errorf("%q is a zone", bad)
		}
	}
}

func TestGazetteer(t *testing.T) {
	g := testGazetteer(t)
	for _, test := range []struct {
		country, name string
		lat, lon      float64
	}{
		{"BE", "Gent", 51.05, 3.717},
		{"BE", "GENT ", 51.05, 3.717},
		{"BE", "Ghent", 51.05, 3.717},
		{"BE", "Gand", 51.05, 3.717},
		{"BE", "Brussel", 50.85, 4.349},
		{"BE", "Liège", 50.634, 5.567},
		{"BE", "liege", 50.634, 5.567},
		{"BE", "Luik", 50.634, 5.567},
		{"NL", "Den Haag", 52.077, 4.299},
		{"NL", "'s-Gravenhage", 52.077, 4.299},
		{"DE", "Köln", 50.933, 6.95},
		{"DE", "Koln", 50.933, 6.95},
		{"FR", "saint etienne", 45.434, 4.39},
		{"PL", "Lodz", 51.771, 19.474},
		{"GB", "London", 51.509, -0.126},
		{"JP", "東京", 35.69, 139.692},
	} {
		lat, lon, ok := g.Find(test.country, test.name)
		if !ok || lat-test.lat > 0.02 || test.lat-lat > 0.02 || lon-test.lon > 0.02 || test.lon-lon > 0.02 {
			t.Errorf("%s %s: got %v %v %v", test.country, test.name, lat, lon, ok)
		}
	}
	for _, nowhere := range [][2]string{{"BE", "Amsterdam"}, {"", "Gent"}, {"BE", ""}, {"BE", strings.Repeat("x", 1000)}} {
		if _, _, ok := g.Find(nowhere[0], nowhere[1]); ok {
			t.Errorf("%v is somewhere", nowhere)
		}
	}
	if n := testing.AllocsPerRun(100, func() { g.Find("BE", "Antwerpen") }); n != 0 {
		t.Errorf("finding a town takes %v allocations", n)
	}
}

func TestRelays(t *testing.T) {
	r, err := LoadRelays("egress.csv", []byte("172.224.224.0/27,GB,GB-EN,London,\n2a02:26f7::/64,BE,BE-BRU,Brussels,\n"), noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{"172.224.224.5": "GB", "2a02:26f7::9": "BE", "172.224.224.32": "", "::ffff:172.224.224.5": "GB"} {
		if got, _ := r.Country(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is in %q, want %q", address, got, want)
		}
	}
	for _, bad := range []string{"", "<html>\n", "1.2.3.4/33,BE\n", "1.2.3.4/24,Belgium\n"} {
		if _, err := LoadRelays("egress.csv", []byte(bad), noon, nil); err == nil {
			t.Errorf("%q is taken for a list of relays", bad)
		}
	}
	list := appleList()
	whole, err := LoadRelays("egress.csv", list, noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadRelays("egress.csv", list[:len(list)*2/3], noon, whole); err == nil {
		t.Error("two thirds of the list take its place")
	}
	if _, err := LoadRelays("egress.csv", list[:len(list)*9/10], noon, whole); err != nil {
		t.Error(err)
	}
}
