package people

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/opentime/rules"
)

// cameBefore says why an event is ignored.
const cameBefore = "came before"

// Remember has histories kept for a time, and tags of items looked up: of what is not
// in the catalogue there are none. It is called before the profiles are used.
func (p *Profiles) Remember(keep time.Duration, tagsOf func(item string) []string) {
	p.keep, p.tagsOf = keep, tagsOf
}

// AddEvents adds what rows say that recipients did, which was received then, each once,
// and returns when that is safe on disk. An error means that none is. They may come
// late, in any order and again. Nothing is kept of recipients who were forgotten or
// consent to nothing.
func (p *Profiles) AddEvents(rows []EventRow, received time.Time) (Applied, error) {
	return p.addRows(rows, received, func(_ Applied, fill filling) error { return p.store.PutRecipients(true, fill) })
}

// addRows adds what rows say, and has keep write it.
func (p *Profiles) addRows(rows []EventRow, received time.Time, keep func(done Applied, fill filling) error) (Applied, error) {
	applied, now := newApplied(), p.now()
	var events []personEvent
	for i := range rows {
		read, err := p.readEventRow(&rows[i], now, received)
		if err != nil {
			applied.Refused = append(applied.Refused, RowNote{i + 1, err.Error()})
			continue
		}
		events = append(events, personEvent{read.id, i + 1, read.event})
		giveWay(i)
	}
	err := p.add(events, now, func(notes []RowNote, fill filling) error {
		applied.Ignored = append(applied.Ignored, notes...)
		applied.Applied = len(events) - len(notes)
		return keep(applied, fill)
	})
	if err != nil {
		return newApplied(), err
	}
	return applied, nil
}

// personEvent is an event with whose it is and its row.
type personEvent struct {
	id    string
	row   int
	event keptEvent
}

// remembered is a recipient whose history events are added to.
type remembered struct {
	past      *Past    // as it is kept; nil: nothing is
	history   *history // to be changed, once open was called
	consent   rules.Consent
	forgotten bool
	grown     bool

	lately mailEvents // of past; what repeats asked for last
}

// mailEvents are opens of mails of a campaign, and what they showed, since a time.
type mailEvents struct {
	campaign string
	since    int64 // Unix ms; 0: none were asked for
	events   []mailEvent
}

// mailEvent is what such events are compared by.
type mailEvent struct {
	stored            uint64
	at                int64
	block, rule, item string
}

// open returns the history to be changed.
func (who *remembered) open() *history {
	switch {
	case who.history != nil:
	case who.past != nil:
		who.history = who.past.history()
	default:
		who.history = &history{events: make([]keptEvent, 0, 8)} // most tell of a mail with as many
	}
	return who.history
}

// add adds events to histories. keep is told which rows are ignored, and writes what
// fill puts.
func (p *Profiles) add(events []personEvent, now time.Time, keep func(notes []RowNote, fill filling) error) error {
	ids := make([]string, 0, len(events))
	people := make(map[string]*remembered, len(events))
	for i := range events {
		if id := events[i].id; people[id] == nil {
			ids = append(ids, id)
			people[id] = &remembered{consent: p.consent}
		}
	}
	defer p.lock(ids...)()
	if others := p.cachedHistories(ids, people); len(others) > 0 {
		if err := p.readHistories(others, people); err != nil {
			return fmt.Errorf("read histories: %w", err)
		}
	}
	since := now.Add(-p.keepFor()).UnixMilli()
	var notes []RowNote
	for i := range events {
		if why := people[events[i].id].take(&events[i].event, since); why != "" {
			notes = append(notes, RowNote{events[i].row, why})
		}
		giveWay(i)
	}
	err := keep(notes, func(put func(id string, kind byte, at int64, payload []byte)) {
		var payload []byte
		for id, who := range people {
			if who.grown {
				payload = who.history.fit(payload[:0], since)
				who.past, _ = newPast(payload) // of what was just written
				put(id, kindHistory, who.history.newest(), payload)
			}
		}
	})
	for id, who := range people {
		switch {
		case err != nil: // what was written is not known
			p.cache.drop(id)
		case who.grown:
			p.cache.remember(id, who.past)
		}
	}
	if err != nil {
		return fmt.Errorf("keep histories: %w", err)
	}
	return nil
}

// cachedHistories is readHistories for recipients who are in the cache. It returns the
// others. They are locked, so what is cached is what is kept.
func (p *Profiles) cachedHistories(ids []string, people map[string]*remembered) (others []string) {
	for _, id := range ids {
		e, _ := p.cache.find(id)
		if e == nil {
			others = append(others, id)
			continue
		}
		who := people[id]
		who.past, who.forgotten = e.past, p.store.Forgotten(id)
		if e.profile != nil {
			who.consent = e.profile.Consent
		}
	}
	return others
}

