package server

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/assets"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// classSignals are conditions on signals of every kind that trust caps, and of
// some that it does not.
var classSignals = []string{
	`profile.tier: gold`, `profile.tier: [gold, silver]`, `known: profile.tier`, `profile.points: "> 5"`, `profile.points: 1..5`,
	`profile.club: one`, `profile.seats: "> 2"`, `profile.country: BE`, `profile.city: Gent`, `profile.postcode: 9*`, `profile.locale: nl`,
	`parameters.called: An*`, `parameters.note: Hi`, `parameters.kind: a`, `parameters.size: "> 3"`, `known: parameters.note`,
	`viewed: {}`, `viewed: {count: 0}`, `cart.count: 0`, `weekday: mon..fri`, `client.class: person`, `here.country: BE`, `known: here.city`,
}

var classHeadlines = []string{
	`x`, `"{profile.tier}"`, `["{profile.tier}", x]`, `"{profile.club}"`, `"{parameters.note}"`, `"{parameters.called}"`, `"{profile.city}, {campaign}"`, `"{parameters.size}"`,
}

var classBadges = []string{
	``, `, badge: "{profile.points}"`, `, badge: "{profile.club}"`, `, badge: b`, `, badge: ["{profile.tier}", "{profile.points}"]`,
	`, badge: "{parameters.called}"`, `, badge: "{parameters.note}"`, `, badge: ["{profile.tier}", "b"]`,
}

var classLinks = []string{"https://shop.example", "https://shop.example/?c={profile.city}", "https://shop.example/?k={parameters.kind}"}

func drawClassCondition(t *rapid.T, depth int) string {
	kind := "one"
	if depth > 0 {
		kind = rapid.SampledFrom([]string{"one", "one", "any", "all", "not"}).Draw(t, "kind")
	}
	switch part := func() string { return "{" + drawClassCondition(t, depth-1) + "}" }; kind {
	case "any", "all":
		return kind + ": [" + part() + ", " + part() + "]"
	case "not":
		return "not: " + part()
	}
	return rapid.SampledFrom(classSignals).Draw(t, "signal")
}

func drawClassCampaign(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("campaign: c\nparameters: {called: {type: name}, note: {type: text}, kind: {type: text, values: [a, b]}, size: {type: number}}\nblocks:\n  b:\n    rules:\n")
	for i := range rapid.IntRange(1, 4).Draw(t, "rules") {
		show := func() string {
			return "layout: strip, headline: " + rapid.SampledFrom(classHeadlines).Draw(t, "headline") +
				rapid.SampledFrom(classBadges).Draw(t, "badge") + `, link: "` + rapid.SampledFrom(classLinks).Draw(t, "link") + `"`
		}
		when := ""
		if rapid.IntRange(0, 4).Draw(t, "when") > 0 {
			when = ", when: {" + drawClassCondition(t, 2) + "}"
		}
		split := ""
		if rapid.IntRange(0, 4).Draw(t, "split") == 0 {
			split = ", split: {one: {}, two: {" + show() + "}}"
		}
		fmt.Fprintf(&b, "      - {name: r%d%s, show: {%s}%s}\n", i, when, show(), split)
	}
	b.WriteString("    fallback: {layout: strip, headline: y, link: \"https://shop.example\"}\n")
	return b.String()
}

// classSender declares attributes of which some are open.
func classSender() *rules.Sender {
	return &rules.Sender{
		ID: "shop", Home: "https://shop.example", Hosts: []string{"shop.example"}, Zone: time.UTC, Locales: []string{"nl"}, Recipients: rules.Signed,
		Attributes: []rules.Attribute{{Name: "tier", Type: rules.Text}, {Name: "points", Type: rules.Number}, {Name: "club", Type: rules.Text, Open: true}, {Name: "seats", Type: rules.Number, Open: true}},
		Layouts: map[string]*rules.Layout{"strip": {
			ID: "strip", Width: 600, Height: 120, Values: []rules.LayoutValue{{Name: "headline", Type: rules.Text}, {Name: "badge", Type: rules.Text, Optional: true}},
		}},
	}
}

// classNote is what check says of a class.
var (
	classNote = regexp.MustCompile(`^(.+) links (?:without x )?(see only the fallback|never see .*): they are not told `)
	classRule = regexp.MustCompile(`rules? ((?:"r\d"(?:, | and )?)+)`)
	classLeft = regexp.MustCompile(`badge of rule "(r\d)"`)
)

