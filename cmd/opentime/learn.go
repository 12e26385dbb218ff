package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// modelFile is where in the data folder the model lies that lists are ranked with,
// so that a start has it before it has learnt anew.
const modelFile = "model.otrec"

// tuneEvery is how often settings are looked for; in between what is new is learnt
// with those found last.
const tuneEvery = 24 * time.Hour

// learner keeps the model that lists of items are ranked with. It learns from what
// recipients did, on one processor, beside the opens.
type learner struct {
	app   *app
	file  string
	lists people.Lists

	learning sync.Mutex
	tuned    time.Time // when settings were last looked for; zero: not since the start
	settings recommend.Settings
	events   int // that the model in use was made of
	items    int
}

// learnt is what learning came to.
type learnt struct {
	Events  int                `json:"events"`
	Items   int                `json:"items"`
	Changed bool               `json:"changed"` // there was something to learn
	Results []recommend.Result `json:"results"` // where settings were looked for
}

// load uses the model that was kept, if there is one and it is whole.
func (l *learner) load() {
	data, err := os.ReadFile(l.file)
	if err != nil {
		return
	}
	m, err := recommend.Load(data)
	if err != nil {
		slog.Warn("lists are ranked anew", "file", l.file, "err", err)
		return
	}
	l.settings = m.Settings
	l.lists.Use(m)
}

// keep learns what is new.
func (l *learner) keep(ctx context.Context) {
	if _, err := l.learn(ctx); err != nil && ctx.Err() == nil {
		slog.Error("learning what to recommend failed; the last model serves on", "err", err)
	}
}

// learn makes a model of what recipients did until now, if that or the catalogue
// is not what it was, and uses it from then on.
func (l *learner) learn(ctx context.Context) (learnt, error) {
	l.learning.Lock()
	defer l.learning.Unlock()
	log := recommend.NewLog(nil)
	log.WorkWith(1)
	l.app.catalogue.EachItem(func(item *rules.Item) { log.AddItem(learnable(item)) })
	if err := l.app.profiles.Learn(log); err != nil {
		return learnt{}, err
	}
	told := learnt{Events: log.Events(), Items: log.Items(), Results: []recommend.Result{}}
	tune := l.app.env.now().Sub(l.tuned) >= tuneEvery
	if told.Events == 0 || !tune && told.Events == l.events && told.Items == l.items {
		return told, nil
	}
	if tune {
		tuned, err := recommend.Tune(ctx, log, recommend.Known, nil)
		if err != nil {
			return told, fmt.Errorf("tune: %w", err)
		}
		l.settings, told.Results = tuned.Settings, append(told.Results, tuned.Results...)
		l.tuned = l.app.env.now()
	}
	m, err := recommend.Train(ctx, log, l.settings, nil)
	if err != nil {
		return told, err
	}
	l.lists.Use(m)
	l.events, l.items, told.Changed = told.Events, told.Items, true
	slog.Info("learnt what to recommend", "events", told.Events, "items", told.Items)
	if err := writeFile(l.file, func(w io.Writer) error { return m.Save(w) }); err != nil {
		return told, err
	}
	return told, nil
}

// learnable is what is learnt of an item beside who cared for it.
func learnable(item *rules.Item) recommend.Item {
	features := item.Tags
	for _, more := range []string{item.Brand, item.Category} {
		if more != "" {
			features = append(slices.Clip(features), more)
		}
	}
	price := 0.0
	if item.Price.Known() {
		price = float64(item.Price.N)
	}
	return recommend.Item{ID: item.ID, Title: item.Title, Features: features, Number: price}
}
