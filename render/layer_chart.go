package render

import (
	"image/color"
	"maps"
	"math"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"example.com/opentime/strict"
)

// chartLayer is bars that are compared with each other: numbers, or the shares of
// all answers. One of them may be highlighted.
type chartLayer struct {
	common
	bars          []*chartBar
	vertical      bool
	inside        bool     // labels stand in the bars, which lie on their sides
	percent       bool     // bars are their shares of all together
	figures       bool     // are written beside the bars
	most          quantity // what fills a bar's place; without it the largest bar does
	gap           float64
	thick         float64 // of a bar; unset: all its room
	labelWidth    float64 // beside the bars; unset: what the longest label needs
	colour, mark  paint
	chosen        int   // the value that names the highlighted bar; -1: none
	chosenWords   words // behind its label
	look          decor // of a bar's whole place
	label, figure style
}

// chartBar is one bar. It is left out where a value of its own is missing.
type chartBar struct {
	common
	label, name words // it is known by its label where it has no name
	value       quantity
	colour      paint // transparent: the chart's
}

// quantity is a number that is written, or a value.
type quantity struct {
	number float64 // NaN: none
	value  int     // -1: the number
}

// of is the quantity in a picture.
func (q quantity) of(p *Picture) float64 {
	if q.value >= 0 {
		return p.value(q.value).Number
	}
	return q.number
}

// text is what is written of the quantity.
func (q quantity) text(p *Picture) string {
	if q.value >= 0 {
		return p.text(q.value)
	}
	return plainNumber(q.number, p.Locale)
}

// chartEntry is a bar of a picture.
type chartEntry struct {
	label, figure string
	part          float64 // 0..1, of its place
	colour        color.NRGBA
	chosen        bool
}

// maxAmount bounds what a bar counts, so that all can be added.
const maxAmount = 1e15

// entries are the bars that a picture has. What is below 0 has no length; of 0 in
// all each share is 0.
func (l *chartLayer) entries(d *drawing) []chartEntry {
	var bars []*chartBar
	var amounts []float64
	for _, bar := range l.bars {
		if d.shown(&bar.common) {
			bars = append(bars, bar)
			amounts = append(amounts, sane(bar.value.of(d.p), 0, maxAmount))
		}
	}
	if len(bars) == 0 {
		return nil
	}
	most := slices.Max(amounts)
	var shares []int
	if l.percent {
		amounts, shares = percentages(amounts)
		most = 100
	}
	if given(l.most.number) || l.most.value >= 0 {
		most = l.most.of(d.p)
	}
	list := make([]chartEntry, len(bars))
	for i, bar := range bars {
		e := chartEntry{label: bar.label.of(d.p), colour: bar.colour.of(d.p)}
		if most > 0 {
			e.part = min(amounts[i]/most, 1)
		}
		switch {
		case l.figures && l.percent:
			e.figure = percentText(shares[i], d.p.Locale)
		case l.figures:
			e.figure = bar.value.text(d.p)
		}
		if e.colour.A == 0 {
			e.colour = l.colour.of(d.p)
		}
		if e.chosen = l.chosen >= 0 && bar.isNamed(d.p, d.p.text(l.chosen)); e.chosen {
			e.colour = l.mark.of(d.p)
			e.label = strings.TrimSpace(e.label + " " + l.chosenWords.of(d.p))
		}
		list[i] = e
	}
	return list
}

// isNamed reports whether a picture's text names the bar, whatever its case.
func (b *chartBar) isNamed(p *Picture, text string) bool {
	name := b.name
	if len(name.texts) == 0 {
		name = b.label
	}
	text = strings.TrimSpace(text)
	return text != "" && strings.EqualFold(strings.TrimSpace(name.of(p)), text)
}

// percentages are amounts in percent of all, and the same in whole ones that add up
// to 100: rounded down, and those that lost most by it up.
func percentages(amounts []float64) (exact []float64, whole []int) {
	sum := 0.0
	for _, amount := range amounts {
		sum += amount
	}
	exact, whole = make([]float64, len(amounts)), make([]int, len(amounts))
	if sum <= 0 {
		return exact, whole
	}
	order, left := make([]int, len(amounts)), 100
	for i, amount := range amounts {
		exact[i] = 100 * amount / sum
		whole[i] = int(exact[i])
		order[i], left = i, left-whole[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		lostA, lostB := exact[a]-float64(whole[a]), exact[b]-float64(whole[b])
		switch {
		case lostA > lostB:
			return -1
		case lostA < lostB:
			return 1
		}
		return 0
	})
	for _, i := range order[:max(0, min(left, len(order)))] {
		whole[i]++
	}
	return exact, whole
}

