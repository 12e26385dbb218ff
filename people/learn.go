package people

import (
	"fmt"

	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// Learn adds to a log what recipients did with its items, as far as they consent to
// it: nothing of those who do to nothing, nothing that mails tell of those who do to
// aggregates. It reads all of it: it is for work beside the opens.
func (p *Profiles) Learn(l *recommend.Log) error {
	countries := map[string]string{}
	err := p.store.Owners(kindProfile, func(id string, payload []byte) error {
		if kept, err := decodeProfile(payload); err == nil {
			if country := kept.home[profileCountry-profileLocale]; country != "" {
				countries[id] = country
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("learn from profiles: %w", err)
	}
	var events []rules.Event
	err = p.store.Histories(func(id string, consent []byte, _ int64, payload []byte) error {
		word, kinds := ConsentOf(consent, p.consent), told
		if word != rules.ConsentFull {
			kinds &^= rules.InMails
		}
		past, err := newPast(payload)
		if err != nil || word == rules.ConsentNone {
			return nil //nolint:nilerr // one of a later release says nothing here
		}
		events = past.Events(events[:0], kinds)
		for n := range events {
			if e := &events[n]; e.Item != "" && !e.Mixed && l.HasItem(e.Item) {
				l.Add(recommend.Event{Person: id, Item: e.Item, At: days(e.At), Weight: weigh(e), Region: countries[id]})
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("learn from histories: %w", err)
	}
	return nil
}
