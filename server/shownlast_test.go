package server

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// stillBook is a book that writes only when flush is called.
func stillBook(store Store) *shownBook {
	return &shownBook{store: store, pending: map[shownKey][]waiting{}, last: newLastTable()}
}

// twoBooks are a book and one that remembers nothing of what it wrote.
type twoBooks struct {
	stores [2]*memoryStore
	books  [2]*shownBook
	told   [2]map[shownKey][]shownReading
}

func newTwoBooks() *twoBooks {
	var two twoBooks
	for i := range two.books {
		two.stores[i] = &memoryStore{values: map[shownKey][]byte{}}
		two.books[i] = stillBook(two.stores[i])
		two.told[i] = map[shownKey][]shownReading{}
	}
	return &two
}

func (two *twoBooks) add(key shownKey, r shownReading, keep time.Duration, noted bool) {
	for i, book := range two.books {
		w := waiting{show: func(d *shownDraft) { d.shownReading = r }, keep: keep}
		if noted {
			w.kept = func(shown *shownReading) { two.told[i][key] = append(two.told[i][key], *shown) }
		}
		book.add(key, w)
	}
}

func (two *twoBooks) flush() {
	for _, book := range two.books {
		book.flush()
	}
	two.books[1].last = newLastTable()
}

// compare compares what clicks see under a key.
func (two *twoBooks) compare(t *rapid.T, key shownKey) {
	var kept [2][]shownReading
	for i, book := range two.books {
		kept[i], _ = book.read(key, make(chan struct{}, 1), time.Minute)
	}
	if diff := cmp.Diff(kept[1], kept[0], cmpopts.EquateEmpty(), cmpopts.IgnoreFields(shownReading{}, "Message")); diff != "" {
		t.Fatalf("%v: clicks see\n%s", key, diff)
	}
}

// TestWhatIsNotWrittenAgainChangesNoClick opens mails, breaks the store and forgets by
// chance, in a book that writes what it wrote just before once, and in one that writes
// all.
func TestWhatIsNotWrittenAgainChangesNoClick(t *testing.T) {
	keys := []shownKey{{"a", "weekly", ""}, {"a", "daily", "s"}, {"b", "weekly", ""}}
	rapid.Check(t, func(t *rapid.T) {
		two, at, n := newTwoBooks(), time.Duration(0), 0
		var last shownReading
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			key := rapid.SampledFrom(keys).Draw(t, "key")
			switch rapid.SampledFrom([]string{"open", "open", "open", "open", "fell", "flush", "flush", "break", "forget"}).Draw(t, "what") {
			case "open":
				at += time.Duration(rapid.IntRange(-1, 25).Draw(t, "seconds")) * time.Second
				n++
				last = showing(at, rapid.SampledFrom([]rules.Class{rules.Person, rules.Person, rules.Prefetcher}).Draw(t, "class"), "",
					rapid.SampledFrom([]string{"x", "x", "x", "y", "z"}).Draw(t, "link"))
				copy(last.Reading[:], fmt.Sprintf("%08d", n))
				last.Trust = rapid.SampledFrom([]rules.Trust{rules.Claimed, rules.Signed, rules.Signed}).Draw(t, "trust")
				last.Positions[0].Digest = rapid.SampledFrom([]uint64{1, 1, 1, 2}).Draw(t, "digest")
				two.add(key, last, rapid.SampledFrom([]time.Duration{time.Hour, time.Hour, time.Minute}).Draw(t, "keep"), rapid.Bool().Draw(t, "noted"))
			case "fell":
				last.Positions = []shownPosition{{Block: "hero", Position: 1, Rule: "none", Variant: "none", Link: "fallback"}}
				two.add(key, last, time.Hour, false)
			case "flush":
				two.flush()
			case "break": // what was written last under a key is lost, as with an engine that is opened anew
				for _, store := range two.stores {
					store.breakDown(true)
					delete(store.values, key)
				}
				two.flush()
				for _, store := range two.stores {
					store.breakDown(false)
				}
			case "forget":
				for i, store := range two.stores {
					maps.DeleteFunc(store.values, func(k shownKey, _ []byte) bool { return k.recipient == key.recipient })
					two.books[i].forget([]string{key.recipient})
				}
			}
			for _, key := range keys {
				two.compare(t, key)
			}
		}
		two.flush()
		for key, told := range two.told[1] {
			for _, r := range told {
				if !slices.ContainsFunc(two.told[0][key], func(o shownReading) bool {
					return o.same(&r) && r.At-o.At >= 0 && r.At-o.At < sameShown.Milliseconds()
				}) {
					t.Fatalf("%v: nobody was told of %+v", key, r)
				}
			}
		}
	})
}

