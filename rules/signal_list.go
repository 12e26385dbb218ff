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

// SignalGroup is signals that are about one thing. Where there are none, Remedy
// says what to do to have some. Note holds for all of them.
type SignalGroup struct {
	Title, Note, Remedy string
	Signals             []ListedSignal
}

// ListedSignal is a signal that campaigns may name, a behaviour or a segment,
// with who can know it. A part of a name in <> stands for an id.
type ListedSignal struct {
	Source string // client, weather, profile ...; behaviour, segment
	Name   string
	Type   Type     // Unknown: a behaviour, a segment, or as another signal
	Values []string // the only ones it can have; nil: any
	About  string
	// Example is what a condition writes behind the name; "" where it cannot be
	// compared with anything.
	Example string
	Stands  Stands
	Written bool // in a text rather than compared with something
	// Trust is the first that lets it be known; Sealed says that the link's seal
	// x has to cover it, too.
	Trust  Trust
	Sealed bool
	// Proxies and Ahead say what is told to mail proxies and to clients that
	// fetch ahead.
	Proxies, Ahead Sight
	Later          bool // nothing but a test gives it yet
}

// Stands says where a signal may stand.
type Stands struct {
	Conditions, Texts, Links, WholeLink, Append, Pictures bool
	Fallback                                              bool // in the texts or pictures of a fallback, too
}

// Sight is how much of a signal a class of clients is told.
type Sight struct {
	Hidden bool // nothing
	Home   bool // only where the profile has a home
	Some   bool // of a count whether there is one, not which
}

// String returns the sight in a word or two.
func (s Sight) String() string {
	switch {
	case s.Hidden:
		return "no"
	case s.Home && s.Some:
		return "home, some"
	case s.Home:
		return "home"
	case s.Some:
		return "some"
	}
	return "yes"
}

// ListSignals lists all signals that a campaign of the sender may name. shared
// are the segments of opentime.yaml, or nil. Without a campaign it lists what
// any may declare, too.
func ListSignals(sender *Sender, shared *strict.Node, campaign *Campaign) []SignalGroup {
	l := newLister(sender, shared, campaign)
	var groups []SignalGroup
	add := func(title, remedy string, all []ListedSignal) {
		if len(groups) == 0 || groups[len(groups)-1].Title != title {
			groups = append(groups, SignalGroup{Title: title})
		}
		g := &groups[len(groups)-1]
		g.Signals = append(g.Signals, all...)
		if len(g.Signals) == 0 {
			g.Remedy = remedy
		}
	}
	for _, f := range families {
		all := l.family(f)
		if f.word == "cart" {
			add("What the recipient did", "", l.behaviours())
			groups[len(groups)-1].Note = "details, all optional: " + strings.Join(slices.Sorted(maps.Keys(l.details(&Behaviour{}))), ", ")
		}
		add(f.title, l.c.remedy([]string{f.word}, f.word+"."), all)
		if f.word == "parameters" {
			add("Segments", "name conditions under segments in opentime.yaml or the campaign", l.listSegments(campaign))
		}
	}
	return groups
}

// anyParameters are a parameter of each kind.
var anyParameters = []struct {
	Parameter
	about string
}{
	{Parameter{Name: "name", Type: Text, Name30: true}, "a name: letters, 30 at most"},
	{Parameter{Name: "choice", Type: Text, Values: []string{"one", "another"}}, "a text with values"},
	{Parameter{Name: "text", Type: Text}, "free text"},
	{Parameter{Name: "number", Type: Number}, ""},
	{Parameter{Name: "date", Type: Date}, ""},
	{Parameter{Name: "moment", Type: Moment}, "a deadline, say"},
	{Parameter{Name: "boolean", Type: Boolean}, ""},
}

// lister lists the signals of a campaign of its own, in which all of them have
// slots.
type lister struct {
	loader
	block *Block // with an answer
	items Items  // of which everything is known
}

