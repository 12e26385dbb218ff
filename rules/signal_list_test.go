package rules_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// ids are what stands for what is in <> where a listed signal is named.
var ids = strings.NewReplacer(
	"<item>", "dune-3", "<place>", "antwerp", "<tag>", "garden", "<campaign>", "spring", "<block>", "ask", "<answer>", "yes",
	"<attribute>", "price", "parameters.<", "parameters.", ">", "",
)

// listedSignals are all that campaigns of the test's sender may name.
func listedSignals(t *testing.T) []rules.ListedSignal {
	t.Helper()
	root, problems := strict.Parse("opentime.yaml", []byte(`{gold: {profile.tier: gold, any: [{weather.rain: true}, {not: {segment: near}}]}, near: {near.shops.distance_km: "< 10"}}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var all []rules.ListedSignal
	for _, group := range rules.ListSignals(sender(t), root, nil) {
		all = append(all, group.Signals...)
	}
	if len(all) < 100 {
		t.Fatalf("only %d signals are listed", len(all))
	}
	return all
}

// naming is a campaign with an item in scope and answers, in which a signal can
// stand wherever one can.
type naming struct{ when, title, link, pictured, appended, fallback, pictureLeft string }

func (n naming) file() string {
	return "campaign: c\nstarts: 2026-01-01\nappend: {x: \"" + cmp.Or(n.appended, "x") + `"}
parameters:
  name: {}
  choice: {type: text, values: [one, another]}
  text: {type: text}
  number: {type: number}
  date: {type: date}
  moment: {type: moment}
  boolean: {type: boolean}
blocks:
  ask:
    question: Well?
    answers: {yes: Sure, not-now: Later}
    show: {layout: answer, item: dune-3, title: "` + cmp.Or(n.title, "x") + `"}
    rules: [{name: r, when: {` + cmp.Or(n.when, "now: \"> 2026-01-01\"") + `}}]
    fallback: {title: "` + cmp.Or(n.fallback, "x") + `"}
  show:
    show: {layout: photo-headline, item: dune-3, photo: "` + cmp.Or(n.pictured, "x.jpg") + `", headline: x, link: "` + cmp.Or(n.link, "https://shop.example") + `"}
    rules: [{name: r}]
    fallback: {photo: "` + cmp.Or(n.pictureLeft, "x.jpg") + `", link: "https://shop.example"}
`
}

// loads reports whether a campaign loads without a problem.
func loads(t *testing.T, file string) bool {
	t.Helper()
	root, problems := strict.Parse("c.yaml", []byte(file))
	if root == nil {
		t.Fatalf("%v in\n%s", problems, file)
	}
	shared, _ := strict.Parse("opentime.yaml", []byte("{gold: {profile.tier: gold}, near: {profile.tier: gold}}"))
	_, more := rules.Load("c.yaml", root, sender(t), shared)
	return !strict.Bad(append(problems, more...))
}

// TestListedSignalsStandWhereTheListSays writes every listed signal wherever one
// can stand: the campaign loads where the list says so, and only there.
func TestListedSignalsStandWhereTheListSays(t *testing.T) {
	if !loads(t, naming{}.file()) {
		t.Fatal("the campaign does not load without a signal")
	}
	for _, s := range listedSignals(t) {
		name := ids.Replace(s.Name)
		f := func(where string, n naming, want bool) {
			t.Helper()
			if got := loads(t, n.file()); got != want {
				t.Errorf("%s in %s: loads %t, and the list says %t", s.Name, where, got, want)
			}
		}
		if s.Source == "segment" || s.Source == "behaviour" {
			f("a condition", naming{when: s.Condition()}, true)
			continue
		}
		f("known", naming{when: "known: " + name}, s.Stands.Conditions)
		f("a condition", naming{when: name + ": " + cmp.Or(s.Example, "x")}, s.Example != "")
		f("a text", naming{title: "x {" + name + "}"}, s.Stands.Texts)
		appended := "x {" + name + "}"
		if name == "r" {
			appended = "{r}" // alone
		}
		f("append", naming{appended: appended}, s.Stands.Append)
		f("a fallback", naming{fallback: "x {" + name + "}"}, s.Stands.Fallback && s.Stands.Texts)
		if strings.HasPrefix(name, "answer.") {
			continue // asked for in the other block
		}
		f("a link", naming{link: "https://shop.example/?x={" + name + "}"}, s.Stands.Links)
		f("a whole link", naming{link: "{" + name + "}"}, s.Stands.WholeLink)
		f("a picture", naming{pictured: "{" + name + "}"}, s.Stands.Pictures)
		f("the picture of a fallback", naming{pictureLeft: "{" + name + "}"}, s.Stands.Pictures && s.Stands.Fallback)
	}
}

// TestWhatNothingSuppliesIsWhatCheckNotes loads a campaign for each listed
// signal: it is noted as not supplied where the list says so.
func TestWhatNothingSuppliesIsWhatCheckNotes(t *testing.T) {
	for _, s := range listedSignals(t) {
		name := ids.Replace(s.Name)
		n := naming{when: "known: " + name}
		switch {
		case s.Source == "segment", s.Source == "answer", s.Source == "results": // noted of the block with answers
			continue
		case s.Source == "behaviour":
			n.when = s.Condition()
		case !s.Stands.Conditions:
			n = naming{appended: "{" + name + "}"}
		}
		root, _ := strict.Parse("c.yaml", []byte(n.file()))
		_, problems := rules.Load("c.yaml", root, sender(t), nil)
		noted := false
		for _, p := range problems {
			if all, ok := strings.CutPrefix(p.Text, "nothing supplies "); ok {
				all, _, _ = strings.Cut(all, " yet;")
				noted = slices.Contains(strings.Split(all, ", "), name)
			}
		}
		if noted != s.Later {
			t.Errorf("%s is noted as not supplied: %t, and the list says %t", s.Name, noted, s.Later)
		}
	}
}

// someText is a value of a type as a test gives it.
var someText = map[rules.Type]string{
	rules.Text: "one", rules.Number: "12", rules.Percent: "12%", rules.Money: "12 EUR", rules.Boolean: "true", rules.TextList: "one",
	rules.Time: "19:00", rules.Weekday: "sat", rules.Month: "12", rules.Date: "2026-12-24", rules.Yearly: "12-24",
	rules.Moment: "2026-12-24 10:00", rules.Duration: "48h", rules.Picture: "x.jpg",
}

// give gives a signal a value, or gives what it is worked out from.
func give(t *testing.T, c *rules.Campaign, s *rules.Signals, listed *rules.ListedSignal, name string) {
	t.Helper()
	value := someText[listed.Type]
	switch {
	case listed.Source == "answered":
		value = "none"
	case len(listed.Values) > 0:
		value = listed.Values[0]
	}
	all := map[string]string{name: value}
	switch {
	case listed.Source == "behaviour":
		s.HasHistory = true
		return
	case listed.Source == "clock" || listed.Source == "own":
		return
	case listed.Source == "answer" || listed.Source == "results":
		all = map[string]string{"results.ask.yes": "12", "results.ask.not-now": "12"}
	case name == "item.stock":
		all = map[string]string{"stock.dune-3": "12"}
	case strings.HasPrefix(name, "item.stock@"):
		all = map[string]string{"item.dune-3.title": "Dune", "stock.dune-3@antwerp": "12", "near.shops.id": "antwerp"}
	case name == "item.id":
		all = map[string]string{"item.dune-3.title": "Dune"}
	case name == "item.price_drop":
		all = map[string]string{"item.dune-3.price": "12 EUR", "item.dune-3.price_then": "12 EUR"}
	case name == "item.dune-3.price":
		all = map[string]string{name: "12 EUR"}
	case listed.Source == "item":
		all = map[string]string{strings.Replace(name, "item.", "item.dune-3.", 1): value}
	}
	for name, value := range all {
		if err := rules.Give(c, s, name, value); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhoCanKnowASignalIsWhatIsDecided gives every listed signal to links of
// every trust, and to clients that fetch ahead, and decides: a rule sees it where
// the list says so, and nowhere else.
func TestWhoCanKnowASignalIsWhatIsDecided(t *testing.T) {
	for _, listed := range listedSignals(t) {
		if !listed.Stands.Conditions || listed.Source == "segment" || listed.Source == "client" || listed.Name == "here.region" {
			continue // what nobody gathers for them is not rules' to hide
		}
		name := ids.Replace(listed.Name)
		holds := func(when string, open rules.Signals, asOpened bool) string {
			t.Helper()
			file := naming{when: when}.file()
			if asOpened {
				file = strings.Replace(file, "question:", "prefetched: as-opened\n    question:", 1)
			}
			c := load(t, file)
			open.At, open.Recipient = time.Date(2026, 11, 28, 19, 0, 0, 0, time.UTC), "r"
			open.Values = make([]rules.Value, len(c.Signals))
			give(t, c, &open, &listed, name)
			return rules.Explain(c, &open, "ask", 1).Rules[0].Holds
		}
		known := "known: " + name
		if listed.Source == "behaviour" {
			known = "any: [{" + name + ": {}}, {not: {" + name + ": {}}}]"
		}
		for trust := rules.Anonymous; trust <= rules.Signed; trust++ {
			got := holds(known, rules.Signals{Trust: trust}, false)
			// Of links that tests make, the signed ones are sealed by x, too.
			if want := trust >= listed.Trust && (!listed.Sealed || trust == rules.Signed); (got == "true") != want {
				t.Errorf("%s of a link that is %s: %s, and it needs %s", listed.Name, trust, got, listed.Trust)
			}
		}
		ahead := rules.Signals{Trust: rules.Signed, Class: rules.Prefetcher, HereFrom: rules.FromProfile}
		if got := holds(known, ahead, false); (got == "true") == listed.Ahead.Hidden {
			t.Errorf("%s fetched ahead: %s, and the list says %s", listed.Name, got, listed.Ahead)
		}
		if got := holds(known, ahead, true); got != "true" {
			t.Errorf("%s fetched ahead as opened: %s", listed.Name, got)
		}
		if listed.Type != rules.Number || listed.Ahead.Hidden || strings.HasPrefix(name, "answer") {
			continue
		}
		many, some := holds(name+": \"> 0\"", ahead, false), holds(name+": 12", ahead, false)
		if worked := name == "item.price_drop"; (many != "true" || (some == "unknown") != listed.Ahead.Some) && !worked {
			t.Errorf("%s fetched ahead, more than 0: %s, 12: %s, and the list says %s", listed.Name, many, some, listed.Ahead)
		}
	}
}

// TestTheListOfACampaignHasItsOwnWords lists what one campaign may name: its own
// parameters, dayparts, segments and answers.
func TestTheListOfACampaignHasItsOwnWords(t *testing.T) {
	c := load(t, `campaign: c
parameters: {deadline: {type: moment}, size: {type: text, values: [s, m]}}
dayparts: {day: 08:00..20:00}
segments: {few: {"stock.dune-3": 1..20, known: parameters.deadline}}
blocks:
  ask: {question: Well?, answers: {yes: Sure, not-now: Later}, show: {layout: answer, title: "{answer.text}"}}
  b:
    show: {layout: strip, link: "https://shop.example"}
    rules: [{name: r, when: {segment: few, daypart: day, parameters.size: s}, show: {headline: x}}]
    fallback: {headline: x}
`)
	got := map[string]string{}
	for _, group := range rules.ListSignals(sender(t), nil, c) {
		for _, s := range group.Signals {
			got[s.Name] = fmt.Sprint(s.Condition(), " ", s.Values, " ", s.About)
		}
	}
	for name, want := range map[string]string{
		"parameters.deadline": "parameters.deadline: now..now+7d [] ",
		"parameters.size":     "parameters.size: [s, m] [s m] ",
		"daypart":             "daypart: day [day] of the recipient's day",
		"few":                 "segment: few [] asks stock.dune-3, parameters.deadline",
		"answered.ask":        "answered.ask: [yes, not-now] [yes not-now none] the answer that was given, or none",
		"parameters.<name>":   "",
		"answered.<block>":    "",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
	if n := len(c.Signals); n != 4 {
		t.Errorf("the campaign itself asks about %d signals after listing, want 4", n)
	}
}
