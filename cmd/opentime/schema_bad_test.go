package main

import (
	"path"
	"slices"
	"strings"
	"testing"

	"example.com/opentime/strict"
)

// bad are files that a schema can know to be wrong, each with the place where
// it must complain. They are written around what is wrong: blocks: is the rest
// of a campaign, rules: of a block, and so on.
var bad = []struct {
	kind, text, at string
	own            bool // only the schema with the sender's own words can know
}{
	// Unknown keys.
	{"campaign", "campaign: c\nblock: {b: {show: nothing}}", "/block", false},
	{"campaign", "campaign: c\nlayout: strip\nblocks: {b: {show: nothing}}", "/layout", false},
	{"campaign", "block: {shw: nothing}", "/blocks/b/shw", false},
	{"campaign", "rule: {name: r, wen: {weather.rain: true}}", "/blocks/b/rules/0/wen", false},
	{"campaign", "when: {wether.rain: true}", "/blocks/b/rules/0/when/wether.rain", false},
	{"campaign", "when: {weather.rian: true}", "/blocks/b/rules/0/when/weather.rian", false},
	{"campaign", "when: {near.shops.opne: true}", "/blocks/b/rules/0/when/near.shops.opne", false},
	{"campaign", "when: {profile.teir: gold}", "/blocks/b/rules/0/when/profile.teir", true},
	{"campaign", "when: {near.stores.open: true}", "/blocks/b/rules/0/when/near.stores.open", true},
	{"campaign", "when: {known: profile.teir}", "/blocks/b/rules/0/when/known", true},
	{"campaign", "when: {position: 1}", "/blocks/b/rules/0/when/position", false},
	{"campaign", "when: {viewed: {itme: dune-3}}", "/blocks/b/rules/0/when/viewed/itme", false},
	{"campaign", "when: {not: [{any: [{here.cuontry: BE}]}]}", "/blocks/b/rules/0/when/not/0/any/0/here.cuontry", false},
	{"campaign", "show: {items: {form: popular}}", "/blocks/b/rules/0/show/items/form", false},
	{"campaign", "show: {items: {from: popular, where: {tgas: action}}}", "/blocks/b/rules/0/show/items/where/tgas", true},
	{"campaign", "show: {layout: strip, heading: x}", "/blocks/b/rules/0/show/heading", true},
	{"campaign", "show: {heading: x}", "/blocks/b/rules/0/show/heading", true},
	{"campaign", "campaign: c\nparameters: {p: {tpye: text}}\nblocks: {b: {show: nothing}}", "/parameters/p", false},
	{"campaign", "campaign: c\nparameters: {pa: {tpye: text}}\nblocks: {b: {show: nothing}}", "/parameters/pa/tpye", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{txt: {text: x}}]", "/layers/0/txt", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{text: {text: x, font: serif}}]", "/layers/0/text/font", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{row: {layers: [{box: {colour: x}}]}}]", "/layers/0/row/layers/0/box/colour", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{grid: {align-items: start, layers: []}}]", "/layers/0/grid/align-items", false},
	{"test", "- {name: n, at: 2026-11-27, expct: {b: {rule: r}}, expect: {b: {rule: r}}}", "/0/expct", false},
	{"test", "test: {expect: {b: {rul: r}}}", "/0/expect/b/rul", false},
	{"test", "test: {given: {wether.rain: true}}", "/0/given/wether.rain", false},
	{"test", "test: {given: {profile.teir: gold}}", "/0/given/profile.teir", true},
	{"server", "server: {sendr: x}", "/sendr", false},
	{"server", "server: {store: redis}", "/store", false},
	{"server", "server: {feeds: {f: {file: a.xml, currncy: EUR}}}", "/feeds/f/currncy", false},

	// Missing keys.
	{"campaign", "campaign: c", "", false},
	{"campaign", "rule: {when: {weather.rain: true}}", "/blocks/b/rules/0", false},
	{"campaign", "show: {items: {where: {tags: action}}}", "/blocks/b/rules/0/show/items", false},
	{"campaign", "block: {show: {layout: answer, title: x}, answers: {a: A}}", "/blocks/b", false},
	{"campaign", "block: {show: nothing, question: Why}", "/blocks/b", false},
	{"campaign", "rule: {name: r, weights: {a: 1, b: 2}}", "/blocks/b/rules/0", false},
	{"layout", "layout: l\nlayers: []", "", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{text: {left: 5}}]", "/layers/0/text", false},
	{"layout", "layout: l\nsize: 300x100\nvalues: {v: {optional: true}}\nlayers: []", "/values/v", false},
	{"test", "- {name: n, expect: {b: {rule: r}}}", "/0", false},
	{"test", "test: {open: {trust: signed}}", "/0/open", false},
	{"test", "test: {given: {events: [{viewed: dune-3}]}}", "/0/given/events/0", false},
	{"server", "sender: s\nhome: https://shop.example", "", false},
	{"server", "server: {weather: {from: met.no}}", "/weather", false},
	{"server", "server: {feeds: {f: {currency: EUR}}}", "/feeds/f", false},
	{"server", "server: {feeds: {f: {url: \"https://shop.example/f\", file: f.xml}}}", "/feeds/f", false},

	// Wrong types and forms.
	{"campaign", "campaign: Spring Sale\nblocks: {b: {show: nothing}}", "/campaign", false},
	{"campaign", "campaign: none\nblocks: {b: {show: nothing}}", "/campaign", false},
	{"campaign", "campaign: c\nlocales: nl\nblocks: {b: {show: nothing}}", "/locales", false},
	{"campaign", "campaign: c\nlocales: [nl_BE]\nblocks: {b: {show: nothing}}", "/locales/0", false},
	{"campaign", "campaign: c\nlocales: [nl, nl]\nblocks: {b: {show: nothing}}", "/locales", false},
	{"campaign", "campaign: c\nstarts: 27-11-2026\nblocks: {b: {show: nothing}}", "/starts", false},
	{"campaign", "campaign: c\nends: 2026-11-27 8:00\nblocks: {b: {show: nothing}}", "/ends", false},
	{"campaign", "campaign: c\nends: tomorrow\nblocks: {b: {show: nothing}}", "/ends", false},
	{"campaign", "campaign: c\nholdout: 5\nblocks: {b: {show: nothing}}", "/holdout", false},
	{"campaign", "campaign: c\nholdout: 150%\nblocks: {b: {show: nothing}}", "/holdout", false},
	{"campaign", "campaign: c\ndayparts: {lunch: 12-14}\nblocks: {b: {show: nothing}}", "/dayparts/lunch", false},
	{"campaign", "campaign: c\nappend: {utm source: x}\nblocks: {b: {show: nothing}}", "/append/utm source", false},
	{"campaign", "campaign: c\nparameters: {utm_source: {}}\nblocks: {b: {show: nothing}}", "/parameters/utm_source", false},
	{"campaign", "campaign: c\nblocks: [{show: nothing}]", "/blocks", false},
	{"campaign", "campaign: c\nblocks: {}", "/blocks", false},
	{"campaign", "campaign: c\nblocks: {The Hero: {show: nothing}}", "/blocks/The Hero", false},
	{"campaign", "block: {show: nothing, size: 600 x 240}", "/blocks/b/size", false},
	{"campaign", "block: {show: nothing, positions: 25}", "/blocks/b/positions", false},
	{"campaign", "block: {show: nothing, positions: two}", "/blocks/b/positions", false},
	{"campaign", "block: {show: nothing, alt: \"Hi {profile.first_name}\"}", "/blocks/b/alt", false},
	{"campaign", "block: {show: nothing, retired: \"http://shop.example\"}", "/blocks/b/retired", false},
	{"campaign", "block: {show: strip}", "/blocks/b/show", false},
	{"campaign", "block: {show: nothing, rules: []}", "/blocks/b/rules", false},
	{"campaign", "show: {item: a, items: [b]}", "/blocks/b/rules/0/show", false},
	{"campaign", "show: {items: popular}", "/blocks/b/rules/0/show/items", false},
	{"campaign", "show: {items: [dune-3, dune-3]}", "/blocks/b/rules/0/show/items", false},
	{"campaign", "show: {headline: \"Hi {parameters.first_name\"}", "/blocks/b/rules/0/show/headline", false},
	{"campaign", "show: {headline: {nl: {be: x}}}", "/blocks/b/rules/0/show/headline/nl", false},
	{"campaign", "show: {link: shop.example/now}", "/blocks/b/rules/0/show/link", false},
	{"campaign", "show: {layout: quote-card, stars: \"{item.rating}\", quote: x}", "/blocks/b/rules/0/show/stars", true},
	{"campaign", "show: {layout: tinted, tint: red}", "/blocks/b/rules/0/show/tint", true},
	{"campaign", "when: {}", "/blocks/b/rules/0/when", false},
	{"campaign", "when: {any: {weather.rain: true}}", "/blocks/b/rules/0/when/any", false},
	{"campaign", "when: {not: {weather.rain: true, weather.snow: true}}", "/blocks/b/rules/0/when/not", false},
	{"campaign", "when: {weather.rain: yes}", "/blocks/b/rules/0/when/weather.rain", false},
	{"campaign", "when: {weather.temperature: cold}", "/blocks/b/rules/0/when/weather.temperature", false},
	{"campaign", "when: {weather.temperature: < 5 C}", "/blocks/b/rules/0/when/weather.temperature", false},
	{"campaign", "when: {here.city: 1..5}", "/blocks/b/rules/0/when/here.city", false},
	{"campaign", "when: {here.country: Belgium}", "/blocks/b/rules/0/when/here.country", false},
	{"campaign", "when: {cart.total: \"> 50\"}", "/blocks/b/rules/0/when/cart.total", false},
	{"campaign", "when: {time: 6pm..8pm}", "/blocks/b/rules/0/when/time", false},
	{"campaign", "when: {weekday: monday}", "/blocks/b/rules/0/when/weekday", false},
	{"campaign", "when: {month: 13}", "/blocks/b/rules/0/when/month", false},
	{"campaign", "when: {date: 27/11/2026}", "/blocks/b/rules/0/when/date", false},
	{"campaign", "when: {now: < noon}", "/blocks/b/rules/0/when/now", false},
	{"campaign", "when: {viewed: dune-3}", "/blocks/b/rules/0/when/viewed", false},
	{"campaign", "when: {viewed: {within: a month}}", "/blocks/b/rules/0/when/viewed/within", false},
	{"campaign", "when: {profile.points: lots}", "/blocks/b/rules/0/when/profile.points", true},
	{"campaign", "rule: {name: r, split: {only: {headline: x}}}", "/blocks/b/rules/0/split", false},
	{"layout", "layout: l\nsize: 300 by 100\nlayers: []", "/size", false},
	{"layout", "layout: l\nsize: 300x100\nvalues: {link: text}\nlayers: []", "/values/link", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{box: {background: red}}]", "/layers/0/box/background", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{text: {text: x, font-size: 12px}}]", "/layers/0/text/font-size", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{text: {text: x, font-size: 4}}]", "/layers/0/text/font-size", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{text: {text: \"{item.title}\"}}]", "/layers/0/text/text", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{box: {}, line: {}}]", "/layers/0", false},
	{"test", "test: {at: today}", "/0/at", false},
	{"test", "test: {given: {weather.rain: maybe}}", "/0/given/weather.rain", false},
	{"test", "test: {given: {weather: {}}}", "/0/given/weather", false},
	{"test", "test: {open: {r: \"somebody@example\"}}", "/0/open/r", false},
	{"test", "test: {given: {events: [{viewed: dune-3, clicked: c, at: 2026-11-20}]}}", "/0/given/events/0", false},
	{"server", "server: {listen: 8080}", "/listen", false},
	{"server", "server: {home: shop.example}", "/home", false},
	{"server", "server: {trusted_proxies: [proxy]}", "/trusted_proxies/0", false},
	{"server", "server: {keep: {journal: 90}}", "/keep/journal", false},
	{"server", "server: {places: {shops: {file: shops.csv, route: \"https://maps.example\"}}}", "/places/shops/route", false},
	{"server", "server: {segments: {gold: profile.tier}}", "/segments/gold", false},

	// Words outside of enumerations.
	{"campaign", "block: {show: nothing, format: webp}", "/blocks/b/format", false},
	{"campaign", "block: {show: nothing, prefetched: never}", "/blocks/b/prefetched", false},
	{"campaign", "rule: {name: r, split: {a: {headline: x}, b: {headline: y}}, optimise: opens}", "/blocks/b/rules/0/optimise", false},
	{"campaign", "campaign: c\nparameters: {code: {type: string}}\nblocks: {b: {show: nothing}}", "/parameters/code/type", false},
	{"campaign", "campaign: c\ncatalogue: films\nblocks: {b: {show: nothing}}", "/catalogue", true},
	{"campaign", "show: {layout: stripe}", "/blocks/b/rules/0/show/layout", true},
	{"campaign", "block: {show: {layout: stripe}, rules: [{name: r, show: {layout: strip}}], fallback: nothing}", "/blocks/b/show/layout", true},
	{"campaign", "show: {items: {from: bestsellers}}", "/blocks/b/rules/0/show/items/from", false},
	{"campaign", "when: {client.class: robot}", "/blocks/b/rules/0/when/client.class", false},
	{"campaign", "when: {weather.condition: [rain, hail]}", "/blocks/b/rules/0/when/weather.condition/1", false},
	{"campaign", "when: {profile.delivery: lost}", "/blocks/b/rules/0/when/profile.delivery", true},
	{"layout", "layout: l\nsize: 300x100\nvalues: {v: string}\nlayers: []", "/values/v", false},
	{"layout", "layout: l\nsize: 300x100\nlayers: [{text: {text: x, text-align: left}}]", "/layers/0/text/text-align", false},
	{"test", "test: {open: {r: r-1, trust: full}}", "/0/open/trust", false},
	{"test", "test: {open: {client: netscape}}", "/0/open/client", false},
	{"test", "test: {expect: {b: {reason: because}}}", "/0/expect/b/reason", false},
	{"test", "test: {expect: {b: {layout: stripe}}}", "/0/expect/b/layout", true},
	{"server", "server: {webhooks: {w: {from: magento}}}", "/webhooks/w/from", false},
	{"server", "server: {webhooks: {w: {attribute: shop_id}}}", "/webhooks/w", false},
	{"server", "server: {webhooks: {w: {from: shopify, locations: {main: ghent}}}}", "/webhooks/w/locations/main", false},
	{"server", "server: {recipients: anybody}", "/recipients", false},
	{"server", "server: {consent: maybe}", "/consent", false},
	{"server", "server: {weather: {from: accuweather}}", "/weather/from", false},
	{"server", "server: {feeds: {f: {file: f.xlsx, format: xlsx}}}", "/feeds/f/format", false},
	{"server", "server: {profiles: {attributes: {points: integer}}}", "/profiles/attributes/points", false},
}

