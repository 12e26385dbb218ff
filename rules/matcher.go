package rules

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"example.com/opentime/strict"
)

// matcher reads what a signal is compared with: one alternative, or a list of
// them, any of which may hold.
func (l *loader) matcher(n *strict.Node, s *known) []Match {
	switch n.Kind {
	case strict.Map:
		l.Errorf(n, "a matcher is a value or a list of values; write 5, \"< 5\", 1..20 or [a, b], and for two things at once all: [{...}, {...}]")
		return nil
	case strict.Scalar:
		if m, ok := l.match(n, s); ok {
			return []Match{m}
		}
		return nil
	}
	if len(n.Items) == 0 {
		l.Errorf(n, "an empty list never holds; write at least one value")
	}
	var all []Match
	for _, item := range n.Items {
		if item.Kind != strict.Scalar {
			l.Errorf(item, "expected a value; write all values in one list")
			continue
		}
		if m, ok := l.match(item, s); ok {
			all = append(all, m)
		}
	}
	return all
}

// match reads one alternative.
func (l *loader) match(n *strict.Node, s *known) (Match, bool) {
	text := strings.TrimSpace(n.Text)
	switch s.typ {
	case Text, TextList:
		return l.matchText(n, text, s)
	case Boolean:
		v, err := ParseValue(Boolean, text, l.c)
		if err != nil || !v.Known() {
			l.Errorf(n, "%q is not true or false; write true or false", text)
			return Match{}, false
		}
		return Match{Lo: v.N, Hi: v.N}, true
	}
	m, err := l.matchOrder(text, s.typ)
	if err != "" {
		l.Errorf(n, "%s", err)
		return Match{}, false
	}
	if s.instant && m.Lo == m.Hi && m.LoFrom == m.HiFrom {
		l.Errorf(n, "%s is a single instant, which hardly ever is now; write a range such as %s", text, instantHint(s.typ))
		return Match{}, false
	}
	return m, true
}

func instantHint(t Type) string {
	if t == Time {
		return "18:00..22:00"
	}
	return "2026-11-27 08:00..2026-11-27 12:00"
}

// matchText reads a text or the beginning of one.
func (l *loader) matchText(n *strict.Node, text string, s *known) (Match, bool) {
	switch {
	case l.naked(text):
		l.Errorf(n, "%s is a signal, and two signals are never compared; write a value", text)
		return Match{}, false
	case text == "":
		l.Errorf(n, "an empty text never holds; write a text")
		return Match{}, false
	case len(s.values) > 0 && !slices.ContainsFunc(s.values, func(v string) bool { return strings.EqualFold(v, text) }):
		break // one of its values is wanted
	case strings.HasPrefix(text, "<"), strings.HasPrefix(text, ">"), strings.Contains(text, ".."):
		l.Errorf(n, "a text has no order; write the text itself, or its beginning and *")
		return Match{}, false
	}
	m := Match{Text: text}
	if m.Text, m.Prefix = strings.CutSuffix(text, "*"); m.Text == "" || strings.Contains(m.Text, "*") {
		l.Errorf(n, "* may stand at the end of a text only; write its beginning and *")
		return Match{}, false
	}
	if right := countryCode(m.Text); s.country && !m.Prefix && !strings.EqualFold(right, m.Text) {
		l.Errorf(n, "%q is no ISO code of a country; write %s", text, cmp.Or(right, "two letters such as BE"))
		return Match{}, false
	}
	if len(s.values) > 0 && !slices.ContainsFunc(s.values, func(v string) bool {
		return strings.EqualFold(v, m.Text) || m.Prefix && len(v) > len(m.Text) && strings.EqualFold(v[:len(m.Text)], m.Text)
	}) {
		l.Errorf(n, "%s is never %q; %s", s.name, text, strict.DidYouMean(text, s.values))
		return Match{}, false
	}
	return m, true
}

// countryCode returns the ISO code that a text stands for (GB for UK), or "".
func countryCode(text string) string {
	region, err := language.ParseRegion(text)
	if err != nil || len(text) != 2 || !region.IsCountry() {
		return ""
	}
	return region.Canonicalize().String()
}

// matchOrder reads a literal, a comparison or a range of an ordered type. What
// is wrong is returned as text.
func (l *loader) matchOrder(text string, t Type) (Match, string) {
	for _, op := range []string{"<=", ">=", "<", ">"} {
		if rest, ok := strings.CutPrefix(text, op); ok {
			e, err := literal(t, strings.TrimSpace(rest), l.c.Zone)
			if err != nil {
				return Match{}, l.meantMatcher(text, t, err)
			}
			return compare(op, e, t), ""
		}
	}
	if from, to, ok := strings.Cut(text, ".."); ok {
		return l.matchRange(strings.TrimSpace(from), strings.TrimSpace(to), t)
	}
	e, err := literal(t, text, l.c.Zone)
	if err != nil {
		return Match{}, l.meantMatcher(text, t, err)
	}
	return Match{Lo: e.lo, Hi: e.hi, LoFrom: e.from, HiFrom: e.from, Currency: e.currency, Yearless: e.yearless}, ""
}

// compare returns the span of an operator and its literal. Circles (weekdays,
// months, days of the year) end where the week or year does.
func compare(op string, e edge, t Type) Match {
	m := Match{Lo: least, Hi: most, Currency: e.currency, Yearless: e.yearless}
	switch {
	case t == Weekday:
		m.Lo, m.Hi = 0, 6
	case t == Month:
		m.Lo, m.Hi = 1, 12
	case e.yearless && e.from == Fixed:
		m.Lo, m.Hi = 101, 1231
	}
	switch op {
	case "<":
		m.Hi, m.HiFrom = e.lo-1, e.from
	case "<=":
		m.Hi, m.HiFrom = e.hi, e.from
	case ">":
		m.Lo, m.LoFrom = e.hi+1, e.from
	case ">=":
		m.Lo, m.LoFrom = e.lo, e.from
	}
	return m
}

// matchRange reads from..to. Times and moments exclude their end, unless it is
// a date.
func (l *loader) matchRange(from, to string, t Type) (Match, string) {
	a, err := literal(t, from, l.c.Zone)
	if err != nil {
		return Match{}, l.meantMatcher(from+".."+to, t, err)
	}
	b, err := literal(t, to, l.c.Zone)
	if err != nil {
		return Match{}, l.meantMatcher(from+".."+to, t, err)
	}
	m := Match{Lo: a.lo, Hi: b.hi, LoFrom: a.from, HiFrom: b.from, Currency: a.currency, Yearless: a.yearless}
	switch {
	case a.currency != b.currency:
		return Match{}, "a range has one currency; write it at both ends"
	case a.yearless != b.yearless, a.yearless && a.from != b.from:
		return Match{}, "both ends of a range need the same form; write both as 12-24, both with a year, or both from today"
	}
	circle := t == Weekday || t == Month || t == Time || a.yearless && a.from == Fixed
	exclusive := t == Time || t == Moment && !b.date
	if exclusive {
		m.Hi--
	}
	switch {
	case circle && exclusive && a.lo == b.lo:
		return Match{}, `the range "` + from + ".." + to + `" is empty; write two different ends`
	case !circle && m.Hi < m.Lo && m.LoFrom == m.HiFrom:
		return Match{}, `the range "` + from + ".." + to + `" is empty; write the lower end first`
	case circle && m.Hi < m.Lo:
		m.Wraps = true
	}
	return m, ""
}
