package server

import (
	"hash/maphash"
	"sync/atomic"
)

// agentSlots is how many User-Agents are kept.
const agentSlots = 1 << 11

// agents keeps the texts of User-Agents that were seen: few make nearly all opens,
// and each is recorded with every one of them. Each has one place, and takes it from
// whoever has it. It is safe for concurrent use.
type agents struct {
	seed  maphash.Seed
	slots [agentSlots]atomic.Pointer[string]
}

// own returns the text of an agent that is the request's, as one that may be kept.
func (a *agents) own(agent []byte) string {
	slot := &a.slots[maphash.Bytes(a.seed, agent)%agentSlots]
	if kept := slot.Load(); kept != nil && *kept == string(agent) {
		return *kept
	}
	text := string(agent)
	slot.Store(&text)
	return text
}
