package rules

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// wordPattern matches a word of a signal's name.
const wordPattern = `[A-Za-z0-9_-]+`

// vocabulary is the words that a schema has of a sender.
type vocabulary struct {
	sender  *Sender
	any     bool // the sender stands for all there are
	signals []namedSignal
}

// namedSignal is a signal that a campaign of the sender may name.
type namedSignal struct {
	described
	known   *known // of one with an id in its name only its type
	pattern string // of one with an id in its name: the names it stands for
	scoped  bool   // of the item or answer in scope, which segments have not
}

// anySender stands for all senders: what it declares has a part in <> in its
// name, which stands for any id.
func anySender() *Sender {
	declared := []Attribute{{Name: "<attribute>"}}
	return &Sender{
		Places: []string{"<places>"}, Attributes: declared, Codes: []string{"<pool>"}, Feeds: map[string][]Attribute{"<feed>": declared},
	}
}

func newVocabulary(sender *Sender) *vocabulary {
	w := &vocabulary{sender: sender}
	if sender == nil {
		w.sender, w.any = anySender(), true
	}
	c := &Campaign{
		sender: w.sender, Starts: time.Unix(0, 0), // prices may be compared with it
		answers: map[string][]string{"<block>": {"<answer>"}}, Params: []Parameter{{Name: "name"}}, attributes: w.attributes(),
	}
	for _, f := range families {
		for _, d := range f.list(c) {
			if sig := newNamedSignal(c, d); f.word != "own" && sig.known != nil {
				w.signals = append(w.signals, sig)
			}
		}
	}
	return w
}

// newNamedSignal finds what a described signal is.
func newNamedSignal(c *Campaign, d described) namedSignal {
	sig := namedSignal{described: d}
	if !strings.Contains(d.name, "<") {
		if k, err := c.find(d.name); err == nil {
			sig.known, sig.scoped = k, k.ofItem() || k.kind == AnswerRef
		}
		return sig
	}
	sig.known, sig.pattern = &known{typ: d.typ}, "^"+anyID.ReplaceAllStringFunc(regexp.QuoteMeta(d.name), func(id string) string {
		if id == "<place>" {
			return ".+"
		}
		return wordPattern
	})+"$"
	sig.scoped = d.name == "item.<attribute>" || strings.HasPrefix(d.name, "item.stock@")
	return sig
}

// anyID matches the part of a name that stands for an id.
var anyID = regexp.MustCompile("<[a-z]+>")

// attributes are those of all feeds. One that is another thing in another feed
// is of no type.
func (w *vocabulary) attributes() []Attribute {
	declared := map[string]Attribute{}
	for _, feed := range slices.Sorted(maps.Keys(w.sender.Feeds)) {
		for _, a := range w.sender.Feeds[feed] {
			if other, twice := declared[a.Name]; twice && (other.Type != a.Type || !slices.Equal(other.Values, a.Values)) {
				a.Type, a.Values = Unknown, nil
			}
			declared[a.Name] = a
		}
	}
	var all []Attribute
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		all = append(all, declared[name])
	}
	return all
}

// help says what a signal is, and what it may be compared with.
func (s *namedSignal) help() string {
	about, _ := typeHelp(s.known.typ)
	switch {
	case s.known.country:
		about = "an ISO code of two letters"
	case len(s.known.values) > 0:
		about = "one of " + known12(s.known.values)
	}
	if s.about == "" {
		return upperFirst(about) + ", or a list: any of them."
	}
	return upperFirst(s.about) + ": " + about + ", or a list: any of them."
}

// examples are what a signal may be compared with.
func (s *namedSignal) examples() []any {
	_, all := typeHelp(s.known.typ)
	if len(s.known.values) > 0 {
		return values(s.known.values)
	}
	if s.example == "" || strings.HasPrefix(s.example, "[") || slices.Contains(all, any(s.example)) {
		return all
	}
	return append([]any{s.example}, all...)
}

// matcher is what a signal is compared with.
func (s *namedSignal) matcher() strict.Shape {
	m := strict.RefShape("matcher-" + s.known.typ.String())
	switch {
	case s.known.typ == Unknown:
		return strict.RefShape("matcher").Says(upperFirst(s.about))
	case s.known.country || len(s.known.values) > 0:
		m = matcherShape(s.known)
	}
	m.Description, m.Examples = s.help(), s.examples()
	return m
}

func upperFirst(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
