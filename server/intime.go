package server

import (
	"errors"
	"fmt"
	"time"
)

// Limits of what an open or a click asks of the disk.
const (
	storeTime  = 40 * time.Millisecond // the longest an open waits for it
	storeReads = 256                   // at once; with a disk that hangs no more pile up
)

// left is how long a click may still take. It is rarer than an open and must land
// right, so it waits for as long as a request may.
func (s *Server) left(open *Open) time.Duration { return open.Deadline.Sub(s.config.Now()) }

// errStoreSlow says that the store was not waited for any longer.
var errStoreSlow = errors.New("ask store: no answer in time")

// inTime waits for the store for so long: what takes longer, or hangs, is left to
// end by itself. gate bounds how much is under way.
func inTime[T any](gate chan struct{}, patience time.Duration, ask func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	select {
	case gate <- struct{}{}:
	default:
		return answer{}.value, errStoreSlow
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if cause := recover(); cause != nil {
				a.err = fmt.Errorf("ask store: panic: %v", cause)
			}
			<-gate
			done <- a
		}()
		a.value, a.err = ask()
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case a := <-done:
		return a.value, a.err
	case <-late.C:
		return answer{}.value, errStoreSlow
	}
}
