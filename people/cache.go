package people

import (
	"hash/maphash"
	"slices"
	"sync"

	"example.com/opentime/rules"
)

// Sizes of a cache.
const (
	cacheShards = 64
	cacheSize   = 128 << 10 // entries of all shards together
	cacheBytes  = 128 << 20 // of histories in them
)

// stripes is how many recipients can be written at once.
const stripes = 64

// entry is what is known of a recipient. An entry is never changed.
type entry struct {
	profile *rules.Profile // nil: nothing is known
	until   int64          // Unix ms: when an attribute ages; 0: never
	alias   [16]byte
	past    *Past // as it is kept, also where no event is left; nil: none is
	bytes   int   // that it takes
}

// add gives an entry a history, of which the profile tells what there is.
func (e *entry) add(past *Past) {
	if e.past = past; past == nil {
		return
	}
	if e.bytes = len(past.text); past.events > 0 {
		e.profile.Past = past
	}
}

// cache keeps entries by the whole id. Where a shard is full any other goes.
type cache struct {
	seed   maphash.Seed
	shards [cacheShards]shard
}

type shard struct {
	mu      sync.Mutex
	entries map[string]*entry
	bytes   int    // that histories take
	changes uint64 // grows with every write, so that what was read before is not kept after it
}

func newCache() *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].entries = map[string]*entry{}
	}
	return c
}

func (c *cache) shard(id string) *shard {
	return &c.shards[maphash.String(c.seed, id)%cacheShards]
}

// find returns the entry of an id, nil if there is none, and what keep must be
// given with the one that was read instead.
func (c *cache) find(id string) (*entry, uint64) {
	s := c.shard(id)
	s.mu.Lock()
	e, changes := s.entries[id], s.changes
	s.mu.Unlock()
	return e, changes
}

// keep caches an entry, unless its shard changed since find.
func (c *cache) keep(id string, e *entry, changes uint64) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == changes {
		s.put(id, e)
	}
}

// replace caches an entry that has just been written: what was read before is not
// kept after it.
func (c *cache) replace(id string, e *entry) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	s.put(id, e)
}

// put takes an entry in, and drops others where there is no room.
func (s *shard) put(id string, e *entry) {
	s.drop(id)
	if !s.hasRoom(e) {
		for other := range s.entries {
			s.drop(other)
			if s.hasRoom(e) {
				break
			}
		}
	}
	s.entries[id] = e
	s.bytes += e.bytes
}

// hasRoom reports whether an entry can be taken in as it is.
func (s *shard) hasRoom(e *entry) bool {
	return len(s.entries) < cacheSize/cacheShards && s.bytes+e.bytes <= cacheBytes/cacheShards
}

// drop takes an entry out.
func (s *shard) drop(id string) {
	if e := s.entries[id]; e != nil {
		s.bytes -= e.bytes
		delete(s.entries, id)
	}
}

// drop forgets an id.
func (c *cache) drop(id string) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
	s.changes++
}

// remember gives who is in the cache another history. Whoever writes it has the
// recipient's lock, so that the rest of the entry is as it is kept.
func (c *cache) remember(id string, past *Past) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	old := s.entries[id]
	if old == nil || old.profile == nil {
		s.drop(id) // who nothing was known of has a profile now
		return
	}
	profile := *old.profile
	e := &entry{profile: &profile, until: old.until}
	e.add(past)
	s.put(id, e)
}

// clear forgets everybody.
func (c *cache) clear() {
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		clear(s.entries)
		s.bytes = 0
		s.changes++
		s.mu.Unlock()
	}
}

// lock keeps others from writing these recipients until the function it returns
// is called. Locks are taken in one order, so that nobody waits for ever.
func (p *Profiles) lock(ids ...string) (unlock func()) {
	var wanted []int
	for _, id := range ids {
		wanted = append(wanted, int(maphash.String(p.cache.seed, id)%stripes))
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	for _, i := range wanted {
		p.writing[i].Lock()
	}
	return func() {
		for _, i := range wanted {
			p.writing[i].Unlock()
		}
	}
}
