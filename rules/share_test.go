package rules

import "testing"

// TestShareIsGrowthBooks compares with the vectors GrowthBook publishes for
// version 2 of its hash: seed, value, share.
func TestShareIsGrowthBooks(t *testing.T) {
	for _, c := range []struct {
		seed, id string
		want     float64
	}{
		{"seed", "a", 0.0505},
		{"seed", "b", 0.2696},
		{"foo", "ab", 0.2575},
		{"foo", "def", 0.2019},
		{"89123klj", "8952klfjas09ujkasdf", 0.124},
		{"90850943850283058242805", "123", 0.7516},
		{"()**(%$##$%#$#", `___)((*":&`, 0.0128},
	} {
		if got := share(c.seed, "", c.id); got != c.want {
			t.Errorf("%s, %s: %v, want %v", c.seed, c.id, got, c.want)
		}
		if got := share(c.seed[:2], c.seed[2:], c.id); got != c.want {
			t.Errorf("%s in two: %v, want %v", c.seed, got, c.want)
		}
	}
}
