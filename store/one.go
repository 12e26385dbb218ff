package store

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// One reads consent, history, alias and profile of a recipient in one seek: what is
// kept of one lies together. It calls each for every value that there is, and with
// ErrDamaged for one that is damaged. A payload is valid during the call only. Where
// nothing is kept of what the recipient was shown, Shown knows that afterwards.
func (s *Store) One(id string, each func(kind byte, at int64, payload []byte, err error)) error {
	h := s.H(s.sender, id)
	changes := s.unshown.changes(h)
	shown, err := s.one(h, id, each)
	if err == nil && !shown {
		s.unshown.add(h, changes)
	}
	return err
}

// one is One, and reports whether something is kept of what the recipient was shown.
func (s *Store) one(h Hash, id string, each func(kind byte, at int64, payload []byte, err error)) (shown bool, err error) {
	e, err := s.enter()
	if err != nil {
		return false, fmt.Errorf("read store: %w", err)
	}
	defer e.leave()
	defer s.rescue("read store", &err)
	var room [2*(kindAt+1) + 80]byte
	from := RecipientKey(room[:0:kindAt+1], h, KindConsent)
	to := RecipientKey(room[kindAt+1:kindAt+1:2*(kindAt+1)], h, KindShown+1)
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return false, fmt.Errorf("read store: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	full := room[2*(kindAt+1) : 2*(kindAt+1)]
	for ok := it.First(); ok; ok = it.Next() {
		kind := it.Key()[kindAt]
		if kind == KindShown {
			return true, nil
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return false, fmt.Errorf("read store: %w", err)
		}
		full = FullKey(full[:0], id, kind)
		at, payload, err := Unseal(value, kind, full)
		if err != nil {
			s.alarms.Add(1)
		}
		each(kind, at, payload, err)
	}
	if err := it.Error(); err != nil {
		return false, fmt.Errorf("read store: %w", err)
	}
	return false, nil
}
