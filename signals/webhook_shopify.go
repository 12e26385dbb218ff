package signals

import (
	"encoding/json"
	"fmt"
	"strings"
)

// readShopify reads what Shopify says of an inventory level. Its ids are of
// inventory items and of locations.
func readShopify(topic string, body []byte) (notice, error) {
	var level struct {
		Item      json.Number  `json:"inventory_item_id"`
		Location  json.Number  `json:"location_id"`
		Available *json.Number `json:"available"`
		UpdatedAt string       `json:"updated_at"`
	}
	gone := false
	switch topic {
	case "inventory_levels/update", "inventory_levels/connect":
	case "inventory_levels/disconnect":
		gone = true
	default:
		return notice{}, fmt.Errorf("%w: topic %.60q; subscribe to inventory_levels/update", errNotOurs, topic)
	}
	if err := json.Unmarshal(body, &level); err != nil {
		return notice{}, fmt.Errorf("no inventory level: %w", err)
	}
	n := notice{key: level.Item.String(), location: level.Location.String(), at: level.UpdatedAt}
	switch {
	case !isShopID(n.key):
		return notice{}, fmt.Errorf("inventory_item_id %.60q is no id", n.key)
	case !isShopID(n.location):
		return notice{}, fmt.Errorf("location_id %.60q is no id", n.location)
	case gone:
		n.count = 0
	case level.Available == nil: // Shopify does not count it
		n.count = "some"
	default:
		n.count = soldTo(level.Available.String())
	}
	return n, nil
}

// isShopID reports whether a text is a number as shops count their things.
func isShopID(text string) bool {
	return len(text) >= 1 && len(text) <= 20 && strings.Trim(text, "0123456789") == ""
}

// soldTo is a count as a shop has it: below zero, sold before it came in, is none
// left, and of a part nobody can buy the rest.
func soldTo(count string) string {
	if strings.HasPrefix(count, "-") {
		return "0"
	}
	whole, part, _ := strings.Cut(count, ".")
	if strings.Trim(part, "0123456789") != "" {
		return count
	}
	return whole
}
