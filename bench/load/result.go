package load

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// ResultVersion is of the JSON that a run writes.
const ResultVersion = 1

// Result is what a run found, as JSON has it. Times are in milliseconds.
type Result struct {
	Version     int          `json:"version"`
	Public      string       `json:"public"`
	Settings    string       `json:"settings"`
	Started     time.Time    `json:"started"`
	Seconds     float64      `json:"seconds"`
	Interrupted bool         `json:"interrupted"`
	Rows        []Row        `json:"rows"` // total, image, image by rung, click
	Problems    []Problem    `json:"problems"`
	Rungs       []Rung       `json:"rungs"`
	RungsFrom   string       `json:"rungs_from"` // "each image", "metrics", or "" where they are unknown
	Bytes       int64        `json:"bytes"`
	MBps        float64      `json:"mb_per_second"`
	Decoded     int          `json:"decoded"`    // images
	Late        Times        `json:"late"`       // of this sender: how much later than planned it made requests ready
	Waited      Times        `json:"waited"`     // from the planned time until a connection was free
	OwnCPU      float64      `json:"own_cpu"`    // seconds of this process
	ServerCPU   float64      `json:"server_cpu"` // seconds of the server; 0: unknown
	Over        []Moment     `json:"over"`
	Percentiles [][2]float64 `json:"percentiles"` // percent, milliseconds
}

// Row is a line of the table.
type Row struct {
	Name     string `json:"name"`
	Requests int64  `json:"requests"`
	Valid    int64  `json:"valid"`
	Times
}

// Problem is a way in which answers were wrong.
type Problem struct {
	What    string `json:"what"`
	Count   int64  `json:"count"`
	Example string `json:"example"`
}

// Rung is how many images came from a rung of the ladder.
type Rung struct {
	Name   string `json:"name"`
	Images int64  `json:"images"`
}

// Moment is a part of the run, by when requests were to be sent.
type Moment struct {
	At       float64 `json:"at"`    // seconds
	Width    float64 `json:"width"` // seconds
	Requests int64   `json:"requests"`
	Wrong    int64   `json:"wrong"`
	Times
}

// Total is the row of all.
func (r *Result) Total() Row {
	if len(r.Rows) == 0 {
		return Row{}
	}
	return r.Rows[0]
}

// Wrong is how many answers were wrong.
func (r *Result) Wrong() int64 { return r.Total().Requests - r.Total().Valid }

// late are milliseconds by which a sender's one in hundred may be late before its
// figures say more of the sender than of the server.
const late = 5

// Warnings say what makes the figures doubtful.
func (r *Result) Warnings() []string {
	var list []string
	if r.Interrupted {
		list = append(list, "It was ended early: these are the requests until then.")
	}
	if r.Late.P99 > late {
		list = append(list, fmt.Sprintf("This sender was late by %.1f ms (p99): the machine it ran on, not only the server, made latencies long.", r.Late.P99))
	}
	if r.Waited.P99 > r.Late.P99+late {
		list = append(list, fmt.Sprintf("Requests waited %.1f ms (p99) for a connection: the server is slower than what is sent, --connections is low, or this machine is busy. Latencies include it.", r.Waited.P99))
	}
	return list
}

// Print prints a result for people.
func (r *Result) Print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\trequests\tvalid\tp50 ms\tp90\tp99\tp99.9\tmax\t")
	for _, row := range r.Rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", row.Name, row.Requests, row.Valid, row.P50, row.P90, row.P99, row.P999, row.Max)
	}
	fmt.Fprintf(w, "sender late\t\t\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", r.Late.P50, r.Late.P90, r.Late.P99, r.Late.P999, r.Late.Max)
	fmt.Fprintf(w, "waited to send\t\t\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", r.Waited.P50, r.Waited.P90, r.Waited.P99, r.Waited.P999, r.Waited.Max)
	_ = w.Flush()
	fmt.Fprintf(out, "\n%.1f s, %.0f valid/s, %.2f MB/s; %d images decoded; CPU %.2f s here", r.Seconds, float64(r.Total().Valid)/r.Seconds, r.MBps, r.Decoded, r.OwnCPU)
	if r.ServerCPU > 0 {
		fmt.Fprintf(out, ", %.2f s of the server's (%.0f us a request)", r.ServerCPU, r.ServerCPU*1e6/float64(max(r.Total().Requests, 1)))
	}
	fmt.Fprintln(out)
	if r.RungsFrom == "" {
		fmt.Fprintln(out, "rungs: unknown; give the server's --token or --admin")
	} else {
		fmt.Fprintf(out, "rungs, by %s:", r.RungsFrom)
		for _, g := range r.Rungs {
			fmt.Fprintf(out, " %s %d", g.Name, g.Images)
		}
		fmt.Fprintln(out)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(out, "wrong: %s %d, such as %s\n", p.What, p.Count, p.Example)
	}
	for _, text := range r.Warnings() {
		fmt.Fprintln(out, text)
	}
}

// RungNames are the rungs of the ladder, best first.
var RungNames = []string{"live", "stale", "local", "generic", "built-in"}

// RungAt is how far down the ladder a rung is; -1 where there is none of the name.
func RungAt(name string) int { return slices.Index(RungNames, name) }

// IsRung reports whether a server's word is one: no other may make rows.
func IsRung(name string) bool { return RungAt(name) >= 0 }
