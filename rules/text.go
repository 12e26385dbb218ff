package rules

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// textKind says what a text is for, and so which placeholders it may have.
type textKind uint8

const (
	drawnText textKind = iota
	linkText
	pictureText
	appendText
	constantText // no placeholders
	segmentText  // no text: the conditions of a segment
	defaultText  // a layout's default: item.* only
)

// scope is where something stands: what it may name.
type scope struct {
	kind     textKind
	item     bool // an item is in scope
	nothing  bool // nothing is shown
	fallback bool
	written  bool   // of a fallback: written in it, not inherited
	block    *Block // nil where it is shared by blocks
}

// marks are what a value was found to name.
type marks struct {
	beyond string // the first signal a fallback may not name
	item   bool   // the item in scope
}

// signal finds the signal of that name and reports one that cannot stand here.
func (l *loader) signal(n *strict.Node, name string, sc scope) (*known, bool) {
	if n.Kind != strict.Scalar {
		return nil, false
	}
	k, err := l.c.find(name)
	if errors.As(err, new(needsStarts)) {
		if l.needStarts {
			return nil, false // said once
		}
		l.needStarts = l.mark == nil
	}
	if err != nil {
		l.Errorf(n, "%s", err)
		return nil, false
	}
	if k.typ == Unknown {
		return nil, false // its declaration was reported
	}
	if why := outside(k, sc); why != "" {
		l.Errorf(n, "%s", why)
		return nil, false
	}
	l.lookUpSignal(n, k)
	if l.mark != nil {
		l.mark.note(k)
	}
	if k.kind == AnswerRef && (AnswerPart(k.index) == AnswerShare || AnswerPart(k.index) == AnswerCount) {
		l.c.countVotes(sc.block.ID)
	}
	if suppliedLater(k) {
		l.notSupplied(k.name)
	}
	return k, true
}

// suppliedLater reports whether nothing but a test gives a signal yet.
func suppliedLater(k *known) bool {
	switch attributeOf(k) {
	case ItemPriceThen, ItemPriceDrop:
		return true
	}
	return k.kind == NoRef && k.signal.Source == CodeSource
}

// lookUpSignal reports items and places that the data at hand does not have.
func (l *loader) lookUpSignal(n *strict.Node, k *known) {
	s := k.signal
	switch {
	case k.kind == PlaceStockRef:
		l.lookUpPlace(n, s.At)
	case k.kind != NoRef:
	case s.Source == StockSource:
		l.lookUp(n, "item", s.Key, l.sender.HasItem)
		l.lookUpPlace(n, s.At)
	case s.Source == ItemSource:
		l.lookUp(n, "item", s.Item, l.sender.HasItem)
	}
}

// lookUpPlace reports a place, or a list of them, that is not there.
func (l *loader) lookUpPlace(n *strict.Node, at string) {
	list, near := strings.CutPrefix(at, "near.")
	switch {
	case near && !slices.Contains(l.sender.Places, list):
		l.Errorf(n, "unknown places %q; %s", list, strict.DidYouMean(list, l.sender.Places))
	case !near && at != "":
		l.lookUp(n, "place", at, l.sender.HasPlace)
	}
}

// outside says why a signal cannot stand in a scope; "" if it can.
func outside(k *known, sc scope) string {
	switch {
	case sc.kind == constantText:
		return "only constants can stand here; write the text without placeholders"
	case sc.kind == segmentText && k.ofItem():
		return k.name + " is of the item in scope, which a segment has not; put the condition in the rule"
	case sc.kind == segmentText && k.kind == AnswerRef:
		return k.name + " is of the answer of a position, which a segment has not; put the condition in the rule"
	case sc.kind == appendText && (k.ofItem() || k.kind == AnswerRef):
		return k.name + " cannot stand in append, which all blocks share; put it in the link"
	case k.ofItem() && sc.nothing:
		return k.name + " needs an item in scope, and who shows nothing has none; show it in a layout, or leave the item out by where"
	case k.ofItem() && !sc.item && !sc.fallback:
		return k.name + " needs an item in scope; add item or items to show"
	case k.kind == AnswerRef && (sc.block == nil || len(sc.block.Answers) == 0):
		return k.name + " needs a block with answers; add answers to the block"
	case sc.kind == defaultText && k.kind != ItemRef:
		return k.name + " cannot stand in a layout's default; only item.* can"
	case sc.kind == pictureText && !k.namesPicture():
		return k.name + " cannot name a picture; write a file, or {item.image} alone"
	case k.kind == ClickRef && sc.kind != appendText:
		return "{click} can stand in append only; move it there"
	case k.kind == RecipientRef && sc.kind != appendText:
		return "{r} can stand in append only; move it there"
	}
	return ""
}

// ofItem reports whether a signal is of the item in scope.
func (k *known) ofItem() bool { return k.kind == ItemRef || k.kind == PlaceStockRef }

// namesPicture reports whether a signal is a picture, or may stand in the name
// of its file.
func (k *known) namesPicture() bool {
	switch k.kind {
	case CampaignRef, BlockRef, PositionRef:
		return true
	case ItemRef:
		return k.typ == Picture || ItemAttribute(k.index) == ItemID
	}
	return k.typ == Picture
}

// note remembers what k is to a fallback.
func (m *marks) note(k *known) {
	m.item = m.item || k.ofItem()
	if m.beyond == "" && !timeless(k) {
		m.beyond = k.name
	}
}

