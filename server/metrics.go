package server

import (
	"errors"
	"io"
	"log/slog"
	"sync"

	vm "github.com/VictoriaMetrics/metrics"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// maxCampaignLabels bounds the campaigns that have a label of their own.
const maxCampaignLabels = 200

// metrics counts what happens, for Prometheus. Labels are published campaigns
// (others count as "other"), rungs, classes and causes: nothing of a
// recipient.
type metrics struct {
	set *vm.Set

	mu        sync.RWMutex
	campaigns map[string]*campaignCounters // the rest share other's
	labels    int                          // of campaigns that have their own
}

// campaignCounters are the counters of one campaign.
type campaignCounters struct {
	opens  [BuiltIn + 1][rules.Scanner + 1]*vm.Counter
	clicks [newestAny + 1]*vm.Counter
}

func newMetrics() *metrics {
	return &metrics{set: vm.NewSet(), campaigns: map[string]*campaignCounters{}}
}

// matchedNames are the labels of how clicks were matched; never changed.
var matchedNames = [...]string{"unseen", "agreed", "newest-person", "newest-prefetcher", "newest"}

// campaign returns the counters of a campaign, making them at its first open.
func (m *metrics) campaign(id string) *campaignCounters {
	m.mu.RLock()
	c, ok := m.campaigns[id]
	m.mu.RUnlock()
	if ok {
		return c
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.campaigns[id]; ok {
		return c
	}
	label := id
	if m.labels++; m.labels > maxCampaignLabels {
		label = "other"
	}
	c = m.newCounters(label)
	m.campaigns[id] = c
	return c
}

func (m *metrics) newCounters(id string) *campaignCounters {
	c := &campaignCounters{}
	for rung := range c.opens {
		for class := range c.opens[rung] {
			c.opens[rung][class] = m.set.GetOrCreateCounter(
				`opentime_opens_total{campaign="` + id + `",rung="` + Rung(rung).String() + `",class="` + rules.Class(class).String() + `"}`)
		}
	}
	for i, name := range matchedNames {
		c.clicks[i] = m.set.GetOrCreateCounter(`opentime_clicks_total{campaign="` + id + `",matched="` + name + `"}`)
	}
	return c
}

func (m *metrics) open(campaign string, rung Rung, class rules.Class) {
	m.campaign(campaign).opens[rung][class].Inc()
}

func (m *metrics) click(campaign string, how matched) { m.campaign(campaign).clicks[how].Inc() }

// builtIn counts an answer from the lowest rung that no campaign's open is.
func (m *metrics) builtIn(why cause) {
	m.set.GetOrCreateCounter(`opentime_built_in_total{cause="` + string(why) + `"}`).Inc()
}

// webhook counts what became of a message of a shop system, and reports whether it
// is the 1st, 2nd, 4th, 8th, ... of its kind, to be said in the log.
func (m *metrics) webhook(id, result string) (say bool) {
	c := m.set.GetOrCreateCounter(`opentime_webhooks_total{webhook="` + id + `",result="` + result + `"}`)
	c.Inc()
	n := c.Get()
	return n&(n-1) == 0
}

func (m *metrics) strayClick() { m.set.GetOrCreateCounter(`opentime_stray_clicks_total`).Inc() }

func (m *metrics) damaged(why Damage) {
	m.set.GetOrCreateCounter(`opentime_anonymous_total{cause="` + string(why) + `"}`).Inc()
}

// dropped counts why an open fell to the generic rung.
func (m *metrics) dropped(err error) {
	why := "draw"
	switch {
	case errors.Is(err, errSaturated):
		why = "saturated"
	case errors.Is(err, errSlow):
		why = "slow"
	}
	if c := m.set.GetOrCreateCounter(`opentime_dropped_total{cause="` + why + `"}`); why == "draw" && c.Get() < 100 {
		slog.Warn("generic picture sent", "err", err)
	}
	m.set.GetOrCreateCounter(`opentime_dropped_total{cause="` + why + `"}`).Inc()
}

func (m *metrics) storeFailed(what string, err error) {
	c := m.set.GetOrCreateCounter(`opentime_store_errors_total{what="` + what + `"}`)
	c.Inc()
	if n := c.Get(); n&(n-1) == 0 { // the 1st, 2nd, 4th, 8th, ...
		slog.Warn("store failed", "what", what, "times", n, "err", err)
	}
}

// watch adds gauges of what the server is made of.
func (m *metrics) watch(s *Server) {
	gauge := func(name string, read func() float64) { m.set.NewGauge(name, read) }
	sources := func() signals.Sources { return s.config.Gatherer.Sources() }
	gauge("opentime_clients_date_seconds", func() float64 { return float64(sources().Clients.Date().Unix()) })
	gauge("opentime_geo_date_seconds", func() float64 {
		if geo := sources().Geo; geo != nil {
			return float64(geo.Date().Unix())
		}
		return 0
	})
	gauge("opentime_asn_date_seconds", func() float64 {
		if asns := sources().ASNs; asns != nil {
			return float64(asns.Date().Unix())
		}
		return 0
	})
	gauge("opentime_relays_date_seconds", func() float64 {
		if relays := sources().Relays; relays != nil {
			return float64(relays.Date().Unix())
		}
		return 0
	})
	gauge("opentime_data_files_refused", func() float64 {
		refused := 0
		for _, state := range sources().Files {
			if state.Error != "" {
				refused++
			}
		}
		return float64(refused)
	})
	gauge("opentime_weather_cells_known", func() float64 {
		if weather := sources().Weather; weather != nil {
			known, _ := weather.Known()
			return float64(known)
		}
		return 0
	})
	gauge("opentime_impressions_dropped", func() float64 {
		return float64(s.recorder.dropped.Load() + s.config.Journal.Stats().Dropped)
	})
	gauge("opentime_store_alarms", func() float64 { return float64(s.config.Store.Alarms() + s.shown.alarms.Load()) })
	gauge("opentime_store_failed", func() float64 {
		if s.config.Store.Failed() {
			return 1
		}
		return 0
	})
	gauge("opentime_readings", func() float64 { return float64(s.readings.len()) })
}

// write writes all metrics, those of the process too.
func (m *metrics) write(w io.Writer) {
	m.set.WritePrometheus(w)
	vm.WriteProcessMetrics(w)
}
