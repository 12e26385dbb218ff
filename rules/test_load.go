package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// Test is one test of a campaign: an open, what is given, what must be shown.
type Test struct {
	Name   string
	Node   *strict.Node
	At     time.Time
	Open   TestOpen
	Gives  []GivenValue
	Lists  map[string][]string // items by block, or by list (popular)
	Events []Event             // what the recipient did
	// HasEvents says that what the recipient did is known, be it nothing.
	HasEvents bool
	Expect    []Expectation
}

// TestOpen is the open of a test.
type TestOpen struct {
	R          string
	Trust      Trust
	Address    string
	Client     string
	Locale     string
	Parameters map[string]string
}

// GivenValue is a signal that a test gives a value.
type GivenValue struct {
	Given
	Node  *strict.Node
	Value Value
}

// Expectation is what a test expects of one position of a block. Nil fields
// are not compared.
type Expectation struct {
	Node                                                    *strict.Node
	Block                                                   *Block
	Position                                                int
	Rule, Variant, Reason, Link, After, Item, Layout, Until *strict.Node
	Says                                                    []*strict.Node
	UntilAt                                                 time.Time
}

// LoadTests reads the tests of a campaign: a list.
func LoadTests(root *strict.Node, c *Campaign, sender *Sender) ([]*Test, []strict.Problem) {
	l := &loader{sender: sender, c: c}
	if root == nil || c == nil {
		return nil, nil
	}
	var all []*Test
	names := map[string]bool{}
	l.Each(root, func(n *strict.Node) {
		t := l.readTest(n)
		if names[t.Name] && t.Name != "" {
			l.Errorf(n, "test %q is there twice; rename one", t.Name)
		}
		names[t.Name] = true
		all = append(all, t)
	})
	return all, strict.Sort(l.Problems)
}

func (l *loader) readTest(n *strict.Node) *Test {
	t := &Test{Node: n, Lists: map[string][]string{}, Open: TestOpen{Trust: Anonymous}}
	l.Map(n, testFields.Read(strict.Keys{
		"name":   func(n *strict.Node) { t.Name = l.Text(n) },
		"at":     func(n *strict.Node) { t.At = l.limit(n, StartsAt) },
		"open":   func(n *strict.Node) { l.testOpen(n, &t.Open) },
		"given":  func(n *strict.Node) { l.given(n, t) },
		"expect": func(n *strict.Node) { l.expect(n, t) },
	}))
	l.Need(n, testFields.Needed()...)
	return t
}

func (l *loader) testOpen(n *strict.Node, o *TestOpen) {
	l.Map(n, openFields.Read(strict.Keys{
		"r": func(n *strict.Node) {
			o.R = l.Text(n)
			if strings.Trim(o.R, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" || o.R == "" || len(o.R) > 64 {
				l.Errorf(n, "%q is no bare id; write 1 to 64 of letters, digits, _ and -", o.R)
			}
		},
		"trust": func(n *strict.Node) {
			o.Trust, _ = ParseTrust(l.OneOf(n, trustNames[:]...)) // another word is reported
		},
		"address": func(n *strict.Node) { o.Address = l.Text(n) },
		"client":  func(n *strict.Node) { o.Client = l.Text(n) },
		"locale":  func(n *strict.Node) { o.Locale = l.Text(n) },
		"parameters": func(n *strict.Node) {
			o.Parameters = map[string]string{}
			if !l.IsMap(n) {
				return
			}
			for _, e := range n.Entries {
				if !slices.ContainsFunc(l.c.Params, func(p Parameter) bool { return p.Name == e.Key.Text }) {
					l.Errorf(e.Key, "the campaign declares no parameter %q; %s", e.Key.Text, l.declaredParameters(e.Key.Text))
				}
				o.Parameters[e.Key.Text] = l.Text(e.Value)
				if why := notForLinks(e.Value.Text); why != "" {
					l.Errorf(e.Value, "%s", why)
				}
			}
		},
	}))
	if o.R != "" && n.Find("trust") == nil {
		o.Trust = Signed
	}
	if o.R == "" && o.Trust != Anonymous {
		l.Errorf(n, "an open without r is anonymous; write r, or remove trust")
	}
}

// declaredParameters says which parameters there are in the place of another.
func (l *loader) declaredParameters(name string) string {
	var names []string
	for _, p := range l.c.Params {
		names = append(names, p.Name)
	}
	return strict.DidYouMean(name, names)
}

// given reads signals, nested or dotted, and lists of items.
func (l *loader) given(n *strict.Node, t *Test) {
	if !l.IsMap(n) {
		return
	}
	for _, e := range n.Entries {
		switch e.Key.Text {
		case "events":
			l.givenEvents(e.Value, t)
		case "items":
			l.givenItems(e.Value, t)
		default:
			l.givenSignal(e.Key, e.Key.Text, e.Value, t)
		}
	}
}

func (l *loader) givenItems(n *strict.Node, t *Test) {
	if !l.IsMap(n) {
		return
	}
	for _, e := range n.Entries {
		id := e.Key.Text
		if _, isBlock := l.c.Block(id); !isBlock && !slices.Contains(listNames, id) {
			l.Errorf(e.Key, "%q is no block or list; %s", id, strict.DidYouMean(id, slices.Concat(l.blockIDs(), listNames)))
		}
		t.Lists[id] = l.Texts(e.Value)
	}
}

