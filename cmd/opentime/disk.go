package main

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"example.com/opentime/server"
)

// measureEvery is how often the data folder is measured.
const measureEvery = time.Minute

// measure notes how much the folders of the data folder hold.
func (a *app) measure() {
	entries, err := os.ReadDir(a.data)
	if err != nil {
		slog.Warn("the data folder cannot be measured", "err", err)
		return
	}
	sizes := map[string]int64{}
	for _, entry := range entries {
		if entry.IsDir() {
			sizes[entry.Name()] = bytesIn(filepath.Join(a.data, entry.Name()))
		}
	}
	a.sizes.Store(&sizes)
}

// bytesIn is how much the files in a folder hold. What goes meanwhile counts as
// nothing.
func bytesIn(dir string) (total int64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // it is gone
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	return total
}

// disk is what the data folder holds, and what its disk has left.
func (a *app) disk() server.Disk {
	var d server.Disk
	if sizes := a.sizes.Load(); sizes != nil {
		d.Folders = *sizes
	}
	var stat syscall.Statfs_t
	if err := syscall.Statfs(a.data, &stat); err == nil {
		d.Free, d.Size = stat.Bavail*uint64(stat.Bsize), stat.Blocks*uint64(stat.Bsize)
	}
	return d
}
