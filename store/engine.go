package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
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
		FS: fence{e.store.files, e}, Logger: e, Cache: cache, MemTableSize: memTableBytes,
		L0CompactionThreshold: compactAt, L0StopWritesThreshold: stopAt,
		MaxOpenFiles: openFiles, Levels: levels, FormatMajorVersion: pebble.FormatNewest,
		EventListener: &pebble.EventListener{BackgroundError: failed},
	})
	return err
}

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

// isOperation reports whether the store's own code waits for what runs here, and
// would recover.
func isOperation() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "example.com/opentime/store.") {
			return true
		}
		if !more {
			return false
		}
	}
}

// fence is the files of an engine. It keeps one that was given up from touching
// them.
type fence struct {
	vfs.FS
	engine *engine
}

func (f fence) err() error {
	if f.engine.fenced.Load() {
		return errFenced
	}
	return nil
}

// writable is a file that is written.
func (f fence) writable(file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &fencedFile{file, f}, nil
}

// Create makes a file.
func (f fence) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.writable(f.FS.Create(name, category))
}

// OpenReadWrite opens a file for both.
func (f fence) OpenReadWrite(name string, category vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.writable(f.FS.OpenReadWrite(name, category, options...))
}

// ReuseForWrite takes an old file for a new one.
func (f fence) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.writable(f.FS.ReuseForWrite(from, to, category))
}

// Link gives a file another name.
func (f fence) Link(from, to string) error {
	return f.unless(func() error { return f.FS.Link(from, to) })
}

// Remove removes a file.
func (f fence) Remove(name string) error { return f.unless(func() error { return f.FS.Remove(name) }) }

// RemoveAll removes a folder.
func (f fence) RemoveAll(name string) error {
	return f.unless(func() error { return f.FS.RemoveAll(name) })
}

// Rename renames a file.
func (f fence) Rename(from, to string) error {
	return f.unless(func() error { return f.FS.Rename(from, to) })
}

// unless does something unless the engine was given up.
func (f fence) unless(do func() error) error {
	if err := f.err(); err != nil {
		return err
	}
	return do()
}

// Lock locks nothing: the store holds the directory, for all of its engines.
func (f fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Unwrap returns the files behind the fence.
func (f fence) Unwrap() vfs.FS { return f.FS }

// fencedFile is a file that is written.
type fencedFile struct {
	vfs.File
	fence fence
}

// Write appends.
func (f *fencedFile) Write(p []byte) (int, error) {
	if err := f.fence.err(); err != nil {
		return 0, err
	}
	return f.File.Write(p)
}

// WriteAt writes somewhere.
func (f *fencedFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.fence.err(); err != nil {
		return 0, err
	}
	return f.File.WriteAt(p, at)
}
