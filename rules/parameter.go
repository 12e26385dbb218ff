package rules

import (
	"strings"

	"example.com/opentime/strict"
)

// trackers are the query names that mail platforms and advertisers put into
// links themselves.
const trackers = " gclid gbraid wbraid dclid fbclid msclkid ttclid twclid mc_cid mc_eid yclid igshid _ga sc_cid vero_id "

// Believed reports whether a link of that trust lets the parameter be known.
// Anybody can write a link: a name is believed from a keyed one on, a free text
// where the seal x covers it and the reading is somebody's, which one without
// consent is not. All else that a parameter can say is one of few things.
func (p *Parameter) Believed(t Trust, sealed bool) bool {
	switch {
	case p.Type != Text || len(p.Values) > 0:
		return true
	case p.Name30:
		return t >= Keyed
	}
	return sealed && t > Anonymous
}

// parameters reads what the mail platform may merge into links.
func (l *loader) parameters(n *strict.Node) {
	if !l.IsMap(n) {
		return
	}
	for _, e := range n.Entries {
		p := Parameter{Name: l.Name(e.Key), Type: Text, Name30: true, Max: 30}
		if strings.HasPrefix(p.Name, "utm_") || strings.Contains(trackers, " "+p.Name+" ") {
			l.Errorf(e.Key, "%q is a tracker's name, which links get from elsewhere; choose another", p.Name)
		}
		l.parameter(e.Value, &p)
		l.c.Params = append(l.c.Params, p)
	}
}

func (l *loader) parameter(n *strict.Node, p *Parameter) {
	l.Map(n, strict.Keys{
		"type": func(n *strict.Node) {
			types := map[string]Type{"name": Text, "text": Text, "number": Number, "date": Date, "moment": Moment, "boolean": Boolean}
			word := l.OneOf(n, "name", "text", "number", "date", "moment", "boolean")
			p.Type, p.Name30 = types[word], word == "name"
			switch {
			case n.Text != word:
				p.Type = Unknown // reported; what follows from it is not
			case !p.Name30:
				p.Max = 200
			}
		},
		"max":    func(*strict.Node) {},
		"values": func(n *strict.Node) { p.Values = l.Texts(n) },
	})
	if m := n.Find("max"); m != nil {
		p.Max = l.Int(m, 1, 200)
	}
	values := n.Find("values")
	if values == nil {
		return
	}
	if p.Type == Unknown {
		return
	}
	if len(p.Values) == 0 {
		l.Errorf(values, "no values are allowed; write at least one, or remove values")
	}
	for _, v := range p.Values {
		if _, err := ParseValue(p.Type, v, l.c); err != nil {
			l.Errorf(values, "%q does not fit the parameter: %s; write a %s", v, err, p.Type)
		}
	}
}
