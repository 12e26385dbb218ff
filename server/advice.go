package server

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"example.com/opentime/rules"
)

// Advice is a mistake that is being made around the server, as its opens show,
// and what to do about it.
type Advice struct {
	Mistake string    `json:"mistake"`
	What    string    `json:"what"`
	Do      string    `json:"do"`
	SuchAs  string    `json:"such_as,omitempty"` // a campaign's block, an address of the sender's own network
	Count   uint64    `json:"count,omitempty"`   // opens and clicks that show it, Of so many
	Of      uint64    `json:"of,omitempty"`
	Since   time.Time `json:"since"`
}

// mistake is one that opens show; those of the first day.
type mistake int

const (
	unbelievedForward mistake = iota
	privateReader
	unfilledTag
	mailAddress
	withoutSeal
	wrongSeal
	notImported
)

// mistakes are what each is counted by and what is said of it, once enough opens
// show it that tests and strangers cannot be the cause, and so many of a hundred.
// Never changed.
var mistakes = [...]struct {
	id, counter    string
	enough, ofHund uint64
	what, do       string
}{
	unbelievedForward: {
		"unbelieved-forward", `opentime_unbelieved_forwards_total`, 1, 0,
		"X-Forwarded-For comes from a private address that is not trusted, so every reader seems to sit there",
		"name the front's network in trusted_proxies of opentime.yaml and restart",
	},
	privateReader: {
		"private-reader", `opentime_private_readers_total`, 100, 90,
		"nearly all readers seem to have private addresses, so nobody's place is known",
		"let the front send X-Forwarded-For; if it does, name the network of the proxy before it in trusted_proxies, too",
	},
	unfilledTag: {
		"unfilled-tag", `opentime_anonymous_total{cause="` + string(MergeTag) + `"}`, 20, 5,
		"the mail platform does not fill in who the recipient is: links arrive with its merge tag",
		"compare the tag in the mail with what opentime link --for your platform prints",
	},
	mailAddress: {
		"mail-address", `opentime_anonymous_total{cause="` + string(Address) + `"}`, 20, 5,
		"links carry mail addresses instead of ids: they count as nobody's, and stand in the logs of others",
		"merge the column r that opentime sign adds, not the address",
	},
	withoutSeal: {
		"without-seal", `opentime_unsealed_total`, 20, 5,
		"ids come without a seal, so nothing personal is shown",
		"merge the column r that opentime sign adds; or import ids that are random and secret, and set recipients: keyed",
	},
	wrongSeal: {
		"wrong-seal", `opentime_anonymous_total{cause="` + string(BadSeal) + `"}`, 20, 5,
		"seals do not verify, so their recipients count as nobody",
		"see that the key which sealed them is in OPENTIME_KEYS, that sender is what it was, and that nothing shortens r; opentime verify LINK says which",
	},
	notImported: {
		"not-imported", `opentime_not_imported_total`, 20, 5,
		"ids come without a seal that were never imported, so nothing personal is shown, though recipients is keyed",
		"import their profiles, by the ids that the mail platform merges; or merge the column r that opentime sign adds",
	},
}

// Ages and spans of advice.
const (
	endsSoon   = 30 * 24 * time.Hour
	enoughSeen = 1000           // opens after which counting begins anew
	listedFor  = 24 * time.Hour // after a mistake was last seen
)

// adviser watches the counters for mistakes and says each once.
type adviser struct {
	counters [len(mistakes)]*vm.Counter
	such     [len(mistakes)]atomic.Pointer[string]
	opens    atomic.Uint64 // clicks, too

	mu     sync.Mutex
	before [len(mistakes)]uint64 // counts at which counting began
	opened uint64
	found  []found
}

// found is a mistake with when it was last seen.
type found struct {
	Advice
	last time.Time
}

func newAdviser(m *metrics) *adviser {
	a := &adviser{}
	for i := range mistakes {
		a.counters[i] = m.set.GetOrCreateCounter(mistakes[i].counter)
	}
	return a
}

// show notes where a mistake was seen first, which is counted elsewhere.
func (a *adviser) show(m mistake, where func() string) {
	if a.such[m].Load() == nil {
		text := where()
		a.such[m].CompareAndSwap(nil, &text)
	}
}

// count counts a mistake, too.
func (a *adviser) count(m mistake, where func() string) {
	a.counters[m].Inc()
	a.show(m, where)
}

