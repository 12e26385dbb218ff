package server

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestTimesAreAHistogram(t *testing.T) {
	var counted times
	for _, took := range []time.Duration{0, 250 * time.Microsecond, 251 * time.Microsecond, 40 * time.Millisecond, time.Second, time.Minute} {
		counted.add(took)
	}
	var text bytes.Buffer
	counted.write(&text, "x", `route="click"`)
	for _, want := range []string{
		`x_bucket{route="click",le="0.00025"} 2`, `x_bucket{route="click",le="0.0005"} 3`, `x_bucket{route="click",le="0.025"} 3`,
		`x_bucket{route="click",le="0.05"} 4`, `x_bucket{route="click",le="1"} 5`, `x_bucket{route="click",le="+Inf"} 6`,
		`x_sum{route="click"} 61.040501`, `x_count{route="click"} 6`,
	} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("%q is missing in\n%s", want, &text)
		}
	}
}

func BenchmarkTimes(b *testing.B) {
	var counted times
	b.ReportAllocs()
	began := time.Now()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			counted.add(min(time.Since(began), 100*time.Microsecond))
		}
	})
}
