package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// known is a signal as a campaign may name it.
type known struct {
	name    string
	typ     Type
	kind    RefKind  // SignalRef unless said otherwise
	signal  Signal   // of a SignalRef
	index   int      // of an ItemRef
	values  []string // the only ones it can have; nil: any
	instant bool     // a clock that never stands still: it equals nothing
	country bool     // an ISO code
}

// splitSignal splits a signal's name into its words and the place behind @.
func splitSignal(name string) (parts []string, at string, err error) {
	rest := name
	for {
		word := 0
		for word < len(rest) && isWord(rest[word]) {
			word++
		}
		if word == 0 && (len(parts) == 0 || !strings.HasPrefix(rest, "[")) {
			return nil, "", fmt.Errorf("%q is no signal; write one such as weather.rain or \"stock[SKU 1]\"", name)
		}
		if word > 0 {
			parts, rest = append(parts, rest[:word]), rest[word:]
		}
		for strings.HasPrefix(rest, "[") {
			id, after, ok := strings.Cut(rest[1:], "]")
			if !ok || id == "" {
				return nil, "", fmt.Errorf("%q has no closing ]; write one such as \"stock[SKU 1]\"", name)
			}
			parts, rest = append(parts, id), after
		}
		switch {
		case rest == "":
			return parts, "", nil
		case rest[0] == '@' && len(rest) > 1:
			return parts, rest[1:], nil
		case parts[0] == "stock" && rest[0] != '.':
			id, _, _ := strings.Cut(name[len("stock."):], "@")
			return nil, "", fmt.Errorf("%q is no signal; put the id in brackets, and the whole in quotes: \"stock[%s]\"", name, id)
		case rest[0] != '.' || len(rest) == 1:
			return nil, "", fmt.Errorf("%q is no signal; put an id with %q in brackets, and the whole in quotes", name, rest[:1])
		}
		rest = rest[1:]
	}
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// bracket writes an id as a part of a signal's name.
func bracket(id string) string {
	for i := range len(id) {
		if !isWord(id[i]) {
			return "[" + id + "]"
		}
	}
	return "." + id
}

// find returns the signal of that name. It allows what the campaign declares;
// whether it may stand where it does is the caller's to say.
func (c *Campaign) find(name string) (*known, error) {
	parts, at, err := splitSignal(name)
	if err != nil {
		if near := strict.Nearest(name, c.names()); near != "" {
			return nil, fmt.Errorf("%q is no signal; did you mean %q?", name, near)
		}
		return nil, err
	}
	if at != "" && parts[0] != "stock" && parts[0] != "item" {
		return nil, fmt.Errorf("only stock is kept by place; write %s", strings.Join(parts, "."))
	}
	if k := c.findWord(parts, at); k != nil {
		if attributeOf(k).comparesPrices() && c.Starts.IsZero() {
			return nil, needsStarts(name)
		}
		return k, nil
	}
	if kind, isEvent := parseEventKind(parts[0]); isEvent && (kind != Answered || len(parts) == 1) {
		return nil, fmt.Errorf("%s is a behaviour; ask about it in a condition, %s: {within: 30d}", name, parts[0])
	}
	return nil, fmt.Errorf("unknown signal %q; %s", name, c.remedy(parts, name))
}

// needsStarts is the failure to find a signal that the campaign's start defines.
type needsStarts string

func (name needsStarts) Error() string {
	return string(name) + " is about the price when the campaign started; write starts: at its top"
}

// findWord returns the signal of these words, or nil.
func (c *Campaign) findWord(parts []string, at string) *known {
	if len(parts) == 1 {
		return c.findClock(parts[0])
	}
	for i := range families {
		if f := &families[i]; f.word == parts[0] && f.find != nil {
			return f.find(c, parts, at)
		}
	}
	return nil
}

func (c *Campaign) findClock(word string) *known {
	for _, s := range clockWords {
		if s.name != word {
			continue
		}
		k := &known{name: word, typ: s.typ, signal: Signal{Name: word, Source: ClockSource, Type: s.typ, Key: word}}
		k.instant = word == "now" || word == "time"
		if word == "daypart" {
			for _, d := range c.Dayparts {
				k.values = append(k.values, d.ID)
			}
		}
		return k
	}
	if word == firstOpen.name {
		return &known{name: word, typ: firstOpen.typ, signal: Signal{Name: word, Source: FirstOpenSource, Type: firstOpen.typ, Key: word}}
	}
	for i, own := range ownWords {
		if own.name == word {
			return &known{name: word, typ: own.typ, kind: ownKinds[i]}
		}
	}
	return nil
}

// field returns the signal that is the second of two words.
func field(parts []string, fields []described, source Source) *known {
	t, ok := typeOf(fields, parts[1])
	if !ok || len(parts) != 2 {
		return nil
	}
	name := parts[0] + "." + parts[1]
	return &known{name: name, typ: t, values: valuesOf[name], signal: Signal{Name: name, Source: source, Type: t, Key: parts[1]}}
}

func findHere(_ *Campaign, parts []string, _ string) *known {
	k := field(parts, hereFields, HereSource)
	if k != nil {
		k.country = parts[1] == "country"
	}
	return k
}

func (c *Campaign) findNear(parts []string, _ string) *known {
	if len(parts) != 3 || !slices.Contains(c.sender.Places, parts[1]) {
		return nil
	}
	t, ok := typeOf(nearFields, parts[2])
	if !ok {
		return nil
	}
	name := strings.Join(parts, ".")
	return &known{name: name, typ: t, signal: Signal{Name: name, Source: NearSource, Type: t, Key: parts[2], At: parts[1]}}
}

func findStock(_ *Campaign, parts []string, at string) *known {
	if len(parts) != 2 || !isItemID(parts[1]) || at != "" && !isItemID(at) {
		return nil
	}
	name := "stock" + bracket(parts[1])
	if at != "" {
		name += "@" + at
	}
	return &known{name: name, typ: Number, signal: Signal{Name: name, Source: StockSource, Type: Number, Key: parts[1], At: at}}
}

// findStockOf returns the stock of the item in scope at a place.
func findStockOf(parts []string, at string) *known {
	if len(parts) != 2 || parts[1] != "stock" || !isItemID(at) {
		return nil
	}
	return &known{name: "item.stock@" + at, typ: Number, kind: PlaceStockRef, signal: Signal{At: at}}
}

func findInterest(_ *Campaign, parts []string, _ string) *known {
	if len(parts) != 2 {
		return nil
	}
	name := "interest" + bracket(parts[1])
	return &known{name: name, typ: Number, signal: Signal{Name: name, Source: InterestSource, Type: Number, Key: parts[1]}}
}

func (c *Campaign) findCode(parts []string, _ string) *known {
	if len(parts) != 2 || !slices.Contains(c.sender.Codes, parts[1]) {
		return nil
	}
	name := "code." + parts[1]
	return &known{name: name, typ: Text, signal: Signal{Name: name, Source: CodeSource, Type: Text, Key: parts[1]}}
}

// attributeOf returns which attribute of an item a signal is, or -1.
func attributeOf(k *known) ItemAttribute {
	switch {
	case k.kind == ItemRef:
		return ItemAttribute(k.index)
	case k.kind == NoRef && k.signal.Source == ItemSource:
		return ItemAttribute(k.signal.Index)
	}
	return -1
}

// comparesPrices reports whether an attribute needs the campaign's starts.
func (a ItemAttribute) comparesPrices() bool { return a == ItemPriceThen || a == ItemPriceDrop }

// isItemID reports whether an item or a place may have this id.
func isItemID(id string) bool {
	return id != "" && len([]rune(id)) <= maxItemID && !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f || r == ']' })
}

