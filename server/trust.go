package server

import (
	"fmt"
	"slices"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

var trustNames = [...]string{"anonymous", "claimed", "keyed", "signed"}

// ParseTrust reads the word for a trust.
func ParseTrust(word string) (rules.Trust, error) {
	i := slices.Index(trustNames[:], word)
	if i < 0 {
		return 0, fmt.Errorf("unknown trust %q; %s", word, strict.DidYouMean(word, trustNames[:]))
	}
	return rules.Trust(i), nil
}