func (l *loader) givenSignal(key *strict.Node, name string, n *strict.Node, t *Test) {
	if n.Kind == strict.Map {
		if len(n.Entries) == 0 {
			l.Errorf(n, "nothing is given; write a value, or remove the key")
		}
		for _, e := range n.Entries {
			part := "." + e.Key.Text
			switch name {
			case "item", "interest":
				part = bracket(e.Key.Text)
			case "stock":
				id, place, at := strings.Cut(e.Key.Text, "@")
				if part = bracket(id); at {
					part += "@" + place
				}
			}
			l.givenSignal(e.Key, name+part, e.Value, t)
		}
		return
	}
	if word, _, dotted := strings.Cut(name, "."); slices.Contains(eventNames[:], word) && (!dotted || word != Answered.String()) {
		l.Errorf(key, "%s is a behaviour; give it as an event, events: [{%s: ..., at: ...}]", word, word)
		return
	}
	g, err := ParseSignal(l.c, name)
	if err != nil {
		l.Errorf(key, "%s", err)
		return
	}
	v := GivenValue{Given: g, Node: n}
	if n.Kind == strict.List {
		if g.Type != TextList {
			l.Errorf(n, "%s is a %s, not a list; write one value", g.Name, g.Type)
			return
		}
		v.Value = Value{Type: TextList, List: l.Texts(n)}
	} else if v.Value, err = g.parse(n.Text, l.c); err != nil {
		l.Errorf(n, "%s", err)
		return
	}
	t.Gives = append(t.Gives, v)
}

// expect reads what each position must show.
func (l *loader) expect(n *strict.Node, t *Test) {
	if !l.IsMap(n) {
		return
	}
	if len(n.Entries) == 0 {
		l.Errorf(n, "nothing is expected; write a block and what it shows")
	}
	for _, e := range n.Entries {
		x := Expectation{Node: e.Key, Position: 1}
		id, position, numbered := strings.Cut(e.Key.Text, "/")
		var ok bool
		if x.Block, ok = l.c.Block(id); !ok {
			l.Errorf(e.Key, "unknown block %q; %s", id, strict.DidYouMean(id, l.blockIDs()))
			continue
		}
		if numbered {
			p, err := strconv.Atoi(position)
			if x.Position = p; x.Block.Positions == 1 && (err != nil || p != 1) {
				l.Errorf(e.Key, "block %q has one position; write %s alone", id, id)
				continue
			} else if err != nil || p < 1 || p > x.Block.Positions {
				l.Errorf(e.Key, "block %q has no position %q; write 1 to %d", id, position, x.Block.Positions)
				continue
			}
		}
		l.expectation(e.Value, &x)
		t.Expect = append(t.Expect, x)
	}
}

func (l *loader) blockIDs() []string {
	var ids []string
	for _, b := range l.c.Blocks {
		ids = append(ids, b.ID)
	}
	return ids
}

func (l *loader) expectation(n *strict.Node, x *Expectation) {
	scalar := func(to **strict.Node) func(*strict.Node) {
		return func(n *strict.Node) { l.Text(n); *to = n }
	}
	l.Map(n, expectationFields.Read(strict.Keys{
		"rule": func(n *strict.Node) { x.Rule = n; l.ruleName(n, x.Block) }, "variant": scalar(&x.Variant),
		"reason": func(n *strict.Node) {
			x.Reason = n
			l.OneOf(n, reasonNames[:]...)
		},
		"link": scalar(&x.Link), "after": scalar(&x.After), "item": scalar(&x.Item),
		"layout": func(n *strict.Node) {
			x.Layout = n
			if l.sender.Layouts[l.Text(n)] == nil {
				l.Errorf(n, "unknown layout %q; %s", n.Text, strict.DidYouMean(n.Text, slices.Sorted(maps.Keys(l.sender.Layouts))))
			}
		},
		"until": func(n *strict.Node) {
			if x.Until = n; n.Text != "none" {
				x.UntilAt = l.limit(n, StartsAt)
			}
		},
		"says": func(n *strict.Node) {
			if x.Says = []*strict.Node{n}; n.Kind == strict.List {
				x.Says = n.Items
			}
			for _, item := range x.Says {
				l.Text(item)
			}
		},
	}))
}

// ruleName checks that a block has the rule.
func (l *loader) ruleName(n *strict.Node, b *Block) {
	names := []string{"none"}
	for _, r := range b.Rules {
		names = append(names, r.Name)
	}
	switch name := l.Text(n); {
	case slices.Contains(names, name):
	case name == "fallback":
		l.Errorf(n, "the fallback is no rule; write none")
	default:
		l.Errorf(n, "block %q has no rule %q; %s", b.ID, name, strict.DidYouMean(name, names))
	}
}

// String returns a given value as people write it.
func (g GivenValue) String() string { return fmt.Sprintf("%s = %s", g.Name, g.Node.Text) }
