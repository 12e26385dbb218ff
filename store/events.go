package store

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"time"
)

// MaxEvents is how many events are kept.
const MaxEvents = 5_000_000

// Event appends to dst the payload kept of an event that came before, and returns
// when it came first, in Unix ms. Where it did not, or what is kept is damaged, it
// returns dst as it is and 0.
func (s *Store) Event(hash [16]byte, dst []byte) (payload []byte, at int64, err error) {
	key := EventKey(make([]byte, 0, 32), hash)
	payload, at, err = s.read(key, KindEvent, key, dst)
	if errors.Is(err, ErrDamaged) {
		err = nil
	}
	return payload, at, err
}

// PutEvents writes the events that fill puts, all or nothing. With sync it returns
// once they would survive a loss of power. Payloads are copied.
func (s *Store) PutEvents(sync bool, fill func(put func(hash [16]byte, at int64, payload []byte))) error {
	b := Batch{Lazy: !sync}
	var key []byte
	fill(func(hash [16]byte, at int64, payload []byte) {
		key = EventKey(key[:0], hash)
		b.seal(key, KindEvent, key, at, payload)
	})
	return s.Apply(&b)
}

// PruneEvents removes events that came before a moment, in Unix ms, and the oldest
// beyond most, by whole hours, and those that are damaged. It returns how many it removed.
func (s *Store) PruneEvents(before int64, most int) (removed int, err error) {
	hour := time.Hour.Milliseconds()
	hours, all := map[int64]int{}, 0
	err = s.Each([]byte{KindEvent}, func(_, value []byte) error {
		if whole, at, _ := unseal(value, KindEvent); whole != nil && at >= before {
			hours[at/hour]++
			all++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, h := range slices.Sorted(maps.Keys(hours)) {
		if all <= most {
			break
		}
		before, all = (h+1)*hour, all-hours[h]
	}
	from, to := []byte{KindEvent}, after([]byte{KindEvent})
	for from != nil {
		var b Batch
		var next []byte
		err := s.between(from, to, func(key, value []byte) error {
			if b.Len() == pruneBatch {
				next = bytes.Clone(key)
				return errEnough
			}
			if whole, at, _ := unseal(value, KindEvent); whole == nil || at < before {
				b.Delete(key)
			}
			return nil
		})
		if err != nil && next == nil {
			return removed, err
		}
		if err := s.Apply(&b); err != nil {
			return removed, err
		}
		removed, from = removed+b.Len(), next
	}
	return removed, nil
}
