package signals_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"example.com/opentime/signals"
)

// orderBody is an order as a shop's documentation has it, with replacements.
func orderBody(t testing.TB, shop string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/orders/" + shop + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(replace...).Replace(string(text))
}

// told is what is read of an order.
func (h *hooked) told(w *signals.Webhook, topic, body string) string {
	o, err := h.ReadOrder(w, topic, []byte(body))
	if err != nil {
		return fmt.Sprint(signals.IsIgnored(err), " ", err)
	}
	text := fmt.Sprintf("%s of %s own=%v at %s told %s %s:", o.ID, o.Recipient, o.Own, o.At, o.Told, o.Channel)
	for _, l := range o.Lines {
		text += fmt.Sprintf(" %s=%d %v %s gone=%v", l.ID, l.Count, l.Items, l.Price, l.Gone)
	}
	return text
}

func TestOrdersOfShopsAreRead(t *testing.T) {
	h := newHooked(t)
	const (
		shopify = "820982911946154508 of 115310627314723954 own=true at 2026-11-23T09:58:11+01:00 told 2026-11-23T09:58:13+01:00 web:"
		rose    = " 866550311766439020=2 [808950810] 3.00 EUR gone=false"
		fern    = " 141249953214522974=1 [808950811] 15.00 EUR gone=false"
		woo     = "727 of 26 own=true at 2026-11-23T08:58:12Z told 2026-11-23T08:58:14Z web:"
		wooRose = " 315=2 [95] 2.50 EUR gone=false"
		wooFern = " 316=1 [22] 15.00 EUR gone=false"
	)
	gone := func(text string) string { return strings.ReplaceAll(text, "gone=false", "gone=true") }
	of := func(recipient, by, attribute, channel string) signals.Orders {
		return signals.Orders{Recipient: recipient, By: by, Attribute: attribute, Channel: channel}
	}
	customer := of("customer.id", "variant_id", "", "")
	hashed := of("email", "sku", "", "")
	hashed.Hashed = true
	const emmaHash = "53c37e1f8bc4124bc213abaca71cd4420f34ff9ec9ecef9a5fef14c5f1901caa"
	for name, c := range map[string]struct {
		orders  signals.Orders
		topic   string
		replace []string
		want    string
	}{
		"an order":             {customer, "orders/create", nil, shopify + rose + fern},
		"by product":           {of("customer.id", "product_id", "", "shop"), "orders/paid", nil, strings.NewReplacer(" web:", " shop:", "808950810", "632910392", "808950811", "632910393").Replace(shopify + rose + fern)},
		"by SKU":               {of("customer.id", "sku", "", ""), "orders/updated", nil, strings.NewReplacer("808950810", "rose", "808950811", "fern").Replace(shopify + rose + fern)},
		"by an attribute":      {of("customer.id", "variant_id", "shop_id", ""), "orders/create", nil, strings.NewReplacer("[808950810]", "[fr-fern nl-fern]", "[808950811]", "[]").Replace(shopify + rose + fern)},
		"of a cart's note":     {of("note_attributes.r", "variant_id", "", ""), "orders/create", nil, strings.Replace(shopify+rose+fern, "115310627314723954 own=true", "r-1041 own=false", 1)},
		"of a metafield":       {of("metafields.opentime.r", "variant_id", "", ""), "orders/create", nil, strings.Replace(shopify+rose+fern, "115310627314723954", "r-1041", 1)},
		"at a till":            {customer, "orders/create", []string{`"source_name": "web"`, `"source_name": "pos"`}, strings.Replace(shopify+rose+fern, "web:", "till:", 1)},
		"one that waits":       {customer, "orders/create", []string{`"financial_status": "paid"`, `"financial_status": "pending"`}, shopify + rose + fern},
		"cancelled":            {customer, "orders/cancelled", []string{`"cancelled_at": null`, `"cancelled_at": "2026-11-23T10:00:00+01:00"`}, gone(shopify + rose + fern)},
		"refunded":             {customer, "orders/updated", []string{`"financial_status": "paid"`, `"financial_status": "refunded"`}, gone(shopify + rose + fern)},
		"a line is refunded":   {customer, "orders/updated", []string{`"refunds": []`, `"refunds": [{"id": 509562969, "refund_line_items": [{"id": 104689539, "line_item_id": 866550311766439020, "quantity": 1}, {"id": 104689540, "line_item_id": 866550311766439020, "quantity": 1}]}]`}, shopify + gone(strings.Replace(rose, "=2", "=1", 1)) + fern},
		"half of one is":       {customer, "orders/updated", []string{`"refunds": []`, `"refunds": [{"refund_line_items": [{"line_item_id": 866550311766439020, "quantity": 1}]}]`, `"current_quantity": 2`, `"current_quantity": 1`}, shopify + strings.Replace(rose, "=2", "=1", 1) + fern},
		"a line is edited out": {customer, "orders/updated", []string{`"current_quantity": 2`, `"current_quantity": 0`}, shopify + gone(strings.Replace(rose, "=2", "=1", 1)) + fern},
		"of yen":               {customer, "orders/create", []string{`"currency": "EUR"`, `"currency": "JPY"`}, strings.NewReplacer("EUR", "JPY").Replace(shopify + rose + fern)},
		"a guest's":            {customer, "orders/create", []string{`"id": 115310627314723954`, `"id": null`}, "true unknown here: the order has no customer.id, so it is nobody's"},
		"a test":               {customer, "orders/create", []string{`"test": false`, `"test": true`}, "true unknown here: it is a test order"},
		"deleted":              {customer, "orders/delete", nil, `true unknown here: topic "orders/delete"; subscribe to orders/create, orders/updated and orders/cancelled, which say whose order it is`},
		"a refund":             {customer, "refunds/create", nil, `true unknown here: topic "refunds/create"; subscribe to orders/create, orders/updated and orders/cancelled, which say whose order it is`},
		"without an id":        {customer, "orders/create", []string{`"id": 820982911946154508,`, ``}, "false no order: it has no id"},
	} {
		w := &signals.Webhook{ID: "main", From: signals.Shopify, Orders: &c.orders}
		if got := h.told(w, c.topic, orderBody(t, "shopify", c.replace...)); got != c.want {
			t.Errorf("Shopify's, %s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
	mine := of("customer_id", "id", "", "")
	for name, c := range map[string]struct {
		orders  signals.Orders
		topic   string
		replace []string
		want    string
	}{
		"an order":            {mine, "order.created", nil, woo + wooRose + wooFern},
		"by SKU":              {of("customer_id", "sku", "", ""), "order.updated", nil, strings.NewReplacer("[95]", "[rose]", "[22]", "[fern]").Replace(woo + wooRose + wooFern)},
		"of its meta":         {of("meta_data.opentime_r", "id", "", ""), "order.updated", nil, strings.Replace(woo+wooRose+wooFern, "26 own=true", "r-1041 own=false", 1)},
		"of meta no text":     {of("meta_data._wc_order_attribution_session_pages", "id", "", ""), "order.updated", nil, "true unknown here: the order has no meta_data._wc_order_attribution_session_pages, so it is nobody's"},
		"by transfer":         {mine, "order.created", []string{`"processing"`, `"on-hold"`}, woo + wooRose + wooFern},
		"not paid":            {mine, "order.created", []string{`"processing"`, `"pending"`}, `true unknown here: the order is "pending", and nothing is bought until it is paid`},
		"a status of its own": {mine, "order.updated", []string{`"processing"`, `"shipped"`}, woo + wooRose + wooFern},
		"one not paid":        {mine, "order.updated", []string{`"processing"`, `"quote"`, `"date_paid_gmt": "2026-11-23T08:58:14"`, `"date_paid_gmt": null`}, `true unknown here: the order is "quote", and nothing is bought until it is paid`},
		"cancelled":           {mine, "order.updated", []string{`"processing"`, `"cancelled"`}, gone(woo + wooRose + wooFern)},
		"refunded":            {mine, "order.updated", []string{`"processing"`, `"refunded"`}, gone(woo + wooRose + wooFern)},
		"a guest's":           {mine, "order.created", []string{`"customer_id": 26`, `"customer_id": 0`}, "true unknown here: the order has no customer_id, so it is nobody's"},
		"deleted":             {mine, "order.deleted", nil, `true unknown here: topic "order.deleted"; subscribe to order.created and order.updated, which say whose order it is`},
	} {
		w := &signals.Webhook{ID: "woo", From: signals.WooCommerce, Orders: &c.orders}
		if got := h.told(w, c.topic, orderBody(t, "woocommerce", c.replace...)); got != c.want {
			t.Errorf("WooCommerce's, %s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
	if got := h.told(&signals.Webhook{ID: "main"}, "orders/create", orderBody(t, "shopify")); got != `true unknown here: topic "orders/create"; write orders: to the webhook in opentime.yaml to take it` {
		t.Error(got)
	}
	// An address is one whatever its case, and is not told: printf %s emma@example.org | sha256sum.
	billing := hashed
	billing.Recipient = "billing.email"
	for shop, w := range map[string]*signals.Webhook{
		"shopify": {From: signals.Shopify, Orders: &hashed}, "woocommerce": {From: signals.WooCommerce, Orders: &billing},
	} {
		topic := map[string]string{"shopify": "orders/create", "woocommerce": "order.created"}[shop]
		if got := h.told(w, topic, orderBody(t, shop)); !strings.Contains(got, " of "+emmaHash+" own=false") {
			t.Errorf("%s by address: %s", shop, got)
		}
	}
}

// FuzzOrder reads whatever a shop, or who has its secret, sends as an order.
func FuzzOrder(f *testing.F) {
	h := newHooked(f)
	f.Add(true, orderBody(f, "shopify"))
	f.Add(false, orderBody(f, "woocommerce"))
	f.Add(true, `{"id":1,"customer":null,"line_items":[null,{"id":2,"quantity":-1e300,"price":{}}],"refunds":[{"refund_line_items":null}]}`)
	f.Add(false, `{"id":"1","status":"completed","meta_data":[{"key":1,"value":null}],"line_items":[{"id":1,"quantity":"NaN","price":"1e999"}]}`)
	f.Fuzz(func(t *testing.T, shopify bool, body string) {
		w, topic := &signals.Webhook{From: signals.WooCommerce, Orders: &signals.Orders{Recipient: "customer_id", By: "id"}}, "order.updated"
		if shopify {
			w, topic = &signals.Webhook{Orders: &signals.Orders{Recipient: "customer.id", By: "sku"}}, "orders/updated"
		}
		o, err := h.ReadOrder(w, topic, []byte(body))
		for _, line := range o.Lines {
			if err == nil && (line.Count < 1 || line.Count > 10_000 || line.Key == "" || line.ID == "") {
				t.Errorf("%q: line %+v", body, line)
			}
		}
	})
}
