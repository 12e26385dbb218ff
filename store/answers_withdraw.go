package store

import (
	"bytes"
	"fmt"
	"slices"
)

// Withdraw removes what recipients answered, which counts no longer. It returns once
// that would survive a loss of power.
func (s *Store) Withdraw(ids ...string) error {
	hashes := make([]Hash, len(ids))
	for i, id := range ids {
		hashes[i] = s.H(s.sender, id)
	}
	return s.withdraw(hashes)
}

func (s *Store) withdraw(hashes []Hash) error {
	s.counting.Lock()
	defer s.counting.Unlock()
	c, found := s.newCount(), false
	for _, h := range hashes {
		err := s.Each(RecipientKey(nil, h, KindAnswer), func(key, value []byte) error {
			found = true
			c.batch.Delete(key)
			return c.leave(key, value)
		})
		if err != nil {
			return fmt.Errorf("withdraw answers: %w", err)
		}
	}
	if !found {
		return nil
	}
	if err := c.apply(); err != nil {
		return fmt.Errorf("withdraw answers: %w", err)
	}
	return nil
}

// withdrawnTogether is how many recipients' answers are removed at once.
const withdrawnTogether = 200

// PruneAnswers removes the answers of recipients whose consent, nil without one, withholds
// them, and returns of how many: such as came while it was withdrawn. It reads the keys
// of all recipients: it is for work beside the opens.
func (s *Store) PruneAnswers(withheld func(consent []byte) bool) (changed int, err error) {
	var of Hash
	var all []Hash
	var answered bool
	var consent []byte
	decide := func() {
		if answered && withheld(consent) {
			all = append(all, of)
		}
	}
	err = s.Each([]byte{KindRecipient}, func(key, value []byte) error {
		if len(key) <= kindAt {
			return nil
		}
		if h := Hash(key[1:kindAt]); h != of {
			decide()
			of, answered, consent = h, false, nil
		}
		switch key[kindAt] {
		case KindAnswer:
			answered = true
		case KindConsent:
			_, _, payload := unseal(value, KindConsent)
			consent = append([]byte{}, bytes.Clone(payload)...) // of one that is damaged not nil
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("prune answers: %w", err)
	}
	decide()
	for some := range slices.Chunk(all, withdrawnTogether) {
		if err := s.withdraw(some); err != nil {
			return changed, err
		}
		changed += len(some)
	}
	return changed, nil
}
