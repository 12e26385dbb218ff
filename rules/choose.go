package rules

import "slices"

// take puts the variant's item for this position in scope. It reports false
// where there is none.
func (d *Decider) take(variant *Variant) bool {
	d.item = nil
	switch {
	case variant.Item != "":
		return d.takeNamed(variant.Item)
	case variant.List == nil:
		return true
	case len(variant.List.IDs) > 0:
		return d.position <= len(variant.List.IDs) && d.takeNamed(variant.List.IDs[d.position-1])
	}
	if d.signals.Items == nil || !d.complete(variant, false) {
		return false // nobody ranks a catalogue for a picture that lacks something else
	}
	d.wanted, d.anyItem = variant, false
	for _, from := range variant.List.From {
		d.scratch = d.signals.Items.Rank(from, d.keep, 1, d.scratch[:0])
		if len(d.scratch) > 0 {
			d.item = &d.scratch[0]
			return true
		}
	}
	return false
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
	case list.InStock && !item.inStock():
		return false
	case list.NotBought && !d.anyItem && item.Bought.Type == Boolean && item.Bought.N != 0:
		return false
	case d.shows(item.ID):
		return false
	}
	before := d.item
	d.item = item
	ok := d.holds(list.Where) == True && d.complete(d.wanted, true)
	d.item = before
	return ok
}

// shows reports whether the mail, or a fallback's list, has an item already.
func (d *Decider) shows(id string) bool {
	if d.anyItem {
		for i := range d.filling {
			if d.filling[i].ID == id {
				return true
			}
		}
		return false
	}
	return slices.Contains(d.offered, id)
}

// fill puts the item of this position of a fallback's list in scope.
func (d *Decider) fill(variant *Variant) bool {
	if d.signals.Items == nil {
		return false
	}
	d.wanted, d.anyItem, d.filling = variant, true, d.scratch[:0]
	defer func() { d.anyItem = false }()
	rank := func(from string) bool {
		d.filling = d.signals.Items.Rank(from, d.keep, d.position-len(d.filling), d.filling)
		d.scratch = d.filling
		return len(d.filling) >= d.position
	}
	for _, from := range variant.List.From {
		if rank(from) {
			break
		}
	}
	if len(d.filling) < d.position && !rank("popular") && !rank("recent") {
		return false
	}
	d.item = &d.filling[d.position-1]
	return true
}
