package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// TestALogThatCannotBeChangedKillsNobody fails what the engine does where it begins its next
// write-ahead log: as it fills its memory, and as Forget has it write that out.
func TestALogThatCannotBeChangedKillsNobody(t *testing.T) {
	for name, kinds := range map[string][]errorfs.OpKind{
		"missing": {errorfs.OpCreate, errorfs.OpReuseForWrite},
		"making":  {errorfs.OpCreate, errorfs.OpReuseForWrite},
		"syncing": {errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileFlush},
	} {
		for how, do := range map[string]func(s *Store) error{
			"large batch": func(s *Store) error {
				return s.PutRecipients(false, func(put func(string, byte, int64, []byte)) { put("after", KindProfile, 1, make([]byte, 20<<20)) })
			},
			"memory full": func(s *Store) error {
				for i := range 40 {
					err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
						put(fmt.Sprint("f", i), KindProfile, 1, make([]byte, 1<<20))
					})
					if err != nil {
						return err
					}
				}
				return nil
			},
			"forgetting": func(s *Store) error { return s.erase(map[Hash]int64{s.H("cinema", "before"): 1}) },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				var fail atomic.Bool
				files := errorfs.Wrap(vfs.NewCrashableMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
					for _, kind := range kinds {
						if fail.Load() && op.Kind == kind && strings.HasSuffix(op.Path, ".log") {
							if name == "missing" {
								return os.ErrNotExist
							}
							return errors.New("no space left on device")
						}
					}
					return nil
				}))
				s, err := open("data", "cinema", files, time.Millisecond)
				if err != nil {
					t.Fatal(err)
				}
				putProfile(t, s, "before", "kept")
				fail.Store(true)
				if err := do(s); err == nil {
					t.Error("it is acknowledged")
				}
				if !s.Failed() {
					t.Error("the store does not say that it failed")
				}
				fail.Store(false)
				for range 1000 {
					if !s.Failed() {
						break
					}
					time.Sleep(10 * time.Millisecond)
				}
				if got := profileOf(t, s, "before"); got != "kept" {
					t.Errorf("before it failed: %q", got)
				}
				putProfile(t, s, "then", "kept too")
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
