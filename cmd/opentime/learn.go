package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// modelFile is where in the data folder the model lies that lists are ranked with,
// so that a start has it before it has learnt anew.
const modelFile = "model.otrec"

// tuneEvery is how often settings are looked for; in between what is new is learnt
// with those found last.
const tuneEvery = 24 * time.Hour

// trainTime is how long learning may take before it is given up.
const trainTime = time.Hour

// learner keeps the model that lists of items are ranked with. It learns from what
// recipients did, on one processor, beside the opens.
type learner struct {
	app   *app
	file  string
	ends  context.Context // the server's: what is asked for ends with it
	lists *people.Lists

	learning sync.Mutex // one at a time; held for what follows too
	events   int        // that were there when a model was last made
	items    int
	trainer  *recommend.Trainer // that made it; nil: none since the start, or it failed
	without  uint64             // Withdrawals before it was

	telling sync.Mutex
	told    server.ModelStatus
	asked   chan struct{} // closed once what somebody asked for is done; nil: nobody did
}

// newLearner uses the model that was kept, if there is one and it is whole.
func newLearner(ctx context.Context, a *app) *learner {
	l := &learner{app: a, file: filepath.Join(a.data, modelFile), ends: ctx, lists: a.profiles.Lists()}
	l.told.Lifts = []server.Lift{}
	file, err := os.Stat(l.file)
	if err != nil {
		return l
	}
	data, err := os.ReadFile(l.file)
	if err != nil {
		return l
	}
	m, err := recommend.Load(data)
	if err != nil {
		slog.Warn("lists are ranked anew", "file", l.file, "err", err)
		return l
	}
	l.told.Learnt, l.told.Items, l.told.Settings = file.ModTime(), m.Items(), &m.Settings
	l.lists.Use(m)
	return l
}

// status is how the model does.
func (l *learner) status() server.ModelStatus {
	l.telling.Lock()
	defer l.telling.Unlock()
	return l.told
}

// tell changes the status. What it points to is replaced, never changed.
func (l *learner) tell(change func(told *server.ModelStatus)) {
	l.telling.Lock()
	defer l.telling.Unlock()
	change(&l.told)
}

// train learns all anew, settings too, as server.Config has it.
func (l *learner) train() <-chan struct{} {
	l.telling.Lock()
	defer l.telling.Unlock()
	if l.asked != nil {
		return l.asked
	}
	done := make(chan struct{})
	l.asked = done
	l.app.running.Go(func() {
		defer close(done)
		l.learn(l.ends, true)
		l.telling.Lock()
		defer l.telling.Unlock()
		l.asked = nil
	})
	return done
}

// learn makes a model of what recipients did until now, if that or the catalogue
// is not what it was or all is to be done anew, and uses it from then on. Where
// that fails, be it by a panic, the last one serves on, and the status says why.
func (l *learner) learn(ctx context.Context, anew bool) {
	l.learning.Lock()
	defer l.learning.Unlock()
	began := l.app.env.now()
	l.tell(func(told *server.ModelStatus) { told.UnderWay, told.Began, told.Doing = true, began, "reading" })
	ctx, cancel := context.WithTimeout(ctx, trainTime)
	defer cancel()
	var err error
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
		if err != nil {
			l.trainer = nil // it may have stopped halfway
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			slog.Error("learning what to recommend failed; the last model serves on", "err", err)
		}
		l.tell(func(told *server.ModelStatus) {
			told.UnderWay, told.Began, told.Doing, told.Error = false, time.Time{}, "", ""
			if err != nil {
				told.Error = err.Error()
				told.Failures++
			}
		})
	}()
	err = l.work(ctx, began, anew)
}

// work is learn, which began at a time.
func (l *learner) work(ctx context.Context, began time.Time, anew bool) error {
	log := recommend.NewLog(nil)
	log.WorkWith(1)
	withdrawals := l.app.profiles.Withdrawals()
	l.app.catalogue.EachItem(func(item *rules.Item) { log.AddItem(learnable(item)) })
	if err := l.app.profiles.Learn(log); err != nil {
		return err
	}
	told := l.status()
	tune := anew || began.Sub(told.Tuned) >= tuneEvery
	switch {
	case log.Events() == 0 && log.Items() > 0 && withdrawals != l.without:
		return l.unlearn(withdrawals)
	case log.Events() == 0, !tune && log.Events() == l.events && log.Items() == l.items && withdrawals == l.without:
		return nil
	}
	if tune {
		tuned, err := recommend.Tune(ctx, log, recommend.Known, l.progress)
		if err != nil {
			return fmt.Errorf("tune: %w", err)
		}
		told.Settings, told.Lifts, told.Tuned = &tuned.Settings, lifts(tuned.Results), began
	}
	m, worked, err := l.model(ctx, log, *told.Settings, tune)
	if err != nil {
		return err
	}
	l.lists.Use(m)
	l.events, l.items, l.without = log.Events(), log.Items(), withdrawals
	now := l.app.env.now()
	l.tell(func(t *server.ModelStatus) {
		t.Learnt, t.Took, t.Events, t.Items = now, now.Sub(began).Seconds(), l.events, l.items
		t.Settings, t.Lifts, t.Tuned = told.Settings, told.Lifts, told.Tuned
	})
	slog.Info("learnt what to recommend", "events", l.events, "items", l.items, "worked_out", worked)
	return writeFile(l.file, func(w io.Writer) error { return m.Save(w) })
}

// model learns all anew, or what changed since the last model was made. It returns
// how many items were worked out.
func (l *learner) model(ctx context.Context, log *recommend.Log, s recommend.Settings, anew bool) (*recommend.Model, int, error) {
	if !anew && l.trainer != nil {
		return l.trainer.Update(ctx, log, l.progress)
	}
	l.trainer = recommend.NewTrainer(s)
	m, err := l.trainer.Train(ctx, log, l.progress)
	return m, log.Items(), err
}

// unlearn leaves the model behind: all that it was made of was withdrawn.
func (l *learner) unlearn(withdrawals uint64) error {
	l.lists.Use(nil)
	l.events, l.items, l.without, l.trainer = 0, 0, withdrawals, nil
	l.tell(func(t *server.ModelStatus) { t.Learnt, t.Events, t.Items = time.Time{}, 0, 0 })
	if err := os.Remove(l.file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove what was learnt: %w", err)
	}
	return nil
}

// progress tells how far the work is, as recommend.Progress.
func (l *learner) progress(what string, done, total int) {
	l.tell(func(told *server.ModelStatus) { told.Doing = fmt.Sprintf("%s, %d of %d", what, done, total) })
}

// lifts are the results of tuning, to be told.
func lifts(results []recommend.Result) []server.Lift {
	list := []server.Lift{}
	for _, r := range results {
		list = append(list, server.Lift{HeldBack: r.Name, Persons: r.Persons, NDCG: r.NDCG, Popular: r.Popular, Lift: r.Lift()})
	}
	return list
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
