package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"example.com/opentime/strict"
)

// expr reads what is given for a layout's value. An Expr of type 0 was dropped
// from a fallback.
func (l *loader) expr(n *strict.Node, value LayoutValue, sc scope) Expr {
	switch value.Type {
	case Number, Moment, TextList:
		return l.bare(n, value.Type, sc)
	case Picture:
		if sc.kind != defaultText {
			sc.kind = pictureText
		}
	case Colour:
		sc.kind = constantText
	}
	texts, ok := l.texts(n, sc, func(n *strict.Node) (Template, bool) {
		t, ok := l.template(n, sc)
		switch {
		case !ok:
		case value.Type == Picture:
			return l.picture(n, t, sc)
		case value.Type == Colour:
			return l.colour(n, t)
		case sc.kind == drawnText && n == value.Default:
		case sc.kind == drawnText:
			l.plain(n, t)
		}
		return t, ok
	})
	if !ok {
		return Expr{}
	}
	return Expr{Type: value.Type, Texts: texts}
}

// texts reads a text, a list of alternatives, or a map of locales to either,
// as alternatives by locale. read compiles one text with the marks of the
// scope. It is not ok where a fallback has to do without.
func (l *loader) texts(n *strict.Node, sc scope, read func(*strict.Node) (Template, bool)) ([][]Template, bool) {
	out := make([][]Template, len(l.c.Locales))
	if n.Kind != strict.Map {
		l.reading = l.c.Locales
		all, ok := l.alternatives(n, sc, read)
		for i := range out {
			out[i] = all
		}
		l.reading = nil
		return out, ok
	}
	whole := true
	for _, e := range n.Entries {
		if !slices.ContainsFunc(l.c.Locales, func(c string) bool { return c == e.Key.Text || strings.HasPrefix(c, e.Key.Text+"-") }) {
			l.foreignLocale(e.Key)
			continue
		}
		l.reading = l.spokenIn(e.Key.Text, n)
		all, ok := l.alternatives(e.Value, sc, read)
		whole = whole && ok
		for _, locale := range l.reading {
			out[slices.Index(l.c.Locales, locale)] = all
		}
	}
	l.reading = nil
	var missing []string
	for _, locale := range l.c.Locales {
		if nearestLocale(n, locale) == "" {
			missing = append(missing, locale)
		}
	}
	if len(missing) > 0 {
		l.Errorf(n, "no text for locale %s; add it", quoted(missing))
	}
	return out, whole
}

func isLocale(text string) bool {
	_, err := language.Parse(text)
	return err == nil && !strings.Contains(text, "_")
}

// foreignLocale reports a locale that the campaign does not have, once, unless its
// own list is wrong.
func (l *loader) foreignLocale(n *strict.Node) {
	remedy := "add it to locales, or remove it here"
	if near := strict.Nearest(n.Text, l.c.Locales); near != "" && (!isLocale(n.Text) || strings.EqualFold(n.Text, near)) {
		remedy = fmt.Sprintf("did you mean %q?", near)
	}
	if !slices.Contains(l.foreign, n.Text) && !l.localesWrong {
		l.Errorf(n, "%q is none of the campaign's locales (%s); %s", n.Text, strings.Join(l.c.Locales, ", "), remedy)
	}
	l.foreign = append(l.foreign, n.Text)
}

// spokenIn returns the campaign's locales that the text under a locale is for:
// itself, and those that have no nearer one in the map n.
func (l *loader) spokenIn(written string, n *strict.Node) []string {
	var found []string
	for _, locale := range l.c.Locales {
		if nearestLocale(n, locale) == written {
			found = append(found, locale)
		}
	}
	return found
}

// nearestLocale returns the key of n that holds for a locale: itself or the
// nearest parent (nl of nl-BE); "" if there is none.
func nearestLocale(n *strict.Node, locale string) string {
	for ; locale != ""; locale = locale[:max(strings.LastIndexByte(locale, '-'), 0)] {
		if n.Find(locale) != nil {
			return locale
		}
	}
	return ""
}

