package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/people"
	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// Limits of what the sender's own pages tell.
const (
	beaconRows  = 20          // in one request
	beaconRate  = 120         // of one recipient in a minute
	beaconsOpen = 64          // that wait for the disk at once
	beaconTime  = time.Second // and for how long
	ratesKept   = 100_000     // recipients of a minute
)

// What becomes of a beacon.
const (
	beaconTaken, beaconUnproven, beaconOrigin, beaconMachine = "taken", "unproven", "origin", "machine"
	beaconUnread, beaconBusy, beaconFailed                   = "unread", "busy", "failed"
)

// pixel is a transparent GIF of one pixel, for pages without scripts. Never changed.
var pixel = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// byGet are the kinds that a page tells of by an image: what a GET says may have been
// fetched ahead, or again. All else is told by POST. Never changed.
var byGet = [...]string{"viewed", "searched"}

// beacon answers /e?r=..., by which the sender's own pages tell what recipients do
// there. A page never sees an error of it: a GET is answered with a pixel, a POST with
// 204 once all that can be kept is safe on disk, or 202 where it could not be kept now
// and may come again.
func (s *Server) beacon(ctx *fasthttp.RequestCtx, query []byte) {
	s.allowOrigin(ctx)
	result := s.heed(ctx, query)
	s.metrics.beacons[result].Inc()
	sendHeeded(ctx, result != beaconBusy && result != beaconFailed)
}

// sendHeeded answers a beacon.
func sendHeeded(ctx *fasthttp.RequestCtx, settled bool) {
	if !ctx.IsPost() {
		sendImage(ctx, render.Image{Type: render.GIF, Bytes: pixel})
		return
	}
	ctx.Response.Header.Set("Cache-Control", "no-store")
	ctx.Response.Header.Set("X-Robots-Tag", "noindex")
	ctx.SetStatusCode(fasthttp.StatusNoContent)
	if !settled {
		ctx.SetStatusCode(fasthttp.StatusAccepted)
	}
}

// heed adds what a page tells to the history of its recipient, where the link proves
// who that is, and says what became of it.
func (s *Server) heed(ctx *fasthttp.RequestCtx, query []byte) string {
	if origin := string(ctx.Request.Header.Peek("Origin")); origin != "" && !slices.Contains(s.config.Origins, origin) {
		return beaconOrigin
	}
	link := Link{Kind: EventLink}
	link.parseQuery(query)
	told := link.Parameters
	link.Parameters = nil
	open := s.identify(ctx, link, &rules.Campaign{})
	if open.Client.Class == rules.Prefetcher || open.Client.Class == rules.Scanner {
		return beaconMachine
	}
	switch proven, err := s.proves(open); {
	case err != nil:
		s.metrics.storeFailed(storeProfile, err)
		return beaconFailed
	case !proven:
		return beaconUnproven
	}
	var rows []people.EventRow
	var ok bool
	if ctx.IsPost() {
		rows, ok = readBeacon(ctx.PostBody())
	} else {
		rows, ok = readPixel(told)
	}
	if !ok {
		return beaconUnread
	}
	for i := range rows { // who and when is not the page's to say
		rows[i].R, rows[i].At = open.Recipient, ""
	}
	if !s.rates.take(open.Recipient, len(rows), open.At) {
		return beaconBusy
	}
	return s.keepBeacon(rows, open.At)
}

// proves reports whether a link proves who its recipient is. What they consent to is
// seen when something is kept of them.
func (s *Server) proves(open *Open) (bool, error) {
	if open.Trust != rules.Claimed || s.config.Recipients != rules.Keyed {
		return open.Trust == rules.Signed, nil
	}
	profile, err := inTime(s.beacons, beaconTime, func() (*rules.Profile, error) { return s.config.Profiles.Profile(open.Recipient) })
	if err != nil {
		return false, err
	}
	_, trust, _ := s.config.believe(profile, open.Trust)
	return trust == rules.Keyed, nil
}

// keepBeacon keeps rows, and returns when they are safe on disk.
func (s *Server) keepBeacon(rows []people.EventRow, at time.Time) string {
	applied, err := inTime(s.beacons, beaconTime, func() (people.Applied, error) { return s.config.Profiles.AddEvents(rows, at) })
	if errors.Is(err, errStoreSlow) {
		return beaconBusy
	}
	s.metrics.behaviour(applied, err)
	if err != nil {
		slog.Warn("what a page tells is not kept", "err", err)
		return beaconFailed
	}
	return beaconTaken
}

// readBeacon reads the body of a POST, whatever its type: an event as POST /v1/events
// has it, or a list of them.
func readBeacon(body []byte) ([]people.EventRow, bool) {
	if body = bytes.TrimSpace(body); len(body) == 0 {
		return nil, false
	}
	if body[0] != '[' {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	var rows []people.EventRow
	err := json.Unmarshal(body, &rows)
	return rows, err == nil && len(rows) > 0 && len(rows) <= beaconRows
}

// readPixel reads the event that the parameters of a GET are. Parameters that are
// nothing of an event are passed over: pages add numbers so that nothing is cached.
func readPixel(told []Parameter) ([]people.EventRow, bool) {
	var row people.EventRow
	for _, p := range told {
		switch p.Name {
		case "id":
			row.ID = p.Value
		case "kind":
			row.Kind = p.Value
		case "item":
			row.Item = p.Value
		case "tags":
			row.Tags = strings.Split(p.Value, ";")
		case "search":
			row.Search = p.Value
		case "channel":
			row.Channel = p.Value
		}
	}
	return []people.EventRow{row}, slices.Contains(byGet[:], row.Kind)
}

// rates bound how much is taken of each recipient in a minute. They are of links that
// prove their recipient, so there are no more of them than recipients. They are safe
// for concurrent use.
type rates struct {
	mu     sync.Mutex
	minute int64
	taken  map[string]int
}

// take reports whether n more may be taken of a recipient now.
func (r *rates) take(id string, n int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if minute := now.Unix() / 60; minute != r.minute || r.taken == nil {
		r.minute, r.taken = minute, map[string]int{}
	}
	before, known := r.taken[id]
	if before+n > beaconRate || !known && len(r.taken) >= ratesKept {
		return false
	}
	r.taken[id] = before + n
	return true
}

// isBeaconPath reports whether a path, or a URI, is of what pages tell.
func isBeaconPath(uri []byte) bool {
	return len(uri) >= 2 && uri[0] == '/' && uri[1]|0x20 == 'e' && (len(uri) == 2 || uri[2] == '?')
}
