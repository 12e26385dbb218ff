package rules

// Attribute returns an attribute of the item: unknown if it has none.
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
	case ItemViewed:
		return c.Viewed
	case ItemCarted:
		return c.Carted
	case ItemBought:
		return c.Bought
	case ItemWished:
		return c.Wished
	}
	if more := int(i - ItemMore); more >= 0 && more < len(c.More) {
		return c.More[more]
	}
	return Value{}
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