func newLister(sender *Sender, shared *strict.Node, campaign *Campaign) *lister {
	own := *sender
	own.HasItem, own.HasPlace, own.Picture = nil, nil, nil // ids and files of examples stand for others
	l := &lister{loader: loader{sender: &own, c: &Campaign{}}}
	c := l.c
	if campaign != nil {
		*c = *campaign
	} else {
		l.declareAny()
	}
	c.sender = l.sender
	c.Signals, c.stockPlaces, c.segments = nil, nil, map[string]*Condition{}
	c.slots, c.votes, c.nearIDs = map[string]int{}, map[string][]int{}, map[string]int{}
	if c.Starts.IsZero() {
		c.Starts = time.Unix(0, 0) // prices may be compared with it
	}
	l.readSegments(nil, shared)
	l.block = &Block{ID: "block", Positions: 1, Answers: []Answer{{ID: "answer", Text: make([]string, len(c.Locales))}}}
	for _, b := range c.Blocks {
		if len(b.Answers) > 0 {
			l.block = b
		}
	}
	l.items = l.known()
	return l
}

// declareAny makes the lister's campaign one that declares whatever a campaign
// can: parameters of all kinds, and a block with answers.
func (l *lister) declareAny() {
	l.defaults(&strict.Node{}, map[string]*strict.Node{})
	c := l.c
	for _, p := range anyParameters {
		c.Params = append(c.Params, p.Parameter)
	}
	for _, feed := range slices.Sorted(maps.Keys(l.sender.Feeds)) {
		for _, a := range l.sender.Feeds[feed] {
			if !slices.ContainsFunc(c.attributes, func(o Attribute) bool { return o.Name == a.Name }) {
				c.attributes = append(c.attributes, a)
			}
		}
	}
	c.answers = map[string][]string{"block": {"answer"}}
}

// known is a catalogue of one item, of which everything is known.
func (l *lister) known() Items {
	items := &givenItems{declared: l.c.attributes, items: map[string]*Candidate{}}
	for _, f := range itemFields {
		items.set("item", f.at, someOf(f.typ))
	}
	for i, a := range l.c.attributes {
		items.set("item", ItemMore+ItemAttribute(i), someOf(a.Type))
	}
	return stocked{items}
}

// stocked is items of which some are left at every place.
type stocked struct{ *givenItems }

// StockAt returns a count.
func (stocked) StockAt(string, string) Value { return someOf(Number) }

// someOf is a value of a type.
func someOf(t Type) Value { return Value{Type: t, N: 12 * Million, Text: "EUR", List: []string{"one"}} }

// family lists a family.
func (l *lister) family(f family) []ListedSignal {
	var all []ListedSignal
	for _, d := range f.list(l.c) {
		k, err := l.c.find(sample(d.name))
		if err != nil {
			panic("BUG: " + err.Error()) // the tables list what they find
		}
		s := ListedSignal{
			Source: f.word, Name: d.name, Type: d.typ, About: d.about,
			Example: d.matcher(k), Written: d.isWritten(k), Later: suppliedLater(k),
		}
		if !strings.Contains(d.name, "<") {
			s.Values = k.values
		}
		if !l.accepts(func() bool { return l.compares(&s) }) {
			s.Example, s.Written = "", true
		}
		s.Stands = l.stands(k)
		s.Trust, s.Sealed = l.trust(k)
		ref := l.c.ref(k)
		known := func(d *Decider) Value { return d.value(ref) }
		s.Proxies, s.Ahead = l.sight(Proxy, known), l.sight(Prefetcher, known)
		all = append(all, s)
	}
	return all
}

// sample is a name in which ids stand for what is in <>.
func sample(name string) string {
	return strings.NewReplacer("<attribute>", "price", "<", "", ">", "").Replace(name)
}

