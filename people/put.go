package people

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"example.com/opentime/rules"
)

// Applied is what became of rows.
type Applied struct {
	Applied int       `json:"applied"`
	Ignored []RowNote `json:"ignored"`
	Refused []RowNote `json:"refused"`
}

// RowNote says why a row, counted from 1, or a part of it was not applied.
type RowNote struct {
	Row int    `json:"row"`
	Why string `json:"why"`
}

func newApplied() Applied { return Applied{Ignored: []RowNote{}, Refused: []RowNote{}} }

// Put replaces the profiles of the rows' recipients, each where the row is not
// older than what is kept, and returns when they are safe on disk. An error
// means that none is. A row without a date is of now. What was patched after a
// row's date stays. Recipients who were forgotten are passed over.
//
// Consent is a fact of its own: the newest word counts, of two of one date the
// stricter, and a row without a date can lower it, never raise it.
func (p *Profiles) Put(rows []Row) (Applied, error) { return p.PutAt(rows, p.now()) }

// PutAt is Put for rows that were received then.
func (p *Profiles) PutAt(rows []Row, received time.Time) (Applied, error) {
	return p.write(rows, received, (*person).replace)
}

// write lays rows that were received then over what is kept, as lay does it.
func (p *Profiles) write(rows []Row, received time.Time, lay func(*person, *readRow) (taken bool, note string)) (Applied, error) {
	return p.writeAs(rows, writeHow{received, received, lay, func(_ Applied, fill filling) error {
		return p.store.PutRecipients(true, fill)
	}})
}

// filling puts values that are written together.
type filling = func(put func(id string, kind byte, at int64, payload []byte))

// writeHow says how rows are written.
type writeHow struct {
	now   time.Time // no date may be ahead of it
	since time.Time // the date of rows without one
	lay   func(*person, *readRow) (taken bool, note string)
	// keep is given what became of the rows, and writes what fill puts.
	keep func(done Applied, fill filling) error
}

// writeAs lays rows over what is kept.
func (p *Profiles) writeAs(rows []Row, how writeHow) (Applied, error) {
	applied := newApplied()
	read, refused := make([]*readRow, len(rows)), make([]error, len(rows))
	for i := range rows {
		read[i], refused[i] = p.readRow(&rows[i], how.now, how.since)
		giveWay(i)
	}
	if p.secret {
		refuseGuessable(rows, read, refused)
	}
	ids := make([]string, 0, len(rows))
	for i, why := range refused {
		if why != nil {
			applied.Refused = append(applied.Refused, RowNote{i + 1, why.Error()})
			continue
		}
		ids = append(ids, read[i].id)
	}
	defer p.lock(ids...)()
	w := &writing{people: make(map[string]*person, len(ids))}
	if err := w.read(p, ids); err != nil {
		return newApplied(), fmt.Errorf("read profiles: %w", err)
	}
	for i, row := range read {
		if refused[i] != nil {
			continue
		}
		taken, note := w.people[row.id].take(row, how.lay)
		if taken {
			applied.Applied++
		}
		if note != "" {
			applied.Ignored = append(applied.Ignored, RowNote{i + 1, note})
		}
	}
	err := how.keep(applied, w.fill)
	// Also after an error: what was written then is not known.
	for id, who := range w.people {
		if who.wrote || who.wroteOf {
			p.cache.drop(id)
		}
	}
	if err == nil {
		err = p.withdraw(w)
	}
	if err != nil {
		return newApplied(), fmt.Errorf("keep profiles: %w", err)
	}
	return applied, nil
}

// giveWay lets opens go first, now and then: putting many rows is long work, and
// nobody waits for it.
func giveWay(i int) {
	if i%32 == 31 {
		runtime.Gosched()
	}
}

// writing is a batch of rows on its way to the store.
type writing struct {
	people map[string]*person
}

// person is a recipient as the rows of a batch change them.
type person struct {
	profile        keptProfile
	profileAt      int64
	has            bool // a profile is kept
	word           word
	unknown        []byte // of the word: fields of a later release
	wrote, wroteOf bool   // the profile, the word
	forgotten      bool
}

