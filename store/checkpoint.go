package store

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Checkpoint puts a copy of the store, as it is now, into a folder that is not
// there yet, on the same disk: it costs little room there, since the files are
// linked. What was applied before is in it, whole batches only; the folder can be
// opened as a store.
func (s *Store) Checkpoint(dir string) error {
	e, err := s.enter()
	if err != nil {
		return fmt.Errorf("copy store: %w", err)
	}
	defer e.leave()
	work := func() error { return e.db.Checkpoint(dir, pebble.WithFlushedWAL()) }
	if err := e.await("copy store", work); err != nil {
		return fmt.Errorf("copy store: %w", err)
	}
	return nil
}
