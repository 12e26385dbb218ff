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

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// The sentinels of this package.
var (
	// ErrLocked says that another process holds the directory.
	ErrLocked = errors.New("another opentime holds it; stop that one, or ask it on its admin listener")
	// ErrClosed says that the store was closed, or that its disk failed and
	// nothing is acknowledged any more until it is opened again.
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

// Store is an open data directory. It is safe for concurrent use. Every method
// returns ErrClosed after Close; none panics.
type Store struct {
	sender string
	secret [32]byte
	alarms atomic.Uint64
	failed atomic.Bool

	mu sync.RWMutex // held for reading by every operation, so that Close waits
	db *pebble.DB   // nil once closed
}

// Open opens the store of a sender in dir, and makes it if there is none. The
// sender is in every recipient's key: under another one nothing is found.
func Open(dir, sender string) (*Store, error) { return open(dir, sender, vfs.Default) }

func open(dir, sender string, files vfs.FS) (*Store, error) {
	s := &Store{sender: sender}
	levels := [7]pebble.LevelOptions{}
	for i := range levels {
		levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
	}
	cache := pebble.NewCache(cacheBytes)
	defer cache.Unref()
	db, err := pebble.Open(dir, &pebble.Options{
		FS: files, Logger: logger{s}, Cache: cache, MemTableSize: memTableBytes,
		MaxOpenFiles: openFiles, Levels: levels, FormatMajorVersion: pebble.FormatNewest,
	})
	switch {
	case isLocked(err):
		return nil, fmt.Errorf("open store %s: %w", dir, ErrLocked)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("open store %s: this user may not write there; name another folder with --data", dir)
	case err != nil:
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	s.db = db
	if err := s.loadSecret(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	return s, nil
}

// Close writes what is in memory and lets the directory go. It waits for what
// is under way. Closing twice does nothing.
func (s *Store) Close() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
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

// Failed reports whether the disk failed, so that nothing is kept any more.
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
		s.failed.Store(true)
		*err = fmt.Errorf("%s: %v", doing, cause)
	}
}

// logger passes on what the engine says. What is fatal to it, a write-ahead log
// that cannot be synced, is not retried: nobody may be told any more that
// something was kept.
type logger struct{ s *Store }

func (logger) Infof(string, ...any) {}

func (l logger) Errorf(format string, args ...any) {
	slog.Warn("store engine complains", "what", fmt.Sprintf(format, args...))
}

func (l logger) Fatalf(format string, args ...any) {
	l.s.failed.Store(true)
	what := fmt.Sprintf(format, args...)
	slog.Error("store engine failed", "what", what)
	panic("store engine failed: " + what)
}
