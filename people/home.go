package people

import (
	"cmp"
	"fmt"
	"slices"
)

// Home is a town that profiles name as their recipients'.
type Home struct {
	Country, City string // as the profiles have them, the country in upper case
	Recipients    int
}

// maxHomes bounds the towns that are counted: those first met.
const maxHomes = 1 << 18

// Homes returns the n commonest homes, commonest first. It reads every profile:
// it is for work beside the opens.
func (p *Profiles) Homes(n int) ([]Home, error) {
	type town struct{ country, city string }
	counts := map[town]int{}
	err := p.store.Recipients(kindProfile, func(_ int64, payload []byte) error {
		kept, err := decodeProfile(payload)
		if err != nil {
			return nil //nolint:nilerr // one of a later release says nothing here
		}
		at := town{kept.home[profileCountry-profileLocale], kept.home[profileCity-profileLocale]}
		if at.country == "" || at.city == "" {
			return nil
		}
		if _, met := counts[at]; met || len(counts) < maxHomes {
			counts[at]++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count homes: %w", err)
	}
	homes := make([]Home, 0, len(counts))
	for at, recipients := range counts {
		homes = append(homes, Home{at.country, at.city, recipients})
	}
	slices.SortFunc(homes, func(a, b Home) int {
		return cmp.Or(cmp.Compare(b.Recipients, a.Recipients), cmp.Compare(a.Country, b.Country), cmp.Compare(a.City, b.City))
	})
	return homes[:min(n, len(homes))], nil
}
