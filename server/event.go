package server

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of an event, written down in store/README.md and never reused.
const (
	eventDigest protowire.Number = 1 // of what was sent, 16 bytes
	eventStatus protowire.Number = 2 // of the answer; none: not answered yet
	eventAnswer protowire.Number = 3
)

// EventStore keeps what came before.
type EventStore interface {
	// Event appends to dst the payload kept of an event, and returns when it came
	// first, in Unix ms; 0 where it did not.
	Event(hash [16]byte, dst []byte) (payload []byte, at int64, err error)
	// PutEvents writes the events that fill puts, all or nothing. With sync it
	// returns once they would survive a loss of power. Payloads are copied.
	PutEvents(sync bool, fill func(put func(hash [16]byte, at int64, payload []byte))) error
}

// KeepEvents is for how long it is known that something came before.
const KeepEvents = 30 * 24 * time.Hour

// event is something that comes once, and again where its sender did not hear
// that it arrived.
type event struct {
	hash     [16]byte
	received time.Time // the first time
	digest   [16]byte  // of what was sent then
	status   int       // of the answer; 0: it was never answered
	answer   []byte
}

// cameBefore says why something is ignored.
const cameBefore = "came before"

// newEvent is an event that comes now, known by what it is and its names.
func newEvent(now time.Time, what string, names ...string) event {
	return event{hash: hashOf(append([]string{what}, names...)...), received: now}
}

// hashOf is the first 16 bytes of the SHA-256 of parts, each with its length
// before it.
func hashOf(parts ...string) [16]byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return [16]byte(h.Sum(nil))
}

// recall returns an event as it came first; false if it did not come before.
func (s *Server) recall(e event) (event, bool, error) {
	payload, at, err := s.config.Events.Event(e.hash, nil)
	if err != nil || at == 0 {
		return e, false, err
	}
	e.received = time.UnixMilli(at)
	err = fields(string(payload), func(f wireField) error {
		switch {
		case f.number == eventDigest && len(f.text) == len(e.digest):
			copy(e.digest[:], f.text)
		case f.number == eventStatus:
			e.status = int(f.n)
		case f.number == eventAnswer:
			e.answer = []byte(f.text)
		}
		return nil
	})
	return e, true, err
}

// remember keeps events. With sync it returns once they would survive a loss of
// power.
func (s *Server) remember(sync bool, events ...event) error {
	return s.config.Events.PutEvents(sync, func(put func(hash [16]byte, at int64, payload []byte)) {
		for i := range events {
			put(events[i].hash, events[i].received.UnixMilli(), events[i].payload())
		}
	})
}

// payload is what is kept of an event.
func (e *event) payload() []byte {
	p := bytesOf(nil, eventDigest, e.digest[:])
	return bytesOf(number(p, eventStatus, uint64(e.status)), eventAnswer, e.answer)
}
