package signals_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// hooked is a catalogue of a shop system: one feed in two languages, with the
// shop's ids beside their own.
type hooked struct {
	*signals.Catalogue
	t     testing.TB
	dir   string
	clock *clock
	facts *facts
}

const hookedFeed = `id,title,link,price,shop_id
%[1]s-rose,Rose,https://cinema.example/rose,3 EUR,271878346596884015
%[1]s-fern,Fern,https://cinema.example/fern,4 EUR,808950810
%[1]s-moss,Moss,https://cinema.example/moss,5 EUR,
`

func newHooked(t testing.TB) *hooked {
	h := &hooked{t: t, dir: t.TempDir(), clock: newClock(), facts: newFacts()}
	for _, language := range []string{"nl", "fr"} {
		if err := os.WriteFile(filepath.Join(h.dir, language+".csv"), fmt.Appendf(nil, hookedFeed, language), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.open()
	return h
}

// open opens the catalogue, again too: with what the store kept.
func (h *hooked) open() {
	h.t.Helper()
	config := signals.CatalogueConfig{Store: h.facts, Now: h.clock.Now, HasPlace: func(id string) bool { return id == "ghent" || id == "bruges" }}
	for _, language := range []string{"nl", "fr"} {
		name := filepath.Join(h.dir, language+".csv")
		before := h.clock.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(name, before, before); err != nil {
			h.t.Fatal(err)
		}
		config.Feeds = append(config.Feeds, signals.FeedConfig{
			ID: language, File: name, Format: signals.FeedFormatOf(name), Hosts: []string{"cinema.example"}, Currency: "EUR",
			Attributes: []rules.Attribute{{Name: "shop_id", Type: rules.Text}},
		})
	}
	x, err := signals.NewCatalogue(config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Catalogue = x
	h.t.Cleanup(func() { _ = x.Close() })
	for _, f := range config.Feeds {
		if _, err := x.Refresh(context.Background(), f.ID); err != nil {
			h.t.Fatal(err)
		}
	}
}

// take applies a webhook and tells what became of it.
func (h *hooked) take(w *signals.Webhook, topic, body string) string {
	h.t.Helper()
	applied, err := h.TakeWebhook(w, topic, []byte(body), h.clock.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	out := fmt.Sprint(applied.Applied)
	for _, note := range applied.Ignored {
		out += " ignored: " + note.Why
	}
	for _, note := range applied.Refused {
		out += " refused: " + note.Why
	}
	return out
}

// see tells the counts of an item, of all and at both places, and its prices.
func (h *hooked) see(id string) string {
	h.t.Helper()
	c, ok := h.Items(id[:2]).Item(id)
	if !ok {
		h.t.Fatalf("no item %s", id)
	}
	out := stockText(h.Stock(id, "")) + " " + stockText(h.Stock(id, "ghent")) + " " + stockText(h.Stock(id, "bruges"))
	for _, price := range []rules.Value{c.Item.Price, c.Item.SalePrice} {
		if price.Known() {
			out += fmt.Sprintf(" %d.%02d", price.N/100, price.N%100)
		}
	}
	return out
}

// level is what Shopify says of a location, so many minutes after noon.
func level(item, location, available string, minute int) string {
	return fmt.Sprintf(`{"inventory_item_id":%s,"location_id":%s,"available":%s,"updated_at":"2026-11-23T06:%02d:00-05:00","admin_graphql_api_id":"gid://shopify/InventoryLevel/1"}`,
		item, location, available, minute)
}

func TestWebhooks(t *testing.T) {
	const update, rose = "inventory_levels/update", "271878346596884015"
	all := &signals.Webhook{ID: "shop", From: signals.Shopify, Attribute: "shop_id"}
	two := &signals.Webhook{ID: "shop", From: signals.Shopify, Attribute: "shop_id", Locations: map[string]string{"1": "ghent", "2": ""}}
	lost := &signals.Webhook{ID: "shop", From: signals.Shopify, Attribute: "shop_id", Locations: map[string]string{"1": "nowhere"}}
	own := &signals.Webhook{ID: "woo", From: signals.WooCommerce}
	priced := &signals.Webhook{ID: "woo", From: signals.WooCommerce, BySKU: true, Prices: true}
	product := func(more string) string {
		return `{"id":794,"name":"Rose","sku":"nl-rose","status":"publish","date_modified_gmt":"2026-11-23T11:30:00","type":"simple","meta_data":[],"variations":[7,8]` + more + `}`
	}
	type message struct{ topic, body, answer string }
	for _, c := range []struct {
		name     string
		webhook  *signals.Webhook
		messages []message
		want     string // of nl-rose
	}{
		{"one location", all, []message{{update, level(rose, "1", "5", 1), "1"}}, "5 unknown unknown 3.00"},
		{"all that were heard of add up", all, []message{{update, level(rose, "1", "5", 1), "1"}, {update, level(rose, "2", "7", 2), "1"}}, "12 unknown unknown 3.00"},
		{"whatever their order", all, []message{{update, level(rose, "2", "7", 2), "1"}, {update, level(rose, "1", "5", 1), "1"}}, "12 unknown unknown 3.00"},
		{"an older level is ignored", all, []message{{update, level(rose, "1", "5", 2), "1"}, {update, level(rose, "1", "9", 1), "0 ignored: older"}}, "5 unknown unknown 3.00"},
		{"again is the same", all, []message{{update, level(rose, "1", "5", 1), "1"}, {update, level(rose, "1", "5", 1), "1"}}, "5 unknown unknown 3.00"},
		{"sold out", all, []message{{update, level(rose, "1", "5", 1), "1"}, {update, level(rose, "1", "0", 2), "1"}}, "0 unknown unknown 3.00"},
		{"sold before it came in", all, []message{{update, level(rose, "1", "-3", 1), "1"}}, "0 unknown unknown 3.00"},
		{"not counted", all, []message{{update, level(rose, "1", "null", 1), "1"}}, "some unknown unknown 3.00"},
		{"taken from a location", all, []message{
			{update, level(rose, "1", "5", 1), "1"},
			{update, level(rose, "2", "7", 1), "1"},
			{"inventory_levels/disconnect", `{"inventory_item_id":` + rose + `,"location_id":1}`, "1"},
		}, "7 unknown unknown 3.00"},

		{"the first of two that are listed: at least so many", two, []message{{update, level(rose, "1", "5", 1), "1"}}, "some 5 unknown 3.00"},
		{"none at the first of two says nothing of all", two, []message{{update, level(rose, "1", "0", 1), "1"}}, "unknown 0 unknown 3.00"},
		{"nor does it once that was sold out", two, []message{{update, level(rose, "1", "5", 1), "1"}, {update, level(rose, "1", "0", 2), "1"}}, "unknown 0 unknown 3.00"},
		{"both", two, []message{{update, level(rose, "1", "5", 1), "1"}, {update, level(rose, "2", "0", 1), "1"}}, "5 5 unknown 3.00"},
		{"one that is not listed", two, []message{{update, level(rose, "3", "9", 1), "0 ignored: unknown here: location 3 is not among locations"}}, "unknown unknown unknown 3.00"},
		{"a place that is not there", lost, []message{{update, level(rose, "1", "9", 1), `0 refused: no place "nowhere"; add it to a list of places first`}}, "unknown unknown unknown 3.00"},

		{"an item that nobody knows", all, []message{{update, level("12", "1", "5", 1), `0 ignored: unknown here: no item has shop_id "12"`}}, "unknown unknown unknown 3.00"},
		{"another topic", all, []message{{"orders/create", `{"id":1}`, `0 ignored: unknown here: topic "orders/create"; subscribe to inventory_levels/update`}}, "unknown unknown unknown 3.00"},
		{"no ids", all, []message{{update, `{}`, `0 refused: inventory_item_id "" is no id`}}, "unknown unknown unknown 3.00"},
		{"no JSON", all, []message{{update, `available=5`, `0 refused: no inventory level: invalid character 'a' looking for beginning of value`}}, "unknown unknown unknown 3.00"},
		{"from ahead", all, []message{{update, strings.Replace(level(rose, "1", "5", 1), "2026", "2027", 1), "0 refused: at 2027-11-23T06:01:00-05:00 is ahead of the clock, which says 2026-11-23T12:00:00Z; set the clocks right"}}, "unknown unknown unknown 3.00"},

		{"WooCommerce: counted", priced, []message{{"product.updated", product(`,"manage_stock":true,"stock_quantity":3,"stock_status":"instock"`), "1"}}, "3 unknown unknown 3.00"},
		{"not counted", priced, []message{{"product.created", product(`,"manage_stock":false,"stock_quantity":null,"stock_status":"instock"`), "1"}}, "some unknown unknown 3.00"},
		{"a variation counted with its product", priced, []message{{"product.updated", product(`,"manage_stock":"parent","stock_quantity":"3","stock_status":"instock"`), "1"}}, "3 unknown unknown 3.00"},
		{"a part of one", priced, []message{{"product.updated", product(`,"manage_stock":true,"stock_quantity":2.5,"stock_status":"instock"`), "1"}}, "2 unknown unknown 3.00"},
		{"on backorder there is none", priced, []message{{"product.updated", product(`,"manage_stock":true,"stock_quantity":-2,"stock_status":"onbackorder"`), "1"}}, "0 unknown unknown 3.00"},
		{"a draft cannot be bought", priced, []message{{"product.updated", strings.Replace(product(`,"stock_status":"instock"`), "publish", "draft", 1), "1"}}, "0 unknown unknown 3.00"},
		{"an older one", priced, []message{
			{"product.updated", product(`,"stock_status":"outofstock"`), "1"},
			{"product.updated", strings.Replace(product(`,"stock_status":"instock","price":"9"`), "11:30", "11:29", 1), "1 ignored: older"},
		}, "0 unknown unknown 9.00"},
		{"prices", priced, []message{{"product.updated", product(`,"stock_status":"instock","price":"2.50","regular_price":"3.50","sale_price":"2.50","on_sale":true`), "1"}}, "some unknown unknown 3.50 2.50"},
		{"a sale that is over", priced, []message{
			{"product.updated", product(`,"stock_status":"instock","price":"2.50","regular_price":"3.50","sale_price":"2.50","on_sale":true`), "1"},
			{"product.updated", product(`,"stock_status":"instock","price":"3.50","regular_price":"3.50","sale_price":"","on_sale":false`), "1"},
		}, "some unknown unknown 3.50"},
		{"the lowest of its variations", priced, []message{{"product.updated", product(`,"stock_status":"instock","price":2.5,"regular_price":"","sale_price":"","on_sale":false`), "1"}}, "some unknown unknown 2.50"},
		{"no price yet", priced, []message{{"product.updated", product(`,"stock_status":"instock","price":"","regular_price":""`), "1"}}, "some unknown unknown 3.00"},
		{"by its id, which nobody has", own, []message{{"product.updated", product(`,"stock_status":"instock"`), `0 ignored: unknown here: no item has the id "794"`}}, "unknown unknown unknown 3.00"},
		{"by its id", own, []message{{"product.updated", strings.Replace(product(`,"stock_status":"instock","price":"1"`), "794", `"nl-rose"`, 1), "1"}}, "some unknown unknown 3.00"},
		{"deleted", own, []message{{"product.deleted", `{"id":"nl-rose"}`, "1"}}, "0 unknown unknown 3.00"},
		{"without a SKU", priced, []message{{"product.deleted", `{"id":794}`, "0 ignored: unknown here: product \"794\" comes without a SKU"}}, "unknown unknown unknown 3.00"},
		{"no product", priced, []message{{"product.updated", `[]`, "0 refused: no product: json: cannot unmarshal array into Go value of type signals.wooProduct"}}, "unknown unknown unknown 3.00"},
		{"says nothing of stock", priced, []message{{"product.updated", product(``), "0 refused: no product: it has no stock_status"}}, "unknown unknown unknown 3.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHooked(t)
			for _, m := range c.messages {
				if got := h.take(c.webhook, m.topic, m.body); got != m.answer {
					t.Errorf("answered %s, want %s", got, m.answer)
				}
			}
			if got := h.see("nl-rose"); got != c.want {
				t.Errorf("shown is %s, want %s", got, c.want)
			}
			_ = h.Close()
			h.open()
			if got := h.see("nl-rose"); got != c.want {
				t.Errorf("after a restart %s, want %s", got, c.want)
			}
		})
	}
}

func TestAWebhookIsForEveryItemOfThatID(t *testing.T) {
	h := newHooked(t)
	w := &signals.Webhook{ID: "shop", From: signals.Shopify, Attribute: "shop_id", Locations: map[string]string{"1": "ghent", "2": ""}}
	h.take(w, "inventory_levels/update", level("808950810", "1", "4", 1))
	for _, id := range []string{"nl-fern", "fr-fern"} {
		if got := h.see(id); got != "some 4 unknown 4.00" {
			t.Errorf("%s: %s", id, got)
		}
	}
	// A location that Shopify says nothing of is told once, by hand.
	if _, err := h.PutStock([]signals.StockRow{{Item: "nl-fern", Place: "ghent", Count: 9}}, h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.take(w, "inventory_levels/update", level("808950810", "2", "1", 2))
	if got := h.see("nl-fern"); got != "10 9 unknown 4.00" {
		t.Error(got)
	}
	// The id moves to another item with the feed.
	feed := strings.ReplaceAll(fmt.Sprintf(hookedFeed, "nl"), "271878346596884015", "5")
	feed = strings.ReplaceAll(feed, "5 EUR,", "5 EUR,271878346596884015")
	if err := os.WriteFile(filepath.Join(h.dir, "nl.csv"), []byte(feed), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Refresh(context.Background(), "nl"); err != nil {
		t.Fatal(err)
	}
	h.take(w, "inventory_levels/update", level("271878346596884015", "1", "2", 3))
	if rose, moss := h.see("nl-rose"), h.see("nl-moss"); rose != "unknown unknown unknown 3.00" || moss != "some 2 unknown 5.00" {
		t.Error(rose, moss)
	}
}

// TestWebhooksInAnyOrder delivers the levels of an afternoon in any order, some
// of them twice: what is shown is what the newest of each location come to.
func TestWebhooksInAnyOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		h := newHooked(t)
		defer func() { _ = h.Close() }()
		w := &signals.Webhook{ID: "shop", From: signals.Shopify, Attribute: "shop_id"}
		if rapid.Bool().Draw(r, "listed") {
			w.Locations = map[string]string{"1": "ghent", "2": "bruges", "3": ""}
		}
		minutes := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}).Draw(r, "order")
		minutes = append(minutes, rapid.SliceOfN(rapid.IntRange(0, 9), 0, 5).Draw(r, "again")...)
		counts := rapid.SliceOfN(rapid.IntRange(-1, 20), 10, 10).Draw(r, "counts")
		locations := rapid.SliceOfN(rapid.IntRange(1, 3), 10, 10).Draw(r, "locations")
		newest := map[int]int{}
		for minute, location := range locations {
			newest[location] = max(0, counts[minute])
		}
		total := 0
		for _, n := range newest {
			total += n
		}
		for _, minute := range minutes {
			h.take(w, "inventory_levels/update", level("808950810", fmt.Sprint(locations[minute]), fmt.Sprint(counts[minute]), minute))
		}
		want := fmt.Sprint(total)
		switch complete := len(newest) == 3; {
		case w.Locations == nil || complete:
		case total > 0:
			want = "some"
		default:
			want = "unknown"
		}
		if got := stockText(h.Stock("nl-fern", "")); got != want {
			r.Errorf("%s in all, want %s", got, want)
		}
		for place, location := range map[string]int{"ghent": 1, "bruges": 2} {
			n, heard := newest[location]
			if got := stockText(h.Stock("nl-fern", place)); w.Locations != nil && heard && got != fmt.Sprint(n) {
				r.Errorf("%s at %s, want %d", got, place, n)
			}
		}
	})
}

