package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// The form of a file.
const (
	magic     = "OTJ1"
	blockSize = 64 << 10
	maxRecord = 48 << 10 // of one payload
	maxItems  = 100
	writeSize = 1 << 20 // how much is encoded before it is written
)

// castagnoli is the table of CRC-32C.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writer is the one goroutine that encodes and writes. Nothing of it is shared.
type writer struct {
	j      *Journal
	syncer *syncer
	taken  [shards][]Record // what the shards held; their turn is next
	file   *file
	retry  time.Time // not before, after the disk failed
}

func newWriter(j *Journal) *writer { return &writer{j: j, syncer: newSyncer(j)} }

// run writes until the journal is closed.
func (w *writer) run() {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	defer w.syncer.stop()
	for {
		select {
		case <-w.j.wake:
			w.flush(false)
		case <-tick.C:
			w.flush(true)
		case <-w.j.stop:
			w.retry = time.Time{}
			w.flush(true)
			w.finish()
			return
		}
	}
}

// flush writes what is urgent and, if all, what waits in the shards.
func (w *writer) flush(all bool) {
	urgent := w.j.urgent.take()
	defer w.rescue(urgent)
	now := w.j.now()
	err := w.turn(now)
	for _, u := range urgent {
		if err == nil {
			err = w.add(&u.record)
		} else {
			w.j.dropped.Add(1)
		}
	}
	if all && !errors.Is(err, errRetry) { // what waits can wait until the disk is tried again
		err = w.addShards(err)
	}
	if err == nil {
		err = w.out()
	}
	if err != nil {
		w.fail(now, err)
	}
	w.answer(urgent, err)
	if all && err == nil && w.file != nil {
		w.syncer.soon(w.file, now)
	}
}

// addShards takes what waits in the shards: encoded, or dropped after an err.
func (w *writer) addShards(err error) error {
	for i := range w.j.shards {
		s := &w.j.shards[i]
		s.mu.Lock()
		w.taken[i], s.waiting = s.waiting, w.taken[i]
		s.mu.Unlock()
		for n := range w.taken[i] {
			if err != nil {
				w.j.dropped.Add(uint64(len(w.taken[i]) - n))
				break
			}
			err = w.add(&w.taken[i][n])
		}
		clear(w.taken[i]) // lets go of its texts
		w.taken[i] = w.taken[i][:0]
	}
	return err
}

// answer tells those who wait, at once or when the file is synced.
func (w *writer) answer(urgent []*waiter, err error) {
	var later []*waiter
	for _, u := range urgent {
		if err == nil && u.synced {
			later = append(later, u)
			continue
		}
		u.done <- err
	}
	if len(later) > 0 {
		w.syncer.now(w.file, later)
	}
}

// turn ends the file of an hour that is over.
func (w *writer) turn(now time.Time) error {
	if w.file != nil && !w.file.hour.Equal(hourOf(now)) {
		w.finish()
	}
	if now.Before(w.retry) {
		return errRetry
	}
	return nil
}

// add encodes one record, and writes once enough has come together.
func (w *writer) add(r *Record) error {
	if w.file != nil && w.file.words.full() {
		if err := w.out(); err != nil {
			w.j.dropped.Add(1)
			return err
		}
		w.finish()
	}
	if w.file == nil {
		f, err := create(w.j)
		if err != nil {
			w.j.dropped.Add(1)
			return err
		}
		w.file = f
	}
	w.file.add(r)
	if len(w.file.buffer) < writeSize {
		return nil
	}
	return w.out()
}

// out writes what is encoded.
func (w *writer) out() error {
	f := w.file
	if f == nil || len(f.buffer) == 0 {
		return nil
	}
	size, count := len(f.buffer), f.records
	err := f.out()
	if err != nil {
		w.j.dropped.Add(uint64(count))
		return err
	}
	w.j.written.Add(uint64(count))
	w.j.bytes.Add(uint64(size))
	if !w.retry.IsZero() {
		w.retry = time.Time{}
		w.j.failing.Store(false)
		slog.Info("journal is written again", "dropped", w.j.dropped.Load())
	}
	return nil
}

// finish ends the file: it is synced and closed aside.
func (w *writer) finish() {
	if w.file != nil {
		w.syncer.end(w.file)
		w.file = nil
	}
}

// fail lets the file go and waits a while before another is begun.
func (w *writer) fail(now time.Time, err error) {
	if errors.Is(err, errRetry) {
		return
	}
	w.j.failures.Add(1)
	w.j.failing.Store(true)
	if w.retry.IsZero() {
		slog.Error("journal cannot be written, records are dropped", "err", err)
	}
	w.retry = now.Add(retryEvery)
	w.finish()
}

// rescue keeps the writer alive after a panic: the file is let go, those who
// wait are told.
func (w *writer) rescue(urgent []*waiter) {
	cause := recover()
	if cause == nil {
		return
	}
	slog.Error("writing the journal panicked", "cause", cause, "stack", string(debug.Stack()))
	w.j.failures.Add(1)
	w.finish()
	for _, u := range urgent {
		select {
		case u.done <- fmt.Errorf("append to journal: panic: %v", cause):
		default: // was told
		}
	}
}

// file is one file being written.
type file struct {
	f          *os.File
	hour       time.Time
	words      *words
	size       int64  // of what is in the file
	buffer     []byte // encoded, not yet in the file
	records    int    // in buffer
	payload    []byte // scratch of add
	text       []byte // scratch of words made of several fields
	name       []byte // scratch of words
	synced     time.Time
	syncedSize int64
}

// create begins the next file of this hour.
func create(j *Journal) (*file, error) {
	now := j.now()
	f := &file{hour: hourOf(now), words: newWords(), synced: now}
	for n := 1; ; n++ {
		name := filepath.Join(j.dir, fileName(f.hour, j.server, n))
		opened, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if os.IsExist(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("create journal file: %w", err)
		}
		f.f = opened
		break
	}
	f.buffer = append(f.buffer, magic...)
	f.put(appendHeader(nil, Header{Server: j.server, Build: j.build, Start: now.UnixMilli()}))
	return f, nil
}

// out writes what is encoded. Where that fails, what came of it is cut off.
func (f *file) out() error {
	n, err := f.f.Write(f.buffer)
	if err != nil {
		_ = f.f.Truncate(f.size) // else a reader drops the torn tail
		return fmt.Errorf("write journal: %w", err)
	}
	f.size += int64(n)
	f.buffer, f.records = f.buffer[:0], 0
	return nil
}

// put appends one payload with its length and sum, in the next block if it
// does not fit into this one.
func (f *file) put(payload []byte) {
	var length [binary.MaxVarintLen64]byte
	head := binary.PutUvarint(length[:], uint64(len(payload)))
	for {
		used := int((f.size + int64(len(f.buffer))) % blockSize)
		if used > 0 && head+4+len(payload) > blockSize-used {
			f.fill(blockSize - used)
			used = 0
		}
		if fresh := f.words.turned(used); len(fresh) > 0 {
			f.repeat(fresh)
			continue
		}
		break
	}
	f.buffer = append(f.buffer, length[:head]...)
	f.buffer = binary.BigEndian.AppendUint32(f.buffer, crc32.Checksum(payload, castagnoli))
	f.buffer = append(f.buffer, payload...)
}

// fill ends a block with zeros.
func (f *file) fill(n int) {
	for range n {
		f.buffer = append(f.buffer, 0)
	}
}

// repeat writes words again.
func (f *file) repeat(numbers []uint64) {
	for _, n := range numbers {
		f.put(appendWord(nil, n, []byte(f.words.texts[n-1])))
	}
}
