package rules

import (
	"cmp"
	"maps"
	"slices"
)

// described is a signal with what people are told of it. In its name a part in
// <> stands for an id.
type described struct {
	name    string
	typ     Type
	example string // the matcher of a condition; "": that of the type, or one of its values
	about   string
}

// clockWords are the signals of time.
var clockWords = []described{
	{"now", Moment, "< 2026-11-27 08:00", "this instant, the same for everybody"},
	{"date", Date, "12-24..12-26", "the recipient's; or 2026-12-24, today, today+7d"},
	{"time", Time, "18:00..22:00", "on the recipient's clock"},
	{"weekday", Weekday, "sat..sun", "mon to sun"},
	{"month", Month, "12..2", "1 to 12"},
	{"daypart", Text, "", "of the recipient's day"},
}

// fields are the signals under one word, by what follows it.
var (
	clientFields = []described{
		{"class", Text, "", "who fetched the image"},
		{"app", Text, "apple-mail*", "the mail program or browser"},
		{"os", Text, "[ios, android]", "windows, macos, ios, android, linux or chromeos"},
		{"mobile", Boolean, "", "a phone or tablet"},
	}
	hereFields = []described{
		{"country", Text, "[BE, NL]", "ISO code"},
		{"region", Text, "Flanders", "in English; by address only"},
		{"city", Text, "Ghent", "in English by address, else as in the profile"},
		{"from", Text, "[address, profile]", "what says where"},
	}
	nearFields = []described{
		{"id", Text, "", "the nearest place's id"},
		{"name", Text, "", "its name"},
		{"address", Text, "", "its street"},
		{"url", Text, "", "its page"},
		{"route", Text, "", "the way there"},
		{"city", Text, "", "its city"},
		{"distance_km", Number, "< 10", "as the crow flies"},
		{"open", Boolean, "", "open at this moment"},
		{"closes", Time, "> 20:00", "when it closes today"},
	}
	weatherFields = []described{
		{"temperature", Number, "< 5", "degrees C"},
		{"feels_like", Number, "< 5", "degrees C, with the wind"},
		{"wind_ms", Number, "> 10", "wind, metres a second"},
		{"cloud_percent", Number, "< 20", "clouds, 0 to 100"},
		{"rain", Boolean, "", "it rains"},
		{"snow", Boolean, "", "it snows"},
		{"daylight", Boolean, "", "the sun is up"},
		{"condition", Text, "", "in a word"},
	}
	cartFields = []described{
		{"count", Number, "> 0", "items in the cart"},
		{"total", Money, "> 50 EUR", "what they cost"},
		{"age", Duration, "> 1d", "since it was last changed"},
	}
	profileFields = []described{
		{"locale", Text, "nl*", "the recipient's language"},
		{"zone", Text, "Europe/*", "the time zone"},
		{"country", Text, "[BE, NL]", "the home's country, ISO code"},
		{"city", Text, "", "the home's city"},
		{"postcode", Text, "[90*, 91*]", "the home's postcode"},
	}
	answerFields = [...]described{
		AnswerText:  {"text", Text, "", "the answer of this position"},
		AnswerShare: {"share", Percent, "", "its share of the votes"},
		AnswerCount: {"count", Number, "", "its votes"},
		AnswerOpen:  {"open", Boolean, "", "votes are still taken"},
	}
	firstOpen = described{"first_open", Moment, "> now-48h", "when the recipient first opened this campaign"}
	valuesOf  = map[string][]string{
		"client.class":      classNames[:],
		"here.from":         fromNames[:],
		"weather.condition": {"clear", "cloudy", "fog", "rain", "snow", "thunder"},
	}
)

// ownWords are what a campaign says of itself, and ownKinds the references to
// them.
var (
	ownWords = [...]described{
		{"campaign", Text, "", "its id"},
		{"block", Text, "", "the block's id"},
		{"rule", Text, "", "the rule that serves, or none"},
		{"variant", Text, "", "of a split, else none"},
		{"position", Number, "", "1 for the first item"},
		{"click", Text, "", "an id of the click, for conversions"},
		{"r", Text, "", "the link's recipient with its seal, for pages of origins"},
	}
	ownKinds = [len(ownWords)]RefKind{CampaignRef, BlockRef, RuleRef, VariantRef, PositionRef, ClickRef, RecipientRef}
)

