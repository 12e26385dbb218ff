package render_test

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// chartLengths draws a chart of red bars that are 400 pixels long at most, and says
// how long each is, between what is written in them and their upper edge.
func chartLengths(t *testing.T, keys, locale string, values []render.Value) []int {
	t.Helper()
	r, _ := renderer(t)
	var declared, bars []string
	shown := 0
	for i, v := range values {
		declared = append(declared, fmt.Sprintf("v%d: {type: number, optional: true}", i))
		bars = append(bars, fmt.Sprintf("{label: a, value: \"{v%d}\"}", i))
		if v.Kind == render.Number && !math.IsNaN(v.Number) {
			shown++
		}
	}
	l := layoutOf(t, "a.yaml", "layout: a\nsize: 400x120\nvalues: {"+strings.Join(declared, ", ")+"}\nlayers:\n  - chart: {labels: inside, font-size: 8, gap: 0, color: \"#ff0000\", bars: ["+
		strings.Join(bars, ", ")+"]"+keys+"}\n")
	i, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG, Density: 1, Locale: locale, Values: values})
	if err != nil {
		t.Fatal(err)
	}
	var lengths []int
	for k := range shown {
		n, first, last := red(t, i, k*120/shown+3)
		if n > 0 && (locale == "ar" && last != 399 || locale != "ar" && first != 0) {
			t.Errorf("%s: bar %d lies from %d to %d", keys, k, first, last)
		}
		lengths = append(lengths, n)
	}
	return lengths
}

// TestChartIsAsLongAsItsValues measures bars: what is missing has none, and no value
// makes one longer than its place.
func TestChartIsAsLongAsItsValues(t *testing.T) {
	t.Parallel()
	numbers := func(all ...float64) []render.Value {
		var values []render.Value
		for _, f := range all {
			values = append(values, number(f))
		}
		return values
	}
	for name, test := range map[string]struct {
		keys   string
		values []render.Value
		want   []int
	}{
		"the largest is full":  {"", numbers(50, 100, 25), []int{200, 400, 100}},
		"one is missing":       {"", []render.Value{number(50), absent(), number(25)}, []int{400, 200}},
		"one is no number":     {"", numbers(math.NaN(), 1, 4), []int{100, 400}},
		"below zero":           {"", numbers(-50, 10, 5), []int{0, 400, 200}},
		"all are zero":         {"", numbers(0, 0), []int{0, 0}},
		"endless":              {"", numbers(math.Inf(1), math.Inf(-1), 0), []int{400, 0, 0}},
		"a maximum":            {", max: 200", numbers(50, 100, 500), []int{100, 200, 400}},
		"a maximum of nothing": {", max: \"{v0}\"", numbers(0, 100), []int{0, 0}},
		"shares":               {", figures: percent", numbers(1, 2, 1), []int{100, 200, 100}},
		"shares of nothing":    {", figures: percent", numbers(0, -3), []int{0, 0}},
		"shares of one":        {", figures: percent", numbers(7), []int{400}},
		"endless shares":       {", figures: percent", numbers(math.MaxFloat64, math.MaxFloat64), []int{200, 200}},
		"shares of a maximum":  {", figures: percent, max: 50", numbers(1, 3), []int{200, 400}},
	} {
		for _, locale := range []string{"nl", "ar"} {
			got := chartLengths(t, test.keys, locale, test.values)
			if len(got) != len(test.want) {
				t.Errorf("%s: %d bars, want %d", name, len(got), len(test.want))
				continue
			}
			for i := range got {
				if d := got[i] - test.want[i]; d < -1 || d > 1 {
					t.Errorf("%s, %s: bar %d is %d long, want %d", name, locale, i, got[i], test.want[i])
				}
			}
		}
	}
}

// TestChartHighlights wants one bar highlighted: that of its label or name, whatever
// its case, and none where nothing was chosen.
func TestChartHighlights(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	for keys, tests := range map[string]map[string]int{
		"":          {"One": 0, " two ": 1, "three": -1, "": -1, "b": -1},
		", name: b": {"One": 0, "two": -1, "B": 1},
	} {
		l := layoutOf(t, "a.yaml", "layout: a\nsize: 300x80\nvalues: {chosen: {type: text, optional: true}}\nlayers:\n  - chart: {color: \"#00ff00\", highlight-color: \"#ff0000\", highlight: \"{chosen}\", bars: [{label: one, value: 1}, {label: two, value: 1"+keys+"}]}\n")
		for chosen, want := range tests {
			i, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG, Density: 1, Values: []render.Value{text(chosen)}})
			if err != nil {
				t.Fatal(err)
			}
			for bar := range 2 {
				if n, _, _ := red(t, i, 20+40*bar); (n > 100) != (bar == want) {
					t.Errorf("%q%s: bar %d has %d red pixels", chosen, keys, bar, n)
				}
			}
		}
	}
}

// TestChartWithoutRoom draws charts of long labels in little room: all of it lies
// within the chart.
func TestChartWithoutRoom(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	for _, keys := range []string{"", "labels: inside, ", "direction: vertical, ", "direction: vertical, background: \"#eeeeee\", ", "figures: percent, "} {
		for _, label := range []string{strings.Repeat("long ", 60), strings.Repeat("W", 300), strings.Repeat("تلال ", 60), "\u2060"} {
			l := layoutOf(t, "a.yaml", "layout: a\nsize: 300x100\nvalues: {v: text, n: number}\nlayers:\n  - chart: {left: 20, top: 20, width: 200, height: 60, "+keys+"bars: [{label: \"{v}\", value: \"{n}\"}, {label: b, value: 2}, {label: \"{v}\", value: 1}]}\n")
			for _, locale := range []string{"nl", "ar"} {
				i, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG, Density: 1, Locale: locale, Values: []render.Value{text(label), {Kind: render.Number, Number: 3, Text: "333,333,333"}}})
				if err != nil {
					t.Fatal(err)
				}
				m := asRGBA(decode(t, i))
				place := image.Rect(14, 18, 226, 82)
				if locale == "ar" {
					place = image.Rect(74, 18, 286, 82)
				}
				for y := range 100 {
					for x := range 300 {
						if c := m.RGBAAt(x, y); !image.Pt(x, y).In(place) && c != (color.RGBA{255, 255, 255, 255}) {
							t.Fatalf("%s%.10q, %s: %v at %d,%d, beside the chart", keys, label, locale, c, x, y)
						}
					}
				}
			}
		}
	}
}

// TestChartProblems reads charts that say too little or too much.
func TestChartProblems(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"{}":                                   "bars is missing",
		"{bars: []}":                           "expected a list of bars",
		"{bars: [{label: a}]}":                 "value is missing",
		"{bars: [{value: 1}]}":                 "label is missing",
		"{bars: [{label: a, value: -1}]}":      "out of bounds",
		"{bars: [{label: a, value: \"{t}\"}]}": "here goes a number",
		"{bars: [{label: a, value: 1}], highlight: \"{n}\"}":                                 "here goes a text",
		"{bars: [{label: a, value: 1}], labels: inside, direction: vertical}":                "labels stand in bars",
		"{bars: [" + strings.Repeat("{label: a, value: 1}, ", 12) + "{label: a, value: 1}]}": "more than 12 bars",
	} {
		root, problems := strict.Parse("a.yaml", []byte("layout: a\nsize: 300x100\nvalues: {t: text, n: number}\nlayers:\n  - chart: "+body+"\n"))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		l, problems := render.LoadLayout("a.yaml", root)
		if l != nil || !strings.Contains(fmt.Sprint(problems), want) {
			t.Errorf("%s: %v, want %q", body, problems, want)
		}
	}
}
