package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// metricName is a name as metrics have them in an expression.
var metricName = regexp.MustCompile(`\b(?:opentime|process|go)_[a-z0-9_]+\b`)

// labelMatch is a label in an expression, and the values it is compared with.
var labelMatch = regexp.MustCompile(`(\w+)=~?"([^"]*)"`)

// checkExpression compares an expression with what the page of metrics has.
func checkExpression(t *testing.T, where, expression string, documented map[string]documentedMetric) (used []string) {
	t.Helper()
	for _, name := range metricName.FindAllString(expression, -1) {
		if _, ok := documented[name]; !ok {
			name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		}
		if _, ok := documented[name]; !ok {
			t.Errorf("%s: there is no metric %s", where, name)
		}
		used = append(used, name)
	}
	labels := "instance job le"
	for _, name := range used {
		labels += " " + documented[name].labels
	}
	for _, match := range labelMatch.FindAllStringSubmatch(expression, -1) {
		if !slices.Contains(strings.Fields(labels), match[1]) {
			t.Errorf("%s: none of its metrics has a label %s", where, match[1])
		}
	}
	return used
}

// TestTheBoardShowsMetricsThatExist has Prometheus read every expression of the
// board, whose metrics must exist, and every metric of the page but what says
// the same as others must be on the board.
func TestTheBoardShowsMetricsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../deploy/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			ID          int
			Type, Title string
			Description string
			GridPos     struct{ H, W, X, Y int }
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	documented, shown := documentedMetrics(t), map[string]bool{}
	var rows, rules []string
	ids, filled := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("%d is the number of two panels", p.ID)
		}
		ids[p.ID] = true
		if p.Type == "row" {
			rows = append(rows, p.Title)
			continue
		}
		if p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing or does not say what", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if filled[at] != "" || at[0] >= 24 {
					t.Fatalf("panel %q lies over %q, or beyond the edge", p.Title, filled[at])
				}
				filled[at] = p.Title
			}
		}
		for _, target := range p.Targets {
			for _, name := range checkExpression(t, p.Title, target.Expr, documented) {
				shown[name] = true
			}
			expression := strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(target.Expr)
			rules = append(rules, fmt.Sprintf("  - {record: a:b:c%d, expr: %q}\n", len(rules), expression))
		}
	}
	if want := "Is it well, Sources' ages, Store and journal, Capacity"; strings.Join(rows, ", ") != want {
		t.Errorf("its rows are %q", rows)
	}
	for name := range documented {
		if !shown[name] && !slices.Contains([]string{
			"opentime_unbelieved_forwards_total", "opentime_private_readers_total", "opentime_not_imported_total", // opentime_mistakes has them
			"opentime_campaigns_fallback_only", "opentime_places", "process_max_fds", "go_info",
		}, name) {
			t.Errorf("%s is not on the board", name)
		}
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte("groups:\n- name: board\n  rules:\n"+strings.Join(rules, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := promtool(t, nil, "check", "rules", file)
	if want := fmt.Sprintf("SUCCESS: %d rules found", len(rules)); err != nil || !strings.Contains(said, want) {
		t.Errorf("want %q: %s", want, said)
	}
}

// TestAlertsAreOfMetricsThatExist has Prometheus check the alerts and run their
// tests.
func TestAlertsAreOfMetricsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../deploy/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var alerts struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr         string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &alerts); err != nil {
		t.Fatal(err)
	}
	documented := documentedMetrics(t)
	for _, rule := range alerts.Groups[0].Rules {
		used := checkExpression(t, rule.Alert, rule.Expr, documented)
		if len(used) == 0 && rule.Alert != "OpentimeDown" {
			t.Errorf("%s asks about no metric", rule.Alert)
		}
		if s := rule.Labels["severity"]; s != "page" && s != "ticket" || rule.Annotations["summary"] == "" || rule.Annotations["do"] == "" {
			t.Errorf("%s does not say how bad it is, or what to do", rule.Alert)
		}
	}
	if said, err := promtool(t, nil, "check", "rules", "../../deploy/alerts.yaml"); err != nil {
		t.Error(said)
	}
	if said, err := promtool(t, nil, "test", "rules", "../../deploy/alerts_test.yaml"); err != nil {
		t.Error(said)
	}
}
