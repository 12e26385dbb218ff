package store

import (
	"fmt"
	"testing"
)

func TestWithdrawnAnswersCountNoLonger(t *testing.T) {
	dir := t.TempDir()
	s := onDisk(t, dir)
	answered(t, s, "emma baba 1", "lucas baba 1", "carl cake 1")
	if err := s.Withdraw("emma", "nobody"); err != nil {
		t.Fatal(err)
	}
	counts(t, s, "1 1")
	if err := s.Withdraw("emma"); err != nil {
		t.Fatal(err)
	}
	counts(t, s, "1 1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = onDisk(t, dir)
	counts(t, s, "1 1")
	answered(t, s, "emma cake 1") // they may answer again
	counts(t, s, "1 2")
}

// TestAnswersThatConsentWithholdsArePruned has answers of recipients with a consent of
// their own, a damaged one, and none.
func TestAnswersThatConsentWithholdsArePruned(t *testing.T) {
	s := onDisk(t, t.TempDir())
	var all []string
	for i := range 3 * withdrawnTogether {
		all = append(all, fmt.Sprintf("r%d baba 1", i))
	}
	answered(t, s, append(all, "lucas cake 1", "noor cake 1", "carl cake 1")...)
	err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) {
		for i := range 3 * withdrawnTogether {
			put(fmt.Sprint("r", i), KindConsent, 1, []byte("none"))
		}
		put("lucas", KindConsent, 1, []byte("full"))
		put("stranger", KindConsent, 1, []byte("none"))
	})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	b.Put(RecipientKey(nil, s.H("cinema", "carl"), KindConsent), []byte("damaged"))
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	counts(t, s, fmt.Sprint(3*withdrawnTogether, " 3"))
	withheld := func(consent []byte) bool { return consent != nil && string(consent) != "full" }
	if n, err := s.PruneAnswers(withheld); err != nil || n != 3*withdrawnTogether+1 {
		t.Error(n, err)
	}
	counts(t, s, "0 2")
	if n, err := s.PruneAnswers(withheld); err != nil || n != 0 {
		t.Error("again", n, err)
	}
	if n, err := s.PruneAnswers(func(consent []byte) bool { return consent == nil }); err != nil || n != 1 {
		t.Error("without a consent", n, err)
	}
	counts(t, s, "0 1")
}
