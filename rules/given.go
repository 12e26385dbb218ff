package rules

import "fmt"

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
	if k.kind != NoRef && k.kind != ItemRef {
		return Given{}, fmt.Errorf("%s is not gathered; leave it out", name)
	}
	g := Given{Name: k.name, Type: k.typ, Slot: -1, Item: k.signal.Item, Attribute: k.signal.Index}
	if slot, ok := c.slots[k.signal.Name]; ok && k.kind == NoRef {
		g.Slot = slot
	}
	if k.signal.Source == StockSource && k.signal.At == "" {
		g.Item, g.Attribute = k.signal.Key, int(ItemStock)
	}
	return g, nil
}
