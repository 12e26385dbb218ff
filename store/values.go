package store

import (
	"bytes"
	"errors"
	"fmt"
)

// PutRecipients writes the values that fill puts, all or nothing, but none of
// recipients who were forgotten. With sync it returns once they would survive a
// loss of power. Payloads are copied.
func (s *Store) PutRecipients(sync bool, fill func(put func(id string, kind byte, at int64, payload []byte))) error {
	b := s.newBatch(!sync)
	defer s.leaveBatch(b)
	s.putting.RLock()
	defer s.putting.RUnlock()
	s.putRecipients(b, fill)
	return s.Apply(b)
}

// putRecipients collects what fill puts; s.putting is held until it is applied.
func (s *Store) putRecipients(b *Batch, fill func(put func(id string, kind byte, at int64, payload []byte))) {
	var key, full []byte
	fill(func(id string, kind byte, at int64, payload []byte) {
		h := s.H(s.sender, id)
		if s.isForgotten(h) {
			return
		}
		key = RecipientKey(key[:0], h, kind)
		full = FullKey(full[:0], id, kind)
		b.seal(key, kind, full, at, payload)
	})
}

// Recipients calls each for every value kept under kind, until it returns an
// error, which Recipients then returns. Damaged ones are left out. What is
// passed on is valid during the call only.
func (s *Store) Recipients(kind byte, each func(at int64, payload []byte) error) error {
	const length = 1 + len(Hash{}) + 1
	return s.Each([]byte{KindRecipient}, func(key, value []byte) error {
		if len(key) != length || key[length-1] != kind {
			return nil
		}
		full, at, payload := unseal(value, kind)
		if full == nil || s.keyOf(full) != Hash(key[1:length-1]) {
			s.alarms.Add(1)
			return nil
		}
		return each(at, payload)
	})
}

// Owners calls each for every value kept under kind, with whose it is, until it returns
// an error, which Owners then returns. Damaged ones are left out. The payload is valid
// during the call only.
func (s *Store) Owners(kind byte, each func(id string, payload []byte) error) error {
	return s.Each([]byte{KindRecipient}, func(key, value []byte) error {
		if len(key) != kindAt+1 || key[kindAt] != kind {
			return nil
		}
		full, _, payload := unseal(value, kind)
		if full == nil || s.keyOf(full) != Hash(key[1:kindAt]) {
			s.alarms.Add(1)
			return nil
		}
		id, _, _ := bytes.Cut(full[1:], []byte{0})
		return each(string(id), payload)
	})
}

// Histories calls each for every history that is kept, with whose it is and the payload
// of their consent, nil without one, until it returns an error, which Histories
// then returns. Damaged ones are left out; a consent that is damaged has no payload,
// and is not nil. What is passed on is valid during the call only.
func (s *Store) Histories(each func(id string, consent []byte, at int64, payload []byte) error) error {
	const length = kindAt + 1
	var of Hash
	var consent []byte
	return s.Each([]byte{KindRecipient}, func(key, value []byte) error {
		if len(key) != length || key[kindAt] != KindConsent && key[kindAt] != KindHistory {
			return nil
		}
		h := Hash(key[1:kindAt])
		full, at, payload := unseal(value, key[kindAt])
		whole := full != nil && s.keyOf(full) == h
		if !whole {
			s.alarms.Add(1)
		}
		switch {
		case key[kindAt] == KindConsent && whole:
			of, consent = h, append(consent[:0], payload...)
			return nil
		case key[kindAt] == KindConsent:
			of, consent = h, []byte{}
			return nil
		case !whole:
			return nil
		case of != h:
			consent = nil
		}
		id, _, _ := bytes.Cut(full[1:], []byte{0})
		return each(string(id), consent, at, payload)
	})
}

// keyOf returns the hash of the recipient whose full key this is.
func (s *Store) keyOf(full []byte) Hash {
	id, _, _ := bytes.Cut(full[1:], []byte{0})
	return s.H(s.sender, string(id))
}

