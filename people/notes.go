package people

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/opentime/rules"
)

// Limits of notes.
const (
	notesWaiting  = 50_000 // events that may wait to be kept
	notesTogether = 500    // that are kept at once
	mostRoom      = 8192   // events that there is room for from one time to the next
)

// Notes adds what mails themselves tell of to histories, beside the path of an open
// or a click: what waits may be lost with the power, and is in the journal. Opens of a
// mail within a minute are kept once, where they show the same.
type Notes struct {
	profiles *Profiles
	queue    chan note
	done     sync.WaitGroup
	dropped  atomic.Uint64
	room     []personEvent // run's own
}

// note is what one recipient did.
type note struct {
	id     string
	events []rules.Event
}

// NewNotes returns notes for profiles; they are to be closed.
func NewNotes(profiles *Profiles) *Notes {
	n := &Notes{profiles: profiles, queue: make(chan note, notesWaiting)}
	n.done.Go(n.run)
	return n
}

// Add takes over what a recipient did, or drops it and counts that. Of items whose tags
// it does not say they are looked up.
func (n *Notes) Add(id string, events ...rules.Event) {
	select {
	case n.queue <- note{id, events}:
	default:
		n.dropped.Add(uint64(len(events)))
	}
}

// Dropped is how many events could not be kept.
func (n *Notes) Dropped() uint64 { return n.dropped.Load() }

// Waiting is how many wait.
func (n *Notes) Waiting() int { return len(n.queue) }

// Close keeps what waits and ends. Nothing may be added any more.
func (n *Notes) Close() {
	close(n.queue)
	n.done.Wait()
}

func (n *Notes) run() {
	for first := range n.queue {
		notes := []note{first}
	more:
		for len(notes) < notesTogether {
			select {
			case next, ok := <-n.queue:
				if !ok {
					break more
				}
				notes = append(notes, next)
			default:
				break more
			}
		}
		n.keep(notes)
	}
}

// keep adds events to histories.
func (n *Notes) keep(notes []note) {
	var events []personEvent
	defer func() {
		if cause := recover(); cause != nil {
			n.dropped.Add(uint64(len(events)))
			slog.Error("keeping what mails tell of panicked", "cause", cause)
		}
	}()
	events = n.room[:0]
	for _, note := range notes {
		for _, e := range note.events {
			events = append(events, personEvent{note.id, 0, n.profiles.ofMail(e)})
		}
	}
	err := n.profiles.add(events, n.profiles.now(), func(known []RowNote, fill filling) error {
		if len(known) == len(events) {
			return nil // nothing is new
		}
		return n.profiles.store.PutRecipients(false, fill)
	})
	if err != nil {
		n.dropped.Add(uint64(len(events)))
		slog.Warn("what mails tell of is not kept", "err", err)
	}
	if clear(events); cap(events) <= mostRoom { // lets go of their texts
		n.room = events
	}
}

// ofMail is an event as a history keeps it.
func (p *Profiles) ofMail(e rules.Event) keptEvent {
	if e.Item != "" && len(e.Tags) == 0 && p.tagsOf != nil {
		e.Tags = joinTags(nil, p.tagsOf(e.Item))
	}
	e.Tags = slices.Clone(e.Tags)
	return keptEvent{Event: e, stored: uint64(e.Kind) + 1, quantity: 1}
}
