package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// repeat writes the numbered pieces one after another, parted by ", ".
func repeat(n int, piece string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(piece, "#", fmt.Sprint(i))
	}
	return strings.Join(all, ", ")
}

// TestLimits goes to each limit of a campaign, and one beyond.
func TestLimits(t *testing.T) {
	const block = "{show: {layout: strip, headline: x}}"
	ruled := func(rules string) string {
		return "blocks: {b: {show: {layout: strip, headline: x}, rules: [" + rules + "]}}"
	}
	deep := func(levels int) string {
		return strings.Repeat("any: [{weather.snow: true}, {", levels) + "weather.rain: true" + strings.Repeat("}]", levels)
	}
	for _, c := range []struct {
		most  int
		text  func(n int) string
		wrong string
	}{
		{50, func(n int) string { return "blocks: {" + repeat(n, "b#: "+block) + "}" }, "51 blocks; write 1 to 50"},
		{200, func(n int) string { return ruled(repeat(n, "{name: r#, when: {profile.points: #}}")) }, "201 rules; write 1 to 200"},
		{100, func(n int) string { return ruled("{name: r, when: {any: [" + repeat(n, "{profile.points: #}") + "]}}") }, "101 conditions"},
		{8, func(n int) string { return ruled("{name: r, when: {" + deep(n) + "}}") }, "9 levels deep"},
		{12, func(n int) string {
			return "dayparts: {" + repeat(n, "d#: 06:00..12:00") + "}\nblocks: {b: " + block + "}"
		}, "13 dayparts; write 1 to 12"},
		{200, func(n int) string {
			return "segments: {" + repeat(n, "s#: {month: 1}") + "}\nblocks: {b: " + block + "}"
		}, "201 segments; write at most 200"},
		{40, func(n int) string { return "locales: [" + repeat(n, "nl-x-a#") + "]\nblocks: {b: " + block + "}" }, "41 locales; write 1 to 40"},
		{24, func(n int) string {
			return fmt.Sprintf("blocks: {b: {positions: %d, show: {layout: strip, headline: x}}}", n)
		}, "25 is out of range"},
		{128, func(n int) string {
			return fmt.Sprintf("blocks: {%s, last: {positions: %d, show: {layout: strip, headline: x}}}",
				repeat(6, "b#: {positions: 18, show: {layout: strip, headline: x}}"), n-6*18)
		}, "129 positions together; write at most 128"},
		{1000, func(n int) string {
			return "blocks: {b: {show: {layout: strip, headline: " + strings.Repeat("é", n) + "}}}"
		}, "longer than 1000 characters"},
		{48, func(n int) string { return "blocks: {" + strings.Repeat("b", n) + ": " + block + "}" }, "is no id"},
		{100, func(n int) string {
			return ruled("{name: r, when: {\"stock[" + strings.Repeat("é", n) + "]\": 0}}")
		}, "unknown signal"},
	} {
		if wrong := loadWrong(t, c.text(c.most)); wrong != "" {
			t.Errorf("%d: %s", c.most, wrong)
		}
		if wrong := loadWrong(t, c.text(c.most+1)); !strings.Contains(wrong, c.wrong) {
			t.Errorf("%d: got %q, want %q", c.most+1, wrong, c.wrong)
		}
	}
}

// loadWrong loads a campaign and returns what is wrong with it.
func loadWrong(t *testing.T, text string) string {
	t.Helper()
	root, problems := strict.Parse("c.yaml", []byte("campaign: c\n"+text+"\n"))
	if root != nil {
		_, more := rules.Load("c.yaml", root, sender(t), nil)
		problems = append(problems, more...)
	}
	var wrong []string
	for _, p := range problems {
		if p.Level == strict.Wrong {
			wrong = append(wrong, p.String())
		}
	}
	return strings.Join(wrong, "\n")
}

// TestSegmentsDoNotMultiply: conditions that segments repeat are counted each
// time, however often.
func TestSegmentsDoNotMultiply(t *testing.T) {
	var b strings.Builder
	b.WriteString("segments:\n  s0: {any: [" + repeat(90, "{profile.points: #}") + "]}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, "  s%d: {segment: [%s]}\n", i, repeat(60, fmt.Sprintf("s%d", i-1)))
	}
	b.WriteString("blocks: {b: {show: {layout: strip, headline: x}, rules: [{name: r, when: {segment: s39}}]}}")
	if wrong := loadWrong(t, b.String()); !strings.Contains(wrong, "conditions, those of segments included; write at most 100") {
		t.Error(wrong)
	}
}
