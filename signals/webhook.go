package signals

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// WebhookKind is whose webhooks these are.
type WebhookKind uint8

// Shop systems.
const (
	Shopify WebhookKind = iota
	WooCommerce
)

// webhookNames are by WebhookKind.
var webhookNames = [...]string{"shopify", "woocommerce"}

// String is the shop system as opentime.yaml writes it.
func (k WebhookKind) String() string { return webhookNames[k] }

// WebhookKinds are the names of shop systems.
func WebhookKinds() []string { return webhookNames[:] }

// ParseWebhookKind reads the name of a shop system.
func ParseWebhookKind(name string) (WebhookKind, bool) {
	i := slices.Index(webhookNames[:], name)
	return WebhookKind(max(0, i)), i >= 0
}

// Webhook says what a shop system's own ids mean here.
type Webhook struct {
	ID   string
	From WebhookKind
	// Attribute of items holds the shop's id; "": it is the item's own. Every item
	// that has it is meant: feeds of two languages may share a stock.
	Attribute string
	// BySKU has a WooCommerce product known by its SKU, not by its id.
	BySKU bool
	// Locations are those of Shopify that count, with the place that each is, ""
	// for none. Without any all count.
	Locations map[string]string
	// Prices has WooCommerce's prices taken, which are in the currency of the feed.
	Prices bool
	// Orders says how orders are told as purchases; nil: they are not.
	Orders *Orders
}

// notice is what a webhook says of one product.
type notice struct {
	key      string // the shop's id
	location string // Shopify's; "": of all together
	count    any    // as in a StockRow
	at       string // "": at its receipt
	prices   map[string]any
}

// errNotOurs says that a webhook is of nothing that is known here.
var errNotOurs = errors.New("unknown here")

// read understands the body of a webhook. An error means that it says nothing
// that could be applied, now or at a later try.
func (w *Webhook) read(topic string, body []byte) (notice, error) {
	if w.From == WooCommerce {
		return w.readWooCommerce(topic, body)
	}
	return readShopify(topic, body)
}

// TakeWebhook applies what a shop system tells, where it is not older than what is
// known. It returns when that is safe on disk; an error means that nothing was
// applied. What does not say when it was true was so when it was received.
func (x *Catalogue) TakeWebhook(w *Webhook, topic string, body []byte, received time.Time) (Applied, error) {
	n, err := w.read(topic, body)
	if err != nil {
		applied := newApplied()
		applied.note(1, err)
		return applied, nil
	}
	out := x.ask(&change{webhook: w, notice: &n, received: received})
	return out.applied, out.err
}

// notice stages what a webhook says of every item that is meant, and notes what
// became of it: it is one row, whatever it says.
func (s *staging) notice(w *Webhook, n *notice, received time.Time, applied *Applied) {
	items := s.meant(w, n.key)
	if len(items) == 0 {
		applied.note(1, fmt.Errorf("%w: no item has %s %q", errNotOurs, w.idName(), n.key))
		return
	}
	taken := false
	var notes []error
	note := func(err error) {
		taken = taken || err == nil
		if err != nil && !slices.ContainsFunc(notes, func(e error) bool { return e.Error() == err.Error() }) {
			notes = append(notes, err)
		}
	}
	for _, item := range items {
		if n.location != "" {
			note(s.level(w, item, n, received))
		} else {
			note(s.stock(&StockRow{Item: item, Count: n.count, At: n.at}, received))
		}
		if len(n.prices) > 0 {
			note(s.item(&ItemRow{ID: item, At: n.at, Values: n.prices}, received))
		}
	}
	if taken {
		applied.Applied = 1
	}
	for _, err := range notes {
		applied.note(1, err)
	}
}

// idName is what an item is known by.
func (w *Webhook) idName() string {
	if w.Attribute == "" {
		return "the id"
	}
	return w.Attribute
}

// meant returns the items that a shop's id is of.
func (s *staging) meant(w *Webhook, key string) []string {
	if w.Attribute != "" {
		return s.x.itemsBy(s.table, w.Attribute)[key]
	}
	if i, ok := s.table.byID[key]; ok && s.table.held[i].item != nil {
		return []string{key}
	}
	return nil
}

// itemsBy returns the items by the value of an attribute. It is worked out once
// for every load of a feed.
func (x *Catalogue) itemsBy(t *table, attribute string) map[string][]string {
	if items, ok := x.by[attribute]; ok {
		return items
	}
	items := map[string][]string{}
	for _, h := range t.held {
		if value := h.text(attribute); value != "" {
			items[value] = append(items[value], h.item.ID)
		}
	}
	x.by[attribute] = items
	return items
}

// level stages the count at one of the shop's locations, and the count of all as
// the sum of those that count.
func (s *staging) level(w *Webhook, item string, n *notice, received time.Time) error {
	place, listed := w.Locations[n.location]
	if !listed && len(w.Locations) > 0 {
		return fmt.Errorf("%w: location %s is not among locations", errNotOurs, n.location)
	}
	row := StockRow{Item: item, Place: place, Count: n.count, At: n.at}
	if place == "" {
		row.Place, row.ours = w.level(n.location), true
	}
	if err := s.stock(&row, received); err != nil {
		return err
	}
	total, key := s.sum(w, item), stockKey{item: item}
	if total.stamp.beats(s.against(s.stampOf(key)), s.now.UnixMilli()) {
		s.counts[key] = total
	}
	return nil
}

// level is what the count at a location that is no place is kept under.
func (w *Webhook) level(location string) string { return w.ID + "/" + location }

// sum adds up the counts at the locations that count, as of the newest of them.
// While one of those that are listed was never heard of, it is some or, where
// there are none at the others, unknown.
func (s *staging) sum(w *Webhook, item string) count {
	total, missing, some := count{}, false, false
	for _, place := range s.levels(w, item) {
		c, ok := s.countAt(stockKey{item, place})
		switch {
		case !ok:
			missing = true
			continue
		case c.n == someCount:
			some = true
		default:
			total.n = min(total.n+c.n, maxCount)
		}
		if total.stamp.from == fromNobody || c.stamp.at > total.stamp.at {
			total.stamp = c.stamp
		}
	}
	switch {
	case some || missing && total.n > 0:
		total.n = someCount
	case missing:
		total.n = unknownCount
	}
	return total
}

// levels are where the counts of an item that add up are kept.
func (s *staging) levels(w *Webhook, item string) []string {
	var places []string
	if len(w.Locations) > 0 {
		for location, place := range w.Locations {
			if place == "" {
				place = w.level(location)
			}
			places = append(places, place)
		}
		return places
	}
	prefix := w.level("")
	for key := range s.counts {
		if key.item == item && strings.HasPrefix(key.place, prefix) {
			places = append(places, key.place)
		}
	}
	if k := s.x.known[item]; k != nil {
		if list := k.places.Load(); list != nil {
			for _, p := range *list {
				if strings.HasPrefix(p.place, prefix) && !slices.Contains(places, p.place) {
					places = append(places, p.place)
				}
			}
		}
	}
	return places
}

// countAt returns the count at a place, by these rows or before; false if there
// is none.
func (s *staging) countAt(key stockKey) (count, bool) {
	if c, ok := s.counts[key]; ok {
		return c, true
	}
	if k := s.x.known[key.item]; k != nil {
		if p := k.place(key.place); p != nil {
			return count{p.n.Load(), p.stamp}, true
		}
	}
	return count{}, false
}
