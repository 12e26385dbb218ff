package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/strict"
)

// TestSpansAreSets holds the algebra of spans against sets of numbers.
func TestSpansAreSets(t *testing.T) {
	draw := func(t *rapid.T, name string) (spans, map[int64]bool) {
		var list []span
		has := map[int64]bool{}
		for _, lo := range rapid.SliceOfN(rapid.Int64Range(0, 30), 0, 6).Draw(t, name) {
			hi := lo + rapid.Int64Range(-1, 5).Draw(t, "length")
			list = append(list, span{lo, hi})
			for n := lo; n <= hi; n++ {
				has[n] = true
			}
		}
		return joined(list), has
	}
	rapid.Check(t, func(t *rapid.T) {
		x, inX := draw(t, "x")
		y, inY := draw(t, "y")
		meet, minus, within, meets := x.meet(y), x.minus(y), true, false
		for n := int64(0); n <= 40; n++ {
			within = within && (!inX[n] || inY[n])
			meets = meets || inX[n] && inY[n]
			if x.has(n) != inX[n] || meet.has(n) != (inX[n] && inY[n]) || minus.has(n) != (inX[n] && !inY[n]) {
				t.Fatalf("%d: %v and %v: meet %v, minus %v", n, x, y, meet, minus)
			}
		}
		if x.within(y) != within || x.meets(y) != meets {
			t.Fatalf("%v and %v: within %v, meets %v", x, y, x.within(y), x.meets(y))
		}
		for _, s := range []spans{x, meet, minus} {
			for i := 1; i < len(s); i++ {
				if s[i].lo <= s[i-1].hi+1 {
					t.Fatalf("%v and %v: %v is not in its normal form", x, y, s)
				}
			}
		}
	})
	ends := joined([]span{{unknownAt, unknownAt}, {someAt, 5}, {7, most}})
	if want := (spans{{unknownAt, 5}, {7, most}}); !slices.Equal(ends, want) || !slices.Equal(ends.minus(spans{{firstAt, most}}), spans{{unknownAt, someAt}}) {
		t.Errorf("at the ends: %v", ends)
	}
}

// loaded loads a campaign that the sender of these tests can send.
func loaded(t testing.TB, text string) *loader {
	t.Helper()
	root, problems := strict.Parse("c.yaml", []byte(text))
	if root == nil || len(problems) > 0 {
		t.Fatal(problems)
	}
	l := &loader{
		sender: &Sender{
			Zone: time.UTC, Locales: []string{"en"}, Hosts: []string{"shop.example"}, Places: []string{"shops"},
			Layouts: map[string]*Layout{"strip": {ID: "strip", Width: 600, Height: 120, Values: []LayoutValue{{Name: "headline", Type: Text}}}},
		},
		c: &Campaign{File: "c.yaml", slots: map[string]int{}, segments: map[string]*Condition{}},
	}
	for i := range 100 {
		l.sender.Attributes = append(l.sender.Attributes, Attribute{Name: fmt.Sprintf("a%02d", i), Type: Number})
	}
	l.c.sender = l.sender
	l.campaign(root, nil)
	return l
}

const stepsHead = "campaign: c\nshow: {layout: strip, headline: x, link: \"https://shop.example\"}\n"

// conditionsOf writes n conditions on number attributes, as one map.
func conditionsOf(random *rand.Rand, n int) string {
	var all []string
	for _, i := range random.Perm(100)[:n] {
		lo := random.IntN(90)
		all = append(all, fmt.Sprintf("profile.a%02d: %d..%d", i, lo, lo+random.IntN(20)))
	}
	return strings.Join(all, ", ")
}

// rulesOf writes a block of n rules of so many conditions.
func rulesOf(random *rand.Rand, id string, n, conditions int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s:\n    rules:\n", id)
	for i := range n {
		fmt.Fprintf(&b, "      - {name: r%d, when: {%s}, show: {headline: x%d}}\n", i, conditionsOf(random, conditions), i)
	}
	b.WriteString("    fallback: {headline: y}\n")
	return b.String()
}

