package signals

import (
	"encoding/hex"
	"reflect"
	"testing"

	"example.com/opentime/rules"
)

// TestFactsAreFrozen fails when a stored field changes its number or meaning:
// stores out there could not be read any more.
func TestFactsAreFrozen(t *testing.T) {
	api := func(at int64) stamp { return stamp{at, fromAPI} }
	for _, c := range []struct {
		want    string
		count   count
		patches map[string]fact
		unknown []byte
	}{
		{"0a04080c1805", count{12, api(5)}, nil, nil},
		{"0a0408001805", count{0, api(5)}, nil, nil},
		{"0a0410011805", count{someCount, api(5)}, nil, nil},
		{"1213" + "0a0570726963651007180420bc0f2a03455552", count{}, map[string]fact{
			"price": {rules.Value{Type: rules.Money, N: 990, Text: "EUR"}, api(7)},
		}, nil},
		{"0a04080c1805" + "120e" + "0a0a73616c655f7072696365" + "1007" + "1210" + "0a0474616773100818063201613201" + "62" + "f8072a", count{12, api(5)}, map[string]fact{
			"sale_price": {rules.Value{}, api(7)},
			"tags":       {rules.Value{Type: rules.TextList, List: []string{"a", "b"}}, api(8)},
		}, []byte{0xf8, 0x07, 0x2a}},
	} {
		payload := appendFacts(nil, c.count, c.patches, c.unknown)
		if got := hex.EncodeToString(payload); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
		kept, err := readFacts(payload)
		if err != nil || !reflect.DeepEqual(kept, keptFacts{c.count, c.patches, c.unknown}) {
			t.Errorf("read back as %+v %v", kept, err)
		}
	}
}

func FuzzReadFacts(f *testing.F) {
	f.Add([]byte{0x0a, 0x04, 0x08, 0x0c, 0x18, 0x05})
	f.Add([]byte{0x12, 0x02, 0x0a, 0x00})
	f.Fuzz(func(t *testing.T, payload []byte) {
		kept, err := readFacts(payload)
		if err != nil {
			return
		}
		again, err := readFacts(appendFacts(nil, kept.count, kept.patches, kept.unknown))
		if err != nil || again.count != kept.count || len(again.patches) != len(kept.patches) {
			t.Errorf("read, written and read: %+v, then %+v, %v", kept, again, err)
		}
	})
}

// TestStampsAreOrdered is the table of which of two facts wins.
func TestStampsAreOrdered(t *testing.T) {
	const hour = 3_600_000
	for _, c := range []struct {
		name   string
		next   stamp
		old    stamp
		now    int64
		beaten bool
	}{
		{"anything beats nothing", stamp{1, fromUndated}, stamp{}, 1, true},
		{"the newer", stamp{2, fromFeed}, stamp{1, fromAPI}, 2, true},
		{"not the older", stamp{1, fromFeed}, stamp{2, fromAPI}, 2, false},
		{"of equals the later received", stamp{2, fromAPI}, stamp{2, fromFeed}, 2, true},
		{"an undated feed leaves the API alone", stamp{25 * hour, fromUndated}, stamp{2 * hour, fromAPI}, 25 * hour, false},
		{"for a day", stamp{26 * hour, fromUndated}, stamp{2 * hour, fromAPI}, 26 * hour, true},
		{"not when it was modified before", stamp{1 * hour, fromUndated}, stamp{2 * hour, fromAPI}, 26 * hour, false},
		{"one that does not say, after a day", stamp{0, fromUndated}, stamp{2 * hour, fromAPI}, 26 * hour, true},
		{"the API beats it at once", stamp{1, fromAPI}, stamp{0, fromUndated}, 2, true},
		{"undated over undated", stamp{0, fromUndated}, stamp{5, fromUndated}, 6, true},
	} {
		if got := c.next.beats(c.old, c.now); got != c.beaten {
			t.Errorf("%s: %v, want %v", c.name, got, c.beaten)
		}
	}
}
