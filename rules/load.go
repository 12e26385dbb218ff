package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"example.com/opentime/strict"
)

// The limits of a campaign.
const (
	maxLocales    = 40
	maxBlocks     = 50
	maxRules      = 200
	maxSegments   = 200
	maxDayparts   = 12
	maxPositions  = 24
	maxShown      = 128 // positions of all blocks together
	maxConditions = 100
	maxLevels     = 8
	maxItemID     = 100 // characters
	maxParameter  = 200 // characters
)

// Load compiles a campaign. Everything wrong with it is among the problems, in
// the order of the file; where strict.Bad says so, the campaign may be named
// in messages but not decided. It is nil where it has not even an id. shared
// are the segments of opentime.yaml, or nil.
func Load(file string, root *strict.Node, sender *Sender, shared *strict.Node) (*Campaign, []strict.Problem) {
	l := &loader{
		sender: sender,
		c: &Campaign{
			File: file, sender: sender, slots: map[string]int{}, segments: map[string]*Condition{},
			votes: map[string][]int{}, nearIDs: map[string]int{},
		},
	}
	if root == nil || !l.IsMap(root) {
		return nil, strict.Sort(l.Problems)
	}
	if len(root.Entries) == 0 || strict.Nearest(root.Entries[0].Key.Text, []string{"campaign"}) == "" {
		l.Errorf(root, `a campaign begins with the key "campaign"; write campaign: its-id first`)
	}
	l.campaign(root, shared)
	if l.c.ID == "" {
		return nil, strict.Sort(l.Problems)
	}
	return l.c, strict.Sort(l.Problems)
}

// loader compiles one campaign.
type loader struct {
	strict.Reader
	sender   *Sender
	c        *Campaign
	segments map[string]*segment
	show     layer    // of the campaign
	skipped  bool     // ids were not looked up, for want of data
	later    []string // what is named and nothing supplies yet
	plurals  map[string][]string
	mark     *marks   // notes what is named; nil where nobody asks
	reading  []string // the locales that the text being read is for
	foreign  []string // locales of texts that the campaign has not
	lacks    []lack   // of the block that is being read

	needStarts   bool // it was said that starts is missing
	localesWrong bool // the list of locales has a problem
}

// campaign reads the keys in the order in which they need one another.
func (l *loader) campaign(root, shared *strict.Node) {
	found := map[string]*strict.Node{}
	l.keysOf(root, campaignFields.Into(found))
	l.Need(root, "blocks")
	steps := []struct {
		key  string
		read func(*strict.Node)
	}{
		{"campaign", l.id},
		{"seed", l.seed},
		{"timezone", l.zone},
		{"locales", l.locales},
		{"catalogue", l.catalogue},
		{"starts", func(n *strict.Node) { l.c.Starts, l.c.startsLocal = l.moment(n, StartsAt) }},
		{"ends", func(n *strict.Node) { l.c.Ends, l.c.endsLocal = l.moment(n, EndsAt) }},
		{"holdout", func(n *strict.Node) { l.c.Holdout = l.Percent(n) }},
		{"parameters", l.parameters},
		{"dayparts", l.dayparts},
	}
	l.defaults(root, found)
	for _, step := range steps {
		if n := found[step.key]; n != nil {
			step.read(n)
		}
	}
	for _, locale := range l.c.Locales {
		l.c.writers = append(l.c.writers, l.sender.Writers.of(locale))
	}
	l.order(found["ends"])
	l.noteAnswers(found["blocks"])
	l.readSegments(found["segments"], shared)
	if n := found["append"]; n != nil {
		l.append(n)
	}
	if n := found["show"]; n != nil {
		l.show = l.layer(n)
	}
	if n := found["blocks"]; n != nil {
		l.blocks(n)
	}
	l.unused(found["segments"], found["parameters"])
	if !l.sender.Published {
		l.analyse()
	}
	l.notes(root)
}

