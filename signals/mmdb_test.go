package signals

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// addressTowns are the towns of made databases.
var addressTowns = [...]struct {
	country, region, city string
	lat, lon              float64
}{
	{"BE", "Flanders", "Ghent", 51.05, 3.72},
	{"BE", "Brussels Capital", "Brussels", 50.85, 4.35},
	{"NL", "North Holland", "Amsterdam", 52.37, 4.9},
	{"FR", "Île-de-France", "Paris", 48.86, 2.35},
	{"DE", "Berlin", "Berlin", 52.52, 13.4},
	{"GB", "England", "London", 51.51, -0.13},
	{"US", "New York", "New York", 40.71, -74.01},
	{"JP", "Tokyo", "Tokyo", 35.69, 139.69},
	{"BR", "São Paulo", "São Paulo", -23.55, -46.63},
}

// madeDatabase writes a database of n networks of the kind, of a day. Records
// are as DB-IP has them: names in English only, no ids of towns, no zones; of
// ASNs for kinds that have them.
func madeDatabase(t testing.TB, kind string, n int, day time.Time) []byte {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, Description: map[string]string{"en": kind}, Languages: []string{"en"}, BuildEpoch: day.Unix(), RecordSize: 24,
	})
	if err != nil {
		t.Fatal(err)
	}
	names := func(name string) mmdbtype.Map {
		return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(name)}}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		town := addressTowns[r.IntN(len(addressTowns))]
		record := mmdbtype.Map{
			"country":      mmdbtype.Map{"iso_code": mmdbtype.String(town.country), "names": mmdbtype.Map{"en": mmdbtype.String(town.country)}},
			"subdivisions": mmdbtype.Slice{names(town.region)},
			"city":         names(fmt.Sprintf("%s %d", town.city, i%40)),
			"location": mmdbtype.Map{
				"latitude": mmdbtype.Float64(town.lat + float64(i%40)/100), "longitude": mmdbtype.Float64(town.lon),
			},
		}
		if strings.Contains(kind, "Country") {
			record = mmdbtype.Map{"country": record["country"]}
		}
		if strings.Contains(kind, "ASN") {
			record = mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500 + i%100), "autonomous_system_organization": mmdbtype.String(town.city)}
		}
		if strings.Contains(kind, "Enterprise") {
			record["traits"] = mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500 + i%100)}
		}
		if err := tree.Insert(cidr(madeNetwork(i)), record); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// madeNetwork is the i-th network of a made database, every eighth of IPv6.
func madeNetwork(i int) netip.Prefix {
	if i%8 == 7 {
		return netip.MustParsePrefix(fmt.Sprintf("2a01:%x:%x::/48", (i+1)&0xffff, i>>16))
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(60 + i>>16), byte(i >> 8), byte(i), 0}), 24)
}

// madeAddresses are addresses in the networks of a made database, and beside
// them.
func madeAddresses(n int) []netip.Addr {
	r := rand.New(rand.NewPCG(5, 6))
	var all []netip.Addr
	for i := range n {
		all = append(all, madeNetwork(i).Addr().Next())
	}
	for range n {
		all = append(all, netip.AddrFrom4([4]byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 7}))
	}
	return all
}

