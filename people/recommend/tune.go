package recommend

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Audience is whom a model will be asked for: what it is tuned to.
type Audience uint8

// Audiences. Known persons are in the log, and what they do next is wanted;
// strangers are not, and what else they like is.
const (
	Known Audience = iota
	Strangers
)

// Tuned says what tuning found.
type Tuned struct {
	Settings Settings
	Trials   int      // trainings it took
	Results  []Result // by the way that choices were held back
}

// Result is the NDCG@5 of one way to hold choices back.
type Result struct {
	Name    string
	Persons int
	NDCG    float64
	Popular float64 // of offering everybody what is popular
	Default float64 // of the settings that tuning starts from
}

// Lift is how many times better than popularity a result is.
func (r Result) Lift() float64 { return r.NDCG / max(r.Popular, 1e-9) }

// knob is a setting and the values that are tried, in order.
type knob struct {
	name   string
	value  func(s *Settings) *float64
	values []float64
}

// trainKnobs need a training for each value.
var trainKnobs = []knob{
	{"old", func(s *Settings) *float64 { return &s.Old }, []float64{0, 365, 120, 40}},
	{"long", func(s *Settings) *float64 { return &s.Long }, []float64{0, 0.5, 1}},
	{"share", func(s *Settings) *float64 { return &s.Share }, []float64{0, 0.1, 0.3, 0.8}},
	{"ridge", func(s *Settings) *float64 { return &s.Ridge }, []float64{0.1, 0.3, 1, 3, 10}},
	{"near", func(s *Settings) *float64 { return &s.Near }, []float64{1, 0.85, 0.6}},
	{"low", func(s *Settings) *float64 { return &s.Low }, []float64{0, 0.2, 0.5, 1}},
	{"back", func(s *Settings) *float64 { return &s.Back }, []float64{1, 0.3}},
}

// latelies are the values of Lately that are tried, the usual one first.
var latelies = []float64{30, 10, 90, 365, 0}

// serveKnobs are measured with a model as it is.
var serveKnobs = []knob{
	{"decay", func(s *Settings) *float64 { return &s.Decay }, []float64{1, 0.97, 0.93, 0.87, 0.75, 0.5, 0.3}},
	{"trend", func(s *Settings) *float64 { return &s.Trend }, []float64{0, 0.02, 0.05, 0.1, 0.2, 0.4, 1, 3, 10}},
	{"floor", func(s *Settings) *float64 { return &s.Floor }, []float64{0, 0.05, 0.15, 0.35}},
	{"fresh", func(s *Settings) *float64 { return &s.Fresh }, []float64{0, 0.1, 0.3, 0.6}},
}

// tuner looks for settings, one knob after the other.
type tuner struct {
	l       *Log
	trials  []*trial
	left    int // trainings that may still be done
	trained int
	tell    Progress
	best    Settings
	found   outcome // of best; nil: none yet
	first   outcome // of the settings it started from
}

// outcome is the gain of each case of each trial.
type outcome [][]float64

// Tune finds settings for a log by holding back choices that are known: each
// person's last and all after a moment for known ones, some of whole persons'
// for strangers. It tries as many as its size leaves time for, and the same log
// gives the same settings.
func Tune(ctx context.Context, l *Log, who Audience, tell Progress) (Tuned, error) {
	t := &tuner{l: l, tell: tell, best: defaults(who)}
	if len(l.events) == 0 {
		return Tuned{Settings: t.best}, nil
	}
	held := newHeld(l)
	switch {
	case who == Strangers:
		t.trials = append(t.trials, held.strangers(0))
	case held.timeless():
		t.trials = append(t.trials, held.someOut())
	default:
		t.trials = append(t.trials, held.lastOut(), held.timeOut(0.25))
	}
	t.trials = usable(t.trials)
	if len(t.trials) == 0 {
		return Tuned{Settings: t.best}, nil
	}
	if err := t.lately(ctx); err != nil {
		return Tuned{}, err
	}
	t.left = max(len(t.trials), held.budget())
	if err := t.try(ctx, t.best); err != nil {
		return Tuned{}, err
	}
	for range 2 {
		before := t.best
		for _, k := range trainKnobs {
			if k.name == "low" && !l.rated {
				continue
			}
			if err := t.turn(ctx, k); err != nil {
				return Tuned{}, err
			}
		}
		if t.best == before {
			break
		}
	}
	return t.report(ctx)
}

