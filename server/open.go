package server

import (
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync/atomic"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// open answers the request for a block's image. It reads in the order things
// happen: whose link it is, who asks, which reading this belongs to, what it
// shows, the image, and a note of what was shown.
//
// Nothing here waits on the network, and nothing here fails where the
// recipient would see it: any trouble ends one rung further down.
func (s *Server) open(ctx *fasthttp.RequestCtx, link Link) {
	_, r, shown := s.openBy(&ctx.Request.Header, peerOf(ctx), link)
	if r == nil {
		s.sendBuiltIn(ctx, link.Format, unknownLink)
		return
	}
	s.explainRung(ctx, shown.rung)
	sendImage(ctx, shown.image)
}

// openBy answers an open that a head and the peer's address tell of. The reading is
// nil where the link is of nothing that is published.
func (s *Server) openBy(header *fasthttp.RequestHeader, peer netip.Addr, link Link) (*Open, *reading, shown) {
	published, block, ok := s.site.Load().find(&link)
	if !ok {
		return nil, nil, shown{}
	}
	open := s.identifyBy(header, peer, link, published.Campaign)
	r, block := s.reading(open, published, block)
	return open, r, s.answerOpen(open, r, block)
}

// join answers an open whose head is known where it joins the reading that the others
// of that head belong to. Of open, the link's place is the request's own; the rest is
// as it was read then, and the moment is set here.
func (s *Server) join(open *Open, r *reading) (shown, bool) {
	published, block, ok := s.site.Load().find(&open.Link)
	open.setTime(s.config.Now())
	if !ok || published != r.published || !s.readings.underWay(r, open.At) || !within(block, open.Link.Position) ||
		!r.answered.add(place(block, open.Link.Position)) {
		return shown{}, false
	}
	s.readings.joined(r)
	s.notice(open)
	return s.answerOpen(open, r, block), true
}

// answerOpen decides an open's reading, unless that was done, works out what it shows
// in the block, and notes it.
func (s *Server) answerOpen(open *Open, r *reading, block *rules.Block) shown {
	s.decide(r, open)
	shown := s.show(r, open, block)
	if within(block, open.Link.Position) {
		fell := shown.rung == Generic && r.fallen.add(place(block, open.Link.Position))
		s.keepShown(r, open, fell)
	}
	s.recordImpression(open, r, shown)
	s.metrics.open(r.published.ID, shown.rung, open.Client.Class, s.config.Now().Sub(open.At))
	return shown
}

// reading returns the reading that an open joins, and its block there: the
// campaign may have been published anew since the reading began. An open of a
// position that the block has not, or of a block that the reading's campaign had
// not, is a reading of its own.
func (s *Server) reading(open *Open, published *Published, block *rules.Block) (*reading, *rules.Block) {
	if within(block, open.Link.Position) {
		r := s.readings.join(open, published, place(block, open.Link.Position))
		if own, ok := r.published.Block(block.ID); ok {
			return r, own
		}
	}
	return &reading{published: published, at: open.At}, block
}

// place numbers a position among its campaign's. One beyond the block's is
// counted as the block's last.
func place(b *rules.Block, position int) int {
	if !within(b, position) {
		position = b.Positions
	}
	return b.First + position - 1
}

// within reports whether a block has a position.
func within(b *rules.Block, position int) bool { return position >= 1 && position <= b.Positions }

// decide gathers and decides a reading once; whoever comes second waits for
// that. A panic leaves a reading that shows fallbacks, and so does a campaign
// that has nothing else.
func (s *Server) decide(r *reading, open *Open) {
	r.once.Do(func() {
		defer func() {
			if cause := recover(); cause != nil {
				r.failed = true
				slog.Error("deciding panicked", "campaign", r.published.ID, "cause", cause, "stack", string(debug.Stack()))
			}
		}()
		s.gather(r, open)
		if r.failed = r.published.FallbackOnly; !r.failed {
			s.settle(r)
		}
	})
}

// gather reads the recipient's profile, settles trust and consent, and fills
// the reading's signals.
func (s *Server) gather(r *reading, open *Open) {
	profile, trust := s.profile(r, open)
	r.trust = trust
	if r.consent != rules.ConsentNone {
		r.country = s.country(open.Address)
	}
	made := open.Open
	made.Trust, made.Consent = trust, r.consent
	r.stale = s.config.Gatherer.Gather(r.published.Campaign, &made, profile, &r.signals, false)
}

// profile returns what may be known of the recipient, and how far the link
// proves them now that the store was read. What could not be read has consent
// to nothing.
func (s *Server) profile(r *reading, open *Open) (*rules.Profile, rules.Trust) {
	trust := open.Trust
	if trust == rules.Anonymous {
		r.consent = min(s.config.Consent, rules.ConsentAggregate) // nobody's: it may be counted
		return nil, trust
	}
	profile, ok := s.config.Profiles.Cached(open.Recipient)
	var err error
	if !ok {
		recipient := open.Recipient // open is over before a slow store is
		profile, err = inTime(s.reads, storeTime, func() (*rules.Profile, error) { return s.config.Profiles.Profile(recipient) })
	}
	if err != nil {
		r.local = true
		r.consent = rules.ConsentNone
		s.metrics.storeFailed(storeProfile, err)
		return nil, rules.Anonymous
	}
	if trust == rules.Claimed && !imported(profile) && s.config.Recipients == rules.Keyed {
		s.advice.count(notImported, func() string { return open.Link.Campaign + "/" + open.Link.Block })
	}
	profile, trust, r.consent = s.config.believe(profile, trust)
	return profile, trust
}

// believe returns what may be known of a recipient, how far their link proves
// them, and what they consent to, now that their profile, nil if there is none,
// was read.
func (c *Config) believe(profile *rules.Profile, trust rules.Trust) (*rules.Profile, rules.Trust, rules.Consent) {
	if trust == rules.Claimed && imported(profile) && c.Recipients == rules.Keyed {
		trust = rules.Keyed
	}
	consent := c.Consent
	if profile != nil && profile.HasConsent {
		consent = profile.Consent
	}
	if consent == rules.ConsentNone {
		return nil, rules.Anonymous, consent
	}
	return profile, trust, consent
}

// imported reports whether the sender told of a recipient, or they have a word of their
// own: what they did does not make an id believed.
func imported(profile *rules.Profile) bool { return profile != nil && profile.Imported }

// settle decides every position of the campaign.
func (s *Server) settle(r *reading) {
	decider := s.deciders.Get().(*rules.Decider)
	defer s.deciders.Put(decider)
	c := r.published.Campaign
	r.decisions = rules.Keep(decider.Decide(c, &r.signals))
	r.deciders = &s.deciders
	r.texts = make([]atomic.Pointer[rules.Resolved], len(r.decisions))
	r.digests = make([]atomic.Uint64, len(r.decisions))
	r.resolveAll(decider)
}

// shown is what one open was answered with.
type shown struct {
	image    render.Image
	kept     *remembered // what it is of; nil: the built-in one
	rung     Rung
	decision *rules.Decision // nil on the lowest two rungs
	fallback *shownPosition  // on the rung generic
	digest   uint64          // of the picture's key
}

// show turns what a reading decided for a block's position into an image, or
// into that of a lower rung.
func (s *Server) show(r *reading, open *Open, block *rules.Block) shown {
	at := place(block, open.Link.Position)
	if r.failed || !within(block, open.Link.Position) {
		return s.generic(r, open, block)
	}
	room := s.rooms.Get().(*composition)
	defer s.rooms.Put(room)
	picture, err := r.picture(room, at, open)
	if err == nil {
		room.key = picture.Key(room.key[:0])
		var drawn *remembered
		drawn, err = s.images.get(room.key, picture, wanted{r.lane(), r.published.ID, open.Deadline})
		if err == nil {
			if picture.Format == FormatOf(block) && !holdsSecond(picture) {
				r.digests[at].Store(drawn.digest) // of the very picture that is kept as shown
			}
			return shown{image: drawn.image, kept: drawn, rung: r.rung(), decision: &r.decisions[at], digest: drawn.digest}
		}
	}
	s.metrics.dropped(err)
	return s.generic(r, open, block)
}

// picture composes the picture of a position for an open, in room; a panic is an error
// like any other.
func (r *reading) picture(room *composition, at int, open *Open) (picture *render.Picture, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("compose: panic: %v", cause)
		}
	}()
	return room.composeFor(r.published, &r.decisions[at], r.resolved(at), open.Link.Format, &open.Open), nil
}

// rung is the rung of a reading that could be decided.
func (r *reading) rung() Rung {
	switch {
	case r.local:
		return Local
	case r.stale:
		return Stale
	}
	return Live
}