// around writes the rest of a file around what is wrong.
func around(text string) string {
	word, rest, _ := strings.Cut(text, ": ")
	const fallback = "fallback: {layout: strip, headline: f}"
	switch word {
	case "block":
		return "campaign: c\nblocks: {b: " + rest + "}"
	case "rule":
		return "campaign: c\nblocks: {b: {show: {layout: strip, headline: s}, rules: [" + rest + "], " + fallback + "}}"
	case "when", "show":
		return "campaign: c\nblocks: {b: {show: {layout: strip, headline: s}, rules: [{name: r, " + text + "}], " + fallback + "}}"
	case "test":
		if !strings.HasPrefix(rest, "{at:") {
			rest = strings.Replace(rest, "{", "{at: 2026-11-27, ", 1)
		}
		if !strings.Contains(rest, "expect:") {
			rest = strings.Replace(rest, "{", "{expect: {b: {rule: r}}, ", 1)
		}
		return "- " + strings.Replace(rest, "{", "{name: n, ", 1)
	case "server":
		base := map[string]string{"sender": "s", "home": "https://shop.example", "hosts": "[shop.example]"}
		whole := strings.TrimSuffix(strings.TrimPrefix(rest, "{"), "}")
		for _, key := range []string{"sender", "home", "hosts"} {
			if !strings.HasPrefix(whole, key+":") {
				whole += "\n" + key + ": " + base[key]
			}
		}
		return whole
	}
	return text
}

