package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"
)

// flooded is the share of signed recipients' pictures, in percent, that must stay
// full in every part of a flood.
const flooded = 90

// floodBucket is how long a part of a flood is judged by.
const floodBucket = time.Second

// flood has signed recipients open mails at half of what the server draws, each
// picture another one, and strangers open links that they made up at several times
// that, from the first second to the last but two.
func flood(ctx context.Context, o *options) error {
	s, err := newStand(ctx, o)
	if err != nil {
		return err
	}
	defer s.close()
	s.saturate(ctx, time.Second)
	missed := false
	for _, times := range []float64{0, 1, 3, 8} {
		before := s.saturate(ctx, 2*time.Second)
		most := float64(before.total().full) / before.seconds
		if most == 0 {
			return fmt.Errorf("no picture is drawn in time: %+v, %+v", before.total(), before.result.Problems)
		}
		next := even(most/2, o.duration, s.signed)
		if times > 0 {
			next = both(next, even(most*times, o.duration, s.stranger))
		}
		seen := s.send(ctx, o.duration, next)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		missed = printFlood(o, times, seen) || missed
	}
	if missed {
		return errMissed
	}
	return nil
}

// printFlood prints what became of both kinds, a line for each second, and reports
// whether the goal was missed.
func printFlood(o *options, times float64, seen *series) bool {
	fmt.Fprintf(o.stdout, "\nsigned recipients at half of what is drawn, strangers at %g times it; others' CPU %.2f\n", times, seen.others())
	w := tabwriter.NewWriter(o.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "second\tsigned\tvalid\tfull\tslowest ms\tstrangers\tvalid\tfull\t")
	missed := false
	n := int(floodBucket / bucket)
	for at := 0; at < int(o.duration/bucket); at += n {
		var own, others counts
		for k := at; k < min(at+n, int(o.duration/bucket)); k++ {
			own.merge(seen.over[signed][k])
			others.merge(seen.over[stranger][k])
		}
		fmt.Fprintf(w, "%d\t%d\t%.2f%%\t%.1f%%\t%.0f\t%d\t%.2f%%\t%.1f%%\t\n", at/n+1, own.asked, own.share(own.valid), own.share(own.full), ms(own.most),
			others.asked, others.share(others.valid), others.share(others.full))
		missed = missed || own.share(own.full) < flooded
	}
	_ = w.Flush()
	if missed {
		fmt.Fprintf(o.stdout, "goal missed: %d%% of signed recipients' pictures full in each second\n", flooded)
	}
	return missed
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
