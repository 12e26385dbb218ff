package people

import (
	"fmt"
	"slices"

	"example.com/opentime/rules"
)

// withdraw takes out of histories what their recipients' consent lets be kept no longer:
// without any all of it, with consent to aggregates what mails tell of. Without any
// what they answered counts no longer. Reading looks at consent anyway; this is so
// that nothing lies there. The recipients are locked.
func (p *Profiles) withdraw(w *writing) error {
	people := map[string]*remembered{}
	var ids, none []string
	for id, who := range w.people {
		if who.wroteOf && who.word.consent < rules.ConsentFull {
			ids = append(ids, id)
			people[id] = &remembered{consent: p.consent}
		}
		if who.wroteOf && who.word.consent == rules.ConsentNone {
			none = append(none, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if len(none) > 0 {
		if err := p.store.Withdraw(none...); err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
	}
	if err := p.readHistories(ids, people); err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	err := p.store.PutRecipients(true, func(put func(id string, kind byte, at int64, payload []byte)) {
		for id, who := range people {
			h := who.open()
			had := len(h.events)
			h.events = slices.DeleteFunc(h.events, func(e keptEvent) bool {
				return who.consent == rules.ConsentNone || e.stored <= uint64(rules.Answered)+1 && rules.InMails.Has(e.Kind)
			})
			if len(h.events) < had {
				p.withdrawn.Add(1)
				put(id, kindHistory, h.newest(), appendHistory(nil, h))
			}
		}
	})
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	return nil
}

// PruneHistories takes out of histories what is older than they are kept for, and
// returns of how many. It reads all: it is for work beside the opens.
func (p *Profiles) PruneHistories() (changed int, err error) {
	since := p.now().Add(-p.keepFor()).UnixMilli()
	var ids []string
	err = p.store.Owners(kindHistory, func(id string, payload []byte) error {
		past, err := newPast(payload)
		if err == nil && past.events > 0 && past.oldest < since {
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("prune histories: %w", err)
	}
	for some := range slices.Chunk(ids, pruneTogether) {
		if err := p.prune(some, since); err != nil {
			return changed, fmt.Errorf("prune histories: %w", err)
		}
		changed += len(some)
	}
	return changed, nil
}

// pruneTogether is how many histories are pruned at once.
const pruneTogether = 200

func (p *Profiles) prune(ids []string, since int64) error {
	defer p.lock(ids...)()
	people := map[string]*remembered{}
	for _, id := range ids {
		people[id] = &remembered{}
	}
	if err := p.readHistories(ids, people); err != nil {
		return err
	}
	err := p.store.PutRecipients(false, func(put func(id string, kind byte, at int64, payload []byte)) {
		for id, who := range people {
			h := who.open()
			payload := h.fit(nil, since)
			put(id, kindHistory, h.newest(), payload)
		}
	})
	for _, id := range ids {
		p.cache.drop(id)
	}
	return err
}
