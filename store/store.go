// Package store is the embedded engine: keys and values in Pebble, on the disk
// of one process. It keeps bytes; what they mean is their owner's, and README.md
// numbers every field of them.
//
// Every value lies in an envelope with its full key and a sum (Seal). A value
// that is not the one asked for is never handed out, and counted in Alarms.
package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The sentinels of this package.
var (
	// ErrLocked says that another process holds the directory.
	ErrLocked = errors.New("another opentime holds it; stop that one, or ask it on its admin listener")
	// ErrClosed says that the store was closed, or that its disk failed and
	// nothing is acknowledged until it is well again.
	ErrClosed = errors.New("store is closed")
	// ErrDamaged says that a stored value is not the one its key names.
	ErrDamaged error = damaged{}
)

// damaged is ErrDamaged. Whoever must not import this package knows it by its
// method.
type damaged struct{}

func (damaged) Error() string { return "stored value is damaged or another key's" }

// Damaged says what it is.
func (damaged) Damaged() bool { return true }

// Sizes of the engine's memory.
const (
	cacheBytes    = 64 << 20
	memTableBytes = 16 << 20 // of two, one filled while the other is written out; what they take blocks go without
	compactAt     = 8        // newest files a read has to look into
	stopAt        = 24
	openFiles     = 500
	bloomBits     = 10
)

// backgroundPause is how long the engine waits after work of its own failed.
const backgroundPause = 250 * time.Millisecond

// retryAfter is how long a disk that failed is left alone.
const retryAfter = 2 * time.Second

// longestRetry is how many times that it is left alone at most, if it goes on failing.
const longestRetry = 15

// Store is an open data directory. It is safe for concurrent use. Every method
// returns ErrClosed after Close; none panics.
type Store struct {
	dir, sender string
	files       vfs.FS
	secret      [32]byte
	macs        sync.Pool // of H, keyed with secret
	alarms      atomic.Uint64

	unshown unshown
	batches sync.Pool // of newBatch

	synced, unsynced atomic.Uint64 // batches

	forgotten atomic.Pointer[map[Hash]int64]    // when; a map never changes
	putting   sync.RWMutex                      // held for reading while values of recipients are written
	logging   sync.Mutex                        // of who is forgotten
	results   atomic.Pointer[map[asked]results] // a map never changes
	counting  sync.Mutex                        // held while answers are counted
	log       string                            // where; "": nowhere

	mu     sync.Mutex // of Close and reopen
	failed atomic.Bool
	retry  time.Duration // how often a failed disk is tried again
	stop   chan struct{} // closed by Close

	engine atomic.Pointer[engine] // nil once closed, and while there is none
	lock   io.Closer              // of the directory; an engine that died does not let go of its own
}

// Open opens the store of a sender in dir, and makes it if there is none. The
// sender is in every recipient's key: under another one nothing is found.
func Open(dir, sender string) (*Store, error) {
	return open(dir, sender, vfs.Default, retryAfter)
}

func open(dir, sender string, files vfs.FS, retry time.Duration) (*Store, error) {
	s := &Store{dir: dir, sender: sender, files: files, retry: retry, stop: make(chan struct{})}
	err := s.lockDir()
	if err == nil {
		var e *engine
		if e, err = s.openEngine(); err == nil {
			s.engine.Store(e)
		}
		if err == nil && e.isDead() { // already
			err = errDead
		}
	}
	if err != nil {
		_ = s.Close()
		return nil, s.inWords(err)
	}
	if err := errors.Join(s.loadSecret(), s.loadForgotten(), s.loadResults()); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	return s, nil
}

// lockDir makes the directory this process's.
func (s *Store) lockDir() (err error) {
	if err := s.files.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	s.lock, err = s.files.Lock(s.files.PathJoin(s.dir, "LOCK"))
	return err
}

// inWords says for people why a store cannot be opened.
func (s *Store) inWords(err error) error {
	switch {
	case isLocked(err):
		return fmt.Errorf("open store %s: %w", s.dir, ErrLocked)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("open store %s: this user may not write there; name another folder with --data", s.dir)
	}
	return fmt.Errorf("open store %s: %w", s.dir, err)
}

// Close writes what is in memory and lets the directory go. It waits for what
// is under way. Closing twice does nothing.
func (s *Store) Close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stop:
		return nil
	default:
		close(s.stop)
	}
	if e := s.engine.Swap(nil); e != nil {
		err = e.end(nil)
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// Alarms returns how many values were found damaged or under another key.
func (s *Store) Alarms() uint64 { return s.alarms.Load() }

// Failed reports whether the disk failed, so that nothing is kept until it is
// well again.
func (s *Store) Failed() bool { return s.failed.Load() }

// enter returns the engine for one operation; leave must follow unless it fails.
func (s *Store) enter() (*engine, error) {
	e := s.engine.Load()
	if e == nil || s.failed.Load() || !e.enter() {
		return nil, ErrClosed
	}
	return e, nil
}

// rescue turns a panic of the engine into an error, and stops acknowledging.
func (s *Store) rescue(doing string, err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("%s: %v", doing, cause)
		s.fail(cause)
	}
}

// fail stops acknowledging until the engine could be opened anew.
func (s *Store) fail(cause any) {
	if s.failed.CompareAndSwap(false, true) {
		slog.Error("store failed; nothing is kept until its disk is well", "cause", cause)
		go s.revive()
	}
}

// revive opens the engine anew, again and again, until that works: a sync that
// failed is never tried again, since nobody knows what it left.
func (s *Store) revive() {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("reopening the store panicked", "cause", cause)
		}
	}()
	pause := s.retry
	for tries := 1; ; tries++ {
		select {
		case <-s.stop:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestRetry*s.retry)
		err := s.reopen()
		if err == nil {
			return
		}
		if tries&(tries-1) == 0 { // the 1st, 2nd, 4th, 8th, ...
			slog.Warn("store cannot be opened again yet", "tries", tries, "cause", err)
		}
	}
}

// reopen opens the engine anew, unless the store was closed. Nobody waits for it:
// opening can take as long as the disk is full.
func (s *Store) reopen() error {
	if e := s.engine.Swap(nil); e != nil {
		e.abandon()
	}
	e, err := s.openEngine()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stop:
		return e.close()
	default:
	}
	s.engine.Store(e)
	s.failed.Store(false)
	if e.isDead() { // already
		s.fail("it failed again")
		return nil
	}
	slog.Info("store is well again")
	return nil
}

// pausing returns what slows the engine down where work of its own fails: it
// tries again at once otherwise, for as long as the disk is full. It is said
// less and less often.
func pausing() func(error) {
	var failures atomic.Uint64
	return func(err error) {
		if n := failures.Add(1); n&(n-1) == 0 {
			slog.Warn("store cannot tidy up", "cause", err.Error(), "times", n)
		}
		time.Sleep(backgroundPause)
	}
}
