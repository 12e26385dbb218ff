package server

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// Ask is a made-up open: what explain, preview and the demo page turn by hand.
// The zero value of a field leaves it as a plain open has it.
type Ask struct {
	Campaign, Block string
	Position        int // from 1
	Recipient       string
	Seal            string       // of the Recipient, as a link has it; it is verified where Trust is nil
	Trust           *rules.Trust // nil: what Seal proves; without one signed with a Recipient, else anonymous
	At              time.Time    // zero: now
	Address         netip.Addr
	UserAgent       string
	Client          string // a name of the client table, instead of UserAgent; a person's browser without either
	Locale          string
	Parameters      []Parameter
	Sealed          string   // x, as a link has it: it is verified
	Given           []string // signal=value, as in a test's given
	Format          string   // jpg, png or gif; "": the block's
}

// Answer is what an Ask comes to.
type Answer struct {
	Explanation rules.Explanation
	Client      signals.Client
	Trust       rules.Trust
	Proof       string // what the Ask's seal turned out to be; "" without one
	Here        string // where the recipient is, and where that is known from
	Rung        Rung
	Key         []byte // of the picture
	Picture     *render.Picture
}

// Ask decides a made-up open as the server would: everything is gathered as
// for a real one, then given signals replace what was gathered. Nothing is
// recorded and no reading is joined.
func (s *Server) Ask(ask Ask) (Answer, error) {
	published, block, ok := s.Site().find(&Link{Campaign: strings.ToLower(ask.Campaign), Block: strings.ToLower(ask.Block)})
	if !ok {
		return Answer{}, s.unknown(ask)
	}
	if published.FallbackOnly {
		return Answer{}, fmt.Errorf("campaign %q serves its fallbacks only: its last good revision has problems now; run opentime check", published.ID)
	}
	position := max(1, ask.Position)
	if position > block.Positions {
		return Answer{}, fmt.Errorf("block %q has %d positions; there is no %d", block.ID, block.Positions, position)
	}
	open, err := s.madeUp(ask, block)
	if err != nil {
		return Answer{}, err
	}
	proof := s.prove(open, &ask, published.Campaign)
	r := &reading{published: published, at: open.At}
	profile, err := s.decideGiven(r, open, ask.Given)
	if err != nil {
		return Answer{}, err
	}
	at := place(block, position)
	picture, err := r.picture(new(composition), at, open)
	if err != nil {
		return Answer{}, err
	}
	return Answer{
		Explanation: rules.Explain(published.Campaign, &r.signals, block.ID, position),
		Client:      open.Client, Trust: r.trust, Proof: proof, Rung: r.rung(), Picture: picture, Key: picture.Key(nil),
		Here: s.config.Gatherer.Here(&open.Open, profile).String(),
	}, nil
}

// unknown says which name an Ask got wrong, and which would do.
func (s *Server) unknown(ask Ask) error {
	site := s.Site()
	c, ok := site.Campaigns[strings.ToLower(ask.Campaign)]
	if !ok {
		known := make([]string, 0, len(site.Campaigns))
		for id := range site.Campaigns {
			known = append(known, id)
		}
		if len(known) == 0 {
			return fmt.Errorf("campaign %q is not published, as none is; opentime status says why", ask.Campaign)
		}
		return fmt.Errorf("no campaign %q is published; %s", ask.Campaign, strict.DidYouMean(ask.Campaign, known))
	}
	known := make([]string, 0, len(c.Blocks))
	for _, b := range c.Blocks {
		known = append(known, b.ID)
	}
	return fmt.Errorf("unknown block %q in campaign %q; %s", ask.Block, c.ID, strict.DidYouMean(ask.Block, known))
}

// somebody is the client of an Ask that names none: a person's browser. An
// empty User-Agent would be a scanner's.
const somebody = "chrome"

