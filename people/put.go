package people

import (
	"errors"
	"fmt"
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
// row's date stays.
//
// Consent is a fact of its own: the newest word counts, of two of one date the
// stricter, and a row without a date can lower it, never raise it.
func (p *Profiles) Put(rows []Row) (Applied, error) { return p.PutAt(rows, p.now()) }

// PutAt is Put for rows that were received then.
func (p *Profiles) PutAt(rows []Row, received time.Time) (Applied, error) {
	return p.write(rows, received, (*person).replace)
}

// write lays rows over what is kept, as lay does it.
func (p *Profiles) write(rows []Row, received time.Time, lay func(*person, *readRow) (taken bool, note string)) (Applied, error) {
	applied := newApplied()
	read := make([]*readRow, len(rows))
	var ids []string
	for i := range rows {
		var err error
		if read[i], err = p.readRow(&rows[i], received); err != nil {
			applied.Refused = append(applied.Refused, RowNote{i + 1, err.Error()})
			continue
		}
		if p.store.Forgotten(read[i].id) {
			read[i] = nil
			applied.Ignored = append(applied.Ignored, RowNote{i + 1, "forgotten"})
			continue
		}
		ids = append(ids, read[i].id)
	}
	defer p.lock(ids...)()
	w := &writing{p: p, people: map[string]*person{}}
	for i, row := range read {
		if row == nil {
			continue
		}
		who, err := w.person(row.id)
		if err != nil {
			return newApplied(), fmt.Errorf("read profiles: %w", err)
		}
		taken, note := lay(who, row)
		taken, note = who.agree(row, taken, note)
		if taken {
			applied.Applied++
		}
		if note != "" {
			applied.Ignored = append(applied.Ignored, RowNote{i + 1, note})
		}
	}
	if err := w.keep(); err != nil {
		return newApplied(), fmt.Errorf("keep profiles: %w", err)
	}
	return applied, nil
}

// writing is a batch of rows on its way to the store.
type writing struct {
	p      *Profiles
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
}

// replace puts a row in place of the profile, but for what is newer. It reports
// whether it did, and why not.
func (who *person) replace(row *readRow) (taken bool, note string) {
	if who.has && row.at < who.profileAt {
		return false, "older"
	}
	row.profile.unknown = who.profile.unknown
	row.profile.keepNewer(&who.profile, row.at)
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

// person returns a recipient as the rows before left them, or as kept.
func (w *writing) person(id string) (*person, error) {
	if who := w.people[id]; who != nil {
		return who, nil
	}
	who := &person{}
	payload, at, err := w.p.store.Recipient(id, kindProfile, nil)
	switch {
	case isDamaged(err): // to be replaced
	case err != nil:
		return nil, err
	case len(payload) > 0 || at != 0:
		kept, err := decodeProfile(payload)
		if err != nil && !errors.Is(err, errEncoding) {
			return nil, err
		}
		who.profile, who.profileAt, who.has = *kept, at, true
	}
	if who.word, err = w.p.readConsent(id); err != nil {
		if !errors.Is(err, errEncoding) {
			return nil, err
		}
		who.word = word{consent: rules.ConsentNone, own: true}
	}
	w.people[id] = who
	return who, nil
}

// keep writes what changed, and lets the cache forget it.
func (w *writing) keep() error {
	changed := false
	for _, who := range w.people {
		changed = changed || who.wrote || who.wroteOf
	}
	if !changed {
		return nil
	}
	err := w.p.store.PutRecipients(true, func(put func(string, byte, int64, []byte)) {
		var payload []byte
		for id, who := range w.people {
			if who.wrote {
				payload = appendProfile(payload[:0], &who.profile)
				put(id, kindProfile, who.profileAt, payload)
			}
			if who.wroteOf {
				payload = appendConsent(payload[:0], who.word.consent, who.unknown)
				put(id, kindConsent, who.word.at, payload)
			}
		}
	})
	// Also after an error: what was written then is not known.
	for id := range w.people {
		w.p.cache.drop(id)
	}
	return err
}
