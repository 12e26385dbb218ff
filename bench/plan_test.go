package main

import (
	"math"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/bench/load"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPlan finds in plans exactly the opens asked for, in order of time and within
// the duration, the shares of re-opens and clicks, and the curve of arrivals.
func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := &options{
			rate: 1000, duration: time.Duration(rapid.IntRange(1, 4000).Draw(t, "ms")) * time.Millisecond, mails: maxMails,
			decay: rapid.Float64Range(0, 20).Draw(t, "decay"), reopens: rapid.Float64Range(0, 0.9).Draw(t, "reopens"),
			clicks: rapid.Float64Range(0, 1).Draw(t, "clicks"), seed: rapid.Uint64().Draw(t, "seed"),
		}
		clients, err := load.DefaultClients()
		if err != nil {
			t.Fatal(err)
		}
		target := &target{people: make([]recipient, rapid.IntRange(0, 50).Draw(t, "people")), mail: &mail{blocks: make([]block, 3)}, clients: clients}
		p := newPlan(o, target)
		opens, last, readers := 0, time.Duration(0), map[int32]int32{}
		for {
			e, more := p.step()
			if !more {
				break
			}
			if e.at < last || e.at > o.duration || e.click >= 3 || int(e.who) >= max(len(target.people), 0) && e.who != -1 {
				t.Fatalf("%+v after %v", e, last)
			}
			if c, known := readers[e.who]; known && e.who >= 0 && c != e.client {
				t.Fatalf("recipient %d changes their client", e.who)
			}
			readers[e.who], last = e.client, e.at
			if e.click < 0 {
				opens++
			}
		}
		if opens != o.opens() || len(p.recent) > remembered {
			t.Fatalf("%d opens of %d, %d remembered", opens, o.opens(), len(p.recent))
		}
	})
}

// TestArrivals compares how many opens arrive in each tenth with the curve, whose
// tenths add up to all of them.
func TestArrivals(t *testing.T) {
	const n = 100_000
	for _, decay := range []float64{0, 0.5, 3, 12} {
		p := newPlan(&options{rate: n, duration: time.Second, mails: maxMails, decay: decay, reopens: 0.2, clicks: 0.3, seed: 7},
			&target{mail: &mail{blocks: make([]block, 1)}, clients: []load.Client{{Until: 1}}, people: make([]recipient, n)})
		var tenths [10]float64
		clicks, seen := 0, make([]bool, n)
		first := 0
		for e, more := p.step(); more; e, more = p.step() {
			if e.click >= 0 {
				clicks++
				continue
			}
			tenths[min(int(e.at*10/time.Second), 9)]++
			if !seen[e.who] {
				seen[e.who] = true
				first++
			}
		}
		sum, expected := 0.0, 0.0
		for i, got := range tenths {
			x, y := float64(i)/10, float64(i+1)/10
			want := n / 10.0
			if decay > 0 {
				want = n * (math.Exp(-decay*x) - math.Exp(-decay*y)) / (1 - math.Exp(-decay))
			}
			if math.Abs(got-want) > 5*math.Sqrt(want)+1 {
				t.Errorf("decay %v, tenth %d: %v opens, the curve has %.0f", decay, i, got, want)
			}
			sum, expected = sum+got, expected+want
		}
		if sum != n || math.Abs(expected-n) > 1e-6*n {
			t.Errorf("decay %v: %v opens, the curve's sum is %v", decay, sum, expected)
		}
		if math.Abs(float64(clicks)-0.3*n) > 800 || math.Abs(float64(first)-0.8*n) > 800 {
			t.Errorf("decay %v: %d clicks, %d first opens of %d", decay, clicks, first, n)
		}
	}
}

// TestClients reads the mix, and finds the shares that it says.
func TestClients(t *testing.T) {
	list, err := load.DefaultClients()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for n := range int32(10_000) {
		counts[list[load.Pick(list, spread(n))].Name]++
	}
	if len(counts) != len(list) || counts["apple-mpp"] < 4500 || counts["apple-mpp"] > 4700 || counts["gmail-proxy"] < 2600 || counts["gmail-proxy"] > 2800 {
		t.Errorf("%v", counts)
	}
	for _, text := range []string{"", "a\t1\tb", "a\tx\tb\t\tc", "a\t0\tb\t\tc", "a\tNaN\tb\t\tc", "a\t-1\tb\t\tc"} {
		if _, err := load.ReadClients(text); err == nil {
			t.Errorf("%q is a mix", text)
		}
	}
}
