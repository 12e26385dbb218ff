package store

import (
	"io"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fence is the files of an engine. It keeps one that was given up from touching
// them.
type fence struct {
	vfs.FS
	engine *engine
}

func (f fence) err() error {
	if f.engine.fenced.Load() {
		return errFenced
	}
	return nil
}

// writable is a file that is written.
func (f fence) writable(file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &fencedFile{File: file, fence: f}, nil
}

// Create makes a file.
func (f fence) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.writable(f.FS.Create(name, category))
}

// OpenReadWrite opens a file for both.
func (f fence) OpenReadWrite(name string, category vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.writable(f.FS.OpenReadWrite(name, category, options...))
}

// ReuseForWrite takes an old file for a new one.
func (f fence) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.writable(f.FS.ReuseForWrite(from, to, category))
}

// Link gives a file another name.
func (f fence) Link(from, to string) error {
	return f.unless(func() error { return f.FS.Link(from, to) })
}

// Remove removes a file.
func (f fence) Remove(name string) error { return f.unless(func() error { return f.FS.Remove(name) }) }

// RemoveAll removes a folder.
func (f fence) RemoveAll(name string) error {
	return f.unless(func() error { return f.FS.RemoveAll(name) })
}

// Rename renames a file.
func (f fence) Rename(from, to string) error {
	return f.unless(func() error { return f.FS.Rename(from, to) })
}

// unless does something unless the engine was given up.
func (f fence) unless(do func() error) error {
	if err := f.err(); err != nil {
		return err
	}
	return do()
}

// Lock locks nothing: the store holds the directory, for all of its engines.
func (f fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Unwrap returns the files behind the fence.
func (f fence) Unwrap() vfs.FS { return f.FS }

// fencedFile is a file that is written.
type fencedFile struct {
	vfs.File
	fence  fence
	failed atomic.Pointer[error] // what went wrong last
}

// unless does something unless the engine was given up, and remembers what went wrong.
func (f *fencedFile) unless(do func() error) error {
	return f.remember(f.fence.unless(do))
}

// Write appends.
func (f *fencedFile) Write(p []byte) (n int, err error) {
	err = f.unless(func() error { n, err = f.File.Write(p); return err })
	return n, err
}

// WriteAt writes somewhere.
func (f *fencedFile) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.unless(func() error { n, err = f.File.WriteAt(p, at); return err })
	return n, err
}

// Sync has the disk keep all.
func (f *fencedFile) Sync() error { return f.remember(f.File.Sync()) }

// SyncData has the disk keep what is written.
func (f *fencedFile) SyncData() error { return f.remember(f.File.SyncData()) }

// SyncTo has the disk keep what is written so far.
func (f *fencedFile) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	return full, f.remember(err)
}

// Close closes the file.
func (f *fencedFile) Close() error {
	err := f.remember(f.File.Close())
	if failed := f.failed.Load(); failed != nil && isRotation() {
		f.fence.engine.stay(*failed)
	}
	return err
}

// remember remembers what went wrong. Where that is in ending a log, nothing follows.
func (f *fencedFile) remember(err error) error {
	if err != nil {
		f.failed.Store(&err)
		if isRotation() {
			f.fence.engine.stay(err)
		}
	}
	return err
}
