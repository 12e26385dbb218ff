package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/signals"
	"example.com/opentime/store"
)

// keepUp begins what is done beside the opens, until ctx ends.
func (a *app) keepUp(ctx context.Context) {
	for name, work := range map[string]func(context.Context){
		"weather of homes": func(ctx context.Context) { every(ctx, homesEvery, a.keepWarm) },
		"fallbacks":        func(ctx context.Context) { every(ctx, fallbacksEvery, a.keepFallbacks) },
		"pruning":          func(ctx context.Context) { every(ctx, pruneEvery, a.prune) },
		"warming":          func(ctx context.Context) { a.publisher.keepWarm(ctx, a.server.Warm) },
		"remembering":      func(ctx context.Context) { every(ctx, time.Minute, a.server.Remember) },
		"measuring":        func(ctx context.Context) { every(ctx, measureEvery, a.measure) },
		"profile feeds":    a.profileFeeds.run,
		"lists":            func(ctx context.Context) { every(ctx, listsEvery, a.refreshLists) },
		"learning":         func(ctx context.Context) { every(ctx, learnEvery, func() { a.learner.learn(ctx, false) }) },
		"advice":           func(ctx context.Context) { every(ctx, adviceEvery, func() { a.server.Advise() }) },
	} {
		a.running.Go(func() { guarded(name, func() { work(ctx) }) })
	}
}

// How often things are done beside the opens.
const (
	homesEvery     = 24 * time.Hour
	fallbacksEvery = 15 * time.Second
	pruneEvery     = 6 * time.Hour
	adviceEvery    = time.Minute
	learnEvery     = 15 * time.Minute
	listsEvery     = 15 * time.Minute
)

// every does work now and then as often as said, until ctx ends. A panic costs
// that one time only.
func every(ctx context.Context, pause time.Duration, work func()) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		guarded("upkeep", work)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keepFallbacks draws fallbacks again whose items changed, and publishes again
// what could not be written.
func (a *app) keepFallbacks() {
	a.reloading.Lock()
	a.publisher.refresh()
	unwritten := a.publisher.failed
	a.reloading.Unlock()
	if unwritten {
		a.reload()
	}
}

// warmHomes is how many of the commonest homes have their weather kept warm.
const warmHomes = 2000

// keepWarm names the points whose weather is wanted, the places' first.
func (a *app) keepWarm() {
	sources := a.gatherer.Sources()
	if sources.Weather == nil {
		return
	}
	var points []signals.Point
	for _, list := range sources.Places {
		for _, p := range list.All() {
			points = append(points, signals.Point{Lat: p.Lat, Lon: p.Lon})
		}
	}
	homes, err := a.profiles.Homes(warmHomes)
	if err != nil {
		slog.Warn("weather is kept warm for places only", "err", err)
	}
	for _, home := range homes {
		if lat, lon, ok := sources.Gazetteer.Find(home.Country, home.City); ok {
			points = append(points, signals.Point{Lat: lat, Lon: lon})
		}
	}
	sources.Weather.Keep(points)
}

// prune removes what was kept for as long as keep: and consent let it.
func (a *app) prune() {
	a.reloading.Lock()
	config := a.site.config
	a.reloading.Unlock()
	now := a.env.now()
	_, ofJournal := journal.Prune(a.journalFolder, now.Add(-config.keep.journal))
	_, ofShown := a.store.PruneShown(store.MaxStrangers, func(consent []byte, at int64) bool {
		keep := server.KeepShown(people.ConsentOf(consent, config.consent), config.keep.shown)
		return at < now.Add(-keep).UnixMilli()
	})
	_, ofEvents := a.store.PruneEvents(now.Add(-server.KeepEvents).UnixMilli(), store.MaxEvents)
	_, ofHistories := a.profiles.PruneHistories()
	_, ofAnswers := a.store.PruneAnswers(func(consent []byte) bool { return people.ConsentOf(consent, config.consent) == rules.ConsentNone })
	a.reloading.Lock()
	ofRevisions := a.publisher.prune(max(config.keep.journal, config.keep.shown) + pruneEvery)
	a.reloading.Unlock()
	if err := errors.Join(ofJournal, ofShown, ofEvents, ofHistories, ofAnswers, ofRevisions); err != nil {
		slog.Error("pruning failed", "err", err)
	}
}
