package store

import (
	"fmt"
	"testing"
	"time"
)

func TestPruneShownRemovesWhatIsOld(t *testing.T) {
	s, _ := memory(t)
	err := s.PutShown(func(put func(string, string, string, int64, []byte)) {
		for i := range 2500 {
			put(fmt.Sprintf("r-%d", i), "weekly", "w1", int64(i), []byte("shown"))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	putProfile(t, s, "r-1", "stays")
	err = s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put("r-7", KindConsent, 1, []byte("full")) })
	if err != nil {
		t.Fatal(err)
	}
	removed, err := s.PruneShown(MaxStrangers, func(consent []byte, at int64) bool {
		if (string(consent) == "full") != (at == 7) {
			t.Errorf("the consent at %d is %q", at, consent)
		}
		return at < 2000 && consent == nil
	})
	if err != nil || removed != 1999 {
		t.Errorf("removed %d, %v", removed, err)
	}
	for id, want := range map[string]string{"r-0": "", "r-7": "shown", "r-1999": "", "r-2000": "shown", "r-2499": "shown"} {
		if got, err := s.Shown(id, "weekly", "w1", nil); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", id, got, err)
		}
	}
	if got, _, err := s.Recipient("r-1", KindProfile, nil); string(got) != "stays" || err != nil {
		t.Errorf("a profile: %q, %v", got, err)
	}
}

// TestPruneShownBoundsStrangers keeps readings of recipients of whom nobody told us
// anything, more than may be kept.
func TestPruneShownBoundsStrangers(t *testing.T) {
	s, _ := memory(t)
	hour := time.Hour.Milliseconds()
	put := func(id string, kind byte, at int64) {
		t.Helper()
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) { put(id, kind, at, []byte("x")) })
		if err != nil {
			t.Fatal(err)
		}
	}
	show := func(id, send string, at int64) {
		t.Helper()
		err := s.PutShown(func(put func(string, string, string, int64, []byte)) { put(id, "weekly", send, at, []byte("x")) })
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3000 {
		id := fmt.Sprint("s", i)
		put(id, KindAlias, 1)
		show(id, "w1", int64(i/100)*hour)
	}
	show("s0", "w2", 1000*hour) // the newest of all
	for _, id := range []string{"profiled", "consenting"} {
		put(id, KindAlias, 1)
		show(id, "w1", 0)
	}
	put("profiled", KindProfile, 1)
	put("consenting", KindConsent, 1)
	put("alone", KindAlias, 2)
	never := func([]byte, int64) bool { return false }
	if removed, err := s.PruneShown(3001, never); removed != 0 || err != nil {
		t.Fatalf("within the bound: removed %d, %v", removed, err)
	}
	// 1551 leave: the alias alone, 99 of the first hour, fourteen hours, 51 of the next.
	removed, err := s.PruneShown(1450, never)
	if err != nil || removed != 1+2*1550 {
		t.Errorf("removed %d, %v", removed, err)
	}
	has := func(id string) (found bool) {
		shown, err := s.Shown(id, "weekly", "w1", nil)
		alias, _, errOf := s.Recipient(id, KindAlias, nil)
		if err != nil || errOf != nil || len(shown) != len(alias) {
			t.Errorf("%s: shown %q, alias %q, %v, %v", id, shown, alias, err, errOf)
		}
		return len(shown) > 0
	}
	edge := 0
	for i := range 3000 {
		if found := has(fmt.Sprint("s", i)); i >= 1500 && i < 1600 {
			if found {
				edge++
			}
		} else if want := i == 0 || i >= 1600; found != want {
			t.Errorf("s%d is kept: %t", i, found)
		}
	}
	if edge != 49 || !has("profiled") || !has("consenting") || has("alone") {
		t.Errorf("%d of the last hour, profiled %t, consenting %t, alone %t", edge, has("profiled"), has("consenting"), has("alone"))
	}
	if removed, err := s.PruneShown(1450, never); removed != 0 || err != nil {
		t.Errorf("again: removed %d, %v", removed, err)
	}
}

// TestPruneShownBoundsSends keeps readings of one stranger's made up sends.
func TestPruneShownBoundsSends(t *testing.T) {
	s, _ := memory(t)
	for _, id := range []string{"stranger", "profiled"} {
		err := s.PutShown(func(put func(string, string, string, int64, []byte)) {
			for i := range 2500 {
				put(id, "weekly", fmt.Sprintf("s%04d", i), 1, []byte("x"))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	putProfile(t, s, "profiled", "x")
	if removed, err := s.PruneShown(10, func([]byte, int64) bool { return false }); removed != 2500-maxSends || err != nil {
		t.Errorf("removed %d, %v", removed, err)
	}
}
