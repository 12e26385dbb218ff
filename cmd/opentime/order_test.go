package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
)

// orderOf is an order as a shop's documentation has it, with replacements.
func orderOf(t *testing.T, shop string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../signals/testdata/orders/" + shop + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(replace...).Replace(string(text))
}

// newOrdered is a counter whose shops tell of orders.
func newOrdered(t *testing.T, recipients, shopify, woo string) *counter {
	t.Helper()
	config := strings.NewReplacer(
		"shop_id: text}", "shop_id: text, variant: text}", "locations: {24826418: ghent}}", "orders: "+shopify+"}",
		"by: sku, prices: true}", "by: sku, orders: "+woo+"}",
	).Replace(counterConfig) + "recipients: " + recipients + "\nconsent: full\n"
	return newCounterOf(t, map[string]string{
		"opentime.yaml": config, "shops.csv": ladderPlaces,
		"plants.csv": "id,title,link,price,shop_id,variant\nrose,Rose,https://shop.example/rose,3 EUR,1,808950810\nfern,Fern,https://shop.example/fern,4 EUR,2,808950811\n",
	})
}

// order sends an order and returns what became of it.
func (c *counter) order(shop, topic, body string) string {
	c.t.Helper()
	path, headers := "/v1/webhooks/shopify", []string{"X-Shopify-Topic: " + topic, signShopify("hush", body)}
	if shop == "woocommerce" {
		mac := hmac.New(sha256.New, []byte("new"))
		mac.Write([]byte(body))
		path, headers = "/v1/webhooks/woo-be", []string{"X-WC-Webhook-Topic: " + topic, "X-WC-Webhook-Signature: " + base64.StdEncoding.EncodeToString(mac.Sum(nil))}
	}
	status, answer := c.send("POST", path, body, headers...)
	if status != 200 {
		c.t.Errorf("%s: answered %d %s", topic, status, answer)
	}
	return answer
}

// bought is what a recipient bought, newest first.
func (c *counter) bought(id string) string {
	c.t.Helper()
	p, err := c.app.profiles.Profile(id)
	if err != nil {
		c.t.Fatal(err)
	}
	if p == nil || p.Past == nil {
		return ""
	}
	text := ""
	for _, e := range p.Past.Events(nil, 1<<rules.Bought) {
		text += fmt.Sprintf("%s %s %s %s;", time.UnixMilli(e.At).UTC().Format("15:04:05"), e.Item, e.Channel, e.Tags)
	}
	return text
}

func TestOrdersOfShopsArePurchases(t *testing.T) {
	c := newOrdered(t, "signed", "{recipient: customer.id, attribute: variant}", "{recipient: customer_id}")
	const shopify, woo = "115310627314723954", "26"
	const both = "08:58:11 fern web [];08:58:11 rose web [];"
	const wooBoth = "08:58:12 fern web [];08:58:12 rose web [];"
	steps := []struct {
		what, shop, topic string
		replace           []string
		answer, bought    string
	}{
		{"an order", "shopify", "orders/create", nil, `"applied": 1`, both},
		{"the same as it is paid", "shopify", "orders/paid", nil, `"why": "came before"`, both},
		{"changed", "shopify", "orders/updated", []string{`T09:58:13`, `T10:10:00`}, `"why": "came before"`, both},
		{"a line is refunded", "shopify", "orders/updated", []string{`T09:58:13`, `T10:20:00`, `"current_quantity": 2`, `"current_quantity": 0`}, `"applied": 1`, "08:58:11 fern web [];"},
		{"an older word comes late", "shopify", "orders/create", nil, `"why": "taken back"`, "08:58:11 fern web [];"},
		{"cancelled", "shopify", "orders/cancelled", []string{`T09:58:13`, `T10:30:00`, `"cancelled_at": null`, `"cancelled_at": "2026-11-23T10:30:00+01:00"`}, `"applied": 1`, ""},
		{"cancelled, again", "shopify", "orders/cancelled", []string{`T09:58:13`, `T10:30:00`, `"cancelled_at": null`, `"cancelled_at": "2026-11-23T10:30:00+01:00"`}, `"why": "came before"`, ""},
		{"late", "shopify", "orders/create", nil, `"why": "taken back"`, ""},

		{"an order that waits for its payment", "woocommerce", "order.created", []string{`"processing"`, `"pending"`}, "nothing is bought until it is paid", ""},
		{"paid", "woocommerce", "order.updated", nil, `"applied": 1`, wooBoth},
		{"again", "woocommerce", "order.updated", nil, `"why": "came before"`, wooBoth},
		{"cancelled by mistake", "woocommerce", "order.updated", []string{`"processing"`, `"cancelled"`, `T08:58:14`, `T09:10:00`}, `"applied": 1`, ""},
		{"taken up again", "woocommerce", "order.updated", []string{`T08:58:14`, `T09:20:00`}, `"applied": 1`, wooBoth},
		{"refunded", "woocommerce", "order.updated", []string{`"processing"`, `"refunded"`, `T08:58:14`, `T09:30:00`}, `"applied": 1`, ""},
		{"the mistake, late", "woocommerce", "order.updated", []string{`"processing"`, `"cancelled"`, `T08:58:14`, `T09:10:00`}, "older than what is known of the purchase", ""},
		{"deleted", "woocommerce", "order.deleted", nil, "say whose order it is", ""},
		{"of no item here", "shopify", "orders/create", []string{"820982911946154508", "820982911946154509", "808950810", "1"}, `no item is \"1\"`, "08:58:11 fern web [];"},
		{"nonsense", "shopify", "orders/create", []string{`"id": 820982911946154508`, `"id": {}`}, `"why": "no order: `, "08:58:11 fern web [];"},
	}
	for _, step := range steps {
		id := map[string]string{"shopify": shopify, "woocommerce": woo}[step.shop]
		answer := c.order(step.shop, step.topic, orderOf(t, step.shop, step.replace...))
		if got := c.bought(id); !strings.Contains(answer, step.answer) || got != step.bought {
			t.Errorf("%s, %s: %s\nbought %q; want %q and %s", step.shop, step.what, answer, got, step.bought, step.answer)
		}
		if strings.Contains(answer, "example.org") {
			t.Errorf("%s tells an address: %s", step.what, answer)
		}
		c.restart()
	}
	// Nothing of who ordered is kept but what was bought.
	_, about := c.send("GET", "/v1/profiles/"+shopify, "", "Authorization: Bearer read")
	if strings.Contains(about, "Peeters") || strings.Contains(about, "example.org") || !strings.Contains(about, `"kind": "unbought"`) {
		t.Errorf("kept: %s", about)
	}
}