// timeless reports whether no time of the events is known.
func (b *held) timeless() bool {
	return !slices.ContainsFunc(b.l.events, func(e event) bool { return e.at != b.l.events[0].at })
}

// clearly is by how much another time that popularity is taken over has to
// foretell more, to be taken.
const clearly = 1.02

// lately finds over which time what was popular foretells the most, of all
// trials alike.
func (t *tuner) lately(ctx context.Context) error {
	gains := make([][]float64, len(t.trials))
	shares := make([]float64, len(latelies))
	for n, trial := range t.trials {
		for _, days := range latelies {
			got, err := t.popular(ctx, trial, days)
			if err != nil {
				return err
			}
			gains[n] = append(gains[n], got)
		}
		most := max(slices.Max(gains[n]), 1e-9)
		for v := range latelies {
			shares[v] += gains[n][v] / most
		}
	}
	best := 0
	for v := range latelies {
		if shares[v] > clearly*shares[best] {
			best = v
		}
	}
	t.best.Lately = latelies[best]
	return nil
}

// popular measures offering everybody of a trial what is popular.
func (t *tuner) popular(ctx context.Context, trial *trial, days float64) (float64, error) {
	m := &Model{items: t.l.items, hands: t.l.hands, popularity: trial.popularity(t.l, days)}
	got, err := m.MeasurePopular(ctx, trial.cases, 5)
	if err != nil {
		return 0, fmt.Errorf("measure popularity: %w", err)
	}
	return got, nil
}

// usable are the trials with enough persons to tell anything.
func usable(trials []*trial) []*trial {
	var out []*trial
	for _, t := range trials {
		if len(t.cases) >= 20 {
			out = append(out, t)
		}
	}
	return out
}

// budget is how many trainings there is time for: a number of the data, not of
// the machine, so that the same data is always tuned alike.
func (b *held) budget() int {
	const most, least, trainings = 30e9, 8e9, 120 // operations
	all, sampled := 0.0, 0.0
	for p, events := range b.persons {
		pairs := float64(len(events)) * float64(len(events))
		all += pairs
		if b.sampled[p] {
			sampled += pairs
		}
	}
	items := float64(len(b.l.items))
	cost := func(size sizes, pairs float64) float64 {
		row := min(float64(size.row), pairs/items)
		near := min(float64(size.near), row)
		if items*items <= maxGram {
			row = near / 2 // sums are looked up
		}
		measuring := 5000*items + 100_000*min(float64(len(b.persons)), maxCases) // a score of times
		return measuring + 3*pairs + items*near*(near*near/100+row)
	}
	left := max(least, most-cost(sizesFor(len(b.l.items)), all))
	return int(max(2, min(trainings, left/cost(tuningSizes(len(b.l.items)), sampled))))
}

