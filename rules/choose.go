package rules

import "slices"

// take puts the variant's item for this position in scope: of one item by its
// id, position 1's. It reports false where there is none.
func (d *Decider) take(variant *Variant) bool {
	d.item, d.ranking = nil, false
	switch {
	case variant.Item != "":
		return d.position == 1 && d.takeNamed(variant.Item)
	case variant.List == nil:
		return true
	case len(variant.List.IDs) > 0:
		return d.takeNth(variant.List.IDs)
	}
	if d.signals.Items == nil || !d.complete(variant, false) {
		return false // nobody ranks a catalogue for a picture that lacks something else
	}
	d.wanted, d.anyItem, d.filling, d.facts = variant, false, d.scratch[:0], d.facts[:0]
	own := d.position - d.ranked
	for _, from := range variant.List.From {
		list, ok := d.listing(variant.List, from)
		switch {
		case !ok:
		case isFacts(from):
			d.filling = d.signals.Items.Rank(list, d.keepFact, own-len(d.filling), d.filling)
			if d.scratch = d.filling; len(d.filling) >= own {
				d.item = &d.filling[own-1]
				return true
			}
		default:
			d.scratch = d.signals.Items.Rank(list, d.keep, 1, d.scratch[:0])
			if len(d.scratch) > 0 {
				d.item, d.ranking = &d.scratch[0], true
				return true
			}
		}
	}
	return false
}

// listing returns a list as the open's trust lets it be asked for: an id that
// anybody may write shows nothing of the recipient's own.
func (d *Decider) listing(list *List, from string) (Listing, bool) {
	switch asked := (Listing{From: from}); {
	case d.signals.Trust < Keyed && list.isOwn(from):
		return Listing{}, false
	case d.signals.Trust < Keyed && from == "recommend":
		return Listing{From: "popular"}, true
	case takesTo(from):
		asked.To = list.To
		return asked, true
	case from == "imported":
		asked.Named = list.Named
		return asked, true
	default:
		return asked, true
	}
}

// isOwn reports whether items from there are by what the recipient did.
func (l *List) isOwn(from string) bool {
	return isFacts(from) || from == "next" || takesTo(from) && (l.To == "cart" || l.To == "viewed")
}

// ownOnly reports whether a list, or none, has no other items.
func (l *List) ownOnly() bool {
	return l != nil && len(l.IDs) == 0 && len(l.From) > 0 && !slices.ContainsFunc(l.From, func(from string) bool { return !l.isOwn(from) })
}

// takeNth puts the item in scope that ids names for this position.
func (d *Decider) takeNth(ids []string) bool {
	return d.position <= len(ids) && d.takeNamed(ids[d.position-1])
}

func (d *Decider) takeNamed(id string) bool {
	if d.signals.Items == nil {
		return false
	}
	item, ok := d.signals.Items.Item(id)
	if !ok || item.Item == nil {
		return false
	}
	d.scratch = append(d.scratch[:0], item)
	d.item = &d.scratch[0]
	return true
}

// suits reports whether an item may be offered in the list of the variant
// wanted: in stock, not bought, where the list says, not shown already, and
// complete for the layout.
func (d *Decider) suits(item *Candidate) bool {
	list := d.wanted.List
	switch {
	case (list.InStock || len(list.IDs) > 0) && !item.inStock():
		return false
	case d.shows(item.ID):
		return false
	}
	before := d.item
	d.item = item
	ok := d.notBought(list) && d.holds(list.Where) == True && d.complete(d.wanted, true)
	d.item = before
	return ok
}

// notBought reports whether a list may offer the item in scope, so far as it is
// known what the recipient bought.
func (d *Decider) notBought(list *List) bool {
	if !list.NotBought || d.anyItem {
		return true
	}
	bought := d.attribute(ItemBought)
	return bought.Type != Boolean || bought.N == 0
}

// isFact reports whether an item of the recipient's own is shown: it always is,
// but once, and where the list's where lets it.
func (d *Decider) isFact(item *Candidate) bool {
	if slices.Contains(d.facts, item.ID) {
		return false
	}
	before := d.item
	d.item = item
	ok := d.holds(d.wanted.List.Where) == True
	if d.item = before; ok {
		d.facts = append(d.facts, item.ID)
	}
	return ok
}

// shows reports whether the mail, or a fallback's list, has an item already.
func (d *Decider) shows(id string) bool {
	if !d.anyItem {
		return slices.Contains(d.offered, id)
	}
	return slices.ContainsFunc(d.filling, func(c Candidate) bool { return c.ID == id }) || slices.Contains(d.wanted.List.IDs, id)
}

// fill puts the item of this position of a fallback's list in scope: the one
// it names there, else the next that its lists, what is popular and what is
// recent have.
func (d *Decider) fill(variant *Variant) bool {
	list := variant.List
	if d.takeNth(list.IDs) {
		return true
	}
	if d.item, d.ranking = nil, false; d.signals.Items == nil {
		return false
	}
	n := d.position - d.named(list.IDs)
	d.wanted, d.anyItem, d.filling = variant, true, d.scratch[:0]
	defer func() { d.anyItem = false }()
	rank := func(from string) bool {
		d.filling = d.signals.Items.Rank(Listing{From: from, Anybody: true}, d.keep, n-len(d.filling), d.filling)
		d.scratch = d.filling
		return len(d.filling) >= n
	}
	for _, from := range list.From {
		if rank(from) {
			break
		}
	}
	if len(d.filling) < n && !rank("popular") && !rank("recent") {
		return false
	}
	d.item = &d.filling[n-1]
	return true
}

// named counts the items of ids, down to this position, that there are.
func (d *Decider) named(ids []string) int {
	n := 0
	for _, id := range ids[:min(len(ids), d.position)] {
		if item, ok := d.signals.Items.Item(id); ok && item.Item != nil {
			n++
		}
	}
	return n
}
