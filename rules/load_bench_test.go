package rules_test

import (
	"bytes"
	"fmt"
	"testing"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// copies are the campaigns of the appendix, so many times with other ids.
func copies(t testing.TB, n int) [][]byte {
	t.Helper()
	var all [][]byte
	for i := range n {
		for _, name := range appendixNames(t) {
			all = append(all, bytes.Replace(appendix(t, name), []byte(name), fmt.Appendf(nil, "%s-%d", name, i), 1))
		}
	}
	return all
}

// BenchmarkLoadThousand reads and compiles a thousand campaigns.
func BenchmarkLoadThousand(b *testing.B) {
	all, s := copies(b, 50), sender(b)
	s.Writers = &rules.Writers{}
	if len(all) != 1000 {
		b.Fatal(len(all))
	}
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		for _, text := range all {
			root, problems := strict.Parse("c.yaml", text)
			if _, more := rules.Load("c.yaml", root, s, nil); strict.Bad(append(problems, more...)) {
				b.Fatal(problems, more)
			}
		}
	}
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}
