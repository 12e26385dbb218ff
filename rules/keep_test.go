package rules_test

import (
	"testing"
	"unsafe"

	"example.com/opentime/rules"
)

func TestWhatIsKeptOutlivesTheNextDecide(t *testing.T) {
	one, other := rules.Candidate{Item: &rules.Item{ID: "dune-3"}}, rules.Candidate{Item: &rules.Item{ID: "wicked"}}
	decided := []rules.Decision{{Position: 1, Item: &one}, {Position: 2}, {Position: 3, Item: &other}}
	kept := rules.Keep(decided)
	one, other, decided[1] = rules.Candidate{}, rules.Candidate{}, rules.Decision{}
	if kept[0].Item.ID != "dune-3" || kept[1].Position != 2 || kept[1].Item != nil || kept[2].Item.ID != "wicked" {
		t.Errorf("kept are %+v", kept)
	}
}

// TestADecisionIsSmall holds what a reading takes for each position for ten seconds.
func TestADecisionIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(rules.Decision{}); size > 96 {
		t.Errorf("%d bytes", size)
	}
}
