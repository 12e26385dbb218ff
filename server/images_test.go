package server

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/render"
)

// studio draws when it is let.
type studio struct {
	*images
	let   chan struct{}
	drawn atomic.Int64
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	s := &studio{let: make(chan struct{})}
	images, err := newImages(func(p *render.Picture) (render.Image, error) {
		<-s.let
		s.drawn.Add(1)
		if p.Locale == "panic" {
			panic("a drawing for tests")
		}
		return render.Image{Bytes: []byte(p.Locale)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.images = images
	t.Cleanup(images.close)
	return s
}

// ask asks for the picture of a name.
func (s *studio) ask(name string, humble bool, patience time.Duration) (string, error) {
	image, err := s.get([]byte(name), &render.Picture{Locale: name}, humble, patience)
	return string(image.Bytes), err
}

func TestAPictureIsDrawnOnceAtATimeAndKept(t *testing.T) {
	s := newStudio(t)
	var asks sync.WaitGroup
	for range 20 {
		asks.Go(func() {
			if got, err := s.ask("hero", false, time.Minute); got != "hero" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	for !s.underWay("hero") {
		runtime.Gosched()
	}
	close(s.let)
	asks.Wait()
	s.drawn.Store(0)
	for range 100 { // the cache is filled beside
		if _, err := s.ask("hero", false, time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	if n := s.drawn.Load(); n > 50 {
		t.Errorf("a picture that was drawn is drawn %d times more", n)
	}
}

func (s *studio) underWay(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flights[name] != nil
}

func TestNobodyWaitsForASaturatedStudio(t *testing.T) {
	s := newStudio(t)
	places := cap(s.places)
	var asks sync.WaitGroup
	var slow, saturated atomic.Int64
	for i := range 2 * places {
		asks.Go(func() {
			_, err := s.ask(fmt.Sprint("picture ", i), false, 200*time.Millisecond)
			switch {
			case errors.Is(err, errSlow):
				slow.Add(1)
			case errors.Is(err, errSaturated):
				saturated.Add(1)
			default:
				t.Errorf("a picture that is not drawn: %v", err)
			}
		})
	}
	asks.Wait()
	if slow.Load() != int64(places) || saturated.Load() != int64(places) {
		t.Errorf("%d waited for a drawing and %d for a place; there are %d places", slow.Load(), saturated.Load(), places)
	}
	close(s.let)
	// What was late ends into the cache.
	if got, err := s.ask("picture 0", false, time.Minute); got != "picture 0" || err != nil {
		t.Errorf("after that: %q, %v", got, err)
	}
}

func TestLinksBelowKeyedShareAQuarter(t *testing.T) {
	s := newStudio(t)
	quarter := cap(s.humble)
	var asks sync.WaitGroup
	var saturated atomic.Int64
	for i := range 2 * quarter {
		asks.Go(func() {
			if _, err := s.ask(fmt.Sprint("humble ", i), true, 200*time.Millisecond); errors.Is(err, errSaturated) {
				saturated.Add(1)
			}
		})
	}
	asks.Wait()
	if saturated.Load() != int64(quarter) {
		t.Errorf("%d of %d links below keyed find no place; a quarter is %d", saturated.Load(), 2*quarter, quarter)
	}
	if _, err := s.ask("keyed", false, 50*time.Millisecond); !errors.Is(err, errSlow) {
		t.Errorf("a keyed link finds no place beside them: %v", err)
	}
	close(s.let)
}

func TestADrawingThatPanicsIsAnError(t *testing.T) {
	s := newStudio(t)
	close(s.let)
	for range 50 { // places are left, too
		if _, err := s.ask("panic", true, time.Minute); err == nil || !strings.Contains(err.Error(), "a drawing for tests") {
			t.Fatalf("got %v", err)
		}
	}
	if got, err := s.ask("hero", true, time.Minute); got != "hero" || err != nil {
		t.Errorf("after that: %q, %v", got, err)
	}
}
