package people

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// tally is how often something was done, and when first and last.
type tally struct {
	times       int64
	first, last int64
}

// tallies are those of a history, by what key says of its events.
func tallies(h *history, key func(e *keptEvent) string) map[string]tally {
	out := map[string]tally{}
	for i := range h.events {
		e := &h.events[i]
		t, ok := out[key(e)]
		if !ok {
			t = tally{first: e.first(), last: e.At}
		}
		t.times += max(1, e.Times)
		t.first, t.last = min(t.first, e.first()), max(t.last, e.At)
		out[key(e)] = t
	}
	return out
}

// TestFoldingLosesOnlyWhatItSays folds drawn histories by each folding alone.
// How often, first and last is kept of every kind, of mails by campaign, of all
// else by tags, and where nothing is blurred of every item; rare kinds stay as
// they are wherever a folding leaves them out.
func TestFoldingLosesOnlyWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &history{}
		at := int64(200 * 24 * 3600 * 1000)
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			at -= int64(rapid.IntRange(0, 5*24*3600*1000).Draw(t, "apart"))
			kind := rapid.SampledFrom([]rules.EventKind{rules.Viewed, rules.Carted, rules.Bought, rules.Rated, rules.Wished, rules.Opened, rules.Clicked}).Draw(t, "kind")
			e := keptEvent{stored: uint64(kind) + 1}
			e.Kind, e.At = kind, at
			if rules.InMails.Has(kind) {
				e.Campaign = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "campaign")
			}
			if rapid.IntRange(0, 4).Draw(t, "folded before") == 0 {
				e.Times, e.First = 3, at-1000
			}
			n := rapid.IntRange(0, 3).Draw(t, "item")
			e.Item, e.Tags = fmt.Sprint("item-", n), []string{fmt.Sprint("tag-", n/2)}
			h.events = append(h.events, e)
		}
		f := foldings[rapid.IntRange(0, len(foldings)-1).Draw(t, "folding")]
		kinds := func(e *keptEvent) string { return fmt.Sprint(e.Kind) }
		like := func(e *keptEvent) string {
			switch {
			case f.blur == nil || !f.kinds.Has(e.Kind):
				return fmt.Sprintf("%v %s %v %s", e.Kind, e.Item, e.Tags, e.Campaign)
			case f.kinds == rules.InMails:
				return fmt.Sprintf("%v %s", e.Kind, e.Campaign)
			}
			return fmt.Sprintf("%v %v", e.Kind, e.Tags)
		}
		for name, key := range map[string]func(*keptEvent) string{"kinds": kinds, "what is alike": like} {
			folded := &history{events: append([]keptEvent(nil), h.events...)}
			before := tallies(folded, key)
			folded.fold(&f)
			after := tallies(folded, key)
			if len(before) != len(after) {
				t.Fatalf("%s: %v, folded %v", name, before, after)
			}
			for k, want := range before {
				if after[k] != want {
					t.Fatalf("%s: %s is %+v, folded %+v", name, k, want, after[k])
				}
			}
		}
	})
}
