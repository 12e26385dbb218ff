package store

import (
	"hash/crc32"
	"slices"
	"sync"
)

// Sizes of a table of mails.
const (
	mailsShards = 64
	mailsSlots  = 512 // of a shard
	mostMails   = 31  // of a recipient
)

// mails knows of some recipients which mails something is kept of: nothing has to be
// read then before what a new one shows is written. Each recipient has one slot and takes
// it from another.
type mails struct {
	shards [mailsShards]mailsShard
}

type mailsShard struct {
	mu      sync.Mutex
	changed uint64 // grows whenever something is written of what a mail showed
	slots   [mailsSlots]mailsSlot
}

// mailsSlot is what is known of a recipient.
type mailsSlot struct {
	h     Hash
	known bool
	many  bool // more than have room: of none it is known that nothing is kept
	n     uint8
	marks [mostMails]mailMark
}

// mailMark stands for a mail, a campaign's send. Others may have the same: then they are
// read for nothing.
type mailMark uint16

// markOf is the mark of a mail, by the key of what it showed.
func markOf(key []byte) mailMark {
	sum := crc32.Checksum(key[kindAt+1:], castagnoli)
	return mailMark(sum ^ sum>>16)
}

// slot is where a recipient would be. Its shard's lock is to be held.
func (m *mails) slot(h Hash) (*mailsShard, *mailsSlot) {
	s := &m.shards[h[0]%mailsShards]
	return s, &s.slots[(int(h[1])<<8|int(h[2]))%mailsSlots]
}

// changes is what learn must be given by who reads after it.
func (m *mails) changes(h Hash) uint64 {
	s, _ := m.slot(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// learn takes in the marks of all mails that something is kept of, or of more than have
// room, unless something was written meanwhile.
func (m *mails) learn(h Hash, marks []mailMark, changes uint64) {
	s, slot := m.slot(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed != changes {
		return
	}
	*slot = mailsSlot{h: h, known: true, many: len(marks) > mostMails}
	if !slot.many {
		slot.n = uint8(copy(slot.marks[:], marks))
	}
}

// find reports whether something is known of a recipient's mails, and whether that is
// that nothing is kept of one.
func (m *mails) find(h Hash, mark mailMark) (known, none bool) {
	s, slot := m.slot(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slot.known || slot.h != h {
		return false, false
	}
	return true, !slot.many && !slices.Contains(slot.marks[:slot.n], mark)
}

// wrote takes in that something may have been written of what a mail showed.
func (m *mails) wrote(h Hash, mark mailMark) {
	s, slot := m.slot(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed++
	if !slot.known || slot.h != h || slot.many || slices.Contains(slot.marks[:slot.n], mark) {
		return
	}
	if slot.many = slot.n == mostMails; !slot.many {
		slot.marks[slot.n] = mark
		slot.n++
	}
}
