package rules

import (
	"bytes"
	"net/url"
	"strings"
	"time"
)

// Resolve turns a decision into what is drawn. The signals are those it was
// decided with. What it returns stands on its own; what the last Decide returned
// stays as it is.
func (d *Decider) Resolve(c *Campaign, s *Signals, decision *Decision) Resolved {
	d.resume(c, s)
	return d.resolve(decision, make([]Value, len(decision.Variant.Values)))
}

// ResolveAll is Resolve for all that was decided, handed to each as soon as it is
// known.
func (d *Decider) ResolveAll(c *Campaign, s *Signals, decisions []Decision, each func(i int, r Resolved)) {
	d.resume(c, s)
	n := 0
	for i := range decisions {
		n += len(decisions[i].Variant.Values)
	}
	values := make([]Value, n)
	for i := range decisions {
		n = len(decisions[i].Variant.Values)
		each(i, d.resolve(&decisions[i], values[:n:n]))
		values = values[n:]
	}
}

// Marks are what stands in a destination for what only a click has. They are
// written as they are given: who answers the click puts the real ones there.
type Marks struct {
	Click     string // its id, {click}
	Recipient string // its link's r, {r}; "": no parameter has it
}

// Destination is Resolve for where a click leads.
func (d *Decider) Destination(c *Campaign, s *Signals, decision *Decision, marks Marks) Destination {
	d.resume(c, s)
	return d.destination(decision, marks)
}

// Destinations appends to dst the Destination of all that was decided.
func (d *Decider) Destinations(dst []Destination, c *Campaign, s *Signals, decisions []Decision, marks Marks) []Destination {
	d.resume(c, s)
	for i := range decisions {
		dst = append(dst, d.destination(&decisions[i], marks))
	}
	return dst
}

// resume is begin that keeps what was decided.
func (d *Decider) resume(c *Campaign, s *Signals) {
	decisions, offered := d.decisions, d.offered
	d.begin(c, s)
	d.decisions, d.offered = decisions, offered
}

// scope puts what a decision shows in scope.
func (d *Decider) scope(decision *Decision) {
	d.enter(decision.Block)
	d.position, d.rule, d.variant = decision.Position, decision.Rule, decision.Variant
	d.item, d.locale = decision.Item, decision.Locale
}

// resolve fills values, as many as the variant has, which become the result's.
func (d *Decider) resolve(decision *Decision, values []Value) Resolved {
	d.scope(decision)
	r := Resolved{Locale: d.campaign.Locales[d.locale], AsDate: d.ahead}
	variant := decision.Variant
	if variant.Nothing || decision.Reason == Retired {
		return r
	}
	r.Values = values
	for i := range variant.Values {
		r.Values[i] = d.drawn(&variant.Values[i])
	}
	return r
}

func (d *Decider) destination(decision *Decision, marks Marks) Destination {
	d.scope(decision)
	d.marks = marks
	if decision.Reason == Retired {
		return Destination{Link: string(d.appended([]byte(decision.Block.Retired)))}
	}
	to := Destination{Link: d.link(decision.Variant.Link), After: d.link(decision.Variant.After)}
	if ended := d.ended(decision); ended != 0 {
		to.Ended = time.UnixMilli(ended)
	}
	return to
}

// drawn resolves what a variant gives for a layout's value. A number or moment
// has the text that writes it beside it.
func (v *view) drawn(e *Expr) Value {
	switch e.Type {
	case Number, Moment, TextList:
		value, known := v.given(e, true)
		if !known {
			return Value{}
		}
		if e.Type != TextList {
			value.Text = v.write(value, &TextFormat{})
		}
		return value
	case Text, Picture, Colour:
		i := v.alternative(e.Texts, true)
		if i < 0 {
			return Value{}
		}
		text := v.text(e.Texts[v.locale][i], e.Type == Text)
		if text == "" {
			return Value{}
		}
		return Value{Type: e.Type, Text: text}
	}
	return Value{}
}

// Marks around merged values: first strong isolate and pop directional isolate
// (UAX 9), so that a value's direction never turns its surroundings.
const (
	isolate    = "\u2068"
	popIsolate = "\u2069"
)

// maxDrawn is how many characters of a merged value are drawn.
const maxDrawn = 200

