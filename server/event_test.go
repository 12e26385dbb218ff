package server

import (
	"encoding/hex"
	"reflect"
	"testing"
	"time"
)

// eventBook is an EventStore of one event.
type eventBook struct {
	hash    [16]byte
	at      int64
	payload []byte
}

func (b *eventBook) Event(hash [16]byte, dst []byte) ([]byte, int64, error) {
	if hash != b.hash {
		return dst, 0, nil
	}
	return append(dst, b.payload...), b.at, nil
}

func (b *eventBook) PutEvents(_ bool, fill func(put func(hash [16]byte, at int64, payload []byte))) error {
	fill(func(hash [16]byte, at int64, payload []byte) { b.hash, b.at, b.payload = hash, at, payload })
	return nil
}

// TestEventsAreFrozen fails when an event is known by another hash or kept in
// another form: what came before would come again.
func TestEventsAreFrozen(t *testing.T) {
	book := &eventBook{}
	s := &Server{config: Config{Events: book}}
	e := newEvent(time.UnixMilli(1_795_435_200_000), "event", "/erp", "a7")
	// printf '\0\0\0\0\0\0\0\5event\0\0\0\0\0\0\0\4/erp\0\0\0\0\0\0\0\2a7' | sha256sum
	if got := hex.EncodeToString(e.hash[:]); got != "feb36c44195f0bcaaf92df5751c9c06f" {
		t.Errorf("known by %s", got)
	}
	for _, c := range []struct {
		status int
		answer string
		want   string
	}{
		{0, "", "0a1000000000000000000000000000000000"},
		{200, "ok", "0a100000000000000000000000000000000010c8011a026f6b"},
	} {
		e.status, e.answer = c.status, nil
		if c.answer != "" {
			e.answer = []byte(c.answer)
		}
		if err := s.remember(true, e); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(book.payload); got != c.want {
			t.Errorf("kept as %s, want %s", got, c.want)
		}
		book.payload = append(book.payload, 0xf8, 0x07, 0x2a) // a field of a later release
		again := newEvent(time.UnixMilli(1), "event", "/erp", "a7")
		back, came, err := s.recall(again)
		if err != nil || !came || !reflect.DeepEqual(back, e) {
			t.Errorf("read back as %+v, %v, %v; want %+v", back, came, err, e)
		}
	}
	if other, came, err := s.recall(newEvent(e.received, "event", "/er", "pa7")); came || err != nil || other.hash == e.hash {
		t.Errorf("another one: %+v %v %v", other, came, err)
	}
}
