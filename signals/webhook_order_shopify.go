package signals

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// shopifyOrder is an order as Shopify's webhooks have it.
type shopifyOrder struct {
	ID              json.Number `json:"id"`
	Test            bool        `json:"test"`
	Email           anyText     `json:"email"`
	ContactEmail    anyText     `json:"contact_email"`
	CreatedAt       string      `json:"created_at"`
	ProcessedAt     string      `json:"processed_at"`
	UpdatedAt       string      `json:"updated_at"`
	CancelledAt     string      `json:"cancelled_at"`
	FinancialStatus string      `json:"financial_status"`
	Currency        string      `json:"currency"`
	SourceName      string      `json:"source_name"`
	Customer        struct {
		ID    json.Number `json:"id"`
		Email anyText     `json:"email"`
	} `json:"customer"`
	NoteAttributes []pair        `json:"note_attributes"`
	Metafields     []pair        `json:"metafields"`
	Lines          []shopifyLine `json:"line_items"`
	Refunds        []struct {
		Lines []struct {
			Line     json.Number `json:"line_item_id"`
			Quantity float64     `json:"quantity"`
		} `json:"refund_line_items"`
	} `json:"refunds"`
}

// shopifyLine is a line of it.
type shopifyLine struct {
	ID       json.Number `json:"id"`
	Variant  json.Number `json:"variant_id"`
	Product  json.Number `json:"product_id"`
	SKU      anyText     `json:"sku"`
	Quantity float64     `json:"quantity"`
	Current  *float64    `json:"current_quantity"` // after edits and refunds; newer versions have it
	Price    anyText     `json:"price"`
}

// readShopifyOrder reads an order. What its payment waits for was ordered too.
func (w *Webhook) readShopifyOrder(topic string, body []byte) (Order, error) {
	switch strings.TrimPrefix(topic, "orders/") {
	case "create", "updated", "paid", "cancelled", "fulfilled", "partially_fulfilled":
	default:
		return Order{}, fmt.Errorf("%w: topic %.60q; subscribe to orders/create, orders/updated and orders/cancelled, which say whose order it is", errNotOurs, topic)
	}
	var in shopifyOrder
	if err := readJSON(body, &in); err != nil {
		return Order{}, err
	}
	switch {
	case !isShopID(in.ID.String()):
		return Order{}, errors.New("no order: it has no id")
	case in.Test:
		return Order{}, fmt.Errorf("%w: it is a test order", errNotOurs)
	}
	o := Order{Channel: "web", ID: in.ID.String(), Recipient: in.field(w.Orders.Recipient), At: in.ProcessedAt, Told: in.UpdatedAt}
	if o.At == "" {
		o.At = in.CreatedAt
	}
	if in.SourceName == "pos" {
		o.Channel = "till"
	}
	gone := in.CancelledAt != "" || slices.Contains([]string{"refunded", "voided"}, in.FinancialStatus)
	for i := range in.Lines {
		line := &in.Lines[i]
		left := line.Quantity - in.refunded(line.ID)
		if line.Current != nil {
			left = min(left, *line.Current)
		}
		key := map[string]string{"variant_id": line.Variant.String(), "product_id": line.Product.String(), "sku": string(line.SKU)}[w.Orders.By]
		if key == "" || !isShopID(line.ID.String()) {
			continue // a tip, say, or what is sold without being a product
		}
		o.Lines = append(o.Lines, OrderLine{
			ID: line.ID.String(), Key: key, Count: countOf(left), Gone: gone || left <= 0, Price: priceOf(string(line.Price), in.Currency),
		})
	}
	return o, nil
}

// field is what names the recipient.
func (o *shopifyOrder) field(name string) string {
	switch name {
	case "customer.id":
		return o.Customer.ID.String()
	case "customer.email":
		return string(o.Customer.Email)
	case "email":
		return string(o.Email)
	case "contact_email":
		return string(o.ContactEmail)
	}
	if of, ok := strings.CutPrefix(name, "note_attributes."); ok {
		return valueOf(o.NoteAttributes, func(p *pair) bool { return string(p.Name) == of })
	}
	of := strings.TrimPrefix(name, "metafields.")
	return valueOf(o.Metafields, func(p *pair) bool { return string(p.Namespace)+"."+string(p.Key) == of })
}

// refunded is how many of a line were.
func (o *shopifyOrder) refunded(line json.Number) (n float64) {
	for _, refund := range o.Refunds {
		for _, l := range refund.Lines {
			if l.Line == line {
				n += l.Quantity
			}
		}
	}
	return n
}
