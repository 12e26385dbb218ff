package store

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"time"
)

// MaxStrangers is how many recipients are kept of whom the sender never told
// anything.
const MaxStrangers = 5_000_000

// Limits of PruneShown.
const (
	pruneBatch = 1000 // values removed together
	maxSends   = 1000 // values kept of a stranger
)

// PruneShown removes what is kept of shown readings where old says so, by the
// payload of their recipient's consent, nil without one, and the time of the
// newest. Then it removes strangers beyond most, those who were shown something
// longest ago first: of recipients with neither a profile nor a consent it removes
// all, aliases too. It returns how many values it removed. old is not to ask the
// store: it is being read.
func (s *Store) PruneShown(most int, old func(consent []byte, at int64) bool) (removed int, err error) {
	p := &pruning{store: s, old: old, hours: map[int64]int{}}
	if err := p.walk(p.count); err != nil {
		return p.removed, err
	}
	if !p.cut(most) {
		return p.removed, nil
	}
	err = p.walk(p.leave)
	return p.removed, err
}

// pruning is one PruneShown. Its memory does not grow with the store.
type pruning struct {
	store   *Store
	old     func(consent []byte, at int64) bool
	hours   map[int64]int // strangers, by the hour they were shown something last
	removed int
	keys    [][]byte // to be removed

	cutting bool
	before  int64 // the hour before which strangers leave
	rest    int   // how many of that hour do
}

// owner is a recipient as far as their keys were read. Kinds stand in
// alphabetical order: what the recipient was shown comes last.
type owner struct {
	hash    Hash
	known   bool // the sender told of them, or they have a consent
	consent []byte
	kept    int      // values of a stranger
	at      int64    // of the newest of them
	keys    [][]byte // of them, while cutting
}

// kindAt is where the kind stands in a recipient's key.
const kindAt = 1 + len(Hash{})

// errEnough stops a walk for as long as it takes to remove what it found.
var errEnough = errors.New("enough")

// walk reads all recipients, calling end after each, and removes what is found,
// some at a time.
func (p *pruning) walk(end func(*owner)) error {
	from, to := []byte{KindRecipient}, after([]byte{KindRecipient})
	for from != nil {
		var next []byte
		o := owner{}
		err := p.store.between(from, to, func(key, value []byte) error {
			if len(key) <= kindAt {
				return nil
			}
			if h := Hash(key[1:kindAt]); h != o.hash {
				end(&o)
				o = owner{hash: h}
			}
			if len(p.keys) >= pruneBatch {
				next = bytes.Clone(key[:kindAt]) // again from the recipient's first
				return errEnough
			}
			p.read(&o, key, value)
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		if next == nil {
			end(&o)
		}
		if err := p.remove(); err != nil {
			return err
		}
		from = next
	}
	return nil
}

// read takes a value of a recipient.
func (p *pruning) read(o *owner, key, value []byte) {
	switch kind := key[kindAt]; kind {
	case KindConsent:
		_, _, payload := unseal(value, KindConsent)
		o.known, o.consent = true, append([]byte{}, payload...)
	case KindProfile:
		o.known = true
	case KindHistory, KindAlias, KindShown:
		full, at, _ := unseal(value, kind)
		aged := kind == KindShown && (full == nil || p.old(o.consent, at)) // a damaged value too: nobody reads it
		if aged || !o.known && o.kept >= maxSends {
			p.keys = append(p.keys, bytes.Clone(key))
			return
		}
		o.kept, o.at = o.kept+1, max(o.at, at)
		if p.cutting && !o.known {
			o.keys = append(o.keys, bytes.Clone(key))
		}
	}
}

// stranger reports whether something is kept of somebody of whom the sender never
// told anything, and the hour they were shown something last.
func (o *owner) stranger() (hour int64, ok bool) {
	return o.at / time.Hour.Milliseconds(), !o.known && o.kept > 0
}

// count counts strangers.
func (p *pruning) count(o *owner) {
	if hour, ok := o.stranger(); ok {
		p.hours[hour]++
	}
}

// cut works out who has to leave, and reports whether anybody does.
func (p *pruning) cut(most int) bool {
	p.rest = -most
	for _, n := range p.hours {
		p.rest += n
	}
	if p.rest <= 0 {
		return false
	}
	p.cutting = true
	for _, hour := range slices.Sorted(maps.Keys(p.hours)) {
		if p.before = hour; p.hours[hour] >= p.rest {
			break
		}
		p.rest -= p.hours[hour]
	}
	return true
}

// leave removes a stranger who has to.
func (p *pruning) leave(o *owner) {
	hour, ok := o.stranger()
	if !ok || hour > p.before || hour == p.before && p.rest == 0 {
		return
	}
	if hour == p.before {
		p.rest--
	}
	p.keys = append(p.keys, o.keys...)
}

// remove removes what was found.
func (p *pruning) remove() error {
	for chunk := range slices.Chunk(p.keys, pruneBatch) {
		var b Batch
		for _, key := range chunk {
			b.Delete(key)
		}
		if err := p.store.Apply(&b); err != nil {
			return err
		}
		p.removed += len(chunk)
	}
	p.keys = p.keys[:0]
	return nil
}
