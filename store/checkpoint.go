package store

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Checkpoint puts a copy of the store, as it is now, into a folder that is not
// there yet, on the same disk: it costs little room there, since the files are
// linked. What was applied before is in it, whole batches only; the folder can be
// opened as a store.
func (s *Store) Checkpoint(dir string) (err error) {
	db, err := s.enter()
	if err != nil {
		return fmt.Errorf("copy store: %w", err)
	}
	defer s.leave()
	defer s.rescue("copy store", &err)
	if err := db.Checkpoint(dir, pebble.WithFlushedWAL()); err != nil {
		return fmt.Errorf("copy store: %w", err)
	}
	return nil
}
