package recommend

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
)

// large is a model of 50,000 items that each speak for 100 others, as training
// on millions of events makes it.
func large() *Model {
	const items = 50_000
	random := rand.New(rand.NewPCG(5, 6))
	m := &Model{Settings: defaults(Known), byID: map[string]int32{}, taste: &taste{lists: packLists(nil, 0)}}
	m.trend = make([]float32, items)
	sources := make([][]candidate, items)
	for i := range items {
		m.items = append(m.items, Item{ID: fmt.Sprint(i)})
		m.order = append(m.order, int32(i))
		m.trend[i] = 1 / float32(1+i)
		seen := map[int32]bool{}
		for len(seen) < 100 {
			j := int32(i+random.IntN(2000)-1000+items) % items
			if random.IntN(4) == 0 {
				j = int32(items * math.Pow(random.Float64(), 3))
			}
			if !seen[j] {
				seen[j] = true
				sources[i] = append(sources[i], candidate{j, float32(random.NormFloat64()*0.02 + 0.02)})
			}
		}
	}
	m.top = m.order[:trending]
	m.lists = packLists(sources, 100)
	m.next, m.fresh, m.near = packLists(nil, 0), packLists(nil, 0), packLists(nil, 0)
	return m
}

func BenchmarkRecommend(b *testing.B) {
	m := large()
	allowed := NewSet(m.Items())
	for i := range int32(m.Items()) {
		if i%10 != 0 {
			allowed.Add(i)
		}
	}
	random := rand.New(rand.NewPCG(7, 8))
	for _, size := range []int{20, 50} {
		b.Run(fmt.Sprint("history=", size), func(b *testing.B) {
			queries := make([]Query, 256)
			for n := range queries {
				queries[n] = Query{N: 5, Allowed: allowed}
				for k := range size {
					queries[n].History = append(queries[n].History, Seen{Item: int32(random.IntN(m.Items())), At: float64(k)})
				}
			}
			s, picks := m.NewScratch(), make([]Pick, 0, 5)
			took := make([]time.Duration, 0, 1<<20)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				began := time.Now()
				picks = m.Recommend(s, &queries[n%len(queries)], picks[:0])
				if len(took) < cap(took) {
					took = append(took, time.Since(began))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-us")
		})
	}
}

// BenchmarkTrain learns from 10 million events of 200,000 persons with 50,000
// items: seconds of all processors together, and the model's size.
func BenchmarkTrain(b *testing.B) {
	const persons, items, events = 200_000, 50_000, 10_000_000
	random := rand.New(rand.NewPCG(9, 10))
	l := NewLog(nil)
	for i := range items {
		l.AddItem(Item{ID: fmt.Sprint(i), Features: []string{fmt.Sprint("f", i%40)}})
	}
	names := make([]string, persons)
	for p := range names {
		names[p] = fmt.Sprint("p", p)
	}
	for n := range events {
		p := n % persons
		i := (p*37 + int(random.NormFloat64()*300) + items) % items
		if random.IntN(2) == 0 {
			i = int(items * math.Pow(random.Float64(), 3))
		}
		l.Add(Event{Person: names[p], Item: l.items[(i+items)%items].ID, At: float64(n) / 1e5, Weight: 1})
	}
	for b.Loop() {
		before := cpuTime()
		m, err := Train(context.Background(), l, defaults(Known), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric((cpuTime() - before).Seconds(), "cpu-s")
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		b.ReportMetric(float64(memory.Sys)/(1<<20), "MB")
		var file bytes.Buffer
		if err := m.Save(&file); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(file.Len())/(1<<20), "file-MB")
		b.ReportMetric(float64(5*len(m.lists.target))/(1<<20), "lists-MB")
	}
}

// cpuTime is the time that all processors spent on the process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