// text writes a template. What is drawn has its merged values set apart.
func (v *view) text(template Template, drawn bool) string {
	if len(template) == 1 && template[0].Ref.Kind == NoRef {
		return template[0].Literal
	}
	dst := v.buffer[:0]
	for i := range template {
		p := &template[i]
		switch {
		case p.Ref.Kind == NoRef:
			dst = append(dst, p.Literal...)
		case p.Pictures != nil:
			dst = append(dst, p.Pictures[v.position-1]...)
		case drawn:
			dst = append(dst, isolate...)
			dst = append(dst, singleLine(v.write(v.value(p.Ref), &p.Format))...)
			dst = append(dst, popIsolate...)
		default:
			dst = append(dst, v.write(v.value(p.Ref), &p.Format)...)
		}
	}
	v.buffer = dst
	return string(dst)
}

// singleLine removes control characters and cuts at 200 characters.
func singleLine(text string) string {
	n := 0
	for i, r := range text {
		if n++; n > maxDrawn {
			text = text[:i]
			break
		}
		if undrawable(r) {
			return singleLine(strings.Map(func(r rune) rune {
				if undrawable(r) {
					return -1
				}
				return r
			}, text))
		}
	}
	return text
}

// undrawable reports whether a character controls the line instead of standing
// in it: controls, line breaks and marks of direction, with which a value could
// reach beyond itself.
func undrawable(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// link writes a destination with the campaign's append; "" if it is not known.
func (v *view) link(texts [][]Template) string {
	i := -1
	if len(texts) > 0 {
		i = v.alternative(texts, true)
	}
	if i < 0 {
		return ""
	}
	template := texts[v.locale][i]
	if len(template) == 1 && template[0].Ref.Kind == NoRef && len(v.campaign.Append) == 0 {
		return template[0].Literal
	}
	dst := v.buffer[:0]
	query := false
	for j := range template {
		p := &template[j]
		switch {
		case p.Ref.Kind == NoRef:
			dst = append(dst, p.Literal...)
			query = query || strings.Contains(p.Literal, "?")
		case p.Whole:
			dst = append(dst, ascii(v.value(p.Ref).Text)...)
		case query:
			dst = append(dst, escape(v.plain(v.value(p.Ref), &p.Format))...)
		default:
			dst = append(dst, url.PathEscape(v.plain(v.value(p.Ref), &p.Format))...)
		}
	}
	v.buffer = v.appended(dst)
	return string(v.buffer)
}

// appended adds the campaign's append to a destination. A name that it has
// already stays as it is.
func (v *view) appended(link []byte) []byte {
	if len(v.campaign.Append) == 0 || len(link) == 0 {
		return link
	}
	link, fragment, hasFragment := bytes.Cut(link, []byte("#"))
	fragment = bytes.Clone(fragment)
	_, query, asks := bytes.Cut(link, []byte("?"))
	separator := byte('?')
	var has url.Values
	if asks {
		has, _ = url.ParseQuery(string(query))
		separator = '&'
	}
	for _, a := range v.campaign.Append {
		if has.Has(a.Name) || !v.knows(a.Text, true) || a.Text[0].Ref.Kind == RecipientRef && v.marks.Recipient == "" {
			continue
		}
		link = append(link, separator)
		link = append(link, escape(a.Name)...)
		link = append(link, '=')
		link = v.parameter(link, a.Text)
		separator = '&'
	}
	if hasFragment {
		link = append(append(link, '#'), fragment...)
	}
	return link
}

// parameter writes the value of an appended parameter.
func (v *view) parameter(dst []byte, template Template) []byte {
	for i := range template {
		p := &template[i]
		switch p.Ref.Kind {
		case NoRef:
			dst = append(dst, escape(p.Literal)...)
		case ClickRef:
			dst = append(dst, v.marks.Click...)
		case RecipientRef:
			dst = append(dst, v.marks.Recipient...)
		default:
			dst = append(dst, escape(v.plain(v.value(p.Ref), &p.Format))...)
		}
	}
	return dst
}

// escape percent-encodes what stands in a query, spaces too: not everybody who
// reads one knows that + is a space.
func escape(text string) string {
	if strings.IndexFunc(text, encoded) < 0 {
		return text
	}
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// encoded reports whether a character has to be percent-encoded (RFC 3986,
// 2.3).
func encoded(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_' && r != '~'
}
