package people

import (
	"time"

	"example.com/opentime/rules"
)

// cartLasts is for how long what was put into a cart is taken to lie there.
const cartLasts = 90 * 24 * time.Hour

// maxCart bounds the items that are looked at for a cart.
const maxCart = 100

// inCart is an item of a cart while events are walked.
type inCart struct {
	item     string
	gone     bool // taken out, or bought, by a newer event
	value    int64
	valued   bool
	quantity int64
	currency string
}

// Cart is what is in the cart at a moment, in Unix ms: what was put there in the
// last 90 days, and neither taken out nor bought since.
func (p *Past) Cart(at int64) rules.Cart {
	var room [16]inCart
	met := room[:0]
	cart := rules.Cart{}
	p.walk(false, func(w *walked, e *rawEvent) {
		kind, is := e.is()
		puts, takes := is && kind == rules.Carted, e.kind == keptUncarted || is && kind == rules.Bought
		if !puts && !takes || e.at > at || at-e.at >= cartLasts.Milliseconds() || e.mixed {
			return
		}
		if cart.Changed == 0 && (puts || e.kind == keptUncarted) {
			cart.Changed = e.at
		}
		id := w.item(e.item).id
		for i := range met {
			if met[i].item == id {
				return // a newer event says where it is
			}
		}
		if len(met) < maxCart {
			met = append(met, inCart{id, takes, e.value, e.valued, e.quantity, w.word(e.currency)})
		}
	})
	addUp(&cart, met)
	return cart
}

// addUp counts what is in a cart, and what it costs if that is known of all.
func addUp(cart *rules.Cart, met []inCart) {
	known, total, currency := true, int64(0), ""
	for i := range met {
		m := &met[i]
		if m.gone {
			continue
		}
		if currency == "" {
			currency = m.currency
		}
		cart.Items++
		known = known && m.valued && m.currency != "" && m.currency == currency
		total += m.value * m.quantity
	}
	if known && cart.Items > 0 {
		cart.Total = rules.MoneyOf(total, currency)
	}
}
