package rules_test

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
)

// opens is how many opens a harmless mutant is compared at.
const opens = 400

// sameDecisions decides two campaigns at many opens, and demands that they show
// the same, for as long. Of a file of tests it demands that both expect so of
// the campaign.
func sameDecisions(t *testing.T, name, right, wrong string) {
	t.Helper()
	if strings.HasSuffix(name, ".test") {
		t.Fatalf("%s: tests decide nothing", name)
	}
	if where, shown := different(t, right, wrong); where != "" {
		t.Errorf("not harmless: %s", where)
	} else if shown < 2 {
		t.Errorf("%d opens show one thing only, which proves nothing", opens)
	}
}

// different says at which open two campaigns differ, "" if at none, and how many
// different things were shown.
func different(t *testing.T, right, wrong string) (where string, shown int) {
	t.Helper()
	a, b := load(t, right), load(t, wrong)
	if len(a.Blocks) != len(b.Blocks) {
		return "the blocks", 0
	}
	random := rand.New(rand.NewPCG(1, 2))
	written := regexp.MustCompile(`([\w-]+)[\]},]`).FindAllStringSubmatch(right, -1)
	words := []string{"other"}
	for _, m := range written {
		words = append(words, m[1])
	}
	numbers := regexp.MustCompile(`\d+`).FindAllString(right, -1)
	days := regexp.MustCompile(`20\d\d-\d\d-\d\d`).FindAllString(right, -1)
	all := map[string]bool{}
	for range opens {
		o := anyOpen{random: random, words: words, numbers: numbers, days: days, values: map[string]rules.Value{}}
		s := o.signals()
		for i := range a.Blocks {
			for position := 1; position <= a.Blocks[i].Positions; position++ {
				x := shownAt(a, &o, s, a.Blocks[i].ID, position)
				all[x] = true
				if y := shownAt(b, &o, s, b.Blocks[i].ID, position); x != y {
					return s.At.String() + "\n" + x + "\n" + y, len(all)
				}
			}
		}
	}
	return "", len(all)
}

// shownAt is what a campaign shows at an open, how the rules fared left out.
func shownAt(c *rules.Campaign, o *anyOpen, s rules.Signals, block string, position int) string {
	s.Values = make([]rules.Value, len(c.Signals))
	for i := range c.Signals {
		s.Values[i] = o.value(&c.Signals[i])
	}
	x := rules.Explain(c, &s, block, position)
	x.Rules = nil
	text, _ := json.Marshal(x) // texts only, which always can be
	return string(text)
}

// anyOpen is an open about which much is known: values are made of the words
// and numbers that a campaign is written with.
type anyOpen struct {
	random               *rand.Rand
	words, numbers, days []string
	at                   time.Time
	values               map[string]rules.Value // by the signals' names
}

func (o *anyOpen) word() string { return o.words[o.random.IntN(len(o.words))] }

// number is one of the campaign's, or beside it.
func (o *anyOpen) number() int64 {
	n := int64(o.random.IntN(30))
	if len(o.numbers) > 0 && o.random.IntN(4) > 0 {
		n = 0
		for _, digit := range o.numbers[o.random.IntN(len(o.numbers))] {
			n = n*10 + int64(digit-'0')
		}
	}
	return (n%1_000_000)*rules.Million + int64(o.random.IntN(3)-1)*rules.Million/2
}

// moment is one of the winter of 2026, or about a day of the campaign.
func (o *anyOpen) moment() rules.Value {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(o.random.IntN(150*24*60)) * time.Minute)
	if len(o.days) > 0 && o.random.IntN(2) > 0 {
		day, _ := time.Parse(time.DateOnly, o.days[o.random.IntN(len(o.days))])
		at = day.Add(time.Duration(o.random.IntN(48*60)-12*60) * time.Minute)
	}
	return rules.Value{Type: rules.Moment, N: at.UnixMilli()}
}

