// Package people keeps what is known of recipients: their profile, their
// consent and the alias that stands for them in the journal. What an open asks
// for comes from a bounded cache, or from the store once.
package people

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
)

// Store keeps values of recipients.
type Store interface {
	// PutRecipients writes what fill puts, all or nothing. With sync it returns
	// once it would survive a loss of power. Payloads are copied.
	PutRecipients(sync bool, fill func(put func(id string, kind byte, at int64, payload []byte))) error
	// Forget removes all that is kept of recipients, and returns how many values
	// that were. Nothing of theirs is taken in any more.
	Forget(at int64, ids ...string) (removed int, err error)
	// Forgotten reports whether a recipient was. It waits for nothing.
	Forgotten(id string) bool
	// Many calls each for every value that is kept of recipients under kinds, with
	// the place in ids and its time in Unix ms; with kindForgotten where the recipient
	// was forgotten. err is of one that is damaged, with a method Damaged() bool. A
	// payload is valid during the call only.
	Many(ids []string, kinds []byte, each func(i int, kind byte, at int64, payload []byte, err error)) error
	// One is Many for the consent, history, alias and profile of one recipient.
	One(id string, each func(kind byte, at int64, payload []byte, err error)) error
	// Import appends to dst the payload of how far the import of a file is, and returns
	// its time in Unix ms. Where there is none it returns dst as it is.
	Import(file [32]byte, dst []byte) (payload []byte, at int64, err error)
	// PutImport writes how far an import is together with what fill puts, all or
	// nothing, and in the order of the calls. With sync it returns once that and what
	// was written before would survive a loss of power.
	PutImport(sync bool, file [32]byte, at int64, payload []byte, fill func(put func(id string, kind byte, at int64, payload []byte))) error
	// EndImport forgets how far an import is. It returns once that and what was
	// written before would survive a loss of power.
	EndImport(file [32]byte) error
	// Imports calls each for every import that is kept, until it returns an error.
	// What is passed on is valid during the call only.
	Imports(each func(file [32]byte, at int64, payload []byte) error) error
	// Recipients calls each for every value kept under kind, until it returns an
	// error. What is passed on is valid during the call only.
	Recipients(kind byte, each func(at int64, payload []byte) error) error
	// Histories is Recipients for histories, with whose each is and the payload of their
	// consent, nil without one.
	Histories(each func(id string, consent []byte, at int64, payload []byte) error) error
	// Withdraw removes what recipients answered, which counts no longer. It returns once
	// that would survive a loss of power.
	Withdraw(ids ...string) error
	// Owners is Recipients with whose each value is.
	Owners(kind byte, each func(id string, payload []byte) error) error
}

// Kinds of values.
const (
	kindConsent = 'c'
	kindHistory = 'h'
	kindAlias   = 'j'
	kindProfile = 'p'

	kindForgotten = 'T'
)

// Profiles is what is known of all recipients. It is safe for concurrent use.
type Profiles struct {
	store      Store
	consent    rules.Consent
	now        func() time.Time
	verify     func(id, seal string) bool
	attributes atomic.Pointer[[]rules.Attribute]
	zones      sync.Map // names of time zones found to exist
	cache      *cache
	aliases    *cache
	writing    [stripes]sync.Mutex        // by id: reading, comparing and writing is one step
	importing  sync.Mutex                 // a piece of a file
	secret     bool                       // ids must be
	keep       time.Duration              // of histories; 0: KeepBehaviour
	tagsOf     func(item string) []string // nil: nobody knows any
	lists      Lists
	withdrawn  atomic.Uint64 // how often somebody withdrew, or was forgotten
}

// Open returns the profiles kept in store. consent is that of recipients
// without a word of their own; verify says whether a seal is an id's.
func Open(store Store, sender *rules.Sender, consent rules.Consent, now func() time.Time, verify func(id, seal string) bool) *Profiles {
	p := &Profiles{store: store, consent: consent, now: now, verify: verify, cache: newCache(), aliases: newCache()}
	p.attributes.Store(&sender.Attributes)
	return p
}

// Declare replaces the attributes that are declared.
func (p *Profiles) Declare(attributes []rules.Attribute) {
	p.attributes.Store(&attributes)
	p.cache.clear()
}

// Declared are the attributes that are declared. They must not be changed.
func (p *Profiles) Declared() []rules.Attribute { return *p.attributes.Load() }

// Profile returns what is known of a recipient; nil if nothing is. Nobody may
// change it. An error means that what is known, consent included, could not be
// read.
func (p *Profiles) Profile(id string) (*rules.Profile, error) {
	e, changes := p.cache.find(id)
	if p.fresh(e) {
		return e.profile, nil
	}
	e, err := p.read(id)
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	p.cache.keep(id, e, changes)
	return e.profile, nil
}

