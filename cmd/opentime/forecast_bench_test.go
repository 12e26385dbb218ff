package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/opentime/assets"
)

// BenchmarkForecast forecasts the demo's mail in three clients, for profiles made
// of the demo's thousand, each with an id and a name of its own: for 100,000 at one
// moment, and for 10,000 at the thirteen of the first three days. It reports the CPU
// time of a profile, and of an open, on all processors, starting the program left
// out.
func BenchmarkForecast(b *testing.B) {
	for _, size := range []struct {
		name, flag      string
		profiles, opens int
	}{
		{"one-moment", "--at", 100_000, 3},
		{"three-days", "--from", 10_000, 3 * 13},
	} {
		b.Run(size.name, func(b *testing.B) {
			file := manyProfiles(b, size.profiles)
			e := &env{stdout: io.Discard, stderr: io.Discard, now: time.Now, getenv: func(string) string { return "" }}
			forecast := func(file string) {
				if code := run([]string{"forecast", "weekly-films", "--profiles", file, size.flag, "2026-12-01 08:00"}, e); code != 0 {
					b.Fatal("exit code", code)
				}
			}
			before := cpuTime(b)
			forecast(manyProfiles(b, 0))
			start := cpuTime(b) - before
			before = cpuTime(b)
			for b.Loop() {
				forecast(file)
			}
			spent := cpuTime(b) - before - time.Duration(b.N)*start
			each := float64(spent.Microseconds()) / float64(b.N) / float64(size.profiles)
			b.ReportMetric(each, "cpu-µs/profile")
			b.ReportMetric(each/float64(size.opens), "cpu-µs/open")
		})
	}
}

// manyProfiles writes a file of so many profiles.
func manyProfiles(tb testing.TB, n int) string {
	tb.Helper()
	demo, err := assets.FS.ReadFile("demo/profiles.csv")
	if err != nil {
		tb.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(demo), "\n")
	rows := strings.Split(strings.TrimSpace(rest), "\n")
	var csv strings.Builder
	csv.WriteString(head + "\n")
	for i := range n {
		cells := strings.SplitN(rows[i%len(rows)], ",", 10)
		cells[0] = fmt.Sprintf("r-%d", i)
		if cells[8] != "" {
			cells[8] += fmt.Sprint(" ", i/len(rows))
		}
		csv.WriteString(strings.Join(cells, ",") + "\n")
	}
	name := filepath.Join(tb.TempDir(), "people.csv")
	if err := os.WriteFile(name, []byte(csv.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return name
}

// cpuTime is what this process has used of all processors.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
