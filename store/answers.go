package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// Fields of an answer and of results, as README.md numbers them.
const (
	fieldAnswer protowire.Number = 1
	fieldResult protowire.Number = 1 // repeated

	resultAnswer protowire.Number = 1
	resultCount  protowire.Number = 2
)

// asked is what was asked: a campaign's block.
type asked struct{ campaign, block string }

// results are how many recipients gave which answer last.
type results map[string]int64

// AnswerKey appends the key of what a recipient answered in a campaign's block.
func AnswerKey(dst []byte, h Hash, campaign, block string) []byte {
	dst = append(RecipientKey(dst, h, KindAnswer), campaign...)
	return append(append(dst, 0), block...)
}

// fullAnswerKey appends the full key of what a recipient answered.
func fullAnswerKey(dst []byte, id, campaign, block string) []byte {
	dst = append(FullKey(dst, id, KindAnswer), campaign...)
	return append(append(dst, 0), block...)
}

// ResultsKey appends the key of what was answered in a campaign's block.
func ResultsKey(dst []byte, campaign, block string) []byte {
	dst = append(append(dst, KindResults), campaign...)
	return append(append(dst, 0), block...)
}

// Results returns how many recipients gave an answer in a campaign's block, and none
// later. It reads memory only.
func (s *Store) Results(campaign, block, answer string) int64 {
	return (*s.results.Load())[asked{campaign, block}][answer]
}

// PutAnswers keeps the answers that fill puts, all or nothing, but none of recipients
// who were forgotten, and counts them: of each recipient and block the newest, of
// equals the later put. It returns once they would survive a loss of power. At is in
// Unix ms.
func (s *Store) PutAnswers(fill func(put func(recipient, campaign, block, answer string, at int64))) error {
	s.counting.Lock()
	defer s.counting.Unlock()
	s.putting.RLock()
	defer s.putting.RUnlock()
	c := s.newCount()
	var bad error
	fill(func(recipient, campaign, block, answer string, at int64) {
		bad = errors.Join(bad, c.take(recipient, asked{campaign, block}, given{answer, at}))
	})
	if bad != nil {
		return fmt.Errorf("put answers: %w", bad)
	}
	return c.apply()
}

// given is an answer and when it was given, in Unix ms.
type given struct {
	answer string
	at     int64
}

// count works out what answers do to results; Store.counting is held.
type count struct {
	store   *Store
	batch   Batch
	last    map[string]given // by key, of this batch
	results map[asked]results
}

func (s *Store) newCount() *count {
	return &count{store: s, last: map[string]given{}, results: map[asked]results{}}
}

// take counts an answer in the place of its recipient's last one.
func (c *count) take(recipient string, to asked, g given) error {
	h := c.store.H(c.store.sender, recipient)
	if c.store.isForgotten(h) {
		return nil
	}
	key := AnswerKey(nil, h, to.campaign, to.block)
	full := fullAnswerKey(nil, recipient, to.campaign, to.block)
	before, ok := c.last[string(key)]
	if !ok {
		payload, at, err := c.store.read(key, KindAnswer, full, nil)
		if err != nil && !errors.Is(err, ErrDamaged) {
			return err
		}
		before = given{decodeAnswer(payload), at}
	}
	if before.answer != "" && before.at > g.at {
		return nil
	}
	if err := c.move(to, before.answer, g.answer); err != nil {
		return err
	}
	c.last[string(key)] = g
	payload := protowire.AppendString(protowire.AppendTag(nil, fieldAnswer, protowire.BytesType), g.answer)
	c.batch.Put(key, Seal(nil, KindAnswer, full, g.at, payload))
	return nil
}

// leave takes a recipient's answer out, of which key and value are kept.
func (c *count) leave(key, value []byte) error {
	campaign, block, ok := bytes.Cut(key[kindAt+1:], []byte{0})
	if _, _, payload := unseal(value, KindAnswer); ok && payload != nil {
		return c.move(asked{string(campaign), string(block)}, decodeAnswer(payload), "")
	}
	c.store.alarms.Add(1)
	return nil
}

// move counts one less of an answer and one more of another; "" is none.
func (c *count) move(to asked, from, into string) error {
	r, ok := c.results[to]
	if !ok {
		var err error
		if r, err = c.store.readResults(to); err != nil {
			return err
		}
		c.results[to] = r
	}
	if r[from]--; r[from] <= 0 {
		delete(r, from)
	}
	if into != "" {
		r[into]++
	}
	return nil
}