// stands tries where a signal may stand.
func (l *lister) stands(k *known) Stands {
	in := func(kind textKind, block *Block) func() bool {
		return func() bool {
			_, ok := l.template(scalar("{"+k.name+"}"), scope{kind: kind, item: true, block: block})
			return ok
		}
	}
	whole := func(kind textKind, read func(*strict.Node, Template) (Template, bool)) func() bool {
		return func() bool {
			n := scalar("{" + k.name + "}")
			t, ok := l.template(n, scope{kind: kind, item: true, block: l.block})
			if ok {
				_, ok = read(n, t)
			}
			return ok
		}
	}
	stands := Stands{
		Conditions: l.accepts(func() bool {
			_, ok := l.asked(scalar(k.name), k.name, scope{item: true, block: l.block})
			return ok
		}),
		Texts:     l.accepts(in(drawnText, l.block)),
		Links:     l.accepts(in(linkText, nil)), // a block with answers has none
		Append:    l.accepts(in(appendText, nil)),
		WholeLink: l.accepts(whole(linkText, l.link)),
		Pictures: l.accepts(whole(pictureText, func(n *strict.Node, t Template) (Template, bool) {
			return l.picture(n, t, scope{kind: pictureText, block: l.block})
		})),
	}
	stands.Fallback = timeless(k) && (stands.Texts || stands.Pictures)
	return stands
}

// accepts reports whether something is read without a problem.
func (l *lister) accepts(read func() bool) bool {
	before := len(l.Problems)
	ok := read()
	ok = ok && !strict.Bad(l.Problems[before:])
	l.Problems = l.Problems[:before]
	return ok
}

// compares reads a signal's example as a condition.
func (l *lister) compares(s *ListedSignal) bool {
	root, problems := strict.Parse("", []byte("{"+sample(s.Name)+": "+s.Example+"}"))
	if root == nil || strict.Bad(problems) {
		return false
	}
	return l.conditions(root, scope{item: true, block: l.block}).Condition != nil
}

// Condition is the example of a condition as a campaign writes it; "" where the
// signal cannot stand in one.
func (s *ListedSignal) Condition() string {
	switch {
	case s.Source == "segment":
		return "segment: " + s.Name
	case s.Example != "":
		return s.Name + ": " + s.Example
	case s.Stands.Conditions:
		return "known: " + s.Name
	}
	return ""
}

func scalar(text string) *strict.Node { return &strict.Node{Kind: strict.Scalar, Text: text} }

// trust returns the first trust that lets a signal be known, and whether the
// link has to seal it.
func (l *lister) trust(k *known) (t Trust, sealed bool) {
	sig := k.signal
	switch k.kind {
	case NoRef:
	case ItemRef:
		sig = Signal{Source: ItemSource, Index: k.index}
	case RecipientRef:
		return Keyed, false // else it is left out
	default:
		return Anonymous, false
	}
	hides := func() bool { return l.c.hides(&sig, t) }
	if sig.Source == ParameterSource {
		p := &l.c.Params[sig.Index]
		sealed = !p.Believed(Signed, false)
		hides = func() bool { return !p.Believed(t, sealed) }
	}
	for t < Signed && hides() {
		t++
	}
	return t, sealed
}

// sight returns what a class of clients is told of something.
func (l *lister) sight(class Class, known func(*Decider) Value) Sight {
	away, home := known(l.told(class, false)), known(l.told(class, true))
	return Sight{Hidden: !home.Known(), Home: home.Known() && !away.Known(), Some: home.Type == Some}
}

// told is how a block sees what is gathered for a client of a class, whose
// profile has a home or not.
func (l *lister) told(class Class, home bool) *Decider {
	s := &Signals{
		At: time.Unix(0, 0), Recipient: "r", Trust: Signed, Class: class, HasHistory: true, Items: l.items,
		Values: make([]Value, len(l.c.Signals)),
	}
	if home {
		s.HereFrom = FromProfile
	}
	for i := range l.c.Signals {
		if sig := &l.c.Signals[i]; class.knows(sig, home) {
			s.Values[i] = someOf(sig.Type)
		}
	}
	d := &Decider{}
	d.begin(l.c, s)
	d.enter(l.block)
	d.position, d.variant = 1, nothingLeft
	item, _ := l.items.Item("item")
	d.item = &item
	return d
}

