package rules

import (
	"maps"
	"slices"

	"example.com/opentime/strict"
)

// maxSplit is how many variants a split has at most.
const maxSplit = 10

// split reads the variants of a rule's split, each laid over the rule's show,
// and their weights.
func (bl *blockLoader) split(r *Rule, found map[string]*strict.Node, own []layer) {
	split := found["split"]
	for _, key := range []string{"weights", "optimise"} {
		if n := found[key]; n != nil && split == nil {
			bl.Errorf(n, "%s belongs to a split; add split, or remove it", key)
		}
	}
	if split == nil {
		return
	}
	if split.Kind != strict.Map {
		bl.Errorf(split, "expected variants by their names; write {calm: {headline: ...}, bold: {headline: ...}}")
		return
	}
	if n := len(split.Entries); n < 2 || n > maxSplit {
		bl.Errorf(split, "a split of %d; write 2 to %d variants", n, maxSplit)
	}
	var ids []string
	for _, e := range split.Entries {
		id := bl.ID(e.Key)
		v := bl.show(e.Value, append(slices.Clip(own), bl.layer(e.Value)), false)
		if v != nil {
			v.ID = id
		}
		ids, r.Split = append(ids, e.Key.Text), append(r.Split, v)
	}
	if len(r.Split) > 0 {
		r.Variant = r.Split[0]
	}
	r.Weights = bl.weights(found["weights"], ids)
	if n := found["optimise"]; n != nil {
		r.Optimise = bl.OneOf(n, optimiseWords[:]...)
		bl.notSupplied("what optimise learns from")
	}
}

// weights reads the shares of a split's variants, which come to 1: equal ones
// where none are written.
func (bl *blockLoader) weights(n *strict.Node, ids []string) []float64 {
	weights := make([]float64, len(ids))
	if n == nil {
		for i := range weights {
			weights[i] = 1 / float64(len(ids))
		}
		return weights
	}
	sum, keys := 0.0, strict.Keys{}
	for i, id := range ids {
		keys[id] = func(n *strict.Node) {
			w, ok := strict.ParseNumber(n.Text)
			if n.Kind != strict.Scalar || !ok || w < 0 {
				bl.Errorf(n, "%q is no weight; write a number such as 1", n.Text)
			}
			weights[i] = float64(w)
			sum += weights[i]
		}
	}
	before := len(bl.Problems)
	bl.Map(n, keys)
	bl.Need(n, slices.Sorted(maps.Keys(keys))...)
	if sum == 0 && !strict.Bad(bl.Problems[before:]) {
		bl.Errorf(n, "nobody would be shown any variant; write a weight above 0")
	}
	for i := range weights {
		weights[i] /= max(sum, 1)
	}
	return weights
}
