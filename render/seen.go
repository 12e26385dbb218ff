package render

import "sync"

// plateKey says which plate a picture is printed from.
type plateKey struct {
	ground  ground
	quality int
}

// pngKey says which plate a PNG is printed from.
type pngKey struct {
	ground ground
	kind   pngKind
}

// plateBytes bounds the memory of all plates.
const plateBytes = 32 << 20

// seen remembers which plates were asked for, so that only what is asked for
// again is made. It is safe for concurrent use.
type seen[K comparable] struct {
	mu     sync.Mutex
	of     map[K]struct{} // this while
	before map[K]struct{} // the while before
}

// maxSeen is how many make a while.
const maxSeen = 4096

// again reports whether it was asked for a plate before, in this while or the
// last.
func (s *seen[K]) again(key K) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.of[key]; ok {
		return true
	}
	_, ok := s.before[key]
	if s.of == nil || len(s.of) >= maxSeen {
		s.before, s.of = s.of, make(map[K]struct{})
	}
	s.of[key] = struct{}{}
	return ok
}
