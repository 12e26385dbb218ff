package rules

import (
	"strings"

	"example.com/opentime/strict"
)

// testFields are the keys of a test.
var testFields = strict.Fields{
	strict.Needs("name", strict.TextShape(), "What the test is about; unique in the file."),
	strict.Needs("at", strict.RefShape("moment"), "When the mail is opened."),
	strict.Takes("open", strict.RefShape("open"), "Who opens it, and with what; somebody unknown if left out."),
	strict.Takes("given", strict.RefShape("given"), "What is known: signals, nested or dotted, items and events. All else is unknown."),
	strict.Needs("expect", expectShape(), "What must show, by block, or block/2 for its second position."),
}

// openFields are the keys of a test's open.
var openFields = strict.Fields{
	strict.Takes("r", bareIDShape(), "The recipient's id, without a seal. Anonymous if left out."),
	strict.Takes("trust", strict.WordShape(trustNames[:]...), "How far the link proves its recipient; signed with r, if left out."),
	strict.Takes("address", strict.TextShape(), "The network address it comes from, such as 203.0.113.7."),
	strict.Takes("client", strict.RefShape("client"), "What the mail is read with, such as gmail or apple-mpp; some person's if left out."),
	strict.Takes("locale", strict.TextShape(), "The recipient's locale."),
	strict.Takes("parameters", strict.MapShape(strict.TextShape(), strict.TextShape()), "The parameters of the link, by name."),
}

// expectationFields are what a test may expect of a block's position.
var expectationFields = strict.Fields{
	strict.Takes("rule", strict.TextShape(), "The rule that must show; none is the fallback, and show that of a block without rules."),
	strict.Takes("variant", strict.TextShape(), "The variant of a split; none without one."),
	strict.Takes("reason", strict.WordShape(reasonNames[:]...), "Why it shows that."),
	strict.Takes("link", strict.TextShape(), "Where a click leads."),
	strict.Takes("after", strict.TextShape(), "Where it leads once the offer has ended."),
	strict.Takes("item", strict.TextShape(), "The item it shows, or none."),
	strict.Takes("layout", strict.RefShape("layout-id"), "The layout that is drawn."),
	strict.Takes("until", untilShape(), "Until when the decision holds, or none."),
	strict.Takes("says", strict.TextsShape(), "A text that must be drawn, or a list of them."),
}

// givenFields are the keys of given that are no signals.
var givenFields = strict.Fields{
	strict.Takes("events", strict.ListShape(strict.RefShape("event")), "What the recipient did: {viewed: dune-3, at: 2026-11-20 10:00}. [] is nothing, which is known."),
	strict.Takes("items", strict.MapShape(strict.TextShape(), strict.TextsShape()), "Lists of items' ids, best first, by list (popular) or block."),
}

// eventFields are the keys of an event: when, and one of what may have been
// done.
var eventFields = append(strict.Fields{
	strict.Needs("at", strict.RefShape("moment"), "When it was."),
}, eventWords()...)

func eventWords() strict.Fields {
	var fields strict.Fields
	for kind, word := range eventNames {
		about := "An item's id, or details such as {item: dune-3, tag: action}."
		switch k := EventKind(kind); {
		case k == Searched:
			about = "What was searched for, or details such as {tag: opera}."
		case !k.ofItem():
			about = "A campaign's id, or details such as {block: hero}."
		}
		fields = append(fields, strict.Takes(word, strict.RefShape("event-details"), about))
	}
	return fields
}

// detailFields are the details of an event.
var detailFields = strict.Fields{
	strict.Takes("item", itemShape(), "The item's id."),
	strict.Takes("tag", strict.TextsShape(), "The item's tag, or several."),
	strict.Takes("channel", strict.TextShape(), "Where: web, till, ..."),
	strict.Takes("campaign", strict.TextShape(), "Of which campaign."),
	strict.Takes("block", strict.TextShape(), "Of which block."),
	strict.Takes("rule", strict.TextShape(), "Of which rule."),
	strict.Takes("answer", strict.TextShape(), "Of an answer its id."),
	strict.Takes("value", givenShape(&known{typ: Number}), "Of a rating its number, of what was carted or bought what one of it cost."),
}

// bareIDShape is a recipient's id without a seal.
func bareIDShape() strict.Shape {
	return strict.Shape{
		Type: strict.TextShape().Type, Pattern: "^[A-Za-z0-9_-]{1,64}$", Remedy: "write 1 to 64 of letters, digits, _ and -",
	}
}

// expectShape is what each position must show.
func expectShape() strict.Shape {
	block := strict.IDShape()
	block.Pattern = strings.TrimSuffix(block.Pattern, "$") + "(?:/[+]?0*[1-9][0-9]*)?$"
	s := strict.MapShape(block, expectationFields.Shape())
	s.MinProperties = 1
	return s
}

// untilShape is a moment, or none.
func untilShape() strict.Shape {
	s := momentShape()
	s.Pattern = "^none$|" + s.Pattern
	s.Remedy += ", or none"
	return s
}
