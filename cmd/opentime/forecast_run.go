package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// forecastRun decides the opens of many profiles, on all processors.
type forecastRun struct {
	server    *server.Server
	clients   []forecastClient
	given     []string
	campaigns []*campaignForecast
	profiles  int

	batches chan forecastBatch
	failed  atomic.Pointer[error]
}

// forecastBatch is some profiles on their way to be decided.
type forecastBatch struct {
	first int // number of the first among all
	known []*people.Known
}

// campaignForecast is what is known of a campaign so far.
type campaignForecast struct {
	campaign *rules.Campaign
	moments  []time.Time
	mu       sync.Mutex
	blocks   []blockForecast
}

// blockForecast is what is known of a block.
type blockForecast struct {
	block      *rules.Block
	pictures   *distinct // marked by clients
	impersonal *distinct
	running    bool        // its pictures run on between the moments
	fallback   []int       // times taken, by client
	rules      []ruleTally // of the block's rules
}

// ruleTally is how a rule fares. Of what it is when it is not taken nothing is
// noted once anybody reached it.
type ruleTally struct {
	taken   []int // by client
	fates   [rules.Fates]int
	example [rules.Fates]fateExample
	reached *atomic.Bool
}

// fateExample is why the first open found a rule in a state.
type fateExample struct {
	order int64 // of the opens
	text  string
}

// pictureBytes bounds the memory of all counts together.
const pictureBytes = 256 << 20

// add adds a campaign whose mail is opened at these moments.
func (r *forecastRun) add(c *rules.Campaign, moments []time.Time) {
	f := &campaignForecast{campaign: c, moments: moments}
	for _, block := range c.Blocks {
		b := blockForecast{block: block, fallback: make([]int, len(r.clients))}
		for range block.Rules {
			b.rules = append(b.rules, ruleTally{taken: make([]int, len(r.clients)), reached: new(atomic.Bool)})
		}
		f.blocks = append(f.blocks, b)
	}
	r.campaigns = append(r.campaigns, f)
}

// begin takes the server that decides, and tells mistakes in what is given before
// the first profile is read.
func (r *forecastRun) begin(by *server.Server) error {
	r.server = by
	for _, f := range r.campaigns {
		forecaster, err := by.Forecaster(f.campaign.ID)
		if err == nil {
			_, _, err = forecaster.Forecast(r.clients[0].open, nil, r.given)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// start makes the counts and the workers. What it returns waits for them.
func (r *forecastRun) start() (done func() error) {
	counts := 0
	for _, f := range r.campaigns {
		counts += 2 * len(f.blocks)
	}
	for _, f := range r.campaigns {
		for i := range f.blocks {
			f.blocks[i].pictures = newDistinct(pictureBytes / 8 / counts)
			f.blocks[i].impersonal = newDistinct(pictureBytes / 8 / counts)
		}
	}
	r.batches = make(chan forecastBatch)
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(r.work)
	}
	return func() error {
		close(r.batches)
		working.Wait()
		if err := r.failed.Load(); err != nil {
			return *err
		}
		return nil
	}
}

// put takes rows of the file on. Those that no import would take are refused.
func (r *forecastRun) put(ctx context.Context, profiles *people.Profiles, rows []people.Row) (people.Applied, error) {
	var applied people.Applied
	batch := forecastBatch{first: r.profiles}
	for i := range rows {
		known, err := profiles.Understand(&rows[i])
		if err != nil {
			applied.Refused = append(applied.Refused, people.RowNote{Row: i + 1, Why: err.Error()})
			continue
		}
		batch.known = append(batch.known, known)
	}
	applied.Applied = len(batch.known)
	r.profiles += len(batch.known)
	if err := r.failed.Load(); err != nil {
		return applied, *err
	}
	select {
	case r.batches <- batch:
		return applied, nil
	case <-ctx.Done():
		return applied, errors.New("stopped")
	}
}

// work decides batches until there are no more.
func (r *forecastRun) work() {
	var workers []*forecastWorker
	for _, f := range r.campaigns {
		workers = append(workers, &forecastWorker{run: r, of: f})
	}
	for batch := range r.batches {
		for _, w := range workers {
			if err := w.batch(batch); err != nil {
				r.failed.CompareAndSwap(nil, &err)
			}
		}
	}
	for _, w := range workers {
		w.flush()
		w.sum()
	}
}

// forecastWorker decides opens of one campaign, and keeps what it sees until it is
// worth a lock.
type forecastWorker struct {
	run        *forecastRun
	of         *campaignForecast
	forecaster *server.Forecaster
	blocks     []blockForecast // its own tallies
	seen       []sighting
}

// sighting is a picture that a client would be shown.
type sighting struct {
	block, client int
	picture       server.ForecastPicture
}

// maxSeen is how many sightings wait.
const maxSeen = 1 << 13

// batch decides all opens of some profiles.
func (w *forecastWorker) batch(batch forecastBatch) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("decide %s: panic: %v\n%s", w.of.campaign.ID, cause, debug.Stack())
		}
	}()
	if w.forecaster == nil {
		if err := w.begin(); err != nil {
			return err
		}
	}
	for i, known := range batch.known {
		for m, at := range w.of.moments {
			profile := known.Profile(at)
			for client := range w.run.clients {
				open := w.run.clients[client].open
				open.At, open.Recipient = at, known.ID
				decisions, pictures, err := w.forecaster.Forecast(open, profile, w.run.given)
				if err != nil {
					return err
				}
				order := (int64(batch.first+i)*int64(len(w.of.moments))+int64(m))*markBits + int64(client)
				w.note(decisions, pictures, client, order)
			}
		}
	}
	return nil
}

