package store

import "sync"

// Sizes of a table of who was shown nothing.
const (
	unshownShards = 64
	unshownSlots  = 512 // of a shard
)

// unshown knows some recipients who were shown nothing that is kept, so that nothing
// has to be read before what they are shown first is written. Each has one slot and
// takes it from another.
type unshown struct {
	shards [unshownShards]unshownShard
}

type unshownShard struct {
	mu      sync.Mutex
	changed uint64 // grows whenever something is written of what somebody was shown
	slots   [unshownSlots]Hash
}

// place is where a recipient would be.
func (u *unshown) place(h Hash) (*unshownShard, int) {
	return &u.shards[h[0]%unshownShards], (int(h[1])<<8 | int(h[2])) % unshownSlots
}

// changes is what add must be given by who reads after it.
func (u *unshown) changes(h Hash) uint64 {
	s, _ := u.place(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// add takes in a recipient of whom nothing was found, unless something was written
// meanwhile.
func (u *unshown) add(h Hash, changes uint64) {
	s, i := u.place(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == changes {
		s.slots[i] = h
	}
}

// has reports whether it is known that a recipient was shown nothing.
func (u *unshown) has(h Hash) bool {
	s, i := u.place(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slots[i] == h
}

// drop takes out a recipient of whom something may have been written.
func (u *unshown) drop(h Hash) {
	s, i := u.place(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed++
	if s.slots[i] == h {
		s.slots[i] = Hash{}
	}
}
