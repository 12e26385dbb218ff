package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/rules"
)

// Limits of impressions that wait to be written.
const (
	recorderQueue    = 1 << 16
	recordedTogether = 256
)

// recorder writes impressions to the journal: those of aliases that are known at
// once, and the others beside the path of an open, since their alias may have to be
// read from the store, or made.
type recorder struct {
	journal  *journal.Journal
	profiles *people.Profiles

	mu      sync.Mutex
	waiting []impression
	wake    chan struct{} // something waits
	dropped atomic.Uint64
	done    sync.WaitGroup
}

// impression is a record on its way, and whose alias it gets.
type impression struct {
	record    journal.Record
	recipient string
}

func newRecorder(j *journal.Journal, profiles *people.Profiles) *recorder {
	r := &recorder{journal: j, profiles: profiles, wake: make(chan struct{}, 1)}
	r.done.Go(r.run)
	return r
}

// add takes a record over, or drops it and counts that. It gets the alias of a
// recipient, none if that is "".
func (r *recorder) add(record *journal.Record, recipient string) {
	known := recipient == ""
	if !known {
		record.Alias, known = r.profiles.CachedAlias(recipient)
	}
	if known {
		r.append(record)
		return
	}
	r.mu.Lock()
	full := len(r.waiting) >= recorderQueue
	if !full {
		r.waiting = append(r.waiting, impression{*record, recipient})
	}
	r.mu.Unlock()
	if full {
		r.dropped.Add(1)
		return
	}
	select {
	case r.wake <- struct{}{}:
	default: // it is awake already
	}
}

// waits is how many impressions wait.
func (r *recorder) waits() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting)
}

func (r *recorder) append(record *journal.Record) {
	if err := r.journal.Append(record); err != nil {
		r.dropped.Add(1)
	}
}

// run writes what waits until close. Two lists take turns.
func (r *recorder) run() {
	var taken []impression
	for open := true; open; {
		_, open = <-r.wake
		r.mu.Lock()
		taken, r.waiting = r.waiting, taken[:0]
		r.mu.Unlock()
		for some := range slices.Chunk(taken, recordedTogether) {
			r.write(some)
		}
		clear(taken) // lets go of its texts
		if cap(taken) > recorderQueue/8 {
			taken = nil // there was much to do, which is over
		}
	}
}

// write gives impressions their aliases, which are made together, and records them.
func (r *recorder) write(some []impression) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("recording panicked", "cause", cause)
		}
	}()
	ids, aliases := make([]string, len(some)), make([][16]byte, len(some))
	for i := range some {
		ids[i] = some[i].recipient
	}
	if err := r.profiles.Aliases(aliases, ids...); err != nil {
		r.dropped.Add(uint64(len(some)))
		return
	}
	for i := range some {
		some[i].record.Alias = aliases[i]
		r.append(&some[i].record)
	}
}

// close writes what waits and ends. Nothing may be added any more.
func (r *recorder) close() {
	close(r.wake)
	r.done.Wait()
}

// recordImpression notes that a decision was shown. HEAD shows nothing.
func (s *Server) recordImpression(open *Open, r *reading, shown shown) {
	if open.Method == 'h' {
		return
	}
	record := s.record(journal.Impression, open, r)
	record.Block, record.Position = open.Link.Block, open.Link.Position
	record.Rung = uint8(shown.rung)
	if r.consent != rules.ConsentNone {
		record.Digest = shown.digest
		shown.describe(&record)
	}
	record.Country = r.country
	s.recorder.add(&record, r.alias(open))
}

// country is where an address is, by Apple's list or the geo database; "" if
// that is unknown.
func (s *Server) country(address netip.Addr) string {
	sources := s.config.Gatherer.Sources()
	if country, ok := sources.Relays.Country(address); ok {
		return country
	}
	here, _ := sources.Geo.Lookup(address)
	return here.Country
}

// alias returns whose alias a record of this reading carries: none but with
// full consent.
func (r *reading) alias(open *Open) string {
	if r.consent != rules.ConsentFull || r.trust == rules.Anonymous {
		return ""
	}
	return open.Recipient
}