// attribute returns an attribute of the item in scope by its name.
func (c *Campaign) attribute(name string) (*known, bool) {
	k := &known{name: "item." + name, kind: ItemRef}
	if f, ok := itemFields[name]; ok {
		k.index, k.typ = int(f.at), f.typ
		return k, true
	}
	for i, a := range c.attributes {
		if a.Name == name {
			k.index, k.typ, k.values = int(ItemMore)+i, a.Type, a.Values
			return k, true
		}
	}
	return nil, false
}

func (c *Campaign) findItem(parts []string, at string) *known {
	if at != "" {
		return findStockOf(parts, at)
	}
	k, ok := c.attribute(parts[len(parts)-1])
	switch {
	case !ok:
		return nil
	case len(parts) == 2:
		return k
	case len(parts) != 3 || !isItemID(parts[1]) || k.index == int(ItemStock):
		return nil
	}
	name := "item" + bracket(parts[1]) + "." + parts[2]
	return &known{name: name, typ: k.typ, values: k.values, signal: Signal{
		Name: name, Source: ItemSource, Type: k.typ, Key: parts[2], Item: parts[1], Index: k.index,
	}}
}

func (c *Campaign) findProfile(parts []string, _ string) *known {
	if len(parts) != 2 {
		return nil
	}
	name := "profile." + parts[1]
	for i, a := range c.sender.Attributes {
		if a.Name == parts[1] {
			return &known{name: name, typ: a.Type, values: a.Values, signal: Signal{
				Name: name, Source: ProfileSource, Type: a.Type, Key: a.Name, Index: i,
			}}
		}
	}
	k := field(parts, profileFields, ProfileSource)
	if k != nil {
		k.signal.Index = -1
		k.country = parts[1] == "country"
	}
	return k
}