// Shown appends to dst what is kept of a send of a campaign that a recipient
// was shown; where there is none, or it is damaged, it returns dst as it is.
func (s *Store) Shown(recipient, campaign, send string, dst []byte) ([]byte, error) {
	h := s.H(s.sender, recipient)
	if s.unshown.has(h) && s.engine.Load() != nil && !s.Failed() {
		return dst, nil
	}
	key := ShownKey(make([]byte, 0, 128), h, campaign, send)
	payload, _, err := s.read(key, KindShown, fullShownKey(make([]byte, 0, 192), recipient, campaign, send), dst)
	if errors.Is(err, ErrDamaged) {
		return payload, nil
	}
	return payload, err
}

// ShownTo calls each for what is kept of every campaign and send that a recipient was
// shown, until it returns an error, which ShownTo then returns. What is damaged is left
// out. A payload is valid during the call only.
func (s *Store) ShownTo(recipient string, each func(campaign, send string, payload []byte) error) error {
	prefix := RecipientKey(nil, s.H(s.sender, recipient), KindShown)
	return s.Each(prefix, func(key, value []byte) error {
		campaign, send, _ := bytes.Cut(key[len(prefix):], []byte{0})
		_, payload, err := Unseal(value, KindShown, fullShownKey(nil, recipient, string(campaign), string(send)))
		if err != nil {
			s.alarms.Add(1)
			return nil //nolint:nilerr // left out and counted
		}
		return each(string(campaign), string(send), payload)
	})
}

// PutShown writes what fill puts in one batch, without waiting for the disk, but
// none of recipients who were forgotten. Payloads are copied.
func (s *Store) PutShown(fill func(put func(recipient, campaign, send string, at int64, payload []byte))) error {
	b := s.newBatch(true)
	defer s.leaveBatch(b)
	var key, full []byte
	var hashes []Hash
	s.putting.RLock()
	defer s.putting.RUnlock()
	defer func() {
		for _, h := range hashes {
			s.unshown.drop(h)
		}
	}()
	fill(func(recipient, campaign, send string, at int64, payload []byte) {
		h := s.H(s.sender, recipient)
		if s.isForgotten(h) {
			return
		}
		hashes = append(hashes, h)
		key = ShownKey(key[:0], h, campaign, send)
		full = fullShownKey(full[:0], recipient, campaign, send)
		b.seal(key, KindShown, full, at, payload)
	})
	return s.Apply(b)
}

// Facts calls each for every fact kept of items, until it returns an error,
// which Facts then returns. Damaged ones are left out. What is passed on is
// valid during the call only.
func (s *Store) Facts(each func(item, place string, at int64, payload []byte) error) error {
	return s.Each([]byte{KindFact}, func(key, value []byte) error {
		at, payload, err := Unseal(value, KindFact, key)
		if err != nil {
			s.alarms.Add(1)
			return nil //nolint:nilerr // left out and counted
		}
		item, place, _ := bytes.Cut(key[1:], []byte{0})
		return each(string(item), string(place), at, payload)
	})
}

// PutFacts writes what fill puts, all or nothing, and returns once it would
// survive a loss of power. Payloads are copied.
func (s *Store) PutFacts(fill func(put func(item, place string, at int64, payload []byte))) error {
	var b Batch
	var key []byte
	fill(func(item, place string, at int64, payload []byte) {
		key = FactKey(key[:0], item, place)
		b.seal(key, KindFact, key, at, payload)
	})
	return s.Apply(&b)
}

// read appends the payload kept under key to dst.
func (s *Store) read(key []byte, kind byte, full, dst []byte) ([]byte, int64, error) {
	value, err := s.Get(key, nil)
	if err != nil || len(value) == 0 {
		return dst, 0, err
	}
	at, payload, err := Unseal(value, kind, full)
	if err != nil {
		s.alarms.Add(1)
		return dst, 0, fmt.Errorf("read store: %w", ErrDamaged)
	}
	return append(dst, payload...), at, nil
}