// percentText writes a percentage as the locale does.
func percentText(percent int, locale string) string {
	tag, err := language.Parse(locale)
	if err != nil {
		tag = language.English
	}
	return message.NewPrinter(tag).Sprint(number.Percent(float64(percent)/100, number.MaxFractionDigits(0)))
}

// chart reads a chart layer.
func (r *layoutReader) chart(n *strict.Node) layer {
	l := &chartLayer{figures: true, most: quantity{unset, -1}, gap: 8, thick: unset, labelWidth: unset, chosen: -1}
	keys := r.keys(&l.common)
	maps.Copy(keys, r.decor(&l.common, &l.look))
	l.localised = true // figures are written as the locale does
	style := r.style(&l.common, &l.label, 13)
	for _, key := range chartType {
		keys[key] = style[key]
	}
	l.label.MaxLines, l.label.VAlign, l.label.Shrink = 2, VAlignMiddle, 9
	keys["label-color"] = style["color"]
	keys["bars"] = func(n *strict.Node) { r.chartBars(l, n) }
	keys["direction"] = func(n *strict.Node) { l.vertical = r.oneOf(n, directions[:]...) == "vertical" }
	keys["labels"] = func(n *strict.Node) { l.inside = r.oneOf(n, chartLabels[:]...) == "inside" }
	keys["figures"] = func(n *strict.Node) {
		word := r.oneOf(n, chartFigures[:]...)
		l.percent, l.figures = word == "percent", word != "none"
	}
	keys["max"] = func(n *strict.Node) { l.most = r.quantity(&l.common, n, barMost) }
	keys["gap"] = func(n *strict.Node) { l.gap = r.number(n, groupGap) }
	keys["thickness"] = func(n *strict.Node) { l.thick = r.number(n, barThickness) }
	keys["label-width"] = func(n *strict.Node) { l.labelWidth = r.number(n, anyLength) }
	keys["color"], keys["highlight-color"] = r.paint(&l.common, &l.colour), r.paint(&l.common, &l.mark)
	keys["highlight"] = func(n *strict.Node) { l.chosen = r.choice(&l.common, n) }
	keys["highlight-text"] = func(n *strict.Node) { l.chosenWords = r.words(&l.common, n) }
	l.colour.colour = color.NRGBA{0x94, 0xa3, 0xb8, 0xff}
	l.mark.colour = color.NRGBA{0x0f, 0x17, 0x2a, 0xff}
	r.Map(n, chartFields.Read(keys))
	r.require(n, n.Find("bars") != nil, "bars", `what is compared, as in - {label: Monday, value: "{monday}"}`)
	if l.inside && l.vertical {
		r.Errorf(n.Find("labels"), "labels stand in bars that lie on their sides only; leave direction: vertical out, or labels: inside")
	}
	l.figure = l.label
	l.figure.Weight, l.figure.MaxLines = max(700, l.label.Weight), 1
	return l
}

// choice reads the value that names a bar. A chart is drawn without it too.
func (r *layoutReader) choice(c *common, n *strict.Node) int {
	var own common
	i := r.value(&own, n, "text")
	if i >= 0 {
		r.layout.uses[i].text = true
		c.wants = append(c.wants, i)
	}
	return i
}

// chartBars reads a chart's bars.
func (r *layoutReader) chartBars(l *chartLayer, n *strict.Node) {
	if n.Kind != strict.List || len(n.Items) == 0 {
		r.Errorf(n, `expected a list of bars; write - {label: Monday, value: "{monday}"}`)
		return
	}
	for i, item := range n.Items {
		if i == maxBars {
			r.Errorf(item, "more than %d bars; remove some", maxBars)
			return
		}
		bar := &chartBar{value: quantity{0, -1}}
		r.Map(item, chartBarFields.Read(strict.Keys{
			"label": func(n *strict.Node) { bar.label = r.words(&bar.common, n) },
			"name":  func(n *strict.Node) { bar.name = r.words(&bar.common, n) },
			"value": func(n *strict.Node) { bar.value = r.quantity(&bar.common, n, chartAmount) },
			"color": r.paint(&bar.common, &bar.colour),
		}))
		r.require(item, item.Kind != strict.Map || item.Find("label") != nil, "label", "what the bar is")
		r.require(item, item.Kind != strict.Map || item.Find("value") != nil, "value", `how long it is, as in "{monday}"`)
		r.countText(item)
		l.bars, l.members = append(l.bars, bar), append(l.members, &bar.common)
	}
}

// quantity reads a number within bounds, or a value of type number in braces.
func (r *layoutReader) quantity(c *common, n *strict.Node, b bounds) quantity {
	if _, ok := bare(n.Text); ok {
		return quantity{math.NaN(), r.value(c, n, "number")}
	}
	return quantity{r.number(n, b), -1}
}
