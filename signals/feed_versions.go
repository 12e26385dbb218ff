package signals

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxVersions bounds the versions of a feed that are kept.
const maxVersions = 5

// FeedVersion is a feed that was taken once, by the hash of its content,
// unpacked.
type FeedVersion struct {
	Version  string    `json:"version"`
	Received time.Time `json:"received"`
	// Dated is when it was built or, where it does not say, last modified; zero:
	// its source says neither.
	Dated time.Time `json:"dated,omitzero"`
	Items int       `json:"items"`
	Bytes int64     `json:"bytes"` // as it is kept
	InUse bool      `json:"in_use"`
	// Left says that it was in use, and was rolled back from.
	Left bool `json:"left,omitempty"`
}

// feedIndex is what is kept of a feed beside its versions.
type feedIndex struct {
	Versions []FeedVersion `json:"versions"` // the one taken last first
	// Hold says that no other is taken until somebody asks for it.
	Hold bool `json:"hold,omitempty"`
}

// current is the version in use; nil: none is kept.
func (x *feedIndex) current() *FeedVersion {
	for i := range x.Versions {
		if x.Versions[i].InUse {
			return &x.Versions[i]
		}
	}
	return nil
}

// find returns the version that a hash, or the beginning of one, means.
func (x *feedIndex) find(version string) (*FeedVersion, error) {
	var found *FeedVersion
	for i := range x.Versions {
		if !strings.HasPrefix(x.Versions[i].Version, version) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("version %q is several; write more of it", version)
		}
		found = &x.Versions[i]
	}
	if found == nil {
		return nil, fmt.Errorf("no version %q is kept", version)
	}
	return found, nil
}

// left reports whether a version was rolled back from.
func (x *feedIndex) left(version string) bool {
	return slices.ContainsFunc(x.Versions, func(v FeedVersion) bool { return v.Left && v.Version == version })
}

// rolledBack reports whether the version in use is not the one that was taken
// last.
func (x *feedIndex) rolledBack() bool {
	return x.Hold || slices.IndexFunc(x.Versions, func(v FeedVersion) bool { return v.InUse }) > 0
}

// use makes a version the one in use, kept for the first time or before.
// Versions that are too many are left out of the index.
func (x *feedIndex) use(v FeedVersion) feedIndex {
	next := feedIndex{Hold: x.Hold, Versions: []FeedVersion{v}}
	for _, old := range x.Versions {
		if old.Version != v.Version && len(next.Versions) < maxVersions {
			old.InUse = false
			next.Versions = append(next.Versions, old)
		}
	}
	next.Versions[0].InUse, next.Versions[0].Left = true, false
	return next
}

// folder is where a feed's versions are.
func (f *feed) folder() string { return filepath.Join(f.Keep, f.ID) }

func (f *feed) indexName() string { return filepath.Join(f.folder(), "versions.json") }

func (f *feed) versionName(version string) string { return filepath.Join(f.folder(), version+".gz") }

// readIndex reads what is kept of a feed. Where that is damaged, it is made up
// from the versions that are there.
func (f *feed) readIndex() feedIndex {
	var index feedIndex
	if f.Keep == "" {
		return index
	}
	files, err := os.ReadDir(f.folder())
	if errors.Is(err, fs.ErrNotExist) {
		return index
	}
	data, err := os.ReadFile(f.indexName())
	if err == nil {
		err = json.Unmarshal(data, &index)
	}
	if err == nil {
		return index
	}
	slog.Warn("what is kept of a feed is damaged; its newest version is used", "feed", f.ID, "err", err)
	index = feedIndex{}
	for _, file := range files {
		version, isVersion := strings.CutSuffix(file.Name(), ".gz")
		if info, err := file.Info(); err == nil && isVersion {
			index.Versions = append(index.Versions, FeedVersion{Version: version, Received: info.ModTime(), Bytes: info.Size()})
		}
	}
	slices.SortFunc(index.Versions, func(a, b FeedVersion) int { return b.Received.Compare(a.Received) })
	if len(index.Versions) > 0 {
		index.Versions[0].InUse = true
	}
	return index
}

