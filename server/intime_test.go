package server

import (
	"errors"
	"runtime"
	"testing"
)

func TestAStoreThatHangsIsNotWaitedFor(t *testing.T) {
	gate := make(chan struct{}, 2)
	hangs := make(chan struct{})
	read := func() (int, error) { <-hangs; return 1, nil }
	for range 2 {
		if _, err := inTime(gate, storeTime, read); !errors.Is(err, errStoreSlow) {
			t.Errorf("a read that hangs: %v", err)
		}
	}
	if _, err := inTime(gate, storeTime, func() (int, error) { t.Error("one more than the gate lets through was begun"); return 0, nil }); !errors.Is(err, errStoreSlow) {
		t.Errorf("behind reads that hang: %v", err)
	}
	close(hangs)
	for len(gate) > 0 { // what hung ends by itself
		runtime.Gosched()
	}
	if v, err := inTime(gate, storeTime, read); v != 1 || err != nil {
		t.Errorf("a read in time: %d, %v", v, err)
	}
	if _, err := inTime(gate, storeTime, func() (int, error) { panic("damaged") }); err == nil {
		t.Error("a read that panics is no error")
	}
}
