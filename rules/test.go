package rules

import (
	"fmt"
	"slices"
)

// Give lays one signal over what was gathered, as a test's given or explain's
// --given has it.
func Give(c *Campaign, s *Signals, name, text string) error {
	g, err := ParseSignal(c, name)
	if err != nil {
		return err
	}
	value, err := g.parse(text, c)
	if err != nil {
		return fmt.Errorf("given %s: %w", name, err)
	}
	give(c, s, g, value)
	return nil
}

// give lays a value over what was gathered, as far as the open's trust lets it
// be known: the caps of gather hold for what is given too.
func give(c *Campaign, s *Signals, g Given, value Value) {
	giveOpen(s, g, value)
	if g.Slot >= 0 && g.Slot < len(s.Values) {
		if c.hides(&c.Signals[g.Slot], s.Trust) {
			return
		}
		s.give(g.Slot, value)
	}
	switch {
	case g.Item != "" && c.hides(&Signal{Source: ItemSource, Index: g.Attribute}, s.Trust):
	case g.Item != "":
		s.givenItems(c).set(g.Item, ItemAttribute(g.Attribute), value)
	case g.place:
		s.givenItems(c).counts[g.Name] = value
	}
	settle(c, s)
}

// give sets the value of a slot.
func (s *Signals) give(slot int, value Value) {
	s.Values[slot] = value
	if slot < len(s.Origins) {
		s.Origins[slot] = "given"
	}
}

// givenItems are the items that are given, laid over those that are gathered.
func (s *Signals) givenItems(c *Campaign) *givenItems {
	items, ok := s.Items.(*givenItems)
	if !ok {
		items = &givenItems{under: s.Items, declared: c.attributes, items: map[string]*Candidate{}, counts: map[string]Value{}}
		s.Items = items
	}
	return items
}

// giveOpen gives what Signals hold beside their values: where here is from, the
// class of the client, the zone and locale of the profile.
func giveOpen(s *Signals, g Given, value Value) {
	switch g.Name {
	case "here.from":
		s.HereFrom = From(max(0, slices.Index(fromNames[:], value.Text)))
	case "client.class":
		s.Class, _ = ParseClass(value.Text) // one of its values, or unknown: a person
	case "profile.locale":
		if s.Trust >= Claimed {
			s.Locale = value.Text
		}
	case "profile.zone":
		if zone, ok := zoneNamed(value.Text); ok && s.Trust >= Claimed {
			s.Zone = zone
		}
	}
}

// hides reports whether a link of that trust lets a signal not be known. The
// signed seal their parameters.
func (c *Campaign) hides(sig *Signal, t Trust) bool {
	switch {
	case sig.Source == ParameterSource:
		return !c.Params[sig.Index].Believed(t, t == Signed)
	case t >= Keyed:
		return false
	case sig.Source == ItemSource:
		return ItemAttribute(sig.Index).ofRecipient()
	case sig.Source >= CartSource && sig.Source <= AnsweredSource:
		return true
	case sig.Source != ProfileSource:
		return false
	case t == Anonymous:
		return true
	case sig.Index >= 0:
		return sig.Index >= len(c.sender.Attributes) || !c.sender.Attributes[sig.Index].Open
	}
	return sig.Key != "locale" && sig.Key != "zone" && sig.Key != "country"
}

// givenItems answers with items that a test gives, over those of a catalogue
// if there is one.
type givenItems struct {
	under    Items       // may be nil
	declared []Attribute // of the campaign's items
	items    map[string]*Candidate
	order    []string
	lists    map[string][]string // by list
	// counts are those at places, by the signal's name.
	counts map[string]Value
}

// candidate returns an item to be changed: a copy of the catalogue's, or a new
// one, with its attributes as the campaign declares them.
func (g *givenItems) candidate(id string) *Candidate {
	if c, ok := g.items[id]; ok {
		return c
	}
	c := &Candidate{Item: &Item{ID: id}}
	if g.under != nil {
		if found, ok := g.under.Item(id); ok && found.Item != nil {
			own := *found.Item
			found.Item = &own
			c = &found
		}
	}
	more := make([]Value, len(g.declared))
	for i := range g.declared {
		more[i] = c.value(ItemMore+ItemAttribute(i), g.declared[i].Name, g.declared[i].Type)
	}
	c.More, c.Declared = more, g.declared
	g.items[id] = c
	g.order = append(g.order, id)
	return c
}

