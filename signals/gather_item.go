package signals

import (
	"strings"

	"example.com/opentime/rules"
)

// Stockroom is what a Gatherer needs of a catalogue. Its methods never block.
type Stockroom interface {
	// Items answers for the items of a feed as they are now.
	Items(feed string) rules.Items
	// Stock is the count of an item, at a place or, with "", of all: a Number,
	// Some, or unknown.
	Stock(item, place string) rules.Value
	// Stale reports whether the source of a feed that the campaign uses is away.
	Stale(c *rules.Campaign) bool
}

// stock returns the count of a named item: of all, at a place, or at the place
// of a list that is nearest to here.
func (x *gathering) stock(sig *rules.Signal) (rules.Value, string) {
	if x.from.Catalogue == nil {
		return rules.Value{}, x.origin("there is no catalogue")
	}
	place := sig.At
	if list, near := strings.CutPrefix(place, "near."); near {
		p := x.nearestOf(list).place
		if p == nil {
			return rules.Value{}, x.origin("no place of ", list, " is known to be near")
		}
		place = p.ID
	}
	value := x.from.Catalogue.Stock(sig.Key, place)
	if place == "" {
		return value, x.origin("stock of ", sig.Key)
	}
	return value, x.origin("stock of ", sig.Key, " at ", place)
}

// item returns an attribute of a named item.
func (x *gathering) item(sig *rules.Signal) (rules.Value, string) {
	if x.items == nil {
		return rules.Value{}, x.origin("there is no catalogue")
	}
	candidate, ok := x.items.Item(sig.Item)
	if !ok || candidate.Item == nil {
		return rules.Value{}, x.origin("no item ", sig.Item)
	}
	return candidate.Value(sig), x.origin("feed ", x.campaign.Catalogue)
}
