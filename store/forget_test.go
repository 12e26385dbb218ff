package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// onDisk is a store in a folder with a recipient, emma-1041.
func onDisk(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, "cinema")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// holding are the files under dir that have a text in them.
func holding(t *testing.T, dir, text string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if bytes.Contains(data, []byte(text)) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTheForgottenAreInNoFile(t *testing.T) {
	dir := t.TempDir()
	s := onDisk(t, dir)
	for i := range 200 {
		putProfile(t, s, fmt.Sprintf("other-%d", i), "silver")
	}
	for range 3 { // in several files
		err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) {
			put("emma-1041", KindProfile, 1, []byte("gold-of-emma"))
			put("emma-1041", KindConsent, 1, []byte("full"))
			put("emma-1041", KindAlias, 1, []byte("0123456789abcdef"))
		})
		if err == nil {
			err = s.PutShown(func(put func(string, string, string, int64, []byte)) {
				put("emma-1041", "weekly", "", 1, []byte("shown-to-emma"))
			})
		}
		if err == nil {
			err = s.engine.Load().db.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	putProfile(t, s, "emma-1041", "gold-of-emma") // and in the log
	if len(holding(t, dir, "emma")) == 0 {
		t.Fatal("nothing to be found before, so finding nothing after says nothing")
	}
	removed, err := s.Forget(5, "emma-1041", "never-heard-of")
	if err != nil || removed != 4 {
		t.Errorf("removed %d, %v", removed, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = onDisk(t, dir)
	if !s.Forgotten("emma-1041") || !s.Forgotten("never-heard-of") || s.Forgotten("other-1") {
		t.Error("who was forgotten is not known after a restart")
	}
	putProfile(t, s, "emma-1041", "gold-of-emma")
	err = s.PutShown(func(put func(string, string, string, int64, []byte)) {
		put("emma-1041", "weekly", "", 1, []byte("shown-to-emma"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := profileOf(t, s, "emma-1041") + profileOf(t, s, "other-7"); got != "silver" {
		t.Errorf("kept: %q", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if files := holding(t, dir, "emma"); len(files) > 0 {
		t.Errorf("still in %v", files)
	}
}

func TestNobodyIsWrittenAgainWhileBeingForgotten(t *testing.T) {
	s := onDisk(t, t.TempDir())
	var over atomic.Bool
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for !over.Load() {
				_ = s.PutRecipients(false, func(put func(string, byte, int64, []byte)) { put("emma", KindProfile, 1, []byte("gold")) })
			}
		})
	}
	for profileOf(t, s, "emma") == "" {
	}
	if _, err := s.Forget(1, "emma"); err != nil {
		t.Error(err)
	}
	if got := profileOf(t, s, "emma"); got != "" {
		t.Errorf("written again: %q", got)
	}
	over.Store(true)
	writers.Wait()
}

func TestAStoreLearnsFromItsLog(t *testing.T) {
	name := filepath.Join(t.TempDir(), "elsewhere", "forgotten.log")
	dir := t.TempDir()
	s := onDisk(t, filepath.Join(dir, "store"))
	putProfile(t, s, "emma", "gold")
	putProfile(t, s, "lucas", "silver")
	if _, err := s.Forget(1, "before"); err != nil {
		t.Fatal(err)
	}
	if learnt, err := s.KeepLog(name); err != nil || learnt != 0 {
		t.Fatalf("%d, %v", learnt, err)
	}
	if err := s.Checkpoint(filepath.Join(dir, "backup")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // once more is no other line
		if _, err := s.Forget(2, "emma"); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if lines := strings.Count(string(text), "\n"); err != nil || lines != 3 || strings.Contains(string(text), "emma") {
		t.Errorf("%v: the log is\n%s", err, text)
	}
	back := onDisk(t, filepath.Join(dir, "backup"))
	if got := profileOf(t, back, "emma"); got != "gold" || !back.Forgotten("before") {
		t.Fatalf("the backup has %q", got)
	}
	if learnt, err := back.KeepLog(name); err != nil || learnt != 1 {
		t.Errorf("learnt %d, %v", learnt, err)
	}
	if got := profileOf(t, back, "emma") + profileOf(t, back, "lucas"); got != "silver" {
		t.Errorf("kept: %q", got)
	}
}

func TestADamagedLogIsSaid(t *testing.T) {
	name := filepath.Join(t.TempDir(), "forgotten.log")
	s := onDisk(t, t.TempDir())
	if _, err := s.KeepLog(name); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Forget(1, "emma", "lucas"); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head := len(s.logHead())
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(name, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.Learn(name)
		if torn := i == len(good)-1; (err == nil) != torn {
			t.Errorf("byte %d of %d (head %d) is wrong: %v", i, len(good), head, err)
		}
	}
	// What broke off was not acknowledged; the next one stands on a line of its own.
	for cut := range len(good) {
		if err := os.WriteFile(name, good[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.KeepLog(name); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if logged, err := s.readLog(name); err != nil || len(logged) != 2 {
			t.Fatalf("cut at %d: %v, %v", cut, logged, err)
		}
	}
	other := onDisk(t, t.TempDir())
	if _, err := other.KeepLog(name); !errors.Is(err, errOtherLog) {
		t.Errorf("another store's log is taken: %v", err)
	}
	if _, err := other.Forget(1, "mila"); !errors.Is(err, errOtherLog) || other.Forgotten("mila") {
		t.Errorf("forgotten without being written down: %v", err)
	}
}

func FuzzLogLine(f *testing.F) {
	f.Add(strings.TrimSuffix(logLine(Hash{1, 2}, 3), "\n"))
	f.Add("0 0 0")
	f.Fuzz(func(t *testing.T, line string) {
		if h, at, ok := parseLogLine(line); ok && logLine(h, at) != line+"\n" {
			t.Errorf("%q reads as %x %d", line, h, at)
		}
	})
}

// TestTheForgottenAreInNoFileAtOnce looks into the files as soon as somebody is forgotten:
// logs that the engine would write over later have what was in them until then.
func TestTheForgottenAreInNoFileAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := onDisk(t, dir)
	for i := range 5 {
		id := fmt.Sprintf("recipient-emma-%d", i)
		putProfile(t, s, id, "gold-of-emma")
		if _, err := s.Forget(1, id); err != nil {
			t.Fatal(err)
		}
		if in := append(holding(t, dir, id), holding(t, dir, "gold-of-emma")...); len(in) > 0 {
			t.Errorf("%s is in %v", id, in)
		}
	}
}
