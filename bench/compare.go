package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"example.com/opentime/bench/load"
)

// compareFiles prints two runs side by side.
func compareFiles(args []string, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("compare takes two files that --json wrote: bench compare A.json B.json")
	}
	a, err := readResult(args[0])
	if err != nil {
		return err
	}
	b, err := readResult(args[1])
	if err != nil {
		return err
	}
	printComparison(out, a, b)
	return nil
}

// readResult reads what --json wrote.
func readResult(name string) (*load.Result, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r := &load.Result{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if r.Version != load.ResultVersion || len(r.Rows) == 0 {
		return nil, fmt.Errorf("read %s: it is no result of this version, %d; run bench --json again", name, load.ResultVersion)
	}
	return r, nil
}

// printComparison prints what both runs have, how much more the second has, and
// what makes them hard to compare.
func printComparison(out io.Writer, a, b *load.Result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tA\tB\tchange\t")
	line := func(name string, x, y float64) {
		change := ""
		if x != 0 {
			change = fmt.Sprintf("%+.1f%%", (y/x-1)*100)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", name, short(x), short(y), change)
	}
	for _, row := range a.Rows {
		at := slices.IndexFunc(b.Rows, func(other load.Row) bool { return other.Name == row.Name })
		if at < 0 {
			continue
		}
		other := b.Rows[at]
		line(row.Name+": requests", float64(row.Requests), float64(other.Requests))
		line("wrong", float64(row.Requests-row.Valid), float64(other.Requests-other.Valid))
		line("p50 ms", row.P50, other.P50)
		line("p90 ms", row.P90, other.P90)
		line("p99 ms", row.P99, other.P99)
		line("p99.9 ms", row.P999, other.P999)
		line("max ms", row.Max, other.Max)
	}
	for _, name := range load.RungNames {
		if x, y := rung(a, name), rung(b, name); x+y > 0 {
			line("rung "+name, x, y)
		}
	}
	line("MB/s", a.MBps, b.MBps)
	if a.ServerCPU > 0 && b.ServerCPU > 0 {
		line("server CPU us/request", a.ServerCPU*1e6/float64(a.Total().Requests), b.ServerCPU*1e6/float64(b.Total().Requests))
	}
	line("sender late p99 ms", a.Late.P99, b.Late.P99)
	_ = w.Flush()
	if a.Settings != b.Settings {
		fmt.Fprintf(out, "\nThey sent different things, so that differences are not the server's alone.\nA: %s\nB: %s\n", a.Settings, b.Settings)
	}
	for _, r := range []struct {
		name string
		*load.Result
	}{{"A", a}, {"B", b}} {
		for _, text := range r.Warnings() {
			fmt.Fprintf(out, "%s: %s\n", r.name, text)
		}
	}
}

// rung is how many images came from a rung.
func rung(r *load.Result, name string) float64 {
	for _, g := range r.Rungs {
		if g.Name == name {
			return float64(g.Images)
		}
	}
	return 0
}

// short prints counts as they are and the rest with two digits.
func short(x float64) string {
	if x == float64(int64(x)) {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.2f", x)
}
