//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"
)

// slice is one way and size, measured once.
type slice struct {
	Way      string  `json:"way"`
	Size     string  `json:"size"`
	Round    int     `json:"round"`
	Requests int     `json:"requests"`
	CPU      float64 `json:"cpu_us"`  // of the server's processes, a request
	Rate     float64 `json:"rate"`    // requests a second
	Bytes    float64 `json:"bytes"`   // an answer, its head included
	Foreign  float64 `json:"foreign"` // cores that others took
}

// steady is a way asked at a share of what it can.
type steady struct {
	Way     string  `json:"way"`
	Round   int     `json:"round"`
	Rate    float64 `json:"rate"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Foreign float64 `json:"foreign"`
}

// Of the rate that a way could hold, latency is measured at this share, with images
// of this size.
const (
	steadyShare = 0.7
	steadySize  = "8k"
	settling    = 500 * time.Millisecond // at that rate before: what opens that warmed a server leave to be done is not of these
)

// measure asks everybody in rounds, every other one in reverse.
func (b *bench) measure(ctx context.Context) (*result, error) {
	r := &result{Began: time.Now().UTC(), Profiles: b.profiles, Rounds: b.rounds, Seconds: b.seconds}
	for _, w := range b.ways {
		for _, s := range b.only {
			if _, err := b.slice(ctx, &w, s, 0); err != nil { // draws what is not drawn yet
				return nil, fmt.Errorf("%s, %s: %w", w.name, s.name, err)
			}
		}
	}
	if err := b.settle(ctx, b.ours); err != nil {
		return nil, err
	}
	before, err := b.counts()
	if err != nil {
		return nil, err
	}
	for round := range b.rounds {
		say("round %d of %d", round+1, b.rounds)
		for _, s := range b.only {
			for i := range b.ways {
				if round%2 == 1 {
					i = len(b.ways) - 1 - i
				}
				one, err := b.slice(ctx, &b.ways[i], s, round)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", b.ways[i].name, s.name, err)
				}
				r.Slices = append(r.Slices, *one)
			}
		}
	}
	if err := b.steadily(ctx, r); err != nil {
		return nil, err
	}
	after, err := b.counts()
	if err != nil {
		return nil, err
	}
	r.Opens, r.Below, r.Dropped = after.opens-before.opens, after.below-before.below, after.dropped-before.dropped
	if r.Below*100 > r.Opens {
		return nil, fmt.Errorf("%d of %d opens were answered from lower rungs: what they cost is not what is asked", r.Below, r.Opens)
	}
	r.judge()
	return r, nil
}

// slice measures a way and size once.
func (b *bench) slice(ctx context.Context, w *way, s size, round int) (*slice, error) {
	p := *w.server
	a, err := b.asker(ctx, w, s)
	if err != nil {
		return nil, err
	}
	defer a.close()
	next := b.next(w, s)
	if _, err := a.ask(ctx, plan{during: 200 * time.Millisecond, next: next}); err != nil {
		return nil, err
	}
	if err := b.settle(ctx, p); err != nil {
		return nil, err
	}
	cpu, all, own := used(p.command.Process.Pid), busy(), ownCPU()
	got, err := a.ask(ctx, plan{during: b.during(), next: next})
	if err != nil {
		return nil, err
	}
	all, own = busy()-all, ownCPU()-own
	foreign := all - own - (used(p.command.Process.Pid) - cpu)
	if err := b.settle(ctx, p); err != nil { // what its opens leave to be done is theirs
		return nil, err
	}
	cpu = used(p.command.Process.Pid) - cpu
	if got.requests == 0 {
		return nil, errors.New("nothing was answered")
	}
	n := float64(got.requests)
	return &slice{
		Way: w.name, Size: s.name, Round: round, Requests: got.requests,
		CPU: float64(cpu.Microseconds()) / n, Rate: n / got.seconds, Bytes: float64(got.bytes) / n,
		Foreign: max(0, foreign.Seconds()/got.seconds),
	}, nil
}

// steadily measures latency at a share of what each of two ways can hold.
func (b *bench) steadily(ctx context.Context, r *result) error {
	i := slices.IndexFunc(b.only, func(s size) bool { return s.name == steadySize })
	has := func(name string) bool { return slices.ContainsFunc(b.ways, func(w way) bool { return w.name == name }) }
	if i < 0 || !has(nginx) || !has(whole) {
		return nil
	}
	for round := range b.rounds {
		say("latency, round %d of %d", round+1, b.rounds)
		names := []string{nginx, whole}
		if round%2 == 1 {
			slices.Reverse(names)
		}
		for _, name := range names {
			w := &b.ways[slices.IndexFunc(b.ways, func(w way) bool { return w.name == name })]
			a, err := b.asker(ctx, w, b.only[i])
			if err != nil {
				return err
			}
			p, rate := *w.server, steadyShare*median(r.column(name, steadySize, func(s *slice) float64 { return s.Rate }))
			asking := plan{during: settling, interval: time.Duration(float64(time.Second) / rate), next: b.next(w, b.only[i])}
			_, err = a.ask(ctx, asking)
			if err != nil {
				a.close()
				return fmt.Errorf("%s at %.0f a second: %w", name, rate, err)
			}
			cpu, all, own := used(p.command.Process.Pid), busy(), ownCPU()
			asking.during = b.during()
			got, err := a.ask(ctx, asking)
			a.close()
			if err != nil {
				return fmt.Errorf("%s at %.0f a second: %w", name, rate, err)
			}
			cpu, all, own = used(p.command.Process.Pid)-cpu, busy()-all, ownCPU()-own
			r.Steady = append(r.Steady, steady{
				Way: name, Round: round, Rate: rate, P50: percentile(got.latencies, 0.5), P99: percentile(got.latencies, 0.99),
				Foreign: max(0, (all-cpu-own).Seconds()/got.seconds),
			})
		}
	}
	return nil
}

// during is how long a way is measured at once.
func (b *bench) during() time.Duration { return time.Duration(b.seconds * float64(time.Second)) }

// ownCPU is the CPU time that this process took.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // of oneself it does not fail
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// counts are what ours says of itself.
type counts struct{ opens, below, dropped int64 }

// counts reads them.
func (b *bench) counts() (counts, error) {
	page, err := get("http://" + b.admin + "/metrics")
	if err != nil {
		return counts{}, err
	}
	return parseCounts(page), nil
}
