package people

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
)

// someDeclared are attributes as a sender declares them, of which one ages.
func someDeclared() []rules.Attribute {
	return []rules.Attribute{
		{Name: "first_name", Type: rules.Text},
		{Name: "points", Type: rules.Number},
		{Name: "likes", Type: rules.TextList},
		{Name: "delivery", Type: rules.Text, Age: 6 * time.Hour},
	}
}

// somePayload is of a profile whose name is so long.
func somePayload(name int) []byte {
	return appendProfile(nil, &keptProfile{home: [5]string{"nl", "Europe/Brussels", "BE", "Gent", "9000"}, attributes: []keptAttribute{
		{name: "first_name", value: rules.Value{Type: rules.Text, Text: strings.Repeat("x", name)}},
		{name: "points", at: 5, value: rules.Value{Type: rules.Number, N: -1}},
		{name: "delivery", value: rules.Value{Type: rules.Text, Text: "sorting"}},
		{name: "delivery", at: 9, value: rules.Value{Type: rules.Number, N: 1}},
		{name: "gone", value: rules.Value{Type: rules.Text, Text: "y"}},
	}, homeAt: [5]int64{3: 7}, unknown: []byte{0xf8, 0x07, 0x2a}})
}

func TestAProfileIsDecodedInOneAllocation(t *testing.T) {
	for _, name := range []int{4, 150, 600} {
		payload, declared := somePayload(name), someDeclared()
		if n := testing.AllocsPerRun(100, func() { _, _ = decodeEntry(payload, declared, 1, 2) }); n > 1 {
			t.Errorf("%v allocations of %d bytes", n, len(payload))
		}
	}
}

func TestADecodedProfileOwnsItsTexts(t *testing.T) {
	for _, name := range []int{4, 150, 600, 2000} {
		payload := somePayload(name)
		e, err := decodeEntry(payload, someDeclared(), 1, 2)
		clear(payload)
		if err != nil || e.profile.City != "Gent" || e.profile.Attributes[0].Text != strings.Repeat("x", name) {
			t.Errorf("%+v, %v", e, err)
		}
	}
}

// FuzzDecodeEntry compares what an open sees with what is read to be changed.
func FuzzDecodeEntry(f *testing.F) {
	f.Add(somePayload(4), int64(1), int64(2))
	f.Add(somePayload(4), int64(1), 7*time.Hour.Milliseconds())
	f.Add(somePayload(900), int64(1), 6*time.Hour.Milliseconds())
	f.Add([]byte{0x32, 0x04, 0x18, 0xff, 0xff, 0x01}, int64(0), int64(0))
	f.Fuzz(func(t *testing.T, payload []byte, at, now int64) {
		k, err := decodeProfile(payload)
		e, failed := decodeEntry(bytes.Clone(payload), someDeclared(), at, now)
		if err != nil || failed != nil { // groups, which nobody writes, are read by one only
			return
		}
		if want := k.entry(someDeclared(), at, now); !reflect.DeepEqual(e, want) {
			t.Errorf("%+v, want %+v", e.profile, want.profile)
		}
	})
}

// BenchmarkDecodeEntry decodes a profile.
func BenchmarkDecodeEntry(b *testing.B) {
	payload, declared := somePayload(4), someDeclared()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeEntry(payload, declared, 1, 2); err != nil {
			b.Fatal(err)
		}
	}
}
