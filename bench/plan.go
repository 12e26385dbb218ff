package main

import (
	"math"
	"math/rand/v2"
	"time"

	"example.com/opentime/bench/load"
)

// event is what one reader does: a mail is opened, or a link of it clicked.
type event struct {
	at     time.Duration // since the start; fixed ahead
	who    int32         // among the recipients; -1: nobody known
	client int32
	click  int32 // the block that is clicked; -1: all images are asked for
}

// remembered is how many opens a plan remembers, for re-opens and clicks.
const remembered = 4096

// plan says who opens and clicks when, in order of time, without ever holding more
// than what it remembers. Opens are a Poisson process whose rate decays, given how
// many there are in all.
type plan struct {
	random          *rand.Rand
	clients         []load.Client
	people, blocks  int
	opens, done     int
	reopens, clicks float64
	decay           float64
	duration        time.Duration

	passed float64 // the share of all opens expected until now
	next   int32   // recipient
	recent []event // a ring
	held   *event  // a click that follows
}

func newPlan(o *options, t *target) *plan {
	return &plan{
		random: rand.New(rand.NewPCG(o.seed, 1)), clients: t.clients, people: len(t.people), blocks: len(t.mail.blocks),
		opens: o.opens(), reopens: o.reopens, clicks: o.clicks, decay: o.decay, duration: o.duration,
	}
}

// step returns the next event; false at the end.
func (p *plan) step() (event, bool) {
	if p.held != nil {
		e := *p.held
		p.held = nil
		return e, true
	}
	if p.done == p.opens {
		return event{}, false
	}
	// Of n places that are uniform in what is left, the first one.
	left := float64(p.opens - p.done)
	p.passed = 1 - (1-p.passed)*math.Pow(1-p.random.Float64(), 1/left)
	p.done++
	at := time.Duration(arrival(p.passed, p.decay) * float64(p.duration))
	if len(p.recent) > 0 && p.random.Float64() < p.clicks {
		click := p.recent[p.random.IntN(len(p.recent))]
		click.at, click.click = at, int32(p.random.IntN(p.blocks))
		p.held = &click
	}
	return p.open(at), true
}

// open is the next open: of a mail that was opened before, or of the next
// recipient's, in a client that stays theirs for the run.
func (p *plan) open(at time.Duration) event {
	if len(p.recent) > 0 && p.random.Float64() < p.reopens {
		e := p.recent[p.random.IntN(len(p.recent))]
		e.at = at
		return e
	}
	e := event{at: at, who: -1, click: -1, client: int32(load.Pick(p.clients, p.random.Float64()))}
	if p.people > 0 {
		e.who = p.next
		p.next = (p.next + 1) % int32(p.people)
		e.client = int32(load.Pick(p.clients, spread(e.who)))
	}
	if len(p.recent) < remembered {
		p.recent = append(p.recent, e)
	} else {
		p.recent[p.done%remembered] = e
	}
	return e
}

// arrival is when, as a share of the duration, a share of all opens has arrived:
// the rate falls by e to the power of decay from start to end.
func arrival(share, decay float64) float64 {
	if decay == 0 {
		return share
	}
	return -math.Log1p(-share*-math.Expm1(-decay)) / decay
}

// spread gives each number its own place between 0 and 1, evenly and the same in
// each run.
func spread(n int32) float64 {
	const golden = 0.6180339887498949
	_, place := math.Modf(float64(n) * golden)
	return place
}

// requests returns the requests of a plan's events, one after another: of an open
// all images of the mail.
func (p *plan) requests(t *target) func() (load.Request, bool) {
	e, block := event{}, len(t.mail.blocks)
	var address []byte
	return func() (load.Request, bool) {
		if block == len(t.mail.blocks) {
			var more bool
			if e, more = p.step(); !more {
				return load.Request{}, false
			}
			block = max(int(e.click), 0)
		}
		b := &t.mail.blocks[block]
		var who recipient
		if e.who >= 0 {
			who = t.people[e.who]
		}
		r := load.Request{At: e.at, Client: &t.clients[e.client], Image: &b.Image}
		path := b.image
		if block++; e.click >= 0 {
			path, r.Image, block = b.click, nil, len(t.mail.blocks)
		}
		address = b.address(address[:0], path, who)
		r.Path = string(address)
		return r, true
	}
}
