package rules

import (
	"fmt"
	"net/url"
	"strings"

	"example.com/opentime/strict"
)

// links reads the variant's link and after. item and items bring the item's
// link with them, which replaces a link from farther away.
func (vl *variantLoader) links() {
	if len(vl.b.Answers) > 0 {
		vl.answersLead()
		return
	}
	written, isGiven := vl.merged.values["link"]
	items, hasItem := vl.merged.values["item"]
	if list, ok := vl.merged.values["items"]; ok {
		items, hasItem = list, true
	}
	hasItem = hasItem && vl.v.hasItem()
	at := &written
	for ; isGiven && at != nil && (!hasItem || at.level >= items.level); at = at.under {
		if at.dropped() {
			hasItem = false
			break
		}
		if vl.v.Link = vl.destination(*at); vl.v.Link != nil {
			break
		}
	}
	if hasItem && vl.v.Link == nil {
		vl.v.Link = vl.everyLocale(Template{{Ref: Ref{Kind: ItemRef, Index: int(ItemLink)}, Whole: true}})
		if isGiven && vl.fallback && vl.v.Item != "" {
			vl.farther(at)
		}
	}
	if g, ok := vl.get("after"); ok {
		vl.v.After = vl.destination(g)
	}
}

// farther adds the link that the item's replaces, for a fallback whose item is gone or
// has none.
func (vl *variantLoader) farther(at *given) {
	for ; at != nil && !at.dropped(); at = at.under {
		if link := vl.destination(*at); link != nil {
			for i := range vl.v.Link {
				vl.v.Link[i] = append(vl.v.Link[i], link[i]...)
			}
			return
		}
	}
}

// answersLead reports links in a block with answers, whose clicks are answers.
// One that all blocks inherit is left out.
func (vl *variantLoader) answersLead() {
	for _, key := range []string{"link", "after"} {
		if g, ok := vl.get(key); ok && g.level > 0 {
			vl.Errorf(g.key, "a click in a block with answers is an answer; remove %s", key)
		}
	}
}

func (l *loader) everyLocale(t Template) [][]Template {
	out := make([][]Template, len(l.c.Locales))
	for i := range out {
		out[i] = []Template{t}
	}
	return out
}

// destination reads a link of the variant; nil where a fallback does without.
func (vl *variantLoader) destination(g given) [][]Template {
	sc, before := vl.scope(linkText, g), len(vl.Problems)
	texts, ok := vl.texts(g.value, sc, func(n *strict.Node) (Template, bool) {
		t, ok := vl.template(n, sc)
		if !ok {
			return nil, false
		}
		return vl.link(n, t)
	})
	switch {
	case ok:
		return texts
	case strict.Bad(vl.Problems[before:]):
		return vl.everyLocale(nil) // wrong, but given
	}
	return nil
}

// link checks a destination: https, one of the hosts, which no placeholder
// may change, or a whole link from the catalogue or a place.
func (l *loader) link(n *strict.Node, t Template) (Template, bool) {
	if len(t) == 0 {
		l.Errorf(n, "the link is empty; write https://...")
		return nil, false
	}
	if t[0].Whole {
		p := t[0]
		p.Unproven = l.declared(p.Ref) // sources look at their own links only
		return Template{p}, l.wholeLink(n, p)
	}
	text := t[0].Literal
	if t[0].Ref.Kind != NoRef && strings.HasPrefix(t[1].Literal, "?") {
		l.Errorf(n, "nothing can follow a placeholder that is the link; write it alone, and what every link gets under append")
		return nil, false
	}
	if t[0].Ref.Kind != NoRef {
		l.Errorf(n, "a placeholder cannot stand for the beginning of a link; write https:// and the host, or the placeholder alone")
		return nil, false
	}
	if why := wrongLink(text, len(t) > 1, l.sender.Hosts); why != "" {
		l.Errorf(n, "%s", why)
		return nil, false
	}
	out := make(Template, len(t))
	for i, p := range t {
		if strings.ContainsFunc(p.Literal, func(r rune) bool { return r < 0x80 && !inLink(byte(r)) }) {
			l.Errorf(n, "a link has no spaces, quotes or <>; write %%20 for a space")
			return nil, false
		}
		p.Literal = ascii(p.Literal)
		out[i] = p
	}
	return out, true
}

