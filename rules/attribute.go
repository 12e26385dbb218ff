package rules

import "math"

// PlaceOf returns where an attribute of that name is declared, or -1. at is
// where it stood when the campaign that asks was loaded, maybe in another list,
// and is tried first.
func PlaceOf(declared []Attribute, name string, at int) int {
	if at >= 0 && at < len(declared) && declared[at].Name == name {
		return at
	}
	for i := range declared {
		if declared[i].Name == name {
			return i
		}
	}
	return -1
}

// Value returns the declared attribute that a signal asks of a profile: unknown
// if the profile has none of that name and type.
func (p *Profile) Value(sig *Signal) Value {
	i := PlaceOf(p.Declared, sig.Key, sig.Index)
	if i < 0 || i >= len(p.Attributes) || p.Attributes[i].Type != sig.Type {
		return Value{}
	}
	return p.Attributes[i]
}

// Value returns what a signal asks of the item it names: unknown if the item
// does not have it.
func (c *Candidate) Value(sig *Signal) Value {
	return c.value(ItemAttribute(sig.Index), sig.Key, sig.Type)
}

// value is an attribute by its number; of a declared one, its name and type
// count.
func (c *Candidate) value(i ItemAttribute, name string, t Type) Value {
	if i < ItemMore {
		return c.Attribute(i)
	}
	at := PlaceOf(c.Declared, name, int(i-ItemMore))
	if at < 0 || at >= len(c.More) || c.More[at].Type != t {
		return Value{}
	}
	return c.More[at]
}

// Attribute returns one of the attributes that every item may have, below
// ItemMore: unknown if the item does not.
func (c *Candidate) Attribute(i ItemAttribute) Value {
	text := func(s string) Value {
		if s == "" {
			return Value{}
		}
		return Value{Type: Text, Text: s}
	}
	switch i {
	case ItemID:
		return text(c.ID)
	case ItemTitle:
		return text(c.Title)
	case ItemDescription:
		return text(c.Description)
	case ItemLink:
		return text(c.Link)
	case ItemImage:
		if c.Image == "" {
			return Value{}
		}
		return Value{Type: Picture, Text: c.Image}
	case ItemBrand:
		return text(c.Brand)
	case ItemCategory:
		return text(c.Category)
	case ItemTags:
		if len(c.Tags) == 0 {
			return Value{}
		}
		return Value{Type: TextList, List: c.Tags}
	}
	return c.number(i)
}

// number is Attribute for what an item holds as a Value.
func (c *Candidate) number(i ItemAttribute) Value {
	switch i {
	case ItemPrice:
		return c.Price
	case ItemSalePrice:
		return c.SalePrice
	case ItemStock:
		return c.Stock
	case ItemRating:
		return c.Rating
	case ItemReviews:
		return c.Reviews
	case ItemInStock:
		if c.Aged && !c.Stock.Known() && !c.InStock.Known() {
			return Value{}
		}
		return Value{Type: Boolean, N: flag(c.inStock())}
	case ItemStarts:
		return c.Starts
	case ItemEnds:
		return c.Ends
	case ItemPriceThen:
		return c.PriceThen
	case ItemPriceDrop:
		return c.priceDrop()
	case ItemBecause:
		return c.Because
	case ItemViewed:
		return c.Viewed
	case ItemCarted:
		return c.Carted
	case ItemBought:
		return c.Bought
	case ItemWished:
		return c.Wished
	}
	return Value{}
}

// priceDrop is by how many percent the item costs less than when the campaign
// started, below 0 where it costs more. It costs what it sells for.
func (c *Candidate) priceDrop() Value {
	now := c.Price
	if c.SalePrice.Known() && (!now.Known() || c.SalePrice.Text == now.Text && c.SalePrice.N < now.N) {
		now = c.SalePrice
	}
	then := c.PriceThen
	if !now.Known() || !then.Known() || then.Text != now.Text || then.N <= 0 {
		return Value{}
	}
	return Value{Type: Number, N: int64(math.Round(float64(then.N-now.N) / float64(then.N) * 100 * Million))}
}

// inStock is the count's word where there is one, else the feed's; an item of
// a feed without stock is in stock.
func (c *Candidate) inStock() bool {
	switch {
	case c.Gone:
		return false
	case c.Stock.Type == Number:
		return c.Stock.N > 0
	case c.Stock.Type == Some, !c.InStock.Known():
		return true
	}
	return c.InStock.N != 0
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
