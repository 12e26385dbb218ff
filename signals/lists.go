package signals

import "example.com/opentime/rules"

// Lists ranks items by what recipients did. It is safe for concurrent use.
type Lists interface {
	// For returns items that are ranked for a recipient, whose signals are s so far
	// and who did past, nil where nothing of it may be told. country is where they
	// are, "" if that is not known, locale the campaign's that they are shown. Neither s
	// nor what it holds is kept.
	For(items rules.Items, s *rules.Signals, past rules.Past, country, locale string) rules.Items
}

// rank has lists ranked for the recipient.
func (x *gathering) rank(s *rules.Signals) {
	if x.items == nil || x.from.Lists == nil {
		return
	}
	country := ""
	switch {
	case x.located:
		country = x.here.Country
	case x.profile != nil:
		country = x.profile.Country
	}
	s.Items = x.from.Lists.For(x.items, s, x.past(), country, x.campaign.Locales[x.campaign.LocaleIndex(s.Locale)])
}

// EachItem calls each for the items that are in a feed now.
func (x *Catalogue) EachItem(each func(item *rules.Item)) {
	t := x.table.Load()
	for _, h := range t.held {
		if h.item != nil && !h.gone {
			each(h.item)
		}
	}
}
