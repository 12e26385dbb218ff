package rules_test

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// TestCampaignsDecideAsTheirTestsSay runs testdata/decide: archives of a
// campaign and its tests.
func TestCampaignsDecideAsTheirTestsSay(t *testing.T) {
	names, err := filepath.Glob("testdata/decide/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			runTests(t, load(t, string(archive.Files[0].Data)), archive.Files[1])
		})
	}
}

// TestAppendixDecidesAsItsTestsSay runs the tests that stand beside campaigns
// of the appendix.
func TestAppendixDecidesAsItsTestsSay(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/appendix.txtar")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, f := range archive.Files {
		if name, ok := strings.CutSuffix(f.Name, ".test.yaml"); ok {
			ran++
			t.Run(name, func(t *testing.T) { runTests(t, load(t, string(appendix(t, name))), f) })
		}
	}
	if ran != 20 {
		t.Errorf("%d campaigns have tests, not all twenty", ran)
	}
}

// runTests runs a campaign's tests.
func runTests(t *testing.T, c *rules.Campaign, f txtar.File) {
	t.Helper()
	root, problems := strict.Parse(f.Name, f.Data)
	tests, more := rules.LoadTests(root, c, sender(t))
	if problems = append(problems, more...); len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, test := range tests {
		s := opened(c, test)
		test.Given(c, &s)
		for _, p := range test.Compare(c, &s) {
			t.Errorf("%s: %s", test.Name, p)
		}
	}
}

// opened is the open of a test before anything is given.
func opened(c *rules.Campaign, test *rules.Test) rules.Signals {
	s := rules.Signals{
		At: test.At, Recipient: test.Open.R, Trust: test.Open.Trust, Locale: test.Open.Locale,
		Values: make([]rules.Value, len(c.Signals)),
	}
	if test.Open.Client == "apple-mpp" {
		s.Class = rules.Prefetcher
	}
	if slot, ok := c.Slot("client.class"); ok {
		s.Values[slot] = rules.Value{Type: rules.Text, Text: [...]string{"person", "proxy", "prefetcher", "scanner"}[s.Class]}
	}
	return s
}

// appendix returns the text of a campaign of LANGUAGE's appendix.
func appendix(t testing.TB, name string) []byte {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/appendix.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == name+".yaml" {
			return f.Data
		}
	}
	t.Fatalf("no campaign %s in the appendix", name)
	return nil
}

// appendixNames are the campaigns of LANGUAGE's appendix.
func appendixNames(t testing.TB) []string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/appendix.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range archive.Files {
		if name, ok := strings.CutSuffix(f.Name, ".yaml"); ok && !strings.HasSuffix(name, ".test") {
			names = append(names, name)
		}
	}
	return names
}

func TestDecideIsTotalPureAndHoldsUntilUntil(t *testing.T) {
	server := clockSender(t)
	campaigns := map[string]*rules.Campaign{}
	names := appendixNames(t)
	for _, name := range names {
		campaigns[name] = loadFor(t, server, string(appendix(t, name)))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := campaigns[rapid.SampledFrom(names).Draw(t, "campaign")]
		s := anySignals(t, c)
		s.Items, s.History, s.HasHistory = playing(server), done(), rapid.Bool().Draw(t, "remembers")
		s.Trust, s.Recipient = rules.Trust(rapid.IntRange(0, 3).Draw(t, "trust")), "r"
		var d, again rules.Decider
		decisions := append([]rules.Decision(nil), d.Decide(c, &s)...)
		if len(decisions) != c.Positions {
			t.Fatalf("%d decisions, want %d", len(decisions), c.Positions)
		}
		for i, other := range again.Decide(c, &s) {
			if decisions[i].Variant == nil || shownBy(&decisions[i]) != shownBy(&other) {
				t.Fatalf("decisions differ: %+v, %+v", decisions[i], other)
			}
			again.Resolve(c, &s, &decisions[i])
			again.Destination(c, &s, &decisions[i], rules.Marks{})
		}
		to := again.Destinations(nil, c, &s, decisions, rules.Marks{Click: "click"})
		again.ResolveAll(c, &s, decisions, func(i int, r rules.Resolved) {
			if one := d.Resolve(c, &s, &decisions[i]); !reflect.DeepEqual(one, r) {
				t.Fatalf("resolved with others: %+v, alone: %+v", r, one)
			}
			if one := d.Destination(c, &s, &decisions[i], rules.Marks{Click: "click"}); one != to[i] {
				t.Fatalf("led with others: %+v, alone: %+v", to[i], one)
			}
		})
		w := &world{c: c, signals: s, age: slotOf(c, "cart.age"), open: slotOf(c, "near.shops.open"), closes: slotOf(c, "near.shops.closes")}
		w.walk(t, s.At.UnixMilli(), s.At.Add(26*time.Hour).UnixMilli(), 7*60_000, 5)
	})
}