// worstFiles are files of about 256 KiB that take long to analyse, by what they
// have much of.
func worstFiles() map[string]string {
	random := rand.New(rand.NewPCG(1, 2))
	any4 := func(i int) string {
		return fmt.Sprintf("{any: [{profile.a%02d: 1}, {profile.a%02d: 2}, {profile.a%02d: 3}, {profile.a%02d: 4}]}", i, i+1, i+2, i+3)
	}
	numbers := make([]string, 12_000)
	for i := range numbers {
		numbers[i] = fmt.Sprint(i * 2)
	}
	const head = "segments: {s: {all: ["
	wide := head + any4(0) + ", " + any4(4) + ", " + any4(8) + ", " + any4(12) + ", {" + conditionsOf(random, 80) + "}]}}\n"
	deep := head + "{" + conditionsOf(random, 95) + "}]}}\n"
	long := head + "{profile.a00: [" + strings.Join(numbers, ", ") + "]}]}}\n"
	files := map[string]string{
		"rules":      rulesFile("", "profile.a00: #"),
		"wide":       rulesFile(wide, "segment: s"),
		"wider":      rulesFile(wide, "segment: s, profile.a99: #"),
		"deep":       rulesFile(deep, "segment: s, profile.a00: #"),
		"long":       rulesFile(long, "segment: s, profile.a99: #"),
		"longer":     rulesFile(long, "segment: s, not: {profile.a00: #}"),
		"alternates": rulesFile("", "any: [{profile.a00: #}, {profile.a01: #}], not: {profile.a02: #}"),
	}
	var b strings.Builder
	b.WriteString(stepsHead + "blocks:\n")
	for i := range 10 {
		b.WriteString(rulesOf(random, fmt.Sprintf("b%d", i), 200, 3))
	}
	files["conditions"] = b.String()
	return files
}

// rulesFile writes blocks of rules with the same conditions, # being the number
// of the rule.
func rulesFile(head, when string) string {
	var b strings.Builder
	b.WriteString(stepsHead + head + "blocks:\n")
	for block := 0; block < 50 && b.Len() < 250_000; block++ {
		fmt.Fprintf(&b, "  b%d:\n    rules:\n", block)
		for i := 0; i < 200 && b.Len() < 250_000; i++ {
			fmt.Fprintf(&b, "      - {name: r%d, when: {%s}}\n", i, strings.ReplaceAll(when, "#", fmt.Sprint(i)))
		}
		b.WriteString("    fallback: {headline: y}\n")
	}
	return b.String()
}

// TestTheWorstFilesAreAnalysedWithinBounds: whatever a file holds, its analysis
// ends soon, and says where it did not look at all of it.
func TestTheWorstFilesAreAnalysedWithinBounds(t *testing.T) {
	for name, text := range worstFiles() {
		t.Run(name, func(t *testing.T) {
			l := loaded(t, text)
			a := newAnalysis(l)
			l.Problems = nil
			a.campaign()
			many := slices.ContainsFunc(l.Problems, func(p strict.Problem) bool { return strings.Contains(p.Text, "too many combinations") })
			t.Logf("%d bytes, %d steps, %d problems", len(text), a.steps, len(l.Problems))
			if a.steps > maxSteps+maxSteps/20 || many != (a.steps > maxSteps) {
				t.Errorf("%d steps; too many reported: %v", a.steps, many)
			}
		})
	}
}

// BenchmarkAnalyse analyses a block of 200 rules of 5 conditions.
func BenchmarkAnalyse(b *testing.B) {
	l := loaded(b, stepsHead+"blocks:\n"+rulesOf(rand.New(rand.NewPCG(1, 2)), "b", 200, 5))
	b.ReportAllocs()
	for b.Loop() {
		newAnalysis(l).campaign()
	}
}

func BenchmarkAnalyseWorst(b *testing.B) {
	for name, text := range worstFiles() {
		b.Run(name, func(b *testing.B) {
			l := loaded(b, text)
			b.ReportAllocs()
			for b.Loop() {
				l.Problems = nil
				newAnalysis(l).campaign()
			}
		})
	}
}
