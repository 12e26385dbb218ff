package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"sync"
	"time"
)

// sealLength is the length of a seal: "1", the key's id and 22 characters of
// base64url, which are the first 16 bytes of the MAC.
const sealLength = 24

// Keys are what seals are made and verified with. Keys is never changed and
// is safe for concurrent use.
type Keys struct {
	signs byte
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

// ParseKeys reads keys as OPENTIME_KEYS holds them: words of
// "<kid>:<base64url of 32 bytes>[@<last day>]" separated by spaces. The first
// signs, all verify until the end of their last day (UTC). now is for refusing
// a signing key that is over.
func ParseKeys(text string, now time.Time) (*Keys, error) {
	keys := &Keys{keys: map[byte]*key{}}
	for i, word := range strings.Fields(text) {
		kid, k, err := parseKey(word)
		if err != nil {
			return nil, fmt.Errorf("read key %d: %w", i+1, err)
		}
		if _, twice := keys.keys[kid]; twice {
			return nil, fmt.Errorf("read key %d: %q is there twice", i+1, kid)
		}
		if i == 0 {
			keys.signs = kid
		}
		keys.keys[kid] = k
	}
	if keys.signs == 0 {
		return nil, errors.New("read keys: none given")
	}
	if last := keys.keys[keys.signs].last; !last.IsZero() && !now.Before(last) {
		return nil, fmt.Errorf("read keys: %q, which signs, is over", keys.signs)
	}
	return keys, nil
}

func parseKey(word string) (kid byte, k *key, err error) {
	name, rest, ok := strings.Cut(word, ":")
	if !ok || len(name) != 1 || !alphanumeric(name[0]) {
		return 0, nil, errors.New("expected <one letter or digit>:<base64url of 32 bytes>")
	}
	text, day, dated := strings.Cut(rest, "@")
	secret, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil || len(secret) != 32 {
		return 0, nil, fmt.Errorf("key %q is not the base64url of 32 bytes", name)
	}
	k = &key{}
	k.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, secret)} }
	if dated {
		last, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return 0, nil, fmt.Errorf("last day %q is not a date like 2027-12-31", day)
		}
		k.last = last.AddDate(0, 0, 1)
	}
	return name[0], k, nil
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// Seal returns what proves id in a link of sender: 24 characters.
func (k *Keys) Seal(sender, id string) string {
	return k.sign(func(dst []byte) []byte { return recipientMessage(dst, sender, id) })
}

// Verify reports whether seal proves id at now. It takes the same time
// whatever is wrong with a seal whose key is known, and never says what would
// have been right.
func (k *Keys) Verify(sender, id, seal string, now time.Time) bool {
	return k.verify(seal, now, func(dst []byte) []byte { return recipientMessage(dst, sender, id) })
}

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
	return k.verify(seal, now, func(dst []byte) []byte { return parametersMessage(dst, sender, id, sorted) })
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
	var seal [sealLength]byte
	k.keys[k.signs].seal(&seal, k.signs, message)
	return string(seal[:])
}

func (k *Keys) verify(seal string, now time.Time, message func([]byte) []byte) bool {
	if len(seal) != sealLength || seal[0] != '1' {
		return false
	}
	key, ok := k.keys[seal[1]]
	if !ok || !key.last.IsZero() && !now.Before(key.last) {
		return false
	}
	var want [sealLength]byte
	key.seal(&want, seal[1], message)
	return subtle.ConstantTimeCompare(want[:], []byte(seal)) == 1
}

// seal writes the seal over a message.
func (k *key) seal(dst *[sealLength]byte, kid byte, message func([]byte) []byte) {
	m := k.macs.Get().(*mac)
	defer k.macs.Put(m)
	m.message = message(m.message[:0])
	m.Reset()
	m.Write(m.message)
	dst[0], dst[1] = '1', kid
	base64.RawURLEncoding.Encode(dst[2:], m.Sum(m.sum[:0])[:16])
}
