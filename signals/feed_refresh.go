package signals

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Run keeps the feeds fresh until ctx ends, beginning with all of them at once,
// and fetches the pictures that they name. What goes wrong is logged.
func (x *Catalogue) Run(ctx context.Context) {
	var feeds sync.WaitGroup
	for id := range x.feeds {
		feeds.Go(func() { x.keepFresh(ctx, id) })
	}
	if x.pictures != nil && !x.pictures.config.Still {
		feeds.Go(func() { x.keepPictures(ctx) })
	}
	feeds.Wait()
}

func (x *Catalogue) keepFresh(ctx context.Context, id string) {
	for {
		report, err := x.calmly(ctx, id)
		if ctx.Err() != nil {
			return
		}
		report.log(err)
		// Not all at the same moment, wherever they are asked of.
		pause := x.feeds[id].Refresh
		pause -= time.Duration(rand.Int64N(int64(pause)/10 + 1))
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// log says what went wrong with a refresh.
func (r *FeedReport) log(err error) {
	if err != nil {
		slog.Warn("feed not refreshed; the last good one serves on", "feed", r.Feed, "err", err)
	}
	if r.Refused > 0 && len(r.Problems) > 0 {
		slog.Warn("rows of a feed are left out", "feed", r.Feed, "rows", r.Refused, "first", r.Problems[0].String())
	}
}

// calmly is Refresh that turns a panic into an error.
func (x *Catalogue) calmly(ctx context.Context, id string) (report FeedReport, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			report.Feed, err = id, fmt.Errorf("refresh feed %s: panic: %v", id, cause)
		}
	}()
	return x.Refresh(ctx, id)
}

// Refresh reads a feed now, if it changed, and swaps its items. A feed that is
// broken, cut off or looks like half of one leaves the last good one in place,
// that of before this start too, and is an error; the report says which rows
// were left out.
func (x *Catalogue) Refresh(ctx context.Context, id string) (FeedReport, error) {
	f := x.feeds[id]
	if f == nil {
		return FeedReport{Feed: id}, fmt.Errorf("refresh feed %s: there is none of that name", id)
	}
	f.refreshing.Lock()
	defer f.refreshing.Unlock()
	return x.refresh(ctx, f, false)
}

// refresh is Refresh for who holds f.refreshing. One that is forced lets
// through what guard would refuse.
func (x *Catalogue) refresh(ctx context.Context, f *feed, forced bool) (FeedReport, error) {
	if !f.loaded || f.index.Hold && f.isDue(x.config.Now()) {
		// First what was good before this start: so that there is something if the
		// source is away, and something for guard to compare with if it is not.
		x.fromKept(f)
	}
	if f.index.Hold && f.loaded {
		x.heard(f, true)
		return FeedReport{Feed: f.ID, Unchanged: true}, nil
	}
	ctx, done := f.asking(ctx, x.config.Now())
	defer done()
	report, err := x.fromSource(ctx, f, forced)
	if err != nil {
		err = fmt.Errorf("refresh feed %s: %w", f.ID, err)
	}
	if errors.Is(context.Cause(ctx), errInterrupted) && err != nil {
		return report, err // its source has missed nothing
	}
	x.heard(f, err == nil)
	f.noteRefresh(&report, err, x.config.Now())
	if err == nil {
		return report, nil
	}
	if f.loaded && !f.expired && f.overdue(x.config.Now()) {
		f.expired = true
		if out := x.ask(&change{expire: f.ID}); out.err != nil {
			err = errors.Join(err, out.err)
		}
	}
	return report, err
}

// isDue reports whether what was read is to be read again, changed or not.
func (f *feed) isDue(now time.Time) bool {
	return !f.loaded || f.expired || !f.edge.IsZero() && !now.Before(f.edge)
}

// fromSource reads the feed from where it is.
func (x *Catalogue) fromSource(ctx context.Context, f *feed, forced bool) (FeedReport, error) {
	now := x.config.Now()
	known := f.state
	if f.isDue(now) || forced {
		known = SourceState{}
	}
	answer, err := f.source().Ask(ctx, known)
	if err != nil {
		return FeedReport{Feed: f.ID}, err
	}
	if answer.Body == nil {
		return FeedReport{Feed: f.ID, Unchanged: true}, nil
	}
	defer func() { _ = answer.Body.Close() }()
	copied := f.newCopy()
	defer copied.discard()
	content, report, err := f.read(ctx, answer.Body, copied, now)
	if err == nil {
		err = answer.Steady()
	}
	if err != nil {
		return report, err
	}
	version := FeedVersion{Version: copied.version(), Received: now}
	if f.index.left(version.Version) && f.loaded && !forced {
		if f.isDue(now) {
			x.fromKept(f)
		}
		f.state = answer.State
		return FeedReport{Feed: f.ID, Unchanged: true}, nil
	}
	content.chosen, content.tail = forced, f.tail
	report, err = x.load(f, content, answer.State.Modified)
	if err != nil {
		return report, err
	}
	f.state = answer.State
	version.Items, version.Dated = report.Items, content.stamp.time()
	var kept error
	version.Bytes, kept = copied.keep(f.versionName(version.Version))
	if err := errors.Join(kept, f.writeIndex(f.index.use(version))); err != nil {
		slog.Warn("the last good copy of a feed was not kept", "feed", f.ID, "err", err)
	}
	return report, nil
}

// read reads what a source answered, unpacked, and copies it.
func (f *feed) read(ctx context.Context, body io.Reader, copied *feedCopy, now time.Time) (*FeedContent, FeedReport, error) {
	plain, err := unpack(interruptible{ctx, body})
	if err != nil {
		return nil, FeedReport{Feed: f.ID}, err
	}
	return ReadFeed(f.FeedConfig, io.TeeReader(plain, copied), now)
}

// load hands a feed over to the goroutine that applies changes.
func (x *Catalogue) load(f *feed, content *FeedContent, modified time.Time) (FeedReport, error) {
	if content.stamp.from == fromNobody {
		content.stamp = stamp{from: fromUndated}
		if !modified.IsZero() && !modified.After(x.config.Now()) {
			content.stamp.at = modified.UnixMilli()
		}
	}
	if !f.loaded {
		content.gone = f.readGone()
		f.gone = idsOf(content.gone)
	}
	out := x.ask(&change{content: content})
	f.tail = ""
	if refused, ok := errors.AsType[guardError](out.err); ok {
		f.tail = refused.tail
	}
	if out.err != nil {
		return content.Report, out.err
	}
	f.loaded, f.expired, f.edge = true, false, content.edge
	gone := goneFrom(x.table.Load(), f.ID)
	if ids := idsOf(gone); !slices.Equal(ids, f.gone) {
		f.keepGone(gone)
		f.gone = ids
	}
	return content.Report, nil
}

// fromKept loads the version that was in use last or, where it is damaged, the
// newest that is not.
func (x *Catalogue) fromKept(f *feed) {
	var list []FeedVersion
	if v := f.index.current(); v != nil {
		list = append(list, *v)
	}
	for _, v := range append(list, f.index.Versions...) {
		if err := x.fromVersion(f, &v); err != nil {
			slog.Warn("a version of a feed was not loaded", "feed", f.ID, "err", err)
			continue
		}
		return
	}
}

// fromVersion loads a version that is kept.
func (x *Catalogue) fromVersion(f *feed, v *FeedVersion) error {
	content, err := x.readVersion(f, v)
	if err != nil {
		return err
	}
	content.chosen = true
	_, err = x.load(f, content, v.Dated)
	return err
}