// itemFields are the attributes every item has.
var itemFields = map[string]struct {
	at             ItemAttribute
	typ            Type
	example, about string
}{
	"id": {ItemID, Text, "", "its id"}, "title": {ItemTitle, Text, "", "its title"},
	"description": {ItemDescription, Text, "", "its description"}, "link": {ItemLink, Text, "", "its page"},
	"image": {ItemImage, Picture, "", "its picture"},
	"brand": {ItemBrand, Text, "", "its brand"}, "category": {ItemCategory, Text, "", "its category"},
	"tags":  {ItemTags, TextList, "", "holds if one of its tags is asked for"},
	"price": {ItemPrice, Money, "", "its price"}, "sale_price": {ItemSalePrice, Money, "", "its price in the sale"},
	"stock": {ItemStock, Number, "1..20", "how many are left"}, "rating": {ItemRating, Number, ">= 4", "what buyers give it"},
	"reviews": {ItemReviews, Number, "", "how many reviews"}, "in_stock": {ItemInStock, Boolean, "", "it can be bought"},
	"starts": {ItemStarts, Moment, "", "when it begins"}, "ends": {ItemEnds, Moment, "", "when it is over"},
	"price_then": {ItemPriceThen, Money, "", "its price when the campaign started"},
	"price_drop": {ItemPriceDrop, Number, ">= 5", "percent it costs less than then"},
	"because":    {ItemBecause, Text, "", "why it is recommended"},
	"viewed":     {ItemViewed, Boolean, "", "the recipient viewed it"}, "carted": {ItemCarted, Boolean, "", "has it in the cart"},
	"bought": {ItemBought, Boolean, "", "bought it"}, "wished": {ItemWished, Boolean, "", "wished for it"},
}

// eventExamples say of each kind of event what a behaviour asks.
var eventExamples = [len(eventNames)]struct{ example, about string }{
	Viewed:   {"{tag: opera, within: 30d}", "looked at an item"},
	Carted:   {"{within: 7d}", "put an item into the cart"},
	Bought:   {"{tag: presale, within: 365d}", "bought an item"},
	Wished:   {"{tag: opera}", "put an item on the wish list"},
	Rated:    {"{value: \">= 4\"}", "rated an item"},
	Opened:   {"{within: 90d, count: \">= 3\"}", "opened a campaign"},
	Clicked:  {"{within: 60d}", "clicked in a campaign"},
	Shown:    {"{block: hero, count: \"< 3\"}", "was shown a block"},
	Searched: {"{tag: opera*}", "searched for something, which is the tag"},
	Answered: {"{answer: price}", "answered a block that asks"},
}

// typeOf returns the type of a field.
func typeOf(fields []described, name string) (Type, bool) {
	i := slices.IndexFunc(fields, func(f described) bool { return f.name == name })
	if i < 0 {
		return Unknown, false
	}
	return fields[i].typ, true
}

// family is the signals that begin with one word, or that are one word.
type family struct {
	word  string
	title string // of the group that they are listed in
	// find returns the signal of these words; nil for those of one word, which
	// findClock finds.
	find func(c *Campaign, parts []string, at string) *known
	list func(c *Campaign) []described
}

// families are all signals, in the order in which they are listed.
var families = [...]family{
	{"clock", "The clock", nil, func(*Campaign) []described { return clockWords }},
	{"client", "What the mail is read with", fieldsFinder(clientFields, ClientSource), fieldsOf("client", clientFields)},
	{"here", "Where the recipient is", findHere, fieldsOf("here", hereFields)},
	{"near", "The sender's place nearest to there", (*Campaign).findNear, (*Campaign).listNear},
	{"weather", "The weather there", fieldsFinder(weatherFields, WeatherSource), fieldsOf("weather", weatherFields)},
	{"stock", "How many are left", findStock, (*Campaign).listStock},
	{"item", "The item in scope", (*Campaign).findItem, (*Campaign).listItem},
	{"profile", "The recipient's profile", (*Campaign).findProfile, (*Campaign).listProfile},
	{"parameters", "Parameters of the link", (*Campaign).findParameter, (*Campaign).listParameters},
	{"cart", titleOfRecipient, fieldsFinder(cartFields, CartSource), fieldsOf("cart", cartFields)},
	{"interest", titleOfRecipient, findInterest, func(*Campaign) []described {
		return []described{{"interest.<tag>", Number, "> 0.4", "in a tag, 0 to 1"}}
	}},
	{"first_open", titleOfRecipient, nil, func(*Campaign) []described { return []described{firstOpen} }},
	{"code", titleOfRecipient, (*Campaign).findCode, (*Campaign).listCodes},
	{"answer", titleOfAnswers, findAnswer, (*Campaign).listAnswer},
	{"answered", titleOfAnswers, (*Campaign).findAnswered, (*Campaign).listAnswered},
	{"results", titleOfAnswers, (*Campaign).findResults, (*Campaign).listResults},
	{"own", "In texts and links only", nil, func(*Campaign) []described { return ownWords[:] }},
}

// Titles of groups that several families are listed in.
const (
	titleOfRecipient = "Cart, interests and codes"
	titleOfAnswers   = "Answers of a block that asks"
)

