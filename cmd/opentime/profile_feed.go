package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// profileFeeds keeps attributes of profiles fresh that somebody else computes. What
// was taken is in the store; of a file no copy is kept: who is forgotten would stand
// in it.
type profileFeeds struct {
	profiles *people.Profiles
	now      func() time.Time
	folder   string                   // of what is known of sources
	declared func() []rules.Attribute // now
	feeds    []*profileFeed
}

// profileFeed is a feed of profiles with what its last refresh left.
type profileFeed struct {
	profileFeedConfig
	source signals.Source
	kick   chan struct{} // has it refreshed before its time

	refreshing sync.Mutex
	state      profileFeedState // guarded by refreshing

	noting sync.Mutex
	notes  profileFeedNotes // guarded by noting, never held for long
}

// profileFeedNotes are what is told of a feed while it is refreshed too.
type profileFeedNotes struct {
	signals.FeedStatus
	missed int // refreshes since the source was last heard of
}

// openProfileFeeds knows again what was read before this start.
func (a *app) openProfileFeeds() {
	all := &profileFeeds{profiles: a.profiles, now: a.env.now, folder: filepath.Join(a.data, "feeds"), declared: a.profiles.Declared}
	for _, c := range a.started.profileFeeds {
		f := &profileFeed{profileFeedConfig: c, kick: make(chan struct{}, 1), source: signals.Source{URL: c.url, Network: a.env.network}}
		if c.file != "" {
			f.source.File, f.source.Open = a.folder.path(c.file), a.folder.open
		}
		f.notes.FeedStatus = signals.FeedStatus{Feed: c.id, Source: f.source.Name(), Format: "profiles"}
		if f.state = all.readState(f); f.state.Known {
			f.notes.Profiles = &signals.ProfileRows{Rows: f.state.Rows, Dated: f.state.At}
		}
		all.feeds = append(all.feeds, f)
	}
	a.profileFeeds = all
}

// run keeps the feeds fresh until ctx ends.
func (x *profileFeeds) run(ctx context.Context) {
	var feeds sync.WaitGroup
	for _, f := range x.feeds {
		feeds.Go(func() { x.keepFresh(ctx, f) })
	}
	feeds.Wait()
}

func (x *profileFeeds) keepFresh(ctx context.Context, f *profileFeed) {
	for {
		guarded("profile feed", func() {
			if _, err := x.refresh(ctx, f, false); err != nil && ctx.Err() == nil {
				slog.Warn("a feed of profiles is not taken; what was taken before stays", "feed", f.id, "err", err)
			}
		})
		// Not all at the same moment, wherever they are asked of.
		pause := f.refreshEvery - time.Duration(rand.Int64N(int64(f.refreshEvery)/10+1))
		select {
		case <-ctx.Done():
			return
		case <-f.kick:
		case <-time.After(pause):
		}
	}
}

// changed has the feeds that are files read soon, where they changed.
func (x *profileFeeds) changed() {
	for _, f := range x.feeds {
		if f.file != "" {
			select {
			case f.kick <- struct{}{}:
			default:
			}
		}
	}
}

// status says how every feed does, in order of their names.
func (x *profileFeeds) status() []signals.FeedStatus {
	var all []signals.FeedStatus
	for _, f := range x.feeds {
		f.noting.Lock()
		s := f.notes.FeedStatus
		f.noting.Unlock()
		if !s.Answered.IsZero() {
			s.Age = x.now().Sub(s.Answered).Round(time.Second).String()
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b signals.FeedStatus) int { return cmp.Compare(a.Feed, b.Feed) })
	return all
}

// Refresh asks a feed's source now. One that is forced lets through what guard would
// refuse, and what has not changed.
func (x *profileFeeds) Refresh(ctx context.Context, feed string, force bool) (signals.FeedReport, error) {
	i := slices.IndexFunc(x.feeds, func(f *profileFeed) bool { return f.id == feed })
	if i < 0 {
		return signals.FeedReport{Feed: feed}, fmt.Errorf("refresh feed %s: there is none of that name", feed)
	}
	return x.refresh(ctx, x.feeds[i], force)
}

// refresh reads a feed now, if it changed, and has the profiles take its rows. One that
// is broken, cut off, or has many fewer rows than the last changes nothing.
func (x *profileFeeds) refresh(ctx context.Context, f *profileFeed, force bool) (signals.FeedReport, error) {
	f.refreshing.Lock()
	defer f.refreshing.Unlock()
	f.note(func(n *profileFeedNotes) { n.Asked = x.now() })
	report, sum, err := x.read(ctx, f, force)
	if err != nil {
		err = fmt.Errorf("refresh feed %s: %w", f.id, err)
	}
	if ctx.Err() == nil { // else its source has missed nothing
		f.heard(&report, sum, err, x.now())
	}
	return report, err
}

