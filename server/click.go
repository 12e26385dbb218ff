package server

import (
	"cmp"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/rules"
)

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
	to, _ := s.follow(s.identify(ctx, link, published.Campaign), published, block)
	s.metrics.clicks.add(time.Since(ctx.Time()))
	sendRedirect(ctx, to)
}

// follow records a click and returns where it leads, and how that was found.
func (s *Server) follow(open *Open, published *Published, block *rules.Block) (to string, how matched) {
	r := &reading{published: published, at: open.At}
	var found *shownPosition
	if block.Retired == "" {
		found, how = s.lastShown(r, open, block)
	}
	if how == unseen {
		found = s.decideNow(r, open, block)
	}
	id := s.recordClick(open, r, found, how)
	s.noteClick(open, r, found)
	to = cmp.Or(destination(found, open.At), published.link(block, r.locale()), s.config.Home)
	return filled(to, id, s.toldOf(to, open, r)), how
}

// destination is where a position that was shown leads at now: its link, or
// its after once the offer has ended; "" if it has neither.
func destination(p *shownPosition, now time.Time) string {
	switch {
	case p == nil:
		return ""
	case p.Ended != 0 && now.UnixMilli() >= p.Ended && p.After != "":
		return p.After
	}
	return p.Link
}

// link is where a click leads that has nothing better: to the block's own
// fallback, else to the first of the campaign's that leads anywhere.
func (p *Published) link(block *rules.Block, locale int) string {
	if shown := p.fallback(block.First, locale); shown != nil && shown.Link != "" {
		return shown.Link
	}
	for at := range p.Positions {
		if shown := p.fallback(at, locale); shown != nil && shown.Link != "" {
			return shown.Link
		}
	}
	return ""
}

// decideNow decides for a click that nothing was shown for. Where deciding
// fails it leads to the block's own fallback.
func (s *Server) decideNow(r *reading, open *Open, block *rules.Block) *shownPosition {
	s.decide(r, open)
	at := place(block, open.Link.Position)
	if r.failed || !within(block, open.Link.Position) {
		return r.published.fallback(at, r.locale())
	}
	position := r.shownOne(at)
	return &position
}