func (o *anyOpen) signals() rules.Signals {
	class := rules.Class(o.random.IntN(4))
	o.values["client.class"] = rules.Value{Type: rules.Text, Text: class.String()}
	s := rules.Signals{
		At: time.UnixMilli(o.moment().N).UTC(), Class: class, Recipient: "r", Trust: rules.Signed,
		Locale: []string{"", "nl", "fr", "nl-BE", "en"}[o.random.IntN(5)], HasHistory: true,
	}
	o.at = s.At
	for range o.random.IntN(12) {
		s.History = append(s.History, rules.Event{
			Kind: rules.EventKind(o.random.IntN(8)), At: s.At.UnixMilli() - int64(o.random.IntN(90*24))*3_600_000,
			Item: []string{"dune-3", "a", "b"}[o.random.IntN(3)], Tags: []string{o.word()}, Channel: []string{"web", "till"}[o.random.IntN(2)],
		})
	}
	var items lists
	for _, id := range []string{"dune-3", "SKU 12.34/AB", "a", "b", "c", "d", "e", "f"} {
		items.shelf = append(items.shelf, o.candidate(id))
	}
	s.Items = items
	return s
}

// lists is a shelf whose lists begin with different items.
type lists struct{ shelf }

func (l lists) Rank(list rules.Listing, keep func(*rules.Candidate) bool, n int, dst []rules.Candidate) []rules.Candidate {
	at := len(list.From+list.To+list.Named) % len(l.shelf)
	return slices.Concat(l.shelf[at:], l.shelf[:at]).Rank(list, keep, n, dst)
}

// candidate is an item with all that a picture needs.
func (o *anyOpen) candidate(id string) rules.Candidate {
	count := func(n int64) rules.Value { return rules.Value{Type: rules.Number, N: n} }
	euros := func() rules.Value { return rules.Value{Type: rules.Money, N: int64(o.random.IntN(9000)), Text: "EUR"} }
	return rules.Candidate{
		Item: &rules.Item{
			ID: id, Title: "The " + id, Image: "ref:" + id, Link: "https://shop.example/" + id, Tags: []string{o.word(), o.word()},
			Price: euros(), Rating: count(o.number()), Reviews: count(o.number()), Starts: o.moment(), Ends: o.moment(),
			More: []rules.Value{{Type: rules.Text, Text: "Good"}}, Declared: []rules.Attribute{{Name: "review", Type: rules.Text}},
		},
		Stock: count(int64(o.random.IntN(25)) * rules.Million), PriceThen: euros(),
	}
}

// value is what a signal is at this open: the same in both campaigns.
func (o *anyOpen) value(sig *rules.Signal) rules.Value {
	if sig.Source == rules.ClockSource {
		return rules.Value{}
	}
	v, ok := o.values[sig.Name]
	if ok {
		return v
	}
	defer func() { o.values[sig.Name] = v }()
	v.Type = sig.Type
	switch sig.Type {
	case rules.Text:
		v.Text = o.word()
	case rules.TextList:
		v.List = []string{o.word()}
	case rules.Boolean:
		v.N = int64(o.random.IntN(2))
	case rules.Moment:
		v = o.moment()
	case rules.Time:
		v.N = int64(o.random.IntN(24)) * 3600
	case rules.Yearly:
		day := o.at.AddDate(0, 0, o.random.IntN(13)-6)
		v.N = int64(day.Month())*100 + int64(day.Day())
	default:
		v.N = o.number()
	}
	if o.random.IntN(6) == 0 {
		v = rules.Value{}
	}
	return v
}

// TestHarmIsSeen makes mistakes that are none to the reader's eye, and demands
// that the opens tell them.
func TestHarmIsSeen(t *testing.T) {
	for _, m := range []struct{ name, old, new string }{
		{"points", "200..249", "201..249"},
		{"points", `">= 250"`, `"> 250"`},
		{"black-friday", "2026-11-27 08:00", "2026-11-27 09:00"},
		{"birthday", "today-3d..", "today-2d.."},
		{"dune-last-seats", "within: 30d", "within: 31d"},
		{"theatre", "channel: web", "channel: wep"},
		{"cart", "from: cart}, stars", "from: viewed}, stars"},
		{"coffee", "12..2}", "12..1}"},
		{"ifly", "[NL, BE]", "[NL, DE]"},
	} {
		right := string(appendix(t, m.name))
		wrong, _ := apply(t, right, []edit{{m.old, m.new}})
		if where, _ := different(t, right, wrong); where == "" {
			t.Errorf("%s: %s for %s makes no difference", m.name, m.new, m.old)
		}
	}
}
