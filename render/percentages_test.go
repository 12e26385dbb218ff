package render

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestPercentagesAddUp gives charts of shares all kinds of votes.
func TestPercentagesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Float64Range(0, 1e15), 1, 12).Draw(t, "amounts")
		exact, whole := percentages(amounts)
		sum, all := 0, 0.0
		for i := range amounts {
			if all += exact[i]; math.Abs(exact[i]-float64(whole[i])) > 1.000001 {
				t.Fatalf("%g percent are written as %d", exact[i], whole[i])
			}
			sum += whole[i]
		}
		if all > 0 && sum != 100 || all == 0 && sum != 0 {
			t.Fatalf("%v add up to %d", whole, sum)
		}
	})
}