// TestWhatCheckSaysAClassNeverSeesItNeverSees loads campaigns, and has recipients
// of every class open them through the server's own trust, gathering and deciding.
func TestWhatCheckSaysAClassNeverSeesItNeverSees(t *testing.T) {
	clients, err := signals.LoadClients(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	sender := classSender()
	gatherer := signals.NewGatherer(signals.Sources{Attributes: sender.Attributes, Clients: clients})
	said, shown, checks := map[string]int{}, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawClassCampaign(t)
		root, problems := strict.Parse("c.yaml", []byte(text))
		if root == nil || len(problems) > 0 {
			t.Fatal(text, problems)
		}
		c, problems := rules.Load("c.yaml", root, sender, nil)
		if strict.Bad(problems) {
			t.Skip("a rule that never holds or is never reached") // which check says instead
		}
		checks++
		o := &classOpens{random: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), gatherer: gatherer, sender: sender}
		var unseen []string
		for _, p := range problems {
			note := classNote.FindStringSubmatch(p.Text)
			if note == nil {
				continue
			}
			for word := range strings.SplitSeq(note[1], " and ") {
				trust, err := rules.ParseTrust(word)
				if err != nil {
					t.Fatal(p.Text, err)
				}
				said[word]++
				o.bare = trust >= rules.Keyed // the note is of those without x
				for range 60 {
					if wrong := o.sees(c, trust, p.Text, said); wrong != "" {
						t.Fatalf("%s\n%s\nbut a link that is %s sees %s", text, p.Text, word, wrong)
					}
				}
			}
			unseen = append(unseen, p.Text)
		}
		o.bare = false
		for range 20 { // what others never see, somebody does
			for _, note := range unseen {
				if o.sees(c, rules.Signed, note, map[string]int{}) != "" {
					shown++
				}
			}
		}
	})
	t.Logf("%d campaigns, said %v, seen by the signed %d times", checks, said, shown)
	if shown < checks/4 {
		t.Errorf("what nobody but the signed sees, they saw %d times in %d campaigns: too seldom to prove anything", shown, checks)
	}
	for word, percent := range map[string]int{"anonymous": 20, "claimed": 20, "keyed": 2, "signed": 2, "fallback": 5, "rules": 10, "left": 1} {
		if said[word] < checks*percent/100 {
			t.Errorf("%s is said %d times in %d campaigns: too seldom to prove anything", word, said[word], checks)
		}
	}
}

// classOpens draws opens.
type classOpens struct {
	random   *rand.Rand
	gatherer *signals.Gatherer
	sender   *rules.Sender
	decider  rules.Decider
	bare     bool // links have no x
}

// sees opens a campaign by a link of that trust and says what of it a note does
// not let be seen; "" if nothing. It counts what the note speaks of.
func (o *classOpens) sees(c *rules.Campaign, trust rules.Trust, note string, said map[string]int) string {
	s := o.open(c, trust)
	d := o.decider.Decide(c, &s)[0]
	if strings.Contains(note, "see only the fallback") {
		said["fallback"]++
		if d.Rule != nil {
			return "rule " + d.Rule.Name
		}
		return ""
	}
	if left := classLeft.FindAllStringSubmatch(note, -1); left != nil {
		said["left"]++
		for _, rule := range left {
			if d.Rule != nil && d.Rule.Name == rule[1] && o.decider.Resolve(c, &s, &d).Values[1].Known() {
				return "the badge of " + rule[1]
			}
		}
	}
	if never := classRule.FindStringSubmatch(classLeft.ReplaceAllString(note, "")); never != nil {
		said["rules"]++
		if d.Rule != nil && slices.Contains(strings.FieldsFunc(never[1], func(r rune) bool { return !strings.ContainsRune("r0123456789", r) }), d.Rule.Name) {
			return "rule " + d.Rule.Name
		}
	}
	return ""
}

func (o *classOpens) pick(of ...string) string { return of[o.random.IntN(len(of))] }

// open draws an open, as far as that trust lets it be known: the server's own
// gathering says so.
func (o *classOpens) open(c *rules.Campaign, trust rules.Trust) rules.Signals {
	value := func(t rules.Type, text string) rules.Value {
		v, err := rules.ParseValue(t, text, c)
		if err != nil || o.random.IntN(4) == 0 {
			return rules.Value{}
		}
		return v
	}
	profile := &rules.Profile{
		Country: o.pick("BE", "FR", ""), City: o.pick("Gent", "Lille", ""), Postcode: o.pick("9000", "1000", ""), Locale: o.pick("nl", "fr", ""),
		Declared: o.sender.Attributes,
		Attributes: []rules.Value{
			value(rules.Text, o.pick("gold", "silver", "iron")), value(rules.Number, o.pick("1", "5", "9")),
			value(rules.Text, o.pick("one", "two")), value(rules.Number, o.pick("1", "3")),
		},
	}
	open := signals.Open{At: time.Date(2026, 11, 20+o.random.IntN(8), 12, 0, 0, 0, time.UTC), Recipient: "r-1", Trust: trust}
	open.Client.Class = rules.Class(o.random.IntN(int(rules.Scanner) + 1))
	sealed := o.random.IntN(2) == 0 && !o.bare
	for _, p := range [][]string{{"called", "An", "Ben"}, {"note", "Hi", "Ho"}, {"kind", "a", "b"}, {"size", "1", "5"}} {
		if o.random.IntN(4) > 0 {
			open.Parameters = append(open.Parameters, signals.Parameter{Name: p[0], Value: o.pick(p[1:]...), Sealed: sealed})
		}
	}
	var s rules.Signals
	o.gatherer.Gather(c, &open, profile, &s, false)
	s.HasHistory = o.random.IntN(4) > 0 // whatever the trust: rules themselves forget it
	if s.HasHistory && o.random.IntN(2) == 0 {
		s.History = append(s.History, rules.Event{At: s.At.Add(-time.Hour).UnixMilli(), Item: "rose"})
	}
	return s
}
