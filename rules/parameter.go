package rules

import (
	"fmt"
	"regexp"
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

// Longest is how many characters a value may have; one that has more is unknown.
func (p *Parameter) Longest() int {
	if p.Max > 0 {
		return p.Max
	}
	return maxParameter
}

// parameters reads what the mail platform may merge into links.
func (l *loader) parameters(n *strict.Node) {
	if n.Kind == strict.List {
		l.Errorf(n, "expected a name and details for each parameter; write {deadline: {type: moment}}")
		for _, item := range n.Items {
			l.c.Params = append(l.c.Params, Parameter{Name: item.Text}) // of no type, so that nothing follows
		}
		return
	}
	if !l.IsMap(n) {
		return
	}
	for _, e := range n.Entries {
		l.Name(e.Key)
		p := Parameter{Name: e.Key.Text, Type: Text, Name30: true, Max: 30}
		if strings.HasPrefix(p.Name, "utm_") || strings.Contains(trackers, " "+p.Name+" ") {
			l.Errorf(e.Key, "%q is a tracker's name, which links get from elsewhere; choose another", p.Name)
		}
		l.parameter(e.Value, &p)
		l.c.Params = append(l.c.Params, p)
	}
}

func (l *loader) parameter(n *strict.Node, p *Parameter) {
	if n.Kind == strict.Scalar {
		l.Errorf(n, "expected details of the parameter; write {type: %s}", n.Text)
		p.Type = Unknown // so that nothing follows
		return
	}
	l.Map(n, parameterFields.Read(strict.Keys{
		"type": func(n *strict.Node) {
			types := map[string]Type{"name": Text, "text": Text, "number": Number, "date": Date, "moment": Moment, "boolean": Boolean}
			word := l.OneOf(n, parameterTypes[:]...)
			p.Type, p.Name30 = types[word], word == "name"
			switch {
			case n.Text != word:
				p.Type = Unknown // reported; what follows from it is not
			case !p.Name30:
				p.Max = maxParameter
			}
		},
		"max":    func(*strict.Node) {},
		"values": func(*strict.Node) {},
	}))
	if m := n.Find("max"); m != nil {
		p.Max = l.Int(m, 1, maxParameter)
	}
	if values := n.Find("values"); values != nil && p.Type != Unknown {
		l.parameterValues(values, p)
	}
}

// parameterValues reads the values that a parameter may have.
func (l *loader) parameterValues(n *strict.Node, p *Parameter) {
	p.Values = l.Texts(n)
	if len(p.Values) == 0 {
		l.Errorf(n, "no values are allowed; write at least one, or remove values")
	}
	nodes := []*strict.Node{n}
	if n.Kind == strict.List {
		nodes = n.Items
	}
	for i, value := range p.Values {
		if why := notForLinks(value); why != "" {
			l.Errorf(nodes[i], "%s", why)
		} else if _, err := ParseValue(p.Type, value, l.c); err != nil {
			l.Errorf(nodes[i], "%s", err)
		}
	}
}

// address are texts that look like one of email.
var address = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// notForLinks says why a text can be no parameter's value; "" if it can.
func notForLinks(text string) string {
	switch tag := mergeTag(text); {
	case tag != "":
		return fmt.Sprintf("%q is a merge tag, which is not filled here; write a value", tag)
	case address.MatchString(strings.TrimSpace(text)):
		return fmt.Sprintf("%q is an email address, which no link may carry; write a value that names nobody", text)
	}
	return ""
}
