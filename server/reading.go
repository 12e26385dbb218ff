package server

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
)

// Limits of the table of readings.
const (
	readingTime   = 10 * time.Second
	readingShards = 256
	maxReadings   = 1_000_000
)

// reading is the opens of one mail by one recipient in one client within ten
// seconds. It is decided once, by whoever comes first; the others wait for
// that and only compose.
type reading struct {
	key       []byte // full, compared on every look-up
	at        time.Time
	era       uint32 // of the table
	id        [8]byte
	published *Published // as of its first open: a publishing in between changes nothing

	answered positions // that were opened
	fallen   positions // that showed their fallback, whatever was decided

	once      sync.Once
	kept      atomic.Bool // what it shows is noted
	failed    bool        // deciding panicked: the fallback serves
	local     bool        // the recipient could not be read in time
	stale     bool        // a source that the campaign uses is away
	trust     rules.Trust
	consent   rules.Consent
	country   string // where it was opened; "": unknown, or not to be recorded
	signals   rules.Signals
	decisions []rules.Decision
	texts     []atomic.Pointer[rules.Resolved] // by position, resolved when asked for
	digests   []atomic.Uint64                  // by position, of the picture as it is kept; 0: not opened yet
	deciders  *sync.Pool                       // the server's
}

// positions is a set of a campaign's positions, safe for concurrent use.
type positions [2]atomic.Uint64

// add puts a position in and reports whether it was not there yet.
func (p *positions) add(position int) bool {
	bit := uint64(1) << (position % 64)
	return p[position/64].Or(bit)&bit == 0
}

// has reports whether a position is there.
func (p *positions) has(position int) bool {
	return p[position/64].Load()>>(position%64)&1 == 1
}

// all reports whether the first n positions, and so all of a campaign's, are there.
func (p *positions) all(n int) bool {
	return bits.OnesCount64(p[0].Load())+bits.OnesCount64(p[1].Load()) >= n
}

// resolveAll resolves all positions: most are drawn soon, and all are kept as
// shown. What panics is resolved when it is asked for, and panics there.
func (r *reading) resolveAll(decider *rules.Decider) {
	defer func() { _ = recover() }()
	all := make([]rules.Resolved, len(r.decisions))
	decider.ResolveAll(r.published.Campaign, &r.signals, r.decisions, func(i int, texts rules.Resolved) {
		all[i] = texts
		r.texts[i].Store(&all[i])
	})
}

// resolved returns what is drawn of a position that was decided. It follows from
// the signals and the decision alone, so whoever asks first may resolve it; the
// others see the same.
func (r *reading) resolved(at int) *rules.Resolved {
	if texts := r.texts[at].Load(); texts != nil {
		return texts
	}
	decider := r.deciders.Get().(*rules.Decider)
	defer r.deciders.Put(decider)
	texts := decider.Resolve(r.published.Campaign, &r.signals, &r.decisions[at])
	r.texts[at].CompareAndSwap(nil, &texts)
	return r.texts[at].Load()
}

// readings is the table of readings under way, in shards. A shard's lock
// covers the look-up only.
type readings struct {
	seed   maphash.Seed
	era    atomic.Uint32 // grows when all end
	shards [readingShards]readingShard
}

type readingShard struct {
	mu    sync.Mutex
	byKey map[uint64]*reading
	queue []queued // oldest first
	head  int
}

type queued struct {
	hash uint64
	at   time.Time
}

func newReadings() *readings {
	t := &readings{seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].byKey = map[uint64]*reading{}
	}
	return t
}

// len is how many readings are in the table.
func (t *readings) len() int {
	n := 0
	for i := range t.shards {
		shard := &t.shards[i]
		shard.mu.Lock()
		n += len(shard.byKey)
		shard.mu.Unlock()
	}
	return n
}

// end ends all readings: every next open begins one.
func (t *readings) end() {
	t.era.Add(1)
	for i := range t.shards {
		shard := &t.shards[i]
		shard.mu.Lock()
		clear(shard.byKey)
		shard.queue, shard.head = nil, 0
		shard.mu.Unlock()
	}
}

// join returns the reading an open belongs to: the one under way, or a new one
// where there is none, where it is over, or where it has answered this
// position already, so that a reload always decides anew.
func (t *readings) join(open *Open, published *Published, position int) *reading {
	var buffer [256]byte
	key := readingKey(buffer[:0], open, published)
	hash := maphash.Bytes(t.seed, key)
	shard := &t.shards[hash%readingShards]

	shard.mu.Lock()
	defer shard.mu.Unlock()
	if r, ok := shard.byKey[hash]; ok && string(r.key) == string(key) && t.underWay(r, open.At) && r.answered.add(position) {
		shard.leave(hash, r)
		return r
	}
	r := &reading{key: append([]byte(nil), key...), at: open.At, era: t.era.Load(), published: published}
	binary.BigEndian.PutUint64(r.id[:], hash^uint64(open.At.UnixNano()))
	r.answered.add(position)
	shard.add(hash, r)
	shard.leave(hash, r)
	return r
}

// joined takes a reading that answered one more position, found elsewhere, out of the
// table where that was the last.
func (t *readings) joined(r *reading) {
	if !r.answered.all(r.published.Positions) {
		return
	}
	hash := maphash.Bytes(t.seed, r.key)
	shard := &t.shards[hash%readingShards]
	shard.mu.Lock()
	shard.leave(hash, r)
	shard.mu.Unlock()
}

// leave takes a reading out that has answered all positions: nobody joins it any more.
func (s *readingShard) leave(hash uint64, r *reading) {
	if s.byKey[hash] == r && r.answered.all(r.published.Positions) {
		delete(s.byKey, hash)
	}
}

// underWay reports whether an open now may still join a reading.
func (t *readings) underWay(r *reading, now time.Time) bool {
	return r.era == t.era.Load() && now.Sub(r.at) < readingTime && !now.Before(r.at)
}

// add puts r in the shard and lets those that are over, or too many, go.
func (s *readingShard) add(hash uint64, r *reading) {
	for s.head < len(s.queue) {
		oldest := s.queue[s.head]
		over := r.at.Sub(oldest.at) >= readingTime
		if !over && len(s.queue)-s.head < maxReadings/readingShards {
			break
		}
		if old, ok := s.byKey[oldest.hash]; ok && old.at.Equal(oldest.at) {
			delete(s.byKey, oldest.hash)
		}
		s.head++
	}
	if s.head > len(s.queue)/2 {
		s.queue = append(s.queue[:0], s.queue[s.head:]...)
		s.head = 0
	}
	s.byKey[hash] = r
	s.queue = append(s.queue, queued{hash, r.at})
}

// readingKey appends what makes two opens one reading: campaign, send,
// recipient with its trust (of the anonymous the address), client and its
// system, locale and the declared parameters. Every text is length-prefixed.
func readingKey(dst []byte, open *Open, published *Published) []byte {
	text := func(s string) {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	text(published.ID)
	text(open.Send)
	dst = append(dst, byte(open.Trust), byte(open.Client.Class))
	if open.Trust == rules.Anonymous {
		address := open.Address.As16()
		dst = append(dst, address[:]...)
	} else {
		text(open.Recipient)
	}
	text(open.Client.App)
	text(open.Client.OS)
	text(open.Locale)
	for _, p := range open.Parameters {
		text(p.Name)
		text(p.Value)
		dst = append(dst, flag(p.Sealed))
	}
	return dst
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}
