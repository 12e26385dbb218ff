package server

import (
	"net"
	"net/netip"
	"testing"

	"github.com/valyala/fasthttp"
)

func TestTheAddressIsWhatTrustedProxiesSaw(t *testing.T) {
	s := &Server{config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}, metrics: newMetrics()}
	f := func(name, peer, want string, forwarded ...string) {
		t.Helper()
		var request fasthttp.Request
		for _, line := range forwarded {
			request.Header.Add("X-Forwarded-For", line)
		}
		var ctx fasthttp.RequestCtx
		ctx.Init(&request, &net.TCPAddr{IP: net.ParseIP(peer), Port: 4711}, nil)
		if got, _ := s.address(&ctx.Request.Header, peerOf(&ctx)); got != netip.MustParseAddr(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	f("nobody forwards", "203.0.113.9", "203.0.113.9")
	f("a stranger says who they are", "203.0.113.9", "203.0.113.9", "6.6.6.6")
	f("a proxy forwards", "10.0.0.1", "203.0.113.9", "203.0.113.9")
	f("what the client said stands before", "10.0.0.1", "203.0.113.9", "6.6.6.6, 203.0.113.9")
	f("two proxies", "10.0.0.1", "203.0.113.9", "6.6.6.6, 203.0.113.9, 10.0.0.2")
	f("a proxy that adds a line", "10.0.0.1", "203.0.113.9", "6.6.6.6", "203.0.113.9")
	f("two that do", "10.0.0.1", "203.0.113.9", "6.6.6.6", "203.0.113.9", "10.0.0.2")
	f("with a port", "10.0.0.1", "203.0.113.9", "203.0.113.9:51234")
	f("IPv6", "fd00::1", "2001:db8::7", "2001:db8::7")
	f("IPv6 with a port", "10.0.0.1", "2001:db8::7", "[2001:db8::7]:443")
	f("IPv4 as IPv6", "10.0.0.1", "203.0.113.9", "::ffff:203.0.113.9")
	f("all are proxies", "10.0.0.1", "10.0.0.1", "10.0.0.3, 10.0.0.2")

	var request fasthttp.Request
	request.Header.Set("X-Forwarded-For", "unknown")
	var ctx fasthttp.RequestCtx
	ctx.Init(&request, &net.TCPAddr{IP: net.ParseIP("10.0.0.1")}, nil)
	if got, _ := s.address(&ctx.Request.Header, peerOf(&ctx)); got.IsValid() {
		t.Errorf("what is no address: %s", got)
	}
}
