package signals

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"testing"
	"testing/fstest"

	"example.com/opentime/rules"
)

// TestTheSmallestNetworkHolds compares look-ups with a look at every prefix.
func TestTheSmallestNetworkHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	address := func() netip.Addr {
		if r.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{10, byte(r.IntN(4)), byte(r.IntN(256)), byte(r.IntN(256))})
		}
		return netip.AddrFrom16([16]byte{0x20, byte(r.IntN(4)), byte(r.IntN(256)), 15: byte(r.IntN(256))})
	}
	var table prefixTable[string]
	named := map[netip.Prefix]string{}
	for i := range 400 {
		a := address()
		p := netip.PrefixFrom(a, r.IntN(a.BitLen()+1)).Masked()
		named[p] = strconv.Itoa(i) // of equal ones the last counts
		if err := table.add(p.String(), named[p]); err != nil {
			t.Fatal(err)
		}
	}
	table.arrange()
	for range 20_000 {
		a := address()
		want, bits := "", -1
		for p, name := range named {
			if p.Contains(a) && p.Bits() > bits {
				want, bits = name, p.Bits()
			}
		}
		if got, ok := table.lookup(a); got != want || ok != (bits >= 0) {
			t.Fatalf("%s lies in %q %v, want %q", a, got, ok, want)
		}
	}
}

// TestPrefixesAtTheEnds has prefixes that end where addresses do.
func TestPrefixesAtTheEnds(t *testing.T) {
	var table prefixTable[string]
	for prefix, name := range map[string]string{
		"0.0.0.0/0": "all", "255.255.255.255/32": "last", "255.255.255.0/24": "end", "::/0": "six",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128": "last", "2001:db8::/32": "doc", "2001:db8:ffff:ffff::/64": "doc's last",
	} {
		if err := table.add(prefix, name); err != nil {
			t.Fatal(err)
		}
	}
	table.arrange()
	for a, want := range map[string]string{
		"0.0.0.0": "all", "255.255.254.255": "all", "255.255.255.0": "end", "255.255.255.255": "last", "::ffff:255.255.255.255": "last",
		"::": "six", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": "last", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe": "six",
		"2001:db8:ffff:fffe:ffff:ffff:ffff:ffff": "doc", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff": "doc's last", "2001:db9::": "six", "fe80::1%eth0": "six",
	} {
		if got, ok := table.lookup(netip.MustParseAddr(a)); got != want || !ok {
			t.Errorf("%s lies in %q %v, want %q", a, got, ok, want)
		}
	}
	if got, ok := table.lookup(netip.Addr{}); ok {
		t.Errorf("no address lies in %q", got)
	}
}

