//go:build linux

// Command peers compares what an open costs with what a static file costs: CPU
// time a request of opentime, of nginx with files and of fasthttp with fixed bytes,
// in paired rounds on one core each. README.md of bench/ says how it measures.
//
//	go run ./bench/peers [--json] [--profiles 1000000] [--rounds 6] [--seconds 2] [--sizes 43,8k,30k,80k] [--ways "nginx;full"]
//
// It needs two cores, nginx (Debian's nginx-light) and taskset.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	rounds, profiles int
	seconds          float64
	json             bool
	only             []size
	ways             []string // their names; none: all
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// command measures, or is one of the servers that are measured.
func command(ctx context.Context) error {
	var o options
	flag.IntVar(&o.rounds, "rounds", 6, "paired rounds")
	flag.Float64Var(&o.seconds, "seconds", 2, "of each way and size in a round")
	flag.IntVar(&o.profiles, "profiles", 1_000_000, "imported; fewer are imported sooner")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	names := flag.String("sizes", "43,8k,30k,80k", "of images, parted by commas")
	ways := flag.String("ways", "", "that are measured, parted by semicolons; none: all")
	fixed := flag.String("fixed", "", "serve the files of a folder from memory with fasthttp; for the command's own use")
	address := flag.String("listen", "", "where to; for the command's own use")
	buffer := flag.Int("write-buffer", 0, "bytes of it; for the command's own use")
	flag.Parse()
	if *fixed != "" {
		return serveFixed(*fixed, *address, *buffer)
	}
	for name := range strings.SplitSeq(*names, ",") {
		i := slices.IndexFunc(sizes, func(s size) bool { return s.name == name })
		if i < 0 {
			return fmt.Errorf("--sizes: %q is none of 43, 8k, 30k and 80k", name)
		}
		o.only = append(o.only, sizes[i])
	}
	if *ways != "" {
		o.ways = strings.Split(*ways, ";")
	}
	if o.rounds < 1 || o.profiles < 4*warmPeople || o.seconds < 0.1 {
		return fmt.Errorf("at least 1 round, %d profiles and 0.1 seconds are needed", 4*warmPeople)
	}
	if runtime.NumCPU() < 2 {
		return errors.New("two cores are needed: one for the server, one for who asks")
	}
	return compare(ctx, &o)
}

// compare starts everybody, measures and prints.
func compare(ctx context.Context, o *options) error {
	dir, err := os.MkdirTemp("", "opentime-peers")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{options: o, dir: dir}
	defer b.stop()
	if err := b.start(ctx); err != nil {
		return err
	}
	runtime.LockOSThread() // the thread that asks has a core of its own
	defer runtime.UnlockOSThread()
	if err := pin(askingCore); err != nil {
		return err
	}
	r, err := b.measure(ctx)
	if err != nil {
		return err
	}
	if o.json {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", " ")
		return encoder.Encode(r)
	}
	r.print(os.Stdout)
	return nil
}

// say tells how far the command is.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
