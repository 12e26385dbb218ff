package server

import (
	"encoding/hex"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/journal"
	"example.com/opentime/signals"
)

// Status is how the server does.
type Status struct {
	State   string    `json:"state"` // serving or draining
	Sender  string    `json:"sender"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Now     time.Time `json:"now"`
	// NotWell says what somebody should look at, and where; none where all is well.
	NotWell []string `json:"not_well"`

	Since     time.Time         `json:"since"` // when "of late" begins
	Rungs     map[string]uint64 `json:"rungs"` // images of late
	Campaigns []CampaignStatus  `json:"campaigns"`
	Problems  []string          `json:"problems"` // that keep files from being served

	Feeds   []signals.FeedStatus   `json:"feeds"`
	Weather *signals.WeatherStatus `json:"weather,omitempty"`
	Model   ModelStatus            `json:"model"`  // that lists are ranked with
	Data    map[string]time.Time   `json:"data"`   // of when data files are
	Places  map[string]int         `json:"places"` // in each list

	Store   KeptStatus    `json:"store"`
	Journal journal.Stats `json:"journal"`
	Disk    Disk          `json:"disk"`
	Memory  uint64        `json:"memory_bytes"`
	Keys    []KeyStatus   `json:"keys"`
	Secrets []string      `json:"missing_secrets"` // variables of webhooks that are not answered for the want of them
	Advice  []Advice      `json:"advice"`
}

// CampaignStatus is how a campaign does.
type CampaignStatus struct {
	ID           string    `json:"id"`
	Number       uint64    `json:"number"`
	Revision     string    `json:"revision"`
	Published    time.Time `json:"published,omitzero"`
	FallbackOnly bool      `json:"fallback_only,omitempty"`
	Opens        uint64    `json:"opens"` // of late
}

// KeptStatus is how the store does.
type KeptStatus struct {
	Failed  bool   `json:"failed"`
	Alarms  uint64 `json:"alarms"` // values that were damaged
	Waiting int    `json:"waiting"`
}

// KeyStatus is a key that seals are verified with.
type KeyStatus struct {
	ID    string    `json:"id"`
	Signs bool      `json:"signs"`
	Until time.Time `json:"until,omitzero"` // its last day
}

// state is that of the public listener.
func (s *Server) state() string {
	if p := s.public.Load(); p != nil {
		return p.State()
	}
	return "starting"
}

// statusRoute answers GET /v1/status.
func (s *Server) statusRoute(ctx *fasthttp.RequestCtx) { answerJSON(ctx, s.Status()) }

// Status says how the server does.
func (s *Server) Status() Status {
	now := s.config.Now()
	status := Status{
		State: s.state(), Sender: s.config.Sender, Version: s.config.Build, Started: s.started, Now: now,
		Problems: append([]string{}, s.notedProblems()...), Feeds: s.feedStatus(),
		Data: map[string]time.Time{}, Places: map[string]int{},
		Store:   KeptStatus{s.config.Store.Failed(), s.config.Store.Alarms() + s.shown.alarms.Load(), s.shown.waiting()},
		Journal: s.config.Journal.Stats(), Keys: keyStatus(s.config.Keys), Advice: append([]Advice{}, s.Advise()...),
	}
	if s.config.Model != nil {
		status.Model = s.config.Model()
	}
	if s.config.Disk != nil {
		status.Disk = s.config.Disk()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	status.Memory = memory.Sys - memory.HeapReleased
	sources := s.config.Gatherer.Sources()
	status.Data["clients"] = sources.Clients.Date()
	if sources.Geo != nil {
		status.Data["geo"] = sources.Geo.Date()
	}
	for name, places := range sources.Places {
		status.Places[name] = len(places.All())
	}
	if sources.Weather != nil {
		weather := sources.Weather.Status()
		status.Weather = &weather
	}
	then, counted := s.lately.before(), s.metrics.counted(now)
	if status.Since = then.at; then.at.IsZero() {
		status.Since = s.started
	}
	status.Rungs = map[string]uint64{}
	for rung := range counted.rungs {
		status.Rungs[Rung(rung).String()] = counted.rungs[rung] - then.rungs[rung]
	}
	status.Secrets = []string{}
	for _, id := range slices.Sorted(maps.Keys(s.config.Webhooks)) {
		if variable, _ := WebhookVariable(id); len(s.config.Webhooks[id].Secrets) == 0 {
			status.Secrets = append(status.Secrets, variable)
		}
	}
	status.Campaigns = s.campaignStatus(&counted, &then)
	status.NotWell = status.notWell(counted.below(&then))
	return status
}

// keyStatus is how keys are.
func keyStatus(keys *Keys) []KeyStatus {
	var list []KeyStatus
	for _, k := range keys.List() {
		list = append(list, KeyStatus{ID: k.Kid, Signs: k.Signs, Until: k.LastDay})
	}
	return list
}

// campaignStatus is how campaigns do, by their ids.
func (s *Server) campaignStatus(counted, then *opensAt) []CampaignStatus {
	list := []CampaignStatus{}
	site := s.site.Load()
	for _, id := range slices.Sorted(maps.Keys(site.Campaigns)) {
		c := site.Campaigns[id]
		list = append(list, CampaignStatus{
			ID: id, Number: c.Number, Revision: hex.EncodeToString(c.Revision[:]), Published: c.At,
			FallbackOnly: c.FallbackOnly, Opens: counted.campaigns[id] - then.campaigns[id],
		})
	}
	return list
}

// Limits of what is well.
const (
	enoughOpens = 100 // below it a share of them says nothing
	lowShare    = 0.01
	lowDisk     = 0.05 // free
)

// notWell says what somebody should look at. low of all images of late were from
// the lowest two rungs.
func (status *Status) notWell(low, all uint64) []string {
	list := []string{}
	say := func(is bool, format string, args ...any) {
		if is {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	say(status.State != "serving", "it is %s", status.State)
	say(status.Store.Failed, "the store's disk failed: nothing personal is shown and nothing is kept; make room, or look at the disk")
	say(status.Store.Alarms > 0, "%d stored values were damaged; look at the disk", status.Store.Alarms)
	say(status.Journal.Failing, "the journal cannot be written, and records are lost; make room, or look at the disk")
	disk := &status.Disk
	say(disk.Size > 0 && float64(disk.Free) < lowDisk*float64(disk.Size), "the disk of the data is nearly full: %d MB are free", disk.Free>>20)
	say(all >= enoughOpens && float64(low) > lowShare*float64(all), "%d of %d images of late were generic or built-in; METRICS.md says why that is", low, all)
	say(len(status.Campaigns) == 0, "no campaign is published")
	say(len(status.Problems) > 0, "problems that keep files from being served: %d; run opentime check and opentime test", len(status.Problems))
	for _, c := range status.Campaigns {
		say(c.FallbackOnly, "campaign %s shows its fallbacks only; run opentime check", c.ID)
	}
	for i := range status.Feeds {
		f := &status.Feeds[i]
		say(f.Error != "" || f.Stale, "feed %s is not well; run opentime feed status %s", f.Feed, f.Feed)
	}
	say(status.Model.Error != "", "what to recommend could not be learnt, and the last model serves on: %s", status.Model.Error)
	if w := status.Weather; w != nil {
		say(w.Stale*2 > w.Cells, "the weather of %d of %d places is stale; the log says why", w.Stale, w.Cells)
	}
	for _, variable := range status.Secrets {
		say(true, "a shop's webhook is not answered; set %s to the secret that the shop signs with", variable)
	}
	say(len(status.Advice) > 0, "mistakes are being made around the server")
	return list
}
