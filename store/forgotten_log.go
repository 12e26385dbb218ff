package store

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// KeepLog has who is forgotten written down in a file, too, which is kept apart
// from the store's backups, and forgets who stands there already: a store that
// comes back from an old backup learns by it. It returns how many it learnt. The
// file is made if there is none. Lines that are damaged are left out and said in
// the error; the rest holds all the same.
//
// A log begins with a line "opentime forgotten 1", the sender and what tells the
// store. Every other line is a recipient's hash, Unix ms, and the CRC-32C of both:
// it says nothing to who has not the store's secret.
func (s *Store) KeepLog(name string) (learnt int, err error) {
	s.logging.Lock()
	defer s.logging.Unlock()
	s.log = name
	logged, damage := s.readLog(name)
	if damage != nil && logged == nil && !errors.Is(damage, fs.ErrNotExist) {
		return 0, fmt.Errorf("read log of the forgotten %s: %w", name, damage)
	}
	unknown := s.unlogged(logged)
	if _, err := s.forget(unknown); err != nil {
		return 0, err
	}
	missing := maps.Clone(*s.forgotten.Load())
	maps.DeleteFunc(missing, func(h Hash, _ int64) bool { _, ok := logged[h]; return ok })
	if err := s.appendLog(missing); err != nil {
		return len(unknown), fmt.Errorf("write log of the forgotten: %w", err)
	}
	if damage != nil && !errors.Is(damage, fs.ErrNotExist) {
		return len(unknown), fmt.Errorf("read log of the forgotten %s: %w", name, damage)
	}
	return len(unknown), nil
}

// Learn forgets who a log names, all or, where it is damaged or another store's,
// nobody.
func (s *Store) Learn(name string) (learnt int, err error) {
	s.logging.Lock()
	defer s.logging.Unlock()
	logged, err := s.readLog(name)
	if err != nil {
		return 0, fmt.Errorf("read log of the forgotten %s: %w", name, err)
	}
	unknown := s.unlogged(logged)
	_, err = s.forget(unknown)
	return len(unknown), err
}

// logHead is the first line of this store's log.
func (s *Store) logHead() string {
	mac := hmac.New(sha256.New, s.secret[:])
	mac.Write([]byte("log of the forgotten"))
	return fmt.Sprintf("opentime forgotten 1 %s %x\n", s.sender, mac.Sum(nil)[:8])
}

// readLog reads a log; nil if it is no log of this store. A last line that broke
// off was never acknowledged.
func (s *Store) readLog(name string) (map[Hash]int64, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rest, ok := strings.CutPrefix(string(text), s.logHead())
	switch {
	case len(text) < len(s.logHead()) && strings.HasPrefix(s.logHead(), string(text)): // its making broke off
		return map[Hash]int64{}, nil
	case !ok:
		return nil, errOtherLog
	}
	logged, number := map[Hash]int64{}, 1
	for line := range strings.Lines(rest) {
		number++
		if !strings.HasSuffix(line, "\n") {
			break
		}
		h, at, ok := parseLogLine(strings.TrimSuffix(line, "\n"))
		if !ok {
			err = errors.Join(err, fmt.Errorf("line %d is damaged; bring the file back from a copy", number))
			continue
		}
		logged[h] = at
	}
	return logged, err
}

func logLine(h Hash, at int64) string {
	text := fmt.Sprintf("%x %d", h, at)
	return fmt.Sprintf("%s %08x\n", text, crc32.Checksum([]byte(text), castagnoli))
}

func parseLogLine(line string) (h Hash, at int64, ok bool) {
	words := strings.Split(line, " ")
	if len(words) != 3 || hex.DecodedLen(len(words[0])) != len(h) {
		return h, 0, false
	}
	if _, err := hex.Decode(h[:], []byte(words[0])); err != nil {
		return h, 0, false
	}
	at, err := strconv.ParseInt(words[1], 10, 64)
	return h, at, err == nil && logLine(h, at) == line+"\n"
}

// appendLog writes recipients down, and returns once that would survive a loss of
// power; s.logging is held. What broke off before is cut off.
func (s *Store) appendLog(hashes map[Hash]int64) error {
	if s.log == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.log), 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(s.log, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err
	}
	var lines strings.Builder
	switch whole := text[:bytes.LastIndexByte(text, '\n')+1]; {
	case len(whole) == 0 && strings.HasPrefix(s.logHead(), string(text)):
		text = nil
		lines.WriteString(s.logHead())
	case !bytes.HasPrefix(whole, []byte(s.logHead())):
		return errOtherLog
	default:
		text = whole
	}
	for _, h := range slices.SortedFunc(maps.Keys(hashes), func(a, b Hash) int { return bytes.Compare(a[:], b[:]) }) {
		lines.WriteString(logLine(h, hashes[h]))
	}
	if lines.Len() == 0 {
		return nil
	}
	if err := f.Truncate(int64(len(text))); err != nil {
		return err
	}
	if _, err := f.WriteAt([]byte(lines.String()), int64(len(text))); err != nil {
		return errors.Join(err, f.Truncate(int64(len(text))))
	}
	return errors.Join(f.Sync(), syncDir(filepath.Dir(s.log)))
}

func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
