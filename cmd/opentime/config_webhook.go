package main

import (
	"log/slog"
	"maps"
	"slices"
	"strings"

	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// webhook reads a shop system that tells of its stock.
func (r *configReader) webhook(id string, n *strict.Node) {
	w := webhookConfig{node: n}
	w.ID = id
	r.Map(n, webhookFields.Read(strict.Keys{
		"from":      func(n *strict.Node) { w.From, _ = signals.ParseWebhookKind(r.OneOf(n, signals.WebhookKinds()...)) },
		"attribute": func(n *strict.Node) { w.Attribute = r.Name(n) },
		"locations": func(n *strict.Node) { w.Locations = r.locations(n) },
		"by":        func(n *strict.Node) { w.BySKU = r.OneOf(n, webhookBy[:]...) == "sku" },
		"prices":    func(n *strict.Node) { w.Prices = r.Bool(n) },
		"orders":    func(n *strict.Node) { w.Orders = r.orders(n) },
	}))
	if n.Kind != strict.Map {
		return
	}
	from := n.Find("from")
	if from == nil {
		r.Errorf(n, "webhook %q does not say whose it is; write from: %s", id, strings.Join(signals.WebhookKinds(), " or from: "))
		return
	}
	for key, of := range map[string]signals.WebhookKind{"locations": signals.Shopify, "by": signals.WooCommerce, "prices": signals.WooCommerce} {
		if at := n.Find(key); at != nil && w.From != of {
			r.Errorf(at, "%q is for %s; remove it", key, of)
		}
	}
	if w.Orders != nil {
		r.checkOrders(id, n.Find("orders"), &w)
	}
	r.c.webhooks = append(r.c.webhooks, w)
}

// orders reads how a shop's orders are told.
func (r *configReader) orders(n *strict.Node) *signals.Orders {
	o := &signals.Orders{}
	r.Map(n, ordersFields.Read(strict.Keys{
		"recipient": func(n *strict.Node) { o.Recipient = r.Text(n) },
		"hashed":    func(n *strict.Node) { o.Hashed = r.OneOf(n, orderHashes[:]...) == orderHashes[0] },
		"by":        func(n *strict.Node) { o.By = r.OneOf(n, orderBy[:]...) },
		"attribute": func(n *strict.Node) { o.Attribute = r.Name(n) },
		"channel":   func(n *strict.Node) { o.Channel = r.Text(n) },
	}))
	return o
}

// checkOrders says what of orders is not the shop's, and fills in what was left out.
func (r *configReader) checkOrders(id string, n *strict.Node, w *webhookConfig) {
	o := w.Orders
	fields, by := signals.OrderFields(w.From)
	email, ok := signals.OrderField(w.From, o.Recipient)
	switch recipient := n.Find("recipient"); {
	case n.Kind != strict.Map:
		return
	case recipient == nil:
		r.Errorf(n, "orders of webhook %q do not say whose they are; write recipient: and one of %s", id, strings.Join(fields, ", "))
	case !ok:
		r.Errorf(recipient, "orders of %s have no %q; write one of %s", w.From, o.Recipient, strings.Join(fields, ", "))
	case email && !o.Hashed:
		r.Errorf(recipient, "%q is an address, and none is kept; name a field with the recipient's id or, if ids in your links are the SHA-256 of addresses, write hashed: sha256", o.Recipient)
	case o.Hashed && !email:
		r.Errorf(n.Find("hashed"), "%q is no address; remove hashed", o.Recipient)
	}
	if at := n.Find("by"); at != nil && !slices.Contains(by, o.By) {
		r.Errorf(at, "lines of %s have no %q; write one of %s", w.From, o.By, strings.Join(by, ", "))
	}
	if o.By == "" {
		o.By = by[0]
		if w.BySKU {
			o.By = "sku"
		}
	}
	if o.Attribute == "" && w.From == signals.WooCommerce && n.Find("by") == nil {
		o.Attribute = w.Attribute
	}
}

// locations reads a shop's locations and the place that each is.
func (r *configReader) locations(n *strict.Node) map[string]string {
	locations, first := map[string]string{}, map[string]string{}
	if n.Kind != strict.Map {
		r.Errorf(n, `expected a map; write location: place pairs, with "" for no place`)
		return nil
	}
	for _, e := range n.Entries {
		location, place := e.Key.Text, r.Text(e.Value)
		if location == "" || len(location) > 20 || strings.Trim(location, "0123456789") != "" {
			r.Errorf(e.Key, "%q is no location; write its number, which ends its address in Shopify's settings", location)
			continue
		}
		if other, twice := first[place]; twice && place != "" {
			r.Errorf(e.Value, "place %q is location %s already; write one place each", place, other)
		}
		locations[location], first[place] = place, location
	}
	if len(n.Entries) == 0 {
		r.Errorf(n, "no location is written; write one, or remove locations")
	}
	return locations
}

// requireAttributes says which webhooks name an attribute that no feed has.
func (r *configReader) requireAttributes() {
	types := map[string]rules.Type{}
	for _, f := range r.c.feeds {
		for _, a := range f.attributes {
			if types[a.Name] != rules.Text { // one feed that has it is enough
				types[a.Name] = a.Type
			}
		}
	}
	require := func(n *strict.Node) {
		if n == nil {
			return
		}
		switch t, ok := types[n.Text]; {
		case t == rules.Text:
		case ok:
			r.Errorf(n, "%q is a %s in its feed; declare it as text: the ids of shops are longer than numbers", n.Text, t)
		default:
			r.Errorf(n, "no feed has an attribute %q; %s", n.Text, strict.DidYouMean(n.Text, slices.Sorted(maps.Keys(types))))
		}
	}
	for _, w := range r.c.webhooks {
		require(w.node.Find("attribute"))
		if orders := w.node.Find("orders"); orders != nil {
			require(orders.Find("attribute"))
		}
	}
}

// checkLocations says which locations are places that no list has.
func (s *site) checkLocations(known map[string]bool) {
	for _, w := range s.config.webhooks {
		locations := w.node.Find("locations")
		if locations == nil {
			continue
		}
		for _, e := range locations.Entries {
			if place := e.Value.Text; place != "" && !known[place] {
				s.problems = append(s.problems, problemAt(e.Value, "no list of places has %q; %s", place, strict.DidYouMean(place, slices.Sorted(maps.Keys(known)))))
			}
		}
	}
}

// webhooks are the shop systems that are answered, with the secrets that they sign
// with.
func (a *app) webhooks() map[string]server.Webhook {
	webhooks := map[string]server.Webhook{}
	for _, w := range a.site.config.webhooks {
		hook := server.Webhook{Webhook: w.Webhook}
		now, old := server.WebhookVariable(w.ID)
		for _, variable := range []string{now, old} {
			if secret := a.env.getenv(variable); secret != "" {
				hook.Secrets = append(hook.Secrets, secret)
			}
		}
		if len(hook.Secrets) == 0 {
			slog.Warn("a webhook is not answered; set its variable to the secret that the shop signs with", "webhook", w.ID, "variable", now)
		}
		webhooks[w.ID] = hook
	}
	return webhooks
}
