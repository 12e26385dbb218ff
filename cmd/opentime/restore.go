package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/opentime/store"
)

// restoreCmd is opentime restore.
type restoreCmd struct {
	File            string `arg:"" help:"The backup; - reads standard input."`
	Path            string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	Forgotten       string `placeholder:"FILE" help:"The log of who was forgotten. The one that opentime.yaml names, or that in the data folder."`
	NobodyForgotten bool   `help:"Go without that log: nobody was forgotten since the backup."`
	where
}

// Help teaches the command.
func (restoreCmd) Help() string {
	return `Brings the data of a backup back into an empty data folder, while no server runs. A backup that is damaged or cut off is refused, and nothing of it is left.

Who was forgotten after the backup was taken stays forgotten: the log of the forgotten says who they are. Where it is lost, say --nobody-forgotten, and forget them again.

  opentime restore /mnt/backups/opentime-cinema-20261126T153000Z.tar
  zstd -dc backup.tar.zst | opentime restore -`
}

// restoreName is the folder within the data folder that a restore writes to
// before all of it is known to be right.
const restoreName = ".restore"

// lostName is what a disk of its own has for its repairs, which only root may read.
const lostName = "lost+found"

// Run restores.
func (c *restoreCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	if s.folder.embedded != nil {
		return usageError{"the demo's data goes with its process; name a folder with an opentime.yaml"}
	}
	c.apply(s)
	data := s.folder.path(s.config.data)
	if err := c.restore(e, s, data); err != nil {
		return fmt.Errorf("restore %s: %w", c.File, err)
	}
	return nil
}

func (c *restoreCmd) restore(e *env, s *site, data string) error {
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return cause(err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	logName, err := c.log(s, data)
	if err != nil {
		return err
	}
	if err := emptyForRestore(data); err != nil {
		return err
	}
	part := filepath.Join(data, restoreName)
	index, err := extract(in, part)
	learnt := 0
	if err == nil && index.Sender != s.config.sender {
		err = fmt.Errorf("the backup is of sender %q, not %q", index.Sender, s.config.sender)
	}
	if err == nil {
		learnt, err = forgetAgain(filepath.Join(part, "store"), index.Sender, logName)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	if err := moveUp(part, data); err != nil {
		return err
	}
	e.print("the data of %s are back in %s: %d files; %d forgotten since", timeText(index.At), data, len(index.Files), learnt)
	keys, err := siteKeys(s.folder, e)
	if err == nil && index.Seal != "" && !keys.Verify(index.Sender, backupID, index.Seal, e.now()) {
		return hint(errors.New("the key that sealed links then is not in "+keysVariable), "without it those links are nobody's; add it")
	}
	return nil
}

// log returns the log of the forgotten that is to be applied; "" for none.
func (c *restoreCmd) log(s *site, data string) (string, error) {
	name := c.Forgotten
	if name == "" {
		name = s.forgottenLog(data)
	}
	_, err := os.Stat(name)
	switch {
	case err == nil && c.NobodyForgotten:
		return "", usageError{name + " says who was forgotten; leave --nobody-forgotten out"}
	case err == nil:
		return name, nil
	case !errors.Is(err, fs.ErrNotExist) || c.Forgotten != "":
		return "", cause(err)
	case !c.NobodyForgotten:
		return "", hint(fmt.Errorf("the log of the forgotten, %s, is not there, so it is not known who was forgotten since the backup", name),
			"name it with --forgotten; where it is lost, or nobody was, say --nobody-forgotten")
	}
	return "", nil
}

// emptyForRestore makes the data folder, or sees that it is empty, but for its log
// of the forgotten and what a restore left that was cut off.
func emptyForRestore(data string) error {
	if err := os.MkdirAll(data, 0o750); err != nil {
		return cause(err)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return cause(err)
	}
	for _, entry := range entries {
		switch entry.Name() {
		case lostName, forgottenName, restoreName:
		default:
			return hint(fmt.Errorf("%s is not empty: it has %s", data, entry.Name()), "stop the server, move the folder away, and restore into an empty one")
		}
	}
	return os.RemoveAll(filepath.Join(data, restoreName))
}

// extract reads a backup into a folder.
func extract(in io.Reader, dir string) (backupIndex, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return backupIndex{}, cause(err)
	}
	return readBackup(in, func(name string, data io.Reader) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return cause(err)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return cause(err)
		}
		_, err = io.Copy(f, data)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return nil
	})
}

// forgetAgain opens a restored store and forgets who a log names.
func forgetAgain(dir, sender, log string) (learnt int, err error) {
	s, err := store.Open(dir, sender)
	if err != nil {
		return 0, err
	}
	if log != "" {
		learnt, err = s.Learn(log)
	}
	return learnt, errors.Join(err, s.Close())
}

// moveUp moves what was restored to where it belongs. Until that is done no server
// starts on it.
func moveUp(part, data string) error {
	entries, err := os.ReadDir(part)
	if err != nil {
		return cause(err)
	}
	for _, entry := range entries {
		if err := os.Rename(filepath.Join(part, entry.Name()), filepath.Join(data, entry.Name())); err != nil {
			return cause(err)
		}
	}
	if err := os.Remove(part); err != nil {
		return cause(err)
	}
	dir, err := os.Open(data)
	if err != nil {
		return cause(err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// unfinishedRestore is an error where a restore was cut off.
func unfinishedRestore(data string) error {
	if _, err := os.Stat(filepath.Join(data, restoreName)); err != nil {
		return nil //nolint:nilerr // there is none
	}
	return hint(fmt.Errorf("a restore into %s did not come to its end", data), "empty the folder and restore again")
}