func TestOrdersAskForConsent(t *testing.T) {
	c := newOrdered(t, "signed", "{recipient: customer.id, attribute: variant}", "{recipient: customer_id}")
	if _, err := c.app.profiles.Put([]people.Row{{R: "115310627314723954", Consent: "none"}}); err != nil {
		t.Fatal(err)
	}
	if answer := c.order("shopify", "orders/create", orderOf(t, "shopify")); !strings.Contains(answer, "does not let it be kept") || c.bought("115310627314723954") != "" {
		t.Errorf("without consent: %s", answer)
	}
	if _, err := c.app.profiles.Forget([]string{"26"}); err != nil {
		t.Fatal(err)
	}
	if answer := c.order("woocommerce", "order.created", orderOf(t, "woocommerce")); !strings.Contains(answer, "forgotten") || c.bought("26") != "" {
		t.Errorf("of who is forgotten: %s", answer)
	}
}

// TestOrdersProveWhoseTheyAre: what visitors write into an order names nobody that
// they cannot prove to be.
func TestOrdersProveWhoseTheyAre(t *testing.T) {
	const note, meta = "{recipient: note_attributes.r, attribute: variant}", "{recipient: meta_data.opentime_r}"
	f := func(name, recipients, r string, imported bool, says string, kept bool) {
		t.Helper()
		c := newOrdered(t, recipients, note, meta)
		if r == "sealed" {
			r = "r-1041." + c.seal("r-1041")
		}
		id, _, _ := strings.Cut(r, ".")
		if imported {
			if _, err := c.app.profiles.Put([]people.Row{{R: id, Attributes: map[string]any{"points": 1}}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, shop := range []string{"shopify", "woocommerce"} {
			topic := map[string]string{"shopify": "orders/create", "woocommerce": "order.created"}[shop]
			answer := c.order(shop, topic, orderOf(t, shop, "r-1041", r))
			if !strings.Contains(answer, says) {
				t.Errorf("%s, %s: %s", name, shop, answer)
			}
		}
		if got := c.bought(id) != ""; got != kept {
			t.Errorf("%s: kept is %v", name, got)
		}
	}
	const secret = "kX3vQ9sL0aYt7RbW2mZc"
	f("a bare id", "signed", "r-1041", true, "its recipient is not proven", false)
	f("a sealed one", "signed", "sealed", false, `"applied": 1`, true)
	f("another's seal", "signed", "r-1041.1aAAAAAAAAAAAAAAAAAAAAAA", false, "the seal is not this id's", false)
	f("a secret id that was imported", "keyed", secret, true, `"applied": 1`, true)
	f("one that was not", "keyed", secret, false, "its recipient is not proven", false)
	f("a claimed one", "claimed", "r-1041", true, "its recipient is not proven", false)
}

// seal is what proves an id.
func (c *counter) seal(id string) string {
	c.t.Helper()
	keys, err := siteKeys(c.app.site.folder, &env{getenv: func(name string) string { return c.secrets[name] }, now: time.Now})
	if err != nil {
		c.t.Fatal(err)
	}
	return keys.Seal("shop", id)
}
