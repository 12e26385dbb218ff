package signals

import (
	"net/netip"
	"strings"
	"testing"
)

// TestFeedsAreReachedWhereTheyAreWritten dials what names of feeds lead to.
func TestFeedsAreReachedWhereTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		own, host, address string
		dialled            bool
	}{
		{"shop.example", "shop.example", "93.184.216.34:443", true},
		{"shop.example", "shop.example", "10.0.0.5:8443", true}, // the sender's own network
		{"shop.example", "shop.example", "[fd12:3456::1]:443", true},
		{"shop.example", "shop.example", "127.0.0.1:443", false},
		{"shop.example", "shop.example", "[::ffff:127.0.0.1]:443", false},
		{"shop.example", "shop.example", "[::1]:443", false},
		{"shop.example", "shop.example", "0.0.0.0:443", false},
		{"shop.example", "shop.example", "169.254.169.254:80", false},
		{"shop.example", "shop.example", "[fd00:ec2::254]:80", false},
		{"shop.example", "shop.example", "168.63.129.16:80", false},
		{"shop.example", "shop.example", "[64:ff9b::7f00:1]:80", false},
		{"shop.example", "cdn.example", "93.184.216.34:443", true},
		{"shop.example", "cdn.example", "10.0.0.5:443", false},
		{"shop.example", "127.0.0.1", "127.0.0.1:443", false},
		{"shop.example", "cdn.example", "127.0.0.1:443", false},
		{"127.0.0.1", "127.0.0.1", "127.0.0.1:8080", true},
		{"localhost", "localhost", "[::1]:8080", true},
		{"127.0.0.1", "127.0.0.2", "127.0.0.2:8080", false},
		{"127.0.0.1", "evil.example", "127.0.0.1:8080", false},
	} {
		var n Network
		err := n.dialer(0, ofFeed(c.own, c.host)).Control("tcp4", c.address, nil)
		if (err == nil) != c.dialled {
			t.Errorf("%s at %s, of a feed at %s: %v", c.host, c.address, c.own, err)
		}
	}
}

// TestOnlyPublicAddressesAreDialled dials addresses as the dialer is about to.
func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	var n Network
	may := ofPicture
	dial := func(network, address string) error { return n.dialer(0, may).Control(network, address, nil) }
	for _, address := range []string{
		"93.184.216.34:443", "8.8.8.8:80", "1.1.1.1:443", "[2606:2800:220:1:248:1893:25c8:1946]:443", "[2a00:1450:4001::1]:80",
		"[::ffff:93.184.216.34]:443", "100.63.255.255:80", "100.128.0.0:80", "172.15.255.255:80", "172.32.0.0:80", "11.0.0.1:443",
	} {
		if err := dial("tcp4", address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{
		"127.0.0.1:80", "127.1.2.3:443", "0.0.0.0:80", "0.1.2.3:80", "10.0.0.1:80", "172.16.0.1:80", "172.31.255.255:443", "192.168.1.1:80",
		"169.254.169.254:80", "100.64.0.1:80", "100.100.100.200:80", "100.127.255.255:80", "168.63.129.16:80", "192.0.0.192:80", "198.18.0.1:80",
		"192.0.2.1:80", "198.51.100.1:80", "203.0.113.1:80", "224.0.0.1:80", "239.255.255.250:80", "240.0.0.1:80", "255.255.255.255:80",
		"[::1]:80", "[::]:80", "[::ffff:127.0.0.1]:80", "[::ffff:169.254.169.254]:80", "[::ffff:10.0.0.1]:443", "[::127.0.0.1]:80",
		"[fe80::1]:80", "[fe80::1%eth0]:80", "[fc00::1]:80", "[fd00:ec2::254]:80", "[ff02::1]:80", "[64:ff9b::7f00:1]:80", "[64:ff9b:1::1]:80",
		"[2002:7f00:1::]:80", "[2001::1]:80", "[2001:db8::1]:80", "[3fff::1]:80", "[100::1]:80", "[2606:2800::1%lo]:443",
	} {
		if err := dial("tcp6", address); err == nil || !strings.Contains(err.Error(), "not on the public internet") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, c := range [][2]string{{"tcp4", "93.184.216.34:22"}, {"tcp4", "93.184.216.34:8080"}, {"tcp4", "93.184.216.34:0"}, {"udp4", "93.184.216.34:443"}, {"unix", "/run/x"}, {"tcp4", "cdn.example:443"}} {
		if err := dial(c[0], c[1]); err == nil {
			t.Errorf("%s %s is dialled", c[0], c[1])
		}
	}
	n.Allow = func(to netip.AddrPort) bool { return to == netip.MustParseAddrPort("127.0.0.1:4711") }
	if dial("tcp4", "127.0.0.1:4711") != nil || dial("tcp4", "127.0.0.1:4712") == nil || dial("tcp4", "127.0.0.2:4711") == nil {
		t.Error("allowing one address is not allowing that one")
	}
}
