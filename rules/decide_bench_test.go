package rules_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/opentime/rules"
)

// cpu is the time that this process took of processors.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// manyRules is a campaign of 200 rules of five conditions each, of which the
// first is its own.
func manyRules() string {
	var b strings.Builder
	b.WriteString("campaign: many\nblocks:\n  hero:\n    show: {layout: strip, headline: x}\n    rules:\n")
	for i := range 200 {
		fmt.Fprintf(&b, "      - {name: r%d, when: {profile.points: %d..%d, weather.temperature: \"< 20\", daypart: [morning, afternoon], "+
			"here.country: [NL, BE], profile.tier: gold}}\n", i, 10*i, 10*i+5000)
	}
	return b.String()
}

// ruledSignals are signals for manyRules.
func ruledSignals(t testing.TB, c *rules.Campaign, given map[string]string) *rules.Signals {
	t.Helper()
	s := &rules.Signals{
		At: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), Trust: rules.Signed, Recipient: "r", Values: make([]rules.Value, len(c.Signals)),
	}
	for name, text := range given {
		if err := rules.Give(c, s, name, text); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ruledOpens are opens of manyRules at which no rule holds: at worst because of
// its last condition, as usual because of its first. Or none is known.
var ruledOpens = []struct {
	name  string
	given map[string]string
}{
	{"worst", map[string]string{"profile.points": "2500", "weather.temperature": "5", "here.country": "BE", "profile.tier": "silver"}},
	{"usual", map[string]string{"profile.points": "9000", "weather.temperature": "5", "here.country": "BE", "profile.tier": "gold"}},
	{"unknown", nil},
}

// BenchmarkDecide decides a block of 200 rules of five conditions.
func BenchmarkDecide(b *testing.B) {
	for _, open := range ruledOpens {
		b.Run(open.name, func(b *testing.B) {
			c := load(b, manyRules())
			s := ruledSignals(b, c, open.given)
			var d rules.Decider
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				d.Decide(c, s)
			}
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/200, "cpu-ns/rule")
		})
	}
}