// fieldsFinder finds the second of two words.
func fieldsFinder(fields []described, source Source) func(*Campaign, []string, string) *known {
	return func(_ *Campaign, parts []string, _ string) *known { return field(parts, fields, source) }
}

// fieldsOf lists the fields under a word.
func fieldsOf(word string, fields []described) func(*Campaign) []described {
	return func(*Campaign) []described { return under(word, fields) }
}

// under puts a word before fields.
func under(word string, fields []described) []described {
	all := slices.Clone(fields)
	for i := range all {
		all[i].name = word + "." + all[i].name
	}
	return all
}

func (c *Campaign) listNear() []described {
	var all []described
	for _, list := range c.sender.Places {
		all = append(all, under("near."+list, nearFields)...)
	}
	return all
}

// atPlaces lists a count at a place, and at the place that is near.
func (c *Campaign) atPlaces(stock string) []described {
	all := []described{{stock + "@<place>", Number, "1..20", "how many are left at one place"}}
	for _, list := range c.sender.Places {
		all = append(all, described{stock + "@near." + list, Number, "1..20", "at the place of " + list + " that is near"})
	}
	return all
}

func (c *Campaign) listStock() []described {
	return append([]described{{"stock.<item>", Number, "1..20", "how many are left of one item by its id"}}, c.atPlaces("stock.<item>")...)
}

// listItem lists the attributes of the item in scope; <attribute> stands for any
// of them.
func (c *Campaign) listItem() []described {
	names := slices.SortedFunc(maps.Keys(itemFields), func(a, b string) int { return cmp.Compare(itemFields[a].at, itemFields[b].at) })
	var all []described
	for _, name := range names {
		f := itemFields[name]
		all = append(all, described{"item." + name, f.typ, f.example, f.about})
	}
	for _, a := range c.attributes {
		if _, always := itemFields[a.Name]; !always {
			all = append(all, described{"item." + a.Name, a.Type, "", "as the feed has it"})
		}
	}
	all = append(all, c.atPlaces("item.stock")...)
	return append(all, described{"item.<item>.<attribute>", Unknown, "< 20 EUR", "any of these but stock, of one item by its id"})
}

func (c *Campaign) listProfile() []described {
	var all []described
	for _, f := range under("profile", profileFields) {
		if !slices.ContainsFunc(c.sender.Attributes, func(a Attribute) bool { return "profile."+a.Name == f.name }) {
			all = append(all, f)
		}
	}
	for _, a := range c.sender.Attributes {
		d := described{"profile." + a.Name, a.Type, "", ageText(a)}
		if a.Type == Text && len(a.Values) == 0 {
			d.example = anyText
		}
		all = append(all, d)
	}
	return all
}

// listParameters lists what the campaign declares. One without an id stands for
// any: <name> for a parameter of that type, <choice> for a text with values.
func (c *Campaign) listParameters() []described {
	var all []described
	for i, p := range c.Params {
		d := described{name: "parameters." + p.Name, typ: p.Type}
		if c.ID == "" {
			d.name, d.about = "parameters.<"+p.Name+">", anyParameters[i].about
		}
		all = append(all, d)
	}
	return all
}

func (c *Campaign) listCodes() []described {
	var all []described
	for _, pool := range c.sender.Codes {
		all = append(all, described{"code." + pool, Text, "", "a single-use code"})
	}
	return all
}

// listAnswer lists what is known of an answer, where a block has any.
func (c *Campaign) listAnswer() []described {
	if len(c.answers) == 0 {
		return nil
	}
	return under("answer", answerFields[:])
}

// listAnswered lists what was answered in the blocks that ask; <block> stands for
// one of a campaign without an id.
func (c *Campaign) listAnswered() []described {
	var all []described
	for _, block := range slices.Sorted(maps.Keys(c.answers)) {
		d := described{"answered." + block, Text, "", "the answer that was given, or none"}
		if c.ID == "" {
			d.name, d.example = "answered.<block>", "none"
		}
		all = append(all, d)
	}
	return append(all, described{"answered.<campaign>.<block>", Text, "none", "the answer in another campaign, or none"})
}

func (c *Campaign) listResults() []described {
	const votes, some = "all votes so far", "those for one answer"
	if c.ID == "" {
		return []described{{"results.<block>", Number, "", votes}, {"results.<block>.<answer>", Number, "", some}}
	}
	var all []described
	for _, block := range slices.Sorted(maps.Keys(c.answers)) {
		all = append(all, described{"results." + block, Number, "", votes})
		for _, answer := range c.answers[block] {
			all = append(all, described{"results." + block + "." + answer, Number, "", some})
		}
	}
	return all
}
