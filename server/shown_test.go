package server

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/opentime/rules"
)

// memoryStore is a Store that can be broken.
type memoryStore struct {
	mu     sync.Mutex
	values map[shownKey][]byte
	broken bool
}

var errBroken = errors.New("broken")

func (m *memoryStore) Shown(recipient, campaign, send string, dst []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return nil, errBroken
	}
	return append(dst, m.values[shownKey{recipient, campaign, send}]...), nil
}

func (m *memoryStore) PutShown(fill func(put func(recipient, campaign, send string, at int64, payload []byte))) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return errBroken
	}
	fill(func(recipient, campaign, send string, _ int64, payload []byte) {
		m.values[shownKey{recipient, campaign, send}] = bytes.Clone(payload)
	})
	return nil
}

func (m *memoryStore) ShownTo(recipient string, each func(campaign, send string, payload []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, value := range m.values {
		if key.recipient == recipient {
			if err := each(key.campaign, key.send, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memoryStore) Alarms() uint64 { return 0 }

func (m *memoryStore) Failed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.broken
}

func (m *memoryStore) breakDown(broken bool) {
	m.mu.Lock()
	m.broken = broken
	m.mu.Unlock()
}

func showing(at time.Duration, class rules.Class, os, link string) shownReading {
	r := shownReading{
		At: today.Add(at).UnixMilli(), Trust: rules.Signed, Class: class, OS: os,
		Positions: []shownPosition{{Block: "hero", Position: 1, Rule: "a", Variant: "none", Link: link}},
	}
	sum := sha256.Sum256([]byte(link + at.String()))
	copy(r.Reading[:], sum[:])
	return r
}

func TestChooseFollowsTheClickPolicy(t *testing.T) {
	click := func(os string) *Open {
		open := &Open{}
		open.At = today
		open.Client.OS = os
		return open
	}
	f := func(name, os string, want string, how matched, kept ...shownReading) {
		t.Helper()
		p, got := choose(kept, click(os), "hero", 1)
		link := ""
		if p != nil {
			link = p.Link
		}
		if link != want || got != how {
			t.Errorf("%s: %q %v, want %q %v", name, link, got, want, how)
		}
	}
	phone := showing(-10*time.Minute, rules.Prefetcher, "", "https://a")
	laptop := showing(-5*time.Minute, rules.Person, "windows", "https://b")
	proxy := showing(-3*time.Minute, rules.Proxy, "", "https://c")
	f("nothing shown", "ios", "", unseen)
	f("all agree", "ios", "https://a", agreed, phone, phone)
	f("the laptop's own", "windows", "https://b", newestPerson, phone, laptop)
	f("a phone's click after a laptop's open", "ios", "https://a", newestFetched, phone, laptop)
	f("an unknown system can be any", "", "https://b", newestPerson, phone, laptop)
	f("a proxy hides the system", "ios", "https://c", newestPerson, phone, laptop, proxy)
	f("a scanner's is nobody's", "ios", "https://a", agreed, phone, showing(0, rules.Scanner, "", "https://x"))
	f("only a scanner's", "ios", "", unseen, showing(0, rules.Scanner, "", "https://x"))
	old := showing(-2*time.Hour, rules.Person, "windows", "https://old")
	f("an old open, then a prefetch", "windows", "https://a", newestFetched, old, phone)
	older := showing(-3*time.Hour, rules.Person, "windows", "https://older")
	f("two old opens", "windows", "https://old", newestAny, older, old)
	f("another block", "windows", "", unseen, shownReading{At: 1, Positions: []shownPosition{{Block: "picks", Position: 1}}})
}

func TestDestinationTakesAfterOnceEnded(t *testing.T) {
	p := &shownPosition{Link: "https://offer", After: "https://after", Ended: today.UnixMilli()}
	if got := destination(p, today.Add(-time.Millisecond)); got != "https://offer" {
		t.Errorf("before the end: %q", got)
	}
	if got := destination(p, today); got != "https://after" {
		t.Errorf("at the end: %q", got)
	}
	if got := destination(nil, today); got != "" {
		t.Errorf("nothing known: %q", got)
	}
}

func TestMergeKeepsTheLastFourThatDifferOfEachTrust(t *testing.T) {
	var kept []shownReading
	for i, link := range []string{"a", "b", "c", "a", "d", "e"} {
		r := showing(time.Duration(i)*time.Second, rules.Person, "", link)
		kept = merge(kept, &r)
	}
	claimed := showing(0, rules.Person, "", "z")
	claimed.Trust = rules.Claimed
	kept = merge(kept, &claimed)
	// One of them once more, since an image of it fell to its fallback.
	fell := kept[3]
	fell.Positions = []shownPosition{{Block: "hero", Position: 1, Rule: "none", Variant: "none", Link: "fallback"}}
	kept = merge(kept, &fell)
	var got []string
	for _, r := range kept {
		got = append(got, r.Positions[0].Link)
	}
	if want := []string{"c", "a", "d", "z", "fallback"}; !reflect.DeepEqual(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
}

func TestShownBookIsSeenAtOnceAndSurvivesABrokenStore(t *testing.T) {
	store := &memoryStore{values: map[shownKey][]byte{}}
	book := newShownBook(store)
	key := shownKey{"r-123", "weekly", ""}
	book.add(key, waiting{show: func(d *shownDraft) { d.shownReading = showing(0, rules.Person, "", "https://a") }, keep: time.Hour})
	if kept, err := book.read(key, make(chan struct{}, 1), time.Minute); err != nil || len(kept) != 1 {
		t.Fatalf("read = %v, %v", kept, err)
	}
	store.breakDown(true)
	book.add(key, waiting{show: func(d *shownDraft) { d.shownReading = showing(time.Second, rules.Person, "", "https://b") }, keep: time.Hour})
	book.flush()
	if kept, _ := book.read(key, make(chan struct{}, 1), time.Minute); len(kept) == 0 {
		t.Fatal("what waits is lost while the store is broken")
	}
	store.breakDown(false)
	book.close()
	decoded, err := decodeShown(store.values[key])
	if err != nil || len(decoded) != 2 {
		t.Fatalf("stored %v, %v", decoded, err)
	}
}

func TestShownIsKeptAsLongAsItMayBe(t *testing.T) {
	store := &memoryStore{values: map[shownKey][]byte{}}
	book := newShownBook(store)
	key := shownKey{"r-123", "weekly", ""}
	for _, age := range []time.Duration{10 * 24 * time.Hour, 6 * 24 * time.Hour, 0} {
		r := showing(-age, rules.Person, "", "https://"+age.String())
		book.add(key, waiting{show: func(d *shownDraft) { d.shownReading = r }, keep: KeepShown(rules.ConsentAggregate, 90*24*time.Hour)})
	}
	book.close()
	kept, err := decodeShown(store.values[key])
	if err != nil || len(kept) != 2 {
		t.Errorf("%d readings are kept for a week, %v", len(kept), err)
	}
}

func TestShownSurvivesItsEncoding(t *testing.T) {
	want := []shownReading{showing(0, rules.Proxy, "", "https://a"), showing(time.Minute, rules.Person, "macos", "https://b")}
	want[0].Trust, want[0].Parameters, want[0].Place = rules.Claimed, 1<<63+7, 9
	want[1].Positions = append(want[1].Positions, shownPosition{
		Block: "picks", Position: 3, Rule: "none", Variant: "calm", Item: "SKU 1", After: "https://after", Ended: 99, Digest: 1 << 63,
		Values: []rules.Value{{}, {Type: rules.Number, N: -5}, {Type: rules.TextList, List: []string{"", "x"}}, {Type: rules.Text, Text: "Zoë"}},
	})
	got, err := decodeShown(encodeShown(nil, want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(shownReading{}, "Message")); diff != "" {
		t.Error(diff)
	}
}

func FuzzDecodeShown(f *testing.F) {
	f.Add(encodeShown(nil, []shownReading{showing(0, rules.Proxy, "ios", "https://a")}))
	f.Fuzz(func(t *testing.T, data []byte) {
		readings, err := decodeShown(data)
		if err != nil {
			return
		}
		for i := range readings {
			readings[i].Message = nil // else it is copied
		}
		again, err := decodeShown(encodeShown(nil, readings))
		if err != nil || len(again) != len(readings) {
			t.Errorf("%v does not survive: %v, %v", readings, again, err)
		}
	})
}

func TestReadingsJoinAndRenew(t *testing.T) {
	table := newReadings()
	published := &Published{Campaign: &rules.Campaign{ID: "weekly", Positions: 4}}
	open := func(at time.Duration, recipient string) *Open {
		o := &Open{}
		o.At = today.Add(at)
		o.Recipient, o.Trust = recipient, rules.Signed
		return o
	}
	first := table.join(open(0, "a"), published, 0)
	if table.join(open(time.Second, "a"), published, 1) != first {
		t.Error("another block within 10 s is another reading")
	}
	if table.join(open(time.Second, "b"), published, 1) == first {
		t.Error("another recipient joins")
	}
	second := table.join(open(2*time.Second, "a"), published, 0)
	if second == first {
		t.Error("a reload joins the old reading")
	}
	if table.join(open(3*time.Second, "a"), published, 1) != second {
		t.Error("after a reload the old reading is joined")
	}
	if table.join(open(12*time.Second, "a"), published, 2) == second {
		t.Error("after 10 s the old reading is joined")
	}
}

func TestReadingsStayBounded(t *testing.T) {
	var shard readingShard
	shard.byKey = map[uint64]*reading{}
	for range 3 * maxReadings / readingShards {
		shard.add(rand.Uint64(), &reading{at: today})
	}
	if n := len(shard.byKey); n > maxReadings/readingShards {
		t.Errorf("%d readings in a shard", n)
	}
	shard.add(rand.Uint64(), &reading{at: today.Add(readingTime)})
	if n := len(shard.byKey); n != 1 {
		t.Errorf("%d readings after all were over", n)
	}
}

func BenchmarkJoin(b *testing.B) {
	table := newReadings()
	published := &Published{Campaign: &rules.Campaign{ID: "weekly"}}
	open := &Open{}
	open.At, open.Recipient, open.Trust = today, "Qm9iIGlzIG5vdCBhIG5hbWU", rules.Signed
	table.join(open, published, 0)
	b.ReportAllocs()
	position := 1
	for b.Loop() {
		table.join(open, published, position)
		position++
		if position == 128 {
			position = 1
		}
	}
}

// BenchmarkEncodeShown encodes what a mail of six images showed.
func BenchmarkEncodeShown(b *testing.B) {
	r := showing(1, rules.Proxy, "ios", "https://shop.example/offer?utm_source=mail")
	for len(r.Positions) < 6 {
		r.Positions = append(r.Positions, r.Positions[0])
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = encodeShown(dst[:0], []shownReading{r, r})
	}
}
