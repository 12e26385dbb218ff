package main

import (
	"maps"
	"slices"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// maxLocales is how many locales a sender may have.
const maxLocales = 40

// Words of enumerations, the default first; never changed.
var (
	recipientWords = [...]string{"signed", "keyed", "claimed"}
	consentWords   = [...]string{"aggregate", "full", "none"}
	webhookBy      = [...]string{"id", "sku"}
	orderBy        = [...]string{"id", "variant_id", "product_id", "sku"}
	orderHashes    = [...]string{"sha256"}
	weatherSources = [...]string{"met.no", "open-meteo", "openweather", "file"}
)

// configFields are the keys of opentime.yaml.
var configFields = strict.Fields{
	strict.Needs("sender", strict.IDShape(), "The sender's id. It is in every seal and every stored key: never change it."),
	strict.Takes("public", linkShape(), "What links begin with, as the world reaches the server.").Or("http://127.0.0.1:8080"),
	strict.Takes("listen", addressShape(), "Where the server listens.").Or("127.0.0.1:8080"),
	strict.Takes("admin", addressShape(), "Where data comes in. Any other than a loopback address needs tokens.").Or("127.0.0.1:8081"),
	strict.Needs("home", linkShape(), "Where a click goes when nothing is left; on one of hosts."),
	strict.Needs("hosts", hostsShape(), "The only hosts that links of campaigns, feeds and places may have; *. for subdomains."),
	strict.Takes("recipients", strict.WordShape(recipientWords[:]...), "How far a link must prove its recipient: signed by a seal, keyed by a secret id that was imported, or claimed.").Or(recipientWords[0]),
	strict.Takes("consent", strict.WordShape(consentWords[:]...), "Of recipients without a word of their own.").Or(consentWords[0]),
	strict.Takes("trusted_proxies", networksShape(), "Networks whose X-Forwarded-For is believed, such as 10.0.0.0/8."),
	strict.Takes("timezone", zoneShape(), "For campaigns that name none: an IANA name."),
	strict.Takes("locales", localesShape(), "For campaigns that name none; the first is for everybody else."),
	strict.Takes("campaigns", strict.TextShape(), "The folder of campaigns, layouts and tests, below this file.").Or("campaigns"),
	strict.Takes("data", strict.TextShape(), "The folder that the server writes to.").Or("data"),
	strict.Takes("forgotten", strict.TextShape(), "Where who was forgotten is written down, so that no old backup brings them back; best on another disk. In the data folder if left out."),
	strict.Takes("geo", strict.TextShape(), "A database of places by address, MaxMind's or DB-IP's; without one place comes from profiles only."),
	strict.Takes("asn", strict.TextShape(), "A database of ASNs by address, MaxMind's or DB-IP's: it tells rented machines and mail services."),
	strict.Takes("relays", strict.TextShape(), "Apple's list of its relay's networks, egress-ip-ranges.csv: of readers behind it only the country is known."),
	strict.Takes("clients", strict.TextShape(), "A folder of tables of clients and networks in the place of those built in."),
	strict.Takes("weather", weatherShape(), "Where weather comes from; unknown if left out."),
	strict.Takes("feeds", feedsShape(), "Feeds of items by id."),
	strict.Takes("places", placesShape(), "Lists of places by id: a CSV or JSON Lines, or {file, route}."),
	strict.Takes("lists", strict.MapShape(strict.IDShape(), strict.TextShape()), "Lists of items by id, such as a data team's: a CSV or JSON Lines with r and items, or r, item and score."),
	strict.Takes("webhooks", strict.MapShape(strict.IDShape(), webhookFields.Shape()), "Shop systems by id, which tell of their stock and orders at /v1/webhooks/<id>."),
	strict.Takes("profiles", profilesFields.Shape(), "What profiles have."),
	strict.Takes("segments", strict.RefShape("segments"), "Conditions by id, which all campaigns may name and none may change."),
	strict.Takes("keep", keepFields.Shape(), "For how long things are kept."),
	strict.Takes("fonts", strict.TextsShape(), "Font files beside those built in, such as one for Chinese."),
	strict.Refuses("store"),
	strict.Takes("codes", strict.ListShape(strict.IDShape()), "The pools of single-use codes that campaigns may name."),
	strict.Takes("origins", strict.OneOrMore(linkShape()), "Web pages that may ask for decisions at /d/ and tell at /e what recipients do, by scheme and host: https://shop.example."),
}

// weatherFields are the keys of weather.
var weatherFields = strict.Fields{
	strict.Needs("from", strict.WordShape(weatherSources[:]...), "Who is asked: met.no, which needs contact, open-meteo, openweather, or a file."),
	strict.Takes("contact", strict.TextShape(), "An address of yours: met.no wants to know who asks."),
	strict.Takes("file", strict.TextShape(), "A folder or file of reports."),
	strict.Takes("age", strict.DurationShape(), "Older weather is unknown.").Or("3h"),
}

// feedFields are the keys of a feed: one of url and file is needed.
var feedFields = strict.Fields{
	strict.Takes("url", linkShape(), "Where the feed is fetched from."),
	strict.Takes("file", strict.TextShape(), "The feed's file."),
	strict.Takes("refresh", strict.DurationShape(), "How often it is read again.").Or("15m"),
	strict.Takes("currency", currencyShape(), "Of prices without one: three letters such as EUR."),
	strict.Takes("attributes", attributesShape(typeShape()), "What items have beside the usual, as in review: text."),
	strict.Takes("pictures", hostsShape(), "The hosts that item pictures are fetched from; where links and the feed are if left out."),
	strict.Takes("guard", guardFields.Shape(), "The shares from which on a feed is refused and the last one kept."),
	strict.Takes("format", strict.WordShape(signals.FeedFormats()...), "By the ending of the file or address if left out."),
}

// guardFields are the keys of a feed's guard.
var guardFields = strict.Fields{
	strict.Takes("lost", strict.PercentShape(), "Of items that are gone.").Or("40%"),
	strict.Takes("zero_prices", strict.PercentShape(), "Of prices that are 0.").Or("40%"),
	strict.Takes("duplicates", strict.PercentShape(), "Of rows whose id was there already.").Or("40%"),
	strict.Takes("images", strict.PercentShape(), "Of items that had an image and have none.").Or("40%"),
}

// placesFields are the keys of a list of places.
var placesFields = strict.Fields{
	strict.Needs("file", strict.TextShape(), "A CSV or JSON Lines with id, name, lat and lon."),
	strict.Refuses("url"),
	strict.Refuses("refresh"),
	strict.Takes("route", routeShape(), "A link to the way there, with {lat} and {lon}."),
}

// webhookFields are the keys of a webhook.
var webhookFields = strict.Fields{
	strict.Needs("from", strict.WordShape(signals.WebhookKinds()...), "The shop system."),
	strict.Takes("attribute", strict.NameShape(), "The items' attribute that holds the shop's own id; the item's id if left out."),
	strict.Takes("locations", strict.MapShape(strict.Shape{Pattern: "^[0-9]{1,20}$", Remedy: "write a location's number"}, strict.TextShape()), "Shopify: the locations that count, each with the place that it is, or \"\"; all if left out."),
	strict.Takes("by", strict.WordShape(webhookBy[:]...), "WooCommerce: what of a product is its id.").Or(webhookBy[0]),
	strict.Takes("prices", strict.BoolShape(), "WooCommerce: take its prices too.").Or(false),
	strict.Takes("orders", ordersFields.Shape(), "How orders are told as purchases; they are not if left out."),
}

// ordersFields are the keys of a webhook's orders.
var ordersFields = strict.Fields{
	strict.Needs("recipient", strict.TextShape(), "The field of an order that says whose it is: Shopify's customer.id, metafields.<namespace>.<key> or note_attributes.<name>; WooCommerce's customer_id or meta_data.<key>."),
	strict.Takes("hashed", strict.WordShape(orderHashes[:]...), "The field is an address (customer.email, email, contact_email; billing.email), and ids in links are its SHA-256 in hex."),
	strict.Takes("by", strict.WordShape(orderBy[:]...), "What of a line is its item: Shopify's variant_id if left out, WooCommerce's as by of the webhook."),
	strict.Takes("attribute", strict.NameShape(), "The items' attribute that holds it; the item's id if left out."),
	strict.Takes("channel", strict.TextShape(), "Where things are bought; web, or till as the order says if left out."),
}

// profilesFields are the keys of profiles.
var profilesFields = strict.Fields{
	strict.Takes("attributes", attributesShape(declaredShape()), "What profiles have beside locale, zone, country, city and postcode: name: type, or {type, values, age, open}."),
	strict.Takes("feeds", profileFeedsShape(), "Feeds of profiles by id: attributes that somebody else computes, such as personas and scores, as a CSV or JSON Lines."),
}

// profileFeedFields are the keys of a feed of profiles: one of url and file is needed.
var profileFeedFields = strict.Fields{
	strict.Takes("url", linkShape(), "Where the feed is fetched from."),
	strict.Takes("file", strict.TextShape(), "The feed's file."),
	strict.Takes("refresh", strict.DurationShape(), "How often it is read again.").Or("15m"),
	strict.Takes("guard", profileGuardFields.Shape(), "The share from which on a feed is refused and what was taken before stays."),
}

// profileGuardFields are the keys of a profile feed's guard.
var profileGuardFields = strict.Fields{
	strict.Takes("lost", strict.PercentShape(), "Of rows that are gone.").Or("40%"),
}

// attributeFields are the keys of a profile's attribute.
var attributeFields = strict.Fields{
	strict.Takes("type", typeShape(), "What it is.").Or("text"),
	strict.Takes("values", strict.TextsShape(), "The only ones it can have; any if left out."),
	strict.Takes("age", strict.DurationShape(), "An older value is unknown; it does not age if left out."),
	strict.Takes("open", strict.BoolShape(), "Known for ids without a seal too.").Or(false),
}

// keepFields are the keys of keep.
var keepFields = strict.Fields{
	strict.Takes("journal", strict.DurationShape(), "Files of impressions and clicks.").Or("90d"),
	strict.Takes("shown", strict.DurationShape(), "What was shown, so that clicks land on it.").Or("90d"),
	strict.Takes("behaviour", strict.DurationShape(), "What recipients did.").Or("1100d"),
}

// serverSchema is what opentime.yaml may say; with a sender it proposes the
// sender's signals in segments.
func serverSchema(sender *rules.Sender) strict.Schema {
	segments := rules.SegmentsSchema(sender)
	defs := map[string]strict.Shape{"segments": segments.Root}
	maps.Copy(defs, segments.Defs)
	return strict.Schema{Title: "opentime.yaml, a sender's own file", Root: configFields.Shape(), Defs: defs}
}

// linkShape is an https link, or http to a loopback address.
func linkShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: "^$|^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]", Remedy: "write a link, https://host/path",
	}
}

func addressShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: ":[+]?[0-9]+$", Remedy: "write host:port, such as 127.0.0.1:8080", Examples: []any{"127.0.0.1:8080"},
	}
}

// hostsShape is one host or a list; an editor may take 10.5 for a number.
func hostsShape() strict.Shape {
	return strict.OneOrList(strict.Shape{
		Type: []string{"string", "number"}, Pattern: `^(?:\*\.)?[^/:?#]*\.[^/:?#]*$`, Remedy: "write a name such as cinema.example or *.cinema.example",
	})
}

func networksShape() strict.Shape {
	return strict.OneOrList(strict.Shape{
		Type: []string{"string", "number"}, Pattern: "[.:]", Remedy: "write an address with its length, such as 10.0.0.0/8",
	})
}

func zoneShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: "^[A-Za-z][A-Za-z0-9_+/-]*$", Remedy: "write an IANA name such as Europe/Brussels",
		Examples: []any{"Europe/Brussels"},
	}
}

// localesShape is one locale or a list; an editor may take no for false.
func localesShape() strict.Shape {
	s := strict.OneOrList(strict.Shape{
		Type: []string{"string", "boolean"}, Pattern: "^[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*$", Remedy: "write a language such as nl or nl-BE",
	})
	s.MaxItems = maxLocales
	return s
}

