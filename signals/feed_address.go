package signals

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// notPublic are the networks that no picture is fetched from, though they look
// public: what stands in IANA's registries of special purpose, and addresses at
// which clouds answer their own machines. Never changed.
var notPublic = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network
	netip.MustParsePrefix("10.0.0.0/8"),       // private
	netip.MustParsePrefix("100.64.0.0/10"),    // shared behind a provider's NAT
	netip.MustParsePrefix("127.0.0.0/8"),      // loopback
	netip.MustParsePrefix("169.254.0.0/16"),   // link-local, with clouds' metadata
	netip.MustParsePrefix("172.16.0.0/12"),    // private
	netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments, with a cloud's metadata
	netip.MustParsePrefix("192.0.2.0/24"),     // documentation
	netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relays
	netip.MustParsePrefix("192.168.0.0/16"),   // private
	netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),  // documentation
	netip.MustParsePrefix("203.0.113.0/24"),   // documentation
	netip.MustParsePrefix("224.0.0.0/4"),      // multicast
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
	netip.MustParsePrefix("168.63.129.16/32"), // a cloud's platform
	netip.MustParsePrefix("2001::/23"),        // protocol assignments, with Teredo
	netip.MustParsePrefix("2001:db8::/32"),    // documentation
	netip.MustParsePrefix("2002::/16"),        // 6to4, which holds any IPv4 address
	netip.MustParsePrefix("3fff::/20"),        // documentation
}

// global is where the public IPv6 addresses are.
var global = netip.MustParsePrefix("2000::/3") // never changed

// isPublic reports whether an address is anybody's on the internet: neither this
// machine's, nor its network's, nor one that stands for another.
func isPublic(address netip.Addr) bool {
	if address.Zone() != "" {
		return false
	}
	address = address.Unmap()
	if address.Is6() && !global.Contains(address) {
		return false
	}
	for _, network := range notPublic {
		if network.Contains(address) {
			return false
		}
	}
	return address.IsValid()
}

// isNear reports whether an address is this machine's, or one at which a link or
// a cloud answers its own machines: where no name of the internet leads.
func isNear(address netip.Addr) bool {
	address = address.Unmap()
	return !address.IsValid() || address.IsLoopback() || address.IsUnspecified() || address.IsMulticast() ||
		address.IsLinkLocalUnicast() || address.Zone() != "" || address.Is4() && address.As4()[0] == 0 ||
		address.Is6() && !global.Contains(address) && !address.IsPrivate() ||
		slices.Contains([]string{"168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254"}, address.String())
}

// Network is how the servers of feeds and pictures are reached.
type Network struct {
	Resolver *net.Resolver // looks names up; nil: the system's
	// Allow lets addresses through that else are not: tests name their server's
	// own. Nothing else sets it.
	Allow func(netip.AddrPort) bool
}

// The errors of addresses that are not dialled.
var (
	errNotPublic = errors.New("its host is not on the public internet")
	errNear      = errors.New("its host is this machine, or none")
)

// dialer returns a dialer that asks may of each address as it is about to be
// dialled: whatever its name meant when it was looked up, or means later.
func (n *Network) dialer(timeout time.Duration, may func(netip.AddrPort) error) *net.Dialer {
	return &net.Dialer{Timeout: timeout, Resolver: n.Resolver, Control: func(network, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" {
			return fmt.Errorf("%s %s is no address", network, address)
		}
		if n.Allow != nil && n.Allow(to) {
			return nil
		}
		return may(to)
	}}
}

// ofPicture lets public addresses through.
func ofPicture(to netip.AddrPort) error {
	switch {
	case !isPublic(to.Addr()):
		return errNotPublic
	case to.Port() != 80 && to.Port() != 443:
		return fmt.Errorf("port %d is neither 80 nor 443", to.Port())
	}
	return nil
}

// ofFeed returns what lets the addresses of a feed's server through. One at a
// name may be in the sender's own network; only one that is written as this
// machine's is. Where that sends us to another host, it is a public one.
func ofFeed(own, host string) func(netip.AddrPort) error {
	return func(to netip.AddrPort) error {
		address, err := netip.ParseAddr(own)
		switch {
		case host != own:
			if !isPublic(to.Addr()) {
				return errNotPublic
			}
		case own == "localhost" || err == nil && address.Unmap() == to.Addr().Unmap():
		case isNear(to.Addr()):
			return errNear
		}
		return nil
	}
}
