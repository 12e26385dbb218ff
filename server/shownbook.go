package server

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
)

// Limits of what is kept of readings.
const (
	shownOfTrust  = 4                  // readings that differ, of each trust
	aggregateKeep = 7 * 24 * time.Hour // with consent to aggregates only
	shownPending  = 50_000             // readings waiting for the store
	shownFlush    = 10 * time.Millisecond
	shownPause    = 100 // flushes left out after the store failed
)

// Store is what the server needs of the store.
type Store interface {
	// Shown appends to dst what is kept of a recipient's campaign and send, and
	// returns dst as it is where there is nothing.
	Shown(recipient, campaign, send string, dst []byte) ([]byte, error)
	// PutShown writes what fill puts, all or nothing; it need not be synced.
	// Payloads are copied.
	PutShown(fill func(put func(recipient, campaign, send string, at int64, payload []byte))) error
	// ShownTo calls each for what is kept of every campaign and send that a recipient was
	// shown, until it returns an error. A payload is valid during the call only.
	ShownTo(recipient string, each func(campaign, send string, payload []byte) error) error
	// Alarms is how many values were found damaged or another key's.
	Alarms() uint64
	// Failed reports whether the store cannot be used now.
	Failed() bool
}

// shownKey is what readings are kept under.
type shownKey struct {
	recipient, campaign, send string
}

// waiting is a reading on its way to the store. What it shows is worked out
// when it is written, or when a click asks before.
type waiting struct {
	show func(*shownDraft)
	keep time.Duration // how long its recipient lets readings be kept
	// kept is told what it shows once, when it is written; nil: nobody wants to know.
	kept func(*shownReading)
	told bool // it was
}

// shownBook keeps what readings showed. Readings are added in memory, seen
// by clicks at once, and written to the store in batches beside the path of an
// open.
type shownBook struct {
	store Store

	mu      sync.Mutex
	pending map[shownKey][]waiting
	writing map[shownKey][]waiting // being written; still to be seen
	last    lastTable
	count   int

	pause  int           // ticks to let pass, since the store failed; run's own
	room   shownRoom     // run's own
	alarms atomic.Uint64 // values that could not be read

	stop chan struct{}
	done sync.WaitGroup
}

func newShownBook(store Store) *shownBook {
	b := &shownBook{
		store:   store,
		pending: map[shownKey][]waiting{}, last: newLastTable(), stop: make(chan struct{}),
	}
	b.done.Go(b.run)
	return b
}

// add takes a reading over. It reports false where too many wait already: the
// reading then is not kept.
func (b *shownBook) add(key shownKey, r waiting) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count >= shownPending {
		return false
	}
	b.pending[key] = append(b.pending[key], r)
	b.count++
	return true
}

// forget lets go of recipients who were forgotten.
func (b *shownBook) forget(recipients []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last.forget(recipients)
}

// read returns the readings kept under key, oldest first: those in the store
// and those on their way there. Where the store fails, or is too slow, it
// returns the latter with the error. gate and patience are those of inTime.
func (b *shownBook) read(key shownKey, gate chan struct{}, patience time.Duration) ([]shownReading, error) {
	b.mu.Lock()
	waiting := append(slices.Clone(b.writing[key]), b.pending[key]...)
	last, wrote := b.last.find(key)
	b.mu.Unlock()
	kept, err := inTime(gate, patience, func() ([]shownReading, error) { return b.stored(key) })
	if wrote {
		kept = last.lay(kept)
	}
	for i := range waiting {
		var shown shownDraft
		if show(&waiting[i], &shown) {
			kept = merge(kept, &shown.shownReading)
		}
	}
	return kept, err
}

func (b *shownBook) stored(key shownKey) ([]shownReading, error) {
	value, err := b.store.Shown(key.recipient, key.campaign, key.send, nil)
	if err != nil {
		return nil, fmt.Errorf("read shown: %w", err)
	}
	readings, err := decodeShown(value)
	if err != nil {
		b.alarms.Add(1)
		return nil, nil //nolint:nilerr // a later release's: as if there were none
	}
	return readings, nil
}

// show works out what a reading shows, and reports whether that could be done.
func show(reading *waiting, shown *shownDraft) (ok bool) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("keeping shown panicked", "cause", cause)
		}
	}()
	reading.show(shown)
	return true
}

// merge lays a newer reading over kept ones, oldest first. Where it shows the same
// as another, or is the same one once more, it replaces that; of each trust the
// last few stay.
func merge(kept []shownReading, newer *shownReading) []shownReading {
	kept = slices.DeleteFunc(kept, func(k shownReading) bool { return k.Reading == newer.Reading || k.same(newer) })
	kept = append(kept, *newer)
	var more [rules.Signed + 1]int
	for i := range kept {
		more[kept[i].Trust]++
	}
	return slices.DeleteFunc(kept, func(k shownReading) bool {
		more[k.Trust]--
		return more[k.Trust] >= shownOfTrust
	})
}

// recent leaves out readings that are older than the newest by more than they
// may be kept.
func recent(readings []shownReading, keep time.Duration) []shownReading {
	if len(readings) == 0 {
		return nil
	}
	oldest := readings[len(readings)-1].At - keep.Milliseconds()
	return slices.DeleteFunc(readings, func(r shownReading) bool { return r.At < oldest })
}

// run writes what waits until close.
func (b *shownBook) run() {
	tick := time.NewTicker(shownFlush)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if b.pause > 0 {
				b.pause--
				continue
			}
			b.flush()
		case <-b.stop:
			b.flush()
			return
		}
	}
}

// flush writes everything that waits. What a failing store refuses is put
// back, to be tried again a second later.
func (b *shownBook) flush() {
	failed := b.store.Failed()
	b.mu.Lock()
	if failed {
		b.last.trial++
	}
	if len(b.pending) == 0 {
		b.mu.Unlock()
		return
	}
	b.writing, b.pending = b.pending, map[shownKey][]waiting{}
	writing, written := b.writing, b.count
	b.mu.Unlock()

	err := b.writeSafely(writing)

	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		slog.Warn("keep shown", "err", err)
		b.last.trial++
		b.pause = shownPause
		for key, readings := range writing {
			b.pending[key] = append(readings, b.pending[key]...)
		}
		written = 0
	}
	b.writing = nil
	b.count -= written
}

// writeSafely writes; a panic is an error like any other.
func (b *shownBook) writeSafely(writing map[shownKey][]waiting) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("write shown: panic: %v", cause)
		}
	}()
	return b.write(writing)
}

// close writes what waits and ends.
func (b *shownBook) close() {
	close(b.stop)
	b.done.Wait()
}

// waiting is how many readings wait for the store.
func (b *shownBook) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}
