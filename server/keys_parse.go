package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// secretLength is the length of a key: HMAC's, in bytes.
const secretLength = 32

// ParseKeys reads keys as OPENTIME_KEYS holds them: words of
// "<kid>:<base64url of 32 bytes>[@<last day>]" separated by spaces. The first
// signs, all verify until the end of their last day (UTC). No error says
// anything of a secret.
func ParseKeys(text string) (*Keys, error) {
	keys := &Keys{keys: map[byte]*key{}}
	prints := map[string]string{}
	for i, word := range strings.Fields(text) {
		kid, k, err := parseKey(word)
		if err != nil {
			return nil, fmt.Errorf("read key %d: %w", i+1, err)
		}
		if _, twice := keys.keys[kid]; twice {
			return nil, fmt.Errorf("read key %d: there are two keys %q; give the newer one another letter or digit", i+1, string(kid))
		}
		if i == 0 {
			keys.signs = kid
		}
		keys.keys[kid] = k
		keys.order = append(keys.order, kid)
	}
	if keys.signs == 0 {
		return nil, errors.New("read keys: none given")
	}
	for _, k := range keys.List() {
		if other, twice := prints[k.Print]; twice {
			return nil, fmt.Errorf("read keys: %q and %q are the same key; make a fresh one with opentime keys new", other, k.Kid)
		}
		prints[k.Print] = k.Kid
	}
	return keys, nil
}

func parseKey(word string) (kid byte, k *key, err error) {
	name, rest, ok := strings.Cut(word, ":")
	switch {
	case strings.ContainsAny(word, "'\"`"):
		return 0, nil, errors.New("it has quotes in it, which are the shell's; where a file or panel sets the variable, leave them out")
	case strings.ContainsAny(word, ",;"):
		return 0, nil, errors.New("it has a comma or semicolon in it; keys are separated by spaces")
	case !ok:
		return 0, nil, errors.New("expected <one letter or digit>:<base64url of 32 bytes>, and it has no colon")
	case len(name) != 1 || !alphanumeric(name[0]):
		return 0, nil, fmt.Errorf("expected <one letter or digit>:<base64url of 32 bytes>, and before the colon it has %d characters", len(name))
	}
	text, day, dated := strings.Cut(rest, "@")
	secret, err := parseSecret(text)
	if err != nil {
		return 0, nil, fmt.Errorf("key %q %w", name, err)
	}
	k = &key{}
	k.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, secret)} }
	if dated {
		last, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return 0, nil, fmt.Errorf("what follows the @ of key %q is not a date; write its last day, such as 2027-12-31", name)
		}
		k.last = last.AddDate(0, 0, 1)
	}
	return name[0], k, nil
}

// parseSecret reads a key's 32 bytes. Its errors follow the key's name.
func parseSecret(text string) ([]byte, error) {
	text = strings.TrimRight(text, "=")
	if text == "" {
		return nil, errors.New("has nothing after its colon; make one with opentime keys new")
	}
	if strings.ContainsAny(text, "+/") {
		return nil, errors.New("is written in plain base64; write - for + and _ for /")
	}
	for i, c := range []byte(text) {
		if !alphanumeric(c) && c != '-' && c != '_' {
			return nil, fmt.Errorf("is not base64url of 32 bytes: its character %d is none of A-Z a-z 0-9 - _", i+1)
		}
	}
	secret, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(secret) != secretLength {
		return nil, fmt.Errorf("is not base64url of 32 bytes: it has %d characters, and 43 are needed", len(text))
	}
	return secret, nil
}
