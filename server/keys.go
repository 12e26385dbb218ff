package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
	"time"
)

// SealLength is the length of a seal: "1", the key's kid and 22 characters of
// base64url, which are the first 16 bytes of the MAC.
const SealLength = 24

// Keys are what seals are made and verified with. Keys is never changed and
// is safe for concurrent use.
type Keys struct {
	signs byte
	order []byte // the kids as they were given: the first signs
	keys  map[byte]*key
}

// key is one sealing key. Its MACs are pooled: making a new HMAC costs more
// than the sum itself.
type key struct {
	last time.Time // first instant on which it no longer verifies; zero: never
	macs sync.Pool // of *mac
}

// mac sums one message at a time. The message and the sum are its own, so that
// sealing allocates nothing.
type mac struct {
	hash.Hash
	message []byte
	sum     [sha256.Size]byte
}

// Key is one of Keys as it may be shown: all but its secret.
type Key struct {
	Kid     string // a letter or digit
	Signs   bool
	LastDay time.Time // on which it verifies (UTC); zero: it never ends
	Print   string    // tells keys apart that are called the same: of their secrets' MAC, 8 characters
}

// List returns the keys in the order they were given: the first signs.
func (k *Keys) List() []Key {
	list := make([]Key, 0, len(k.order))
	for _, kid := range k.order {
		one := k.keys[kid]
		shown := Key{Kid: string(kid), Signs: kid == k.signs}
		if !one.last.IsZero() {
			shown.LastDay = one.last.AddDate(0, 0, -1)
		}
		m := one.macs.Get().(*mac)
		m.Reset()
		m.Write([]byte("print"))
		shown.Print = hex.EncodeToString(m.Sum(m.sum[:0])[:4])
		one.macs.Put(m)
		list = append(list, shown)
	}
	return list
}

// CanSign says why the key that signs cannot any more at now; nil where it can.
// Whoever makes seals that are to last asks first.
func (k *Keys) CanSign(now time.Time) error {
	if k.keys[k.signs].over(now) {
		return fmt.Errorf("key %q signs, and its last day was %s", string(k.signs), k.keys[k.signs].last.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return nil
}

// over reports whether a key verifies nothing any more.
func (k *key) over(now time.Time) bool { return !k.last.IsZero() && !now.Before(k.last) }

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// Seal returns what proves id in a link of sender: 24 characters.
func (k *Keys) Seal(sender, id string) string {
	return k.sign(func(dst []byte) []byte { return recipientMessage(dst, sender, id) })
}

// Verify reports whether seal proves id at now.
func (k *Keys) Verify(sender, id, seal string, now time.Time) bool {
	return k.Check(sender, id, seal, now) == Verified
}

// Check says what a seal of id is at now. It takes the same time whatever is
// wrong with a seal whose key is known, and never says what would have been
// right.
func (k *Keys) Check(sender, id, seal string, now time.Time) SealState {
	return k.check(seal, now, func(dst []byte) []byte { return recipientMessage(dst, sender, id) })
}

// SealState is what a seal turns out to be.
type SealState uint8

// The states of seals: all but the first prove nothing.
const (
	Verified   SealState = iota
	Over                 // right, by a key whose last day has passed
	Wrong                // not what its key makes for this sender and this id or these parameters
	UnknownKey           // by a key that is not there, or no seal at all
)

// sealStates are the states' words, labels of a metric: never changed.
var sealStates = [...]string{"verified", "over", "wrong", "unknown-key"}

// String returns the state's word.
func (s SealState) String() string { return sealStates[s] }

// SealParameters returns what proves the parameters of id's links: 24
// characters. They are those of a campaign's declared ones that stand in the
// link, in any order, their values as ParseLink reads them.
func (k *Keys) SealParameters(sender, id string, parameters []Parameter) string {
	sorted := byName(parameters)
	return k.sign(func(dst []byte) []byte { return parametersMessage(dst, sender, id, sorted) })
}

// VerifyParameters reports whether seal proves the parameters at now, as Verify
// does an id.
func (k *Keys) VerifyParameters(sender, id string, parameters []Parameter, seal string, now time.Time) bool {
	sorted := byName(parameters)
	return k.check(seal, now, func(dst []byte) []byte { return parametersMessage(dst, sender, id, sorted) }) == Verified
}

func recipientMessage(dst []byte, sender, id string) []byte {
	dst = append(dst, "r1\n"...)
	dst = append(dst, sender...)
	dst = append(dst, '\n')
	return append(dst, id...)
}

func parametersMessage(dst []byte, sender, id string, parameters []Parameter) []byte {
	dst = append(dst, "x1\n"...)
	dst = append(dst, sender...)
	dst = append(dst, '\n')
	dst = append(dst, id...)
	dst = append(dst, '\n')
	for _, p := range parameters {
		dst = append(dst, p.Name...)
		dst = append(dst, '=')
		dst = append(dst, p.Value...)
		dst = append(dst, '\n')
	}
	return dst
}

func byName(parameters []Parameter) []Parameter {
	return slices.SortedFunc(slices.Values(parameters), func(a, b Parameter) int { return strings.Compare(a.Name, b.Name) })
}

// sign seals a message with the key that signs.
func (k *Keys) sign(message func([]byte) []byte) string {
	var seal [SealLength]byte
	k.keys[k.signs].seal(&seal, k.signs, message)
	return string(seal[:])
}

func (k *Keys) check(seal string, now time.Time, message func([]byte) []byte) SealState {
	if len(seal) != SealLength || seal[0] != '1' {
		return UnknownKey
	}
	key, ok := k.keys[seal[1]]
	if !ok {
		return UnknownKey
	}
	var want [SealLength]byte
	key.seal(&want, seal[1], message)
	switch {
	case subtle.ConstantTimeCompare(want[:], []byte(seal)) != 1:
		return Wrong
	case key.over(now):
		return Over
	}
	return Verified
}

// seal writes the seal over a message.
func (k *key) seal(dst *[SealLength]byte, kid byte, message func([]byte) []byte) {
	m := k.macs.Get().(*mac)
	defer k.macs.Put(m)
	m.message = message(m.message[:0])
	m.Reset()
	m.Write(m.message)
	dst[0], dst[1] = '1', kid
	base64.RawURLEncoding.Encode(dst[2:], m.Sum(m.sum[:0])[:16])
}
