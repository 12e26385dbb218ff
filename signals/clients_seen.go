package signals

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// Sizes of seenAgents.
const (
	seenSlots = 1 << 12
	seenAgent = 512 // bytes of a User-Agent; longer ones are not kept
)

// seenAgents remembers what User-Agents were found to be: few different ones
// make nearly all opens. Each has one place, and takes it from whoever has it.
type seenAgents struct {
	seed  maphash.Seed
	slots [seenSlots]atomic.Pointer[seen]
}

// seen is a User-Agent with its row and system. It is never changed.
type seen struct {
	agent       string
	row, system int
}

// find returns what scan says of a User-Agent, asked once for each that keeps
// its place. agent may be the caller's memory: what is kept is a copy.
func (s *seenAgents) find(agent string, scan func(string) (row, system int)) (row, system int) {
	if len(agent) > seenAgent {
		return scan(agent)
	}
	slot := &s.slots[maphash.String(s.seed, agent)%seenSlots]
	if kept := slot.Load(); kept != nil && kept.agent == agent {
		return kept.row, kept.system
	}
	row, system = scan(agent)
	slot.Store(&seen{strings.Clone(agent), row, system})
	return row, system
}
