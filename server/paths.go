package server

import (
	"hash/maphash"
	"sync/atomic"
)

// Limits of the paths that are kept.
const (
	pathSlots = 1 << 11
	maxPath   = 256 // bytes
)

// paths keeps what paths of images say: those of a few mails make nearly all opens. Each
// has one place, and takes it from whoever has it. It is safe for concurrent use.
type paths struct {
	seed  maphash.Seed
	slots [pathSlots]atomic.Pointer[parsedPath]
}

// parsedPath is a path as it came, and what it says. It never changes.
type parsedPath struct {
	path string
	link Link
}

// parse is parsePath. Paths that are none of ours, and long ones, are not kept.
func (p *paths) parse(path []byte) (Link, bool) {
	slot := &p.slots[maphash.Bytes(p.seed, path)%pathSlots]
	if kept := slot.Load(); kept != nil && kept.path == string(path) {
		return kept.link, true
	}
	link, ok := parsePath(path)
	if ok && len(path) <= maxPath {
		slot.Store(&parsedPath{string(path), link})
	}
	return link, ok
}
