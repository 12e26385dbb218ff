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
	shownFlush    = 50 * time.Millisecond
	shownPause    = 20 // flushes left out after the store failed
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
	show func() shownReading
	keep time.Duration // how long its recipient lets readings be kept
	// kept is told what it shows once, when it is written; nil: nobody wants to know.
	kept func(*shownReading)
}

// shownBook keeps what readings showed. Readings are added in memory, seen
// by clicks at once, and written to the store in batches beside the path of an
// open.
type shownBook struct {
	store Store

	mu      sync.Mutex
	pending map[shownKey][]waiting
	writing map[shownKey][]waiting // being written; still to be seen
	count   int

	pause  int           // ticks to let pass, since the store failed; run's own
	alarms atomic.Uint64 // values that could not be read

	stop chan struct{}
	done sync.WaitGroup
}

func newShownBook(store Store) *shownBook {
	b := &shownBook{
		store:   store,
		pending: map[shownKey][]waiting{}, stop: make(chan struct{}),
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

// read returns the readings kept under key, oldest first: those in the store
// and those on their way there. Where the store fails, or is too slow, it
// returns the latter with the error. gate and patience are those of inTime.
func (b *shownBook) read(key shownKey, gate chan struct{}, patience time.Duration) ([]shownReading, error) {
	b.mu.Lock()
	waiting := append(slices.Clone(b.writing[key]), b.pending[key]...)
	b.mu.Unlock()
	kept, err := inTime(gate, patience, func() ([]shownReading, error) { return b.stored(key) })
	return merge(kept, show(waiting)), err
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

// show works out what readings show. One that cannot be is left out.
func show(readings []waiting) []shownReading {
	shown := make([]shownReading, 0, len(readings))
	one := func(reading waiting) {
		defer func() {
			if cause := recover(); cause != nil {
				slog.Error("keeping shown panicked", "cause", cause)
			}
		}()
		shown = append(shown, reading.show())
	}
	for _, reading := range readings {
		one(reading)
	}
	return shown
}

// tell says once what readings show, which are as many unless one could not be
// worked out.
func tell(readings []waiting, shown []shownReading) {
	for i := range readings {
		if readings[i].kept != nil && len(shown) == len(readings) {
			readings[i].kept(&shown[i])
			readings[i].kept = nil // it may be written again, where the store fails
		}
	}
}

// merge lays newer readings over kept ones, oldest first. One that shows the
// same as another, or is the same one once more, replaces it; of each trust the
// last few stay.
func merge(kept, newer []shownReading) []shownReading {
	for _, r := range newer {
		kept = slices.DeleteFunc(kept, func(k shownReading) bool { return k.Reading == r.Reading || k.same(&r) })
		kept = append(kept, r)
	}
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
	b.mu.Lock()
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

func (b *shownBook) write(writing map[shownKey][]waiting) error {
	merged := make(map[shownKey][]shownReading, len(writing))
	for key, readings := range writing {
		kept, err := b.stored(key)
		if err != nil {
			return err
		}
		shown := show(readings)
		tell(readings, shown)
		merged[key] = recent(merge(kept, shown), readings[len(readings)-1].keep)
	}
	var payload []byte
	err := b.store.PutShown(func(put func(recipient, campaign, send string, at int64, payload []byte)) {
		for key, readings := range merged {
			if len(readings) == 0 {
				continue
			}
			newest := readings[len(readings)-1].At
			payload = encodeShown(payload[:0], readings)
			put(key.recipient, key.campaign, key.send, newest, payload)
		}
	})
	if err != nil {
		return fmt.Errorf("write shown: %w", err)
	}
	return nil
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