// timeless reports whether a fallback may name k: it is true at any time and
// for anybody.
func timeless(k *known) bool {
	switch k.kind {
	case CampaignRef, BlockRef, PositionRef:
		return true
	case AnswerRef:
		return AnswerPart(k.index) == AnswerText
	case ItemRef:
		switch ItemAttribute(k.index) {
		case ItemStock, ItemStarts, ItemEnds, ItemPriceDrop, ItemBecause, ItemViewed, ItemCarted, ItemBought, ItemWished:
			return false
		}
		return k.typ != Moment
	}
	return false
}

// template reads a text with placeholders.
func (l *loader) template(n *strict.Node, sc scope) (Template, bool) {
	text := l.Text(n)
	if n.Kind != strict.Scalar {
		return nil, false
	}
	if tag := mergeTag(text); tag != "" {
		l.Errorf(n, "%q is a merge tag, which only the mail platform fills; declare a parameter and write {parameters.its_name}", tag)
		return nil, false
	}
	if sc.kind != constantText && l.naked(text) {
		l.Errorf(n, "%s stands without its braces; write \"{%s}\"", text, text)
		return nil, false
	}
	var t Template
	for rest := text; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			return append(t, Piece{Literal: rest}), true
		}
		if rest[i] == '}' {
			l.Errorf(n, "a } closes nothing; write placeholders as {signal}, and no braces else")
			return nil, false
		}
		if i > 0 {
			t = append(t, Piece{Literal: rest[:i]})
		}
		inside, after, ok := placeholder(rest[i+1:])
		if !ok {
			l.Errorf(n, "a { is never closed; write placeholders as {signal}, words of a format in ' ', and no braces else")
			return nil, false
		}
		p, ok := l.piece(n, inside, sc)
		if !ok {
			return nil, false
		}
		p.Whole = inside == text[1:max(len(text)-1, 1)] && (sc.kind == linkText || sc.kind == pictureText || sc.kind == defaultText)
		t, rest = append(t, p), after
	}
	return t, true
}

// naked reports whether a text is a signal without its braces.
func (l *loader) naked(text string) bool {
	first, _, ok := strings.Cut(text, ".")
	if !ok || strings.Contains(text, " ") || first == "stock" || first == "interest" || first == "answered" {
		return false // what follows these may be any word
	}
	parts, at, err := splitSignal(text)
	return err == nil && len(parts) > 1 && l.c.findWord(parts, at) != nil
}

// placeholder returns what stands before the } that closes a placeholder. Ids
// in brackets and words in quotes may hold braces.
func placeholder(text string) (inside, after string, ok bool) {
	var closing byte
	for i := range len(text) {
		switch c := text[i]; {
		case closing != 0:
			if c == closing {
				closing = 0
			}
		case c == '[':
			closing = ']'
		case c == '\'':
			closing = '\''
		case c == '{':
			return "", "", false
		case c == '}':
			return text[:i], text[i+1:], true
		}
	}
	return "", "", false
}

// plainTag are the merge tags that are only set apart by their signs. Never
// changed.
var plainTag = regexp.MustCompile(`%[A-Z][A-Z0-9_]{2,}%|\$[a-z][a-z0-9_]{2,}\$|##[A-Za-z][A-Za-z0-9_.]+##`)

// mergeTag returns the merge tag of a mail platform in a text, if one is
// there.
func mergeTag(text string) string {
	for _, tag := range [][2]string{{"{{", "}}"}, {"{%", "%}"}, {"*|", "|*"}, {"<%", "%>"}, {"%%", "%%"}, {"${", "}"}, {"[%", "%]"}, {"[[", "]]"}} {
		_, rest, ok := strings.Cut(text, tag[0])
		if !ok {
			continue
		}
		inside, _, closed := strings.Cut(rest, tag[1])
		if closed && strings.TrimSpace(inside) != "" {
			return tag[0] + inside + tag[1]
		}
	}
	return plainTag.FindString(text)
}

// piece reads what stands between braces.
func (l *loader) piece(n *strict.Node, inside string, sc scope) (Piece, bool) {
	name, format, formatted := cutFormat(inside)
	if first, _, more := strings.Cut(strings.TrimSpace(name), " "); more {
		if _, err := l.c.find(first); err == nil {
			l.Errorf(n, "%q is more than a signal; write {%s}, a format behind |, or a list of texts, of which the first that is known is taken", strings.TrimSpace(name), first)
			return Piece{}, false
		}
	}
	k, ok := l.signal(n, strings.TrimSpace(name), sc)
	if !ok {
		return Piece{}, false
	}
	p := Piece{Ref: l.c.ref(k)}
	switch {
	case k.typ == Boolean && !formatted:
		l.Errorf(n, "%s is true or false and cannot be written; make it a condition", k.name)
		return Piece{}, false
	case k.typ == Picture && sc.kind != pictureText && sc.kind != defaultText:
		l.Errorf(n, "%s is a picture and cannot be written; give it to a value that is one", k.name)
		return Piece{}, false
	}
	if formatted {
		p.Format, ok = l.format(n, strings.TrimSpace(format), k)
	}
	return p, ok
}

// cutFormat splits signal|format, looking past ids in brackets.
func cutFormat(inside string) (name, format string, ok bool) {
	bracket := false
	for i := range len(inside) {
		switch inside[i] {
		case '[':
			bracket = true
		case ']':
			bracket = false
		case '|':
			if !bracket {
				return inside[:i], inside[i+1:], true
			}
		}
	}
	return inside, "", false
}

// hasPlaceholder reports whether a template is more than a constant.
func (t Template) hasPlaceholder() bool {
	return slices.ContainsFunc(t, func(p Piece) bool { return p.Ref.Kind != NoRef })
}