// FuzzWebhook lets a shop send anything: what is applied is a count that can be.
func FuzzWebhook(f *testing.F) {
	f.Add(false, "inventory_levels/update", level("808950810", "1", "5", 1))
	f.Add(false, "inventory_levels/update", level("808950810", "1", "-5.5e3", 1))
	f.Add(false, "inventory_levels/disconnect", `{"inventory_item_id":808950810,"location_id":1}`)
	f.Add(true, "product.updated", `{"id":808950810,"stock_status":"instock","stock_quantity":"3","manage_stock":true,"price":"1,5","date_modified_gmt":"2026-11-23T11:30:00"}`)
	f.Add(true, "product.deleted", `{"id":"808950810"}`)
	h := newHooked(f)
	f.Fuzz(func(t *testing.T, woo bool, topic, body string) {
		w := &signals.Webhook{ID: "shop", Attribute: "shop_id", Prices: true}
		if woo {
			w.From = signals.WooCommerce
		}
		applied, err := h.TakeWebhook(w, topic, []byte(body), h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if applied.Applied+len(applied.Ignored)+len(applied.Refused) == 0 {
			t.Error("nothing is said of what became of it")
		}
		if n := h.Stock("nl-fern", ""); n.Known() && n.N < 0 {
			t.Errorf("there are %d", n.N)
		}
	})
}
