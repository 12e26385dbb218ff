package server

import (
	"sync/atomic"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
	"github.com/valyala/fasthttp"
)

// useDays is for how many days it is kept how many links came by each key.
const useDays = 30

// keyUse counts the links that come by each key, so that an operator sees when
// one can go. It is kept in memory: the metric is for longer.
type keyUse struct {
	since   time.Time
	keys    map[byte]*oneKeyUse // never changed
	unknown *vm.Counter
}

// oneKeyUse is the use of one key.
type oneKeyUse struct {
	states [UnknownKey]*vm.Counter
	days   [useDays]atomic.Uint64 // by the day's number: the day, and how many came on it
}

// countBits are those of a day's word that count; the rest are the day.
const countBits = 40

func newKeyUse(m *metrics, keys *Keys, now time.Time) *keyUse {
	use := &keyUse{since: now, keys: map[byte]*oneKeyUse{}}
	counter := func(key string, state SealState) *vm.Counter {
		return m.set.GetOrCreateCounter(`opentime_seals_total{key="` + key + `",seal="` + state.String() + `"}`)
	}
	for _, k := range keys.List() {
		one := &oneKeyUse{}
		for state := range one.states {
			one.states[state] = counter(k.Kid, SealState(state))
		}
		use.keys[k.Kid[0]] = one
	}
	use.unknown = counter("other", UnknownKey)
	return use
}

// count notes what a link's seal turned out to be.
func (u *keyUse) count(seal string, state SealState, now time.Time) {
	if state == UnknownKey {
		u.unknown.Inc()
		return
	}
	one := u.keys[seal[1]]
	one.states[state].Inc()
	if state != Wrong {
		one.add(dayNumber(now))
	}
}

// dayNumber numbers days in UTC.
func dayNumber(at time.Time) uint64 { return uint64(max(0, at.Unix()/86400)) }

// add counts one on a day, over what was of the day so long before.
func (u *oneKeyUse) add(day uint64) {
	slot := &u.days[day%useDays]
	for {
		old := slot.Load()
		next := old + 1
		if old>>countBits != day {
			next = day<<countBits | 1
		}
		if slot.CompareAndSwap(old, next) {
			return
		}
	}
}

// within returns how many came on a day and those before it, n in all.
func (u *oneKeyUse) within(day uint64, n int) (count uint64) {
	for i := range uint64(n) {
		if word := u.days[(day-i)%useDays].Load(); word>>countBits == day-i {
			count += word & (1<<countBits - 1)
		}
	}
	return count
}

// KeysReport says which keys a server has, and how many links came by each.
type KeysReport struct {
	Since   time.Time   `json:"since"` // that links are counted
	Keys    []KeyReport `json:"keys"`
	Unknown uint64      `json:"unknown_key"` // links sealed by a key that is not there
}

// KeyReport is a key of a KeysReport. The last day's links are today's.
type KeyReport struct {
	Key     string `json:"key"`
	Signs   bool   `json:"signs"`
	LastDay string `json:"last_day,omitempty"` // "": it never ends
	Over    bool   `json:"over,omitempty"`
	Print   string `json:"print"` // the same here and there: the same key
	Day     uint64 `json:"links_1d"`
	Week    uint64 `json:"links_7d"`
	Month   uint64 `json:"links_30d"`
	Wrong   uint64 `json:"wrong"` // seals that name it and are not its
}

// ReportKeys describes keys of which nothing was counted.
func ReportKeys(keys *Keys, now time.Time) KeysReport {
	report := KeysReport{Since: now, Keys: []KeyReport{}}
	for _, k := range keys.List() {
		one := KeyReport{Key: k.Kid, Signs: k.Signs, Print: k.Print, Over: keys.keys[k.Kid[0]].over(now)}
		if !k.LastDay.IsZero() {
			one.LastDay = k.LastDay.Format(time.DateOnly)
		}
		report.Keys = append(report.Keys, one)
	}
	return report
}

// Keys describes the server's keys and how they are used.
func (s *Server) Keys() KeysReport {
	now := s.config.Now()
	report := ReportKeys(s.config.Keys, now)
	report.Since, report.Unknown = s.use.since, s.use.unknown.Get()
	for i := range report.Keys {
		one, use := &report.Keys[i], s.use.keys[report.Keys[i].Key[0]]
		day := dayNumber(now)
		one.Day, one.Week, one.Month = use.within(day, 1), use.within(day, 7), use.within(day, useDays)
		one.Wrong = use.states[Wrong].Get()
	}
	return report
}

// keysRoute answers GET /v1/keys.
func (s *Server) keysRoute(ctx *fasthttp.RequestCtx) { answerJSON(ctx, s.Keys()) }

// Does says in a word what a key does.
func (k *KeyReport) Does() string {
	switch {
	case k.Over:
		return "over"
	case k.Signs:
		return "signs"
	}
	return "verifies"
}
