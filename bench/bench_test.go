package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/bench/load"
)

// TestDemo starts the demo as the command without arguments does, and sends to it
// for two seconds. What it writes is read again and compared with itself.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	data, page := filepath.Join(dir, "a.json"), filepath.Join(dir, "a.html")
	var out, said bytes.Buffer
	args := []string{"--rate", "5", "--duration", "2s", "--decode", "1", "--clicks", "0.5", "--timeout", "60s", "--json", data, "--html", page}
	if err := command(context.Background(), args, &out, &said); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), said.String())
	}
	r, err := readResult(data)
	if err != nil {
		t.Fatal(err)
	}
	clicks := r.Rows[len(r.Rows)-1]
	if total, images := r.Total(), r.Rows[1]; images.Requests != 10*11 || total.Valid != total.Requests || clicks.Name != load.ClickRow ||
		clicks.Requests == 0 || total.Requests != images.Requests+clicks.Requests {
		t.Errorf("rows %+v", r.Rows)
	}
	if r.RungsFrom != "each image" || rung(r, "live") == 0 || rung(r, "built-in") > 0 {
		t.Errorf("rungs %q %v", r.RungsFrom, r.Rungs)
	}
	if int64(r.Decoded) != r.Rows[1].Requests || r.Bytes < 100_000 || r.ServerCPU == 0 {
		t.Errorf("decoded %d, %d bytes, CPU %v", r.Decoded, r.Bytes, r.ServerCPU)
	}
	html, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, html)
	out.Reset()
	if err := command(context.Background(), []string{"compare", data, data}, &out, &said); err != nil || !strings.Contains(out.String(), "+0.0%") ||
		strings.Contains(out.String(), "different things") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// checkReport finds in a report its plots, well formed, and nothing from elsewhere.
func checkReport(t *testing.T, page []byte) {
	t.Helper()
	for _, outside := range []string{"<script", "<link", "<img", "@import", "url(", " src="} {
		if bytes.Contains(page, []byte(outside)) {
			t.Errorf("the report has %s", outside)
		}
	}
	rest, plots := string(page), 0
	for {
		_, after, found := strings.Cut(rest, "<svg")
		if !found {
			break
		}
		inside, after, _ := strings.Cut(after, "</svg>")
		rest, plots = after, plots+1
		if strings.Contains(inside, "NaN") || strings.Contains(inside, "Inf") {
			t.Errorf("plot %d has a point that is nowhere: %s", plots, inside)
		}
		for d := xml.NewDecoder(strings.NewReader("<svg" + inside + "</svg>")); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("plot %d: %v", plots, err)
			}
		}
	}
	if plots != 3 {
		t.Errorf("%d plots", plots)
	}
}

// TestCompare prints what is more and what is less, and what makes runs differ.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, r *load.Result) string {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	row := func(name string, requests int64, p50 float64) load.Row {
		return load.Row{Name: name, Requests: requests, Valid: requests - 1, Times: load.Times{P50: p50, P90: 8, P99: 16, P999: 32, Max: 64}}
	}
	a := write("a.json", &load.Result{Version: load.ResultVersion, Settings: "slow", Rows: []load.Row{row(load.TotalRow, 100, 2), row("image, stale", 3, 1)}, Rungs: []load.Rung{{Name: "live", Images: 80}}, MBps: 1.5, ServerCPU: 1})
	b := write("b.json", &load.Result{Version: load.ResultVersion, Settings: "fast", Rows: []load.Row{row(load.TotalRow, 200, 3)}, Rungs: []load.Rung{{Name: "live", Images: 160}, {Name: "generic", Images: 4}}, MBps: 3, ServerCPU: 1, Late: load.Times{P99: 70}})
	var out bytes.Buffer
	if err := compareFiles([]string{a, b}, &out); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"total: requests 100 200 +100.0%", "wrong 1 1 +0.0%", "p50 ms 2 3 +50.0%", "max ms 64 64 +0.0%", "rung live 80 160 +100.0%",
		"rung generic 0 4 ", "MB/s 1.50 3 +100.0%", "server CPU us/request 10000 5000 -50.0%", "different things", "A: slow", "B: fast", "B: This sender was late by 70.0 ms",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(words, "stale") {
		t.Errorf("a row that one run has not:\n%s", out.String())
	}
	other := write("other.json", &load.Result{Version: load.ResultVersion + 1, Rows: []load.Row{{}}})
	for _, args := range [][]string{{a}, {a, filepath.Join(dir, "none")}, {a, other}} {
		if err := compareFiles(args, io.Discard); err == nil {
			t.Errorf("%v are compared", args)
		}
	}
}

