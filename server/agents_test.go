package server

import (
	"fmt"
	"hash/maphash"
	"testing"
)

// TestAgentsAreOwned changes a request's memory after it was read, and sees more
// agents than there are places.
func TestAgentsAreOwned(t *testing.T) {
	a := agents{seed: maphash.MakeSeed()}
	request := []byte("Thunderbird/78")
	kept := a.own(request)
	copy(request, "XXXXXXXXXXXXXX")
	if kept != "Thunderbird/78" || a.own([]byte("Thunderbird/78")) != kept {
		t.Errorf("%q", kept)
	}
	for i := range 3 * agentSlots {
		if text := fmt.Sprint("agent ", i); a.own([]byte(text)) != text {
			t.Fatal(text)
		}
	}
	agent := []byte("Thunderbird/78")
	a.own(agent)
	if n := testing.AllocsPerRun(100, func() { a.own(agent) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
