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
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
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
	memTableBytes = 16 << 20
	openFiles     = 500
	bloomBits     = 10
)

// backgroundPause is how long the engine waits after work of its own failed.
const backgroundPause = 250 * time.Millisecond

// retryAfter is how long a disk that failed is left alone.
const retryAfter = 2 * time.Second

// Store is an open data directory. It is safe for concurrent use. Every method
// returns ErrClosed after Close; none panics.
type Store struct {
	dir, sender string
	files       vfs.FS
	secret      [32]byte
	macs        sync.Pool // of H, keyed with secret
	alarms      atomic.Uint64
	failed      atomic.Bool
	retry       time.Duration // how often a failed disk is tried again
	stop        chan struct{} // closed by Close

	mu sync.RWMutex // held for reading by every operation, so that Close waits
	db *pebble.DB   // nil once closed
}

// Open opens the store of a sender in dir, and makes it if there is none. The
// sender is in every recipient's key: under another one nothing is found.
func Open(dir, sender string) (*Store, error) {
	return open(dir, sender, vfs.Default, retryAfter)
}

func open(dir, sender string, files vfs.FS, retry time.Duration) (*Store, error) {
	s := &Store{dir: dir, sender: sender, files: files, retry: retry, stop: make(chan struct{})}
	db, err := s.openEngine()
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	s.db = db
	if err := s.loadSecret(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	return s, nil
}

// openEngine opens the engine in the store's directory.
func (s *Store) openEngine() (db *pebble.DB, err error) {
	defer s.rescue("open store", &err)
	levels := [7]pebble.LevelOptions{}
	for i := range levels {
		levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
	}
	cache := pebble.NewCache(cacheBytes)
	defer cache.Unref()
	db, err = pebble.Open(s.dir, &pebble.Options{
		FS: s.files, Logger: logger{}, Cache: cache, MemTableSize: memTableBytes,
		MaxOpenFiles: openFiles, Levels: levels, FormatMajorVersion: pebble.FormatNewest,
		EventListener: &pebble.EventListener{BackgroundError: pausing()},
	})
	switch {
	case isLocked(err):
		return nil, fmt.Errorf("open store %s: %w", s.dir, ErrLocked)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("open store %s: this user may not write there; name another folder with --data", s.dir)
	case err != nil:
		return nil, fmt.Errorf("open store %s: %w", s.dir, err)
	}
	return db, nil
}

// Close writes what is in memory and lets the directory go. It waits for what
// is under way. Closing twice does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stop:
		return nil
	default:
		close(s.stop)
	}
	return s.closeEngine()
}

// closeEngine closes the engine; s.mu is held.
func (s *Store) closeEngine() (err error) {
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db = nil
	defer s.rescue("close store", &err)
	if err := db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Alarms returns how many values were found damaged or under another key.
func (s *Store) Alarms() uint64 { return s.alarms.Load() }

// Failed reports whether the disk failed, so that nothing is kept until it is
// well again.
func (s *Store) Failed() bool { return s.failed.Load() }

// enter returns the engine for one operation; leave must follow unless it
// fails.
func (s *Store) enter() (*pebble.DB, error) {
	s.mu.RLock()
	if s.db == nil || s.failed.Load() {
		s.mu.RUnlock()
		return nil, ErrClosed
	}
	return s.db, nil
}

func (s *Store) leave() { s.mu.RUnlock() }

// rescue turns a panic of the engine into an error, and stops acknowledging.
func (s *Store) rescue(doing string, err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("%s: %v", doing, cause)
		if s.failed.CompareAndSwap(false, true) {
			slog.Error("store failed; nothing is kept until its disk is well", "cause", cause)
			go s.revive()
		}
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
	for {
		select {
		case <-s.stop:
			return
		case <-time.After(s.retry):
		}
		if s.reopen() {
			return
		}
	}
}

// reopen reports whether there is nothing more to do. Nobody waits for it:
// opening can take as long as the disk is full.
func (s *Store) reopen() bool {
	s.mu.Lock()
	if err := s.closeEngine(); err != nil {
		slog.Warn("closing the failed store", "cause", err.Error())
	}
	s.mu.Unlock()
	db, err := s.openEngine()
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db = db
	select {
	case <-s.stop:
		_ = s.closeEngine()
		return true
	default:
	}
	s.failed.Store(false)
	slog.Info("store is well again")
	return true
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

// logger passes on what the engine says. What is fatal to it, a write-ahead log
// that cannot be synced, becomes a panic, which rescue turns into an error.
type logger struct{}

func (logger) Infof(string, ...any) {}

func (logger) Errorf(format string, args ...any) {
	slog.Warn("store engine complains", "what", fmt.Sprintf(format, args...))
}

func (logger) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
