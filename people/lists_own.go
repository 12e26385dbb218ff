package people

import (
	"slices"

	"example.com/opentime/rules"
)

// ownLists are the lists of what the recipient did themselves.
var ownLists = map[string]rules.EventKind{
	"cart": rules.Carted, "viewed": rules.Viewed, "wished": rules.Wished, "bought": rules.Bought,
}

// own appends the items of a list of the recipient's own, newest first.
func (r *ranking) own(kind rules.EventKind, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	full := len(dst) + n
	for _, id := range r.latest(kind) {
		if len(dst) >= full {
			break
		}
		dst = r.offer(id, keep, dst)
	}
	return dst
}

// imported appends the items of a data team's list for the recipient, best first.
func (r *ranking) imported(named string, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	all := r.lists.listed.Load()
	if all == nil || (*all)[named] == nil {
		return dst
	}
	full, list := len(dst)+n, (*all)[named]
	for _, i := range list.of(r.recipient) {
		if len(dst) >= full {
			break
		}
		dst = r.offer(list.ids[i], keep, dst)
	}
	return dst
}

// offer appends an item that the catalogue has, if keep lets it through.
func (r *ranking) offer(id string, keep func(*rules.Candidate) bool, dst []rules.Candidate) []rules.Candidate {
	c, ok := r.Items.Item(id)
	if !ok || c.Item == nil || c.Gone {
		return dst
	}
	dst = append(dst, c)
	if last := len(dst) - 1; !keep(&dst[last]) {
		dst = dst[:last]
	}
	return dst
}

// latest are the items that the recipient did something with, each once, newest
// first. What was put into a cart lies there for as long as Cart takes it to, and
// until it is bought.
func (r *ranking) latest(kind rules.EventKind) []string {
	r.look()
	var ids, gone []string
	for _, e := range slices.Backward(r.events) {
		switch {
		case kind == rules.Carted && e.Kind == rules.Bought:
			gone = append(gone, e.Item)
		case e.Kind != kind || slices.Contains(ids, e.Item) || slices.Contains(gone, e.Item):
		case kind == rules.Carted && r.at-e.At >= cartLasts.Milliseconds():
		default:
			ids = append(ids, e.Item)
		}
	}
	return ids
}
