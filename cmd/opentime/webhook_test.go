package main

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What the shops send. The signatures are openssl's: printf %s BODY | openssl dgst
// -sha256 -hmac SECRET -binary | base64.
const (
	shopifyBody   = `{"inventory_item_id":271878346596884015,"location_id":24826418,"available":0,"updated_at":"2026-11-23T06:30:00-05:00","admin_graphql_api_id":"gid://shopify/InventoryLevel/24826418?inventory_item_id=271878346596884015"}`
	shopifySigned = "X-Shopify-Hmac-Sha256: DZoansFZ9E2Aaom4pvmQHxsOijxFQmnSqZjeLxphfEk="
	shopifyTopic  = "X-Shopify-Topic: inventory_levels/update"
	wooBody       = `{"id":794,"sku":"fern","status":"publish","date_modified_gmt":"2026-11-23T11:30:00","manage_stock":true,"stock_quantity":3,"stock_status":"instock","price":"4","regular_price":"4","sale_price":"","on_sale":false,"variations":[]}`
	wooSigned     = "X-WC-Webhook-Signature: a+FmVA9J/PvGr0BizWCjI0lRbAvDZA1dmcDZ9mXhLyY="
	wooTopic      = "X-WC-Webhook-Topic: product.updated"
)

// signShopify signs a body as Shopify does. It is RFC 2104 written out, and shares
// nothing with what verifies.
func signShopify(secret, body string) string {
	if len(secret) > 64 {
		panic("BUG: the tests' secrets are short")
	}
	inner, outer := []byte(strings.Repeat("\x36", 64)), []byte(strings.Repeat("\x5c", 64))
	for i := range secret {
		inner[i] ^= secret[i]
		outer[i] ^= secret[i]
	}
	first := sha256.Sum256(append(inner, body...))
	second := sha256.Sum256(append(outer, first[:]...))
	return "X-Shopify-Hmac-Sha256: " + base64.StdEncoding.EncodeToString(second[:])
}

func TestWebhooksProveThemselves(t *testing.T) {
	c := newCounter(t)
	f := func(name, path, body string, status int, says string, headers ...string) {
		t.Helper()
		got, answer := c.send("POST", path, body, headers...)
		if got != status || !strings.Contains(answer, says) {
			t.Errorf("%s: answered %d %s, want %d with %q", name, got, answer, status, says)
		}
	}
	const shopify, woo, json = "/v1/webhooks/shopify", "/v1/webhooks/woo-be", "Content-Type: application/json"
	f("no signature", shopify, shopifyBody, 401, "OPENTIME_WEBHOOK_SHOPIFY", shopifyTopic, json)
	f("another body's", shopify, strings.Replace(shopifyBody, `:0,`, `:9,`, 1), 401, "not this body's", shopifyTopic, shopifySigned)
	f("another secret's", shopify, shopifyBody, 401, "", shopifyTopic, signShopify("hash", shopifyBody))
	f("no base64", shopify, shopifyBody, 401, "", shopifyTopic, "X-Shopify-Hmac-Sha256: %%")
	f("a prefix of it", shopify, shopifyBody, 401, "", shopifyTopic, "X-Shopify-Hmac-Sha256: DZoa")
	f("the token in place of a signature", shopify, shopifyBody, 401, "", shopifyTopic, "Authorization: Bearer ingest")
	f("the other shop's header", shopify, shopifyBody, 401, "", shopifyTopic, strings.Replace(shopifySigned, "X-Shopify-Hmac-Sha256", "X-WC-Webhook-Signature", 1))
	f("no secret", "/v1/webhooks/dumb", shopifyBody, 404, "set OPENTIME_WEBHOOK_DUMB", shopifyTopic, shopifySigned)
	f("no webhook", "/v1/webhooks/magento", shopifyBody, 404, `no webhook \"magento\"`, shopifyTopic, shopifySigned)
	f("a ping to Shopify's", shopify, "webhook_id=5", 401, "", "Content-Type: application/x-www-form-urlencoded")
	f("more than a ping", woo, "webhook_id=5&x=1", 401, "")
	if rose, fern := c.stock("rose", ""), c.stock("fern", ""); rose != "unknown" || fern != "unknown" {
		t.Fatalf("what proves nothing counts: %s roses, %s ferns", rose, fern)
	}

	f("a ping", woo, "webhook_id=5", 200, "a ping", "Content-Type: application/x-www-form-urlencoded")
	f("Shopify's", shopify, shopifyBody, 200, `"applied": 1`, shopifyTopic, shopifySigned, json)
	f("WooCommerce's, by the secret before", woo, wooBody, 200, `"applied": 1`, wooTopic, wooSigned, json)
	f("of no item", shopify, strings.Replace(shopifyBody, "271", "272", 1), 200, "no item has shop_id", shopifyTopic,
		signShopify("hush", strings.Replace(shopifyBody, "271", "272", 1)))
	f("signed nonsense", shopify, "\x00", 200, `"refused": [`, shopifyTopic, signShopify("hush", "\x00"))
	if rose, ghent, fern := c.stock("rose", ""), c.stock("rose", "ghent"), c.stock("fern", ""); rose+ghent+fern != "003" {
		t.Errorf("%s roses, %s in Ghent, %s ferns", rose, ghent, fern)
	}
	// Sent again, and late: nothing changes.
	c.ingest(200, "PUT", "/v1/stock", `[{"item": "rose", "count": 5}, {"item": "rose", "place": "ghent", "count": 5}]`)
	f("again", shopify, shopifyBody, 200, `"older"`, shopifyTopic, shopifySigned)
	c.restart()
	f("again after a restart", shopify, shopifyBody, 200, `"older"`, shopifyTopic, shopifySigned)
	if rose, fern := c.stock("rose", ""), c.stock("fern", ""); rose+fern != "53" {
		t.Errorf("%s roses, %s ferns", rose, fern)
	}
	_, metrics := c.send("GET", "/metrics", "", "Authorization: Bearer read")
	if want := `opentime_webhooks_total{webhook="shopify",result="ignored"} 1`; !strings.Contains(metrics, want) {
		t.Errorf("no %s", want)
	}
}