// wholeLink checks that a placeholder may be a whole link.
func (l *loader) wholeLink(n *strict.Node, p Piece) bool {
	if p.Format.Name != "" {
		l.Errorf(n, "a placeholder that is the whole link has no format; remove it")
		return false
	}
	switch {
	case p.Ref.Kind == ItemRef && (p.Ref.Index == int(ItemLink) || p.Ref.Index >= int(ItemMore)):
		return true
	case p.Ref.Kind == SignalRef:
		s := l.c.Signals[p.Ref.Index]
		switch {
		case s.Source == NearSource && (s.Key == "url" || s.Key == "route"):
			return true
		case s.Source == ItemSource && (s.Index == int(ItemLink) || s.Index >= int(ItemMore)):
			return true
		case s.Source == ProfileSource || s.Source == ParameterSource:
			l.Errorf(n, "%s cannot say where a click leads; write the host, and the placeholder in its path or query", s.Name)
			return false
		}
	}
	l.Errorf(n, "this is no link; write https://... or a link of an item or place alone")
	return false
}

// declared reports whether a reference is to an attribute that a feed declares.
func (l *loader) declared(ref Ref) bool {
	if ref.Kind == SignalRef {
		s := &l.c.Signals[ref.Index]
		return s.Source == ItemSource && s.Index >= int(ItemMore)
	}
	return ref.Kind == ItemRef && ref.Index >= int(ItemMore)
}

// constantLink checks a link without placeholders where it is written, also if no
// variant comes to use it.
func (l *loader) constantLink(n *strict.Node) {
	if n == nil || n.Kind != strict.Scalar || n.Text == "" || strings.Contains(n.Text, "{") || l.naked(n.Text) {
		return
	}
	if why := wrongLink(n.Text, false, l.sender.Hosts); why != "" {
		l.Errorf(n, "%s", why)
	}
}

// wrongLink says what is wrong with the constant beginning of a link; more
// follows it if open.
func wrongLink(text string, open bool, hosts []string) string {
	rest, ok := strings.CutPrefix(text, "https://")
	switch {
	case strings.HasPrefix(text, "tel:"), strings.HasPrefix(text, "mailto:"):
		return "tel: and mailto: belong in the mail itself; write https://..."
	case !ok:
		return fmt.Sprintf("%q is no https link; write https://...", text)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 && open {
		return "a placeholder cannot be part of the host; write the whole host and / before it"
	}
	if end < 0 {
		end = len(rest)
	}
	u, err := url.Parse(text[:len("https://")+end] + "/")
	if err != nil || u.Hostname() == "" {
		return fmt.Sprintf("%q is no link; write https://host/path", text)
	}
	switch {
	case u.User != nil:
		return "a link names no user; remove what stands before @"
	case u.Port() != "" && u.Port() != "443" || strings.HasSuffix(u.Host, ":"):
		return "a link names no port; remove it"
	case ascii(u.Hostname()) != u.Hostname():
		return fmt.Sprintf("%q is not as the network has it; write the host as xn--...", u.Hostname())
	case !IsHost(u.Hostname(), hosts):
		return fmt.Sprintf("%q is not among the hosts of opentime.yaml; %s", u.Hostname(), strict.DidYouMean(u.Hostname(), hosts))
	}
	if _, err := url.Parse(strings.ReplaceAll(text, "%", "%25")); err != nil {
		return fmt.Sprintf("%q is no link; write https://host/path", text)
	}
	return ""
}

// IsHost reports whether a destination may lead to host: it is one of hosts,
// or under one that begins with "*.".
func IsHost(host string, hosts []string) bool {
	host = strings.ToLower(host)
	for _, h := range hosts {
		h = strings.ToLower(h)
		if suffix, wild := strings.CutPrefix(h, "*"); wild && strings.HasSuffix(host, suffix) && len(host) > len(suffix) || host == h {
			return true
		}
	}
	return false
}

// inLink reports whether a character may stand in a link as it is (RFC 3986).
func inLink(c byte) bool {
	switch c {
	case '"', '<', '>', '\\', '^', '`', '{', '|', '}':
		return false
	}
	return c > ' ' && c < 0x7f
}

// ascii percent-encodes what may not stand in a link.
func ascii(text string) string {
	clean := true
	for i := range len(text) {
		clean = clean && inLink(text[i])
	}
	if clean {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		if inLink(text[i]) {
			b.WriteByte(text[i])
			continue
		}
		fmt.Fprintf(&b, "%%%02X", text[i])
	}
	return b.String()
}