// alternatives reads a text or a list of texts, the first of which with known
// placeholders is taken. It is not ok where a fallback is left with none.
func (l *loader) alternatives(n *strict.Node, sc scope, read func(*strict.Node) (Template, bool)) ([]Template, bool) {
	nodes := []*strict.Node{n}
	switch n.Kind {
	case strict.List:
		if nodes = n.Items; len(nodes) == 0 {
			l.Errorf(n, "no text is written; write at least one")
		}
		if l.mapsAmong(n) {
			return nil, true
		}
	case strict.Map:
		l.Errorf(n, "expected a text or a list of texts; write one")
		return nil, true
	}
	var all []Template
	for _, item := range nodes {
		var t Template
		if l.admit(item, sc, func() (ok bool) { t, ok = read(item); return ok }) {
			all = append(all, t)
		}
	}
	return all, len(all) > 0 || !sc.fallback
}

// mapsAmong reports a list of texts that has maps among them.
func (l *loader) mapsAmong(n *strict.Node) bool {
	if !slices.ContainsFunc(n.Items, func(n *strict.Node) bool { return n.Kind == strict.Map }) {
		return false
	}
	l.Errorf(n, "expected texts in this list; write locales as a map: {nl: ..., fr: ...}")
	return true
}

// admit reads something that a fallback may not be able to use: one that names
// more than what is true at any time and for anybody is a problem where it is
// written, and left out where it is inherited.
func (l *loader) admit(n *strict.Node, sc scope, read func() bool) bool {
	if !sc.fallback {
		return read()
	}
	before, outer := len(l.Problems), l.mark
	l.mark = &marks{}
	ok := read()
	m := l.mark
	l.mark = outer
	switch {
	case m.beyond == "" && (sc.item || !m.item):
		return ok
	case m.beyond == "":
		m.beyond = "item.* without an item of its own"
	}
	l.Problems = l.Problems[:before]
	if sc.written {
		remedy := "write a constant"
		switch {
		case strings.HasPrefix(m.beyond, "items from "):
			remedy = "take them from popular or recent, or by their ids"
		case n.Kind == strict.Map:
			remedy = "leave it out of where"
		}
		l.Errorf(n, "a fallback is true at any time and for anybody and cannot name %s; %s", m.beyond, remedy)
	}
	return false
}

// bare reads a number, moment or list: a literal or a signal, a moment with a
// duration added.
func (l *loader) bare(n *strict.Node, t Type, sc scope) Expr {
	e := Expr{Type: t}
	if n.Kind != strict.Scalar {
		if t != TextList || n.Kind != strict.List {
			l.Errorf(n, "expected a %s; write a literal or a signal such as item.%s", t, exampleOf(t))
			return e
		}
		e.Literal = Value{Type: TextList, List: l.Texts(n)}
		return e
	}
	if sc.kind == drawnText || sc.kind == defaultText {
		if l.bareLiteral(n, &e) {
			return e
		}
	}
	name, offset := n.Text, int64(0)
	if t == Moment {
		name, offset = cutOffset(name)
	}
	ok := l.admit(n, sc, func() bool {
		if strings.ContainsAny(name, "{}") {
			l.Errorf(n, "a %s takes a signal without braces; write %s", t, strings.NewReplacer("{", "", "}", "").Replace(n.Text))
			return false
		}
		if why := l.noSignal(name, t); why != "" {
			l.Errorf(n, "%s", why)
			return false
		}
		k, ok := l.signal(n, name, sc)
		if ok && k.typ != t && (t != Number || k.typ != Percent) {
			l.Errorf(n, "%s is %s, and %s is needed; %s", k.name, k.typ.phrase(), t.phrase(), anotherOf(k, t))
			return false
		}
		if ok {
			e.Ref, e.Offset = l.c.ref(k), offset
		}
		return ok
	})
	if !ok && sc.fallback {
		return Expr{}
	}
	return e
}

// noSignal says what is wrong with a text that is neither a literal nor looks like
// a signal; "" if it does.
func (l *loader) noSignal(text string, t Type) string {
	if i := strings.LastIndexAny(text, "+-"); t == Moment && i > 0 {
		name, after := strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
		_, err := l.c.find(name)
		switch _, ok := strict.ParseDuration(after); {
		case err == nil && ok:
			return fmt.Sprintf("%q has spaces; write %s%s%s", text, name, text[i:i+1], after)
		case err == nil:
			return fmt.Sprintf("%q is not a duration; write one such as 48h or 2d", after)
		}
	}
	_, err := l.c.find(text)
	if err == nil || strings.Contains(text, ".") && !unicode.IsDigit(rune(text[0])) || strict.Nearest(text, l.c.names()) != "" {
		return ""
	}
	literal := map[Type]string{Number: "250", Moment: "2026-11-27 08:00", TextList: "[a, b]"}[t]
	return fmt.Sprintf("%q is neither a %s nor a signal; write one such as %s or item.%s", text, t, literal, exampleOf(t))
}