// Cached is Profile without reading the store: it reports false where that would
// be needed.
func (p *Profiles) Cached(id string) (*rules.Profile, bool) {
	e, _ := p.cache.find(id)
	if !p.fresh(e) {
		return nil, false
	}
	return e.profile, true
}

// fresh reports whether an entry was found and nothing of it has aged since.
func (p *Profiles) fresh(e *entry) bool {
	return e != nil && (e.until == 0 || p.now().UnixMilli() < e.until)
}

// Withdrawals counts, since the start, how often what somebody did was taken out of
// their history by their consent, or they were forgotten: what was learnt before may be
// of that.
func (p *Profiles) Withdrawals() uint64 { return p.withdrawn.Load() }

// Lists ranks items by what recipients did. Who is forgotten is in none of them.
func (p *Profiles) Lists() *Lists { return &p.lists }

// Forget removes all that is kept of recipients, here and in the store. It
// returns how many values that were. Their opens and clicks are nobody's from then
// on, and nothing of theirs is taken in.
func (p *Profiles) Forget(ids []string) (removed int, err error) {
	defer p.lock(ids...)()
	removed, err = p.store.Forget(p.now().UnixMilli(), ids...)
	p.withdrawn.Add(1)
	p.lists.Forget(ids)
	// Also after an error: what was removed then is not known.
	for _, id := range ids {
		p.cache.drop(id)
		p.aliases.drop(id)
	}
	return removed, err
}

// read reads a recipient from the store. One who was forgotten has consent to
// nothing.
func (p *Profiles) read(id string) (*entry, error) {
	if p.store.Forgotten(id) {
		nothing := make([]rules.Value, len(*p.attributes.Load()))
		return &entry{profile: &rules.Profile{Attributes: nothing, Consent: rules.ConsentNone, HasConsent: true, Imported: true}}, nil
	}
	_, aliases := p.aliases.find(id)
	r := reading{word: word{consent: p.consent}, declared: *p.attributes.Load(), now: p.now().UnixMilli()}
	err := p.store.One(id, func(kind byte, at int64, payload []byte, err error) {
		r.err = errors.Join(r.err, r.take(kind, at, payload, err))
	})
	if err = errors.Join(err, r.err); err != nil {
		return nil, err
	}
	p.aliases.keep(id, r.aliasEntry(), aliases)
	has := r.entry != nil
	if !has && !r.word.own && r.past == nil {
		return &entry{}, nil
	}
	if !has {
		r.entry, _ = roomFor(len(r.declared), nil)
		r.entry.profile.Declared = r.declared
	}
	e := r.entry
	e.profile.Consent, e.profile.HasConsent, e.profile.Imported = r.word.consent, r.word.own, has || r.word.own
	e.add(r.past)
	return e, nil
}

// reading is what is kept of a recipient, as it is read.
type reading struct {
	declared []rules.Attribute
	now      int64 // Unix ms

	word  word
	entry *entry // nil: no profile is kept
	past  *Past
	alias [16]byte // zeros: none
	err   error
}

// aliasEntry is the alias as it is cached.
func (r *reading) aliasEntry() *entry {
	if r.alias == [16]byte{} {
		return noAlias
	}
	return &entry{alias: r.alias}
}

// take takes one of the values. A word that is damaged is one for nothing: it may
// have been. A profile or a history that is damaged is none.
func (r *reading) take(kind byte, at int64, payload []byte, err error) error {
	damaged := isDamaged(err)
	if err != nil && !damaged {
		return err
	}
	switch kind {
	case kindConsent:
		r.word = word{consent: rules.ConsentNone, own: true}
		if damaged {
			return nil
		}
		r.word.at = at
		r.word.consent, _, err = decodeConsent(payload)
		return err
	case kindProfile:
		if damaged {
			return nil
		}
		r.entry, err = decodeEntry(payload, r.declared, at, r.now)
		return err
	case kindAlias:
		if !damaged {
			r.alias, _ = decodeAlias(payload)
		}
		return nil
	}
	if !damaged {
		r.past, _ = newPast(payload) // one of a later release says nothing
	}
	return nil
}

// word is a recipient's word on what may be kept.
type word struct {
	consent rules.Consent
	at      int64
	own     bool // else the sender's
}

// ConsentOf reads the payload of a stored consent: none is the sender's word, one
// that is damaged allows nothing.
func ConsentOf(payload []byte, sender rules.Consent) rules.Consent {
	if payload == nil {
		return sender
	}
	consent, _, err := decodeConsent(payload)
	if err != nil {
		return rules.ConsentNone
	}
	return consent
}

// isDamaged reports whether a value was there and could not be read.
func isDamaged(err error) bool {
	var damaged interface{ Damaged() bool }
	return errors.As(err, &damaged) && damaged.Damaged()
}