func (c *Campaign) findParameter(parts []string, _ string) *known {
	for i, p := range c.Params {
		if p.Name == parts[1] && len(parts) == 2 {
			name := "parameters." + p.Name
			return &known{name: name, typ: p.Type, values: p.Values, signal: Signal{
				Name: name, Source: ParameterSource, Type: p.Type, Key: p.Name, Index: i,
			}}
		}
	}
	return nil
}

// slot returns the place of a signal in Signals.Values, made at first use.
func (c *Campaign) slot(s Signal) int {
	if i, ok := c.slots[s.Name]; ok {
		return i
	}
	i := len(c.Signals)
	c.Signals = append(c.Signals, s)
	c.slots[s.Name] = i
	switch s.Source {
	case ItemSource:
		c.askOf(ItemAttribute(s.Index))
	case FirstOpenSource:
		c.Kinds |= 1 << Opened
	}
	c.slotNear(s.At)
	if s.Source == ResultsSource && s.At == "" {
		c.countVotes(s.Key)
	}
	return i
}

// askOf has what the recipient did to an item asked about, where an attribute is that.
func (c *Campaign) askOf(i ItemAttribute) {
	if i < ItemViewed || i > ItemWished {
		return
	}
	c.Kinds |= 1 << EventKind(i-ItemViewed)
	if i == ItemCarted {
		c.Kinds |= 1 << Bought // it is in the cart no longer
	}
}

// slotNear makes a slot for the place that is near, whose stock is counted.
func (c *Campaign) slotNear(place string) {
	if list, near := strings.CutPrefix(place, "near."); near && slices.Contains(c.sender.Places, list) {
		c.nearIDs[list] = c.slot(c.findNear([]string{"near", list, "id"}, "").signal)
	}
}

// stockPlace returns the number of a place for PlaceStockRefs.
func (c *Campaign) stockPlace(at string) int {
	i := slices.Index(c.stockPlaces, at)
	if i < 0 {
		i = len(c.stockPlaces)
		c.stockPlaces = append(c.stockPlaces, at)
		c.slotNear(at)
	}
	return i
}

// ref returns a reference to k.
func (c *Campaign) ref(k *known) Ref {
	switch k.kind {
	case NoRef:
		return Ref{Kind: SignalRef, Index: c.slot(k.signal)}
	case ItemRef:
		c.askOf(ItemAttribute(k.index))
		return Ref{Kind: k.kind, Index: k.index}
	case AnswerRef:
		return Ref{Kind: k.kind, Index: k.index}
	case PlaceStockRef:
		return Ref{Kind: k.kind, Index: c.stockPlace(k.signal.At)}
	}
	return Ref{Kind: k.kind}
}
