package server

import (
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/rules"
)

// clickMark stands in a resolved link where the click's id goes.
const clickMark = "\u0001click\u0001"

// click answers the request for a block's link. It leads where the picture
// that was shown said, not where the rules would lead now. It is always a 302:
// to what was shown, else to what is decided now, else to the block's, the
// campaign's or the sender's own page.
func (s *Server) click(ctx *fasthttp.RequestCtx, link Link) {
	published, block, ok := s.site.Load().find(&link)
	if !ok {
		s.metrics.strayClick()
		sendRedirect(ctx, s.config.Home)
		return
	}
	open := s.identify(ctx, link)
	r := &reading{published: published, at: open.At}
	if block.Retired != "" {
		sendRedirect(ctx, block.Retired)
		return
	}
	found, how := s.lastShown(r, open, block)
	if how == unseen {
		found = s.decideNow(r, open, block)
	}
	id := s.recordClick(open, r, found, how)
	sendRedirect(ctx, strings.ReplaceAll(s.destination(found, open.At), clickMark, id))
}

// destination is where a position that was shown leads at now: its link, or
// its after once the offer has ended; the sender's home if it has neither.
func (s *Server) destination(p *shownPosition, now time.Time) string {
	if p == nil {
		return s.config.Home
	}
	if p.Ended != 0 && now.UnixMilli() >= p.Ended && p.After != "" {
		return p.After
	}
	if p.Link != "" {
		return p.Link
	}
	return s.config.Home
}

// decideNow decides for a click that nothing was shown for. Where deciding
// fails it leads to the block's own fallback.
func (s *Server) decideNow(r *reading, open *Open, block *rules.Block) *shownPosition {
	s.decide(r, open)
	at := place(block, open.Link.Position)
	if r.failed || at >= len(r.decisions) {
		return nil
	}
	position := shownOf(&r.decisions[at], &r.resolved[at])
	return &position
}
