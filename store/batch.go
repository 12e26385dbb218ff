package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Get appends to dst the bytes kept under key; where there are none it returns
// dst as it is. No value is empty. What it returns is the caller's.
func (s *Store) Get(key, dst []byte) (_ []byte, err error) {
	e, err := s.enter()
	if err != nil {
		return dst, fmt.Errorf("read store: %w", err)
	}
	defer e.leave()
	defer s.rescue("read store", &err)
	// The engine's own Get takes a key for being in the last level, and does not ask that
	// one's filters: what is new to a store costs it a block.
	it, err := e.db.NewIter(&pebble.IterOptions{UseL6Filters: true})
	if err != nil {
		return dst, fmt.Errorf("read store: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.SeekPrefixGE(key) {
		if err := it.Error(); err != nil {
			return dst, fmt.Errorf("read store: %w", err)
		}
		return dst, nil
	}
	value, err := it.ValueAndErr()
	if err != nil {
		return dst, fmt.Errorf("read store: %w", err)
	}
	return append(dst, value...), nil // the value is the iterator's
}

// Each calls each for every key that begins with prefix, in byte order, until
// it returns an error, which Each then returns. Key and value are valid during
// the call only. What is written meanwhile is not seen.
func (s *Store) Each(prefix []byte, each func(key, value []byte) error) error {
	return s.between(prefix, after(prefix), each)
}

// between is Each for the keys from one on and before another; nil is no limit.
func (s *Store) between(from, to []byte, each func(key, value []byte) error) (err error) {
	e, err := s.enter()
	if err != nil {
		return fmt.Errorf("read store: %w", err)
	}
	defer e.leave()
	defer s.rescue("read store", &err)
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return fmt.Errorf("read store: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return fmt.Errorf("read store: %w", err)
		}
		if err := each(it.Key(), value); err != nil {
			return err
		}
	}
	if err := it.Error(); err != nil {
		return fmt.Errorf("read store: %w", err)
	}
	return nil
}

// after returns the first key after all that begin with prefix; nil if there is
// none.
func after(prefix []byte) []byte {
	end := bytes.TrimRight(prefix, "\xff")
	if len(end) == 0 {
		return nil
	}
	end = slices.Clone(end)
	end[len(end)-1]++
	return end
}

// Batch collects changes that are made all together or not at all. The zero
// Batch is empty and ready. It is for one goroutine.
type Batch struct {
	// Lazy says that the changes may be lost with the power: Apply then does
	// not wait for the disk.
	Lazy    bool
	changes []batchChange
	bytes   []byte // keys and values, one after another
}

// batchChange is a key and a value by their ends in Batch.bytes.
type batchChange struct {
	key, value int
	delete     bool
}

// Put sets the value of key. Both are copied.
func (b *Batch) Put(key, value []byte) {
	b.bytes = append(b.bytes, key...)
	end := len(b.bytes)
	b.bytes = append(b.bytes, value...)
	b.changes = append(b.changes, batchChange{key: end, value: len(b.bytes)})
}

// seal sets the value of key to a payload in its envelope. All is copied.
func (b *Batch) seal(key []byte, kind byte, full []byte, at int64, payload []byte) {
	b.bytes = append(b.bytes, key...)
	end := len(b.bytes)
	b.bytes = Seal(b.bytes, kind, full, at, payload)
	b.changes = append(b.changes, batchChange{key: end, value: len(b.bytes)})
}

// Delete removes key. It is copied.
func (b *Batch) Delete(key []byte) {
	b.bytes = append(b.bytes, key...)
	b.changes = append(b.changes, batchChange{key: len(b.bytes), value: len(b.bytes), delete: true})
}

// mostBatch is how many bytes of a batch are kept as room for the next one.
const mostBatch = 4 << 20

// newBatch returns an empty batch, with the room that another had.
func (s *Store) newBatch(lazy bool) *Batch {
	b, ok := s.batches.Get().(*Batch)
	if !ok {
		b = new(Batch)
	}
	b.Lazy = lazy
	return b
}

// leaveBatch leaves a batch's room to the next.
func (s *Store) leaveBatch(b *Batch) {
	if cap(b.bytes) <= mostBatch {
		*b = Batch{changes: b.changes[:0], bytes: b.bytes[:0]}
		s.batches.Put(b)
	}
}

// Len returns the number of changes.
func (b *Batch) Len() int { return len(b.changes) }

// Apply makes the changes. It returns once they would survive a loss of power,
// unless the batch is lazy; concurrent calls share a sync of the disk. An error
// means that nothing of it was acknowledged.
func (s *Store) Apply(b *Batch) (err error) {
	if len(b.changes) == 0 {
		return nil
	}
	e, err := s.enter()
	if err != nil {
		return fmt.Errorf("write store: %w", err)
	}
	defer e.leave()
	defer s.rescue("write store", &err)
	batch := e.db.NewBatchWithSize(len(b.bytes) + 16*len(b.changes))
	start := 0
	for _, c := range b.changes {
		if c.delete {
			err = batch.Delete(b.bytes[start:c.key], nil)
		} else {
			err = batch.Set(b.bytes[start:c.key], b.bytes[c.key:c.value], nil)
		}
		if err != nil {
			return fmt.Errorf("write store: %w", err)
		}
		start = c.value
	}
	options, count := pebble.Sync, &s.synced
	if b.Lazy {
		options, count = pebble.NoSync, &s.unsynced
	}
	if err := e.await("write store", func() error { return batch.Commit(options) }); err != nil {
		return fmt.Errorf("write store: %w", err)
	}
	count.Add(1)
	_ = batch.Close() // leaves its room to another, and has nothing to say
	return nil
}
