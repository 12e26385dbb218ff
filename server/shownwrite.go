package server

import (
	"fmt"
	"time"
)

// shownRoom is what writing needs room for, used again.
type shownRoom struct {
	one     shownDraft
	message []byte // of readings
	payload []byte
	puts    []shownPut
}

// mostRoom is how many bytes of room are kept from one writing to the next.
const mostRoom = 4 << 20

// shownPut is a value to be written.
type shownPut struct {
	key  shownKey
	at   int64
	to   int // where it ends in the payload
	last lastShown
}

// freshReading is what decides whether a reading has to be written.
type freshReading struct {
	at    int64
	keep  time.Duration
	noted bool
	sum   [2]uint64
}

// write writes readings, but for those that show what was written just before.
func (b *shownBook) write(writing map[shownKey][]waiting) error {
	room := &b.room
	room.payload, room.puts = room.payload[:0], room.puts[:0]
	if cap(room.message) > mostRoom || cap(room.payload) > mostRoom {
		*room = shownRoom{}
	}
	for key, readings := range writing {
		if err := b.collect(key, readings); err != nil {
			return err
		}
	}
	if len(room.puts) == 0 {
		return nil
	}
	err := b.store.PutShown(func(put func(recipient, campaign, send string, at int64, payload []byte)) {
		from := 0
		for i := range room.puts {
			p := &room.puts[i]
			put(p.key.recipient, p.key.campaign, p.key.send, p.at, room.payload[from:p.to])
			from = p.to
		}
	})
	if err != nil {
		return fmt.Errorf("write shown: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range room.puts {
		b.last.put(room.puts[i].key, room.puts[i].last)
	}
	clear(room.puts) // lets go of its texts
	return nil
}

// collect adds to the payload what is to be written under a key, if anything is.
func (b *shownBook) collect(key shownKey, readings []waiting) error {
	room := &b.room
	b.mu.Lock()
	last, wrote := b.last.find(key)
	b.mu.Unlock()
	room.message = room.message[:0]
	var kept []shownReading
	anew := false
	for i := range readings {
		if !show(&readings[i], &room.one) {
			continue
		}
		one := &room.one.shownReading
		f := freshReading{at: one.At, keep: readings[i].keep, noted: readings[i].kept != nil}
		begin := len(room.message)
		room.message = encodeShownAt(room.message, one)
		content := len(room.message)
		room.message = encodeContent(room.message, one)
		f.sum = b.last.sum(room.message[content:])
		if !anew && wrote && b.last.repeats(&last, &f) {
			last.at, last.reading = one.At, one.Reading
			room.message = room.message[:begin]
			continue
		}
		if !anew {
			var err error
			if kept, err = b.stored(key); err != nil {
				return err
			}
			if anew = true; wrote {
				kept = last.lay(kept)
			}
		}
		readings[i].tell(one)
		one.Message = room.message[begin:len(room.message):len(room.message)]
		kept = merge(kept, one)
		one.Positions = nil // they are kept's now
		last = lastShown{
			sum: f.sum, keep: f.keep, noted: f.noted, trial: b.last.trial,
			written: f.at, as: one.Reading, at: f.at, reading: one.Reading,
		}
	}
	if !anew && wrote {
		last.oldest = last.at - last.keep.Milliseconds()
		b.mu.Lock()
		b.last.put(key, last)
		b.mu.Unlock()
		return nil
	}
	if kept = recent(kept, readings[len(readings)-1].keep); anew && len(kept) > 0 {
		room.payload = encodeShown(room.payload, kept)
		room.puts = append(room.puts, shownPut{key, kept[len(kept)-1].At, len(room.payload), last})
	}
	return nil
}

// tell says once what a reading shows: it may be written again, where the store
// fails.
func (w *waiting) tell(shown *shownReading) {
	if w.kept != nil && !w.told {
		w.kept(shown)
		w.told = true
	}
}