// apply writes all that was counted, and shows it.
func (c *count) apply() error {
	for to, r := range c.results {
		key := ResultsKey(nil, to.campaign, to.block)
		c.batch.Put(key, Seal(nil, KindResults, key, 0, encodeResults(r)))
	}
	if err := c.store.Apply(&c.batch); err != nil {
		return err
	}
	if len(c.results) > 0 {
		all := maps.Clone(*c.store.results.Load())
		maps.Copy(all, c.results)
		c.store.results.Store(&all)
	}
	return nil
}

// readResults reads what was answered in a block; what is damaged is counted anew.
func (s *Store) readResults(to asked) (results, error) {
	key := ResultsKey(nil, to.campaign, to.block)
	payload, _, err := s.read(key, KindResults, key, nil)
	if err == nil {
		if r, ok := decodeResults(payload); ok {
			return r, nil
		}
	} else if !errors.Is(err, ErrDamaged) {
		return nil, err
	}
	return s.countAnew(to)
}

// countAnew counts a block's results by what is kept of recipients.
func (s *Store) countAnew(to asked) (results, error) {
	r := results{}
	suffix := ResultsKey(nil, to.campaign, to.block)[1:]
	err := s.Each([]byte{KindRecipient}, func(key, value []byte) error {
		if len(key) <= kindAt || key[kindAt] != KindAnswer || !bytes.Equal(key[kindAt+1:], suffix) {
			return nil
		}
		full, _, payload := unseal(value, KindAnswer)
		if answer := decodeAnswer(payload); full != nil && s.keyOf(full) == Hash(key[1:kindAt]) && answer != "" {
			r[answer]++
		}
		return nil
	})
	return r, err
}

// loadResults reads what was answered so far.
func (s *Store) loadResults() error {
	all := map[asked]results{}
	s.results.Store(&all)
	var questions []asked
	err := s.Each([]byte{KindResults}, func(key, _ []byte) error {
		campaign, block, _ := bytes.Cut(key[1:], []byte{0})
		questions = append(questions, asked{string(campaign), string(block)})
		return nil
	})
	if err != nil {
		return err
	}
	for _, to := range questions {
		if all[to], err = s.readResults(to); err != nil {
			return err
		}
	}
	return nil
}

// decodeAnswer reads an answer; "" where there is none.
func decodeAnswer(payload []byte) string {
	answer := ""
	eachField(payload, func(number protowire.Number, text []byte, _ uint64) {
		if number == fieldAnswer {
			answer = string(text)
		}
	})
	return answer
}

func encodeResults(r results) []byte {
	var dst []byte
	for _, answer := range slices.Sorted(maps.Keys(r)) {
		one := protowire.AppendString(protowire.AppendTag(nil, resultAnswer, protowire.BytesType), answer)
		one = protowire.AppendVarint(protowire.AppendTag(one, resultCount, protowire.VarintType), uint64(r[answer]))
		dst = protowire.AppendBytes(protowire.AppendTag(dst, fieldResult, protowire.BytesType), one)
	}
	return dst
}

// decodeResults reads results, and reports whether they are whole.
func decodeResults(payload []byte) (results, bool) {
	r := results{}
	whole := eachField(payload, func(number protowire.Number, text []byte, _ uint64) {
		answer, n := "", uint64(0)
		eachField(text, func(number protowire.Number, text []byte, v uint64) {
			switch number {
			case resultAnswer:
				answer = string(text)
			case resultCount:
				n = v
			}
		})
		if number == fieldResult && answer != "" && n > 0 && n < 1<<48 {
			r[answer] = int64(n)
		}
	})
	return r, whole
}

// eachField calls each for the fields of a payload, with their text or number, and
// reports whether it is whole.
func eachField(payload []byte, each func(number protowire.Number, text []byte, v uint64)) bool {
	for len(payload) > 0 {
		number, typ, n := protowire.ConsumeTag(payload)
		if n < 0 {
			return false
		}
		payload = payload[n:]
		var text []byte
		var v uint64
		switch typ {
		case protowire.BytesType:
			text, n = protowire.ConsumeBytes(payload)
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(payload)
		default:
			n = protowire.ConsumeFieldValue(number, typ, payload)
		}
		if n < 0 {
			return false
		}
		payload = payload[n:]
		each(number, text, v)
	}
	return true
}
