package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// full has every key that is supported.
const full = `
sender: cinema
public: https://img.cinema.example/
listen: 0.0.0.0:80
admin: 127.0.0.1:9000
home: https://cinema.example
hosts: [cinema.example, "*.Cinema.example"]
recipients: keyed
consent: full
trusted_proxies: [10.0.0.0/8, 192.0.2.1]
timezone: Europe/Brussels
locales: [nl, nl-BE]
campaigns: mails
data: /var/lib/opentime
geo: GeoLite2-City.mmdb
fonts: [fonts/NotoSansCJK.ttc]
weather: {from: met.no, contact: ops@cinema.example, age: 2h}
feeds:
  films: {url: "https://cinema.example/films.xml", refresh: 5m, currency: EUR, attributes: {review: text, shop_id: text}}
  local: {file: local.xml, format: google-tsv, pictures: [], guard: {lost: 0%, images: 80%}}
  lines: {url: "https://cinema.example/films.jsonl.gz?day=1.csv"}
places: {cinemas: places.csv, shops: {file: shops.csv, route: "https://maps.example/?q={lat},{lon}"}}
webhooks:
  shop: {from: shopify, attribute: shop_id, locations: {24826418: ghent, 24826419: ""}}
  woo: {from: woocommerce, by: sku, prices: true, orders: {recipient: billing.email, hashed: sha256, channel: outlet}}
profiles:
  attributes: {points: number, delivery: {type: text, values: [sorting, delivered], age: 6h, open: true}}
  feeds: {scores: {file: scores.csv}, personas: {url: "https://data.example/personas.jsonl.gz", refresh: 6h, guard: {lost: 10%}}}
segments: {gold: {profile.points: "> 100"}}
keep: {journal: 30d, shown: 2w, behaviour: 400d}
`

func TestConfigReadsEveryKey(t *testing.T) {
	c, problems := loadConfig("opentime.yaml", []byte(full))
	for _, p := range problems {
		t.Error(p)
	}
	checks := map[string]bool{
		"sender":     c.sender == "cinema",
		"public":     c.public == "https://img.cinema.example",
		"hosts":      len(c.hosts) == 2 && c.hosts[1] == "*.cinema.example",
		"recipients": c.recipients == rules.Keyed,
		"consent":    c.consent == rules.ConsentFull,
		"trusted":    len(c.trusted) == 2 && c.trusted[1].String() == "192.0.2.1/32",
		"zone":       c.zone != nil && c.zone.String() == "Europe/Brussels",
		"locales":    len(c.locales) == 2,
		"weather":    c.weather == weatherConfig{from: "met.no", contact: "ops@cinema.example", age: 2 * time.Hour},
		"profile feeds": len(c.profileFeeds) == 2 && c.profileFeeds[0].same(profileFeedConfig{id: "scores", file: "scores.csv", refreshEvery: 15 * time.Minute, lost: 0.4}) &&
			c.profileFeeds[1].same(profileFeedConfig{id: "personas", url: "https://data.example/personas.jsonl.gz", refreshEvery: 6 * time.Hour, lost: 0.1}),
		"feeds":   len(c.feeds) == 3 && c.feeds[0].refresh == 5*time.Minute && c.feeds[1].refresh == 15*time.Minute,
		"feed":    c.feeds[0].attributes[0].Name == "review" && c.feeds[0].currency == "EUR" && c.feeds[1].file == "local.xml",
		"formats": c.feeds[0].format == signals.GoogleXML && c.feeds[1].format == signals.GoogleTSV && c.feeds[2].format == signals.JSONLines,
		"guard":   c.feeds[1].guard.lost > 0 && c.feeds[1].guard.lost < 1e-9 && c.feeds[1].guard.images == 0.8 && c.feeds[1].guard.duplicates == 0,
		"pictures": slices.Equal(c.feeds[0].pictureHosts(c.hosts), []string{"cinema.example", "*.cinema.example", "cinema.example"}) &&
			len(c.feeds[1].pictureHosts(c.hosts)) == 0,
		"places": len(c.places) == 2 && c.places[0].file == "places.csv" && c.places[1].route != "",
		"webhooks": len(c.webhooks) == 2 && c.webhooks[0].Attribute == "shop_id" && len(c.webhooks[0].Locations) == 2 &&
			c.webhooks[0].Locations["24826418"] == "ghent" && c.webhooks[1].From == signals.WooCommerce && c.webhooks[1].BySKU && c.webhooks[1].Prices &&
			c.webhooks[0].Orders == nil && *c.webhooks[1].Orders == signals.Orders{Recipient: "billing.email", Hashed: true, By: "sku", Channel: "outlet"},
		"attributes": len(c.attributes) == 2 && c.attributes[0].Type == rules.Number,
		"attribute":  c.attributes[1].Open && c.attributes[1].Age == 6*time.Hour && len(c.attributes[1].Values) == 2,
		"segments":   c.segments != nil,
		"keep":       c.keep == keepConfig{30 * day, 14 * day, 400 * day},
	}
	for name, ok := range checks {
		if !ok {
			t.Errorf("%s is not as written: %+v", name, c)
		}
	}
}

