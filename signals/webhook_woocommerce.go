package signals

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// wooProduct is a product, or a variation of one, as WooCommerce's webhooks of its
// REST API's versions 1 to 3 have it. PHP writes numbers as texts now and then.
type wooProduct struct {
	ID           wooText `json:"id"`
	SKU          wooText `json:"sku"`
	Status       wooText `json:"status"`
	ModifiedGMT  wooText `json:"date_modified_gmt"`
	ManageStock  wooText `json:"manage_stock"` // true, false, or "parent" of a variation
	Quantity     wooText `json:"stock_quantity"`
	StockStatus  wooText `json:"stock_status"`
	Price        wooText `json:"price"`
	RegularPrice wooText `json:"regular_price"`
	SalePrice    wooText `json:"sale_price"`
	OnSale       wooText `json:"on_sale"`
}

// wooText is a text, a number or a boolean, as text; "" for null.
type wooText string

// UnmarshalJSON reads any of these; what is none of them is no text.
func (t *wooText) UnmarshalJSON(data []byte) error {
	switch {
	case data[0] == '"':
		return json.Unmarshal(data, (*string)(t))
	case string(data) == "null":
		*t = ""
	case data[0] == '{', data[0] == '[':
		return fmt.Errorf("%.20q is no text and no number", data)
	default:
		*t = wooText(data)
	}
	return nil
}

// readWooCommerce reads what WooCommerce says of a product. Variations come as
// products of their own.
func (w *Webhook) readWooCommerce(topic string, body []byte) (notice, error) {
	deleted := false
	switch topic {
	case "product.created", "product.updated", "product.restored":
	case "product.deleted":
		deleted = true
	default:
		return notice{}, fmt.Errorf("%w: topic %.60q; subscribe to product.updated", errNotOurs, topic)
	}
	var p wooProduct
	if err := json.Unmarshal(body, &p); err != nil {
		return notice{}, fmt.Errorf("no product: %w", err)
	}
	n := notice{key: string(p.ID)}
	if w.BySKU {
		n.key = string(p.SKU)
	}
	switch {
	case n.key == "" && w.BySKU && p.ID != "":
		return notice{}, fmt.Errorf("%w: product %.60q comes without a SKU", errNotOurs, p.ID)
	case n.key == "":
		return notice{}, errors.New("no product: it has no id")
	}
	if at, err := time.Parse("2006-01-02T15:04:05", string(p.ModifiedGMT)); err == nil {
		n.at = at.UTC().Format(time.RFC3339)
	}
	if n.count = p.count(deleted); n.count == nil {
		return notice{}, errors.New("no product: it has no stock_status")
	}
	if w.Prices && !deleted {
		n.prices = p.prices()
	}
	return n, nil
}

// count is how many are there to be bought; nil: it does not say. Of what the shop
// does not show, and of what can be ordered but is not there yet, there are none.
func (p *wooProduct) count(deleted bool) any {
	switch {
	case deleted || p.Status != "" && p.Status != "publish":
		return 0
	case p.StockStatus == "outofstock" || p.StockStatus == "onbackorder":
		return 0
	case p.ManageStock != "false" && p.Quantity != "":
		return soldTo(string(p.Quantity))
	case p.StockStatus == "instock":
		return "some"
	}
	return nil
}

// prices are what it costs, as items have them: the price without a sale, and the
// sale's while there is one.
func (p *wooProduct) prices() map[string]any {
	regular, now := string(p.RegularPrice), string(p.Price)
	if regular == "" { // a product with variations has but the lowest of theirs
		regular = now
	}
	if strings.Trim(regular, "0.,") == "" {
		return nil // nothing, or free until somebody writes a price
	}
	prices := map[string]any{"price": regular, "sale_price": nil}
	if p.OnSale == "true" && p.SalePrice != "" {
		prices["sale_price"] = string(p.SalePrice)
	}
	return prices
}
