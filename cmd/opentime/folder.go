package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"example.com/opentime/assets"
)

// folder is where a sender's files are: on disk, or in the program.
type folder struct {
	embedded fs.FS  // nil: on disk
	dir      string // of opentime.yaml
	kept     bool   // of a revision that was published
}

// demoFolder is the built-in demo.
func demoFolder() folder { return folder{embedded: assets.FS, dir: "demo"} }

// path returns the path of a file named in opentime.yaml.
func (f folder) path(name string) string {
	if f.embedded != nil {
		return path.Join(f.dir, name)
	}
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(f.dir, name)
}

// read returns a file by a path as path returns it.
func (f folder) read(name string) ([]byte, error) {
	if f.embedded != nil {
		return fs.ReadFile(f.embedded, name)
	}
	return os.ReadFile(name)
}

// stat describes a file by a path as path returns it.
func (f folder) stat(name string) (fs.FileInfo, error) {
	if f.embedded != nil {
		return fs.Stat(f.embedded, name)
	}
	return os.Stat(name)
}

// walk calls each for the path of every file under a folder, in order.
// Hidden ones are left out.
func (f folder) walk(name string, each func(name string)) error {
	visit := func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(entry.Name(), ".") && entry.IsDir() && entry.Name() != "." && entry.Name() != "..":
			return fs.SkipDir
		case !entry.IsDir() && !strings.HasPrefix(entry.Name(), "."):
			each(name)
		}
		return nil
	}
	if f.embedded != nil {
		return fs.WalkDir(f.embedded, name, visit)
	}
	return filepath.WalkDir(name, visit)
}

// isDir reports whether a path is that of a folder.
func (f folder) isDir(name string) bool {
	info, err := f.stat(name)
	return err == nil && info.IsDir()
}

// findFolder returns the folder whose opentime.yaml is meant by a path: that
// file, its folder, or anything below it. No path means the working folder if
// it has one, else the demo.
func findFolder(name string) (folder, error) {
	if name == "" {
		if _, err := os.Stat(configName); err == nil {
			return folder{dir: "."}, nil
		}
		return demoFolder(), nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return folder{}, fmt.Errorf("find %s: %w", name, cause(err))
	}
	dir := filepath.Clean(name)
	if !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, configName)); err == nil {
			return folder{dir: dir}, nil
		}
		up, ok := parent(dir)
		if !ok {
			return folder{}, hint(fmt.Errorf("find %s: no %s in it or above it", name, configName),
				"write an %s with sender:, home: and hosts:, or run opentime serve for the demo", configName)
		}
		dir = up
	}
}

// parent returns the folder above dir, relative as long as dir is.
func parent(dir string) (string, bool) {
	if up := filepath.Dir(dir); up != dir && dir != "." && !strings.HasSuffix(dir, "..") {
		return up, true
	}
	whole, err := filepath.Abs(dir)
	if err != nil || filepath.Dir(whole) == whole {
		return "", false
	}
	if dir == "." {
		return "..", true
	}
	return filepath.Join(dir, ".."), true
}

// cause leaves out of an error what the message says already.
func cause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
