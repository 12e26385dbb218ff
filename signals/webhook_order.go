package signals

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Orders says how a shop's orders are told as purchases.
type Orders struct {
	// Recipient is the field of an order that says whose it is; see OrderFields.
	Recipient string
	// Hashed has it be an address, and the recipient's id the SHA-256 of that in hex.
	Hashed bool
	// By is the field of a line that says which item it is.
	By string
	// Attribute of items holds what By has; "": it is the item's own id.
	Attribute string
	// Channel is where it was bought; "": as the order says, till or web.
	Channel string
}

// Order is an order as a shop tells of it.
type Order struct {
	ID string
	// Recipient is an id, or an id with its seal; Own says that visitors of the shop
	// cannot write the field that it is in.
	Recipient string
	Own       bool
	// At is when it was placed, Told when this was so.
	At, Told string
	Channel  string
	Lines    []OrderLine
}

// OrderLine is one line of an order.
type OrderLine struct {
	ID    string
	Items []string // those that are meant; none: nobody knows which
	Key   string   // what By has
	Count int
	Price string // of one, with its currency; "": unknown
	Gone  bool   // it was cancelled, or all of it was refunded
}

// maxOrderLines bounds the lines of an order that are told.
const maxOrderLines = 500

// fieldKind is what a field of an order may be.
type fieldKind struct {
	name  string // a whole name, or the beginning of one that ends in a dot
	email bool   // an address
	own   bool   // only the shop writes it
}

// orderFields are by WebhookKind.
var orderFields = [...][]fieldKind{
	Shopify: {
		{"customer.id", false, true},
		{"metafields.", false, true},
		{"note_attributes.", false, false},
		{"customer.email", true, true},
		{"email", true, false},
		{"contact_email", true, false},
	},
	WooCommerce: {{"customer_id", false, true}, {"meta_data.", false, false}, {"billing.email", true, false}},
}

// orderBy are the fields of a line that an item may be known by, the default first.
var orderBy = [...][]string{Shopify: {"variant_id", "product_id", "sku"}, WooCommerce: {"id", "sku"}}

// OrderFields are what orders may name their recipient by, and lines their item.
func OrderFields(k WebhookKind) (recipient, by []string) {
	for _, f := range orderFields[k] {
		recipient = append(recipient, f.name+map[bool]string{true: "<name>"}[strings.HasSuffix(f.name, ".")])
	}
	return recipient, orderBy[k]
}

// OrderField reports whether a field may name an order's recipient, and whether it
// is an address.
func OrderField(k WebhookKind, name string) (email, ok bool) {
	f, ok := fieldOf(k, name)
	return f.email, ok
}

func fieldOf(k WebhookKind, name string) (fieldKind, bool) {
	for _, f := range orderFields[k] {
		rest, begins := strings.CutPrefix(name, f.name)
		if begins && (rest == "") != strings.HasSuffix(f.name, ".") {
			return f, true
		}
	}
	return fieldKind{}, false
}

// IsOrder reports whether a topic is of orders.
func (w *Webhook) IsOrder(topic string) bool {
	return w.From == Shopify && (strings.HasPrefix(topic, "orders/") || strings.HasPrefix(topic, "refunds/")) ||
		w.From == WooCommerce && strings.HasPrefix(topic, "order.")
}

// ReadOrder understands what a shop tells of an order, by the items that are known
// now. An error of which IsIgnored is true means that there is nothing to tell, any
// other that it is none.
func (x *Catalogue) ReadOrder(w *Webhook, topic string, body []byte) (Order, error) {
	if w.Orders == nil {
		return Order{}, fmt.Errorf("%w: topic %.60q; write orders: to the webhook in opentime.yaml to take it", errNotOurs, topic)
	}
	read := w.readShopifyOrder
	if w.From == WooCommerce {
		read = w.readWooOrder
	}
	o, err := read(topic, body)
	if err != nil {
		return o, err
	}
	if w.Orders.Channel != "" {
		o.Channel = w.Orders.Channel
	}
	field, _ := fieldOf(w.From, w.Orders.Recipient)
	o.Own = field.own
	if o.Recipient = strings.TrimSpace(o.Recipient); o.Recipient == "" {
		return o, fmt.Errorf("%w: the order has no %s, so it is nobody's", errNotOurs, w.Orders.Recipient)
	}
	if w.Orders.Hashed {
		sum := sha256.Sum256([]byte(strings.ToLower(o.Recipient)))
		o.Recipient = hex.EncodeToString(sum[:])
	}
	o.Lines = o.Lines[:min(len(o.Lines), maxOrderLines)]
	x.meantBy(w.Orders.Attribute, o.Lines)
	return o, nil
}

// IsIgnored reports whether an error of a webhook says that it is of nothing that is
// known here.
func IsIgnored(err error) bool { return errors.Is(err, errNotOurs) }

// meantBy finds the items that lines are of. An id of an item that was never known
// may be of one that is gone.
func (x *Catalogue) meantBy(attribute string, lines []OrderLine) {
	if attribute == "" {
		for i := range lines {
			lines[i].Items = []string{lines[i].Key}
		}
		return
	}
	for _, h := range x.table.Load().held {
		value := h.text(attribute)
		for i := range lines {
			if value != "" && value == lines[i].Key {
				lines[i].Items = append(lines[i].Items, h.item.ID)
			}
		}
	}
	for i := range lines {
		slices.Sort(lines[i].Items)
	}
}

// text is an item's declared attribute that is a text; "" where it has none.
func (h *held) text(attribute string) string {
	if h.item == nil {
		return ""
	}
	i := slices.IndexFunc(h.item.Declared, func(a rules.Attribute) bool { return a.Name == attribute })
	if i < 0 || i >= len(h.item.More) || h.item.More[i].Type != rules.Text {
		return ""
	}
	return h.item.More[i].Text
}

// anyText is a text, a number or a boolean, as text; "" for anything else.
type anyText string

// UnmarshalJSON reads any value.
func (t *anyText) UnmarshalJSON(data []byte) error {
	if data[0] == '{' || data[0] == '[' {
		*t = ""
		return nil
	}
	return (*wooText)(t).UnmarshalJSON(data)
}

// pair is a value by its name, as shops list them.
type pair struct {
	Namespace, Name, Key, Value anyText
}

// valueOf returns the value of a name; "" where there is none.
func valueOf(pairs []pair, is func(*pair) bool) string {
	if i := slices.IndexFunc(pairs, func(p pair) bool { return is(&p) }); i >= 0 {
		return string(pairs[i].Value)
	}
	return ""
}

// priceOf is what one costs, as events have it.
func priceOf(amount, currency string) string {
	n, err := strconv.ParseFloat(amount, 64)
	if err != nil || n < 0 || n > 1e9 || len(currency) != 3 {
		return ""
	}
	price := strconv.FormatFloat(n, 'f', 2, 64) + " " + strings.ToUpper(currency)
	if _, err := rules.ParseFact(rules.Money, price, time.UTC); err != nil {
		return ""
	}
	return price
}

// countOf is how many a line is of, one at least.
func countOf(n float64) int { return int(max(1, min(math.Ceil(n), 10_000))) }

// readJSON reads the body of an order.
func readJSON(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("no order: %w", err)
	}
	return nil
}
