package recommend

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// plain is Recommend as it would be written without a thought for speed: a map
// of sums, all of which are sorted.
func plain(m *Model, q *Query) []Pick {
	sums, most, because := map[int32]float32{}, map[int32]float32{}, map[int32]Because{}
	speak := func(l *lists, source int32, w float32, b Because) {
		target, weight, scale := l.of(source)
		for n, j := range target {
			part := w * scale * float32(weight[n])
			sums[j] += part
			if b.Kind != 0 && part > most[j] {
				most[j], because[j] = part, b
			}
		}
	}
	if w := float32(m.Settings.Trend); w > 0 && len(q.History) > 0 {
		for i, trend := range m.trend {
			if trend > 0 {
				most[int32(i)], because[int32(i)] = w*trend, Because{Kind: ByTrend}
			}
		}
	}
	weight := 1.0
	weights := make([]float32, len(q.History))
	for n, seen := range slices.Backward(q.History) {
		if n+1 < len(q.History) && q.History[n+1].At != seen.At {
			weight *= m.Settings.Decay
		}
		weights[n] = float32(max(weight, m.Settings.Floor))
		switch {
		case seen.Weight == disliked:
			weights[n] *= float32(m.Settings.Low)
		case seen.Weight > 0:
			weights[n] *= seen.Weight
		}
	}
	for n, seen := range q.History {
		speak(m.lists, seen.Item, weights[n], Because{ByItem, seen.Item})
		speak(m.fresh, seen.Item, weights[n]*float32(m.Settings.Fresh), Because{ByItem, seen.Item})
	}
	if c := m.tasteWeight(len(q.History), len(q.Declared)); c > 0 {
		for _, f := range q.Declared {
			speak(m.taste.lists, f, c, Because{ByFeature, f})
		}
		speak(m.taste.lists, int32(len(m.taste.features)), c, Because{})
	}
	if w := float32(m.Settings.Trend); w > 0 && len(q.History) > 0 {
		for _, i := range m.top {
			sums[i] += w * m.trend[i]
		}
	}
	barred := func(i int32) bool {
		return slices.Contains(q.Barred, i) || !q.Again && slices.ContainsFunc(q.History, func(s Seen) bool { return s.Item == i })
	}
	var best []candidate
	for i, score := range sums {
		if score > 0 && q.Allowed.Has(i) && !barred(i) && (q.Keep == nil || q.Keep(i)) {
			best = append(best, candidate{i, score})
		}
	}
	slices.SortFunc(best, order)
	var picks []Pick
	for _, c := range best {
		reason := because[c.item]
		if reason.Kind == 0 {
			reason.Kind = ByAll
		}
		picks = append(picks, Pick{c.item, c.score, reason})
	}
	fill := func(items []int32, reason Reason) {
		for _, i := range items {
			there := slices.ContainsFunc(picks, func(p Pick) bool { return p.Item == i })
			if !there && q.Allowed.Has(i) && !barred(i) && (q.Keep == nil || q.Keep(i)) {
				picks = append(picks, Pick{Item: i, Because: Because{Kind: reason}})
			}
		}
	}
	fill(m.regions[q.Region], ByRegion)
	fill(m.order, ByAll)
	return picks[:min(q.N, len(picks))]
}

// drawnModel draws a model that training need not be able to make.
func drawnModel(t *rapid.T) *Model {
	items := rapid.IntRange(1, 90).Draw(t, "items")
	features := rapid.IntRange(0, 4).Draw(t, "features")
	drawn := func(sources int, name string) *lists {
		bySource := make([][]candidate, sources)
		item := rapid.Custom(func(t *rapid.T) candidate {
			return candidate{rapid.Int32Range(0, int32(items-1)).Draw(t, "item"), float32(rapid.IntRange(-20, 60).Draw(t, "weight")) / 64}
		})
		for source := range bySource {
			bySource[source] = rapid.SliceOfNDistinct(item, 0, 12, func(c candidate) int32 { return c.item }).Draw(t, name)
		}
		return packLists(bySource, 10)
	}
	m := &Model{items: make([]Item, items), next: packLists(nil, 0), near: packLists(nil, 0)}
	m.lists, m.fresh = drawn(items, "lists"), drawn(items, "fresh")
	m.taste = &taste{features: make([]string, features), lists: drawn(features+1, "taste")}
	one := rapid.Float64Range(0, 1)
	m.Settings = Settings{
		Low: one.Draw(t, "low"), Decay: one.Draw(t, "decay"), Floor: one.Draw(t, "floor"),
		Trend: rapid.SampledFrom([]float64{0, 0.1, 0.5}).Draw(t, "trend"), Fresh: one.Draw(t, "fresh"), Taste: one.Draw(t, "taste"),
	}
	m.trend, m.regions = make([]float32, items), map[string][]int32{}
	for i := range m.trend {
		m.order = append(m.order, int32(i))
		m.trend[i] = float32(rapid.IntRange(0, 4).Draw(t, "popular")) / 4
	}
	slices.SortStableFunc(m.order, func(a, b int32) int { return order(candidate{a, m.trend[a]}, candidate{b, m.trend[b]}) })
	m.top = m.order
	m.regions["NL"] = rapid.SliceOfNDistinct(rapid.Int32Range(0, int32(items-1)), 0, 9, rapid.ID).Draw(t, "region")
	return m
}

func TestAnswersAreThoseOfThePlainWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawnModel(t)
		s := m.NewScratch()
		item := rapid.Int32Range(0, int32(m.Items()-1))
		for range 3 { // each leaves the scratch as the next wants it
			q := Query{N: rapid.IntRange(0, 12).Draw(t, "n"), Region: rapid.SampledFrom([]string{"", "NL"}).Draw(t, "in"), Again: rapid.Bool().Draw(t, "again")}
			for n, i := range rapid.SliceOfN(item, 0, 25).Draw(t, "history") {
				q.History = append(q.History, Seen{Item: i, At: float64(n / 2), Weight: rapid.SampledFrom([]float32{0, 1, 0.3, disliked}).Draw(t, "counts")})
			}
			q.Barred = rapid.SliceOfN(item, 0, 5).Draw(t, "barred")
			for f := range m.taste.features {
				if rapid.Bool().Draw(t, "declares") {
					q.Declared = append(q.Declared, int32(f))
				}
			}
			if rapid.Bool().Draw(t, "filtered") {
				q.Allowed = NewSet(m.Items())
				for _, i := range rapid.SliceOfN(item, 0, 60).Draw(t, "allowed") {
					q.Allowed.Add(i)
				}
			}
			if rapid.Bool().Draw(t, "asked") {
				q.Keep = func(i int32) bool { return i%3 != 0 }
			}
			got, want := m.Recommend(s, &q, nil), plain(m, &q)
			same := func(a, b Pick) bool {
				return a.Item == b.Item && a.Because == b.Because && math.Abs(float64(a.Score-b.Score)) < 1e-6
			}
			if !slices.EqualFunc(got, want, same) {
				t.Fatalf("%v are picked, the plain way %v, for %+v", got, want, q)
			}
		}
	})
}
