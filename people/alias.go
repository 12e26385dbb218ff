package people

import (
	"crypto/rand"
	"fmt"
)

// noAlias is what is cached of who has no alias yet.
var noAlias = &entry{}

// CachedAlias is Alias without reading the store: it reports false where that
// would be needed, or an alias is to be made.
func (p *Profiles) CachedAlias(id string) (alias [16]byte, ok bool) {
	e, _ := p.aliases.find(id)
	if e == nil || e == noAlias {
		return alias, false
	}
	return e.alias, true
}

// Alias returns what stands for a recipient in the journal: 16 random bytes,
// made at first use. It is the same for as long as the recipient is kept; one who
// was forgotten has none: all zeros.
func (p *Profiles) Alias(id string) ([16]byte, error) {
	if alias, ok := p.CachedAlias(id); ok {
		return alias, nil
	}
	alias := [1][16]byte{}
	err := p.Aliases(alias[:], id)
	return alias[0], err
}

// Aliases puts the aliases of recipients into dst, each at its recipient's place:
// those that are not there yet are made and kept together.
func (p *Profiles) Aliases(dst [][16]byte, ids ...string) error {
	defer p.lock(ids...)()
	var unread []string
	for _, id := range ids {
		if e, _ := p.aliases.find(id); e == nil {
			unread = append(unread, id)
		}
	}
	known, err := p.readAliases(unread)
	if err != nil {
		return fmt.Errorf("read alias: %w", err)
	}
	var fresh []int
	for i, id := range ids {
		var ok bool
		if dst[i], ok = p.CachedAlias(id); ok {
			continue
		}
		if dst[i], ok = known[id]; ok || p.store.Forgotten(id) { // nobody's any more
			continue
		}
		_, _ = rand.Read(dst[i][:]) // never fails
		known[id] = dst[i]
		fresh = append(fresh, i)
	}
	if len(fresh) == 0 {
		return nil
	}
	now := p.now().UnixMilli()
	err = p.store.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
		for _, i := range fresh {
			put(ids[i], kindAlias, now, appendAlias(nil, dst[i]))
		}
	})
	if err != nil {
		return fmt.Errorf("keep alias: %w", err)
	}
	for _, i := range fresh {
		p.aliases.replace(ids[i], &entry{alias: dst[i]})
	}
	return nil
}

// readAliases reads aliases from the store. Those that are kept are cached.
func (p *Profiles) readAliases(ids []string) (map[string][16]byte, error) {
	known := map[string][16]byte{}
	if len(ids) == 0 {
		return known, nil
	}
	changes := make([]uint64, len(ids))
	for i, id := range ids {
		_, changes[i] = p.aliases.find(id)
	}
	var bad error
	err := p.store.Many(ids, []byte{kindAlias}, func(i int, _ byte, _ int64, payload []byte, err error) {
		if err != nil && !isDamaged(err) {
			bad = err
			return
		}
		if alias, ok := decodeAlias(payload); ok && err == nil {
			known[ids[i]] = alias
			p.aliases.keep(ids[i], &entry{alias: alias}, changes[i])
		}
	})
	if err == nil {
		err = bad
	}
	return known, err
}
