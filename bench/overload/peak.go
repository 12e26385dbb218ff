package main

import (
	"context"
	_ "embed" // peak.yaml
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"example.com/opentime/bench/load"
)

//go:embed peak.yaml
var peakCampaign []byte

// The peak after a send.
const (
	peakTime  = 10 * time.Second
	peakNames = 500 // first names that are greeted; each is a picture
)

// peak publishes a campaign on a server that runs, and has it opened by signed
// recipients from the moment that it is served: half of the images are the same for
// everybody, half greet by one of peakNames.
func peak(ctx context.Context, o *options) error {
	s, err := newStand(ctx, o)
	if err != nil {
		return err
	}
	defer s.close()
	took, err := s.publishPeak(ctx)
	if err != nil {
		return err
	}
	n := 0
	next := even(float64(o.opens)/peakTime.Seconds(), peakTime, func() load.Request {
		n++
		return s.greeting(n)
	})
	seen := s.send(ctx, peakTime, next)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return printPeak(o, took, seen)
}

// publishPeak publishes the campaign, and returns how long that took: from its file
// being written to its first image.
func (s *stand) publishPeak(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := os.WriteFile(filepath.Join(s.folder, "campaigns", "peak.yaml"), peakCampaign, 0o600); err != nil {
		return 0, err
	}
	for time.Since(began) < time.Minute && ctx.Err() == nil {
		if page, err := load.Ask(s.Admin+"/metrics", s.Token); err == nil && load.ParseMetrics(page).Sum("opentime_campaigns") == 2 {
			return time.Since(began), nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return 0, errors.New("the campaign is not published")
}

// greeting is the n-th open of the peak.
func (s *stand) greeting(n int) load.Request {
	id := fmt.Sprintf("p%d", n)
	path := fmt.Sprintf("/i/peak/hero.jpg?r=%s.%s", id, s.keys.Seal("busy", id))
	if n%2 == 0 {
		name := n / 2 % peakNames
		path = fmt.Sprintf("/i/peak/greeting.jpg?r=%s.%s&first_name=%c%c%c", id, s.keys.Seal("busy", id), 'A'+name/100, 'a'+name/10%10, 'a'+name%10)
	}
	return load.Request{Path: path, Client: &s.agent, Image: &load.Image{Extension: "jpg", Width: 600}, Kind: signed}
}

// printPeak prints the peak over time; errMissed where an answer was no image in
// time or all was not normal within backWithin.
func printPeak(o *options, took time.Duration, seen *series) error {
	all := seen.total()
	fmt.Fprintf(o.stdout, "published in %.2f s; %d opens in %v, by a recipient each; others' CPU %.2f\n", took.Seconds(), all.asked, peakTime, seen.others())
	w := tabwriter.NewWriter(o.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "from s\topens\tvalid\tfull\tslowest ms\t")
	over := seen.over[signed]
	for i := 0; i < len(over); i++ {
		part, from := over[i], i
		for i >= 4 && i+1 < len(over) && (i+1)%4 != 0 { // quarters of the first second, then seconds
			i++
			part.merge(over[i])
		}
		if part.asked > 0 {
			fmt.Fprintf(w, "%.2f\t%d\t%.3f%%\t%.2f%%\t%.0f\t\n", (time.Duration(from) * bucket).Seconds(), part.asked, part.share(part.valid), part.share(part.full), ms(part.most))
		}
	}
	_ = w.Flush()
	back := backAfter(over)
	r := seen.result.Total()
	fmt.Fprintf(o.stdout, "%.0f drawings of %d pictures; normal after %.2f s; valid %.3f%%, full %.2f%%; p50 %.1f ms, p99 %.1f, worst answer %.1f; %.0f us of the server's CPU an open\n",
		seen.drawn, peakNames+1, back.Seconds(), all.share(all.valid), all.share(all.full), r.P50, r.P99, r.Max, seen.cpu.server*1e6/float64(max(all.asked, 1)))
	if all.valid < all.asked || back > backWithin || seen.drawn > peakNames+1 {
		fmt.Fprintf(o.stdout, "goal missed: all valid, each picture drawn once, %d%% full within %v\n", normal, backWithin)
		return errMissed
	}
	return nil
}
