package signals

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// WeatherConfig is what a Weather needs.
type WeatherConfig struct {
	Source WeatherSource
	// URL is the source's; "" is the one that it is known by.
	URL string
	// Contact is an address of the sender's: MET Norway's terms ask who asks.
	Contact string
	// Key is what the source gave the sender; "" if none. It stands in requests
	// and nowhere else.
	Key string
	// Age is how long an answer is believed; 0 is three hours.
	Age time.Duration
	Now func() time.Time // required
	// Transport carries requests out; nil is the network. RecordedWeather
	// answers from files instead.
	Transport http.RoundTripper
	// Recorded takes answers as of any day: an hour is looked up by its time
	// of day, and nothing ages. It is for the demo.
	Recorded bool
	// PerSecond is how many requests a second are sent at most; 0 is half of what
	// the source allows to one sender altogether, or less.
	PerSecond float64
}

// Weather knows the weather of cells of a tenth of a degree. It asks beside
// the request path: At only looks into memory. It is safe for concurrent use.
type Weather struct {
	config WeatherConfig
	client *http.Client
	terms  terms
	limit  *rate.Limiter
	daily  *rate.Limiter
	wake   chan struct{}

	asked, failures atomic.Uint64 // requests

	mu    sync.RWMutex
	cells map[cell]*cellState
	// pause is until when nothing is asked: the source said so.
	pause time.Time
}

// cell is a place on a grid of tenths of a degree.
type cell struct{ lat, lon int16 }

func cellOf(lat, lon float64) (cell, bool) {
	if !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
		return cell{}, false
	}
	return cell{int16(math.Round(lat * 10)), int16(math.Round(lon * 10))}, true
}

// point is the middle of the cell.
func (c cell) point() (lat, lon float64) { return float64(c.lat) / 10, float64(c.lon) / 10 }

// cellState is what is known of a cell. Its fields are guarded by Weather.mu;
// a forecast is never changed.
type cellState struct {
	kept     bool // of a place or a home: kept warm
	used     time.Time
	next     time.Time     // ask not before
	answered time.Time     // when the source last answered, 304 included
	every    time.Duration // from that answer to the next asking
	modified string        // Last-Modified of the forecast
	failures int
	forecast []Report // by hour
}

// limits of what is kept and asked.
const (
	maxCells       = 20_000
	weatherAge     = 3 * time.Hour
	weatherTimeout = 10 * time.Second
	weatherWorkers = 4
	maxWeatherBody = 2 << 20
	unusedCell     = 6 * time.Hour
	roundCells     = 40 // asked for in one round, so that new ones need not wait for all
)

// NewWeather returns a Weather that knows nothing yet; Run fills it. Of requests
// that a source counts by the day, half may be sent at once, as after a start.
func NewWeather(c WeatherConfig) *Weather {
	terms := c.Source.terms(c.Key)
	if c.URL == "" {
		c.URL = terms.url
	}
	if c.Age == 0 {
		c.Age = weatherAge
	}
	if c.PerSecond == 0 {
		c.PerSecond = terms.perSecond
	}
	daily := rate.NewLimiter(rate.Inf, 0)
	if terms.perDay > 0 {
		daily = rate.NewLimiter(rate.Limit(float64(terms.perDay)/86400/2), terms.perDay/2)
	}
	return &Weather{
		config: c, cells: map[cell]*cellState{}, wake: make(chan struct{}, 1), terms: terms,
		limit: rate.NewLimiter(rate.Limit(c.PerSecond), weatherWorkers), daily: daily,
		client: &http.Client{
			Transport: c.Transport, Timeout: weatherTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the source redirects") },
		},
	}
}

// Point is a point on the map.
type Point struct{ Lat, Lon float64 }

// Keep says for which points the weather is kept warm: those of places and of
// the commonest homes, most wanted first. It replaces what Keep said before.
func (w *Weather) Keep(points []Point) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, state := range w.cells {
		state.kept = false
	}
	for _, p := range points {
		if c, ok := cellOf(p.Lat, p.Lon); ok {
			if state := w.cell(c); state != nil {
				state.kept = true
			}
		}
	}
	w.wakeUp()
}

// cell returns the state of a cell, made if there is room for it. The caller
// holds the lock.
func (w *Weather) cell(c cell) *cellState {
	state := w.cells[c]
	if state == nil && len(w.cells) < maxCells {
		state = &cellState{}
		w.cells[c] = state
	}
	return state
}

func (w *Weather) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// At returns the weather at a point, and whether it is known: an answer that
// is too old is not. It is stale where the source has not answered for long. A
// cell nobody asked about before is asked for, for the next open.
func (w *Weather) At(lat, lon float64, now time.Time) (r Report, known, stale bool) {
	if w == nil {
		return Report{}, false, false
	}
	c, ok := cellOf(lat, lon)
	if !ok {
		return Report{}, false, false
	}
	var state cellState
	w.mu.RLock()
	if p := w.cells[c]; p != nil {
		state = *p
	}
	w.mu.RUnlock()
	if !state.kept && now.Sub(state.used) > unusedCell/2 {
		w.want(c)
	}
	forecast := state.forecast
	switch {
	case w.config.Recorded && len(forecast) > 0:
		r, known = hourOf(forecast, sameHour(forecast, now))
		return r, known, false
	case w.config.Recorded:
		return Report{}, false, false
	case len(forecast) == 0 || now.Sub(state.answered) > w.config.Age:
		return Report{}, false, state.stale(now)
	}
	r, known = hourOf(forecast, now)
	return r, known, state.stale(now)
}

