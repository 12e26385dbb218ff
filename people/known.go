package people

import (
	"slices"
	"time"

	"example.com/opentime/rules"
)

// Known is what would be known of a row's recipient once it were imported, where
// nothing was before.
type Known struct {
	ID       string
	declared []rules.Attribute
	kept     keptProfile
	at       int64
	word     word
	ages     bool   // something of it may
	fresh    *entry // of the moment asked for last
	now      int64
}

// Understand reads a row as Put does, and keeps nothing. It needs no store.
func (p *Profiles) Understand(row *Row) (*Known, error) {
	now := p.now()
	read, err := p.readRow(row, now, now)
	if err != nil {
		return nil, err
	}
	who := person{word: word{consent: p.consent}}
	if read.consent != nil {
		who.consent(read) // what is not taken of it is as for a row of an import
	}
	k := &Known{ID: read.id, declared: *p.attributes.Load(), kept: read.profile, at: read.at, word: who.word}
	k.ages = slices.ContainsFunc(k.declared, func(a rules.Attribute) bool { return a.Age > 0 })
	return k, nil
}

// Profile is what an open at a moment knows of the recipient: what has aged by
// then is unknown. Nobody may change it. It is not for concurrent use.
func (k *Known) Profile(at time.Time) *rules.Profile {
	now := at.UnixMilli()
	if k.fresh == nil || k.ages && (now < k.now || k.fresh.until != 0 && now >= k.fresh.until) {
		k.fresh = k.kept.entry(k.declared, k.at, now)
		k.fresh.profile.Consent, k.fresh.profile.HasConsent = k.word.consent, k.word.own
	}
	k.now = now
	return k.fresh.profile
}