// defaults fills in what opentime.yaml says where the campaign does not.
func (l *loader) defaults(root *strict.Node, found map[string]*strict.Node) {
	c := l.c
	if c.Zone = l.sender.Zone; c.Zone == nil {
		c.Zone = time.UTC
		if found["timezone"] == nil {
			l.Errorf(root, `"timezone" is missing, here and in opentime.yaml; add one such as Europe/Brussels`)
		}
	}
	if c.Locales = l.sender.Locales; len(c.Locales) == 0 {
		c.Locales = []string{"en"}
		if found["locales"] == nil {
			l.Errorf(root, `"locales" is missing, here and in opentime.yaml; add a list such as [nl, fr]`)
		}
	}
	if feeds := slices.Sorted(maps.Keys(l.sender.Feeds)); len(feeds) == 1 {
		c.Catalogue, c.attributes = feeds[0], l.sender.Feeds[feeds[0]]
	}
	c.Dayparts = []Daypart{
		{"night", 0, 6 * 3600},
		{"morning", 6 * 3600, 12 * 3600},
		{"afternoon", 12 * 3600, 18 * 3600},
		{"evening", 18 * 3600, 24 * 3600},
	}
}

func (l *loader) id(n *strict.Node) {
	if l.c.ID = l.ID(n); l.c.Seed == "" {
		l.c.Seed = l.c.ID
	}
}

func (l *loader) seed(n *strict.Node) {
	if l.c.Seed = l.Text(n); n.Kind == strict.Scalar && l.c.Seed == "" {
		l.Errorf(n, "the seed is empty; write a text, or remove the key")
	}
}

func (l *loader) zone(n *strict.Node) {
	if zone, ok := zoneNamed(l.Text(n)); ok {
		l.c.Zone = zone
		return
	}
	l.Errorf(n, "unknown timezone %q; write an IANA name such as Europe/Brussels", n.Text)
}

