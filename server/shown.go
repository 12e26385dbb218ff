package server

import (
	"errors"
	"slices"
	"time"

	"example.com/opentime/rules"
)

// shownReading is what one reading showed: kept so that a click lands on it.
type shownReading struct {
	At        int64 // Unix ms
	Revision  [16]byte
	Trust     rules.Trust
	Class     rules.Class
	OS        string
	Reading   [8]byte
	Positions []shownPosition
	// Of a claimed link, whose id proves nothing: hashes of what it was told
	// beside it. 0: nothing.
	Parameters, Place uint64

	Message []byte // of all this, as it is kept; nil: not encoded
}

// shownPosition is what one position of a reading showed. Values are the
// resolved ones, so that the picture can be drawn again from the revision.
type shownPosition struct {
	Block    string
	Position int
	Rule     string // "none": the fallback
	Variant  string
	Item     string
	Values   []rules.Value
	Link     string
	After    string
	Ended    int64 // Unix ms; 0: never
	Digest   uint64
}

// same reports whether two readings showed the same: only readings that differ
// are kept apart.
func (a *shownReading) same(b *shownReading) bool {
	if a.Trust != b.Trust || a.Class != b.Class || a.OS != b.OS || len(a.Positions) != len(b.Positions) ||
		a.Parameters != b.Parameters || a.Place != b.Place {
		return false
	}
	for i := range a.Positions {
		x, y := &a.Positions[i], &b.Positions[i]
		if x.Block != y.Block || x.Position != y.Position || x.Link != y.Link || x.After != y.After ||
			x.Ended != y.Ended || x.Rule != y.Rule || x.Variant != y.Variant || x.Item != y.Item {
			return false
		}
	}
	return true
}

// find returns what was shown in a block's position.
func (a *shownReading) find(block string, position int) *shownPosition {
	for i := range a.Positions {
		if p := &a.Positions[i]; p.Block == block && p.Position == position {
			return p
		}
	}
	return nil
}

// shownOf is what a decision shows.
func shownOf(d *rules.Decision, r *rules.Resolved, to *rules.Destination) shownPosition {
	p := shownPosition{
		Block: d.Block.ID, Position: d.Position, Rule: "none", Variant: d.Variant.ID,
		Values: r.Values, Link: to.Link, After: to.After,
	}
	if d.Rule != nil {
		p.Rule = d.Rule.Name
	}
	if d.Item != nil {
		p.Item = d.Item.ID
	}
	if !to.Ended.IsZero() {
		p.Ended = to.Ended.UnixMilli()
	}
	return p
}

// matched says how a click was matched with what was shown.
type matched uint8

// How a click was matched. The numbers are in the journal and never change.
const (
	unseen        matched = iota // nothing was shown: decided now
	agreed                       // all readings show the same
	newestPerson                 // the newest by a person or proxy within the hour whose system the click's could be
	newestFetched                // the newest by a prefetcher
	newestAny                    // the newest of any
)

// personTime is how long the newest reading of a person or proxy stands before
// a prefetcher's.
const personTime = time.Hour

// lastShown returns what was last shown to the link's recipient in this block
// and position, in readings of the click's own trust, and how it was found. A
// claimed click sees no reading that was told more than it is.
func (s *Server) lastShown(r *reading, open *Open, block *rules.Block) (*shownPosition, matched) {
	if open.Trust == rules.Anonymous {
		return nil, unseen
	}
	_, trust := s.profile(r, open)
	r.trust = trust
	if trust == rules.Anonymous {
		return nil, unseen
	}
	kept, err := s.shown.read(shownKey{open.Recipient, r.published.ID, open.Send}, s.reads, s.left(open))
	if err != nil {
		s.metrics.storeFailed(storeOfShown, err)
	}
	oldest := open.At.Add(-KeepShown(r.consent, s.config.KeepShown)).UnixMilli()
	fresh := kept[:0:0]
	var own ties
	if trust == rules.Claimed {
		own = s.tiesOf(open, r.published.Campaign)
	}
	for i := range kept {
		if kept[i].Trust == trust && kept[i].At >= oldest && own.lead(&kept[i]) {
			fresh = append(fresh, kept[i])
		}
	}
	return choose(fresh, open, block.ID, open.Link.Position)
}

// KeepShown is for how long what was shown to a recipient is kept: as long as
// the sender says with full consent, a week with consent to aggregates.
func KeepShown(consent rules.Consent, keep time.Duration) time.Duration {
	switch consent {
	case rules.ConsentFull:
		return keep
	case rules.ConsentAggregate:
		return min(keep, aggregateKeep)
	}
	return 0
}