// behaviours lists the behaviours.
func (l *lister) behaviours() []ListedSignal {
	var all []ListedSignal
	for i, d := range eventExamples {
		known := func(d *Decider) Value { return Value{Type: Type(flag(d.remembers(EventKind(i))))} }
		s := ListedSignal{
			Source: "behaviour", Name: EventKind(i).String(), Example: d.example, About: d.about, Stands: Stands{Conditions: true},
			Proxies: l.sight(Proxy, known), Ahead: l.sight(Prefetcher, known),
		}
		for s.Trust < Signed && !(&view{signals: &Signals{HasHistory: true, Trust: s.Trust}}).remembers(EventKind(i)) {
			s.Trust++
		}
		all = append(all, s)
	}
	return all
}

// listSegments lists the segments of opentime.yaml and the campaign, with the
// signals that they ask about.
func (l *lister) listSegments(campaign *Campaign) []ListedSignal {
	conditions := map[string]*Condition{}
	if campaign != nil {
		maps.Copy(conditions, campaign.segments)
	}
	for id, s := range l.segments {
		if conditions[id] == nil {
			conditions[id] = l.segment(id, s.node).Condition
		}
	}
	var all []ListedSignal
	for _, id := range slices.Sorted(maps.Keys(conditions)) {
		if conditions[id] == nil {
			continue // reported where it stands
		}
		var names []string
		asksAbout(conditions[id], &names)
		all = append(all, ListedSignal{
			Source: "segment", Name: id, Example: id, About: "asks " + strings.Join(names, ", "), Stands: Stands{Conditions: true},
		})
	}
	return all
}

// asksAbout adds the names of what a condition asks about.
func asksAbout(c *Condition, names *[]string) {
	switch c.Op {
	case Compare, Known, Behaved:
		if !slices.Contains(*names, c.Name) {
			*names = append(*names, c.Name)
		}
	}
	for _, part := range c.Parts {
		asksAbout(part, names)
	}
}

// matcher is the example of a described signal: its own, some of its values, or
// that of its type.
func (d *described) matcher(k *known) string {
	switch {
	case d.example != "":
		return inQuotes(d.example)
	case len(k.values) == 1:
		return inQuotes(k.values[0])
	case len(k.values) > 1:
		return "[" + inQuotes(k.values[0]) + ", " + inQuotes(k.values[1]) + "]"
	}
	return inQuotes(typeExamples[k.typ])
}

// isWritten reports whether nobody has an example for what it is compared with.
func (d *described) isWritten(k *known) bool {
	return d.example == "" && len(k.values) == 0 && k.typ == Text
}

// typeExamples are matchers of each type that conditions compare.
var typeExamples = map[Type]string{
	Text: anyText, Number: "> 100", Percent: "> 5%", Money: "< 20 EUR", Boolean: "true", TextList: anyText,
	Time: "18:00..22:00", Weekday: "sat..sun", Month: "12..2", Date: "today..today+7d", Yearly: "today-3d..today+3d",
	Moment: "now..now+7d", Duration: "> 1d",
}

// anyText is a matcher of texts of which only the sender knows what they say.
const anyText = "[one, another]"

// inQuotes is a matcher in quotes where YAML needs them; a list or a map stays.
func inQuotes(matcher string) string {
	switch {
	case matcher == "", matcher[0] == '[', matcher[0] == '{':
		return matcher
	case strings.ContainsAny(matcher[:1], "<>@%*&!#|-?:,\"'`") || strings.ContainsAny(matcher, ",[]{}") || strings.Contains(matcher, ": ") || strings.Contains(matcher, " #"):
		return strconv.Quote(matcher)
	}
	return matcher
}

// ageText says how long an attribute is known.
func ageText(a Attribute) string {
	if a.Age == 0 {
		return ""
	}
	if day := 24 * time.Hour; a.Age%day == 0 {
		return fmt.Sprintf("unknown once it is older than %dd", a.Age/day)
	}
	return "unknown once it is older than " + strings.TrimSuffix(strings.TrimSuffix(a.Age.String(), "0s"), "0m")
}
