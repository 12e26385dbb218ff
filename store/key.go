package store

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

// Kinds of values: the letter after a recipient's hash, or the first letter of
// any other key.
const (
	KindAnswer    = 'a'
	KindConsent   = 'c'
	KindHistory   = 'h'
	KindAlias     = 'j'
	KindProfile   = 'p'
	KindShown     = 'w'
	KindRecipient = 'R' // never a value's: what recipients' keys begin with
	KindFact      = 'K'
	KindEvent     = 'E'
	KindForgotten = 'T'
	KindCount     = 'N'
	KindImport    = 'I'
	KindResults   = 'A'
	KindSecret    = 'S'
)

// Hash stands for a recipient in keys.
type Hash [16]byte

// H returns the hash of a sender's recipient: the first 16 bytes of
// HMAC-SHA-256(store secret, sender "\n" id).
func (s *Store) H(sender, id string) Hash {
	mac, ok := s.macs.Get().(hash.Hash)
	if !ok {
		mac = hmac.New(sha256.New, s.secret[:])
	}
	defer s.macs.Put(mac)
	mac.Reset()
	var text [192]byte
	mac.Write(append(append(append(text[:0], sender...), '\n'), id...))
	var sum [sha256.Size]byte
	return Hash(mac.Sum(sum[:0])[:len(Hash{})])
}

// RecipientKey appends the key of a recipient's value. All of a recipient lies
// together, and the id stands in no key: a deleted key lives on in files.
func RecipientKey(dst []byte, h Hash, kind byte) []byte {
	dst = append(dst, KindRecipient)
	dst = append(dst, h[:]...)
	return append(dst, kind)
}

// ShownKey appends the key of what a recipient was shown of a send.
func ShownKey(dst []byte, h Hash, campaign, send string) []byte {
	dst = append(RecipientKey(dst, h, KindShown), campaign...)
	return append(append(dst, 0), send...)
}

// FactKey appends the key of what is known of an item, at a place or, with "",
// of the item itself.
func FactKey(dst []byte, item, place string) []byte {
	dst = append(append(dst, KindFact), item...)
	if place == "" {
		return dst
	}
	return append(append(dst, 0), place...)
}

// EventKey appends the key of an event that was counted, by its hash.
func EventKey(dst []byte, hash [16]byte) []byte {
	return append(append(dst, KindEvent), hash[:]...)
}

// ForgottenKey appends the key that says a recipient was forgotten.
func ForgottenKey(dst []byte, h Hash) []byte {
	return append(append(dst, KindForgotten), h[:]...)
}

// ImportKey appends the key of how far the import of a file is, by the file's hash.
func ImportKey(dst []byte, file [32]byte) []byte {
	return append(append(dst, KindImport), file[:]...)
}

// CountKey appends the key of a campaign's counts of an hour, in UTC hours
// since 1970.
func CountKey(dst []byte, campaign string, hour uint32) []byte {
	dst = append(append(dst, KindCount), campaign...)
	return binary.BigEndian.AppendUint32(append(dst, 0), hour)
}

// FullKey appends the full key of a recipient's value, as its envelope holds it:
// the key with the id in clear, ended by 0x00, in place of the hash.
func FullKey(dst []byte, id string, kind byte) []byte {
	dst = append(append(dst, KindRecipient), id...)
	return append(dst, 0, kind)
}

// fullShownKey appends the full key of what a recipient was shown of a send.
func fullShownKey(dst []byte, id, campaign, send string) []byte {
	dst = append(FullKey(dst, id, KindShown), campaign...)
	return append(append(dst, 0), send...)
}

// loadSecret reads the store's secret, or makes it in an empty store. A store
// that has lost its secret finds nobody any more, so it is not opened.
func (s *Store) loadSecret() error {
	key := []byte{KindSecret}
	value, err := s.Get(key, nil)
	if err != nil {
		return err
	}
	if len(value) > 0 {
		_, payload, err := Unseal(value, KindSecret, key)
		if err != nil || len(payload) != len(s.secret) {
			return fmt.Errorf("its secret: %w; bring the folder back from a copy", ErrDamaged)
		}
		copy(s.secret[:], payload)
		return nil
	}
	empty := errors.New("empty")
	switch err := s.Each(nil, func(_, _ []byte) error { return empty }); {
	case errors.Is(err, empty):
		return errors.New("its secret is missing; bring the folder back from a copy")
	case err != nil:
		return err
	}
	_, _ = rand.Read(s.secret[:]) // never fails
	var b Batch
	b.Put(key, Seal(nil, KindSecret, key, 0, s.secret[:]))
	return s.Apply(&b)
}