// read is refresh, but for what is told of it.
func (x *profileFeeds) read(ctx context.Context, f *profileFeed, force bool) (report signals.FeedReport, taken *people.FeedSum, err error) {
	report = signals.FeedReport{Feed: f.id}
	declared := x.declared()
	known, names := f.state.SourceState, declaredText(declared)
	if force || names != f.state.Declared || known.Modified.IsZero() && ages(declared) {
		known = signals.SourceState{}
	}
	answer, err := f.source.Ask(ctx, known)
	if err != nil {
		return report, nil, err
	}
	if answer.Body == nil {
		report.Unchanged = true
		return report, nil, nil
	}
	copied, err := copyProfileFeed(x.folder, answer)
	if err != nil {
		return report, nil, err
	}
	defer copied.discard()
	now, state := x.now(), profileFeedState{SourceState: answer.State, Source: f.source.Name(), Declared: names, SHA256: copied.sum}
	if state.At = state.Modified; state.At.IsZero() || state.At.After(now) {
		state.At = now
	}
	if state.Modified.IsZero() && !force && !ages(declared) && names == f.state.Declared && state.SHA256 == f.state.SHA256 {
		report.Unchanged = true
		return report, nil, nil
	}
	file := &people.FeedFile{Name: cmp.Or(f.source.File, "feed "+f.id), Open: copied.open, At: state.At, Rest: x.rest()}
	sum, err := x.profiles.CheckFeed(ctx, file)
	report.Refused, report.Problems = sum.Refused, sum.Problems
	if err == nil && !force {
		err = f.guard(sum.Rows)
	}
	if err != nil {
		return report, nil, err
	}
	sum, err = x.profiles.ApplyFeed(ctx, file)
	report.Built, report.Items, report.Refused, report.Problems = state.At, sum.Rows, sum.Refused, sum.Problems
	if err != nil {
		return report, nil, err
	}
	state.Rows = sum.Rows
	f.state = state
	if err := x.writeState(f); err != nil {
		slog.Warn("a feed of profiles will be read again at the next start", "feed", f.id, "err", err)
	}
	return report, &sum, nil
}

// rest returns what leaves the machine to opens for as long as it was worked for.
func (x *profileFeeds) rest() func() {
	began := x.now()
	return func() {
		time.Sleep(x.now().Sub(began))
		began = x.now()
	}
}

// fewRows is how many rows may be gone, whatever share of all they are.
const fewRows = 10

// guard refuses a feed that has many fewer rows than the last one, as one that is cut
// off between two rows has.
func (f *profileFeed) guard(rows int) error {
	lost := f.state.Rows - rows
	if lost < fewRows || float64(lost) <= f.lost*float64(f.state.Rows) {
		return nil
	}
	return fmt.Errorf("%d of %d rows are gone from it, more than guard lets through; put them back, or run opentime feed refresh %s --force", lost, f.state.Rows, f.id)
}

// note changes what is told of the feed.
func (f *profileFeed) note(change func(*profileFeedNotes)) {
	f.noting.Lock()
	defer f.noting.Unlock()
	change(&f.notes)
}

// staleFeed is for how long a source that missed three refreshes is not stale yet.
const staleFeed = 15 * time.Minute

// heard notes what became of a refresh.
func (f *profileFeed) heard(report *signals.FeedReport, taken *people.FeedSum, err error, now time.Time) {
	f.note(func(n *profileFeedNotes) {
		if !report.Unchanged {
			n.Refused, n.FeedStatus.Problems = report.Refused, nil
			for _, p := range report.Problems {
				n.FeedStatus.Problems = append(n.FeedStatus.Problems, p.String())
			}
		}
		if err != nil {
			if n.Error == "" {
				n.Failing = now
			}
			n.Error = err.Error()
			n.Failures++
			n.missed++
			n.Stale = n.missed >= 3 && now.Sub(n.Answered) >= staleFeed
			return
		}
		n.Answered, n.Error, n.Failing, n.Stale, n.missed = now, "", time.Time{}, false, 0
		if taken != nil {
			n.Profiles = &signals.ProfileRows{Rows: taken.Rows, Applied: taken.Applied, Ignored: taken.Ignored, Dated: report.Built}
		}
	})
}

// ages reports whether an attribute is unknown once it is old, so that a source that
// says the same again and no date has to be read again.
func ages(declared []rules.Attribute) bool {
	return slices.ContainsFunc(declared, func(a rules.Attribute) bool { return a.Age > 0 })
}

// declaredText is what attributes are declared as, so that others are told from them.
func declaredText(declared []rules.Attribute) string {
	var text strings.Builder
	for _, a := range declared {
		_, _ = fmt.Fprintf(&text, "%s %d %q;", a.Name, a.Type, a.Values)
	}
	return text.String()
}

// addProfileFeeds says what is wrong with the feeds of profiles that are files.
func (s *site) addProfileFeeds(now func() time.Time) {
	profiles := people.Open(nil, s.sender, s.config.consent, now, func(string, string) bool { return true })
	for _, c := range s.config.profileFeeds {
		if c.file == "" {
			continue // it is not asked for here
		}
		name := s.folder.path(c.file)
		sum, err := profiles.CheckFeed(context.Background(), &people.FeedFile{
			Name: name, At: now(), Rest: func() {}, Open: func() (io.ReadCloser, error) { return s.folder.open(name) },
		})
		if err != nil {
			s.problems = append(s.problems, problemAt(c.node, "feed %q of profiles cannot be taken: %v; put it right, or name another file", c.id, cause(err)))
		}
		s.problems = append(s.problems, leftOut(sum.Problems)...)
	}
}
