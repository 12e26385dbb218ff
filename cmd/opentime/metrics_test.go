package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// exposed starts the demo, opens and clicks, and returns what /metrics says.
func exposed(t *testing.T) string {
	t.Helper()
	e := &env{stdout: io.Discard, stderr: io.Discard, now: time.Now, getenv: func(string) string { return "" }, zones: sharedZones}
	a, err := startApp(e, serveOptions{data: t.TempDir(), listen: "127.0.0.1:0", admin: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.stop() })
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(address string) string {
		answer, err := client.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	get(a.public + "/i/weekly-films/hero.jpg")
	get(a.public + "/c/weekly-films/hero")
	for text := ""; ; time.Sleep(20 * time.Millisecond) {
		if text = get(a.admin + "/metrics"); strings.Contains(text, "opentime_data_bytes{") { // is measured aside
			return text
		}
	}
}

// documentedMetric is a row of the page of metrics.
type documentedMetric struct{ kind, labels string }

// documentedMetrics reads the page of metrics.
func documentedMetrics(t *testing.T) map[string]documentedMetric {
	t.Helper()
	page, err := os.ReadFile("../../server/METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	metrics := map[string]documentedMetric{}
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) != 8 {
			t.Errorf("a row with %d cells: %s", len(cells)-2, line)
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		name := strings.Trim(cells[1], "`")
		if _, twice := metrics[name]; twice {
			t.Errorf("%s stands there twice", name)
		}
		if cells[3] == "" || cells[5] == "" {
			t.Errorf("%s has no unit, or nobody says what it is", name)
		}
		labels := strings.FieldsFunc(cells[4], func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(labels)
		metrics[name] = documentedMetric{cells[2], strings.Join(labels, " ")}
	}
	return metrics
}

// labelsOf are the names of all labels of a metric's samples.
func labelsOf(family *dto.MetricFamily) string {
	names := map[string]bool{}
	for _, m := range family.GetMetric() {
		for _, label := range m.GetLabel() {
			names[label.GetName()] = true
		}
		if m.Summary != nil {
			names["quantile"] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), " ")
}

// TestMetricsAreThoseOfTheirPage compares the page with what a server says, both
// ways, as Prometheus reads it.
func TestMetricsAreThoseOfTheirPage(t *testing.T) {
	text := exposed(t)
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, shop := newCounter(t).send("GET", "/metrics", "", "Authorization: Bearer read") // which the demo has none of
	ofShop, err := parser.TextToMetricFamilies(strings.NewReader(shop))
	if err != nil {
		t.Fatal(err)
	}
	families["opentime_webhooks_total"] = ofShop["opentime_webhooks_total"]
	documented := documentedMetrics(t)
	for name, family := range families {
		want, ok := documented[name]
		if !ok {
			t.Errorf("%s is exposed and not on the page", name)
			continue
		}
		got := documentedMetric{strings.ToLower(family.GetType().String()), labelsOf(family)}
		if got != want {
			t.Errorf("%s: exposed is %+v, on the page %+v", name, got, want)
		}
		if family.GetHelp() == "" {
			t.Errorf("%s has no help", name)
		}
	}
	for name := range documented {
		if families[name] == nil {
			t.Errorf("%s is on the page and not exposed", name)
		}
	}
	if opens := families["opentime_request_duration_seconds"]; opens != nil {
		counted := map[string]uint64{}
		for _, m := range opens.GetMetric() {
			buckets := m.GetHistogram().GetBucket()
			if last := buckets[len(buckets)-1].GetCumulativeCount(); last != m.GetHistogram().GetSampleCount() {
				t.Errorf("%d in the last bucket, %d in all", last, m.GetHistogram().GetSampleCount())
			}
			for _, label := range m.GetLabel() {
				if label.GetName() == "route" {
					counted[label.GetValue()] += m.GetHistogram().GetSampleCount()
				}
			}
		}
		if fmt.Sprint(counted) != "map[click:1 image:1]" {
			t.Errorf("times were counted for %v", counted)
		}
	}
	if said, err := promtool(t, strings.NewReader(text), "check", "metrics"); err != nil {
		t.Errorf("promtool: %s", said)
	}
}

// promtool runs Prometheus' own tool.
func promtool(t *testing.T, in io.Reader, args ...string) (string, error) {
	t.Helper()
	command := exec.Command("promtool", args...)
	command.Stdin = in
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	err := command.Run()
	return said.String(), err
}
