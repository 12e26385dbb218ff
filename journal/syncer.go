package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// errRetry says that the disk failed a moment ago and is left alone.
var errRetry = errors.New("append to journal: the disk failed a moment ago")

// syncer syncs and closes files beside the writer, which a slow disk then does
// not hold up.
type syncer struct {
	j    *Journal // for its counts
	jobs chan syncJob
	busy atomic.Bool // a sync that nobody waits for is under way

	named *os.File // whose name is synced, too; run's own
}

// syncJob is a file to sync, and what else.
type syncJob struct {
	f       *os.File
	end     bool // close it
	waiters []*waiter
}

func newSyncer(j *Journal) *syncer { return &syncer{j: j, jobs: make(chan syncJob, 1024)} }

// soon syncs a file once its last sync is long enough ago.
func (s *syncer) soon(f *file, now time.Time) {
	if f.size == f.syncedSize || now.Sub(f.synced) < syncEvery && !now.Before(f.synced) || s.busy.Swap(true) {
		return
	}
	f.synced, f.syncedSize = now, f.size
	s.jobs <- syncJob{f: f.f}
}

// now syncs a file and then tells those who wait.
func (s *syncer) now(f *file, waiters []*waiter) {
	select {
	case s.jobs <- syncJob{f: f.f, waiters: waiters}:
	default:
		for _, w := range waiters {
			w.done <- ErrLate
		}
	}
}

// end syncs and closes a file.
func (s *syncer) end(f *file) { s.jobs <- syncJob{f: f.f, end: true} }

// stop ends run once everything is synced.
func (s *syncer) stop() { close(s.jobs) }

// run syncs until stop.
func (s *syncer) run() {
	for job := range s.jobs {
		err := s.sync(job)
		for _, w := range job.waiters {
			w.done <- err
		}
		if !job.end && job.waiters == nil {
			s.busy.Store(false)
		}
	}
}

// sync syncs a file and, the first time, the directory so that its name lasts too.
func (s *syncer) sync(job syncJob) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("sync journal: panic: %v", cause)
		}
		s.j.syncs.Add(1)
		if err != nil {
			s.j.unsynced.Add(1)
			slog.Error("journal cannot be synced", "err", err)
		}
	}()
	err = job.f.Sync()
	if s.named != job.f {
		named := syncDir(filepath.Dir(job.f.Name()))
		if err = errors.Join(err, named); named == nil {
			s.named = job.f
		}
	}
	if job.end {
		err = errors.Join(err, job.f.Close())
	}
	return err
}

func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