// madeUp makes the Open of an Ask.
func (s *Server) madeUp(ask Ask, block *rules.Block) (*Open, error) {
	headers := signals.Headers{Method: "GET", UserAgent: ask.UserAgent, Address: ask.Address}
	clients := s.config.Gatherer.Clients()
	if ask.Client == "" && ask.UserAgent == "" {
		ask.Client = somebody
	}
	if ask.Client != "" {
		named, ok := clients.Named(ask.Client)
		if !ok {
			return nil, fmt.Errorf("unknown client %q; %s", ask.Client, strict.DidYouMean(ask.Client, clients.Names()))
		}
		if ask.Address.IsValid() {
			named.Address = ask.Address
		}
		headers = named
	}
	now := s.config.Now()
	open := &Open{Method: 'g', Agent: headers.UserAgent, Deadline: now.Add(askTime)}
	open.At, open.Address, open.Client = now, headers.Address, s.config.Gatherer.Classify(headers)
	if !ask.At.IsZero() {
		open.At = ask.At
	}
	format, err := ask.format(block)
	if err != nil {
		return nil, err
	}
	open.Link = Link{Kind: ImageLink, Campaign: ask.Campaign, Block: block.ID, Position: ask.Position, Format: format}
	open.Link.Recipient, open.Link.Seal, open.Link.Parameters, open.Link.Sealed = ask.Recipient, ask.Seal, ask.Parameters, ask.Sealed
	open.Recipient, open.Locale = ask.Recipient, ask.Locale
	open.Trust, err = ask.trust()
	return open, err
}

// prove verifies the seals of an Ask, if it has any, and says what became of the
// recipient's.
func (s *Server) prove(open *Open, ask *Ask, campaign *rules.Campaign) (why string) {
	link := &open.Link
	if ask.Seal != "" && ask.Trust == nil {
		if open.Trust, why, _ = s.config.Keys.proveSeal(s.config.Sender, link, s.config.Now()); open.Trust == rules.Anonymous {
			link.Recipient, open.Recipient = "", ""
		}
	}
	s.readParameters(open, campaign)
	return why
}

// askTime is how long somebody who asks waits for a drawing.
const askTime = 10 * time.Second

func (a Ask) trust() (rules.Trust, error) {
	switch {
	case a.Trust == nil && a.Recipient == "":
		return rules.Anonymous, nil
	case a.Trust == nil:
		return rules.Signed, nil
	case *a.Trust > rules.Anonymous && a.Recipient == "":
		return 0, errors.New("a trust above anonymous needs a recipient; give one with --r")
	}
	return *a.Trust, nil
}

func (a Ask) format(block *rules.Block) (render.Format, error) {
	if a.Format == "" {
		return FormatOf(block), nil
	}
	format, ok := render.ParseFormat(a.Format)
	if !ok {
		return 0, fmt.Errorf("unknown format %q; write jpg, png or gif", a.Format)
	}
	return format, nil
}

// decideGiven gathers with origins, lays what is given over it and decides. It
// returns the profile it gathered from.
func (s *Server) decideGiven(r *reading, open *Open, given []string) (*rules.Profile, error) {
	profile, trust := s.profile(r, open)
	r.trust, open.Trust, open.Consent = trust, trust, r.consent
	r.stale = s.config.Gatherer.Gather(r.published.Campaign, &open.Open, profile, &r.signals, true)
	if err := give(r.published.Campaign, &r.signals, given); err != nil {
		return nil, err
	}
	s.settle(r)
	return profile, nil
}

// give lays given signals over what was gathered.
func give(c *rules.Campaign, s *rules.Signals, given []string) error {
	for _, text := range given {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("given %q has no value; write signal=value", text)
		}
		if err := rules.Give(c, s, name, value); err != nil {
			return err
		}
	}
	return nil
}

// Preview draws a made-up open's image: the very bytes the server would send.
func (s *Server) Preview(ask Ask) (render.Image, error) {
	answer, err := s.Ask(ask)
	if err != nil {
		return render.Image{}, err
	}
	drawn, err := s.images.get(answer.Key, answer.Picture, wanted{proven, ask.Campaign, s.config.Now().Add(askTime)})
	if err != nil {
		return render.Image{}, err
	}
	return drawn.image, nil
}
