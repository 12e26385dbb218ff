package server

import (
	"fmt"
	"hash/maphash"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/ristretto/v2"

	"example.com/opentime/render"
)

// memory holds images by a key, the last used up to a number of bytes. It is a
// hint: it may drop anything at any time. It is safe for concurrent use.
type memory struct {
	seed  maphash.Seed
	cache *ristretto.Cache[uint64, *remembered]

	hits, misses, evicted atomic.Uint64
}

// remembered is an image with its whole key, compared on every read: a 64-bit
// hash is no proof.
type remembered struct {
	key    string
	image  render.Image
	digest uint64 // of the key, as records carry it

	sent atomic.Uint32 // how often, without a file
	file atomic.Pointer[imageFile]
}

// remember returns an image under its key.
func remember(key string, image render.Image) *remembered {
	return &remembered{key: key, image: image, digest: digest([]byte(key))}
}

// memoryItems is about how many images a memory holds at most.
const memoryItems = 50_000

func newMemory(bytes int64) (*memory, error) {
	m := &memory{seed: maphash.MakeSeed()}
	cache, err := ristretto.NewCache(&ristretto.Config[uint64, *remembered]{
		NumCounters: 10 * memoryItems, MaxCost: bytes, BufferItems: 64,
		OnEvict: func(*ristretto.Item[*remembered]) { m.evicted.Add(1) },
	})
	if err != nil {
		return nil, fmt.Errorf("make memory of images: %w", err)
	}
	m.cache = cache
	return m, nil
}

// get returns what is kept under key, nil if there is nothing.
func (m *memory) get(key []byte) *remembered {
	if r, ok := m.cache.Get(maphash.Bytes(m.seed, key)); ok && r.key == string(key) {
		m.hits.Add(1)
		return r
	}
	m.misses.Add(1)
	return nil
}

// keep keeps an image for a time or, if that is 0, for as long as there is room.
func (m *memory) keep(r *remembered, during time.Duration) {
	cost := int64(len(r.image.Bytes) + len(r.key) + 64)
	m.cache.SetWithTTL(maphash.String(m.seed, r.key), r, cost, during)
}

// bytes is about how many are held.
func (m *memory) bytes() int64 { return m.cache.MaxCost() - m.cache.RemainingCost() }

func (m *memory) close() { m.cache.Close() }
