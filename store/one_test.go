package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestOneReadsWhatIsKeptOfARecipient(t *testing.T) {
	s, _ := memory(t)
	kinds := []byte{KindConsent, KindHistory, KindAlias, KindProfile}
	put := func(id string, kind byte, payload string) {
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) { put(id, kind, int64(kind), []byte(payload)) })
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 64 {
		id := fmt.Sprint("r", n)
		var want []string
		for i, kind := range kinds {
			if n>>i&1 == 1 {
				put(id, kind, fmt.Sprint(id, kind))
				want = append(want, fmt.Sprintf("%c %d %s%d <nil>", kind, kind, id, kind))
			}
		}
		if n>>4&1 == 1 {
			err := s.PutAnswers(func(put func(recipient, campaign, block, answer string, at int64)) {
				put(id, "weekly", "poll", "yes", 1)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n>>5&1 == 1 {
			showTo(t, s, id, "weekly")
		}
		var got []string
		err := s.One(id, func(kind byte, at int64, payload []byte, err error) {
			got = append(got, fmt.Sprintf("%c %d %s %v", kind, at, payload, err))
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q, %v", id, got, want, err)
		}
		if known := s.unshown.has(s.H("cinema", id)); known != (n>>5&1 == 0) {
			t.Errorf("%s: that nothing was shown is known: %v", id, known)
		}
	}
	put("bad", KindProfile, "gold")
	key := RecipientKey(nil, s.H("cinema", "bad"), KindProfile)
	value, _ := s.Get(key, nil)
	value[len(value)-6] ^= 1
	var b Batch
	b.Put(key, value)
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	var damage error
	if err := s.One("bad", func(_ byte, _ int64, _ []byte, err error) { damage = err }); err != nil || !errors.Is(damage, ErrDamaged) || s.Alarms() != 1 {
		t.Errorf("one that is damaged: %v, %v, %d alarms", damage, err, s.Alarms())
	}
}

// showTo keeps that somebody was shown a campaign.
func showTo(t *testing.T, s *Store, id, campaign string) {
	t.Helper()
	err := s.PutShown(func(put func(recipient, campaign, send string, at int64, payload []byte)) {
		put(id, campaign, "", 1, []byte(campaign))
	})
	if err != nil {
		t.Error(err)
	}
}

// TestWhatWasShownIsFoundWhateverIsReadMeanwhile reads recipients while what they are
// shown is written.
func TestWhatWasShownIsFoundWhateverIsReadMeanwhile(t *testing.T) {
	s, _ := memory(t)
	for n := range 200 {
		id := fmt.Sprint("r", n)
		if err := s.One(id, nil); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() {
			for range 20 {
				if err := s.One(id, nil); err != nil {
					t.Error(err)
				}
			}
		})
		both.Go(func() {
			showTo(t, s, id, "weekly")
			if shown, err := s.Shown(id, "weekly", "", nil); err != nil || string(shown) != "weekly" {
				t.Errorf("%s was shown %q, %v", id, shown, err)
			}
		})
		both.Wait()
		if shown, err := s.Shown(id, "weekly", "", nil); err != nil || string(shown) != "weekly" {
			t.Errorf("%s was shown %q, %v", id, shown, err)
		}
	}
}
