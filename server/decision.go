package server

import (
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// Decisions is what a block shows to a recipient, as /d/ and GET /v1/decisions answer it:
// the same as the mail at that moment, for a web page, an app and a service desk.
type Decisions struct {
	Campaign  string     `json:"campaign"`
	Block     string     `json:"block"`
	At        string     `json:"at"`
	Until     string     `json:"until,omitempty"` // when it may change by the clock alone; "": not by the clock
	Positions []Position `json:"positions"`
}

// Position is what a position shows, and why.
type Position struct {
	Position int            `json:"position"`
	Rule     string         `json:"rule"` // none: the fallback
	Variant  string         `json:"variant"`
	Reason   string         `json:"reason"`
	Item     string         `json:"item,omitempty"`
	Title    string         `json:"title,omitempty"`
	Price    any            `json:"price,omitempty"`
	Because  string         `json:"because,omitempty"` // why the item is recommended
	Values   map[string]any `json:"values"`            // of the layout, pictures left out
	Link     string         `json:"link,omitempty"`    // where it leads
	After    string         `json:"after,omitempty"`   // and once the offer has ended
	Click    string         `json:"click,omitempty"`   // the same by way of us, so that it is counted
}

// decision answers /d/<campaign>/<block>?r=...: to a link whose seal verifies only, and
// to pages of origins.
func (s *Server) decision(ctx *fasthttp.RequestCtx, path []byte) {
	s.allowOrigin(ctx)
	ctx.Response.Header.Set("Cache-Control", "no-store")
	ctx.Response.Header.Set("X-Robots-Tag", "noindex")
	ctx.Response.Header.Set("X-Content-Type-Options", "nosniff")
	link, ok := ParseLink(path, ctx.URI().QueryString())
	if !ok {
		answerError(ctx, fasthttp.StatusNotFound, "there is no such block; ask /d/<campaign>/<block>?r=...")
		return
	}
	published, block, ok := s.site.Load().find(&link)
	if !ok {
		answerError(ctx, fasthttp.StatusNotFound, "there is no such block; ask /d/<campaign>/<block>?r=...")
		return
	}
	open := s.identify(ctx, link, published.Campaign)
	if open.Trust != rules.Signed {
		answerError(ctx, fasthttp.StatusForbidden, "this is for signed links only; send the r of opentime sign")
		return
	}
	open.Client.Class = rules.Person // a page or an app asks for somebody who is there
	told, r := s.decideFor(open, published, block)
	s.keepShown(r, open, false) // a click lands on it
	own := "?r=" + url.QueryEscape(link.Recipient+"."+link.Seal)
	for i := range told.Positions {
		p := &told.Positions[i]
		if p.Link != "" {
			p.Click = s.config.Public + "/c/" + published.ID + "/" + block.ID + "/" + strconv.Itoa(p.Position) + own
		}
	}
	answerJSON(ctx, told)
}

// allowOrigin lets pages of the sender's origins read the answer.
func (s *Server) allowOrigin(ctx *fasthttp.RequestCtx) {
	ctx.Response.Header.Set("Vary", "Origin")
	if origin := string(ctx.Request.Header.Peek("Origin")); origin != "" && slices.Contains(s.config.Origins, origin) {
		ctx.Response.Header.Set("Access-Control-Allow-Origin", origin)
	}
}

// decideFor decides a reading of its own, and tells what a block of it shows.
func (s *Server) decideFor(open *Open, published *Published, block *rules.Block) (*Decisions, *reading) {
	r := &reading{published: published, at: open.At}
	s.decide(r, open)
	told := &Decisions{Campaign: published.ID, Block: block.ID, At: aboutMoment(open.At), Positions: []Position{}}
	var until time.Time
	for position := 1; position <= block.Positions; position++ {
		at := place(block, position)
		if r.failed {
			told.Positions = append(told.Positions, fallenPosition(published.fallback(at, r.locale()), position))
			continue
		}
		told.Positions = append(told.Positions, r.tell(at))
		if next := rules.Until(published.Campaign, &r.signals, &r.decisions[at]); !next.IsZero() && (until.IsZero() || next.Before(until)) {
			until = next
		}
	}
	if !until.IsZero() {
		told.Until = aboutMoment(until)
	}
	return told, r
}

func aboutMoment(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// tell is what was decided for a position, for programs.
func (r *reading) tell(at int) Position {
	d, shown, texts := &r.decisions[at], r.shownOne(at), r.resolved(at)
	p := Position{
		Position: d.Position, Rule: shown.Rule, Variant: shown.Variant, Reason: d.Reason.String(), Item: shown.Item,
		Values: map[string]any{}, Link: unclicked(shown.Link), After: unclicked(shown.After),
	}
	if d.Item != nil && d.Item.Item != nil {
		p.Title, p.Price, p.Because = d.Item.Title, rules.FactOf(d.Item.Price), d.Item.Because.Text
	}
	if d.Variant.Layout == nil {
		return p
	}
	for i, value := range d.Variant.Layout.Values {
		if i < len(texts.Values) && texts.Values[i].Known() && value.Type != rules.Picture {
			p.Values[value.Name] = rules.FactOf(texts.Values[i])
		}
	}
	return p
}

// fallenPosition is a fallback, where deciding failed.
func fallenPosition(shown *shownPosition, position int) Position {
	p := Position{Position: position, Rule: "none", Variant: "none", Reason: rules.Failed.String(), Values: map[string]any{}}
	if shown != nil {
		p.Item, p.Link, p.After = shown.Item, unclicked(shown.Link), unclicked(shown.After)
	}
	return p
}

// decisionsRoute answers GET /v1/decisions/{campaign}/{block}?r=...: what a recipient's
// mail shows now, for whoever speaks with them.
func (s *Server) decisionsRoute(ctx *fasthttp.RequestCtx) {
	campaign, _ := ctx.UserValue("campaign").(string)
	name, _ := ctx.UserValue("block").(string)
	id, seal, sealed := strings.Cut(string(ctx.QueryArgs().Peek("r")), ".")
	now := s.config.Now()
	if !isID(id) || sealed && !s.config.Keys.Verify(s.config.Sender, id, seal, now) {
		answerError(ctx, fasthttp.StatusBadRequest, "r is no recipient's id, or its seal is another's; send the id alone")
		return
	}
	link := Link{Kind: ClickLink, Campaign: campaign, Block: name, Position: 1, Recipient: id}
	published, block, ok := s.site.Load().find(&link)
	if !ok {
		answerError(ctx, fasthttp.StatusNotFound, "there is no such block")
		return
	}
	open := &Open{Link: link, Deadline: now.Add(requestTime), Open: signals.Open{
		At: now, Recipient: id, Trust: rules.Signed, Client: signals.Client{Class: rules.Person, Known: true},
	}}
	told, r := s.decideFor(open, published, block)
	if r.local {
		slog.Warn("a desk was answered without the store")
	}
	answerJSON(ctx, told)
}
