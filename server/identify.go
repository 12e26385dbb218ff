package server

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// Open is one fetch of a block's image, or one follow of its link: who asks,
// with what, from where and when. It owns its texts.
type Open struct {
	signals.Open
	Link     Link
	Method   byte   // g GET, h HEAD, p POST
	Flags    uint64 // header flags, for the record
	Agent    string // the User-Agent as sent, cut at 512 bytes
	Deadline time.Time

	state      SealState // of its seal, if it has one
	began      time.Time // of its send; zero: not known
	unbelieved bool      // it came with an X-Forwarded-For that is not believed
}

// setTime sets the moment of an open, and until when it is to be answered.
func (o *Open) setTime(now time.Time) { o.At, o.Deadline = now, now.Add(requestTime) }

// Flags of an Open: what headers said that may matter when opens are judged.
const (
	flagPurpose = 1 << iota
	flagReferer
	flagCookie
	flagLanguage
	flagFetchMode
	flagForwarded
)

// maxAgent is how much of a User-Agent is looked at and recorded.
const maxAgent = 512

// identify makes the Open of a request.
func (s *Server) identify(ctx *fasthttp.RequestCtx, link Link, campaign *rules.Campaign) *Open {
	return s.identifyBy(&ctx.Request.Header, peerOf(ctx), link, campaign)
}

// peerOf is the address of whoever sent a request, the zero address if it has none.
func peerOf(ctx *fasthttp.RequestCtx) netip.Addr {
	peer, _ := netip.AddrFromSlice(ctx.RemoteIP())
	return peer.Unmap()
}

// identifyBy makes the Open of a request from its head and its peer's address. The
// clock is read here, once.
func (s *Server) identifyBy(header *fasthttp.RequestHeader, peer netip.Addr, link Link, campaign *rules.Campaign) *Open {
	open := &Open{Link: link}
	open.setTime(s.config.Now())
	open.Address, open.unbelieved = s.address(header, peer)
	open.Method = header.Method()[0] | 0x20
	var headers signals.Headers
	headers, open.Flags = s.readHeaders(header)
	headers.Method, headers.Address, headers.Click = methodName(header), open.Address, link.Kind == ClickLink || link.Kind == AnswerLink
	open.Agent = headers.UserAgent
	open.Client = s.config.Gatherer.Classify(headers)
	s.trust(open)
	s.readParameters(open, campaign)
	s.notice(open)
	return open
}

// trust decides what the link proves. Whether an unsealed id is keyed is seen
// later, when its profile has been read.
func (s *Server) trust(open *Open) {
	link := &open.Link
	switch {
	case link.Recipient == "":
		open.Trust = rules.Anonymous
	case link.Seal == "":
		open.Trust = rules.Claimed
	case s.sealed(open):
		open.Trust = rules.Signed
	default:
		open.Trust = rules.Anonymous
		link.Recipient, link.Damage = "", BadSeal
	}
	open.Recipient, open.Locale, open.Send = link.Recipient, link.Locale, link.Send
	open.began = sendBegan(link.Send)
}

// sealed reports whether the link's seal proves its id.
func (s *Server) sealed(open *Open) bool {
	open.state = s.config.Keys.Check(s.config.Sender, open.Link.Recipient, open.Link.Seal, open.At)
	return open.state == Verified
}

// readParameters takes the parameters that the campaign declares, and sees
// whether the link's seal x covers them.
func (s *Server) readParameters(open *Open, campaign *rules.Campaign) {
	link := &open.Link
	declared := link.Parameters[:0]
	for _, p := range link.Parameters {
		if declares(campaign, p.Name) {
			declared = append(declared, p)
		}
	}
	link.Parameters = declared
	if len(declared) == 0 {
		return
	}
	sealed := link.Sealed != "" && s.config.Keys.VerifyParameters(s.config.Sender, link.Recipient, declared, link.Sealed, open.At)
	for _, p := range declared {
		open.Parameters = append(open.Parameters, signals.Parameter{Name: p.Name, Value: p.Value, Sealed: sealed})
	}
}

// address returns the address of whoever asks: the peer's, or, where the peer
// is a trusted proxy, the last in X-Forwarded-For that is none. It reports
// whether there was such a header that is not believed.
func (s *Server) address(header *fasthttp.RequestHeader, peer netip.Addr) (address netip.Addr, unbelieved bool) {
	lines := header.PeekAll("X-Forwarded-For")
	if len(lines) == 0 || !peer.IsValid() {
		return peer, false
	}
	if !s.trusted(peer) {
		return peer, true
	}
	// Each proxy adds to the end, some a line of their own.
	for _, line := range slices.Backward(lines) {
		for len(line) > 0 {
			i := bytes.LastIndexByte(line, ',')
			hop, ok := parseHop(string(bytes.TrimSpace(line[i+1:])))
			if !ok || !s.trusted(hop) {
				return hop, false
			}
			line = line[:max(i, 0)]
		}
	}
	return peer, false
}

// parseHop reads an address as proxies write it, some with a port; the zero
// address where it is none.
func parseHop(text string) (netip.Addr, bool) {
	if hop, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return hop.Unmap(), true
	}
	hop, err := netip.ParseAddrPort(text)
	return hop.Addr().Unmap(), err == nil
}

func (s *Server) trusted(address netip.Addr) bool {
	for _, network := range s.config.TrustedProxies {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// declares reports whether a campaign declares a parameter.
func declares(c *rules.Campaign, name string) bool {
	return slices.ContainsFunc(c.Params, func(p rules.Parameter) bool { return p.Name == name })
}

// readHeaders reads in one pass what the headers tell of the client, and the
// flags of those that are kept for the record. Empty ones tell nothing.
func (s *Server) readHeaders(h *fasthttp.RequestHeader) (client signals.Headers, flags uint64) {
	for name, value := range h.All() {
		if len(value) == 0 {
			continue
		}
		switch string(name) {
		case "User-Agent":
			client.UserAgent = s.agents.own(cut(value, maxAgent))
		case "Sec-Purpose":
			client.SecPurpose, flags = string(value), flags|flagPurpose
		case "Purpose":
			client.Purpose = string(value)
		case "X-Purpose":
			client.XPurpose = string(value)
		case "X-Moz":
			client.XMoz = string(value)
		case "Referer":
			flags |= flagReferer
		case "Cookie":
			flags |= flagCookie
		case "Accept-Language":
			flags |= flagLanguage
		case "Sec-Fetch-Mode":
			flags |= flagFetchMode
		case "X-Forwarded-For":
			flags |= flagForwarded
		}
	}
	return client, flags
}

// methodName is the request's method, without a copy where it is one of the
// usual.
func methodName(header *fasthttp.RequestHeader) string {
	switch {
	case header.IsGet():
		return fasthttp.MethodGet
	case header.IsHead():
		return fasthttp.MethodHead
	}
	return string(header.Method())
}

func cut(text []byte, n int) []byte { return text[:min(len(text), n)] }
