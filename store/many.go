package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Many reads what is kept of many recipients under some kinds, with KindForgotten
// that they were forgotten: where most are not there it costs a quarter of asking
// one by one. It calls each with the place of the recipient in ids for every value
// that there is, and with ErrDamaged for one that is damaged. A payload is valid
// during the call only. Who stands in ids twice is told of once, at either place.
func (s *Store) Many(ids []string, kinds []byte, each func(i int, kind byte, at int64, payload []byte, err error)) (err error) {
	e, err := s.enter()
	if err != nil {
		return fmt.Errorf("read store: %w", err)
	}
	defer e.leave()
	defer s.rescue("read store", &err)
	// What is at the bottom is looked for by its filter first; the engine's own Get
	// reads a block of it.
	it, err := e.db.NewIter(&pebble.IterOptions{UseL6Filters: true})
	if err != nil {
		return fmt.Errorf("read store: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	order := make([]hashed, len(ids))
	for i, id := range ids {
		order[i] = hashed{s.H(s.sender, id), i}
	}
	// In the order of keys a seek begins where the last one ended.
	slices.SortFunc(order, func(a, b hashed) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	order = slices.CompactFunc(order, func(a, b hashed) bool { return a.hash == b.hash })
	for _, kind := range kinds {
		if kind == KindForgotten && !it.SeekGE([]byte{KindForgotten}) {
			continue
		}
		if err := s.manyOf(it, order, ids, kind, each); err != nil {
			return err
		}
	}
	return nil
}

// hashed is a recipient by hash and place.
type hashed struct {
	hash Hash
	at   int
}

// manyOf is Many for one kind.
func (s *Store) manyOf(it *pebble.Iterator, order []hashed, ids []string, kind byte, each func(i int, kind byte, at int64, payload []byte, err error)) error {
	var key, full []byte
	for n, who := range order {
		if n%32 == 31 {
			runtime.Gosched() // single reads, such as an open's, go first
		}
		if key = RecipientKey(key[:0], who.hash, kind); kind == KindForgotten {
			key = ForgottenKey(key[:0], who.hash)
		}
		if !it.SeekPrefixGE(key) {
			continue
		}
		if kind == KindForgotten {
			each(who.at, kind, 0, nil, nil)
			continue
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return fmt.Errorf("read store: %w", err)
		}
		full = FullKey(full[:0], ids[who.at], kind)
		at, payload, err := Unseal(value, kind, full)
		if err != nil {
			s.alarms.Add(1)
		}
		each(who.at, kind, at, payload, err)
	}
	if err := it.Error(); err != nil {
		return fmt.Errorf("read store: %w", err)
	}
	return nil
}
