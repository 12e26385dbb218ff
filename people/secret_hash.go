package people

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"example.com/opentime/rules"
)

// hashes are the hashes of values that were met, one after another: rows that are
// put together have most of their values in common.
type hashes map[string]*[][]byte

// of says of which attribute of its row an id is a hash, or a coding: in hex or
// base64url, whole or cut, of the value as it stands, in lower or upper case, of a
// phone number as digits too. It returns "" where it is none.
func (h hashes) of(id string, attributes map[string]any) string {
	var read [][]byte // the id's bytes, by coding
	if text, err := hex.DecodeString(strings.ToLower(bare(id)[:len(bare(id))&^1])); err == nil {
		read = append(read, text)
	}
	if text, err := base64.RawURLEncoding.DecodeString(id[:len(id)&^3]); err == nil {
		read = append(read, text)
	}
	for name, value := range attributes {
		text, err := rules.FactText(value)
		if err != nil || strings.TrimSpace(text) == "" {
			continue
		}
		for _, sum := range *h.all(text) {
			for _, id := range read {
				if len(id) > 0 && sum[0] == id[0] && bytes.HasPrefix(sum, id) {
					return name
				}
			}
		}
	}
	return ""
}

// all returns the hashes of a value as it may be written, and the value itself.
func (h hashes) all(text string) *[][]byte {
	if known := h[text]; known != nil {
		return known
	}
	var sums [][]byte
	for _, written := range spellings(text) {
		value := []byte(written)
		s1, s2, s3, s4, s5, s6 := md5.Sum(value), sha1.Sum(value), sha256.Sum224(value), sha256.Sum256(value), sha512.Sum384(value), sha512.Sum512(value)
		sums = append(sums, s1[:], s2[:], s3[:], s4[:], s5[:], s6[:], value)
	}
	h[text] = &sums
	return &sums
}

// spellings are the ways in which a value may have been written when it was hashed.
func spellings(text string) []string {
	trimmed := strings.TrimSpace(text)
	all := []string{trimmed}
	add := func(others ...string) {
		for _, other := range others {
			if other != "" && !slices.Contains(all, other) {
				all = append(all, other)
			}
		}
	}
	add(text, strings.ToLower(trimmed), strings.ToUpper(trimmed))
	if strings.Trim(trimmed, digits+" +-./()") == "" {
		number := strings.Map(onlyDigit, trimmed)
		add(number, strings.TrimLeft(number, "0"))
		if len(number) >= leastPhone {
			add("+" + number)
		}
	}
	return all
}

// leastPhone is how many digits a phone number with its country has at least.
const leastPhone = 7

func onlyDigit(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
