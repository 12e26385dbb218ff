package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"example.com/opentime/render"
)

// Limits of drawing.
const (
	imageBytes  = 256 << 20
	queueFactor = 8
	placeTime   = 60 * time.Millisecond  // the longest wait for a place to draw
	requestTime = 250 * time.Millisecond // the longest a whole request takes
	momentTime  = 2 * time.Second        // how long a picture that holds a second is kept
)

// errSaturated and errSlow send an open one rung down.
var (
	errSaturated = errors.New("draw: no place within 60 ms")
	errSlow      = errors.New("draw: not ready within the request's time")
)

// images turns pictures into images: from the cache, or by drawing, once at a
// time per picture, in bounded workers.
type images struct {
	drawn *memory // by their pictures' keys
	draw  func(*render.Picture) (render.Image, error)

	mu      sync.Mutex
	flights map[string]*flight

	jobs   chan *flight
	places chan struct{} // a token per picture being drawn or waiting
	humble chan struct{} // the quarter of them that links below keyed share
	stop   chan struct{}
	done   sync.WaitGroup
}

// flight is one drawing under way. image and err are set before done is
// closed and never changed again.
type flight struct {
	key     string
	picture *render.Picture
	humble  bool
	done    chan struct{}
	image   render.Image
	err     error
}

func newImages(draw func(*render.Picture) (render.Image, error)) (*images, error) {
	drawn, err := newMemory(imageBytes)
	if err != nil {
		return nil, err
	}
	workers := runtime.GOMAXPROCS(0)
	places := workers * (1 + queueFactor)
	i := &images{
		drawn: drawn, draw: draw,
		flights: map[string]*flight{},
		jobs:    make(chan *flight, places),
		places:  make(chan struct{}, places),
		humble:  make(chan struct{}, max(1, places/4)),
		stop:    make(chan struct{}),
	}
	for range workers {
		i.done.Go(i.work)
	}
	return i, nil
}

// close ends the workers once they have drawn what they are drawing.
func (i *images) close() {
	close(i.stop)
	i.done.Wait()
	i.drawn.close()
}

// get returns the image of a picture with this key by deadline, or an error
// that sends the open one rung down; a drawing that is late ends into the cache
// all the same. humble callers share a quarter of the places to draw.
func (i *images) get(key []byte, p *render.Picture, humble bool, deadline time.Duration) (render.Image, error) {
	if image, ok := i.drawn.get(key); ok {
		return image, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	f, err := i.board(ctx, string(key), p, humble)
	if err != nil {
		return render.Image{}, err
	}
	select {
	case <-f.done:
		return f.image, f.err
	case <-ctx.Done():
		return render.Image{}, errSlow
	}
}

// board returns the flight that draws key: the one under way, or a new one
// once there is a place.
func (i *images) board(ctx context.Context, key string, p *render.Picture, humble bool) (*flight, error) {
	i.mu.Lock()
	f, ok := i.flights[key]
	i.mu.Unlock()
	if ok {
		return f, nil
	}
	if !i.takePlace(ctx, humble) {
		return nil, errSaturated
	}
	i.mu.Lock()
	if f, ok := i.flights[key]; ok {
		i.mu.Unlock()
		i.leavePlace(humble)
		return f, nil
	}
	f = &flight{key: key, picture: p, humble: humble, done: make(chan struct{})}
	i.flights[key] = f
	i.mu.Unlock()
	i.jobs <- f // never blocks: there are as many places as jobs fit
	return f, nil
}

// takePlace waits for a place to draw, 60 ms at most.
func (i *images) takePlace(ctx context.Context, humble bool) bool {
	ctx, cancel := context.WithTimeout(ctx, placeTime)
	defer cancel()
	if humble {
		select {
		case i.humble <- struct{}{}:
		case <-ctx.Done():
			return false
		}
	}
	select {
	case i.places <- struct{}{}:
		return true
	case <-ctx.Done():
		if humble {
			<-i.humble
		}
		return false
	}
}

func (i *images) leavePlace(humble bool) {
	<-i.places
	if humble {
		<-i.humble
	}
}

// work draws until close.
func (i *images) work() {
	for {
		select {
		case <-i.stop:
			return
		case f := <-i.jobs:
			i.finish(f)
		}
	}
}

// finish draws a flight's picture, keeps the image and wakes who waits. A
// picture whose drawing panics is an error like any other.
func (i *images) finish(f *flight) {
	defer func() {
		if cause := recover(); cause != nil {
			f.err = fmt.Errorf("draw: panic: %v", cause)
			slog.Error("drawing panicked", "layout", layoutOf(f.picture), "cause", cause, "stack", string(debug.Stack()))
		}
		i.mu.Lock()
		delete(i.flights, f.key)
		i.mu.Unlock()
		close(f.done)
		i.leavePlace(f.humble)
	}()
	f.image, f.err = i.draw(f.picture)
	if f.err != nil {
		return
	}
	during := time.Duration(0)
	if holdsSecond(f.picture) {
		during = momentTime
	}
	i.drawn.keep(f.key, f.image, during)
}

func layoutOf(p *render.Picture) string {
	if p.Layout == nil {
		return ""
	}
	return p.Layout.ID
}
