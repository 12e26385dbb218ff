package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// Given is a signal that a test or explain gives a value.
type Given struct {
	Name string
	Type Type
	// Slot is its place in Signals.Values, or -1 where the campaign never asks.
	Slot int
	// Item and Attribute name an item's attribute, which Items answers for
	// where the campaign asks through the item in scope.
	Item      string
	Attribute int

	stock  bool     // a count, which may be "some"
	place  bool     // a count at one place
	values []string // the only ones it can have; nil: any
}

// ParseSignal finds the signal of that name.
func ParseSignal(c *Campaign, name string) (Given, error) {
	if parts, at, err := splitSignal(name); err == nil && len(parts) == 3 && parts[0] == "item" && parts[2] == "stock" {
		name = "stock" + bracket(parts[1])
		if at != "" {
			name += "@" + at
		}
	}
	k, err := c.find(name)
	if err != nil {
		return Given{}, err
	}
	if why := workedOut(c, k); why != "" {
		return Given{}, fmt.Errorf("%s is not given itself; %s", name, why)
	}
	g := Given{
		Name: k.name, Type: k.typ, Slot: -1, Item: k.signal.Item, Attribute: k.signal.Index, values: k.values,
		stock: k.signal.Source == StockSource,
	}
	if slot, ok := c.slots[k.signal.Name]; ok && k.kind == NoRef {
		g.Slot = slot
	}
	if g.stock && k.signal.At == "" {
		g.Item, g.Attribute = k.signal.Key, int(ItemStock)
	}
	g.place = g.stock && k.signal.At != "" && !strings.HasPrefix(k.signal.At, "near.")
	return g, nil
}

// workedOut says what to give instead of a signal that is worked out from
// others; "" if it is given itself.
func workedOut(c *Campaign, k *known) string {
	switch {
	case k.kind == PlaceStockRef:
		return "give stock.<item>" + strings.TrimPrefix(k.name, "item.stock")
	case k.kind == AnswerRef && k.index == int(AnswerOpen):
		return "set the test's at before or after closes"
	case k.kind == AnswerRef && k.index == int(AnswerText):
		return "leave it out"
	case k.kind == AnswerRef:
		return "give the votes of each answer, results.<block>.<answer>"
	case k.kind == NoRef && k.signal.Source == ResultsSource && k.signal.At == "":
		return "give the votes of each answer, such as " + k.name + bracket(c.answers[k.signal.Key][0])
	case attributeOf(k) == ItemPriceDrop:
		return "give price and price_then"
	case k.kind == ItemRef:
		return "give it to an item by its id, item.<id>." + c.attributeName(k.index)
	case k.kind != NoRef:
		return "leave it out"
	}
	return ""
}

// parse reads a value that is given: a literal, "unknown", or of a count "some".
func (g *Given) parse(text string, c *Campaign) (Value, error) {
	text = strings.TrimSpace(text)
	switch {
	case g.stock && text == "some":
		return Value{Type: Some}, nil
	case g.Type == Text && slices.Contains(g.values, text):
		return Value{Type: Text, Text: text}, nil
	case g.Type == Text && g.values != nil && text != "unknown" && !containsFold(g.values, text):
		return Value{}, fmt.Errorf("%s is never %q; %s", g.Name, text, strict.DidYouMean(text, g.values))
	case g.Type != Text && (strings.Contains(text, "..") || strings.HasPrefix(text, "<") || strings.HasPrefix(text, ">")):
		return Value{}, fmt.Errorf("%q is a matcher, and what is given is one value; write one that it holds for", text)
	}
	return ParseValue(g.Type, text, c)
}

func containsFold(values []string, text string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, text) })
}

// settle fills in what follows from what is given: a count at the place that is
// near.
func settle(c *Campaign, s *Signals) {
	items, ok := s.Items.(*givenItems)
	if !ok || len(items.counts) == 0 {
		return
	}
	for i := range c.Signals {
		sig := &c.Signals[i]
		list, near := strings.CutPrefix(sig.At, "near.")
		if sig.Source != StockSource || !near {
			continue
		}
		slot, ok := c.slots["near."+list+".id"]
		if !ok || slot >= len(s.Values) {
			continue
		}
		if count, ok := items.counts["stock"+bracket(sig.Key)+"@"+s.Values[slot].Text]; ok {
			s.give(i, count)
		}
	}
}