func TestConfigHasDefaults(t *testing.T) {
	c, problems := loadConfig("opentime.yaml", []byte("sender: s\nhome: https://a.example\nhosts: [a.example]\n"))
	if len(problems) > 0 || c.listen != "127.0.0.1:8080" || c.public != "http://127.0.0.1:8080" ||
		c.recipients != rules.Signed || c.consent != rules.ConsentAggregate || c.keep.shown != 90*day {
		t.Errorf("got %+v, %v", c, problems)
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	const rest = "\nsender: s\nhome: https://a.example\nhosts: [a.example]\n"
	cases := []struct{ line, want string }{
		{"hoem: x", `unknown key "hoem"; did you mean "home"?`},
		{"public: http://img.example", `"http://img.example" is not https; write https://`},
		{"public: https://me@img.example", `is no link`},
		{"listen: 8080", `"8080" is no address; write host:port, such as 127.0.0.1:8080`},
		{"recipients: sealed", `"sealed" is not possible here`},
		{"trusted_proxies: [10.0.0.0/33]", `"10.0.0.0/33" is no network`},
		{"timezone: Europe/Brussel", `unknown time zone "Europe/Brussel"`},
		{"locales: [nl, zzzzzzzzzz]", `"zzzzzzzzzz" is no locale`},
		{"store: redis://x", `"store" is not supported yet; remove it`},
		{"origins: [https://shop.example/page]", `is no origin; write scheme and host only`},
		{"weather: {from: met.no}", `met.no wants to know who asks`},
		{"weather: {from: yr.no, contact: me}", `"yr.no" is not possible here; known: file, met.no, open-meteo, openweather`},
		{"weather: {from: file}", `weather from a file needs it`},
		{"weather: {age: 2h}", `weather has no "from"`},
		{"feeds: {films: {}}", `feed "films" has no source; write url: or file:`},
		{"feeds: {films: {file: a, url: \"https://a.example\"}}", `feed "films" has two sources`},
		{"feeds: {films: {file: a, format: xls}}", `"xls" is not possible here`},
		{"feeds: {films: {file: a, guard: {lost: much}}}", `is not a percentage`},
		{"feeds: {films: {file: a, pictures: [127.0.0.1]}}", `"127.0.0.1" is an address; write the host's name`},
		{"feeds: {films: {file: a, pictures: [cdn]}}", `"cdn" is no host; write a name such as`},
		{"campaigns: ../elsewhere", `campaigns lie below opentime.yaml`},
		{"feeds: {films: {file: a, currency: euro}}", `"euro" is no currency`},
		{"feeds: {films: {file: a, attributes: {review: texts}}}", `unknown type "texts"; did you mean "text"?`},
		{"places: {shops: {}}", `places "shops" have no source`},
		{"profiles: {feeds: {scores: {}}}", `feed "scores" has no source; write url: or file:`},
		{"profiles: {feeds: {scores: {file: a, format: csv}}}", `unknown key "format"; known: `},
		{"profiles: {feeds: {scores: {file: a, guard: {images: 1%}}}}", `unknown key "images"; known: lost`},
		{"feeds: {films: {file: b}}\nprofiles: {feeds: {films: {file: a}}}", `feed "films" is one of items already; write another name`},
		{"profiles: {attributes: {Tier: text}}", `"Tier" is no`},
		{"segments: [gold]", `expected a map of ids`},
		{"segments: {Gold: {profile.tier: gold}}", `"Gold" is no id`},
		{"segments: {gold: profile.tier}", `expected a map; write key: value pairs`},
		{"segments: {gold: {}}", `no condition is written; write one, or remove the segment`},
		{"webhooks: {shop: {from: magento}}", `"magento" is not possible here; known: shopify, woocommerce`},
		{"webhooks: {shop: {}}", `webhook "shop" does not say whose it is; write from: shopify or from: woocommerce`},
		{"webhooks: {shop: {from: shopify, prices: true}}", `"prices" is for woocommerce; remove it`},
		{"webhooks: {shop: {from: woocommerce, locations: {1: ghent}}}", `"locations" is for shopify; remove it`},
		{"webhooks: {shop: {from: shopify, locations: {main: ghent}}}", `"main" is no location; write its number`},
		{"webhooks: {shop: {from: shopify, locations: {1: ghent, 2: ghent}}}", `place "ghent" is location 1 already`},
		{"webhooks: {shop: {from: shopify, locations: {}}}", `no location is written`},
		{"webhooks: {shop: {from: shopify, attribute: shop_id}}", `no feed has an attribute "shop_id"`},
		{"feeds: {f: {file: a, attributes: {shop_id: number}}}\nwebhooks: {shop: {from: shopify, attribute: shop_id}}", `"shop_id" is a number in its feed; declare it as text`},
		{"webhooks: {shop: {from: shopify, orders: {by: sku}}}", `orders of webhook "shop" do not say whose they are; write recipient: and one of customer.id, metafields.<name>, note_attributes.<name>`},
		{"webhooks: {shop: {from: shopify, orders: {recipient: customer_id}}}", `orders of shopify have no "customer_id"; write one of customer.id`},
		{"webhooks: {shop: {from: woocommerce, orders: {recipient: meta_data.}}}", `orders of woocommerce have no "meta_data."; write one of customer_id, meta_data.<name>, billing.email`},
		{"webhooks: {shop: {from: shopify, orders: {recipient: customer.email}}}", `"customer.email" is an address, and none is kept; name a field with the recipient's id or, if ids in your links are the SHA-256 of addresses, write hashed: sha256`},
		{"webhooks: {shop: {from: shopify, orders: {recipient: customer.id, hashed: sha256}}}", `"customer.id" is no address; remove hashed`},
		{"webhooks: {shop: {from: woocommerce, orders: {recipient: customer_id, by: variant_id}}}", `lines of woocommerce have no "variant_id"; write one of id, sku`},
		{"webhooks: {shop: {from: shopify, orders: {recipient: customer.id, attribute: variant}}}", `no feed has an attribute "variant"`},
		{"keep: {shown: soon}", `"soon" is not a duration`},
	}
	for _, c := range cases {
		_, problems := loadConfig("opentime.yaml", []byte(c.line+rest))
		if len(problems) != 1 || !strings.Contains(problems[0].Text, c.want) || problems[0].Line != 1+strings.Count(c.line, "\n") {
			t.Errorf("%s: got %v; want %q", c.line, problems, c.want)
		}
	}
}

func TestConfigSaysWhatIsMissing(t *testing.T) {
	_, problems := loadConfig("opentime.yaml", []byte("timezone: UTC\n"))
	for _, key := range []string{"sender", "home", "hosts"} {
		found := false
		for _, p := range problems {
			found = found || strings.HasPrefix(p.Text, `"`+key+`" is missing; write `)
		}
		if !found {
			t.Errorf("%s is not missed: %v", key, problems)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(full)
	f.Add("sender: s\nfeeds: []\nplaces: x\nprofiles: {attributes: {a: {type: [x]}}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, problems := loadConfig("opentime.yaml", []byte(text))
		for _, p := range strict.Sort(problems) {
			if p.Line < 1 || p.Col < 1 || p.File == "" {
				t.Errorf("problem without a place: %+v", p)
			}
		}
	})
}