// TestProgress says how far a run is and what was counted.
func TestProgress(t *testing.T) {
	c := load.NewTally(20 * time.Second)
	c.Add(load.Outcome{Verdict: load.Verdict{What: load.Valid}})
	c.Add(load.Outcome{Verdict: load.Verdict{What: load.Failed, Why: "closed"}})
	for passed, want := range map[time.Duration]string{
		10 * time.Second: "[===============               ] 10 of 20 s, 2 answers, 1 wrong",
		30 * time.Second: "[==============================] 30 of 20 s, 2 answers, 1 wrong; waiting for the last",
	} {
		if got := progressLine(c, passed, 20*time.Second); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOptions refuses what cannot be sent.
func TestOptions(t *testing.T) {
	for _, args := range []string{
		"--rate 0", "--rate NaN", "--duration 0s", "--duration 25h", "--decay -1", "--reopens 1", "--clicks 1.5", "--connections 0", "--made 0", "--mails 0",
		"--public http://127.0.0.1:1", "--mail x.html", "--public http://a --mail x --images y", "--public http://a --mail x --recipients y --sender z", "what",
	} {
		if _, err := parseOptions(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%s is taken", args)
		}
	}
	for _, args := range []string{"--public ftp://a --images c/b.jpg", "--public http://a/b --images c/b.jpg", "--public http://a --images c.jpg", "--public http://a --mail /nowhere", "--public http://a --images c/b.jpg --recipients /nowhere"} {
		o, err := parseOptions(strings.Fields(args), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := findTarget(context.Background(), o, io.Discard); err == nil {
			t.Errorf("%s is a target", args)
		}
	}
}

// TestMetrics sums a page by rung.
func TestMetrics(t *testing.T) {
	page := func(live, generic, builtIn int, cpu float64) *load.Metrics {
		return load.ParseMetrics(fmt.Appendf(nil, `# TYPE opentime_opens_total counter
opentime_opens_total{campaign="a",rung="live",class="proxy"} %d
opentime_opens_total{campaign="b",rung="live",class="person"} 5
opentime_opens_total{campaign="a",rung="generic",class="proxy"} %d
opentime_built_in_total{cause="unknown-link"} %d
process_cpu_seconds_total %g
`, live, generic, builtIn, cpu))
	}
	r := &load.Result{}
	r.AddMetrics(page(10, 2, 0, 1.5), page(30, 2, 7, 4))
	if fmt.Sprint(r.Rungs) != "[{live 20} {built-in 7}]" || r.RungsFrom != "metrics" || r.ServerCPU != 2.5 {
		t.Errorf("%+v", r)
	}
}

// TestReportOfNothing draws plots of runs that ended before anything, or after one
// request, was sent.
func TestReportOfNothing(t *testing.T) {
	c := load.NewTally(time.Second)
	for range 2 {
		r := c.Result()
		r.Seconds = 0.1
		var page bytes.Buffer
		if err := writeReport(&page, r); err != nil {
			t.Fatal(err)
		}
		checkReport(t, page.Bytes())
		r.Print(io.Discard)
		c.Add(load.Outcome{Verdict: load.Verdict{What: load.Failed, Why: "<closed>"}, Took: time.Hour * 24})
	}
}
