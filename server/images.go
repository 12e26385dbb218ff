package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"example.com/opentime/render"
)

// Limits of drawing.
const (
	imageBytes    = 192 << 20
	strangerBytes = 64 << 20
	maxUnderWay   = 512                    // pictures that wait or are being drawn, for each processor
	requestTime   = 250 * time.Millisecond // the longest a whole request takes
	momentTime    = 2 * time.Second        // how long a picture that holds a second is kept
	landed        = 32                     // drawings that are remembered beside the cache, which is filled a moment later
)

// errSaturated and errSlow send an open one rung down.
var (
	errSaturated = errors.New("draw: more waits than can be drawn in time")
	errSlow      = errors.New("draw: not ready within the request's time")
)

// images turns pictures into images: from the cache, or by drawing, once at a
// time per picture, in as many workers as there are processors. What cannot be
// drawn in time is refused before it waits.
type images struct {
	drawn     *memory // by their pictures' keys
	strangers *memory // drawn for strangers alone, so that these push out nothing else
	draw      func(*render.Picture) (render.Image, error)
	now       func() time.Time
	workers   int

	mu      sync.Mutex
	some    sync.Cond // somebody waits, or all is closed
	closed  bool
	flights map[string]*flight // that wait, are being drawn, or were a moment ago
	recent  [landed]*flight    // a ring of the last
	lands   int                // how many there were
	lineup  *lineup
	busy    int // flights that wait or are being drawn
	counts  [lanes]laneCounts
	done    sync.WaitGroup
}

// laneCounts count a lane's pictures.
type laneCounts struct{ drawn, refused uint64 }

// flight is one drawing. drawn and err are set before done is closed and never
// changed again; the rest is guarded by the images' lock.
type flight struct {
	key     string
	picture *render.Picture
	done    chan struct{}
	drawn   *remembered
	err     error

	lane    lane // the best of whoever waits
	waiting int  // how many do
	begun   bool
}

func newImages(draw func(*render.Picture) (render.Image, error), now func() time.Time) (*images, error) {
	drawn, err := newMemory(imageBytes)
	if err != nil {
		return nil, err
	}
	strangers, err := newMemory(strangerBytes)
	if err != nil {
		return nil, err
	}
	i := &images{
		drawn: drawn, strangers: strangers, draw: draw, now: now, workers: runtime.GOMAXPROCS(0),
		flights: map[string]*flight{}, lineup: newLineup(),
	}
	i.some.L = &i.mu
	for range i.workers {
		i.done.Go(i.work)
	}
	return i, nil
}

// close ends the workers once they have drawn what they are drawing.
func (i *images) close() {
	i.mu.Lock()
	i.closed = true
	i.mu.Unlock()
	i.some.Broadcast()
	i.done.Wait()
	i.drawn.close()
	i.strangers.close()
}

// wanted says who waits for a picture.
type wanted struct {
	lane     lane
	campaign string
	until    time.Time
}

// get returns the image of a picture with this key in time, or an error that sends
// the open one rung down; a drawing that is late once it has begun ends into the
// cache all the same.
func (i *images) get(key []byte, p *render.Picture, w wanted) (*remembered, error) {
	if kept := i.kept(key, p); kept != nil {
		return kept, nil
	}
	f, err := i.board(key, p, w)
	if err != nil {
		return nil, err
	}
	late := time.NewTimer(w.until.Sub(i.now()))
	defer late.Stop()
	select {
	case <-f.done:
		return f.drawn, f.err
	case <-late.C:
	}
	i.mu.Lock()
	f.waiting--
	i.mu.Unlock()
	return nil, errSlow
}

// kept returns the image of a picture from memory. One that was drawn for strangers
// and is asked for again is kept as others are.
func (i *images) kept(key []byte, p *render.Picture) *remembered {
	if kept := i.drawn.get(key); kept != nil {
		return kept
	}
	kept := i.strangers.get(key)
	if kept != nil {
		i.drawn.keep(kept, lasts(p))
	}
	return kept
}

// lasts is how long a picture's image is worth keeping; 0: as long as there is room.
func lasts(p *render.Picture) time.Duration {
	if holdsSecond(p) {
		return momentTime
	}
	return 0
}