// turn tries the values of a knob, those next to what it has first.
func (t *tuner) turn(ctx context.Context, k knob) error {
	at := k.nearest(&t.best)
	for apart := 1; apart < len(k.values); apart++ {
		for _, next := range []int{at + apart, at - apart} {
			if next < 0 || next >= len(k.values) || t.left < len(t.trials) {
				continue
			}
			s := t.best
			*k.value(&s) = k.values[next]
			if err := t.try(ctx, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// nearest is which of a knob's values a setting has, or the nearest.
func (k *knob) nearest(s *Settings) int {
	at := 0
	for n, v := range k.values {
		if math.Abs(v-*k.value(s)) < math.Abs(k.values[at]-*k.value(s)) {
			at = n
		}
	}
	return at
}

// try trains with settings, finds the best way to serve that and, if it is
// better than what was found before, keeps it.
func (t *tuner) try(ctx context.Context, s Settings) error {
	models := make([]*Model, len(t.trials))
	for n, trial := range t.trials {
		t.left--
		t.trained++
		if t.tell != nil {
			t.tell("tuning", t.trained, t.trained+max(0, t.left))
		}
		m, err := trial.train(ctx, t.l, s)
		if err != nil {
			return err
		}
		models[n] = m
	}
	got, err := t.measure(ctx, models, s)
	if err != nil {
		return err
	}
	knobs := serveKnobs
	if t.found == nil {
		t.first = got
	} else {
		knobs = serveKnobs[:2] // from what was best before, which is near
	}
	for _, k := range knobs {
		if s, got, err = t.serve(ctx, models, k, s, got); err != nil {
			return err
		}
	}
	if t.found == nil || t.isBetter(got, t.found) {
		t.best, t.found = s, got
	}
	return nil
}

// serve tries the values of a knob of serving, each way as long as they are not
// worse, and returns the settings that are best, and their outcome.
func (t *tuner) serve(ctx context.Context, models []*Model, k knob, s Settings, got outcome) (Settings, outcome, error) {
	from := k.nearest(&s)
	for _, way := range []int{1, -1} {
		last := got
		for at := from + way; at >= 0 && at < len(k.values); at += way {
			tried := s
			*k.value(&tried) = k.values[at]
			other, err := t.measure(ctx, models, tried)
			if err != nil {
				return s, got, err
			}
			if gain, _ := t.gain(other, last); gain < 0 {
				break
			}
			if last = other; t.isBetter(other, got) {
				s, got = tried, other
			}
		}
	}
	return s, got, nil
}

// certain is how many standard errors something has to be better by to be taken.
const certain = 0.5

// isBetter reports whether an outcome is better than another by more than chance
// makes them differ: the mean of the trials' lifts, each case against itself.
func (t *tuner) isBetter(a, b outcome) bool {
	gain, deviation := t.gain(a, b)
	return gain > certain*deviation && gain > 1e-6
}

// gain is by how much an outcome is better than another, of what the settings come
// to that tuning starts from, and the standard error of that.
func (t *tuner) gain(a, b outcome) (gain, deviation float64) {
	variance := 0.0
	for n := range a {
		cases, base := float64(len(a[n])), max(mean(t.first[n]), 1e-3)
		sum, squares := 0.0, 0.0
		for c := range a[n] {
			d := (a[n][c] - b[n][c]) / base
			sum, squares = sum+d, squares+d*d
		}
		gain += sum / cases
		variance += (squares/cases - sum/cases*sum/cases) / cases
	}
	return gain, math.Sqrt(max(0, variance))
}

// mean is the mean of values, 0 if there are none.
func mean(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total / float64(max(1, len(values)))
}

// measure returns the gains of the models' picks served with settings.
func (t *tuner) measure(ctx context.Context, models []*Model, s Settings) (outcome, error) {
	out := make(outcome, len(models))
	for n, m := range models {
		served := *m
		served.Settings, served.popularity = s, t.trials[n].popularity(t.l, s.Lately)
		gains, err := served.gains(ctx, t.trials[n].cases, 5)
		if err != nil {
			return nil, err
		}
		out[n] = gains
	}
	return out, nil
}

// report says what was found.
func (t *tuner) report(ctx context.Context) (Tuned, error) {
	out := Tuned{Settings: t.best, Trials: t.trained}
	for n, trial := range t.trials {
		popular, err := t.popular(ctx, trial, t.best.Lately)
		if err != nil {
			return out, err
		}
		out.Results = append(out.Results, Result{trial.name, len(trial.cases), mean(t.found[n]), popular, mean(t.first[n])})
	}
	return out, nil
}
