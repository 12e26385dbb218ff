// Command overload asks an opentime server for more than it can draw, and shows
// what its recipients see of that.
//
//	go run ./bench/overload           2, 5 and 10 times what it draws, each picture another one
//	go run ./bench/overload flood     links that anybody can write, beside those of signed recipients
//	go run ./bench/overload peak      a campaign published a moment ago, opened 50,000 times in 10 s
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"example.com/opentime/bench/load"
)

// errMissed ends a run that missed a goal.
var errMissed = errors.New("a goal was missed")

func main() { load.Command("overload", errMissed, command) }

// options are a run's.
type options struct {
	duration    time.Duration // of each level
	connections int
	pin         bool
	picture     string
	level       float64 // the only one; 0: all
	opens       int
	stdout      io.Writer
	stderr      io.Writer
}

// command does what the arguments say; errMissed says that a goal was missed.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	what := "levels"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		what, args = args[0], args[1:]
	}
	run, ok := map[string]func(context.Context, *options) error{"levels": levels, "flood": flood, "peak": peak}[what]
	if !ok {
		return fmt.Errorf("%q is no command; they are levels, flood and peak", what)
	}
	o := &options{stdout: stdout, stderr: stderr}
	f := flag.NewFlagSet("overload "+what, flag.ContinueOnError)
	f.SetOutput(stderr)
	f.DurationVar(&o.duration, "duration", 8*time.Second, "how long each level lasts")
	f.IntVar(&o.connections, "connections", 1024, "the most connections, and so requests at once")
	f.BoolVar(&o.pin, "pin", true, "with two processors or more, keep the server to the first half of them, so that this sender takes nothing from it")
	f.StringVar(&o.picture, "picture", "countdown", "what is drawn: `countdown`, a GIF, or photo, a JPEG that costs a tenth of it")
	f.Float64Var(&o.level, "level", 0, "of levels, only the one that offers so many times what is drawn: 2, 5 or 10")
	f.IntVar(&o.opens, "opens", 50_000, "of a peak, within ten seconds")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 || o.duration < time.Second || o.connections < 1 || o.opens < 1 {
		return errors.New("--duration is a second at least, --connections and --opens 1; nothing else is given")
	}
	if o.level != 0 && !slices.ContainsFunc(goals, func(g goal) bool { return g.times == o.level }) {
		return fmt.Errorf("--level %g is none; they are 2, 5 and 10", o.level)
	}
	if _, ok := pictures[o.picture]; !ok {
		return fmt.Errorf("--picture %q is neither countdown nor photo", o.picture)
	}
	return run(ctx, o)
}