// read reads what is kept of recipients.
func (w *writing) read(p *Profiles, ids []string) error {
	for _, id := range ids {
		w.people[id] = &person{word: word{consent: p.consent}}
	}
	var bad error
	now := p.now()
	err := p.store.Many(ids, []byte{kindForgotten, kindConsent, kindProfile}, func(i int, kind byte, at int64, payload []byte, err error) {
		if err = w.people[ids[i]].kept(kind, rules.KeptTime(at, now), now, payload, err); err != nil {
			bad = err
		}
	})
	return errors.Join(err, bad)
}

// kept takes what is kept of a recipient.
func (who *person) kept(kind byte, at int64, now time.Time, payload []byte, err error) error {
	damaged := isDamaged(err)
	if err != nil && !damaged {
		return err
	}
	switch {
	case kind == kindForgotten:
		who.forgotten = true
	case kind == kindConsent:
		who.word = word{consent: rules.ConsentNone, own: true} // of one that is damaged
		if damaged {
			return nil
		}
		consent, unknown, err := decodeConsent(payload)
		if err == nil {
			who.word, who.unknown = word{consent, at, true}, unknown
		}
	case !damaged: // one that is damaged is to be replaced
		kept, err := decodeProfile(payload)
		if err != nil && !errors.Is(err, errEncoding) {
			return err
		}
		for i := range kept.homeAt {
			kept.homeAt[i] = rules.KeptTime(kept.homeAt[i], now)
		}
		for i := range kept.attributes {
			kept.attributes[i].at = rules.KeptTime(kept.attributes[i].at, now)
		}
		who.profile, who.profileAt, who.has = *kept, at, true
	}
	return nil
}

// take lays a row over what is kept. It reports whether anything of it was taken,
// and what was not.
func (who *person) take(row *readRow, lay func(*person, *readRow) (taken bool, note string)) (taken bool, note string) {
	if who.forgotten {
		return false, "forgotten; nothing is kept of who was"
	}
	taken, note = lay(who, row)
	return who.agree(row, taken, note)
}

// replace puts a row in place of the profile, but for what is newer. It reports
// whether it did, and why not.
func (who *person) replace(row *readRow) (taken bool, note string) {
	if who.has && row.at < who.profileAt {
		return false, "older"
	}
	row.profile.unknown = who.profile.unknown
	row.profile.keepNewer(&who.profile, row)
	who.profile, who.profileAt, who.has, who.wrote = row.profile, row.at, true, true
	return true, ""
}

// agree lays a row's consent over the one that counts, given what became of its
// attributes. It reports whether anything of the row was taken, and what was not.
func (who *person) agree(row *readRow, taken bool, note string) (bool, string) {
	if row.consent == nil {
		return taken, note
	}
	said := who.consent(row)
	switch {
	case said == "" && !taken:
		return true, ""
	case said == "" || !taken && note != "":
		return taken, note
	case note != "":
		said = note + "; " + said
	}
	return taken, said
}

// consent lays a row's word over the one that counts, or says why not.
func (who *person) consent(row *readRow) string {
	switch given := *row.consent; {
	case !row.dated && given > who.word.consent:
		return "consent is not raised without a date; send at"
	case row.dated && who.word.own && row.at < who.word.at:
		return "consent: older"
	case who.word.own && row.at == who.word.at && given > who.word.consent:
		return "consent: of the same date the stricter stays"
	case who.word.own && given == who.word.consent && row.at <= who.word.at:
		return ""
	default:
		who.word = word{given, max(row.at, who.word.at), true}
		who.wroteOf = true
		return ""
	}
}

// fill puts what changed.
func (w *writing) fill(put func(id string, kind byte, at int64, payload []byte)) {
	var payload []byte
	n := 0
	for id, who := range w.people {
		giveWay(n)
		n++
		if who.wrote {
			payload = appendProfile(payload[:0], &who.profile)
			put(id, kindProfile, who.profileAt, payload)
		}
		if who.wroteOf {
			payload = appendConsent(payload[:0], who.word.consent, who.unknown)
			put(id, kindConsent, who.word.at, payload)
		}
	}
}