// begin makes the worker's own tallies.
func (w *forecastWorker) begin() (err error) {
	w.forecaster, err = w.run.server.Forecaster(w.of.campaign.ID)
	for i := range w.of.blocks {
		b := w.of.blocks[i]
		b.fallback = make([]int, len(w.run.clients))
		b.rules = make([]ruleTally, len(b.rules))
		for j := range b.rules {
			b.rules[j] = ruleTally{taken: make([]int, len(w.run.clients)), reached: w.of.blocks[i].rules[j].reached}
		}
		w.blocks = append(w.blocks, b)
	}
	return err
}

// note counts what an open would show.
func (w *forecastWorker) note(decisions []rules.Decision, pictures []server.ForecastPicture, client int, order int64) {
	block := -1
	for i := range decisions {
		if decisions[i].Position == 1 {
			block++
		}
		b := &w.blocks[block]
		b.running = b.running || pictures[i].Running
		w.seen = append(w.seen, sighting{block, client, pictures[i]})
		if decisions[i].Rule == nil {
			b.fallback[client]++
		}
		for j, rule := range decisions[i].Block.Rules {
			t := &b.rules[j]
			switch {
			case decisions[i].Rule == rule:
				t.taken[client]++
				if !t.reached.Load() {
					t.reached.Store(true)
				}
			case !t.reached.Load():
				w.miss(t, i, rule, order)
			}
		}
	}
	if len(w.seen) >= maxSeen {
		w.flush()
	}
}

// miss notes why a rule that nobody reached yet is not taken at a position.
func (w *forecastWorker) miss(t *ruleTally, position int, rule *rules.Rule, order int64) {
	fate := w.forecaster.Fate(position, rule)
	if t.fates[fate]++; t.fates[fate] == 1 {
		t.example[fate] = fateExample{order, w.why(fate, position, rule)}
	}
}

// why says of an open what made a rule's fate.
func (w *forecastWorker) why(fate rules.Fate, position int, rule *rules.Rule) string {
	x := w.forecaster.Explain(position)
	switch fate {
	case rules.Forestalled:
		return "rule " + x.Rule
	case rules.Untried:
		return x.Reason
	}
	for i := range x.Rules {
		if x.Rules[i].Name == rule.Name && fate == rules.Incomplete {
			return x.Rules[i].Missing
		}
		if x.Rules[i].Name == rule.Name {
			return x.Rules[i].Why()
		}
	}
	return ""
}

// flush counts the pictures that wait.
func (w *forecastWorker) flush() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	for _, s := range w.seen {
		b := &w.of.blocks[s.block]
		b.pictures.add(s.picture.Digest, 1<<s.client)
		b.impersonal.add(s.picture.Impersonal, 1<<s.client)
	}
	w.seen = w.seen[:0]
}

// sum adds the worker's own tallies to the campaign's.
func (w *forecastWorker) sum() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	for i := range w.blocks {
		own, all := &w.blocks[i], &w.of.blocks[i]
		all.running = all.running || own.running
		addAll(all.fallback, own.fallback)
		for j := range own.rules {
			all.rules[j].add(&own.rules[j])
		}
	}
}

func addAll(to, more []int) {
	for i, n := range more {
		to[i] += n
	}
}

// add adds how a rule fared elsewhere.
func (t *ruleTally) add(more *ruleTally) {
	addAll(t.taken, more.taken)
	for fate, n := range more.fates {
		if n > 0 && (t.fates[fate] == 0 || more.example[fate].order < t.example[fate].order) {
			t.example[fate] = more.example[fate]
		}
		t.fates[fate] += n
	}
}
