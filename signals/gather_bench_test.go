package signals

import (
	"testing"

	"example.com/opentime/rules"
)

func TestGatherDoesNotAllocate(t *testing.T) {
	g := newTestGatherer(t)
	profile := &rules.Profile{
		Country: "BE", City: "Gent", Zone: "Europe/Brussels", Locale: "nl",
		Attributes: []rules.Value{{}, number(250)}, Declared: []rules.Attribute{declared[1], declared[0]}, // in another order
	}
	for name, c := range map[string]*rules.Campaign{
		"plain":   asking("client.class", "profile.points", "stock.dune-3", "item.dune-3.seats", "clock.time"),
		"at home": asking(placeSignals...),
	} {
		open := openOf(t, g, "gmail", "81.2.69.142")
		var s rules.Signals
		if n := testing.AllocsPerRun(200, func() { g.Gather(c, open, profile, &s, false) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkGather(b *testing.B) {
	g := newTestGatherer(b)
	profile := &rules.Profile{
		Country: "BE", City: "Gent", Zone: "Europe/Brussels", Locale: "nl",
		Attributes: []rules.Value{{}, number(250)}, Declared: []rules.Attribute{declared[1], declared[0]}, // in another order
	}
	run := func(name, client string, c *rules.Campaign) {
		open := openOf(b, g, client, "81.2.69.142")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var s rules.Signals
			for b.Loop() {
				g.Gather(c, open, profile, &s, false)
			}
		})
	}
	run("plain", "gmail", asking("client.class", "profile.points", "stock.dune-3", "clock.time"))
	run("home", "gmail", asking(placeSignals...))
	run("address", "chrome", asking(placeSignals...))
}
