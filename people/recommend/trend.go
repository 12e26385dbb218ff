package recommend

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// trending is how many items have a trend that is added to scores.
const trending = 200

// regional is how many items a region's own order has; minRegional how many
// events of its last regionDays it takes to have one.
const (
	regional    = 500
	minRegional = 100
	regionDays  = 30
)

// popularity is what is liked by all, and by those of a region.
type popularity struct {
	trend   []float32 // by item, 0..1: lately
	top     []int32   // the items of the highest trend, at most trending
	order   []int32   // all items, by trend, then by all events, then by number
	regions map[string][]int32
}

// newPopularity counts events up to now of those that keep holds for, nil is
// all, lately as Settings has it.
func newPopularity(l *Log, now float64, keep func(n int) bool, lately float64) popularity {
	recent, ever := make([]float64, len(l.items)), make([]float64, len(l.items))
	regions := make([]map[int32]float64, len(l.regions))
	for n := range l.events {
		e := &l.events[n]
		if e.weight == disliked || keep != nil && !keep(n) {
			continue
		}
		w := float64(e.weight)
		ever[e.item] += w
		if lately > 0 {
			w *= math.Exp2(-max(0, now-e.at) / (lately / 2))
		}
		recent[e.item] += w
		if e.region > 0 && now-e.at <= regionDays {
			if regions[e.region] == nil {
				regions[e.region] = map[int32]float64{}
			}
			regions[e.region][e.item] += float64(e.weight)
		}
	}
	p := popularity{trend: make([]float32, len(l.items)), order: make([]int32, len(l.items)), regions: map[string][]int32{}}
	most := slices.Max(append(recent, 1e-9))
	for i := range p.order {
		p.order[i] = int32(i)
		p.trend[i] = float32(recent[i] / most)
	}
	slices.SortFunc(p.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.trend[b], p.trend[a]), cmp.Compare(ever[b], ever[a]), cmp.Compare(a, b))
	})
	p.top = p.order[:min(trending, len(p.order))]
	for n, counts := range regions {
		total := 0.0
		order := make([]int32, 0, len(counts))
		for i, c := range counts {
			order, total = append(order, i), total+c
		}
		if total < minRegional {
			continue
		}
		slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
		p.regions[l.regions[n]] = slices.Clip(order[:min(regional, len(order))])
	}
	return p
}

// regionNames are the regions with an order of their own.
func (p *popularity) regionNames() []string { return slices.Sorted(maps.Keys(p.regions)) }
