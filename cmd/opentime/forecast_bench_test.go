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

// BenchmarkForecast forecasts the demo's mail for 100,000 profiles, made of the
// demo's thousand, each with an id and a name of its own: at one moment, and at the
// thirteen of the first three days. It reports the CPU time of a profile, and of an
// open, on all processors, starting the program left out.
func BenchmarkForecast(b *testing.B) {
	const profiles = 100_000
	file := manyProfiles(b, profiles)
	for name, flags := range map[string][]string{
		"one-moment": {"--at", "2026-12-01 08:00"},
		"three-days": {"--from", "2026-12-01 08:00"},
	} {
		b.Run(name, func(b *testing.B) {
			var out strings.Builder
			e := &env{stdout: &out, stderr: io.Discard, now: time.Now, getenv: func(string) string { return "" }}
			forecast := func(file string) {
				if code := run(append([]string{"forecast", "weekly-films", "--profiles", file}, flags...), e); code != 0 {
					b.Fatal("exit code", code)
				}
			}
			before := cpuTime(b)
			forecast(manyProfiles(b, 0))
			start := cpuTime(b) - before
			before = cpuTime(b)
			for b.Loop() {
				out.Reset()
				forecast(file)
			}
			spent := cpuTime(b) - before - time.Duration(b.N)*start
			opens := 3
			if name == "three-days" {
				opens *= 13
			}
			each := float64(spent.Nanoseconds()) / float64(b.N) / profiles
			b.ReportMetric(each/1000, "cpu-µs/profile")
			b.ReportMetric(each/1000/float64(opens), "cpu-µs/open")
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
