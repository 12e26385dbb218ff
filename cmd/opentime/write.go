package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile writes a file through write, whole or not at all: where that fails
// nothing is left of it, unless only problems were found. A file that was there
// keeps who may read it, and a link goes on leading to it.
func writeFile(name string, write func(io.Writer) error) error {
	return writeFileFor(name, 0o644, write)
}

// writeFileFor is writeFile with who may read a file that was not there.
func writeFileFor(name string, mode fs.FileMode, write func(io.Writer) error) error {
	if whole, err := filepath.EvalSymlinks(name); err == nil {
		name = whole
	}
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	part, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	defer func() { _ = os.Remove(part.Name()) }()
	buffer := bufio.NewWriter(part)
	found := write(buffer)
	if found != nil && !errors.Is(found, errProblems) {
		_ = part.Close()
		return found
	}
	err = errors.Join(buffer.Flush(), part.Chmod(mode), part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, cause(err))
	}
	return found
}