// set gives an item an attribute.
func (g *givenItems) set(id string, attribute ItemAttribute, v Value) {
	c := g.candidate(id)
	texts := map[ItemAttribute]*string{
		ItemTitle: &c.Title, ItemDescription: &c.Description, ItemLink: &c.Link, ItemImage: &c.Image,
		ItemBrand: &c.Brand, ItemCategory: &c.Category,
	}
	values := map[ItemAttribute]*Value{
		ItemPrice: &c.Price, ItemSalePrice: &c.SalePrice, ItemStock: &c.Stock, ItemRating: &c.Rating,
		ItemReviews: &c.Reviews, ItemInStock: &c.InStock, ItemStarts: &c.Starts, ItemEnds: &c.Ends,
		ItemPriceThen: &c.PriceThen, ItemBecause: &c.Because,
		ItemViewed: &c.Viewed, ItemCarted: &c.Carted, ItemBought: &c.Bought, ItemWished: &c.Wished,
	}
	if text, ok := texts[attribute]; ok {
		*text = v.Text
		return
	}
	if value, ok := values[attribute]; ok {
		*value = v
		return
	}
	if attribute == ItemTags {
		c.Tags = v.List
		return
	}
	if more := int(attribute - ItemMore); more >= 0 && more < len(c.More) {
		c.More[more] = v
	}
}

// Item returns an item that is given, else the catalogue's.
func (g *givenItems) Item(id string) (Candidate, bool) {
	if c, ok := g.items[id]; ok {
		return *c, true
	}
	if g.under != nil {
		return g.under.Item(id)
	}
	return Candidate{}, false
}

// StockAt returns the count that is given for an item at a place, else the
// catalogue's.
func (g *givenItems) StockAt(id, place string) Value {
	if count, ok := g.counts["stock"+bracket(id)+"@"+place]; ok || g.under == nil {
		return count
	}
	return g.under.StockAt(id, place)
}

// Rank returns the items given for a list; without, of what the catalogue itself
// ranks all items that are given, or the catalogue's.
func (g *givenItems) Rank(list Listing, keep func(*Candidate) bool, n int, dst []Candidate) []Candidate {
	ids, given := g.lists[list.From]
	switch {
	case given:
	case g.under != nil:
		return g.under.Rank(list, func(c *Candidate) bool {
			if own, given := g.items[c.ID]; given {
				*c = *own
			}
			return keep(c)
		}, n, dst)
	case len(g.lists) == 0 && (list.From == "popular" || list.From == "recent"):
		ids = g.order
	}
	for _, id := range ids {
		c, ok := g.Item(id)
		if !ok {
			c = Candidate{Item: &Item{ID: id}}
		}
		if n > 0 && keep(&c) {
			dst = append(dst, c)
			n--
		}
	}
	return dst
}

// Given lays what a test gives over gathered signals.
func (t *Test) Given(c *Campaign, s *Signals) {
	for i := range t.Gives {
		give(c, s, t.Gives[i].Given, t.Gives[i].Value)
	}
	t.remember(s)
	if len(t.Lists) == 0 {
		return
	}
	items := s.givenItems(c)
	items.lists = map[string][]string{}
	for id, ids := range t.Lists {
		if block, isBlock := c.Block(id); isBlock {
			for _, from := range listsOf(block) {
				if _, named := t.Lists[from]; !named {
					items.lists[from] = append(items.lists[from], ids...)
				}
			}
			continue
		}
		items.lists[id] = ids
	}
}

// remember gives what the recipient did. Events without tags have those of their
// item.
func (t *Test) remember(s *Signals) {
	if !t.HasEvents || s.Trust < Keyed {
		return
	}
	s.History, s.HasHistory = slices.Clone(t.Events), true
	for i := range s.History {
		e := &s.History[i]
		if len(e.Tags) > 0 || e.Item == "" || s.Items == nil {
			continue
		}
		if item, ok := s.Items.Item(e.Item); ok && item.Item != nil {
			e.Tags = item.Tags
		}
	}
}

// listsOf returns the lists that a block's variants take items from.
func listsOf(b *Block) []string {
	var all []string
	add := func(v *Variant) {
		if v != nil && v.List != nil {
			for _, from := range v.List.From {
				if !slices.Contains(all, from) {
					all = append(all, from)
				}
			}
		}
	}
	for _, rule := range b.Rules {
		for _, v := range rule.variants() {
			add(v)
		}
	}
	add(b.Fallback)
	return all
}
