package server

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"example.com/opentime/people"
	"example.com/opentime/rules"
)

// maxCampaignLabels bounds the campaigns that have a label of their own.
const maxCampaignLabels = 200

// metrics counts what happens, for Prometheus. Labels are published campaigns
// (others count as "other"), rungs, classes and causes: nothing of a recipient.
// METRICS.md says what each is.
type metrics struct {
	set *vm.Set

	mu        sync.RWMutex
	campaigns map[string]*campaignCounters // the rest share other's
	labels    int                          // of campaigns that have their own

	// By what they count, made at the start and never changed: what has not
	// happened yet is 0, not unknown.
	builtIns    map[cause]*vm.Counter
	anonymous   map[Damage]*vm.Counter
	drops       map[string]*vm.Counter
	storeErrors map[string]*vm.Counter
	behaviours  map[string]*vm.Counter
	beacons     map[string]*vm.Counter
	answers     map[string]*vm.Counter
	strays      *vm.Counter

	opens  [BuiltIn + 1]times // how long images took, by rung
	clicks times              // and clicks
	draws  times
}

// campaignCounters are the counters of one campaign.
type campaignCounters struct {
	opens  [BuiltIn + 1][rules.Scanner + 1]*vm.Counter
	clicks [newestAny + 1]*vm.Counter
	shared bool // with all campaigns that have no label of their own
}

// Why an open fell to the generic rung, and what the store could not do.
const (
	dropSaturated, dropSlow, dropDraw      = "saturated", "slow", "draw"
	storeProfile, storeAlias, storeJournal = "profile", "alias", "journal"
	storeOfShown, storeAnswer              = "shown", "answer"
)

// What becomes of events that recipients' histories are made of.
const eventsApplied, eventsIgnored, eventsRefused, eventsFailed = "applied", "ignored", "refused", "failed"

func newMetrics() *metrics {
	set := vm.NewSet()
	return &metrics{
		set: set, campaigns: map[string]*campaignCounters{},
		builtIns:    counters(set, "opentime_built_in_total", "cause", unknownLink, refused, panicked, headersLarge, starting),
		anonymous:   counters(set, "opentime_anonymous_total", "cause", NoID, MergeTag, Address, Garbled, BadSeal),
		drops:       counters(set, "opentime_dropped_total", "cause", dropSaturated, dropSlow, dropDraw),
		storeErrors: counters(set, "opentime_store_errors_total", "what", storeProfile, storeAlias, storeJournal, storeOfShown, storeAnswer),
		behaviours:  counters(set, "opentime_events_total", "result", eventsApplied, eventsIgnored, eventsRefused, eventsFailed),
		beacons:     counters(set, "opentime_beacons_total", "result", beaconTaken, beaconUnproven, beaconOrigin, beaconMachine, beaconUnread, beaconBusy, beaconFailed),
		answers:     counters(set, "opentime_answers_total", "result", answerProvisional, answerCounted, answerUnproven, answerMachine, answerClosed, answerFailed),
		strays:      set.NewCounter("opentime_stray_clicks_total"),
	}
}

// webhookResults are what becomes of a shop's messages. Never changed.
var webhookResults = [...]string{"unsigned", "failed", "refused", "applied", "ignored"}

// expect makes the counters of webhooks.
func (m *metrics) expect(webhooks map[string]Webhook) {
	for id := range webhooks {
		for _, result := range webhookResults {
			m.set.GetOrCreateCounter(`opentime_webhooks_total{webhook="` + id + `",result="` + result + `"}`)
		}
	}
}

// counters makes a counter for each value of a label.
func counters[Value ~string](set *vm.Set, name, label string, values ...Value) map[Value]*vm.Counter {
	of := make(map[Value]*vm.Counter, len(values))
	for _, value := range values {
		of[value] = set.GetOrCreateCounter(name + `{` + label + `="` + string(value) + `"}`)
	}
	return of
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
	c.shared = label != id
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

func (m *metrics) open(campaign string, rung Rung, class rules.Class, took time.Duration) {
	m.campaign(campaign).opens[rung][class].Inc()
	m.opens[rung].add(took)
}

func (m *metrics) click(campaign string, how matched) { m.campaign(campaign).clicks[how].Inc() }

// builtIn counts an answer from the lowest rung that no campaign's open is.
func (m *metrics) builtIn(why cause, took time.Duration) {
	m.builtIns[why].Inc()
	m.opens[BuiltIn].add(took)
}

// webhook counts what became of a message of a shop system, and reports whether it
// is the 1st, 2nd, 4th, 8th, ... of its kind, to be said in the log.
func (m *metrics) webhook(id, result string) (say bool) {
	c := m.set.GetOrCreateCounter(`opentime_webhooks_total{webhook="` + id + `",result="` + result + `"}`)
	c.Inc()
	n := c.Get()
	return n&(n-1) == 0
}

// behaviour counts what became of events; those of a request that failed are one.
func (m *metrics) behaviour(applied people.Applied, err error) {
	if err != nil {
		m.behaviours[eventsFailed].Inc()
		return
	}
	m.behaviours[eventsApplied].Add(applied.Applied)
	m.behaviours[eventsIgnored].Add(len(applied.Ignored))
	m.behaviours[eventsRefused].Add(len(applied.Refused))
}

func (m *metrics) strayClick() { m.strays.Inc() }

func (m *metrics) damaged(why Damage) { m.anonymous[why].Inc() }

// dropped counts why an open fell to the generic rung.
func (m *metrics) dropped(err error) {
	why := dropDraw
	switch {
	case errors.Is(err, errSaturated):
		why = dropSaturated
	case errors.Is(err, errSlow):
		why = dropSlow
	}
	if why == dropDraw && m.drops[why].Get() < 100 {
		slog.Warn("generic picture sent", "err", err)
	}
	m.drops[why].Inc()
}

func (m *metrics) storeFailed(what string, err error) {
	c := m.storeErrors[what]
	c.Inc()
	if n := c.Get(); n&(n-1) == 0 { // the 1st, 2nd, 4th, 8th, ...
		slog.Warn("store failed", "what", what, "times", n, "err", err)
	}
}