// board returns the flight that draws key: the one under way, or a new one where
// it can be drawn in time.
func (i *images) board(key []byte, p *render.Picture, w wanted) (*flight, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f, ok := i.flights[string(key)]
	switch {
	case ok && (f.begun || f.lane <= w.lane || !i.admits(p, w)):
		f.waiting++
		return f, nil
	case !ok && !i.admits(p, w):
		i.counts[w.lane].refused++
		return nil, errSaturated
	case !ok:
		own := *p // p is the caller's again, once it was answered
		own.Values = slices.Clone(p.Values)
		f = &flight{key: string(key), picture: &own, done: make(chan struct{})}
		i.flights[f.key] = f
		i.busy++
	}
	f.lane = w.lane
	f.waiting++
	i.lineup.add(f, w.lane, w.campaign)
	i.some.Signal()
	return f, nil
}

// admits reports whether a picture would be drawn in time. Of one that takes most
// of that time nobody sees the first drawing but those who ask again, so it need
// only begin in time.
func (i *images) admits(p *render.Picture, w wanted) bool {
	cost, patience := i.lineup.cost(p), w.until.Sub(i.now())
	wait := i.lineup.wait(w.lane, w.campaign, cost) / time.Duration(i.workers)
	return i.busy < maxUnderWay*i.workers && (wait == 0 || wait+wait/4+min(cost, patience/2) <= patience)
}

// work draws until close. Before each drawing it lets go first whoever could run: the
// runtime hands a processor back and forth between who draws and whom that wakes, and
// looks for others, such as who accepts connections, each 61st time. Of drawings of ten
// milliseconds that is most of a second.
func (i *images) work() {
	for t := i.next(); t != nil; t = i.next() {
		runtime.Gosched()
		i.finish(t)
	}
}

// next waits for the turn that is next, and begins it; nil at the end. Whom nobody
// waits for any longer is passed over while others wait.
func (i *images) next() *turn {
	i.mu.Lock()
	defer i.mu.Unlock()
	for !i.closed {
		t := i.lineup.take()
		if t == nil {
			i.some.Wait()
			continue
		}
		f := t.flight
		switch {
		case f.begun:
			i.lineup.leave(t)
		case f.waiting == 0 && t.lane != ahead && i.lineup.askedFor():
			i.lineup.leave(t)
			f.begun, f.err = true, errSlow
			i.land(f)
		default:
			f.begun = true
			return t
		}
	}
	return nil
}

// finish draws a turn's picture, keeps the image and wakes who waits. A picture
// whose drawing panics is an error like any other.
func (i *images) finish(t *turn) {
	f := t.flight
	began := i.now()
	defer func() {
		if cause := recover(); cause != nil {
			f.err = fmt.Errorf("draw: panic: %v", cause)
			level := slog.LevelError
			if t.lane == ahead {
				level = slog.LevelDebug // nobody asked for it
			}
			slog.Log(context.Background(), level, "drawing panicked", "layout", layoutOf(f.picture), "cause", cause, "stack", string(debug.Stack()))
		}
		took := i.now().Sub(began)
		i.mu.Lock()
		defer i.mu.Unlock()
		i.counts[t.lane].drawn++
		i.lineup.leave(t)
		i.lineup.learn(f.picture, took)
		i.land(f)
	}()
	var image render.Image
	if image, f.err = i.draw(f.picture); f.err == nil {
		f.drawn = remember(f.key, image)
		i.keep(f)
	}
}

// keep keeps a flight's image.
func (i *images) keep(f *flight) {
	to := i.drawn
	if f.lane == stranger {
		to = i.strangers
	}
	to.keep(f.drawn, lasts(f.picture))
}

// land wakes who waits for a flight. One that went well is remembered until the
// cache has it for certain, so that nobody draws its picture again.
func (i *images) land(f *flight) {
	i.busy--
	close(f.done)
	if f.err != nil {
		delete(i.flights, f.key)
		return
	}
	slot := &i.recent[i.lands%landed]
	i.lands++
	if old := *slot; old != nil && i.flights[old.key] == old {
		delete(i.flights, old.key)
	}
	*slot = f
}

func layoutOf(p *render.Picture) string {
	if p.Layout == nil {
		return ""
	}
	return p.Layout.ID
}
