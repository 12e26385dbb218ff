package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"
)

// goal is what must hold while so many times as many pictures are asked for as can
// be drawn.
type goal struct {
	times       float64
	valid, full float64 // percent: of images right within two seconds, of full pictures of the most drawn
}

// goals are those of each level. Never changed.
var goals = []goal{{2, 100, 90}, {5, 99.9, 80}, {10, 99, 60}}

// backWithin is how soon after an overload every picture must be full again.
const backWithin = 5 * time.Second

// levels offers multiples of what the server draws, each picture another one, and
// after each half of it, until all is as it was.
func levels(ctx context.Context, o *options) error {
	s, err := newStand(ctx, o)
	if err != nil {
		return err
	}
	defer s.close()
	s.saturate(ctx, time.Second) // layouts and photos are made ready
	w := tabwriter.NewWriter(o.stdout, levelCell, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "offered\ta second\tvalid in 2 s\tfull a second\tof the most\tfor its CPU\tp50 ms\tp99\tmax\tback after\tCPU us to draw\tothers' CPU\t\t")
	missed := false
	for _, g := range goals {
		if o.level != 0 && o.level != g.times {
			continue
		}
		before := s.saturate(ctx, o.duration/2)
		if before.total().full == 0 {
			return fmt.Errorf("no picture is drawn in time: %+v, %+v", before.total(), before.result.Problems)
		}
		most := float64(before.total().full) / before.seconds
		over := s.send(ctx, o.duration, even(most*g.times, o.duration, s.signed))
		after := s.send(ctx, 8*time.Second, even(most/2, 8*time.Second, s.signed))
		again := s.saturate(ctx, o.duration/2)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		missed = s.printLevel(w, g, over, after, []*series{before, again}) || missed
	}
	_ = w.Flush()
	if missed {
		return errMissed
	}
	return nil
}

// printLevel prints a level's line and reports whether it missed its goal.
func (s *stand) printLevel(w *tabwriter.Writer, g goal, over, after *series, around []*series) bool {
	all, duration := over.total(), s.options.duration.Seconds()
	var most, perCPU float64
	for _, a := range around {
		full := float64(a.total().full)
		most += full / a.seconds / float64(len(around))
		perCPU += full / a.cpu.server / float64(len(around))
	}
	full := float64(all.full) / duration
	ofMost, forCPU := 100*full/most, 100*float64(all.full)/over.cpu.server/perCPU
	judged := ofMost
	if over.others() > quiet {
		judged = forCPU // others took what it could have drawn with
	}
	back := backAfter(after.over[signed])
	r := over.result.Total()
	text, missed := "", false
	if all.share(all.valid) < g.valid || judged < g.full || back > backWithin {
		text, missed = fmt.Sprintf("goal missed: valid %g%%, full %g%%, back in %v", g.valid, g.full, backWithin), true
	}
	drawn := 1e6 / perCPU
	fmt.Fprintf(w, "%gx\t%.0f\t%.3f%%\t%.0f\t%.0f%%\t%.0f%%\t%.0f\t%.0f\t%.0f\t%.2f s\t%.0f\t%.2f\t%s\t\n",
		g.times, float64(all.asked)/duration, all.share(all.valid), full, ofMost, forCPU, r.P50, r.P99, r.Max, back.Seconds(), drawn, over.others(), text)
	_ = w.Flush()
	return missed
}

// levelCell is as wide as a cell of the table of levels, whose lines are printed one by one.
const levelCell = len("CPU us to draw") + 2

// quiet is how many processors others may keep busy before a rate says more of
// them than of the server.
const quiet = 0.1

// normal is the share of full pictures, in percent, that is as it was.
const normal = 99

// backAfter is from when on nearly all pictures were full.
func backAfter(over []counts) time.Duration {
	for i, c := range slices.Backward(over) {
		if c.share(c.full) < normal && c.asked > 0 {
			return time.Duration(i+1) * bucket
		}
	}
	return 0
}