// anySignals draws signals for a campaign: each known or not.
func anySignals(t *rapid.T, c *rules.Campaign) rules.Signals {
	zone, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/Amsterdam", "America/New_York", "Pacific/Apia"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	begin := rapid.SampledFrom([]string{"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-11-26T20:00:00Z", "2027-12-31T20:00:00Z"}).Draw(t, "day")
	at, err := time.Parse(time.RFC3339, begin)
	if err != nil {
		t.Fatal(err)
	}
	s := rules.Signals{
		At: at.Add(time.Duration(rapid.Int64Range(0, 36*3600).Draw(t, "seconds")) * time.Second), Zone: zone,
		Class:  rules.Class(rapid.IntRange(0, 3).Draw(t, "class")),
		Values: make([]rules.Value, len(c.Signals)),
	}
	for i := range c.Signals {
		sig := &c.Signals[i]
		if sig.Source == rules.ClockSource || sig.Key == "open" || sig.Key == "closes" || rapid.Bool().Draw(t, "unknown") {
			continue
		}
		s.Values[i] = anyValue(t, sig.Type, s.At)
	}
	return s
}

func anyValue(t *rapid.T, typ rules.Type, at time.Time) rules.Value {
	v := rules.Value{Type: typ}
	switch typ {
	case rules.Text:
		v.Text = rapid.SampledFrom([]string{"gold", "on-the-way", "delivered", "Gent", "x"}).Draw(t, "text")
	case rules.TextList:
		v.List = []string{"x"}
	case rules.Boolean:
		v.N = rapid.Int64Range(0, 1).Draw(t, "boolean")
	case rules.Moment:
		v.N = at.UnixMilli() + rapid.Int64Range(-86_400_000, 3*86_400_000).Draw(t, "moment")
	case rules.Yearly:
		v.N = rapid.SampledFrom([]int64{101, 228, 229, 329, 1025, 1127, 1231}).Draw(t, "day")
	default:
		v.N = rapid.Int64Range(-10, 300).Draw(t, "number") * rules.Million
	}
	return v
}

func TestHoldoutTakesItsShare(t *testing.T) {
	c := load(t, "campaign: c\nholdout: 10%\nblocks: {b: {show: {layout: strip, headline: x}, rules: [{name: r}], fallback: {headline: y}}}\n")
	var d rules.Decider
	held := 0
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		id := make([]byte, 16)
		for i := range id {
			id[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[random.IntN(36)]
		}
		s := rules.Signals{At: time.Unix(0, 0), Recipient: string(id), Trust: rules.Signed, Values: make([]rules.Value, len(c.Signals))}
		if d.Decide(c, &s)[0].Reason == rules.Holdout {
			held++
		}
	}
	if held < 1_850 || held > 2_150 {
		t.Errorf("%d of 20,000 are held out of 10%%", held)
	}
	anonymous := rules.Signals{At: time.Unix(0, 0), Values: make([]rules.Value, len(c.Signals))}
	if d.Decide(c, &anonymous)[0].Reason == rules.Holdout {
		t.Error("the anonymous are held out")
	}
}

func BenchmarkDecideFiveRules(b *testing.B) {
	c := load(b, string(appendix(b, "black-friday")))
	s := rules.Signals{At: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), Values: make([]rules.Value, len(c.Signals))}
	var d rules.Decider
	b.ReportAllocs()
	for b.Loop() {
		d.Decide(c, &s)
	}
}

// BenchmarkResolve turns a decision with an item, a price and a count into texts
// and a link.
func BenchmarkResolve(b *testing.B) {
	c := load(b, `campaign: resolve
locales: [nl]
append: {utm_campaign: resolve, utm_content: "{block}-{rule}"}
blocks:
  hero:
    show: {layout: strip, item: dune-3, headline: "{item.title} voor {item.price}, {profile.points} punten"}
    fallback: {item: "", headline: "Nu", link: "https://shop.example"}
`)
	s := rules.Signals{At: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Values: make([]rules.Value, len(c.Signals))}
	for i := range c.Signals {
		s.Values[i] = rules.Value{Type: rules.Number, N: 1234 * rules.Million}
	}
	var d rules.Decider
	decision := d.Decide(c, &s)[0]
	decision.Variant = c.Blocks[0].Rules[0].Variant
	decision.Item = &rules.Candidate{Item: &rules.Item{
		ID: "dune-3", Title: "Dune", Link: "https://shop.example/dune-3", Price: rules.Value{Type: rules.Money, N: 123450, Text: "EUR"},
	}}
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d.Resolve(c, &s, &decision)
			d.Destination(c, &s, &decision, rules.Marks{Click: "click"})
		}
	})
	b.Run("of-six", func(b *testing.B) { // to be divided by six
		b.ReportAllocs()
		six := slices.Repeat([]rules.Decision{decision}, 6)
		for b.Loop() {
			d.ResolveAll(c, &s, six, func(int, rules.Resolved) {})
			d.Destinations(nil, c, &s, six, rules.Marks{Click: "click"})
		}
	})
}
