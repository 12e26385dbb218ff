package rules

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/opentime/strict"
)

// Failure is a position of a block that shows something else than a test
// expects.
type Failure struct {
	Differences []Difference // at least one
	Why         string       // what it shows instead, and why: lines
}

// Difference is one value of an expectation that is not what is shown.
type Difference struct {
	strict.Problem
	Node *strict.Node // the value in the test's file
	// Got is what the file has to say there instead; no file can where it is not
	// Sayable.
	Got     string
	Sayable bool
}

// String is the failure for people.
func (f Failure) String() string {
	var lines []string
	for _, d := range f.Differences {
		lines = append(lines, d.Problem.String())
	}
	return strings.Join(append(lines, f.Why), "\n")
}

// Compare returns where a decision of these signals is not what the test
// expects.
func (t *Test) Compare(c *Campaign, s *Signals) []Failure {
	var failures []Failure
	for i := range t.Expect {
		x := &t.Expect[i]
		explanation := Explain(c, s, x.Block.ID, x.Position)
		cmp := comparison{x: x, e: &explanation, zone: c.Zone}
		if cmp.compare(); len(cmp.found) > 0 {
			failures = append(failures, Failure{cmp.found, x.why(&explanation)})
		}
	}
	return failures
}

// comparison is one position being compared.
type comparison struct {
	x     *Expectation
	e     *Explanation
	zone  *time.Location
	found []Difference
}

// differs adds a difference.
func (c *comparison) differs(at *strict.Node, got string, sayable bool, format string, args ...any) {
	var r strict.Reader
	if r.Errorf(at, format, args...); len(r.Problems) > 0 {
		sayable = sayable && utf8.RuneCountInString(got) <= strict.MaxText
		c.found = append(c.found, Difference{r.Problems[0], at, got, sayable})
	}
}

// compare compares each value.
func (c *comparison) compare() {
	x, e := c.x, c.e
	for _, f := range []struct {
		what    string
		want    *strict.Node
		got     string
		sayable bool
	}{
		{"rule", x.Rule, e.Rule, true},
		{"variant", x.Variant, e.Variant, true},
		{"reason", x.Reason, e.Reason, true},
		{"link", x.Link, e.Link, true},
		{"after", x.After, e.After, true},
		{"item", x.Item, e.Item, true},
		{"layout", x.Layout, e.Layout, e.Layout != ""},
	} {
		if f.want != nil && f.want.Text != f.got {
			c.differs(f.want, f.got, f.sayable, "%s is %q, expected %q", f.what, f.got, f.want.Text)
		}
	}
	c.says()
	c.until()
}

// says compares the drawn texts. A text that is not drawn is answered with the
// likest of those that are drawn and nowhere expected.
func (c *comparison) says() {
	var missed []*strict.Node
	left := slices.Clone(c.e.Says)
	for _, want := range c.x.Says {
		if !slices.Contains(c.e.Says, want.Text) {
			missed = append(missed, want)
			continue
		}
		left = slices.DeleteFunc(left, func(text string) bool { return text == want.Text })
	}
	for _, want := range missed {
		got, drawn := "", len(left) > 0
		if drawn {
			got = slices.MaxFunc(left, func(a, b string) int { return alike(want.Text, a) - alike(want.Text, b) })
			left = slices.Delete(left, slices.Index(left, got), slices.Index(left, got)+1)
		}
		c.differs(want, got, drawn, "says %q, expected %q among it", c.e.Says, want.Text)
	}
}

// alike is how much two texts have in common: Dice's share of their pairs of
// neighbouring bytes, in thousandths (L. R. Dice, Ecology 26(3), 1945).
func alike(a, b string) int {
	pairs := map[string]int{}
	for i := range len(a) - 1 {
		pairs[a[i:i+2]]++
	}
	shared := 0
	for i := range len(b) - 1 {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			shared++
		}
	}
	return 2000 * shared / max(1, len(a)+len(b)-2)
}

// until compares the moment until which a decision holds.
func (c *comparison) until() {
	if c.x.Until == nil {
		return
	}
	got := "none"
	at, err := time.Parse(time.RFC3339, c.e.Until)
	switch {
	case err == nil && at.Equal(c.x.UntilAt), err != nil && c.x.UntilAt.IsZero():
		return
	case err == nil:
		got = momentText(at.In(c.zone), c.x.Until.Text)
	}
	c.differs(c.x.Until, got, true, "until is %s, expected %s", got, c.x.Until.Text)
}

// momentText writes a moment as tests have it, with an offset where like has a
// zone or the clock shows that time twice.
func momentText(at time.Time, like string) string {
	text := at.Format("2006-01-02 15:04:05")
	wall, _, _ := wallClock(text)
	if _, zone := splitZone(like); zone != "" || !LocalInstant(wall, at.Location(), StartsAt).Equal(at) {
		return at.Format(time.RFC3339)
	}
	return strings.TrimSuffix(text, ":00")
}