// zoneNamed returns a zone by its IANA name.
func zoneNamed(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

func (l *loader) locales(n *strict.Node) {
	var all []string
	before := len(l.Problems)
	l.Each(n, func(n *strict.Node) {
		text := l.Text(n)
		tag, err := language.Parse(text)
		switch _, _, region := tag.Raw(); {
		case err == nil && strings.Contains(text, "_"),
			err == nil && region.IsCountry() && !strings.Contains(strings.ToUpper(text), region.String()):
			l.Errorf(n, "%q is no locale; write %s", text, tag)
		case err != nil:
			l.Errorf(n, "%q is no locale; write one such as nl or nl-BE", text)
		case slices.Contains(all, text):
			l.Errorf(n, "locale %q is there twice; remove one", text)
		default:
			all = append(all, text)
		}
	})
	if n.Kind == strict.List && (len(n.Items) == 0 || len(n.Items) > maxLocales) {
		l.Errorf(n, "%d locales; write 1 to %d", len(n.Items), maxLocales)
	}
	l.localesWrong = strict.Bad(l.Problems[before:])
	if len(all) > 0 {
		l.c.Locales = all
	}
}

func (l *loader) catalogue(n *strict.Node) {
	name := l.Text(n)
	attributes, ok := l.sender.Feeds[name]
	if !ok {
		l.Errorf(n, "unknown feed %q; %s", name, strict.DidYouMean(name, slices.Sorted(maps.Keys(l.sender.Feeds))))
		return
	}
	l.c.Catalogue, l.c.attributes = name, attributes
}

// order reports a campaign that ends before it starts.
func (l *loader) order(ends *strict.Node) {
	c := l.c
	if ends != nil && !c.Starts.IsZero() && !c.Ends.IsZero() && c.startsLocal == c.endsLocal && !c.Ends.After(c.Starts) {
		l.Errorf(ends, "ends before it starts; write a later moment")
	}
}

func (l *loader) dayparts(n *strict.Node) {
	if !l.IsMap(n) {
		return
	}
	if len(n.Entries) > maxDayparts || len(n.Entries) == 0 {
		l.Errorf(n, "%d dayparts; write 1 to %d", len(n.Entries), maxDayparts)
	}
	l.c.Dayparts = nil
	for _, e := range n.Entries {
		from, to, ok := strings.Cut(l.Text(e.Value), "..")
		lo, okLo := parseTime(strings.TrimSpace(from))
		hi, okHi := parseTime(strings.TrimSpace(to))
		if !ok || !okLo || !okHi || lo == hi || lo == daySeconds {
			l.Errorf(e.Value, "%q is no time range; write one such as 06:00..12:00", e.Value.Text)
		}
		l.ID(e.Key)
		l.c.Dayparts = append(l.c.Dayparts, Daypart{ID: e.Key.Text, From: lo, To: hi})
	}
}

// append reads the query parameters that every destination gets.
func (l *loader) append(n *strict.Node) {
	if !l.IsMap(n) {
		return
	}
	for _, e := range n.Entries {
		name := l.Text(e.Key)
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != "" || name == "" || len(name) > 64 {
			l.Errorf(e.Key, "%q is no name for a query; write letters, digits, _, - and .", name)
		}
		t, _ := l.template(e.Value, scope{kind: appendText})
		for i := range t {
			if t[i].Ref.Kind == RecipientRef && (len(t) > 1 || t[i].Format.Name != "") {
				l.Errorf(e.Value, "{r} has nothing beside it; write it alone, as in r: \"{r}\"")
			}
		}
		l.c.Append = append(l.c.Append, Append{Name: name, Text: t})
	}
}

// unused warns of segments and parameters that nothing names. Where something is
// wrong, that may be why.
func (l *loader) unused(segments, parameters *strict.Node) {
	if strict.Bad(l.Problems) {
		return
	}
	if segments != nil {
		for _, e := range segments.Entries {
			if s := l.segments[e.Key.Text]; s != nil && !s.used {
				l.Warnf(e.Key, "segment %q is never used; remove it", e.Key.Text)
			}
		}
	}
	if parameters == nil {
		return
	}
	for _, e := range parameters.Entries {
		if _, used := l.c.slots["parameters."+e.Key.Text]; !used {
			l.Warnf(e.Key, "parameter %q is never used; remove it", e.Key.Text)
		}
	}
}

// lookUp reports an id that the data at hand does not have.
func (l *loader) lookUp(n *strict.Node, what, id string, has func(string) bool) {
	switch {
	case has == nil:
		l.skipped = true
	case !has(id):
		l.Errorf(n, "unknown %s %q; write an id that the data has", what, id)
	}
}

// AsksPlace reports whether anything of the campaign depends on where the
// recipient is.
func (c *Campaign) AsksPlace() bool {
	return slices.ContainsFunc(c.Signals, func(s Signal) bool {
		switch s.Source {
		case HereSource:
			return s.Key != "from"
		case NearSource, WeatherSource:
			return true
		}
		return s.Source == StockSource && strings.HasPrefix(s.At, "near.")
	})
}

// Block returns the block with this id, which must be in lower case. It does
// not allocate.
func (c *Campaign) Block(id string) (*Block, bool) {
	for _, b := range c.Blocks {
		if b.ID == id {
			return b, true
		}
	}
	return nil, false
}

// Slot returns the place of a signal in Signals.Values, by its name as in
// Signal.Name, and whether the campaign asks about it.
func (c *Campaign) Slot(name string) (int, bool) {
	slot, ok := c.slots[name]
	return slot, ok
}

// String returns the name of a type as the language writes it.
func (t Type) String() string {
	names := [...]string{
		"unknown", "text", "number", "percent", "money", "boolean", "list", "time", "weekday", "month",
		"date", "yearly", "moment", "duration", "picture", "colour", "some",
	}
	if int(t) < len(names) {
		return names[t]
	}
	return fmt.Sprintf("type %d", t)
}
