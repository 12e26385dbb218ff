package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// Forgotten reports whether a recipient was forgotten. Nothing of theirs is kept
// or taken in any more.
func (s *Store) Forgotten(id string) bool {
	return len(*s.forgotten.Load()) > 0 && s.isForgotten(s.H(s.sender, id))
}

func (s *Store) isForgotten(h Hash) bool {
	_, ok := (*s.forgotten.Load())[h]
	return ok
}

// Forget removes all that is kept of recipients, from the engine's files too, and
// takes in nothing of theirs from then on. Where there is a log (KeepLog) it says
// so before anything is removed. It returns how many values were kept of them.
// After an error they are as if forgotten for as long as the process runs; Forget
// them again.
func (s *Store) Forget(at int64, ids ...string) (removed int, err error) {
	hashes := map[Hash]int64{}
	for _, id := range ids {
		hashes[s.H(s.sender, id)] = at
	}
	s.logging.Lock()
	defer s.logging.Unlock()
	if err := s.appendLog(s.unlogged(hashes)); err != nil {
		return 0, fmt.Errorf("forget: write it down: %w", err)
	}
	return s.forget(hashes)
}

// unlogged leaves out who was forgotten before: the log has them.
func (s *Store) unlogged(hashes map[Hash]int64) map[Hash]int64 {
	fresh := maps.Clone(hashes)
	maps.DeleteFunc(fresh, func(h Hash, _ int64) bool { return s.isForgotten(h) })
	return fresh
}

// forget removes recipients by their hashes; s.logging is held.
func (s *Store) forget(hashes map[Hash]int64) (removed int, err error) {
	if len(hashes) == 0 {
		return 0, nil
	}
	all := maps.Clone(*s.forgotten.Load())
	maps.Copy(all, hashes)
	s.forgotten.Store(&all)
	s.putting.Lock()   // who writes now may not have seen it
	s.putting.Unlock() //nolint:staticcheck // nothing has to be done meanwhile

	s.counting.Lock()
	defer s.counting.Unlock()
	c := s.newCount() // their answers count no longer
	b := &c.batch
	for h, at := range hashes {
		err := s.Each(recipientPrefix(h), func(key, value []byte) error {
			b.Delete(key)
			removed++
			if len(key) > kindAt && key[kindAt] == KindAnswer {
				return c.leave(key, value)
			}
			return nil
		})
		if err != nil {
			return 0, fmt.Errorf("forget: %w", err)
		}
		key := ForgottenKey(nil, h)
		b.Put(key, Seal(nil, KindForgotten, key, at, nil))
	}
	if err := c.apply(); err != nil {
		return 0, fmt.Errorf("forget: %w", err)
	}
	return removed, s.erase(hashes) // though nothing was there: a try before may have come no further
}

// erase has the engine write anew what held removed values of recipients: until
// then they are in its files. Where the disk is full it does not wait until there is
// room.
func (s *Store) erase(hashes map[Hash]int64) error {
	e, err := s.enter()
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	defer e.leave()
	err = e.awaitUnless(*e.trouble.Load(), "forget", func() error {
		if err := e.db.Flush(); err != nil {
			return err
		}
		for h := range hashes {
			from := recipientPrefix(h)
			if err := e.db.Compact(context.Background(), from, after(from), false); err != nil {
				return err
			}
		}
		e.db.TestOnlyWaitForCleaning() // another goroutine of its removes the files; no other way to know that it has
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return nil
}

// recipientPrefix is what all of a recipient's keys begin with.
func recipientPrefix(h Hash) []byte { return append([]byte{KindRecipient}, h[:]...) }

// loadForgotten reads who was forgotten.
func (s *Store) loadForgotten() error {
	all := map[Hash]int64{}
	err := s.Each([]byte{KindForgotten}, func(key, value []byte) error {
		if len(key) != 1+len(Hash{}) {
			return nil
		}
		at, _, err := Unseal(value, KindForgotten, key)
		if err != nil {
			s.alarms.Add(1)
		}
		all[Hash(key[1:])] = at // the key alone says it
		return nil
	})
	s.forgotten.Store(&all)
	return err
}

// errOtherLog says that a log is not this store's.
var errOtherLog = errors.New("it is of another store; move it away, or name another file")
