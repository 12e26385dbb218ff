// Package journal keeps what happened: impressions, clicks, answers,
// conversions, events and consent, in files that only grow. README.md
// describes the files, byte by byte.
//
// Writing never stands in the way of an open. An impression waits in memory
// for at most 100 ms and is synced within a second; where the disk is full or
// failing, impressions are dropped and counted. A click is written before
// Append returns; everything that is acknowledged to somebody is synced before.
package journal

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of what waits in memory, and for how long.
const (
	shards      = 8
	shardLimit  = 8192 // records waiting in a shard
	urgentLimit = 8192 // clicks and the like that wait
	flushEvery  = 20 * time.Millisecond
	syncEvery   = 500 * time.Millisecond
	retryEvery  = time.Second // after the disk failed
	writeWait   = 250 * time.Millisecond
	syncWait    = 5 * time.Second
)

// Errors of Append.
var (
	ErrFull   = errors.New("append to journal: too much is waiting")
	ErrLate   = errors.New("append to journal: the disk is too slow")
	ErrClosed = errors.New("append to journal: it is closed")
)

// Journal appends records to files of one directory. It is safe for concurrent
// use.
type Journal struct {
	dir           string
	server, build string
	now           func() time.Time

	shards [shards]shard
	urgent urgent
	wake   chan struct{} // the urgent one has something
	stop   chan struct{}
	done   sync.WaitGroup
	closed atomic.Bool

	failing atomic.Bool

	written, dropped, bytes, failures, syncs, unsynced atomic.Uint64
}

// Stats says what became of records since Open.
type Stats struct {
	Written  uint64 `json:"written"` // records
	Dropped  uint64 `json:"dropped"` // records that are lost
	Bytes    uint64 `json:"bytes"`
	Failures uint64 `json:"failures"` // of the disk, to write
	Syncs    uint64 `json:"syncs"`
	Unsynced uint64 `json:"unsynced"` // syncs that failed
	Failing  bool   `json:"failing"`  // the last write did
}

// shard holds impressions until the next flush. Two slices take turns, so that
// nothing is allocated once both have grown.
type shard struct {
	mu      sync.Mutex
	waiting []Record
	_       [64]byte // so that no two shards share a cache line
}

// urgent holds records somebody waits for.
type urgent struct {
	mu      sync.Mutex
	waiting []*waiter
}

// waiter is a record whose writing, or syncing, somebody waits for.
type waiter struct {
	record Record
	synced bool
	done   chan error // of one
}

// Open returns a Journal that appends to new files in dir, made if need be.
// server names this server in the files' names and headers: letters, digits
// and dashes. build says which program writes. now is the clock that turns the
// files by the hour.
func Open(dir, server, build string, now func() time.Time) (*Journal, error) {
	if !validServer(server) {
		return nil, fmt.Errorf("open journal: server name %q has other characters than a-z, 0-9 and -", server)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{
		dir: dir, server: server, build: build, now: now,
		wake: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	w := newWriter(j)
	j.done.Go(w.run)
	j.done.Go(w.syncer.run)
	return j, nil
}

func validServer(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

// Append takes a record over and gives it an ID if it has none. Strings and
// Items must not change afterwards.
//
// An impression is never waited for and Append always returns nil: one that
// finds no room is counted as dropped. A click and a provisional answer are
// written, and every other kind synced, when Append returns nil. An error says only that this could not
// be confirmed in time; the caller goes on.
func (j *Journal) Append(r *Record) error {
	if r.ID == (ID{}) {
		r.ID = NewID()
	}
	if j.closed.Load() {
		j.dropped.Add(1)
		return ErrClosed
	}
	if r.Kind == Impression {
		j.later(r)
		return nil
	}
	return j.confirm(r)
}

// later leaves a record to the next flush.
func (j *Journal) later(r *Record) {
	s := &j.shards[r.ID[0]%shards]
	s.mu.Lock()
	full := len(s.waiting) >= shardLimit
	if !full {
		s.waiting = append(s.waiting, *r)
	}
	s.mu.Unlock()
	if full {
		j.dropped.Add(1)
	}
}

// confirm hands a record to the writer at once and waits until it is written
// or synced.
func (j *Journal) confirm(r *Record) error {
	w := &waiter{record: *r, synced: r.Kind != Click && !r.provisional(), done: make(chan error, 1)}
	if !j.urgent.add(w) {
		j.dropped.Add(1)
		return ErrFull
	}
	select {
	case j.wake <- struct{}{}:
	default: // it is awake already
	}
	wait := writeWait
	if w.synced {
		wait = syncWait
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err := <-w.done:
		return err
	case <-timer.C:
		return ErrLate
	}
}

func (u *urgent) add(w *waiter) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.waiting) >= urgentLimit {
		return false
	}
	u.waiting = append(u.waiting, w)
	return true
}

func (u *urgent) take() []*waiter {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.waiting
	u.waiting = nil
	return taken
}

// Stats returns what became of records so far.
func (j *Journal) Stats() Stats {
	return Stats{
		Written: j.written.Load(), Dropped: j.dropped.Load(),
		Bytes: j.bytes.Load(), Failures: j.failures.Load(),
		Syncs: j.syncs.Load(), Unsynced: j.unsynced.Load(), Failing: j.failing.Load(),
	}
}

// Close writes and syncs what waits, and ends. Records appended afterwards are
// dropped.
func (j *Journal) Close() {
	if j.closed.Swap(true) {
		return
	}
	close(j.stop)
	j.done.Wait()
}
