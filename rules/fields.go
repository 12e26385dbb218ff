package rules

import (
	"strings"

	"example.com/opentime/strict"
)

// Words of enumerations; never changed.
var (
	formatNames     = [...]string{"jpg", "png", "gif"}
	prefetchedWords = [...]string{"true-later", "as-opened"}
	optimiseWords   = [...]string{"clicks", "conversions"}
	parameterTypes  = [...]string{"name", "text", "number", "date", "moment", "boolean"}
)

// campaignFields are the keys of a campaign.
var campaignFields = strict.Fields{
	strict.Needs("campaign", strict.IDShape(), "The campaign's id, first in the file. It is in every link and report: never rename it after sending."),
	strict.Takes("timezone", zoneShape(), "Where moments without a zone lie, and a recipient whose zone is unknown: an IANA name. From opentime.yaml if left out."),
	strict.Takes("locales", localesShape(), "The locales of its texts; the first is for everybody else. From opentime.yaml if left out."),
	strict.Takes("seed", seedShape(), "What the holdout and splits are drawn from; the campaign's id if left out. Publishing refuses to change it."),
	strict.Takes("starts", strict.RefShape("moment"), "Before this moment every block shows its fallback."),
	strict.Takes("ends", strict.RefShape("moment"), "From this moment on every block shows its fallback. A date includes its day."),
	strict.Takes("catalogue", strict.RefShape("feed"), "The feed that item and items look in; the only one if left out."),
	strict.Takes("parameters", parametersShape(), "What the mail platform may merge into links besides r, by name: {type, max, values}."),
	strict.Takes("dayparts", daypartsShape(), "Spans of the recipient's day by id, as in morning: 06:00..12:00. Six hours each from night on if left out."),
	strict.Takes("segments", segmentsShape(), "Conditions by id, which rules name with segment: id. May name segments."),
	strict.Takes("holdout", strict.PercentShape(), "The share of recipients who always get the fallback, to compare with.").Or("0%"),
	strict.Takes("append", appendShape(), "Query parameters added to every destination, as in utm_campaign: films. One that the link has stays."),
	strict.Takes("show", strict.RefShape("show"), "What all blocks inherit: house values such as link and after."),
	strict.Needs("blocks", blocksShape(), "The blocks by id, in the order of the mail."),
}

// blockFields are the keys of a block.
var blockFields = strict.Fields{
	strict.Takes("size", strict.SizeShape(), "CSS pixels, 16x16 to 700x1200, of the proportions of its layouts. From them if left out."),
	strict.Takes("positions", strict.IntShape(1, maxPositions), "How many items it shows, each an image of its own. Not with answers: then it is their number.").Or(1),
	strict.Takes("format", strict.WordShape(formatNames[:]...), "The image format: gif with a countdown, png if it can show nothing, else jpg, if left out."),
	strict.Takes("alt", strict.RefShape("constant"), "What readers without images see. The fallback's first constant text if left out."),
	strict.Takes("show", strict.RefShape("show"), "What rules and fallback inherit, key by key. Without rules it is the only rule and always holds."),
	strict.Takes("rules", rulesShape(), "The first rule that certainly holds and is complete wins."),
	strict.Takes("fallback", strict.RefShape("variant"), "What shows when no rule does: constants, {position} and its own item; true at any time and for anybody."),
	strict.Takes("question", strict.RefShape("said"), "What the page behind the answers asks."),
	strict.Takes("answers", answersShape(), "The answers by id, one a position; a click on one is the answer."),
	strict.Takes("closes", strict.RefShape("moment"), "When votes are no longer taken. A date includes its day."),
	strict.Takes("thanks", strict.RefShape("said"), "What the page says after an answer; ours if left out."),
	strict.Takes("prefetched", strict.WordShape(prefetchedWords[:]...), "What clients that fetch ahead are told: nothing that passes within hours (true-later), or all (as-opened).").Or(prefetchedWords[0]),
	strict.Takes("retired", retiredShape(), "The block is over: its links in sent mails lead here. A published block is retired, never removed."),
}

// ruleFields are the keys of a rule.
var ruleFields = strict.Fields{
	strict.Needs("name", strict.IDShape(), "The rule's id, unique in the block; reports and tests name it."),
	strict.Takes("when", strict.RefShape("conditions"), "What must certainly hold; all keys do. Always holds if left out."),
	strict.Takes("show", strict.RefShape("show"), "What it shows, laid over the block's show."),
	strict.Takes("split", splitShape(), "Two to ten variants by id, each laid over the rule's show; each recipient gets always the same."),
	strict.Takes("weights", weightsShape(), "The shares of the split's variants by id, as in {calm: 1, bold: 3}. Equal if left out."),
	strict.Takes("optimise", strict.WordShape(optimiseWords[:]...), "What moves the weights, never below 10 %."),
}

// variantFields are the keys of a variant that are no values of its layout.
var variantFields = strict.Fields{
	strict.Takes("layout", strict.RefShape("layout-id"), "How it is arranged; says which values there are."),
	strict.Takes("item", itemShape(), "One item by id, for position 1. It brings link: {item.link} with it."),
	strict.Takes("items", strict.RefShape("items"), "The items, one a position: a list of ids, or {from: popular}. They bring link: {item.link} with them."),
	strict.Takes("link", strict.RefShape("link"), "Where a click leads: https:// and one of the sender's hosts."),
	strict.Takes("after", strict.RefShape("link"), "Where a click leads once the offer has ended."),
}

// listFields are the keys of a list of items.
var listFields = strict.Fields{
	strict.Needs("from", fromShape(), "The list, or several: the next fills what the former left open."),
	strict.Takes("to", itemShape(), "What similar and alternatives are near: an item's id, cart or viewed."),
	strict.Takes("list", strict.IDShape(), "Which list was imported."),
	strict.Takes("where", strict.RefShape("where"), "Matchers on attributes of each item; it stays where all hold."),
}

