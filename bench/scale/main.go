// Command scale measures how what an open costs grows with what a server has:
// campaigns, rules, items, recipients, pictures, connections.
//
//	go run ./bench/scale                           about ten minutes on two cores
//	go run ./bench/scale --axes recipients --full  ten million recipients, too
//	go run ./bench/scale --html scale.html
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/opentime/bench/load"
)

// errMissed ends a run that missed a goal.
var errMissed = errors.New("a goal was missed")

func main() { load.Command("scale", errMissed, command) }

// options are a run's.
type options struct {
	axes          []axis
	opens, rounds int
	most          int // of recipients, below full
	full          bool
	memory        string
	html          string
	stdout        io.Writer
	stderr        io.Writer
}

// command measures what the arguments say.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := &options{stdout: stdout, stderr: stderr}
	f := flag.NewFlagSet("scale", flag.ContinueOnError)
	f.SetOutput(stderr)
	names := f.String("axes", "", "what is grown, all without it: `campaigns,rules,rules-reached,items,recipients,pictures,connections`")
	f.IntVar(&o.opens, "opens", 10_000, "opens of each point in each round")
	f.IntVar(&o.rounds, "rounds", 3, "how often each point is measured, in turn with the others of its axis")
	f.IntVar(&o.most, "most", 1_000_000, "the most recipients, items and pictures: less is quicker")
	f.BoolVar(&o.full, "full", false, "go to ten million recipients")
	f.StringVar(&o.memory, "memory", "230MiB", "GOMEMLIMIT of the servers whose recipients are grown: memory that may be used is used, to collect garbage less often")
	f.StringVar(&o.html, "html", "", "`file` to write a report with plots to")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 || o.opens < 100 || o.rounds < 1 || o.most < 1000 {
		return errors.New("--opens is 100 at least, --rounds 1, --most 1000; nothing else is given")
	}
	for name := range strings.SplitSeq(*names, ",") {
		at := slices.IndexFunc(axes, func(a axis) bool { return a.name == name })
		if at < 0 && *names != "" {
			return fmt.Errorf("--axes: %q is none of them; --help lists them", name)
		}
		if at >= 0 {
			o.axes = append(o.axes, axes[at])
		}
	}
	if *names == "" {
		o.axes = axes
	}
	return measureAll(ctx, o)
}
