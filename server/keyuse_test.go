package server

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestKeyUseIsThatOfTheDays counts as a list of moments would.
func TestKeyUseIsThatOfTheDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var use oneKeyUse
		var came []uint64
		day := uint64(20_000)
		for range rapid.IntRange(0, 60).Draw(t, "links") {
			day += uint64(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 7, 29, 30, 31, 65}).Draw(t, "days"))
			use.add(day)
			came = append(came, day)
			for _, n := range []int{1, 7, useDays} {
				want := uint64(0)
				for _, d := range came {
					if d > day-uint64(n) {
						want++
					}
				}
				if got := use.within(day, n); got != want {
					t.Fatalf("%d of the last %d days, want %d", got, n, want)
				}
			}
		}
	})
}

func TestKeyUseLosesNothingWhereManyCount(t *testing.T) {
	keys := mustKeys(t, "a:"+testSecret)
	use := newKeyUse(newMetrics(), keys, today)
	seal := keys.Seal("cinema", "r-1")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				use.count(seal, Verified, today.Add(time.Duration(i%2)*24*time.Hour))
			}
		})
	}
	all.Wait()
	// Days that alternate among many take nothing from one another.
	if got := use.keys['a'].within(dayNumber(today)+1, 2); got != 8000 {
		t.Errorf("%d links, want 8000", got)
	}
	use.count("1b"+seal[2:], UnknownKey, today)
	use.count(seal, Wrong, today)
	if use.unknown.Get() != 1 || use.keys['a'].states[Wrong].Get() != 1 || use.keys['a'].states[Verified].Get() != 8000 {
		t.Error("states are miscounted")
	}
}
