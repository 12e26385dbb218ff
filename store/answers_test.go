package store

import (
	"fmt"
	"testing"
)

// answered puts answers, each "who answer at".
func answered(t *testing.T, s *Store, all ...string) {
	t.Helper()
	err := s.PutAnswers(func(put func(recipient, campaign, block, answer string, at int64)) {
		for _, one := range all {
			var who, answer string
			var at int64
			if _, err := fmt.Sscan(one, &who, &answer, &at); err != nil {
				t.Fatal(err)
			}
			put(who, "dessert", "vote", answer, at)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func counts(t *testing.T, s *Store, want string) {
	t.Helper()
	if got := fmt.Sprint(s.Results("dessert", "vote", "baba"), " ", s.Results("dessert", "vote", "cake")); got != want {
		t.Errorf("results are %s, want %s", got, want)
	}
}

func TestTheLastAnswerCounts(t *testing.T) {
	dir := t.TempDir()
	s := onDisk(t, dir)
	answered(t, s, "emma baba 1", "lucas baba 1", "emma cake 2", "carl cake 1")
	counts(t, s, "1 2")
	answered(t, s, "emma baba 1") // older, and came late
	answered(t, s, "carl baba 1") // at once, and came later
	counts(t, s, "2 1")
	if n, err := s.Forget(3, "emma", "nobody"); err != nil || n != 1 {
		t.Error(n, err)
	}
	counts(t, s, "2 0")
	answered(t, s, "emma cake 9") // nothing is kept of who was forgotten
	counts(t, s, "2 0")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = onDisk(t, dir)
	if in := holding(t, dir, "emma"); len(in) > 0 {
		t.Error("who was forgotten is in", in)
	}
	counts(t, s, "2 0")

	var b Batch
	b.Put(ResultsKey(nil, "dessert", "vote"), []byte("damaged"))
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	answered(t, s, "noor cake 1") // counted anew
	counts(t, s, "2 1")
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = onDisk(t, dir)
	counts(t, s, "2 1")
	if s.Alarms() == 0 {
		t.Error("a damaged count is no alarm")
	}
}
