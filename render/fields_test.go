package render

import (
	"maps"
	"slices"
	"testing"
)

// TestEveryLayerHasFields compares the kinds of layers that are read with those
// that editors are told of.
func TestEveryLayerHasFields(t *testing.T) {
	read := layerKinds(0)
	delete(read, "panic") // for tests only
	delete(read, "slow")
	names := layerFields.Names()
	slices.Sort(names)
	if kinds := slices.Sorted(maps.Keys(read)); !slices.Equal(kinds, names) {
		t.Errorf("layers %q are read, and the fields are %q", kinds, names)
	}
}
