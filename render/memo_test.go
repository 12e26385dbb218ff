package render

import "testing"

// TestManySmallThingsAreForgottenToo remembers far more than there is room for, each
// of which is next to nothing.
func TestManySmallThingsAreForgottenToo(t *testing.T) {
	m := memo[int, struct{}]{max: 100 * entryBytes}
	for i := range 1000 {
		if _, err := m.get(i, func() (struct{}, int64, error) { return struct{}{}, 1, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(m.made); n < 90 || n > 100 || m.order.Len() != n {
		t.Errorf("%d things are remembered, want about 100", n)
	}
}
