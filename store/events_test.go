package store

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestEventsAreKeptAndPruned(t *testing.T) {
	s, files := memory(t)
	hour := time.Hour.Milliseconds()
	hash := func(i int) [16]byte { return [16]byte{byte(i >> 8), byte(i), 7} }
	const events = 3 * pruneBatch // ten an hour
	err := s.PutEvents(true, func(put func([16]byte, int64, []byte)) {
		for i := range events {
			put(hash(i), int64(i/10)*hour+1, []byte{byte(i)})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	b.Put(EventKey(nil, hash(events)), []byte("damaged"))
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	if payload, at, err := s.Event(hash(25), []byte("x")); string(payload) != "x\x19" || at != 2*hour+1 || err != nil {
		t.Errorf("%q %d %v", payload, at, err)
	}
	if payload, at, err := s.Event([16]byte{1: 1}, nil); len(payload) != 0 || at != 0 || err != nil {
		t.Errorf("one that never came: %q %d %v", payload, at, err)
	}
	if payload, at, err := s.Event(hash(events), nil); len(payload) != 0 || at != 0 || err != nil || s.Alarms() != 1 {
		t.Errorf("a damaged one: %q %d %v, %d alarms", payload, at, err, s.Alarms())
	}
	s = reopen(t, files.CrashClone(vfs.CrashCloneCfg{}))
	left := func() (n int, oldest int64) {
		oldest = 1 << 62
		err := s.Each([]byte{KindEvent}, func(key, value []byte) error {
			at, _, err := Unseal(value, KindEvent, key)
			n, oldest = n+1, min(oldest, at)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, oldest
	}
	for _, step := range []struct {
		before     int64
		most       int
		removed, n int
		oldest     int64
	}{
		{0, events, 1, events, 1}, // the damaged one
		{100 * hour, events, 1000, 2000, 100*hour + 1},
		{0, 2000, 0, 2000, 100*hour + 1},
		{0, 1999, 10, 1990, 101*hour + 1},
		{0, 15, 1980, 10, 299*hour + 1},
		{400 * hour, 15, 10, 0, 1 << 62},
	} {
		removed, err := s.PruneEvents(step.before, step.most)
		n, oldest := left()
		if err != nil || removed != step.removed || n != step.n || oldest != step.oldest {
			t.Errorf("before %d, at most %d: removed %d, left %d from %d on, %v; want %+v", step.before, step.most, removed, n, oldest, err, step)
		}
	}
}

// TestEventsAreFrozen fails when the key or the envelope of an event changes.
func TestEventsAreFrozen(t *testing.T) {
	s, _ := memory(t)
	err := s.PutEvents(true, func(put func([16]byte, int64, []byte)) { put([16]byte{15: 9}, 5, []byte{0x10, 0x01}) })
	if err != nil {
		t.Fatal(err)
	}
	key := EventKey(nil, [16]byte{15: 9})
	value, err := s.Get(key, nil)
	if got := hex.EncodeToString(key) + " " + hex.EncodeToString(value); err != nil ||
		got != "4500000000000000000000000000000009 01451145000000000000000000000000000000090000000000000005100172f47e78" {
		t.Error(got, err)
	}
}
