package server

import (
	"sync"
	"time"
)

// lateFor is how far back "of late" looks.
const lateFor = time.Hour

// opensAt are how many opens there had been at a moment.
type opensAt struct {
	at        time.Time
	rungs     [BuiltIn + 1]uint64
	campaigns map[string]uint64
}

// lately remembers how many opens there had been each minute, for an hour.
type lately struct {
	mu    sync.Mutex
	known []opensAt // oldest first
}

// Remember notes how many opens there have been by now. It is called about once a
// minute.
func (s *Server) Remember() {
	now := s.metrics.counted(s.config.Now())
	l := &s.lately
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.known) > 0 && now.at.Sub(l.known[0].at) > lateFor {
		l.known = l.known[1:]
	}
	l.known = append(l.known, now)
}

// before is what was known about an hour ago, or longest.
func (l *lately) before() opensAt {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) == 0 {
		return opensAt{}
	}
	return l.known[0]
}

// counted adds up the counters of opens.
func (m *metrics) counted(at time.Time) opensAt {
	sum := opensAt{at: at, campaigns: map[string]uint64{}}
	for _, n := range m.builtIns {
		sum.rungs[BuiltIn] += n.Get()
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	other := false
	for id, c := range m.campaigns {
		n := uint64(0)
		for rung := range c.opens {
			for class := range c.opens[rung] {
				of := c.opens[rung][class].Get()
				n += of
				if !c.shared || !other {
					sum.rungs[rung] += of
				}
			}
		}
		other = other || c.shared
		if !c.shared {
			sum.campaigns[id] = n
		}
	}
	return sum
}

// below reports how many of the opens since then were from the lowest two rungs,
// and of how many.
func (now *opensAt) below(then *opensAt) (low, all uint64) {
	for rung := range now.rungs {
		n := now.rungs[rung] - then.rungs[rung]
		all += n
		if Rung(rung) >= Generic {
			low += n
		}
	}
	return low, all
}
