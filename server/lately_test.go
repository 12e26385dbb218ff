package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
)

func TestOfLateIsAnHour(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := &Server{metrics: newMetrics(), config: Config{Now: func() time.Time { return now }}}
	late := func() (low, all uint64, campaigns map[string]uint64) {
		then, counted := s.lately.before(), s.metrics.counted(now)
		low, all = counted.below(&then)
		for id := range counted.campaigns {
			counted.campaigns[id] -= then.campaigns[id]
		}
		return low, all, counted.campaigns
	}
	s.Remember()
	for minute := range 180 {
		s.metrics.open("spring", Live, rules.Person, time.Millisecond)
		if minute < 60 {
			s.metrics.open("spring", Generic, rules.Proxy, time.Millisecond)
			s.metrics.builtIn(refused, 0)
		}
		now = now.Add(time.Minute)
		s.Remember()
		if minute == 59 {
			if low, all, _ := late(); low != 120 || all != 180 {
				t.Errorf("after an hour %d of %d are low", low, all)
			}
		}
	}
	if low, all, campaigns := late(); low != 0 || all != 60 || fmt.Sprint(campaigns) != "map[spring:60]" {
		t.Errorf("after three hours %d of %d are low, %v", low, all, campaigns)
	}
	if n := len(s.lately.known); n > 62 {
		t.Errorf("%d moments are known", n)
	}
}

// TestCampaignsThatShareALabelAreCountedOnce opens more campaigns than have a
// label.
func TestCampaignsThatShareALabelAreCountedOnce(t *testing.T) {
	s := &Server{metrics: newMetrics(), config: Config{Now: time.Now}}
	for i := range maxCampaignLabels + 50 {
		s.metrics.open(fmt.Sprint("c", i), Live, rules.Person, 0)
	}
	counted := s.metrics.counted(time.Now())
	if _, all := counted.below(&opensAt{}); all != maxCampaignLabels+50 || len(counted.campaigns) != maxCampaignLabels {
		t.Errorf("%d opens, %d campaigns", all, len(counted.campaigns))
	}
}

func TestWhatIsNotWellIsSaid(t *testing.T) {
	well := func() *Status {
		return &Status{State: "serving", Campaigns: []CampaignStatus{{ID: "spring"}}, Disk: Disk{Free: 50, Size: 100}}
	}
	if said := well().notWell(1, 100); len(said) > 0 {
		t.Errorf("one of a hundred is not well: %q", said)
	}
	for want, spoil := range map[string]func(*Status) (low, all uint64){
		"3 of 200 images of late were generic": func(*Status) (low, all uint64) { return 3, 200 },
		"it is draining":                       func(s *Status) (low, all uint64) { s.State = "draining"; return 0, 0 },
		"2 stored values were damaged":         func(s *Status) (low, all uint64) { s.Store.Alarms = 2; return 0, 0 },
		"nearly full":                          func(s *Status) (low, all uint64) { s.Disk.Free = 4; return 0, 0 },
		"served: 2; run opentime check and opentime test": func(s *Status) (low, all uint64) {
			s.Problems = []string{"a", "b"}
			return 0, 0
		},
		"no campaign is published":        func(s *Status) (low, all uint64) { s.Campaigns = nil; return 0, 0 },
		"spring shows its fallbacks only": func(s *Status) (low, all uint64) { s.Campaigns[0].FallbackOnly = true; return 0, 0 },
		"set OPENTIME_WEBHOOK_MAIN":       func(s *Status) (low, all uint64) { s.Secrets = []string{"OPENTIME_WEBHOOK_MAIN"}; return 0, 0 },
		"mistakes are being made":         func(s *Status) (low, all uint64) { s.Advice = []Advice{{}}; return 0, 0 },
	} {
		status := well()
		if said := status.notWell(spoil(status)); len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("want %q, said %q", want, said)
		}
	}
}
