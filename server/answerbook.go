package server

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Limits of answers on their way to the store.
const (
	answersWaiting  = 1 << 12
	answersTogether = 500             // that are kept at once
	answerTime      = 5 * time.Second // the longest that whoever answers waits
)

// Errors of keeping an answer.
var (
	errAnswersFull = errors.New("keep answer: too many wait")
	errAnswerLate  = errors.New("keep answer: no answer of the store in time")
)

// AnswerStore is what the server needs of the store to keep answers.
type AnswerStore interface {
	// PutAnswers keeps and counts the answers that fill puts, all or nothing: of each
	// recipient and block the newest. It returns once that is safe on disk. At is in
	// Unix ms.
	PutAnswers(fill func(put func(recipient, campaign, block, answer string, at int64))) error
}

// givenAnswer is an answer on its way to the store.
type givenAnswer struct {
	recipient, campaign, block, answer string
	at                                 int64 // Unix ms
	done                               chan error
}

// answerBook keeps answers: those that come together are one write.
type answerBook struct {
	store AnswerStore
	queue chan *givenAnswer
	done  sync.WaitGroup
}

func newAnswerBook(store AnswerStore) *answerBook {
	b := &answerBook{store: store, queue: make(chan *givenAnswer, answersWaiting)}
	b.done.Go(b.run)
	return b
}

// keep returns once an answer is safe on disk, or an error where that is not certain.
func (b *answerBook) keep(a *givenAnswer) error {
	a.done = make(chan error, 1)
	select {
	case b.queue <- a:
	default:
		return errAnswersFull
	}
	late := time.NewTimer(answerTime)
	defer late.Stop()
	select {
	case err := <-a.done:
		return err
	case <-late.C:
		return errAnswerLate
	}
}

func (b *answerBook) run() {
	for first := range b.queue {
		answers := []*givenAnswer{first}
		for len(answers) < answersTogether && len(b.queue) > 0 {
			answers = append(answers, <-b.queue) // nobody else takes any
		}
		err := b.put(answers)
		for _, a := range answers {
			a.done <- err
		}
	}
}

// put writes answers; a panic is an error like any other.
func (b *answerBook) put(answers []*givenAnswer) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("keep answers: panic: %v", cause)
		}
	}()
	return b.store.PutAnswers(func(put func(recipient, campaign, block, answer string, at int64)) {
		for _, a := range answers {
			put(a.recipient, a.campaign, a.block, a.answer, a.at)
		}
	})
}

// close keeps what waits and ends. Nothing may be added any more.
func (b *answerBook) close() {
	close(b.queue)
	b.done.Wait()
}
