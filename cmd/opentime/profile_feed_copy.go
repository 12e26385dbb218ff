package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// maxProfileFeed bounds a feed of profiles, in bytes as it comes.
const maxProfileFeed = 2 << 30

// profileFeedCopy is a feed of profiles while it is read: what is checked is what is
// taken, whatever becomes of its source meanwhile.
type profileFeedCopy struct {
	file *os.File
	size int64
	sum  string
}

// copyProfileFeed copies a source to a file that has no name, so that nothing of it is
// left whatever ends the process.
func copyProfileFeed(folder string, answer signals.SourceAnswer) (*profileFeedCopy, error) {
	defer func() { _ = answer.Body.Close() }()
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, fmt.Errorf("copy: %w", err)
	}
	file, err := os.CreateTemp(folder, ".profiles-*")
	if err != nil {
		return nil, fmt.Errorf("copy: %w", err)
	}
	c, sum := &profileFeedCopy{file: file}, sha256.New()
	err = os.Remove(file.Name())
	if err == nil {
		c.size, err = io.Copy(io.MultiWriter(file, sum), io.LimitReader(answer.Body, maxProfileFeed+1))
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("it is cut off")
	case err != nil:
		err = fmt.Errorf("copy: %w", err)
	case c.size > maxProfileFeed:
		err = fmt.Errorf("larger than %d MiB", maxProfileFeed>>20)
	default:
		err = answer.Steady()
	}
	if err != nil {
		c.discard()
		return nil, err
	}
	c.sum = hex.EncodeToString(sum.Sum(nil))
	return c, nil
}

// discard removes the copy.
func (c *profileFeedCopy) discard() { _ = c.file.Close() }

// open reads the copy from its beginning.
func (c *profileFeedCopy) open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(c.file, 0, c.size)), nil
}

// profileFeedState is what tells whether a feed changed, at the next start too. It
// says nothing of anybody.
type profileFeedState struct {
	signals.SourceState
	Source   string    `json:"source"`
	Declared string    `json:"declared"` // the attributes that it was read with
	SHA256   string    `json:"sha256"`
	Rows     int       `json:"rows"`
	At       time.Time `json:"at"` // of rows without a date
}

// stateFile is where the state of a feed is kept.
func (x *profileFeeds) stateFile(f *profileFeed) string {
	return filepath.Join(x.folder, f.id+".profiles.json")
}

// readState reads what is known of a feed's source. What cannot be read, or is of
// another source, is nothing.
func (x *profileFeeds) readState(f *profileFeed) (state profileFeedState) {
	text, err := os.ReadFile(x.stateFile(f))
	if err != nil || json.Unmarshal(text, &state) != nil || state.Source != f.source.Name() {
		return profileFeedState{}
	}
	return state
}

func (x *profileFeeds) writeState(f *profileFeed) error {
	text, err := json.Marshal(&f.state)
	if err != nil {
		return err
	}
	return server.WriteWhole(x.stateFile(f), text)
}