// stale reports a cell whose source missed three refreshes or, where it never
// answered, three askings.
func (s *cellState) stale(now time.Time) bool {
	if s.failures == 0 || s.answered.IsZero() {
		return s.failures >= staleAfter
	}
	return now.Sub(s.answered) >= max(staleAfter*s.every, staleAtLeast)
}

// want notes that a cell was asked about.
func (w *Weather) want(c cell) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if state := w.cell(c); state != nil {
		state.used = w.config.Now()
		w.wakeUp()
	}
}

// hourOf returns the hour an instant lies in. Forecasts are hourly first and
// then every six hours.
func hourOf(forecast []Report, at time.Time) (Report, bool) {
	for _, hour := range slices.Backward(forecast) {
		if !hour.From.After(at) {
			return hour, at.Sub(hour.From) < 6*time.Hour
		}
	}
	// A new answer can begin with the hour to come.
	return forecast[0], forecast[0].From.Sub(at) < 2*time.Hour
}

// sameHour moves an instant by whole days into the first day of a forecast.
func sameHour(forecast []Report, at time.Time) time.Time {
	const day = 24 * time.Hour
	since := at.Sub(forecast[0].From) % day
	if since < 0 {
		since += day
	}
	return forecast[0].From.Add(since)
}

// Run asks for what is due until ctx ends.
func (w *Weather) Run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := w.round(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// round asks for cells that are due, and returns how long to wait for the next
// round.
func (w *Weather) round(ctx context.Context) time.Duration {
	due := w.due(w.config.Now())
	work := make(chan cell)
	var workers sync.WaitGroup
	for range min(weatherWorkers, len(due)) {
		workers.Go(func() {
			for c := range work {
				w.fetch(ctx, c)
			}
		})
	}
	for _, c := range due {
		work <- c
	}
	close(work)
	workers.Wait()
	if len(due) == roundCells {
		return 0
	}
	return time.Second
}

// due returns cells to ask for now, and drops those nobody wants any more. Those
// of opens go first, but leave half of a round to those that are kept warm.
func (w *Weather) due(now time.Time) []cell {
	w.mu.Lock()
	defer w.mu.Unlock()
	var opened, kept []cell
	for c, state := range w.cells {
		switch {
		case !state.kept && now.Sub(state.used) > unusedCell:
			delete(w.cells, c)
		case state.next.After(now) || w.pause.After(now):
		case state.kept:
			kept = append(kept, c)
		default:
			opened = append(opened, c)
		}
	}
	opened = opened[:min(len(opened), max(roundCells/2, roundCells-len(kept)))]
	due := append(opened, kept...)
	return due[:min(len(due), roundCells)]
}

// fetch asks for one cell and keeps the answer. What goes wrong is logged and
// tried again later; what was known stays until it is too old.
func (w *Weather) fetch(ctx context.Context, c cell) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("asking for weather panicked", "cause", cause)
			w.failed(c, 0)
		}
	}()
	if err := w.limit.Wait(ctx); err != nil {
		return
	}
	w.mu.RLock()
	modified := ""
	if state := w.cells[c]; state != nil {
		modified = state.modified
	}
	paused := w.pause.After(w.config.Now())
	w.mu.RUnlock()
	if paused {
		return
	}
	if !w.daily.AllowN(w.config.Now(), 1) {
		w.putOff(c)
		return
	}
	w.asked.Add(1)
	got, err := w.ask(ctx, c, modified)
	if err != nil {
		if ctx.Err() == nil {
			w.failures.Add(1)
			slog.Warn("weather is away", "lat", float64(c.lat)/10, "lon", float64(c.lon)/10, "cause", err)
			w.failed(c, got.pause)
		}
		return
	}
	w.answered(c, got)
}

// answered keeps an answer. Every cell is asked again when its answer expires,
// a little apart from the others.
func (w *Weather) answered(c cell, got answer) {
	now := w.config.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.cells[c]
	if state == nil {
		return
	}
	state.answered, state.failures, state.modified = now, 0, got.modified
	if got.forecast != nil {
		state.forecast = got.forecast
	}
	apart := time.Duration((int(c.lat)*31+int(c.lon)*17)%60+60) * time.Second / 2
	state.next = maxTime(got.expires, now.Add(w.terms.every)).Add(apart)
	state.every = state.next.Sub(now)
}

// putOff asks for a cell later, where the day's requests are used up: what is
// known of it ages meanwhile.
func (w *Weather) putOff(c cell) {
	slog.Warn("weather is asked for less: the source allows no more today", "requests", w.terms.perDay)
	w.mu.Lock()
	defer w.mu.Unlock()
	if state := w.cells[c]; state != nil {
		state.next = w.config.Now().Add(time.Hour)
	}
}

// failed puts a cell off, longer each time; pause puts off all.
func (w *Weather) failed(c cell, pause time.Duration) {
	now := w.config.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if pause > 0 {
		w.pause = now.Add(pause)
	}
	if state := w.cells[c]; state != nil {
		state.failures = min(state.failures+1, 6)
		state.next = now.Add(30 * time.Second << state.failures)
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