// TestAMessageOfAShopComesOnce sends two messages of one second, and the first
// again: Shopify's dates are to the second, its ids tell which is which.
func TestAMessageOfAShopComesOnce(t *testing.T) {
	c := newCounter(t)
	send := func(id, body, want string) {
		t.Helper()
		status, answer := c.send("POST", "/v1/webhooks/shopify", body, "X-Shopify-Webhook-Id: "+id, shopifyTopic, signShopify("hush", body))
		if status != 200 || !strings.Contains(answer, want) {
			t.Errorf("answered %d %s, want %q", status, answer, want)
		}
	}
	five := strings.Replace(shopifyBody, `:0,`, `:5,`, 1)
	send("a", five, `"applied": 1`)
	send("b", shopifyBody, `"applied": 1`)
	send("a", five, "came before")
	c.restart()
	send("a", five, "came before")
	if rose := c.stock("rose", ""); rose != "0" {
		t.Errorf("%s roses", rose)
	}
	send("a", strings.Replace(five, `06:30`, `06:31`, 1), `"applied": 1`) // another message under its id
	if rose := c.stock("rose", ""); rose != "5" {
		t.Errorf("%s roses", rose)
	}
	// What cannot be applied yet is taken up when it is sent again.
	lost := strings.Replace(five, "2026-11-23T06:30:00-05:00", "2026-11-23T13:30:00Z", 1)
	send("c", lost, "ahead of the clock")
	send("c", lost, "ahead of the clock")
}

// TestTheFirstCountOfALocationIsTold tells what two locations had before the first
// message of one of them.
func TestTheFirstCountOfALocationIsTold(t *testing.T) {
	c := newCounterOf(t, map[string]string{
		"opentime.yaml": strings.Replace(counterConfig, "24826418: ghent", `24826418: ghent, 24826419: "", 24826420: ""`, 1),
		"plants.csv":    counterFeed, "shops.csv": ladderPlaces,
	})
	answer := c.ingest(200, "PUT", "/v1/stock", `[
		{"item": "rose", "place": "ghent", "count": 4, "at": "2026-11-23T08:00:00Z"},
		{"item": "rose", "place": "shopify/24826419", "count": 3, "at": "2026-11-23T08:00:00Z"},
		{"item": "rose", "place": "shopify/24826420", "count": 2, "at": "2026-11-23T08:00:00Z"},
		{"item": "rose", "place": "shopify/24826418", "count": 9},
		{"item": "rose", "place": "woo-be/24826419", "count": 9},
		{"item": "rose", "place": "shopify/1", "count": 9}]`)
	if !strings.Contains(answer, `"applied": 3`) || strings.Count(answer, "no place") != 3 {
		t.Error(answer)
	}
	if status, answer := c.send("POST", "/v1/webhooks/shopify", shopifyBody, shopifyTopic, shopifySigned); status != 200 || c.stock("rose", "") != "5" {
		t.Errorf("answered %d %s, %s roses", status, answer, c.stock("rose", ""))
	}
}

// TestFrontsPassWebhooksOn sends what shops send through both fronts, and tries to
// reach the rest of the admin listener.
func TestFrontsPassWebhooksOn(t *testing.T) {
	for name, start := range map[string]func(*testing.T, string, ...[2]string) *front{"nginx": startNginx, "caddy": startCaddy} {
		c := newCounter(t)
		f := start(t, c.app.public, [2]string{"127.0.0.1:8081", c.app.admin})
		client := f.client(true)
		for _, try := range []struct {
			method, path, body string
			passes             bool
		}{
			{"POST", "/v1/webhooks/shopify", shopifyBody, true},
			{"POST", "/v1/webhooks/shopify", shopifyBody + strings.Repeat(" ", 100<<10), true},
			{"GET", "/v1/webhooks/shopify", "", false},
			{"PUT", "/v1/stock", `[{"item": "rose", "count": 9}]`, false},
			{"POST", "/v1/feeds/plants/refresh", "", false},
			{"POST", "/v1/webhooks/../feeds/plants/refresh", "", false},
			{"POST", "/v1/webhooks/shopify/../../feeds/plants/refresh", "", false},
			{"POST", "/v1/webhooks/%2e%2e/feeds/plants/refresh", "", false},
			{"POST", "/v1/feeds/plants%2frefresh", "", false},
			{"GET", "/metrics", "", false},
		} {
			request := f.request(try.method, try.path, http.Header{
				"Authorization": {"Bearer ingest"}, "X-Shopify-Topic": {"inventory_levels/update"},
				"X-Shopify-Hmac-Sha256": {strings.TrimPrefix(signShopify("hush", try.body), "X-Shopify-Hmac-Sha256: ")},
			})
			request.Body, request.ContentLength = io.NopCloser(strings.NewReader(try.body)), int64(len(try.body))
			answer, err := client.Do(request)
			if err != nil {
				t.Fatalf("%s: %s %s: %v", name, try.method, try.path, err)
			}
			_ = answer.Body.Close()
			if passes := answer.StatusCode == http.StatusOK; passes != try.passes {
				t.Errorf("%s: %s %s is answered %s", name, try.method, try.path, answer.Status)
			}
		}
		if rose := c.stock("rose", ""); rose != "0" {
			t.Errorf("%s: %s roses", name, rose)
		}
	}
}