// writeIndex has an index in force, keeps it and removes the files that are not
// in it.
func (f *feed) writeIndex(index feedIndex) error {
	f.index = index
	f.note(func(n *feedNotes) { n.index = index })
	if f.Keep == "" {
		return nil
	}
	data, err := json.MarshalIndent(index, "", "  ")
	if err == nil {
		err = writeWhole(f.indexName(), data)
	}
	if err != nil {
		return fmt.Errorf("keep versions of feed %s: %w", f.ID, err)
	}
	files, _ := os.ReadDir(f.folder())
	for _, file := range files {
		version, isVersion := strings.CutSuffix(file.Name(), ".gz")
		known := func(v FeedVersion) bool { return v.Version == version }
		if isVersion && !slices.ContainsFunc(index.Versions, known) {
			_ = os.Remove(filepath.Join(f.folder(), file.Name())) // tried again next time
		}
	}
	return nil
}

// writeWhole writes a file whole or not at all, in a folder that is made where
// there is none.
func writeWhole(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	part, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), name)
}

// feedCopy is a copy of a feed on its way among its versions: what is written
// to it is hashed, packed and kept. It never fails as a writer: what cannot be
// kept can still be read.
type feedCopy struct {
	hash   hash.Hash
	file   *os.File // nil: none is kept
	packed *gzip.Writer
	err    error
}

// newCopy begins a copy of the feed.
func (f *feed) newCopy() *feedCopy {
	c := &feedCopy{hash: sha256.New()}
	if f.Keep == "" {
		return c
	}
	if c.err = os.MkdirAll(f.folder(), 0o750); c.err != nil {
		return c
	}
	// One at a time, under one name: what a crash leaves is written over.
	if c.file, c.err = os.Create(filepath.Join(f.folder(), "copy.part")); c.err != nil {
		return c
	}
	if f.packer == nil { // it has a megabyte of tables
		f.packer, _ = gzip.NewWriterLevel(c.file, gzip.BestSpeed)
	}
	f.packer.Reset(c.file)
	c.packed = f.packer
	return c
}

func (c *feedCopy) Write(p []byte) (int, error) {
	c.hash.Write(p)
	if c.packed != nil && c.err == nil {
		_, c.err = c.packed.Write(p)
	}
	return len(p), nil
}

// version is the hash of what was written.
func (c *feedCopy) version() string { return hex.EncodeToString(c.hash.Sum(nil)[:8]) }

// keep makes the copy a version, and returns its size.
func (c *feedCopy) keep(name string) (int64, error) {
	if c.file == nil {
		return 0, c.err
	}
	err := c.err
	if err == nil {
		err = c.packed.Close()
	}
	info, ofStat := c.file.Stat()
	err = errors.Join(err, ofStat, c.file.Sync(), c.file.Close())
	if err == nil {
		err = os.Rename(c.file.Name(), name)
	}
	if err != nil {
		return 0, err
	}
	c.file = nil
	return info.Size(), nil
}

// discard removes a copy that was not kept.
func (c *feedCopy) discard() {
	if c.file != nil {
		_ = c.file.Close()
		_ = os.Remove(c.file.Name())
	}
}

// readVersion reads a version that is kept.
func (x *Catalogue) readVersion(f *feed, v *FeedVersion) (*FeedContent, error) {
	in, err := os.Open(f.versionName(v.Version))
	if err != nil {
		return nil, fmt.Errorf("read version %s: %w", v.Version, unwrapPath(err))
	}
	defer func() { _ = in.Close() }()
	content, _, err := ReadFeed(f.FeedConfig, in, x.config.Now())
	if err != nil {
		return nil, fmt.Errorf("read version %s: %w", v.Version, err)
	}
	return content, nil
}