// TestNetworksSayWhoAsks classifies a person's browser by where it asks from.
func TestNetworksSayWhoAsks(t *testing.T) {
	relays, err := LoadRelays("relays.csv", []byte("172.224.224.0/27,BE,BE-BRU,Brussels,\n"), noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := NewGatherer(Sources{Clients: testClients(t), Relays: relays})
	person, ok := g.Clients().Named("chrome")
	if !ok {
		t.Fatal("no chrome")
	}
	for _, test := range []struct {
		address, network string
		image, click     rules.Class
		located          bool
	}{
		{"81.2.69.142", "", rules.Person, rules.Person, true},
		{"172.224.224.5", "relay", rules.Person, rules.Person, false},
		{"::ffff:172.224.224.5", "relay", rules.Person, rules.Person, false},
		{"172.224.224.32", "", rules.Person, rules.Person, true},
		{"66.249.93.40", "google", rules.Person, rules.Scanner, false},
		{"40.94.89.20", "microsoft", rules.Person, rules.Scanner, false},
		{"148.163.139.74", "security", rules.Scanner, rules.Scanner, false},
	} {
		person.Address = netip.MustParseAddr(test.address)
		for click, want := range map[bool]rules.Class{false: test.image, true: test.click} {
			person.Click = click
			got := g.Classify(person)
			if got.Class != want || got.Network != test.network || got.Located != (test.located && want == rules.Person) {
				t.Errorf("%s, click %v: %+v", test.address, click, got)
			}
			if n := testing.AllocsPerRun(10, func() { g.Classify(person) }); n != 0 {
				t.Errorf("%s: %v allocations", test.address, n)
			}
		}
	}
	for _, row := range []string{"AS0\thosting\tx", "AS5000000000\thosting\tx", "ASX\thosting\tx"} {
		n := &Networks{asns: map[uint32]KnownNetwork{}}
		if _, err := n.add("hosting.tsv", []byte("# 2026-11-26\nprefix\tnetwork\tnote\n"+row+"\n"), HostingNetwork); err == nil {
			t.Errorf("%q is taken", row)
		}
	}
}

// TestASNsSayWhoAsks has a database of ASNs, and tables that name some.
func TestASNsSayWhoAsks(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range ClientTables() {
		data, err := os.ReadFile("../assets/clients/" + name + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		if name == "hosting" {
			data = append(data, "AS64503\thosting\tours\n60.0.11.0/24\tcloud\ta part of AS64511\n"...)
		}
		if name == "mail" {
			data = append(data, "AS64511\tother-mail\tanother\n"...)
		}
		files["clients/"+name+".tsv"] = &fstest.MapFile{Data: data}
	}
	clients, err := LoadClients(files)
	if err != nil {
		t.Fatal(err)
	}
	asns, err := LoadASNs(AddressFile{Data: madeDatabase(t, "GeoLite2-ASN", 300, noon)}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := NewGatherer(Sources{Clients: clients, ASNs: asns})
	h, _ := clients.Named("chrome")
	for address, want := range map[string]string{
		"60.0.3.9": "hosting", "60.0.11.9": "cloud", "60.0.211.9": "other-mail", "60.0.4.9": "", "66.249.93.40": "google", "9.9.9.9": "",
	} {
		h.Address, h.Click = netip.MustParseAddr(address), true
		if got := g.Classify(h); got.Network != want || (got.Class == rules.Scanner) != (want != "") {
			t.Errorf("%s: %+v, want %q", address, got, want)
		}
	}
}

func FuzzNetworks(f *testing.F) {
	f.Add([]byte("# 2026-11-26\nprefix\tnetwork\tnote\n10.0.0.0/8\thosting\tx\nAS1\thosting\tx\n"), "10.1.1.1", uint32(1))
	f.Add([]byte("# 2026-11-26\nprefix\tnetwork\tnote\n::/0\ta\t\n::ffff:1.2.3.4/128\tb\t\n"), "::1", uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, address string, asn uint32) {
		n := &Networks{asns: map[uint32]KnownNetwork{}}
		if _, err := n.add("x.tsv", data, HostingNetwork); err != nil {
			return
		}
		n.prefixes.arrange()
		a, _ := netip.ParseAddr(address)
		if got := n.Lookup(a, asn); got.Kind != HostingNetwork && got != (KnownNetwork{}) {
			t.Errorf("%s lies in %+v", address, got)
		}
	})
}

func FuzzRelays(f *testing.F) {
	f.Add([]byte("172.224.224.0/27,GB,GB-EN,London,\n2a02:26f7::/64,BE,,,\n# x\n\n"), "172.224.224.1")
	f.Add([]byte("0.0.0.0/0,BE\n255.255.255.255/32,nl,\n::/0,fr"), "ffff::")
	f.Fuzz(func(t *testing.T, data []byte, address string) {
		r, err := LoadRelays("x.csv", data, noon, nil)
		if err != nil {
			return
		}
		a, _ := netip.ParseAddr(address)
		if country, ok := r.Country(a); ok != isCountry(country) {
			t.Errorf("%s is in %q", address, country)
		}
	})
}

// appleList is a list as long as Apple's, 290,000 ranges, most of them IPv6.
func appleList() []byte {
	r := rand.New(rand.NewPCG(7, 7))
	countries := []string{"US", "DE", "BE", "FR", "GB", "JP", "BR", "IN", "NL", "SE"}
	var b bytes.Buffer
	country := "US"
	for i := range 290_000 {
		if i%4 == 0 { // a town of a country follows another
			country = countries[r.IntN(len(countries))]
		}
		if i < 40_000 {
			fmt.Fprintf(&b, "172.%d.%d.%d/31,%s,%s-XX,Town,\n", 224+i>>15, i>>7&255, i&127*2, country, country)
			continue
		}
		fmt.Fprintf(&b, "2a02:26f7:%x:%x::/64,%s,%s-XX,Town,\n", i>>8, i&255*256, country, country)
	}
	return b.Bytes()
}

func BenchmarkRelays(b *testing.B) {
	list := appleList()
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := LoadRelays("x", list, noon, nil)
			if err != nil {
				b.Fatal(err)
			}
			n := len(r.table.v4.firsts) + len(r.table.v6.firsts)
			b.ReportMetric(float64(n), "stretches")
			b.ReportMetric(float64(18*n)/1e6, "MB-kept")
		}
	})
	r, err := LoadRelays("x", list, noon, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range []string{"172.225.17.4", "2a02:26f7:300:4200::1", "81.2.69.142"} {
		b.Run(a, func(b *testing.B) {
			at := netip.MustParseAddr(a)
			b.ReportAllocs()
			for b.Loop() {
				r.Country(at)
			}
		})
	}
}

func BenchmarkNetworks(b *testing.B) {
	c := testClients(b)
	a := netip.MustParseAddr("81.2.69.142")
	b.ReportAllocs()
	for b.Loop() {
		c.networks.Lookup(a, 0)
	}
}
