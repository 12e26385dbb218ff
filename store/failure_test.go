package store

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// failingDisk is a disk on which operations on the write-ahead log fail once
// told to.
func failingDisk(kinds ...errorfs.OpKind) (files vfs.FS, fail *atomic.Bool, memory *vfs.MemFS) {
	fail, memory = &atomic.Bool{}, vfs.NewCrashableMem()
	inject := errorfs.InjectorFunc(func(op errorfs.Op) error {
		for _, kind := range kinds {
			if fail.Load() && op.Kind == kind && strings.HasSuffix(op.Path, ".log") {
				return errors.New("no space left on device")
			}
		}
		return nil
	})
	return errorfs.Wrap(memory, inject), fail, memory
}

func TestADiskThatFailsAcknowledgesNothingAndKillsNobody(t *testing.T) {
	for name, kinds := range map[string][]errorfs.OpKind{
		"writing": {errorfs.OpFileWrite}, "syncing": {errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo, errorfs.OpFileFlush},
	} {
		t.Run(name, func(t *testing.T) {
			files, fail, memory := failingDisk(kinds...)
			s, err := open("data", "cinema", files, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			putProfile(t, s, "before", "kept")
			fail.Store(true)
			acknowledged := map[string]bool{}
			for i := range 5 {
				id := fmt.Sprint("r", i)
				err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put(id, KindProfile, 1, []byte("x")) })
				acknowledged[id] = err == nil
			}
			crashed := reopen(t, memory.CrashClone(vfs.CrashCloneCfg{}))
			if got := profileOf(t, crashed, "before"); got != "kept" {
				t.Errorf("before it failed: %q", got)
			}
			for id, ok := range acknowledged {
				if ok && profileOf(t, crashed, id) != "x" {
					t.Errorf("%s was acknowledged and is lost", id)
				}
			}
			if !s.Failed() {
				t.Error("the store does not say that it failed")
			}
			done := make(chan struct{})
			go func() { _ = s.Close(); close(done) }()
			select {
			case <-done:
			case <-time.After(10 * time.Second):
				t.Error("closing a failed store takes for ever")
			}
		})
	}
}

func TestADiskThatIsWellAgainIsUsedAgain(t *testing.T) {
	files, fail, _ := failingDisk(errorfs.OpFileWrite, errorfs.OpFileSync, errorfs.OpFileSyncData)
	s, err := open("data", "cinema", files, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	putProfile(t, s, "before", "kept")
	put := func() error {
		return s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put("after", KindProfile, 1, []byte("kept too")) })
	}
	fail.Store(true)
	if err := put(); err == nil {
		t.Fatal("acknowledged by a disk that fails")
	}
	time.Sleep(20 * time.Millisecond) // tried again, in vain
	fail.Store(false)
	for range 1000 {
		if err = put(); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err != nil || s.Failed() {
		t.Fatalf("not well again: %v", err)
	}
	if got := profileOf(t, s, "before") + profileOf(t, s, "after"); got != "keptkept too" {
		t.Errorf("kept %q", got)
	}
}

// TestWorkOfTheEnginesOwnThatFailsKillsNobody fails the writing of the list of
// files, which the engine does beside any operation and takes for the end of the
// process: who waits for it is told, nothing is acknowledged, and once the disk is
// well all that was acknowledged is there.
func TestWorkOfTheEnginesOwnThatFailsKillsNobody(t *testing.T) {
	var fail atomic.Bool
	inject := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fail.Load() && op.Kind == errorfs.OpFileWrite && strings.Contains(op.Path, "MANIFEST") {
			return errors.New("no space left on device")
		}
		return nil
	})
	s, err := open("data", "cinema", errorfs.Wrap(vfs.NewCrashableMem(), inject), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	put := func(id string) error {
		return s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put(id, KindProfile, 1, []byte("kept")) })
	}
	acknowledged := []string{}
	for round := range 3 {
		fail.Store(true)
		id := fmt.Sprint("r", round)
		for put(id) != nil {
			fail.Store(false)
			time.Sleep(time.Millisecond)
		}
		acknowledged = append(acknowledged, id)
		fail.Store(true)
		if _, err := s.Forget(1, "nobody"); err == nil { // has the engine write to files
			t.Fatal("forgotten, though the disk fails")
		}
		_ = put("in between")
		fail.Store(false)
		for tries := 0; s.Failed() || put("well again") != nil; tries++ {
			if tries == 10_000 {
				t.Fatal("not well again")
			}
			time.Sleep(5 * time.Millisecond)
		}
		for _, id := range acknowledged {
			if got := profileOf(t, s, id); got != "kept" {
				t.Errorf("round %d: of %s there is %q", round, id, got)
			}
		}
	}
	fail.Store(true)
	_, _ = s.Forget(1, "nobody else")
	done := make(chan struct{})
	go func() { _ = s.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Error("closing it takes for ever")
	}
}

// TestForgettingOnAFullDiskEnds has no room for the files that forgetting writes
// anew: that is said, and neither who writes nor the end of the store waits for it.
func TestForgettingOnAFullDiskEnds(t *testing.T) {
	var fail atomic.Bool
	inject := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fail.Load() && op.Kind == errorfs.OpFileWrite && strings.HasSuffix(op.Path, ".sst") {
			return errors.New("no space left on device")
		}
		return nil
	})
	s, err := open("data", "cinema", errorfs.Wrap(vfs.NewCrashableMem(), inject), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	within := func(what string, do func()) {
		t.Helper()
		done := make(chan struct{})
		go func() { do(); close(done) }()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatalf("%s takes for ever", what)
		}
	}
	putProfile(t, s, "emma", "kept")
	fail.Store(true)
	within("forgetting", func() {
		if _, err := s.Forget(1, "emma"); !errors.Is(err, errTidy) {
			t.Errorf("forgotten on a full disk: %v", err)
		}
	})
	putProfile(t, s, "emma", "again")
	putProfile(t, s, "lars", "kept")
	if got := profileOf(t, s, "emma") + profileOf(t, s, "lars"); got != "kept" || s.Failed() {
		t.Errorf("kept %q", got)
	}
	fail.Store(false)
	within("forgetting again", func() {
		for {
			if _, err := s.Forget(1, "emma"); err == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	putProfile(t, s, "lars", "kept")
	fail.Store(true)
	within("forgetting another", func() { _, _ = s.Forget(1, "lars") })
	within("closing", func() { _ = s.Close() })
}