// weatherShape is where weather comes from, with what that source needs.
func weatherShape() strict.Shape {
	s := weatherFields.Shape()
	for _, needs := range [][2]string{{"met.no", "contact"}, {"file", "file"}} {
		s.AllOf = append(s.AllOf, strict.Shape{
			If:   &strict.Shape{Required: []string{"from"}, Properties: map[string]strict.Shape{"from": strict.WordShape(needs[0])}},
			Then: &strict.Shape{Required: []string{needs[1]}},
		})
	}
	return s
}

func feedsShape() strict.Shape { return oneSource(feedFields.Shape()) }

func profileFeedsShape() strict.Shape { return oneSource(profileFeedFields.Shape()) }

// oneSource are feeds by id, each with one source.
func oneSource(feed strict.Shape) strict.Shape {
	feed.AnyOf = []strict.Shape{{Required: []string{"url"}}, {Required: []string{"file"}}}
	feed.Not = &strict.Shape{Required: []string{"url", "file"}}
	return strict.MapShape(strict.IDShape(), feed)
}

// placesShape are lists of places: a file, or a map.
func placesShape() strict.Shape {
	return strict.MapShape(strict.IDShape(), strict.TextShape().OrMap(placesFields.Shape()))
}

func routeShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: `^$|^https://.*\{(?:lat\}.*\{lon|lon\}.*\{lat)\}`,
		Remedy: "write a link with {lat} and {lon}, such as https://maps.example/?to={lat},{lon}",
	}
}

func currencyShape() strict.Shape {
	return strict.Shape{Type: []string{"string"}, Pattern: currencyPattern.String(), Remedy: "write three letters, such as EUR"}
}

// typeShape is the type of an attribute.
func typeShape() strict.Shape { return strict.WordShape(slices.Sorted(maps.Keys(typeNames()))...) }

// declaredShape is an attribute of profiles: a type, or a map.
func declaredShape() strict.Shape {
	return strict.Shape{AnyOf: []strict.Shape{typeShape(), attributeFields.Shape()}}
}

func attributesShape(attribute strict.Shape) strict.Shape {
	return strict.MapShape(strict.NameShape(), attribute)
}
