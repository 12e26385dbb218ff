package rules

import "slices"

// take puts the variant's item for this position in scope: of one item by its
// id, position 1's. It reports false where there is none.
func (d *Decider) take(variant *Variant) bool {
	d.item = nil
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
	if !d.anyItem {
		return slices.Contains(d.offered, id)
	}
	for i := range d.filling {
		if d.filling[i].ID == id {
			return true
		}
	}
	return slices.Contains(d.wanted.List.IDs, id)
}

// fill puts the item of this position of a fallback's list in scope: the one
// it names there, else the next that its lists, what is popular and what is
// recent have.
func (d *Decider) fill(variant *Variant) bool {
	list := variant.List
	if d.takeNth(list.IDs) {
		return true
	}
	if d.item = nil; d.signals.Items == nil {
		return false
	}
	n := d.position - d.named(list.IDs)
	d.wanted, d.anyItem, d.filling = variant, true, d.scratch[:0]
	defer func() { d.anyItem = false }()
	rank := func(from string) bool {
		d.filling = d.signals.Items.Rank(from, d.keep, n-len(d.filling), d.filling)
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
