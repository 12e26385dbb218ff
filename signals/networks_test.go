package signals

import (
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"
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
	var n Networks
	named := map[netip.Prefix]string{}
	for i := range 400 {
		a := address()
		p := netip.PrefixFrom(a, r.IntN(a.BitLen()+1)).Masked()
		named[p] = strconv.Itoa(i) // of equal ones the last counts
		if err := n.add(p.String(), named[p]); err != nil {
			t.Fatal(err)
		}
	}
	n.arrange()
	for range 20_000 {
		a := address()
		want, bits := "", -1
		for p, name := range named {
			if p.Contains(a) && p.Bits() > bits {
				want, bits = name, p.Bits()
			}
		}
		if got, ok := n.Lookup(a); got != want || ok != (bits >= 0) {
			t.Fatalf("%s lies in %q %v, want %q", a, got, ok, want)
		}
	}
}

func BenchmarkNetworks(b *testing.B) {
	c := testClients(b)
	a := netip.MustParseAddr("81.2.69.142")
	b.ReportAllocs()
	for b.Loop() {
		c.networks.Lookup(a)
	}
}
