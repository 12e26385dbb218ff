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
	return itemValue(&candidate, sig.Index), x.origin("feed ", x.campaign.Catalogue)
}

// itemValue returns an attribute of an item by its number among
// rules.ItemAttribute. What is worked out from a campaign, and what is the
// recipient's, no named item has.
func itemValue(c *rules.Candidate, index int) rules.Value {
	switch rules.ItemAttribute(index) {
	case rules.ItemID:
		return text(c.ID)
	case rules.ItemTitle:
		return text(c.Title)
	case rules.ItemDescription:
		return text(c.Description)
	case rules.ItemLink:
		return text(c.Link)
	case rules.ItemImage:
		if c.Image != "" {
			return rules.Value{Type: rules.Picture, Text: c.Image}
		}
	case rules.ItemBrand:
		return text(c.Brand)
	case rules.ItemCategory:
		return text(c.Category)
	case rules.ItemTags:
		if len(c.Tags) > 0 {
			return rules.Value{Type: rules.TextList, List: c.Tags}
		}
	default:
		return itemNumber(c, index)
	}
	return rules.Value{}
}

// itemNumber is itemValue for what an item holds as a Value already.
func itemNumber(c *rules.Candidate, index int) rules.Value {
	switch rules.ItemAttribute(index) {
	case rules.ItemPrice:
		return c.Price
	case rules.ItemSalePrice:
		return c.SalePrice
	case rules.ItemStock:
		return c.Stock
	case rules.ItemRating:
		return c.Rating
	case rules.ItemReviews:
		return c.Reviews
	case rules.ItemInStock:
		return inStock(c)
	case rules.ItemStarts:
		return c.Starts
	case rules.ItemEnds:
		return c.Ends
	case rules.ItemViewed:
		return c.Viewed
	case rules.ItemCarted:
		return c.Carted
	case rules.ItemBought:
		return c.Bought
	case rules.ItemWished:
		return c.Wished
	}
	if more := index - int(rules.ItemMore); more >= 0 && more < len(c.More) {
		return c.More[more]
	}
	return rules.Value{}
}

// inStock is the count's word where there is one, else the feed's.
func inStock(c *rules.Candidate) rules.Value {
	switch {
	case c.Gone:
		return boolean(false)
	case c.Stock.Type == rules.Number:
		return boolean(c.Stock.N > 0)
	case c.Stock.Type == rules.Some:
		return boolean(true)
	case c.InStock.Known():
		return c.InStock
	}
	return boolean(true)
}