// describe fills in what was shown: what was decided, or a fallback in its place.
func (s *shown) describe(record *journal.Record) {
	d := s.decision
	if d == nil {
		record.Rule, record.Variant, record.Reason = "none", "none", uint8(rules.Failed)
		if s.fallback != nil && s.fallback.Item != "" {
			record.Items = []string{s.fallback.Item}
		}
		return
	}
	record.Rule, record.Variant, record.Reason = "none", d.Variant.ID, uint8(d.Reason)
	record.Holdout = d.Reason == rules.Holdout
	if d.Rule != nil {
		record.Rule, record.Split = d.Rule.Name, len(d.Rule.Split) > 0
	}
	if d.Item != nil {
		record.Items = []string{d.Item.ID}
	}
}

// record begins a record with as much as the recipient's consent allows:
// everything; the same to the hour and without what tells one mail from
// another; or only what a total needs.
func (s *Server) record(kind journal.Kind, open *Open, r *reading) journal.Record {
	record := journal.Record{
		Kind: kind, At: open.At.Truncate(time.Hour).UnixMilli(),
		Campaign: r.published.ID, Revision: r.published.Revision, Consent: uint8(r.consent),
	}
	if r.consent == rules.ConsentNone {
		return record
	}
	record.Send, record.Trust = open.Send, uint8(r.trust)
	record.Class, record.App, record.OS, record.Mobile = uint8(open.Client.Class), open.Client.App, open.Client.OS, open.Client.Mobile
	record.Method, record.Flags, record.Agent = open.Method, open.Flags, open.Agent
	record.Network = open.Client.Network
	if r.consent == rules.ConsentFull {
		record.At, record.Reading = open.At.UnixMilli(), r.id
		record.Since = open.since()
	}
	return record
}

// sendBegan returns when a send began, where its id begins with that moment as
// 20261123T0800Z; else the zero time.
func sendBegan(send string) time.Time {
	const layout = "20060102T1504Z"
	if len(send) < len(layout) {
		return time.Time{}
	}
	began, err := time.Parse(layout, send[:len(layout)])
	if err != nil {
		return time.Time{}
	}
	return began
}

// since returns the seconds since the open's send began; 0 where that is not known.
func (o *Open) since() int64 {
	if o.began.IsZero() {
		return 0
	}
	return max(0, int64(o.At.Sub(o.began).Seconds()))
}

// recordClick notes a click before it is answered, and returns its id. A disk
// that hangs keeps nobody from where they want to go.
func (s *Server) recordClick(open *Open, r *reading, p *shownPosition, how matched) string {
	record := s.record(journal.Click, open, r)
	record.ID = journal.NewID()
	record.Block, record.Position, record.Matched = open.Link.Block, open.Link.Position, uint8(how)
	if r.consent != rules.ConsentNone && p != nil {
		record.Rule, record.Variant, record.Digest = p.Rule, p.Variant, p.Digest
		if p.Item != "" {
			record.Items = []string{p.Item}
		}
	}
	if record.Country = r.country; record.Country == "" && r.consent != rules.ConsentNone {
		record.Country = s.country(open.Address)
	}
	if recipient := r.alias(open); recipient != "" {
		alias, err := inTime(s.reads, s.left(open), func() ([16]byte, error) { return s.config.Profiles.Alias(recipient) })
		if err != nil {
			s.metrics.storeFailed(storeAlias, err)
		}
		record.Alias = alias
	}
	if open.Method != 'h' {
		s.metrics.click(r.published.ID, how)
		_, err := inTime(s.reads, s.left(open), func() (bool, error) { return true, s.config.Journal.Append(&record) })
		if err != nil {
			s.metrics.storeFailed(storeJournal, err)
		}
	}
	return record.ID.String()
}

// digest folds a picture's key into the 8 bytes that records carry.
func digest(key []byte) uint64 {
	sum := sha256.Sum256(key)
	return binary.BigEndian.Uint64(sum[:])
}

// explainRung says in a header, to whoever has the read token, which rung an
// answer came from.
func (s *Server) explainRung(ctx *fasthttp.RequestCtx, rung Rung) {
	token := s.config.Tokens.Read
	if token == "" {
		return
	}
	given := ctx.Request.Header.Peek("Authorization")
	if subtle.ConstantTimeCompare(given, []byte("Bearer "+token)) == 1 {
		ctx.Response.Header.Set("Opentime-Rung", rung.String())
	}
}
