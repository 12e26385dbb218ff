package signals

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// FeedVersions returns the versions of a feed that are kept, the one taken last
// first.
func (x *Catalogue) FeedVersions(id string) ([]FeedVersion, error) {
	f := x.feeds[id]
	if f == nil {
		return nil, errNoFeed(id)
	}
	var list []FeedVersion
	f.note(func(n *feedNotes) { list = slices.Clone(n.index.Versions) })
	return list, nil
}

func errNoFeed(id string) error { return fmt.Errorf("there is no feed %q", id) }

// Rollback serves an older version of a feed: the one that a hash or its
// beginning means or, with "", the one before. The versions that were taken
// after it are not taken again, but the next good one is, unless hold says that
// it waits for Renew. It holds after a restart.
func (x *Catalogue) Rollback(id, version string, hold bool) (FeedVersion, error) {
	f := x.feeds[id]
	if f == nil {
		return FeedVersion{}, errNoFeed(id)
	}
	f.interrupt()
	f.refreshing.Lock()
	defer f.refreshing.Unlock()
	if f.Keep == "" {
		return FeedVersion{}, errors.New("no versions are kept here")
	}
	next, to, err := f.index.rollback(version, hold)
	if err != nil {
		return FeedVersion{}, fmt.Errorf("roll back feed %s: %w", id, err)
	}
	if err := x.fromVersion(f, &to); err != nil {
		return FeedVersion{}, fmt.Errorf("roll back feed %s: %w", id, err)
	}
	return to, f.writeIndex(next)
}

// rollback returns the index with an older version in use, and that version.
func (x *feedIndex) rollback(version string, hold bool) (feedIndex, FeedVersion, error) {
	next := feedIndex{Hold: hold, Versions: slices.Clone(x.Versions)}
	at := slices.IndexFunc(next.Versions, func(v FeedVersion) bool { return v.InUse }) + 1
	if version != "" {
		found, err := next.find(version)
		if err != nil {
			return next, FeedVersion{}, err
		}
		at = slices.Index(next.Versions, *found)
	}
	if at >= len(next.Versions) {
		return next, FeedVersion{}, errors.New("no version before the one in use is kept")
	}
	for i := range next.Versions {
		v := &next.Versions[i]
		v.InUse = i == at
		v.Left = i < at || v.Left && i != at
	}
	return next, next.Versions[at], nil
}

// Renew asks a feed's source now, and ends what Rollback began. One that is
// forced takes what guard would refuse, if it can be read.
func (x *Catalogue) Renew(ctx context.Context, id string, forced bool) (FeedReport, error) {
	f := x.feeds[id]
	if f == nil {
		return FeedReport{Feed: id}, errNoFeed(id)
	}
	f.interrupt()
	f.refreshing.Lock()
	defer f.refreshing.Unlock()
	if f.index.rolledBack() {
		next := feedIndex{Versions: slices.Clone(f.index.Versions)}
		for i := range next.Versions {
			next.Versions[i].Left = false
		}
		if err := f.writeIndex(next); err != nil {
			return FeedReport{Feed: id}, err
		}
		f.state = SourceState{}
	}
	return x.refresh(ctx, f, forced)
}
