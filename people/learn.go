package people

import (
	"fmt"

	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// Learn adds to a log what recipients did with its items, as far as it is kept:
// consent has taken the rest out of histories. It reads all of them: it is for
// work beside the opens.
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
	err = p.store.Owners(kindHistory, func(id string, payload []byte) error {
		past, err := newPast(payload)
		if err != nil {
			return nil //nolint:nilerr // one of a later release says nothing here
		}
		events = past.Events(events[:0], told)
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
