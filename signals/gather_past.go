package signals

import (
	"example.com/opentime/rules"
)

// past is what the recipient did; nil: nothing, or nothing that is theirs to be told.
func (x *gathering) past() rules.Past {
	if x.profile == nil || !x.remembers() {
		return nil
	}
	return x.profile.Past
}

// remembers reports whether what the recipient did may be told: from a keyed link on.
func (x *gathering) remembers() bool { return x.open.Trust >= rules.Keyed }

// mails reports whether what mails tell of may be: with full consent only.
func (x *gathering) mails() bool { return x.open.Consent == rules.ConsentFull }

// remember fills in what the recipient did, as far as the campaign asks about it. What
// they did not do is known, too.
func (x *gathering) remember(s *rules.Signals, room []rules.Event) {
	s.HasHistory, s.NoMails = x.remembers(), !x.mails()
	kinds := x.campaign.Kinds
	if s.NoMails {
		kinds &^= rules.InMails
	}
	if past := x.past(); past != nil && kinds != 0 {
		s.History = past.Events(room, kinds)
		x.tag(s.History)
	}
}

// tag gives events that came without tags, before their item was known, those that the
// item has now.
func (x *gathering) tag(events []rules.Event) {
	if x.items == nil {
		return
	}
	for i := range events {
		e := &events[i]
		if e.Item == "" || len(e.Tags) > 0 {
			continue
		}
		if item, ok := x.items.Item(e.Item); ok && item.Item != nil {
			e.Tags = item.Tags
		}
	}
}

// behaviour returns a signal that is worked out from what the recipient did.
func (x *gathering) behaviour(sig *rules.Signal) (rules.Value, string) {
	if !x.remembers() {
		return rules.Value{}, x.origin("hidden: the link does not prove its recipient")
	}
	switch sig.Source {
	case rules.InterestSource:
		return x.interest(sig.Key), x.origin("what the recipient did")
	case rules.FirstOpenSource:
		return x.firstOpen()
	case rules.AnsweredSource:
		return x.answered(sig), x.origin("what the recipient answered")
	}
	return x.inCart(sig.Key), x.origin("cart")
}

// interest is how much the recipient cares for a tag; 0 where nothing says so.
func (x *gathering) interest(tag string) rules.Value {
	value := 0.0
	if past := x.past(); past != nil {
		value = past.Interest(tag, x.open.At.UnixMilli(), x.mails())
	}
	return rules.Value{Type: rules.Number, N: int64(value * rules.Million)}
}

// inCart is a signal of the cart: how old an empty one is, and what it costs, nobody
// knows.
func (x *gathering) inCart(key string) rules.Value {
	if past := x.past(); past != nil && !x.carted {
		x.cart, x.carted = past.Cart(x.open.At.UnixMilli()), true
	}
	switch {
	case key == "count":
		return rules.Value{Type: rules.Number, N: int64(x.cart.Items) * rules.Million}
	case key == "total":
		return x.cart.Total
	case x.cart.Items > 0:
		return rules.Value{Type: rules.Duration, N: x.open.At.UnixMilli() - x.cart.Changed}
	}
	return rules.Value{}
}

// firstOpen is when the recipient first opened this campaign: now, where they do so
// now. A copy that is fetched ahead is nobody's open.
func (x *gathering) firstOpen() (rules.Value, string) {
	if !x.mails() {
		return rules.Value{}, x.origin("hidden: the recipient has not full consent")
	}
	first, found := x.open.At.UnixMilli(), false
	if past := x.past(); past != nil {
		for _, e := range past.Events(nil, rules.KindsOf(rules.Opened)) {
			at := e.At
			if e.Times > 1 {
				at = e.First
			}
			if e.Campaign == x.campaign.ID && at <= first {
				first, found = at, true
			}
		}
	}
	if class := x.open.Client.Class; !found && class != rules.Person && class != rules.Proxy {
		return rules.Value{}, x.origin("not opened yet")
	}
	return rules.Value{Type: rules.Moment, N: first}, x.origin("the first open")
}
