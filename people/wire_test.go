package people

import (
	"encoding/hex"
	"reflect"
	"testing"

	"example.com/opentime/rules"
)

// TestPayloadsAreFrozen fails when a stored field changes its number or
// meaning: stores out there could not be read any more.
func TestPayloadsAreFrozen(t *testing.T) {
	k := &keptProfile{home: [5]string{"nl", "Europe/Brussels", "BE", "Gent", "9000"}, attributes: []keptAttribute{
		{name: "points", at: 5, value: rules.Value{Type: rules.Number, N: -1}},
		{name: "likes", value: rules.Value{Type: rules.TextList, List: []string{"a", "b"}}},
		{name: "price", value: rules.Value{Type: rules.Money, N: 990, Text: "EUR"}},
		{name: "tier", at: 6},
	}, homeAt: [5]int64{3: 7}, unknown: []byte{0xf8, 0x07, 0x2a}} // field 127, a number
	payload := appendProfile(nil, k)
	const want = "0a026e6c120f4575726f70652f4272757373656c731a0242452204" + "47656e74" + "2a0439303030" +
		"320e0a06706f696e747310051802" + "2001" + "320f0a056c696b657318063201613201" + "62" +
		"32110a05707269636518" + "0420bc0f2a03455552" + "320a0a0474696572" + "10061800" + "3a0408041007" + "f8072a"
	if got := hex.EncodeToString(payload); got != want {
		t.Errorf("profile\ngot  %s\nwant %s", got, want)
	}
	back, err := decodeProfile(payload)
	if err != nil || !reflect.DeepEqual(back, k) {
		t.Errorf("read back as %+v, %v", back, err)
	}
	for c, want := range map[rules.Consent]string{rules.ConsentNone: "0801", rules.ConsentAggregate: "0802", rules.ConsentFull: "0803"} {
		payload := appendConsent(nil, c, nil)
		if got := hex.EncodeToString(payload); got != want {
			t.Errorf("consent %d: %s, want %s", c, got, want)
		}
		if back, _, err := decodeConsent(payload); err != nil || back != c {
			t.Errorf("consent %d reads as %d, %v", c, back, err)
		}
	}
	alias := appendAlias(nil, [16]byte{15: 1})
	if got, want := hex.EncodeToString(alias), "0a1000000000000000000000000000000001"; got != want {
		t.Errorf("alias %s, want %s", got, want)
	}
}

// TestTypesAreFrozen fails when the numbers of types move: they are stored.
func TestTypesAreFrozen(t *testing.T) {
	for i, v := range []rules.Type{
		rules.Unknown, rules.Text, rules.Number, rules.Percent, rules.Money, rules.Boolean, rules.TextList, rules.Time,
		rules.Weekday, rules.Month, rules.Date, rules.Yearly, rules.Moment, rules.Duration, rules.Picture, rules.Colour, rules.Some,
	} {
		if int(v) != i {
			t.Errorf("%v is %d, want %d", v, int(v), i)
		}
	}
}

func TestAProfileOfALaterReleaseKeepsItsFields(t *testing.T) {
	consent, unknown, err := decodeConsent([]byte{0x08, 0x02, 0x10, 0x07})
	if err != nil || consent != rules.ConsentAggregate || hex.EncodeToString(unknown) != "1007" {
		t.Errorf("%d %x %v", consent, unknown, err)
	}
	if _, _, err := decodeConsent([]byte{0x08, 0x09}); err == nil {
		t.Error("a consent of a later release reads as one of ours")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x0a, 0x02, 'n', 'l'})
	f.Add([]byte{0x32, 0x04, 0x18, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if k, err := decodeProfile(payload); err == nil {
			again, err := decodeProfile(appendProfile(nil, k))
			if err != nil || !reflect.DeepEqual(again.home, k.home) || len(again.attributes) != len(k.attributes) {
				t.Errorf("read, written and read: %+v, then %+v, %v", k, again, err)
			}
		}
		_, _, _ = decodeConsent(payload)
		_, _ = decodeAlias(payload)
		_, _ = decodeProgress(payload)
	})
}

func TestProgressIsFrozen(t *testing.T) {
	p := Progress{Name: "a.csv", Began: 1, Rows: 2, From: 3, Applied: 4, Ignored: 5, Refused: 6, Mark: 7, Last: Applied{
		Applied: 8, Ignored: []RowNote{{9, "older"}}, Refused: []RowNote{{10, "r"}},
	}}
	payload := appendProgress(nil, &p)
	const want = "0a05612e637376" + "10011802200328043005380640074a09" + "080912056f6c6465724a07080a120172" + "18015008"
	if got := hex.EncodeToString(payload); got != want {
		t.Errorf("progress\ngot  %s\nwant %s", got, want)
	}
	if back, err := decodeProgress(payload); err != nil || !reflect.DeepEqual(back, p) {
		t.Errorf("read back as %+v, %v", back, err)
	}
}