func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archived is a .tar.gz as MaxMind has it.
func archived(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"GeoLite2-City_20261124/COPYRIGHT.txt", "GeoLite2-City_20261124/GeoLite2-City.mmdb", "GeoLite2-City_20261124/LICENSE.txt"} {
		data, ok := files[name]
		if !ok {
			continue
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed(t, b.Bytes())
}

func TestGeoFilesAsTheyCome(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	city := madeDatabase(t, "DBIP-City-Lite", 500, day)
	for name, data := range map[string][]byte{
		"DB-IP City": city, "DB-IP City, packed": packed(t, city), "DB-IP Country": madeDatabase(t, "DBIP-Country-Lite", 500, day),
		"MaxMind Country": madeDatabase(t, "GeoLite2-Country", 500, day), "MaxMind City": madeDatabase(t, "GeoIP2-City", 500, day),
		"DB-IP Location": madeDatabase(t, "DBIP-Location-ISP (compat=Enterprise)", 500, day),
		"MaxMind's archive": archived(t, map[string][]byte{
			"GeoLite2-City_20261124/COPYRIGHT.txt": []byte("Database and Contents Copyright"), "GeoLite2-City_20261124/GeoLite2-City.mmdb": city,
		}),
	} {
		geo, err := LoadGeo(AddressFile{Name: name, Data: data}, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		here, ok := geo.Lookup(netip.MustParseAddr("60.0.3.9"))
		if !ok || here.Country == "" || here.HasPoint != (here.City != "") || here.Zone != nil || strings.Contains(name, "Country") != (here.City == "") {
			t.Errorf("%s: %+v", name, here)
		}
		if !geo.Date().Equal(day) {
			t.Errorf("%s is of %s", name, geo.Date())
		}
		if _, ok := geo.Lookup(netip.MustParseAddr("2a01:8::1")); !ok {
			t.Errorf("%s knows nothing of IPv6", name)
		}
	}
	asn := madeDatabase(t, "DBIP-ASN-Lite (compat=GeoLite2-ASN)", 500, day)
	for name, data := range map[string][]byte{
		"DB-IP ASN": asn, "packed": packed(t, asn), "MaxMind ISP": madeDatabase(t, "GeoLite2-ASN", 500, day),
		"Enterprise": madeDatabase(t, "GeoIP2-Enterprise", 500, day),
	} {
		asns, err := LoadASNs(AddressFile{Name: name, Data: data}, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := asns.Lookup(netip.MustParseAddr("60.0.3.9")); got != 64503 {
			t.Errorf("%s: AS%d", name, got)
		}
		if got := asns.Lookup(netip.MustParseAddr("9.9.9.9")); got != 0 {
			t.Errorf("%s: AS%d beside it", name, got)
		}
	}
	for name, test := range map[string]struct {
		data []byte
		asn  bool
		want string
	}{
		"ASNs as places":     {asn, false, "knows no places"},
		"places as ASNs":     {city, true, "knows no ASNs"},
		"an unknown kind":    {madeDatabase(t, "Our-Towns", 10, day), false, "Our-Towns"},
		"an archive without": {archived(t, map[string][]byte{"GeoLite2-City_20261124/LICENSE.txt": []byte("x")}), false, "no .mmdb"},
		"a packed text":      {packed(t, []byte("hello")), false, "invalid MaxMind DB"},
		"half a pack":        {packed(t, city)[:9000], false, "unpack"},
		"another's text":     {[]byte("<html>"), false, "invalid MaxMind DB"},
		"no network at all":  {madeDatabase(t, "DBIP-City-Lite", 0, day), false, ""},
	} {
		var err error
		if test.asn {
			_, err = LoadASNs(AddressFile{Data: test.data}, nil, nil)
		} else {
			_, err = LoadGeo(AddressFile{Data: test.data}, nil, nil)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestOddRecords has one record among many that is not as others: alone that is
// damage, in a file that is proven whole its maker's way.
func TestOddRecords(t *testing.T) {
	odd := func(n int) []byte {
		tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "DBIP-City-Lite", Description: map[string]string{"en": "x"}, BuildEpoch: 1.79e9})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 300 {
			record := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("BE")}, "number": mmdbtype.Uint32(i)}
			if i < n {
				record["location"] = mmdbtype.Map{"latitude": mmdbtype.String("north"), "longitude": mmdbtype.Float64(3)}
			}
			if err := tree.Insert(cidr(madeNetwork(i)), record); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if _, err := tree.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for n, want := range map[int]bool{0: true, 1: true, 3: true, 40: false} {
		geo, err := LoadGeo(AddressFile{Data: packed(t, odd(n))}, nil, nil)
		if err == nil != want {
			t.Errorf("%d of 300, packed: %v", n, err)
		}
		if _, err := LoadGeo(AddressFile{Data: odd(n)}, nil, nil); err == nil != (n == 0) || err != nil && !strings.Contains(err.Error(), ".sha256") {
			t.Errorf("%d of 300, alone: %v", n, err)
		}
		if err != nil {
			continue
		}
		if _, known := geo.Lookup(netip.MustParseAddr("60.0.0.9")); known != (n == 0) {
			t.Errorf("%d of 300: the odd one is known: %v", n, known)
		}
		if here, _ := geo.Lookup(netip.MustParseAddr("60.0.9.9")); here.Country != "BE" {
			t.Errorf("%d of 300: another is in %s", n, here)
		}
	}
}

// TestABombIsNoDatabase unpacks to more than a database may have.
func TestABombIsNoDatabase(t *testing.T) {
	var before, after runtime.MemStats
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lie := bytes.Clone(b.Bytes()[:2000])
	copy(lie[len(lie)-4:], []byte{0xff, 0xff, 0xff, 0x3f}) // says a gigabyte
	runtime.ReadMemStats(&before)
	if _, err := LoadGeo(AddressFile{Data: lie}, nil, nil); err == nil {
		t.Error("a bomb is a database")
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 16<<20 {
		t.Errorf("2000 bytes took %d MB", got>>20)
	}
}

// mutant damages a copy of a file in the i-th way: bits, cuts, pages.
func mutant(data []byte, i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 77))
	out := bytes.Clone(data)
	at := r.IntN(len(out))
	page := out[at:min(at+1<<r.IntN(13), len(out))]
	switch i % 7 {
	case 0:
		out[at] ^= 1 << r.IntN(8)
	case 1:
		for range 1 + r.IntN(64) {
			out[r.IntN(len(out))] ^= 1 << r.IntN(8)
		}
	case 2:
		out = out[:at]
	case 3:
		clear(page)
	case 4:
		for j := range page {
			page[j] = byte(r.Uint32())
		}
	case 5:
		copy(page, out[r.IntN(len(out)):])
	case 6:
		out = append(out[:at:at], out[min(at+r.IntN(64)+1, len(out)):]...)
	}
	return out
}

// TestMutantsOfDatabases puts 100 damaged copies in the place of each database,
// alone and packed: none makes an address somewhere else. The last good one is
// what serves where a copy is refused.
func TestMutantsOfDatabases(t *testing.T) {
	demo, err := os.ReadFile("../assets/demo/geo.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	made := madeDatabase(t, "DBIP-City-Lite", 2000, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	for name, data := range map[string][]byte{"MaxMind's": demo, "as DB-IP's": made} {
		good, err := LoadGeo(AddressFile{Name: name, Data: data}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		addresses := append(madeAddresses(2000), good.sample()...)
		wrong := func(geo *Geo) (n int) {
			for _, a := range addresses {
				was, known := good.Lookup(a)
				is, still := geo.Lookup(a)
				if was.String() != is.String() || known != still || was.HasPoint != is.HasPoint || was.Lat != is.Lat || was.Lon != is.Lon {
					n++
				}
			}
			return n
		}
		if n := wrong(good); n != 0 {
			t.Fatalf("%d differ from themselves", n)
		}
		zipped := packed(t, data)
		accepted, refused, unseen := 0, 0, 0
		for i := range 100 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			broken := mutant(data, i)
			if geo, err := LoadGeo(AddressFile{Name: "x", Data: broken}, good, nil); err == nil {
				accepted++
				if n := wrong(geo); n > 0 {
					t.Errorf("%s, mutant %d: %d addresses are elsewhere", name, i, n)
				}
			}
			if geo, err := LoadGeo(AddressFile{Name: "x", Data: mutant(zipped, i)}, good, nil); err == nil {
				if n := wrong(geo); n > 0 {
					t.Errorf("%s, packed mutant %d: %d addresses are elsewhere", name, i, n)
				}
			}
			// At a first start nothing but the file itself tells.
			geo, err := LoadGeo(AddressFile{Name: "x", Data: broken}, nil, nil)
			switch {
			case err != nil:
				refused++
			case wrong(geo) > 0:
				unseen++
			}
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
				t.Errorf("%s, mutant %d took %d MB", name, i, got>>20)
			}
		}
		t.Logf("%s: beside the last good one %d of 100 are accepted; alone %d are refused, and of %d the damage is not seen", name, accepted, refused, unseen)
		if refused < 50 {
			t.Errorf("%s: alone only %d of 100 are refused", name, refused)
		}
	}
}

func TestWhatTakesAGeosPlace(t *testing.T) {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	data := madeDatabase(t, "DBIP-City-Lite", 1000, day)
	last, err := LoadGeo(AddressFile{Data: data}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The build in use with one letter changed: only its checksum can say that
	// it is meant.
	other := bytes.Replace(data, []byte("Ghent"), []byte("Ghant"), 1)
	for name, test := range map[string]struct {
		file AddressFile
		want string
	}{
		"the same":                    {AddressFile{Data: data}, ""},
		"the same build, other bytes": {AddressFile{Data: other}, "the build in use"},
		"with a checksum":             {AddressFile{Data: other, Proven: true}, ""},
		"packed":                      {AddressFile{Data: packed(t, other)}, ""},
		"accepted before":             {AddressFile{Data: other, Checked: true}, ""},
		"a newer one":                 {AddressFile{Data: madeDatabase(t, "DBIP-City-Lite", 1010, day.AddDate(0, 1, 0))}, ""},
		"a newer one with half of it": {AddressFile{Data: madeDatabase(t, "DBIP-City-Lite", 500, day.AddDate(0, 1, 0))}, "elsewhere"},
		"another's":                   {AddressFile{Data: madeDatabase(t, "GeoLite2-City", 1000, day)}, ""},
	} {
		_, err := LoadGeo(test.file, last, nil)
		if got := fmt.Sprint(err); err == nil != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func FuzzGeo(f *testing.F) {
	demo, err := os.ReadFile("../assets/demo/geo.mmdb")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(demo)
	small := madeDatabase(f, "DBIP-City-Lite", 12, time.Unix(1.7e9, 0))
	f.Add(small)
	f.Add(packed(f, small))
	f.Add(archived(f, map[string][]byte{"GeoLite2-City_20261124/GeoLite2-City.mmdb": small}))
	f.Fuzz(func(t *testing.T, data []byte) {
		geo, err := LoadGeo(AddressFile{Name: "x", Data: data}, nil, nil)
		if err != nil {
			return
		}
		for _, a := range []string{"60.0.3.9", "81.2.69.142", "2a01:8::1", "0.0.0.0", "ffff::"} {
			if here, ok := geo.Lookup(netip.MustParseAddr(a)); ok && len(here.Country) != 2 {
				t.Errorf("%s is in %+v", a, here)
			}
		}
	})
}

// BenchmarkGeoLoad loads a database as large as GEO_NETWORKS says, 200,000
// networks without it.
func BenchmarkGeoLoad(b *testing.B) {
	n := 200_000
	if text := os.Getenv("GEO_NETWORKS"); text != "" {
		if _, err := fmt.Sscan(text, &n); err != nil {
			b.Fatal(err)
		}
	}
	data := madeDatabase(b, "DBIP-City-Lite", n, time.Unix(1.7e9, 0))
	for name, file := range map[string]AddressFile{"verified": {Data: data}, "checked": {Data: data, Checked: true}, "packed": {Data: packed(b, data)}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := LoadGeo(file, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// cidr is a prefix as mmdbwriter takes it.
func cidr(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
