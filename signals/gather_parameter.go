package signals

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// parameter returns a declared parameter of the link, read by its type. What
// does not fit, or is not believed, is unknown.
func (x *gathering) parameter(sig *rules.Signal) (rules.Value, string) {
	declared := x.declared(sig.Key)
	written := x.written(sig.Key)
	switch {
	case declared == nil || written == nil:
		return rules.Value{}, x.origin("not in the link")
	case declared.Believed(x.open.Trust, written.Sealed):
	case declared.Name30 || written.Sealed:
		return rules.Value{}, x.origin("hidden: the link does not prove its recipient")
	default:
		return rules.Value{}, x.origin("hidden: the link does not seal its parameters")
	}
	value := parameterValue(x.campaign, declared, written.Value)
	if !value.Known() {
		return value, x.origin("does not fit what is declared")
	}
	return value, x.origin("parameter of the link")
}

func (x *gathering) declared(name string) *rules.Parameter {
	for i := range x.campaign.Params {
		if x.campaign.Params[i].Name == name {
			return &x.campaign.Params[i]
		}
	}
	return nil
}

// written is the parameter as it stands in the link: the first of that name.
func (x *gathering) written(name string) *Parameter {
	for i := range x.open.Parameters {
		if x.open.Parameters[i].Name == name {
			return &x.open.Parameters[i]
		}
	}
	return nil
}

// parameterValue reads a value by what its parameter declares.
func parameterValue(c *rules.Campaign, p *rules.Parameter, written string) rules.Value {
	written = strings.TrimSpace(written)
	if written == "" || !plain(written) || utf8.RuneCountInString(written) > p.Longest() {
		return rules.Value{}
	}
	if len(p.Values) > 0 {
		allowed := ""
		for _, v := range p.Values {
			if strings.EqualFold(v, written) {
				allowed = v
			}
		}
		if allowed == "" {
			return rules.Value{}
		}
		written = allowed
	}
	switch p.Type {
	case rules.Text:
		if p.Name30 && len(p.Values) == 0 && !isName(written) {
			return rules.Value{}
		}
		return text(written)
	case rules.Moment:
		return momentValue(c, written)
	}
	if written == "some" || written == "unknown" {
		return rules.Value{} // words of tests
	}
	value, err := rules.ParseValue(p.Type, written, c)
	if err != nil {
		return rules.Value{}
	}
	return value
}

// momentValue reads a moment as campaigns write it, or ISO 8601. One without
// an offset is the campaign's zone's; a date is the last instant of that day,
// for a merged date says until when.
func momentValue(c *rules.Campaign, written string) rules.Value {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	if day, err := time.ParseInLocation(time.DateOnly, written, zone); err == nil {
		return rules.Value{Type: rules.Moment, N: day.AddDate(0, 0, 1).UnixMilli() - 1}
	}
	if value, err := rules.ParseValue(rules.Moment, written, c); err == nil && value.Known() {
		return value
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, written); err == nil {
			return rules.Value{Type: rules.Moment, N: t.UnixMilli()}
		}
	}
	return rules.Value{}
}

// plain reports a text without control characters, line separators, and the
// characters that turn the direction of what follows.
func plain(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) && r != '\u200c' && r != '\u200d' {
			return false
		}
	}
	return true
}

// maxName is the length of a parameter of type name.
const maxName = 30

// isName reports a text of letters and marks of one script, with single spaces
// or hyphens between them.
func isName(s string) bool {
	if utf8.RuneCountInString(s) > maxName {
		return false
	}
	var script *unicode.RangeTable
	parted := true
	for _, r := range s {
		switch {
		case r == ' ' || r == '-':
			if parted {
				return false
			}
			parted = true
			continue
		case unicode.IsMark(r):
			if parted {
				return false
			}
			continue
		case !unicode.IsLetter(r):
			return false
		}
		parted = false
		if script == nil {
			if script = scriptOf(r); script == nil {
				return false
			}
		}
		if !unicode.Is(script, r) && !sharedWith(script, r) {
			return false
		}
	}
	return !parted
}

// scriptOf returns the script of a letter, the usual ones first.
func scriptOf(r rune) *unicode.RangeTable {
	for _, t := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Han} {
		if unicode.Is(t, r) {
			return t
		}
	}
	for name, t := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(t, r) {
			return t
		}
	}
	return nil
}

// sharedWith reports a letter that is written together with a script though it
// is of another: Japanese mixes three.
func sharedWith(script *unicode.RangeTable, r rune) bool {
	japanese := func(t *unicode.RangeTable) bool {
		return t == unicode.Han || t == unicode.Hiragana || t == unicode.Katakana
	}
	return r == 'ー' || japanese(script) && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
