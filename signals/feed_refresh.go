package signals

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Run keeps the feeds fresh until ctx ends, beginning with all of them at once.
// What goes wrong is logged.
func (x *Catalogue) Run(ctx context.Context) {
	var feeds sync.WaitGroup
	for id := range x.feeds {
		feeds.Go(func() { x.keepFresh(ctx, id) })
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
	if !f.loaded {
		// First what was good before this start: so that there is something if the
		// source is away, and something for guard to compare with if it is not.
		if err := x.fromKept(f); err != nil {
			slog.Warn("the last good copy of a feed was not loaded", "feed", id, "err", err)
		}
	}
	report, err := x.fromSource(ctx, f)
	x.heard(f, err == nil)
	if err == nil {
		return report, nil
	}
	err = fmt.Errorf("refresh feed %s: %w", id, err)
	if f.loaded && !f.expired && f.overdue(x.config.Now()) {
		f.expired = true
		if out := x.ask(&change{expire: id}); out.err != nil {
			err = errors.Join(err, out.err)
		}
	}
	return report, err
}

// fromSource reads the feed from where it is.
func (x *Catalogue) fromSource(ctx context.Context, f *feed) (FeedReport, error) {
	now := x.config.Now()
	known := f.state
	if !f.loaded || f.expired || !f.edge.IsZero() && !now.Before(f.edge) {
		known = sourceState{} // to be read again, changed or not
	}
	answer, err := f.ask(ctx, known)
	if err != nil {
		return FeedReport{Feed: f.ID}, err
	}
	if answer.body == nil {
		return FeedReport{Feed: f.ID, Unchanged: true}, nil
	}
	defer func() { _ = answer.body.Close() }()
	copied := f.copyTo()
	defer copied.discard()
	content, report, err := ReadFeed(f.FeedConfig, io.TeeReader(answer.body, copied), now)
	if err != nil {
		return report, err
	}
	if err := answer.steady(); err != nil {
		return report, err
	}
	report, err = x.load(f, content, answer.state.modified)
	if err != nil {
		return report, err
	}
	f.state = answer.state
	if err := copied.keep(content.stamp.at); err != nil {
		slog.Warn("the last good copy of a feed was not kept", "feed", f.ID, "err", err)
	}
	return report, nil
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
	if out := x.ask(&change{content: content}); out.err != nil {
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

// fromKept loads the last good copy.
func (x *Catalogue) fromKept(f *feed) error {
	if f.Keep == "" {
		return nil
	}
	in, err := os.Open(f.keptName())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	content, _, err := ReadFeed(f.FeedConfig, in, x.config.Now())
	if err != nil {
		return err
	}
	var modified time.Time
	if info, err := in.Stat(); err == nil {
		modified = info.ModTime()
	}
	_, err = x.load(f, content, modified)
	return err
}

func (f *feed) keptName() string { return filepath.Join(f.Keep, f.ID+".feed") }