// anotherOf says what to do about a signal of another type than t.
func anotherOf(k *known, t Type) string {
	if k.kind == NoRef && k.signal.Source == ParameterSource {
		return fmt.Sprintf("declare it with type: %s, or name another signal", t)
	}
	return "name another signal"
}

func exampleOf(t Type) string {
	return map[Type]string{Number: "rating", Moment: "ends", TextList: "tags"}[t]
}

// bareLiteral reads a literal number or moment. A date as a moment is the end
// of its day, as offers end then.
func (l *loader) bareLiteral(n *strict.Node, e *Expr) bool {
	text := strings.TrimSpace(n.Text)
	switch e.Type {
	case Number:
		v, ok := strict.ParseNumber(strings.TrimSuffix(text, "%"))
		e.Literal = Value{Type: Number, N: v}
		return ok
	case Moment:
		if len(text) < 10 || text[0] < '0' || text[0] > '9' {
			return false
		}
		at, local := l.moment(n, EndsAt)
		e.Literal, e.Local = Value{Type: Moment, N: at.UnixMilli()}, local
		return true
	}
	return false
}

// cutOffset splits a moment such as item.ends-2h into the signal and what is
// added to it in ms.
func cutOffset(text string) (name string, ms int64) {
	i := strings.LastIndexAny(text, "+-")
	if i <= 0 {
		return text, 0
	}
	d, ok := strict.ParseDuration(text[i+1:])
	switch {
	case !ok:
		return text, 0
	case text[i] == '-':
		return strings.TrimSpace(text[:i]), -d.Milliseconds()
	}
	return strings.TrimSpace(text[:i]), d.Milliseconds()
}

// plain warns of words that are drawn for every locale alike.
func (l *loader) plain(n *strict.Node, t Template) {
	if len(l.reading) < 2 || len(l.reading) < len(l.c.Locales) {
		return
	}
	for _, p := range t {
		if p.Ref.Kind == NoRef && strings.ContainsFunc(p.Literal, unicode.IsLetter) {
			l.Warnf(n, "readers of every locale get the same words; write {%s: ..., %s: ...}", l.c.Locales[0], l.c.Locales[1])
			return
		}
	}
}

// colour checks a colour.
func (l *loader) colour(n *strict.Node, t Template) (Template, bool) {
	text := ""
	if len(t) == 1 {
		text = t[0].Literal
	}
	digits := strings.TrimPrefix(text, "#")
	if digits == text || len(digits) != 6 && len(digits) != 8 || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		l.Errorf(n, "%q is no colour; write \"#rrggbb\" or \"#rrggbbaa\"", text)
		return nil, false
	}
	return t, true
}

// picture resolves the files a picture names.
func (l *loader) picture(n *strict.Node, t Template, sc scope) (Template, bool) {
	path, positioned := "", false
	for _, p := range t {
		switch p.Ref.Kind {
		case NoRef:
			path += p.Literal
		case CampaignRef:
			path += l.c.ID
		case BlockRef:
			path += sc.block.ID
		case PositionRef:
			path += "\x00"
			positioned = true
		default:
			if p.Whole && p.Format.Name == "" && (p.Ref.Kind != ItemRef || p.Ref.Index != int(ItemID)) {
				return t, true
			}
			l.Errorf(n, "a picture is a file, which may have {position} in its name, or {item.image} alone; write one of them")
			return nil, false
		}
	}
	if path == "" {
		return nil, true
	}
	if !positioned {
		ref, ok := l.file(n, path)
		return Template{{Literal: ref}}, ok
	}
	p := Piece{Ref: Ref{Kind: PositionRef}, Whole: true}
	for i := range sc.block.Positions {
		ref, ok := l.file(n, strings.ReplaceAll(path, "\x00", strconv.Itoa(i+1)))
		if !ok {
			return nil, false
		}
		p.Pictures = append(p.Pictures, ref)
	}
	return Template{p}, true
}

// file returns the reference of a picture's file.
func (l *loader) file(n *strict.Node, path string) (string, bool) {
	if l.sender.Picture == nil {
		return path, true
	}
	ref, err := l.sender.Picture(path)
	if err != nil {
		l.Errorf(n, "%s", err)
	}
	return ref, err == nil
}
