package server

import (
	"container/heap"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// lane says whose opens wait for a picture.
type lane uint8

// The lanes, the first served best.
const (
	proven   lane = iota // links that prove their recipient: keyed and signed ones
	stranger             // links that anybody can write
	ahead                // nobody yet: drawn before it is asked for, when nothing else waits
	lanes
)

// laneNames are the lanes' words in metrics; never changed.
var laneNames = [lanes]string{"proven", "stranger", "ahead"}

// strangersShare is the part of all drawing that strangers are left, one in so
// many, while the proven want more than there is. What one lane does not use the
// other has.
const strangersShare = 20

// lane is that of an open whose link proves so much. Its key tells a
// recipient from whoever guesses, so a flood of links that are made up is
// strangers', however large.
func (r *reading) lane() lane {
	if r.trust >= rules.Keyed {
		return proven
	}
	return stranger
}

// kindOf is what pictures cost about the same by.
type kindOf struct {
	layout string
	format render.Format
}

// Costs of drawing, where they are not known yet and at least.
const (
	firstCost = 10 * time.Millisecond
	leastCost = 500 * time.Microsecond
)

// lineup is the pictures that wait to be drawn. Among lanes drawing time is shared
// by weight, within a lane evenly among its campaigns, each picture counted by what
// drawing it costs: start-time fair queueing (Goyal, Vin and Cheng, 1996), whose
// time is virtual, that of the drawing done. It is not safe for concurrent use.
type lineup struct {
	lanes [lanes]laneLine
	costs map[kindOf]time.Duration
}

// laneLine is the pictures that wait in a lane.
type laneLine struct {
	waiting   turns
	backlog   time.Duration // what drawing them, and those that are being drawn, costs
	now       time.Duration // virtual: the start of what was taken last
	used      time.Duration // virtual, of all lanes: drawing done, by weight
	campaigns map[string]*campaignLine
}

// campaignLine is the pictures of a campaign in a lane.
type campaignLine struct {
	turns   int           // waiting or being drawn
	backlog time.Duration // what that costs
	finish  time.Duration // virtual: of the last one
}

// turn is a flight's in a lane. A flight that somebody in a better lane waits for
// has another there.
type turn struct {
	flight   *flight
	lane     lane
	campaign string
	cost     time.Duration
	start    time.Duration // virtual
}

// turns are a heap by start.
type turns []*turn

// Len is how many there are.
func (t turns) Len() int { return len(t) }

// Less reports whether one is before another.
func (t turns) Less(i, j int) bool { return t[i].start < t[j].start }

// Swap swaps two.
func (t turns) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

// Push adds one.
func (t *turns) Push(x any) { *t = append(*t, x.(*turn)) }

// Pop removes the last.
func (t *turns) Pop() any {
	last := len(*t) - 1
	x := (*t)[last]
	(*t)[last], *t = nil, (*t)[:last]
	return x
}

func newLineup() *lineup {
	q := &lineup{costs: map[kindOf]time.Duration{}}
	for l := range q.lanes {
		q.lanes[l].campaigns = map[string]*campaignLine{}
	}
	return q
}

func kind(p *render.Picture) kindOf { return kindOf{layoutOf(p), p.Format} }

// cost is what drawing a picture takes, as far as is known.
func (q *lineup) cost(p *render.Picture) time.Duration {
	if c, ok := q.costs[kind(p)]; ok {
		return c
	}
	return firstCost
}

// learn takes what drawing a picture took into account. The first of a layout
// compiles it and scales its photos, and a processor may have been away: what took
// long counts for less than what did not.
func (q *lineup) learn(p *render.Picture, took time.Duration) {
	c := q.cost(p)
	if more := min(took, 4*c) - c; more > 0 {
		c += more / 8
	} else {
		c += more / 2
	}
	if len(q.costs) > maxKinds {
		clear(q.costs) // layouts come and go
	}
	q.costs[kind(p)] = max(c, leastCost)
}

// maxKinds bounds the costs that are remembered.
const maxKinds = 10_000

// wait is about how much drawing is done before a picture of a campaign that costs
// so much, were it to wait in a lane: what its own campaign has waiting, and as
// much of each other one, but no more than there is.
func (q *lineup) wait(l lane, campaign string, cost time.Duration) time.Duration {
	own := &q.lanes[l]
	mine, others := cost, len(own.campaigns)
	if c, ok := own.campaigns[campaign]; ok {
		mine += c.backlog
		others--
	}
	before := min(own.backlog, mine*time.Duration(others+1)-cost)
	if l == stranger {
		before += min(q.lanes[proven].backlog, before*(strangersShare-1))
	}
	return before
}

// add puts a flight into a lane.
func (q *lineup) add(f *flight, l lane, campaign string) {
	own := &q.lanes[l]
	if len(own.waiting) == 0 {
		own.used = max(own.used, q.leastUsed())
	}
	c, ok := own.campaigns[campaign]
	if !ok {
		c = &campaignLine{}
		own.campaigns[campaign] = c
	}
	t := &turn{flight: f, lane: l, campaign: campaign, cost: q.cost(f.picture), start: max(own.now, c.finish)}
	c.finish = t.start + t.cost
	c.turns++
	c.backlog += t.cost
	own.backlog += t.cost
	heap.Push(&own.waiting, t)
}

// leastUsed is the least virtual time of the lanes in which somebody waits.
func (q *lineup) leastUsed() time.Duration {
	least := time.Duration(-1)
	for l := range ahead {
		if line := &q.lanes[l]; len(line.waiting) > 0 && (least < 0 || line.used < least) {
			least = line.used
		}
	}
	return max(least, 0)
}

// take removes the turn that is next; nil where nobody waits.
func (q *lineup) take() *turn {
	best := ahead
	for l := range ahead {
		if line := &q.lanes[l]; len(line.waiting) > 0 && (best == ahead || line.used < q.lanes[best].used) {
			best = l
		}
	}
	line := &q.lanes[best]
	if len(line.waiting) == 0 {
		return nil
	}
	t := heap.Pop(&line.waiting).(*turn)
	line.now = t.start
	if best == stranger {
		line.used += t.cost * (strangersShare - 1)
	} else {
		line.used += t.cost
	}
	return t
}

// leave ends a turn that was taken.
func (q *lineup) leave(t *turn) {
	own := &q.lanes[t.lane]
	own.backlog -= t.cost
	c := own.campaigns[t.campaign]
	c.backlog -= t.cost
	if c.turns--; c.turns == 0 {
		delete(own.campaigns, t.campaign)
	}
}

// askedFor reports whether somebody waits for a picture.
func (q *lineup) askedFor() bool {
	return len(q.lanes[proven].waiting)+len(q.lanes[stranger].waiting) > 0
}
