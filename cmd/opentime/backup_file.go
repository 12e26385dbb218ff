package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A backup is a tar of the data folder's files. Its last file, backup.json, has
// the sum of every other: what has none, or other sums, is no whole backup.
const (
	backupFormat  = 1
	backupEntries = "backup.json"
)

// backupIndex is what backup.json says.
type backupIndex struct {
	Format int       `json:"opentime_backup"`
	Build  string    `json:"build"`
	Sender string    `json:"sender"`
	At     time.Time `json:"at"`
	// Seal is that of backupID by the key that signed then: who has the keys sees
	// by it whether they are the ones that sent links need.
	Seal  string            `json:"seal"`
	Files map[string]string `json:"files"` // SHA-256 in hex, by name
}

// backupID is an id that no recipient has.
const backupID = "opentime-backup"

// writeBackup writes the files of a folder as a backup.
func writeBackup(w io.Writer, dir string, index backupIndex) error {
	index.Format, index.Files = backupFormat, map[string]string{}
	out := tar.NewWriter(w)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		index.Files[name], err = addToBackup(out, name, path)
		return err
	})
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	text, err := json.MarshalIndent(index, "", " ")
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	err = out.WriteHeader(&tar.Header{Name: backupEntries, Size: int64(len(text)), Mode: 0o640, ModTime: index.At})
	if err == nil {
		_, err = out.Write(text)
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

// addToBackup adds a file, as long as it is now: a journal's grows on. It returns
// its sum.
func addToBackup(out *tar.Writer, name, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: 0o640, ModTime: info.ModTime()}); err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.CopyN(io.MultiWriter(out, sum), f, info.Size())
	return hex.EncodeToString(sum.Sum(nil)), err
}

// errNoBackup says that something is no whole backup.
var errNoBackup = errors.New("it is no whole backup of opentime")

// maxBackupIndex bounds what backup.json may have.
const maxBackupIndex = 256 << 20

// readBackup reads a backup, hands each file to take, which has to read it, and
// compares the sums at the end. An error means that nothing of what was taken is
// to be used.
func readBackup(r io.Reader, take func(name string, data io.Reader) error) (index backupIndex, err error) {
	in, sums := tar.NewReader(r), map[string]string{}
	for {
		header, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return index, fmt.Errorf("%w: it ends too early", errNoBackup)
		case err != nil:
			return index, fmt.Errorf("%w: %w", errNoBackup, err)
		case header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) || sums[header.Name] != "":
			return index, fmt.Errorf("%w: %q does not belong there", errNoBackup, header.Name)
		case header.Name == backupEntries:
			return checkBackup(in, sums)
		}
		sum := sha256.New()
		switch err := take(header.Name, io.TeeReader(in, sum)); {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return index, fmt.Errorf("%w: it is cut off in %s", errNoBackup, header.Name)
		case err != nil:
			return index, err
		}
		sums[header.Name] = hex.EncodeToString(sum.Sum(nil))
	}
}

// checkBackup reads backup.json, with which a backup ends, and compares.
func checkBackup(in *tar.Reader, sums map[string]string) (index backupIndex, err error) {
	text, err := io.ReadAll(io.LimitReader(in, maxBackupIndex))
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&index)
	}
	switch {
	case err != nil:
		return index, fmt.Errorf("%w: %s: %w", errNoBackup, backupEntries, err)
	case index.Format != backupFormat:
		return index, fmt.Errorf("the backup is of format %d, this opentime reads %d", index.Format, backupFormat)
	}
	for name, sum := range index.Files {
		switch sums[name] {
		case "":
			return index, fmt.Errorf("%w: %s is missing", errNoBackup, name)
		case sum:
			delete(sums, name)
		default:
			return index, fmt.Errorf("%w: %s is damaged", errNoBackup, name)
		}
	}
	for name := range sums {
		return index, fmt.Errorf("%w: %s does not belong there", errNoBackup, name)
	}
	if _, err := in.Next(); !errors.Is(err, io.EOF) {
		return index, fmt.Errorf("%w: it goes on after its end", errNoBackup)
	}
	return index, nil
}