// keepFor is for how long what somebody did is kept.
func (p *Profiles) keepFor() time.Duration {
	if p.keep == 0 {
		return KeepBehaviour
	}
	return p.keep
}

// KeepBehaviour is for how long what somebody did is kept where nobody says.
const KeepBehaviour = 1100 * 24 * time.Hour

// readHistories reads what is kept of recipients that decides whether more is.
func (p *Profiles) readHistories(ids []string, people map[string]*remembered) error {
	var bad error
	err := p.store.Many(ids, []byte{kindForgotten, kindConsent, kindHistory}, func(i int, kind byte, _ int64, payload []byte, err error) {
		who := people[ids[i]]
		switch damaged := isDamaged(err); {
		case err != nil && !damaged:
			bad = err
		case kind == kindForgotten:
			who.forgotten = true
		case kind == kindConsent && damaged:
			who.consent = rules.ConsentNone
		case kind == kindConsent:
			who.consent = ConsentOf(payload, p.consent)
		case damaged: // it is to be replaced
		default:
			who.past, _ = newPast(payload) // one that cannot be read is to be replaced too
		}
	})
	return errors.Join(err, bad)
}

// take adds an event to a history, or says why not.
func (who *remembered) take(e *keptEvent, since int64) string {
	switch inMail := e.stored <= uint64(rules.Answered)+1 && rules.InMails.Has(e.Kind); {
	case who.forgotten:
		return "forgotten; nothing is kept of who was"
	case who.consent == rules.ConsentNone, inMail && who.consent != rules.ConsentFull:
		return "consent: the recipient does not let it be kept"
	case e.At < since:
		return "older than keep: behaviour lets it be"
	case e.id != 0 && (e.stored == keptUnbought || e.stored == uint64(rules.Bought)+1):
		if why := who.open().order(e); why != "" {
			return why
		}
	case who.repeats(e), !who.open().add(*e):
		return cameBefore
	}
	who.grown = true
	return ""
}

// sameOpen is for how long opens of a mail that show the same are one in a history.
const sameOpen = time.Minute

// repeats reports whether an event is an open, or what one showed, and another just
// before or after it says the same.
func (who *remembered) repeats(e *keptEvent) bool {
	if e.stored != uint64(rules.Opened)+1 && e.stored != uint64(rules.Shown)+1 {
		return false
	}
	from, to := e.At-sameOpen.Milliseconds(), e.At+sameOpen.Milliseconds()
	if who.history == nil && who.past != nil {
		return slices.ContainsFunc(who.mailsSince(from+1, e.Campaign), func(other mailEvent) bool {
			return other.at > from && other.at < to && other.stored == e.stored &&
				other.block == e.Block && other.rule == e.Rule && other.item == e.Item
		})
	}
	for i := range who.open().events {
		other := &who.history.events[i]
		if other.At <= from {
			return false
		}
		if other.At < to && other.stored == e.stored && other.Campaign == e.Campaign &&
			other.Block == e.Block && other.Rule == e.Rule && other.Item == e.Item {
			return true
		}
	}
	return false
}

// mailsSince returns opens of a campaign's mails and what they showed as they are kept,
// from since on, and maybe some before. The events of one mail ask one after another, and
// read the past once.
func (who *remembered) mailsSince(since int64, campaign string) []mailEvent {
	l := &who.lately
	if l.since != 0 && l.since <= since && l.campaign == campaign {
		return l.events
	}
	l.campaign, l.since, l.events = campaign, since, l.events[:0]
	who.past.walkSince(since, false, func(w *walked, e *rawEvent) {
		if (e.kind == uint64(rules.Opened)+1 || e.kind == uint64(rules.Shown)+1) && w.word(e.campaign) == campaign {
			l.events = append(l.events, mailEvent{e.kind, e.at, w.word(e.block), w.word(e.rule), w.item(e.item).id})
		}
	})
	return l.events
}

// Histories calls each for what is kept of every recipient's doing who consents to
// that, until it returns an error. Under consent to aggregates what mails tell of is
// not known: mails is then false. A Past may be kept.
func (p *Profiles) Histories(each func(past *Past, mails bool) error) error {
	since := p.now().Add(-p.keepFor()).UnixMilli()
	return p.store.Histories(func(_ string, consent []byte, at int64, payload []byte) error {
		word := ConsentOf(consent, p.consent)
		if word == rules.ConsentNone || at < since {
			return nil
		}
		past, err := newPast(payload)
		if err != nil || past.events == 0 {
			return nil //nolint:nilerr // one of a later release says nothing here
		}
		return each(past, word == rules.ConsentFull)
	})
}
