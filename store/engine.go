package store

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

// engine is Pebble, open in the store's directory.
//
// It takes some failures of the disk for the end of the process. Those of an
// operation become a panic that the operation recovers from; those of its own work
// end that work, and the engine is dead: nothing waits for it, it writes nothing any
// more, and another is opened in its place.
type engine struct {
	store *Store
	db    *pebble.DB

	mu     sync.RWMutex // held for reading by every operation, so that closing waits
	closed bool

	fenced atomic.Bool // nothing it does reaches the disk
	dead   chan struct{}
	dying  sync.Once

	trouble atomic.Pointer[chan struct{}] // closed when work of its own fails, to be tried again
}

// closePatience is how long a failed engine is given to close.
const closePatience = 5 * time.Second

var (
	errDead   = errors.New("the engine's own work failed")
	errSlow   = errors.New("the engine does not come to its end")
	errFenced = errors.New("the engine was given up")
	errTidy   = errors.New("the disk does not let the engine write its files anew; make room, or look at the disk")
)

// openEngine opens the engine in the store's directory. It waits for as long as the
// engine's own work lives.
func (s *Store) openEngine() (*engine, error) {
	e := &engine{store: s, dead: make(chan struct{})}
	e.renewTrouble()
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer recovered("open store", &err)
		err = e.open()
	}()
	select {
	case err := <-done:
		return e, err
	case <-e.dead:
		return nil, errDead
	}
}

// open opens the engine.
func (e *engine) open() (err error) {
	levels := [7]pebble.LevelOptions{}
	for i := range levels {
		levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
	}
	cache := pebble.NewCache(cacheBytes)
	defer cache.Unref()
	pause := pausing()
	failed := func(err error) {
		close(*e.renewTrouble())
		pause(err)
	}
	e.db, err = pebble.Open(e.store.dir, &pebble.Options{
		FS: fence{e.store.files, e}, Cleaner: cleaner{}, Logger: e, Cache: cache, MemTableSize: memTableBytes,
		L0CompactionThreshold: compactAt, L0StopWritesThreshold: stopAt,
		MaxOpenFiles: openFiles, Levels: levels, FormatMajorVersion: pebble.FormatNewest,
		EventListener: &pebble.EventListener{BackgroundError: failed, WALCreated: e.made},
	})
	return err
}

// cleaner removes files that the engine needs no more. As it says that it wants what is in
// them, the engine keeps no write-ahead logs to write over them later.
type cleaner struct {
	pebble.DeleteCleaner
	wantsContents
}

type wantsContents struct{ pebble.ArchiveCleaner }

// renewTrouble replaces the channel that is closed at the next failure, and returns
// the one before.
func (e *engine) renewTrouble() *chan struct{} {
	next := make(chan struct{})
	return e.trouble.Swap(&next)
}

// recovered turns a panic into an error.
func recovered(doing string, err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("%s: %v", doing, cause)
	}
}

// enter begins an operation, unless the engine is closed.
func (e *engine) enter() bool {
	e.mu.RLock()
	if e.closed {
		e.mu.RUnlock()
		return false
	}
	return true
}

func (e *engine) leave() { e.mu.RUnlock() }

// await does what may wait for the engine's own work, and waits no longer than that
// lives.
func (e *engine) await(doing string, work func() error) error {
	return e.awaitUnless(nil, doing, work)
}

// awaitUnless is await that waits no longer either once trouble is closed. The work
// goes on.
func (e *engine) awaitUnless(trouble <-chan struct{}, doing string, work func() error) error {
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer e.rescue(doing, &err)
		err = work()
	}()
	select {
	case err := <-done:
		return err
	case <-e.dead:
		return errDead
	case <-trouble:
		return errTidy
	}
}

// rescue is the store's, unless nobody uses the engine any more.
func (e *engine) rescue(doing string, err *error) {
	cause := recover()
	if cause == nil {
		return
	}
	*err = fmt.Errorf("%s: %v", doing, cause)
	if e.store.engine.Load() == e {
		e.store.fail(cause)
	}
}

// close closes the engine once no operation is under way.
func (e *engine) close() (err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	defer recovered("close store", &err)
	if err := e.db.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// isDead reports whether the engine's own work failed.
func (e *engine) isDead() bool {
	select {
	case <-e.dead:
		return true
	default:
		return false
	}
}

// end closes the engine, and waits for that no longer than its own work lives, nor
// beyond late.
func (e *engine) end(late <-chan time.Time) error {
	if e.isDead() {
		return errDead
	}
	closed := make(chan error, 1)
	go func() { closed <- e.close() }()
	select {
	case err := <-closed:
		return err
	case <-e.dead:
		return errDead
	case <-late:
		return errSlow
	}
}

// abandon closes an engine that failed or, where that does not come to its end,
// leaves it behind: it writes nothing any more.
func (e *engine) abandon() {
	late := time.NewTimer(closePatience)
	defer late.Stop()
	if err := e.end(late.C); err != nil {
		slog.Warn("closing the failed store", "cause", err.Error())
	}
	e.fenced.Store(true)
}

// Infof drops what the engine tells.
func (*engine) Infof(string, ...any) {}

// Errorf passes on what the engine complains of.
func (*engine) Errorf(format string, args ...any) {
	slog.Warn("store engine complains", "what", fmt.Sprintf(format, args...))
}

// Fatalf is called where the engine sees nothing left to do. It does not return.
func (e *engine) Fatalf(format string, args ...any) {
	cause := fmt.Sprintf(format, args...)
	if isRotation() {
		e.stay(errors.New(cause))
	}
	if isOperation() {
		panic(cause)
	}
	e.dying.Do(func() { close(e.dead) })
	e.fenced.Store(true)
	if e.store.engine.Load() == e {
		e.store.fail(cause)
	}
	runtime.Goexit()
}

// made takes what came of making a write-ahead log.
func (e *engine) made(log pebble.WALCreateInfo) {
	if log.Err != nil && isRotation() {
		e.stay(log.Err)
	}
}

// stay ends an engine whose write-ahead log cannot be ended, or the next be made, and
// does not return: the engine would panic while it does not hold a lock that it lets go
// of on its way, and that ends the process.
func (e *engine) stay(cause error) {
	e.fenced.Store(true)
	if e.store.engine.Load() == e {
		e.store.fail(cause.Error())
	}
	e.dying.Do(func() { close(e.dead) })
	select {}
}

// isRotation reports whether the engine goes from one write-ahead log to the next.
func isRotation() bool { return isCalledBy("github.com/cockroachdb/pebble/v2.(*DB).rotateWAL") }

// isOperation reports whether the store's own code waits for what runs here, and
// would recover.
func isOperation() bool { return isCalledBy("example.com/opentime/store.") }

// isCalledBy reports whether what runs here was called by a function whose name begins so.
func isCalledBy(name string) bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(4, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, name) {
			return true
		}
		if !more {
			return false
		}
	}
}