// parameterFields are the keys of a parameter.
var parameterFields = strict.Fields{
	strict.Takes("type", strict.WordShape(parameterTypes[:]...), "A name has letters, single spaces and hyphens only, 30 at most.").Or(parameterTypes[0]),
	strict.Takes("max", strict.IntShape(1, maxParameter), "The most characters; 30 for a name, else 200, if left out."),
	strict.Takes("values", strict.OneOrMore(strict.TextShape()), "The allowed ones; any if left out."),
}

// behaviourFields are the details of a behaviour.
var behaviourFields = strict.Fields{
	strict.Takes("item", strict.OneOrMore(itemShape()), "An item's id, or several: any of them."),
	strict.Takes("tag", strict.RefShape("matcher-text"), "A tag of the item."),
	strict.Takes("channel", strict.RefShape("matcher-text"), "Where: web, till, ..."),
	strict.Takes("campaign", strict.RefShape("matcher-text"), "Of which campaign."),
	strict.Takes("block", strict.RefShape("matcher-text"), "Of which block."),
	strict.Takes("rule", strict.RefShape("matcher-text"), "Of which rule."),
	strict.Takes("answer", strict.RefShape("matcher-text"), "Of an answer its id."),
	strict.Takes("value", strict.RefShape("matcher-number"), "Of a rating its number, of what was carted or bought what one of it cost."),
	strict.Takes("date", strict.RefShape("matcher-date"), "The recipient's date when it was."),
	strict.Takes("within", strict.DurationShape(), "A time back from now, such as 30d."),
	strict.Takes("count", strict.RefShape("matcher-number"), "How often.").Or(">= 1"),
}

// conditionFields are the words of conditions that are no signals.
var conditionFields = append(strict.Fields{
	strict.Takes("any", strict.RefShape("listed"), "Any of these conditions holds."),
	strict.Takes("all", strict.RefShape("listed"), "All of these hold: where one signal is needed twice."),
	strict.Takes("not", strict.RefShape("not"), "None of these holds; unknown is not false."),
	strict.Takes("known", strict.OneOrMore(strict.RefShape("signal")), "A signal, or several, that must be known."),
	strict.Takes("segment", strict.OneOrMore(strict.RefShape("segment")), "A segment's id, or several: any of them."),
}, behaviourWords()...)

// behaviourWords are the words of behaviours.
func behaviourWords() strict.Fields {
	var fields strict.Fields
	for kind, word := range eventNames {
		fields = append(fields, strict.Takes(word, strict.RefShape("behaviour"), "The recipient "+eventExamples[kind].about+": {} for ever, or details such as {within: 30d}."))
	}
	return fields
}

func localesShape() strict.Shape {
	s := strict.ListShape(localeShape())
	s.MinItems, s.MaxItems, s.Unique = 1, maxLocales, true
	return s
}

func seedShape() strict.Shape {
	s := strict.TextShape()
	s.MinLength = 1
	return s
}

// parametersShape are parameters by names that are no tracker's.
func parametersShape() strict.Shape {
	name := strict.NameShape()
	name.Not = &strict.Shape{Pattern: "^utm_|^(?:" + strings.Join(strings.Fields(trackers), "|") + ")$"}
	return strict.MapShape(name, parameterFields.Shape())
}

func daypartsShape() strict.Shape {
	span := strict.Shape{
		Type: []string{"string"}, Pattern: "^" + blank + clockPattern + blank + `\.\.` + blank + clockPattern + blank + "$",
		Remedy: "write a time range such as 06:00..12:00", Examples: []any{"06:00..12:00", "22:00..02:00"},
	}
	s := strict.MapShape(strict.IDShape(), span)
	s.MinProperties, s.MaxProperties = 1, maxDayparts
	return s
}

func segmentsShape() strict.Shape {
	s := strict.MapShape(strict.IDShape(), strict.RefShape("segment-conditions"))
	s.MaxProperties = maxSegments
	return s
}

func appendShape() strict.Shape {
	name := strict.Shape{
		Pattern: "^[A-Za-z0-9_.-]{1,64}$", Remedy: "this is no name for a query; write letters, digits, _, - and .",
	}
	return strict.MapShape(name, drawnShape())
}

func blocksShape() strict.Shape {
	s := strict.MapShape(strict.IDShape(), strict.RefShape("block"))
	s.MinProperties, s.MaxProperties = 1, maxBlocks
	return s
}

func rulesShape() strict.Shape {
	s := strict.ListShape(strict.RefShape("rule"))
	s.MinItems, s.MaxItems = 1, maxRules
	return s
}

func answersShape() strict.Shape {
	s := strict.MapShape(strict.IDShape(), strict.RefShape("said"))
	s.MinProperties, s.MaxProperties = 1, maxPositions
	return s
}

func retiredShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: "^" + blank + "https://[^{} ]+" + blank + "$", Remedy: "write one constant link, https://...",
	}
}

func splitShape() strict.Shape {
	s := strict.MapShape(strict.IDShape(), strict.RefShape("variant"))
	s.MinProperties, s.MaxProperties = 2, maxSplit
	return s
}

func weightsShape() strict.Shape {
	weight := strict.Shape{
		Type: []string{"number", "string"}, Minimum: new(0.0), Pattern: "^" + strict.NumberPattern() + "$", Remedy: "write a number such as 1",
	}
	return strict.MapShape(strict.IDShape(), weight)
}

func fromShape() strict.Shape { return strict.OneOrMore(strict.WordShape(listNames[:]...)) }
