// Command bench sends an opentime server what follows a send: whole mails are
// opened, again too, and some are clicked, at times that are fixed ahead. It checks
// the answers and reports how long they took. README.md says how it measures.
//
//	go run ./bench                                     the demo, in a process of its own
//	go run ./bench --public https://img.cinema.example --mail mail.html --recipients signed.csv
//	go run ./bench compare a.json b.json
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/opentime/bench/load"
)

// errWrong ends a run of which some answer was wrong.
var errWrong = errors.New("some answers were wrong")

func main() { load.Command("bench", errWrong, command) }

// command does what the arguments say. A run that is interrupted reports what was
// sent until then; errWrong says that some answer of a run was wrong.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "compare" {
		return compareFiles(args[1:], stdout)
	}
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	t, err := findTarget(ctx, o, stderr)
	if err != nil {
		return err
	}
	defer t.close()
	r := run(ctx, o, t, stderr)
	r.Print(stdout)
	if err := writeResult(o, r, stdout); err != nil {
		return err
	}
	if r.Wrong() > 0 {
		return errWrong
	}
	return nil
}

// run sends and returns what came of it.
func run(ctx context.Context, o *options, t *target, stderr io.Writer) *load.Result {
	fmt.Fprintf(stderr, "Sending for %v to %s: %s\n", o.duration, t.public, o.describe(t))
	c := load.NewTally(o.duration)
	before, ownBefore := t.readMetrics(), load.OwnCPU()
	started := time.Now()
	shown := showProgress(stderr, c, o.duration, started)
	s := load.Sender{
		Public: t.public, Token: t.asking, Hosts: t.hosts, Connections: o.connections, Duration: o.duration, Timeout: o.timeout, Decode: o.decode, Seed: o.seed,
	}
	s.Send(ctx, newPlan(o, t).requests(t), c, started)
	took := time.Since(started)
	shown()
	r := c.Result()
	r.Started, r.Seconds, r.OwnCPU = started.UTC(), took.Seconds(), load.OwnCPU()-ownBefore
	r.Public, r.Settings, r.Interrupted = t.public.String(), o.describe(t), ctx.Err() != nil
	r.MBps = float64(r.Bytes) / 1e6 / took.Seconds()
	r.AddMetrics(before, t.readMetrics())
	return r
}
