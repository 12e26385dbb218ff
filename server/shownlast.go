package server

import (
	"hash/maphash"
	"slices"
	"time"
)

// Limits of what is remembered of readings that were written.
const (
	sameShown = time.Minute // for so long one that shows the same is not written again
	lastMost  = 1 << 15     // keys of a half
)

// lastShown is the reading that was last written under a key. One soon after it
// that shows the same would change nothing but when it was, and which: that is
// remembered here instead, and laid over what the store has.
type lastShown struct {
	sum     [2]uint64 // of all it shows; seeded, so that it is of this process alone
	keep    time.Duration
	noted   bool    // histories were told
	trial   uint64  // of the table, when it was written
	written int64   // when it was, Unix ms
	as      [8]byte // which reading it was then
	at      int64   // and the last that showed the same
	reading [8]byte
	oldest  int64 // of those beside it, that would be written with that
}

// lay puts the last reading that showed the same in the place of the one that was
// written, and leaves out what was too old to be written beside it.
func (l *lastShown) lay(kept []shownReading) []shownReading {
	for i := range kept {
		if k := &kept[i]; k.Reading == l.as {
			k.At, k.Reading, k.Message = l.at, l.reading, nil
			return slices.DeleteFunc(kept, func(r shownReading) bool { return r.At < l.oldest })
		}
	}
	return kept
}

// lastTable is a table of what was last written. It is in two halves: where the
// newer is full it becomes the older one, and that goes. The book's lock is held.
type lastTable struct {
	seeds        [2]maphash.Seed
	newer, older map[shownKey]lastShown
	trial        uint64 // grows when the store fails: what was written before may be lost
}

func newLastTable() lastTable {
	return lastTable{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		newer: map[shownKey]lastShown{}, older: map[shownKey]lastShown{},
	}
}

// sum is a sum of what a reading shows.
func (t *lastTable) sum(content []byte) [2]uint64 {
	return [2]uint64{maphash.Bytes(t.seeds[0], content), maphash.Bytes(t.seeds[1], content)}
}

// find returns what was last written under a key.
func (t *lastTable) find(key shownKey) (lastShown, bool) {
	if l, ok := t.newer[key]; ok {
		return l, true
	}
	l, ok := t.older[key]
	return l, ok
}

// put notes what was written under a key.
func (t *lastTable) put(key shownKey, l lastShown) {
	if _, ok := t.newer[key]; !ok && len(t.newer) >= lastMost {
		t.newer, t.older = map[shownKey]lastShown{}, t.newer
	}
	t.newer[key] = l
}

// repeats reports whether a reading shows what was written last, so soon after it
// that it need not be written.
func (t *lastTable) repeats(l *lastShown, r *freshReading) bool {
	age := r.at - l.written
	return l.trial == t.trial && l.sum == r.sum && l.keep == r.keep && l.noted == r.noted &&
		age >= 0 && age < sameShown.Milliseconds()
}

// forget takes recipients out.
func (t *lastTable) forget(recipients []string) {
	for _, half := range [...]map[shownKey]lastShown{t.newer, t.older} {
		for key := range half {
			if slices.Contains(recipients, key.recipient) {
				delete(half, key)
			}
		}
	}
}