// TestSchemasComplainWhereTheFileIsWrong validates bad files, which the program
// refuses too.
func TestSchemasComplainWhereTheFileIsWrong(t *testing.T) {
	s, schemas := appendixSite(t), newSchemas(t)
	for _, b := range bad {
		text := around(b.text)
		x := example{
			name: "bad.yaml", kind: b.kind, site: s,
			tested: []byte("campaign: c\nblocks: {b: {rules: [{name: r, show: {layout: strip, headline: s}}], fallback: {layout: strip, headline: f}}}"),
		}
		if !strict.Bad(x.problems([]byte(text))) {
			t.Errorf("the program finds nothing wrong with %s", text)
		}
		value := editors[0].read(t, []byte(text))
		for i, schema := range schemas.of(&x) {
			own, all := i%2 == 1, i > 1
			found := complaints(schema.Validate(value))
			switch {
			case all && len(found) == 0 && (own || !b.own):
				t.Errorf("the schema of all files takes %s", text)
			case !all && (own || !b.own) && !slices.ContainsFunc(found, func(at string) bool { return at == b.at || at == anywhere+path.Base(b.at) }):
				t.Errorf("own words %v: complaints at %q, want %q in\n%s", own, found, b.at, text)
			case !own && b.own && len(found) > 0:
				t.Errorf("the schema of any sender complains at %q of\n%s", found, text)
			}
		}
	}
}
