package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommand measures an axis of two small sizes as the command does: images are
// live, and the report has its table and plot.
func TestCommand(t *testing.T) {
	page := filepath.Join(t.TempDir(), "scale.html")
	var out, said bytes.Buffer
	args := []string{"--axes", "recipients", "--most", "10000", "--opens", "400", "--rounds", "1", "--html", page}
	if err := command(context.Background(), args, &out, &said); err != nil && !errors.Is(err, errMissed) {
		t.Fatalf("%v\n%s\n%s", err, out.String(), said.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) < 4 || !strings.Contains(lines[1], "CPU us an open") || strings.Fields(lines[2])[0] != "1000" || strings.Fields(lines[3])[0] != "10000" {
		t.Fatalf("printed\n%s", out.String())
	}
	for _, line := range lines[2:4] {
		if cells := strings.Fields(line); cells[len(cells)-1] != "0" || strings.HasPrefix(cells[len(cells)-2], "100") {
			t.Errorf("wrong answers, or none is live: %s", line)
		}
	}
	report, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(report, []byte("<polyline")) || !bytes.Contains(report, []byte("10000")) || bytes.Contains(report, []byte("NaN")) {
		t.Errorf("report %.400s", report)
	}
}

// TestGoals finds a size that costs too much, and a million recipients that take
// too much memory.
func TestGoals(t *testing.T) {
	at := func(n int, cpu, memory float64) *point {
		p := &point{n: n, size: base, memory: memory, rounds: []round{{cpu: cpu, opens: 1}, {cpu: 1.1 * cpu, opens: 1}, {cpu: cpu, opens: 1}}}
		p.size.recipients = n
		return p
	}
	a := axis{name: "recipients", flat: within}
	for _, c := range []struct {
		points []*point
		missed bool
	}{
		{[]*point{at(1000, 100, 100), at(1_000_000, 114, 399)}, false},
		{[]*point{at(1000, 100, 100), at(1_000_000, 116, 399)}, true},
		{[]*point{at(1000, 100, 100), at(1_000_000, 100, 401)}, true},
	} {
		if table, missed := printAxis(a, c.points); missed != c.missed || bytes.Contains(table, []byte("goal missed")) != c.missed {
			t.Errorf("missed %v, want %v\n%s", missed, c.missed, table)
		}
	}
	a.flat = 0
	if _, missed := printAxis(a, []*point{at(10, 100, 1), at(100, 900, 1)}); missed {
		t.Error("an axis that is only shown is judged")
	}
}

// TestOptions refuses what cannot be measured.
func TestOptions(t *testing.T) {
	for _, args := range []string{"--axes mail", "--opens 1", "--rounds 0", "--most 1", "more"} {
		if err := command(context.Background(), strings.Fields(args), io.Discard, io.Discard); err == nil {
			t.Errorf("%s is measured", args)
		}
	}
}
