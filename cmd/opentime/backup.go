package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/opentime/server"
	"example.com/opentime/store"
)

// backupCmd is opentime backup.
type backupCmd struct {
	To   string `arg:"" name:"file" help:"The file to write, a folder to write one into, or - for standard output."`
	Path string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	where
}

// Help teaches the command.
func (backupCmd) Help() string {
	return `Writes all of the data folder into one tar: profiles, what was shown, the store's secret, journal, published revisions with all they name, feeds and pictures. A server that runs goes on meanwhile: the backup is of one moment. It is read once more while it is written, and is there whole or not at all.

  opentime backup /mnt/backups                      opentime-cinema-20261126T153000Z.tar
  opentime backup - | zstd | ssh other 'cat > ...'

Not in it: OPENTIME_KEYS, without which no sent link is anybody's, and the log of the forgotten. Keep both, each somewhere else. Where the server has tokens this needs OPENTIME_TOKEN_PUBLISH.`
}

// Run backs up.
func (c *backupCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
	write, err := s.backup(e)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if c.To == "-" {
		_, err := write(e.stdout)
		return err
	}
	name := c.To
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, fmt.Sprintf("opentime-%s-%s.tar", s.config.sender, e.now().UTC().Format("20060102T150405Z")))
	}
	var index backupIndex
	var size byteCount
	err = writeFileFor(name, 0o600, func(w io.Writer) (err error) {
		index, err = write(io.MultiWriter(w, &size))
		return err
	})
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	e.print("%s: %d files, %d MB", name, len(index.Files), (int64(size)+1<<20-1)>>20)
	return nil
}

// byteCount counts what is written to it.
type byteCount int64

// Write counts.
func (c *byteCount) Write(p []byte) (int, error) {
	*c += byteCount(len(p))
	return len(p), nil
}

// backup returns what writes a backup of the site's data: as the server sends it
// that holds them, else from the data itself. What was written is whole where
// there is no error.
func (s *site) backup(e *env) (func(io.Writer) (backupIndex, error), error) {
	data := s.folder.path(s.config.data)
	overHTTP := func(w io.Writer) (backupIndex, error) {
		client := newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_PUBLISH"))
		body, err := client.stream("/v1/backup")
		if errors.Is(err, errNoServer) {
			return backupIndex{}, hint(fmt.Errorf("no server answers at %s", client.base), "--admin and --data say where one is")
		}
		if err != nil {
			return backupIndex{}, err
		}
		defer func() { _ = body.Close() }()
		return passBackup(body, w)
	}
	if s.folder.embedded != nil {
		return overHTTP, nil
	}
	if !s.folder.isDir(s.storeFolder()) {
		return nil, hint(fmt.Errorf("there is no data in %s", data), "--data says where it is")
	}
	opened, err := store.Open(s.storeFolder(), s.config.sender)
	if errors.Is(err, store.ErrLocked) {
		return overHTTP, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	index := backupIndex{Build: build, Sender: s.config.sender, At: e.now().UTC()}
	if keys, err := siteKeys(s.folder, e); err == nil {
		index.Seal = keys.Seal(s.config.sender, backupID)
	}
	dir, err := stageBackup(opened, data, func(copyRevisions func() error) error { return copyRevisions() })
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) (backupIndex, error) {
		in, out := io.Pipe()
		go guarded("backup", func() {
			_ = out.CloseWithError(errors.Join(writeBackup(out, dir, index), os.RemoveAll(dir)))
		})
		defer func() { _ = in.Close() }()
		return passBackup(in, w)
	}, nil
}

// passBackup copies a backup, and reads it meanwhile.
func passBackup(r io.Reader, w io.Writer) (backupIndex, error) {
	passing := io.TeeReader(r, w)
	index, err := readBackup(passing, func(_ string, data io.Reader) error {
		_, err := io.Copy(io.Discard, data)
		return err
	})
	if err != nil {
		return index, err
	}
	_, err = io.Copy(io.Discard, passing) // what a tar is filled up with
	return index, err
}

// stagePrefix begins the names of folders in which backups are made ready.
const stagePrefix = ".backup-"

// stageBackup makes a folder within data that has what a backup of this moment
// has, by links: that costs neither time nor room. alone runs the part during
// which nothing may be published.
func stageBackup(s *store.Store, data string, alone func(func() error) error) (dir string, err error) {
	dir, err = os.MkdirTemp(data, stagePrefix)
	if err != nil {
		return "", err
	}
	// The journal comes after the store: what the store has counted is in it.
	err = s.Checkpoint(filepath.Join(dir, "store"))
	published := []string{"published.json", "revisions", "generic"}
	if err == nil {
		err = alone(func() error {
			for _, name := range published {
				if err := linkAll(filepath.Join(data, name), filepath.Join(dir, name)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	entries, listing := os.ReadDir(data)
	err = errors.Join(err, listing)
	done := append(published, "store", forgottenName, lostName)
	for _, entry := range entries {
		if name := entry.Name(); err == nil && name[0] != '.' && !slices.Contains(done, name) {
			err = linkAll(filepath.Join(data, entry.Name()), filepath.Join(dir, entry.Name()))
		}
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// linkAll links a file, or all files of a folder, under another name; where that
// cannot be, as from another disk, it copies them. from may be a link itself. What
// goes meanwhile, or is not there, is left out.
func linkAll(from, to string) error {
	if behind, err := filepath.EvalSymlinks(from); err == nil {
		from = behind
	}
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		target := to + strings.TrimPrefix(path, from)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o750)
		}
		if !entry.Type().IsRegular() || strings.HasSuffix(path, ".part") {
			return nil
		}
		err = os.Link(path, target)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			err = copyFile(path, target)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// copyFile copies a file, as long as it is now.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// removeStages removes what backups left that were cut off.
func removeStages(data string) {
	left, _ := filepath.Glob(filepath.Join(data, stagePrefix+"*"))
	for _, dir := range left {
		_ = os.RemoveAll(dir)
	}
}

// backup makes a backup of this moment ready, for the admin listener.
func (a *app) backup() (server.Backup, error) {
	index := backupIndex{Build: build, Sender: a.started.sender, At: a.env.now().UTC(), Seal: a.seal}
	dir, err := stageBackup(a.store, a.data, func(work func() error) error {
		a.reloading.Lock()
		defer a.reloading.Unlock()
		return work()
	})
	return server.Backup{
		Write:  func(w io.Writer) error { return writeBackup(w, dir, index) },
		Remove: func() error { return os.RemoveAll(dir) },
	}, err
}

// stream sends a GET whose answer may be large, and take long.
func (a *adminClient) stream(path string) (io.ReadCloser, error) {
	client := http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 10 * time.Minute}}
	answer, err := a.send(&client, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}
