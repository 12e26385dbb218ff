package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// dataFiles reads the files of data that opentime.yaml names, and keeps a copy
// of the last good version of each, for when a newer one is not accepted, at the
// next start too. It is used by one goroutine at a time.
type dataFiles struct {
	kept  string // folder of the copies
	still bool   // keep none: another process does, or nothing changes
	now   func() time.Time
	read  map[string]fileStamp         // what was read last, by name
	state map[string]signals.FileState // what became of it
}

// fileStamp tells a version of a file from another.
type fileStamp struct {
	path               string
	size, checksum     int64 // bytes of the file, and of the checksum beside it
	modified, summed   time.Time
	unreadable, unseen bool
}

// fileData is a version of a file of data.
type fileData struct {
	path     string
	bytes    []byte
	modified time.Time
	proven   bool // the checksum beside it is its own
	checked  bool // these very bytes were accepted before
}

func newDataFiles(kept string, still bool, now func() time.Time) *dataFiles {
	return &dataFiles{kept: kept, still: still, now: now, read: map[string]fileStamp{}, state: map[string]signals.FileState{}}
}

// forget forgets a file that is named no more.
func (d *dataFiles) forget(name string) {
	delete(d.read, name)
	delete(d.state, name)
}

// useNew is use for a file that is large: one that has not changed since it was
// read is left alone.
func (d *dataFiles) useNew(f folder, name, file string, accept func(fileData) error, last func() bool) {
	stamp := stampOf(f, f.path(file))
	if before, ok := d.read[name]; ok && before == stamp && !stamp.unreadable {
		return
	}
	d.read[name] = stamp
	d.use(f, name, file, accept, last)
}

// use has accept take what a file holds and keeps a copy of it. Where the file is
// not there or not accepted last reports whether the last good version serves.
func (d *dataFiles) use(f folder, name, file string, accept func(fileData) error, last func() bool) {
	whole, kept := f.path(file), d.keptAs(name)
	data, err := readData(f, whole)
	sum := sha256.Sum256(data.bytes)
	if err == nil {
		keptSum, _ := os.ReadFile(kept + ".sha256")
		data.checked = string(keptSum) == hex.EncodeToString(sum[:])
		err = accept(data)
	}
	if err == nil {
		d.state[name] = signals.FileState{Path: whole}
		if !data.checked {
			d.keep(kept, data, sum)
		}
		return
	}
	err = fmt.Errorf("read %s: %w", whole, cause(err))
	state := signals.FileState{Path: whole, Error: err.Error(), Since: d.now(), Last: last()}
	if before := d.state[name]; before.Error != "" {
		state.Since = before.Since
	}
	d.state[name] = state
	if state.Last {
		slog.Error("the last good copy of a file serves on", "err", err)
	} else {
		slog.Error("what a file would say is unknown", "err", err)
	}
}

// useKept has accept take the copy that is kept of a file, unless it is damaged
// itself.
func (d *dataFiles) useKept(name string, accept func(fileData) error) bool {
	kept := d.keptAs(name)
	data, err := readData(folder{}, kept)
	if err == nil {
		data.checked = data.proven
		err = accept(data)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		slog.Error("the last good copy of a file is damaged", "err", fmt.Errorf("read %s: %w", kept, cause(err)))
	}
	return err == nil
}

// keep keeps a copy with its checksum. It has the time of the file: for some
// that is the day they are of.
func (d *dataFiles) keep(kept string, data fileData, sum [sha256.Size]byte) {
	if d.still {
		return
	}
	err := os.MkdirAll(filepath.Dir(kept), 0o750)
	if err == nil {
		_ = os.Remove(kept + ".sha256") // lest it be another's when we are cut short
		err = server.WriteWhole(kept, data.bytes)
	}
	if err == nil {
		err = os.Chtimes(kept, data.modified, data.modified)
	}
	if err == nil {
		err = server.WriteWhole(kept+".sha256", []byte(hex.EncodeToString(sum[:])))
	}
	if err != nil {
		slog.Warn("no copy could be kept", "err", err)
	}
}

// keptAs is where the copy of a file is.
func (d *dataFiles) keptAs(name string) string {
	kind, id, _ := strings.Cut(name, " ")
	file := strings.ReplaceAll(name, "/", "-")
	switch {
	case kind == "geo" || kind == "asn":
		file = name + ".mmdb"
	case id != "":
		file = kind + "-" + id + ".csv"
	}
	return filepath.Join(d.kept, file)
}

// stampOf tells which version of a file is there.
func stampOf(f folder, whole string) fileStamp {
	s := fileStamp{path: whole}
	info, err := f.stat(whole)
	if err != nil {
		s.unreadable = true
		return s
	}
	s.size, s.modified = info.Size(), info.ModTime()
	if info, err = f.stat(whole + ".sha256"); err != nil {
		s.unseen = true
		return s
	}
	s.checksum, s.summed = info.Size(), info.ModTime()
	return s
}

// maxDataFile bounds a file of data.
const maxDataFile = 1 << 30

// readData reads a file, and the checksum beside it, a file of its name with
// .sha256 behind. One whose checksum is another's is damaged.
func readData(f folder, whole string) (fileData, error) {
	data := fileData{path: whole}
	info, err := f.stat(whole)
	if err == nil && info.Size() > maxDataFile {
		err = fmt.Errorf("it has %d MB; at most %d are read", info.Size()>>20, maxDataFile>>20)
	}
	if err == nil {
		data.modified = info.ModTime()
		data.bytes, err = f.read(whole)
	}
	if err != nil {
		return data, err
	}
	text, err := f.read(whole + ".sha256")
	if errors.Is(err, fs.ErrNotExist) {
		return data, nil
	}
	if err != nil {
		return data, fmt.Errorf("read its checksum: %w", cause(err))
	}
	sum := sha256.Sum256(data.bytes)
	want, err := checksumIn(text)
	if err == nil && want != sum {
		err = fmt.Errorf("it is not what %s.sha256 says; put both in place, or remove that", filepath.Base(whole))
	}
	data.proven = err == nil
	return data, err
}

// checksumIn reads a checksum as sha256sum writes it: 64 digits, and maybe a
// name.
func checksumIn(text []byte) (sum [sha256.Size]byte, err error) {
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	if n, err := hex.Decode(sum[:], []byte(word)); err != nil || n != len(sum) || len(word) != 2*len(sum) {
		return sum, errors.New("its checksum is not one of sha256sum")
	}
	return sum, nil
}
