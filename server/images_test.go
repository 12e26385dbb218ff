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
	}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s.images = images
	t.Cleanup(images.close)
	return s
}

// ask asks for the picture of a name.
func (s *studio) ask(name string, l lane, patience time.Duration) (string, error) {
	drawn, err := s.get([]byte(name), &render.Picture{Locale: name}, wanted{l, "c", s.now().Add(patience)})
	if err != nil {
		return "", err
	}
	return string(drawn.image.Bytes), nil
}

func TestAPictureIsDrawnOnceAtATimeAndKept(t *testing.T) {
	s := newStudio(t)
	var asks sync.WaitGroup
	for range 20 {
		asks.Go(func() {
			if got, err := s.ask("hero", proven, time.Minute); got != "hero" || err != nil {
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
		if _, err := s.ask("hero", proven, time.Minute); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	if n := s.drawn.Load(); n > 50 {
		t.Errorf("a picture that was drawn is drawn %d times more", n)
	}
}

// TestWhatWaitsIsTheDrawingsOwn makes another picture of one that still waits, as an open
// does that could not wait so long.
func TestWhatWaitsIsTheDrawingsOwn(t *testing.T) {
	s := newStudio(t)
	picture := &render.Picture{Locale: "hero", Values: []render.Value{{Text: "hero"}}}
	if _, err := s.get([]byte("hero"), picture, wanted{proven, "c", s.now().Add(50 * time.Millisecond)}); !errors.Is(err, errSlow) {
		t.Fatal(err)
	}
	s.mu.Lock()
	waits := s.flights["hero"].picture
	s.mu.Unlock()
	picture.Locale, picture.Values[0].Text = "other", "other"
	if waits.Locale != "hero" || waits.Values[0].Text != "hero" {
		t.Errorf("what waits is %+v", waits)
	}
	close(s.let)
	if got, err := s.ask("hero", proven, time.Minute); got != "hero" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func (s *studio) underWay(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flights[name] != nil
}

// begun waits until a number of pictures are being drawn.
func (s *studio) begun(n int) {
	for count := 0; count < n; runtime.Gosched() {
		s.mu.Lock()
		count = 0
		for _, f := range s.flights {
			if f.begun {
				count++
			}
		}
		s.mu.Unlock()
	}
}

// TestWhatCannotBeDrawnInTimeIsRefused asks for more pictures than are drawn in
// time, while none is: about as many wait as would be, for as long as they may, the
// rest is refused at once.
func TestWhatCannotBeDrawnInTimeIsRefused(t *testing.T) {
	s := newStudio(t)
	const patience = 200 * time.Millisecond
	fit := s.workers * int(patience/firstCost)
	var asks sync.WaitGroup
	var slow, saturated atomic.Int64
	for i := range 3 * fit {
		asks.Go(func() {
			_, err := s.ask(fmt.Sprint("picture ", i), proven, patience)
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
	if n := int(slow.Load()); n < fit/2 || n > fit+s.workers || n+int(saturated.Load()) != 3*fit {
		t.Errorf("%d waited and %d were refused; %d can be drawn in time", n, saturated.Load(), fit)
	}
	close(s.let)
	// What nobody waits for any longer is passed over, what had begun ends into the cache.
	if got, err := s.ask("another", proven, time.Minute); got != "another" || err != nil {
		t.Errorf("after that: %q, %v", got, err)
	}
	if n := int(s.drawn.Load()); n > 2*s.workers+1 {
		t.Errorf("%d pictures were drawn that nobody waited for", n)
	}
}

// orderOf lines pictures up in the order given and returns in which order they are
// drawn, by one worker; each is named by its lane and campaign.
func orderOf(t *testing.T, asked []wanted) []string {
	t.Helper()
	q := newLineup()
	var order []string
	for _, w := range asked {
		q.add(&flight{picture: &render.Picture{}}, w.lane, w.campaign)
	}
	for next := q.take(); next != nil; next = q.take() {
		order = append(order, laneNames[next.lane]+" "+next.campaign)
		q.leave(next)
	}
	if len(order) != len(asked) {
		t.Fatalf("%d of %d were drawn", len(order), len(asked))
	}
	return order
}

// TestStrangersTakeOneInTwenty lines up a flood of strangers' pictures before those
// of signed links.
func TestStrangersTakeOneInTwenty(t *testing.T) {
	var asked []wanted
	for range 1000 {
		asked = append(asked, wanted{lane: stranger, campaign: "a"})
	}
	for range 95 {
		asked = append(asked, wanted{lane: proven, campaign: "a"})
	}
	asked = append(asked, wanted{lane: ahead, campaign: "a"})
	order := orderOf(t, asked)
	strangers := 0
	for _, name := range order[:100] {
		if name == "stranger a" {
			strangers++
		}
	}
	if strangers < 4 || strangers > 7 || order[len(order)-1] != "ahead a" {
		t.Errorf("%d strangers among the first hundred; the last is %q", strangers, order[len(order)-1])
	}
}

// TestCampaignsTakeTurns lines up many pictures of a campaign before a few of two
// others.
func TestCampaignsTakeTurns(t *testing.T) {
	var asked []wanted
	for range 100 {
		asked = append(asked, wanted{lane: proven, campaign: "a"})
	}
	for range 5 {
		asked = append(asked, wanted{lane: proven, campaign: "b"}, wanted{lane: proven, campaign: "c"})
	}
	seen := map[string]int{}
	for _, name := range orderOf(t, asked)[:15] {
		seen[name]++
	}
	if seen["proven a"] != 5 || seen["proven b"] != 5 || seen["proven c"] != 5 {
		t.Errorf("of the first fifteen: %v", seen)
	}
}

// TestSomebodyProvenIsNotKeptWaitingByStrangers has the same picture wanted by a
// stranger in a long line and then by a signed link.
func TestSomebodyProvenIsNotKeptWaitingByStrangers(t *testing.T) {
	s := newStudio(t)
	var asks sync.WaitGroup
	for i := range 4 * s.workers {
		asks.Go(func() { _, _ = s.ask(fmt.Sprint("flood ", i), stranger, time.Minute) })
		for !s.underWay(fmt.Sprint("flood ", i)) {
			runtime.Gosched()
		}
	}
	s.begun(s.workers)
	last := fmt.Sprint("flood ", 4*s.workers-1)
	asks.Go(func() {
		if got, err := s.ask(last, proven, time.Minute); got != last || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
	for waiting := 0; waiting < 2; runtime.Gosched() {
		s.mu.Lock()
		waiting = s.flights[last].waiting
		s.mu.Unlock()
	}
	s.mu.Lock()
	next := s.lineup.lanes[proven].waiting
	if len(next) != 1 || next[0].flight.key != last {
		t.Errorf("%d proven pictures wait", len(next))
	}
	s.mu.Unlock()
	close(s.let)
	asks.Wait()
	if n := int(s.drawn.Load()); n != 4*s.workers {
		t.Errorf("%d drawings of %d pictures", n, 4*s.workers)
	}
	if s.busy != 0 || s.lineup.lanes[stranger].backlog != 0 || len(s.lineup.lanes[stranger].campaigns) != 0 {
		t.Errorf("%d under way, a backlog of %v", s.busy, s.lineup.lanes[stranger].backlog)
	}
}

// TestStrangersPushNothingOut draws more for strangers than their memory holds: what
// was drawn for others stays.
func TestStrangersPushNothingOut(t *testing.T) {
	s := newStudio(t)
	close(s.let)
	if _, err := s.ask("signed", proven, time.Minute); err != nil {
		t.Fatal(err)
	}
	for i := range 4 * landed {
		if _, err := s.ask(fmt.Sprint("flood ", i), stranger, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	s.images.drawn.cache.Wait()
	if held := s.images.drawn.bytes(); held > 200 {
		t.Errorf("%d bytes are held for others; a flood is among them", held)
	}
	before := s.drawn.Load()
	if got, err := s.ask("signed", proven, time.Minute); got != "signed" || err != nil || s.drawn.Load() != before {
		t.Errorf("got %q, %v, drawn %d times more", got, err, s.drawn.Load()-before)
	}
}

func TestADrawingThatPanicsIsAnError(t *testing.T) {
	s := newStudio(t)
	close(s.let)
	for range 50 { // places are left, too
		if _, err := s.ask("panic", stranger, time.Minute); err == nil || !strings.Contains(err.Error(), "a drawing for tests") {
			t.Fatalf("got %v", err)
		}
	}
	if got, err := s.ask("hero", stranger, time.Minute); got != "hero" || err != nil {
		t.Errorf("after that: %q, %v", got, err)
	}
}
