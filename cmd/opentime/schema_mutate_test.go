package main

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"example.com/opentime/strict"
)

// mutation is one change to a file.
type mutation struct {
	name  string
	apply func(t *rapid.T, n *yaml.Node) bool // reports whether it did something
}

// words are scalars that files have, and some that they should not.
var words = []string{
	"", "5", "-1", "0", "1.10", "01234", "1e3", "0x10", ".5", "+5", "1_000", "true", "false", "yes", "no", "null", "NULL", "none", "unknown",
	"nothing", "x", "a b", "Gent", "56*", "*", "a*b", "2026-11-27", "2026-11-27 08:00", "2026-11-27T08:00:00+01:00", "2026-11-27 08:00 Europe/London",
	"2026-11-27 local", "12-24", "today", "today+7d", "now", "now-48h..now", "now+48h", "1..20", "< 5", ">=5", "20..5", "5%", "150%", "0.5%",
	"12.50 EUR", "10 EUR..20 EUR", "07:30", "24:00", "22:00..02:00", "mon", "sat..sun", "12..2", "48h", "1d12h", "1h1d", "600x240", "0x240", "16x16",
	"#fff", "#1a2b3c", "#1a2b3c80", "https://shop.example/x", "http://shop.example", "{item.link}", "{item.title}, {item.price|money short}", "{x", "x}",
	"item.rating", "first_open+48h", "weather.rain", "stock.dune-3@near.shops", "stock[SKU 1]", "item.stock@ghent", "profile.points", "dune-3",
	"popular", "recommend", "cart", "photo-headline", "strip", "item-card", "goods", "gold", "nl", "nl-BE", "en", "Europe/Brussels", "gif", "clicks",
	"fit-content", "50% 30%", "8 16", "linear-gradient(90deg, #000000 0%, #ffffff 100%)", "0 2 8 #00000033", "{headline}", "met.no", "number", "text",
}

// mutations change a node of a file.
var mutations = []mutation{
	{"scalar", func(t *rapid.T, n *yaml.Node) bool {
		if n.Kind != yaml.ScalarNode {
			return false
		}
		n.Tag, n.Style, n.Value = "", 0, rapid.SampledFrom(words).Draw(t, "word")
		if n.Value == "" || rapid.Bool().Draw(t, "quoted") {
			n.Style = yaml.DoubleQuotedStyle
		}
		return true
	}},
	{"quotes", func(_ *rapid.T, n *yaml.Node) bool {
		if n.Kind != yaml.ScalarNode {
			return false
		}
		n.Tag, n.Style = "", n.Style^yaml.DoubleQuotedStyle
		return true
	}},
	{"into a scalar", func(t *rapid.T, n *yaml.Node) bool {
		*n = yaml.Node{Kind: yaml.ScalarNode, Value: rapid.SampledFrom(words[1:]).Draw(t, "word")}
		return true
	}},
	{"into a list", func(_ *rapid.T, n *yaml.Node) bool {
		inner := *n
		*n = yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{&inner}}
		return true
	}},
	{"into a map", func(t *rapid.T, n *yaml.Node) bool {
		inner := *n
		key := &yaml.Node{Kind: yaml.ScalarNode, Value: rapid.SampledFrom(words[1:]).Draw(t, "key"), Style: yaml.DoubleQuotedStyle}
		*n = yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{key, &inner}}
		return true
	}},
	{"out of a list or map", func(_ *rapid.T, n *yaml.Node) bool {
		if len(n.Content) == 0 {
			return false
		}
		*n = *n.Content[len(n.Content)-1]
		return true
	}},
	{"empty", func(_ *rapid.T, n *yaml.Node) bool {
		n.Content, n.Style = nil, yaml.FlowStyle
		return n.Kind != yaml.ScalarNode
	}},
	{"remove", func(t *rapid.T, n *yaml.Node) bool {
		i := pick(t, n)
		if i >= 0 {
			n.Content = slices.Delete(n.Content, i, i+step(n))
		}
		return i >= 0
	}},
	{"double", func(t *rapid.T, n *yaml.Node) bool {
		if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
			return false
		}
		n.Content = append(n.Content, cloned(n.Content[pick(t, n)]))
		return true
	}},
}

// step is how many nodes an entry of a list or map takes.
func step(n *yaml.Node) int {
	if n.Kind == yaml.MappingNode {
		return 2
	}
	return 1
}

// pick draws an entry of a list or map; -1 where there is none.
func pick(t *rapid.T, n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode || len(n.Content) == 0 {
		return -1
	}
	return step(n) * rapid.IntRange(0, len(n.Content)/step(n)-1).Draw(t, "entry")
}

// nodes lists a node and all below it, keys too.
func nodes(n *yaml.Node) []*yaml.Node {
	all := []*yaml.Node{n}
	for _, child := range n.Content {
		all = append(all, nodes(child)...)
	}
	return all
}

// keysOf lists the keys of all maps of files of a kind.
func keysOf(t *testing.T, examples []example) []string {
	t.Helper()
	var keys []string
	for _, x := range examples {
		var doc yaml.Node
		if err := yaml.Unmarshal(x.data, &doc); err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes(&doc) {
			if n.Kind == yaml.MappingNode {
				for i := 0; i < len(n.Content); i += 2 {
					keys = append(keys, n.Content[i].Value)
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// TestSchemasAreNeverStricterThanTheLoader changes good examples in all ways: as
// long as the program finds nothing wrong, the schemas take them.
func TestSchemasAreNeverStricterThanTheLoader(t *testing.T) {
	all, schemas := goodExamples(t), newSchemas(t)
	keys := map[string][]string{}
	for _, kind := range schemaKinds {
		keys[kind] = keysOf(t, slices.DeleteFunc(slices.Clone(all), func(x example) bool { return x.kind != kind }))
	}
	good, told, untold := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		x := all[rapid.IntRange(0, len(all)-1).Draw(t, "example")]
		var doc yaml.Node
		if err := yaml.Unmarshal(x.data, &doc); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			mutate(t, doc.Content[0], keys[x.kind])
		}
		data, err := yaml.Marshal(&doc)
		if err != nil {
			t.Skip("no YAML")
		}
		e := rapid.SampledFrom(editors).Draw(t, "editor")
		s := rapid.SampledFrom(schemas.of(&x)).Draw(t, "schema")
		bad, err := strict.Bad(x.problems(data)), s.Validate(e.read(t, data))
		switch {
		case !bad && err != nil:
			t.Fatalf("%s, as %s reads it: %v\n%s\n%s", x.name, e.name, err, complaints(err), data)
		case !bad:
			good++
		case err != nil:
			told++
		default:
			untold++
		}
	})
	t.Logf("%d files without problems, of the others the schemas told %d and not %d", good, told, untold)
}

// mutate changes one node, or adds an entry with a key that files of the kind
// have.
func mutate(t *rapid.T, root *yaml.Node, keys []string) {
	all := nodes(root)
	n := all[rapid.IntRange(0, len(all)-1).Draw(t, "node")]
	m := rapid.IntRange(0, len(mutations)).Draw(t, "mutation")
	if m < len(mutations) {
		mutations[m].apply(t, n)
		return
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	key := rapid.SampledFrom(keys).Draw(t, "key")
	value := cloned(all[rapid.IntRange(0, len(all)-1).Draw(t, "value")])
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key, Style: yaml.DoubleQuotedStyle}, value)
}

// cloned copies a node and all below it.
func cloned(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = nil
	for _, child := range n.Content {
		c.Content = append(c.Content, cloned(child))
	}
	return &c
}