// choose applies the click policy to the readings of one trust. Scanners are
// left out: nobody saw theirs.
func choose(kept []shownReading, open *Open, block string, position int) (*shownPosition, matched) {
	var person, fetched, newest candidate
	agree := true
	for i := range kept {
		reading := &kept[i]
		p := reading.find(block, position)
		if p == nil || reading.Class == rules.Scanner {
			continue
		}
		if newest.p != nil && (newest.p.Link != p.Link || newest.p.After != p.After || newest.p.Ended != p.Ended) {
			agree = false
		}
		newest.take(reading, p)
		switch {
		case reading.Class == rules.Prefetcher:
			fetched.take(reading, p)
		case open.At.UnixMilli()-reading.At <= personTime.Milliseconds() && couldBe(reading.OS, open.Client.OS):
			person.take(reading, p)
		}
	}
	switch {
	case newest.p == nil:
		return nil, unseen
	case agree:
		return newest.p, agreed
	case person.p != nil:
		return person.p, newestPerson
	case fetched.p != nil:
		return fetched.p, newestFetched
	}
	return newest.p, newestAny
}

// candidate is the newest of some readings.
type candidate struct {
	at int64
	p  *shownPosition
}

func (c *candidate) take(r *shownReading, p *shownPosition) {
	if c.p == nil || r.At >= c.at {
		c.at, c.p = r.At, p
	}
}

// couldBe reports whether a click from system b can be of a reading in system
// a. A proxy hides the system, so an unknown one can be any.
func couldBe(a, b string) bool { return a == "" || b == "" || a == b }

// keepShown notes what a reading shows: once for all its images, and again
// where one of them fell to its fallback. HEAD shows nothing, a scanner shows
// it to nobody, and what nobody may be remembered by is not kept.
func (s *Server) keepShown(r *reading, open *Open, fell bool) {
	if r.trust == rules.Anonymous || r.consent == rules.ConsentNone || open.Method == 'h' || open.Client.Class == rules.Scanner {
		return
	}
	if !r.kept.CompareAndSwap(false, true) && !fell {
		return
	}
	key := shownKey{open.Recipient, r.published.ID, open.Send}
	class, os := open.Client.Class, open.Client.OS
	var told ties
	if r.trust == rules.Claimed {
		told = s.tiesOf(open, r.published.Campaign)
	}
	waits := waiting{show: func(kept *shownDraft) { r.shown(kept, class, os, told) }, keep: KeepShown(r.consent, s.config.KeepShown)}
	if r.consent == rules.ConsentFull && r.trust >= rules.Keyed && !fell {
		waits.kept = func(shown *shownReading) { s.noteOpen(key.recipient, r, shown) }
	}
	if !s.shown.add(key, waits) {
		s.metrics.storeFailed(storeOfShown, errShownWaits)
	}
}

// errShownWaits says that too many readings wait for the store.
var errShownWaits = errors.New("keep shown: too many wait for the store")

// shownDraft is a reading that is worked out, with room for that.
type shownDraft struct {
	shownReading
	to []rules.Destination
}

// shown works out what the reading shows as it is kept: what was decided, and the
// fallback where that was sent instead. What kept held before is gone, its room is
// used again.
func (r *reading) shown(kept *shownDraft, class rules.Class, os string, told ties) {
	kept.shownReading = shownReading{
		At: r.at.UnixMilli(), Revision: r.published.Revision, Trust: r.trust,
		Class: class, OS: os, Reading: r.id,
		Positions:  slices.Grow(kept.Positions[:0], r.published.Positions),
		Parameters: told.parameters, Place: told.place,
	}
	if !r.failed {
		decider := r.deciders.Get().(*rules.Decider)
		kept.to = decider.Destinations(kept.to[:0], r.published.Campaign, &r.signals, r.decisions, clickMarks())
		r.deciders.Put(decider)
	}
	for _, block := range r.published.Blocks {
		for position := range block.Positions {
			at := block.First + position
			if r.failed || r.fallen.has(at) {
				if fallback := r.published.fallback(at, r.locale()); fallback != nil {
					kept.Positions = append(kept.Positions, *fallback)
				}
				continue
			}
			kept.Positions = append(kept.Positions, r.shownAt(at, &kept.to[at]))
		}
	}
}

// shownOne is what one position alone shows.
func (r *reading) shownOne(at int) shownPosition {
	decider := r.deciders.Get().(*rules.Decider)
	defer r.deciders.Put(decider)
	to := decider.Destination(r.published.Campaign, &r.signals, &r.decisions[at], clickMarks())
	return r.shownAt(at, &to)
}

// shownAt is what was decided for a position, as it is kept, and where it leads.
func (r *reading) shownAt(at int, to *rules.Destination) shownPosition {
	d, texts := &r.decisions[at], r.resolved(at)
	p := shownOf(d, texts, to)
	if p.Digest = r.digests[at].Load(); p.Digest == 0 {
		p.Digest = digest(Compose(r.published, d, texts, FormatOf(d.Block), r.at).Key(nil))
	}
	return p
}
