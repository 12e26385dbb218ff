package signals

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// wooOrder is an order as WooCommerce's webhooks have it.
type wooOrder struct {
	ID          wooText `json:"id"`
	Status      string  `json:"status"`
	Currency    string  `json:"currency"`
	CreatedGMT  string  `json:"date_created_gmt"`
	ModifiedGMT string  `json:"date_modified_gmt"`
	PaidGMT     string  `json:"date_paid_gmt"`
	CreatedVia  string  `json:"created_via"`
	Customer    wooText `json:"customer_id"`
	Billing     struct {
		Email anyText `json:"email"`
	} `json:"billing"`
	Meta  []pair `json:"meta_data"`
	Lines []struct {
		ID        wooText `json:"id"`
		Product   wooText `json:"product_id"`
		Variation wooText `json:"variation_id"`
		SKU       anyText `json:"sku"`
		Quantity  anyText `json:"quantity"`
		Price     anyText `json:"price"`
	} `json:"line_items"`
}

// readWooOrder reads an order. One that waits for a transfer was ordered; one that
// waits for its payment is a checkout that most do not come back to.
func (w *Webhook) readWooOrder(topic string, body []byte) (Order, error) {
	switch topic {
	case "order.created", "order.updated", "order.restored":
	default:
		return Order{}, fmt.Errorf("%w: topic %.60q; subscribe to order.created and order.updated, which say whose order it is", errNotOurs, topic)
	}
	var in wooOrder
	if err := readJSON(body, &in); err != nil {
		return Order{}, err
	}
	if !isShopID(string(in.ID)) {
		return Order{}, errors.New("no order: it has no id")
	}
	gone := false
	switch in.Status {
	case "processing", "completed", "on-hold":
	case "cancelled", "refunded", "failed", "trash":
		gone = true
	default: // one of the shop's own, or not paid yet
		if in.PaidGMT == "" || in.Status == "pending" || in.Status == "checkout-draft" {
			return Order{}, fmt.Errorf("%w: the order is %.40q, and nothing is bought until it is paid", errNotOurs, in.Status)
		}
	}
	o := Order{Channel: "web", ID: string(in.ID), Recipient: in.field(w.Orders.Recipient), At: gmt(in.CreatedGMT), Told: gmt(in.ModifiedGMT)}
	if strings.HasPrefix(in.CreatedVia, "pos") {
		o.Channel = "till"
	}
	for i := range in.Lines {
		line := &in.Lines[i]
		key := string(line.Variation)
		if key == "" || key == "0" {
			key = string(line.Product)
		}
		if w.Orders.By == "sku" {
			key = string(line.SKU)
		}
		if key == "" || key == "0" || !isShopID(string(line.ID)) {
			continue
		}
		n, _ := strconv.ParseFloat(string(line.Quantity), 64) // none is one
		o.Lines = append(o.Lines, OrderLine{ID: string(line.ID), Key: key, Count: countOf(n), Gone: gone, Price: priceOf(string(line.Price), in.Currency)})
	}
	return o, nil
}

// field is what names the recipient. Guests are customer 0.
func (o *wooOrder) field(name string) string {
	switch {
	case name == "customer_id" && o.Customer == "0":
		return ""
	case name == "customer_id":
		return string(o.Customer)
	case name == "billing.email":
		return string(o.Billing.Email)
	}
	of := strings.TrimPrefix(name, "meta_data.")
	return valueOf(o.Meta, func(p *pair) bool { return string(p.Key) == of })
}

// gmt is a moment that WooCommerce writes without a zone, which is UTC; "" where it
// is none.
func gmt(text string) string {
	if len(text) != len("2006-01-02T15:04:05") {
		return ""
	}
	return text + "Z"
}