// notice counts an open, and looks at it for what shows a mistake.
func (s *Server) notice(open *Open) {
	if open.Link.Damage != Undamaged {
		s.metrics.damaged(open.Link.Damage)
	}
	if open.Link.Seal != "" {
		s.use.count(open.Link.Seal, open.state, open.At)
	}
	a := s.advice
	a.opens.Add(1)
	block := open.Link.place
	switch open.Link.Damage {
	case MergeTag:
		a.show(unfilledTag, block)
	case Address:
		a.show(mailAddress, block)
	case BadSeal:
		a.show(wrongSeal, block)
	}
	if open.Trust == rules.Claimed && s.config.Recipients == rules.Signed {
		a.count(withoutSeal, block)
	}
	if !open.Address.IsPrivate() && !open.Address.IsLoopback() {
		return
	}
	why := privateReader
	if open.unbelieved {
		why = unbelievedForward
	}
	a.count(why, open.Address.String)
}

// Advise looks for mistakes and says new ones in the log. It returns those that
// were seen within a day. The demo makes none.
func (s *Server) Advise() []Advice {
	if s.config.Demo != nil {
		return nil
	}
	a, now := s.advice, s.config.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.look(now)
	s.lookAtData(now)
	s.lookAtKeys(now)
	var list []Advice
	for _, f := range a.found {
		if now.Sub(f.last) < listedFor {
			list = append(list, f.Advice)
		}
	}
	return list
}

// look compares what was counted since counting began.
func (a *adviser) look(now time.Time) {
	opens := a.opens.Load()
	of := opens - a.opened
	for i, m := range mistakes {
		count := a.counters[i].Get() - a.before[i]
		if count < m.enough || count*100 < of*m.ofHund {
			continue
		}
		advice := Advice{Mistake: m.id, What: m.what, Do: m.do, Count: count, Of: of}
		if such := a.such[i].Load(); such != nil {
			advice.SuchAs = *such
		}
		a.find(advice, now)
	}
	if of < enoughSeen {
		return
	}
	a.opened = opens
	for i := range a.counters {
		a.before[i] = a.counters[i].Get()
	}
}

// lookAtData finds data that is old, and files whose newest version is not
// accepted.
func (s *Server) lookAtData(now time.Time) {
	for _, d := range s.Data() {
		if strings.HasPrefix(d.Name, "feed ") {
			continue // opentime feed status has them
		}
		if d.Old {
			s.advice.find(Advice{
				Mistake: "old-" + d.Name,
				What:    fmt.Sprintf("the %s, is of %s, and %s", d.Holds, d.Date.Format("2 January 2006"), d.Why),
				Do:      d.Do, SuchAs: d.File,
			}, now)
		}
		if d.Error != "" {
			s.advice.find(Advice{Mistake: "refused-" + d.Name, What: "a new " + d.Holds + ", is not in use: " + d.Error, Do: d.Do, SuchAs: d.File}, now)
		}
	}
}

// lookAtKeys finds keys whose last day is near or past while links still come by
// them, and one that is about to sign no more. Of several the first counts.
func (s *Server) lookAtKeys(now time.Time) {
	for _, k := range s.Keys().Keys {
		last, err := time.Parse(time.DateOnly, k.LastDay)
		if err != nil || last.Sub(now) > endsSoon {
			continue
		}
		came := fmt.Sprintf("%d links came by it in the last 7 days", k.Week)
		switch {
		case k.Over && k.Week > 0:
			s.advice.find(Advice{
				Mistake: "key-over", SuchAs: "key " + k.Key,
				What: fmt.Sprintf("a key was over on %s and mails that it sealed are still opened, as nobody's: %s", k.LastDay, came),
				Do:   "unless it leaked, move its last day in OPENTIME_KEYS on, 400 days from when it last signed, and restart",
			}, now)
		case !k.Over && k.Signs:
			s.advice.find(Advice{
				Mistake: "key-signs-last", SuchAs: "key " + k.Key,
				What: fmt.Sprintf("the key that signs ends on %s, and links that it seals now end with it: %s", k.LastDay, came),
				Do:   "run opentime keys rotate, set what it prints, restart, and sign anew",
			}, now)
		case !k.Over && k.Week > 0:
			s.advice.find(Advice{
				Mistake: "key-ends", SuchAs: "key " + k.Key,
				What: fmt.Sprintf("a key ends on %s and mails that it sealed are still opened: %s", k.LastDay, came),
				Do:   "unless it leaked, move its last day in OPENTIME_KEYS on and restart; after it their recipients are nobody",
			}, now)
		}
	}
}

// find keeps a mistake that was found, and says it the first time.
func (a *adviser) find(advice Advice, now time.Time) {
	for i := range a.found {
		if f := &a.found[i]; f.Mistake == advice.Mistake {
			advice.Since = f.Since
			f.Advice, f.last = advice, now
			return
		}
	}
	advice.Since = now
	a.found = append(a.found, found{advice, now})
	slog.Warn(advice.What, "do", advice.Do, "such_as", advice.SuchAs, "opens", advice.Count, "of", advice.Of)
}