func TestWhatWasWrittenAMomentAgoIsNotWrittenAgain(t *testing.T) {
	store := &memoryStore{values: map[shownKey][]byte{}}
	book := stillBook(store)
	key := shownKey{"r-123", "weekly", ""}
	written := func(at time.Duration, link string, keep time.Duration, kept func(*shownReading)) bool {
		before := string(store.values[key])
		book.add(key, waiting{show: func(d *shownDraft) { d.shownReading = showing(at, rules.Person, "", link) }, keep: keep, kept: kept})
		book.flush()
		return string(store.values[key]) != before
	}
	told := 0
	tell := func(*shownReading) { told++ }
	expect := func(why string, got, want bool) {
		t.Helper()
		if got != want {
			t.Errorf("%s: written %v", why, got)
		}
	}
	expect("the first", written(0, "a", time.Hour, tell), true)
	for s := range 59 {
		expect("the same within a minute", written(time.Duration(s+1)*time.Second, "a", time.Hour, tell), false)
	}
	expect("the same after a minute", written(60*time.Second, "a", time.Hour, tell), true)
	expect("another", written(61*time.Second, "b", time.Hour, tell), true)
	expect("what was shown before the last", written(62*time.Second, "a", time.Hour, tell), true)
	store.breakDown(true)
	book.flush()
	store.breakDown(false)
	expect("the same after the store failed", written(63*time.Second, "a", time.Hour, tell), true)
	expect("the same, kept for another time", written(64*time.Second, "a", time.Minute, tell), true)
	if told != 6 {
		t.Errorf("told of %d", told)
	}
	expect("the same, of which nobody wants to know", written(65*time.Second, "a", time.Minute, nil), true)
	expect("the same, of which somebody wants to know again", written(66*time.Second, "a", time.Minute, tell), true)
	book.forget([]string{key.recipient})
	expect("the same of who was forgotten", written(67*time.Second, "a", time.Minute, tell), true)
}

func TestTheTableOfTheLastWrittenIsBounded(t *testing.T) {
	table := newLastTable()
	for i := range 3 * lastMost {
		table.put(shownKey{recipient: fmt.Sprint(i)}, lastShown{at: int64(i)})
	}
	if n := len(table.newer) + len(table.older); n > 2*lastMost {
		t.Errorf("%d are remembered", n)
	}
	if l, ok := table.find(shownKey{recipient: fmt.Sprint(2*lastMost + 1)}); !ok || l.at != 2*lastMost+1 {
		t.Errorf("one of the last is %+v, %v", l, ok)
	}
}

// mailShowing is what a mail of six images showed.
func mailShowing(at time.Duration, link string) shownReading {
	r := showing(at, rules.Proxy, "ios", "https://shop.example/"+link+"?utm_source=mail")
	r.Positions[0].Values = []rules.Value{{Type: rules.Text, Text: "Good morning"}, {Type: rules.Picture, Text: "sha256-of-a-photo"}}
	for len(r.Positions) < 6 {
		r.Positions = append(r.Positions, r.Positions[0])
	}
	return r
}

// BenchmarkShownBook writes what a thousand mails of six images showed, into a store that
// costs nothing: the same as just before, something else, and of recipients who were
// never shown anything.
func BenchmarkShownBook(b *testing.B) {
	for _, what := range []string{"same", "another", "first"} {
		b.Run(what, func(b *testing.B) {
			store := &memoryStore{values: map[shownKey][]byte{}}
			book := stillBook(store)
			const mails = 1000
			a, other := mailShowing(0, "a"), mailShowing(0, "b")
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				for i := range mails {
					book.add(shownKey{fmt.Sprint("recipient-", i), "weekly", ""}, waiting{show: func(d *shownDraft) {
						positions := d.Positions
						d.shownReading = a
						if what == "another" && n%2 == 1 {
							d.shownReading = other
						}
						d.Positions = append(positions[:0], d.Positions...)
						d.Reading = [8]byte{byte(n), byte(n >> 8)}
					}, keep: time.Hour})
				}
				book.flush()
				if what == "first" {
					clear(store.values)
					book.last = newLastTable()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/mails, "ns/mail")
		})
	}
}
