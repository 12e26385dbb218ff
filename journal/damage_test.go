package journal

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

var hour = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// written returns the bytes of a file with count records, the n-th with
// Position n+1.
func written(t testing.TB, count int) []byte {
	t.Helper()
	f := &file{hour: hour, words: newWords()}
	f.buffer = append(f.buffer, magic...)
	f.put(appendHeader(nil, Header{"web-1", "v1", hour.UnixMilli()}))
	for n := range count {
		f.add(&Record{
			ID: ID{byte(n), byte(n >> 8), 1}, At: hour.UnixMilli() + int64(n), Campaign: "weekly-films",
			Block: fmt.Sprintf("block-%d", n/100), Position: n + 1, Alias: [16]byte{1},
			Agent: strings.Repeat("a", n%50+1), Rule: fmt.Sprintf("rule-%d", n%70), Items: []string{"dune-3"},
		})
	}
	return f.buffer
}

// positions reads a file's bytes and returns which records came.
func positions(t testing.TB, data []byte) (map[int]Record, Loss) {
	t.Helper()
	got := map[int]Record{}
	loss, err := read(bytes.NewReader(data), hour, func(r *Record) { got[r.Position] = *r })
	if err != nil {
		t.Fatal(err)
	}
	return got, loss
}

func TestACutAtAnyOffsetCostsTheTailOnly(t *testing.T) {
	data := written(t, 60)
	before := 0
	for cut := range data {
		got, _ := positions(t, data[:cut])
		if len(got) < before || len(got) > 60 {
			t.Fatalf("cut at %d of %d: %d records, one byte less gave %d", cut, len(data), len(got), before)
		}
		for n := 1; n <= len(got); n++ {
			if r, ok := got[n]; !ok || r.Campaign != "weekly-films" || r.Agent == "" {
				t.Fatalf("cut at %d: record %d of %d is missing or damaged", cut, n, len(got))
			}
		}
		before = len(got)
	}
	if got, loss := positions(t, data); len(got) != 60 || loss != (Loss{}) {
		t.Errorf("whole: %d records, lost %+v", len(got), loss)
	}
	if _, loss := positions(t, data[:len(data)-3]); !loss.Torn {
		t.Error("a torn tail is not said")
	}
}

func TestADamagedBlockCostsItselfOnly(t *testing.T) {
	const count = 4000
	data := written(t, count)
	blocks := (len(data) + blockSize - 1) / blockSize
	if blocks < 3 {
		t.Fatalf("only %d blocks", blocks)
	}
	whole, _ := positions(t, data)
	if len(whole) != count {
		t.Fatalf("%d of %d records", len(whole), count)
	}
	for b := range blocks - 1 { // the last is short
		damaged := bytes.Clone(data)
		clear(damaged[b*blockSize : (b+1)*blockSize])
		copy(damaged[b*blockSize:], "\xff\xff\xff\xff\xff")
		got, loss := positions(t, damaged)
		if missing := count - len(got); missing < 100 || missing > blockSize/60 {
			t.Errorf("block %d: %d records are missing", b, missing)
		}
		if loss.Words != 0 || loss.Records == 0 {
			t.Errorf("block %d: lost %+v; other blocks' records must keep their words", b, loss)
		}
		for n, r := range got {
			if fmt.Sprint(r) != fmt.Sprint(whole[n]) {
				t.Fatalf("block %d: record %d reads %v", b, n, r)
			}
		}
	}
}

func TestAFlippedByteCostsOneBlockAtMost(t *testing.T) {
	data := written(t, 1500)
	whole, _ := positions(t, data)
	for at := 4; at < len(data); at += 97 {
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x41
		got, _ := positions(t, damaged)
		if missing := len(whole) - len(got); missing > blockSize/50 {
			t.Fatalf("byte %d: %d records are missing", at, missing)
		}
	}
}

func TestAFullDiskDropsAndGoesOn(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	now := hour
	j := &Journal{dir: t.TempDir(), server: "s", now: func() time.Time { return now }}
	w := newWriter(j)
	go w.syncer.run()
	defer w.syncer.stop()
	w.file = &file{f: full, hour: hour, words: newWords()}

	r := Record{ID: ID{1}, Campaign: "a"}
	j.later(&r)
	click := &waiter{record: Record{Kind: Click, ID: ID{2}}, done: make(chan error, 1)}
	j.urgent.add(click)
	w.flush(true)
	if err := <-click.done; err == nil {
		t.Error("a click that was not written was confirmed")
	}
	if s := j.Stats(); s.Dropped != 2 || s.Failures != 1 {
		t.Errorf("stats %+v; want 2 dropped, 1 failure", s)
	}

	j.later(&r)
	w.flush(true) // too soon: it waits
	now = now.Add(2 * retryEvery)
	w.flush(true)
	if s := j.Stats(); s.Written != 1 || s.Dropped != 2 {
		t.Errorf("stats %+v; want 1 written once there is room", s)
	}
	w.finish()
}

func TestAppendDropsWhatFindsNoRoom(t *testing.T) {
	j := &Journal{}
	for range shardLimit + 5 {
		j.later(&Record{ID: ID{8}})
	}
	if n := j.Stats().Dropped; n != 5 {
		t.Errorf("dropped %d; want 5", n)
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	j := &Journal{}
	s := &j.shards[0]
	s.waiting = make([]Record, 0, shardLimit)
	r := &Record{ID: ID{8}, Campaign: "a"}
	if n := testing.AllocsPerRun(1000, func() { _ = j.Append(r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestANewFileIsBegunWhenWordsAreTooMany(t *testing.T) {
	j := &Journal{dir: t.TempDir(), server: "s", now: func() time.Time { return hour }}
	w := newWriter(j)
	go w.syncer.run()
	defer w.syncer.stop()
	for n := range maxWords + 10 {
		if err := w.add(&Record{ID: ID{1}, Campaign: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.out(); err != nil {
		t.Fatal(err)
	}
	w.finish()
	names, err := Files(j.dir)
	if err != nil || len(names) != 2 {
		t.Errorf("files %v, %v; want 2", names, err)
	}
}

func FuzzRead(f *testing.F) {
	data := written(f, 20)
	f.Add(data)
	f.Add(data[:len(data)-7])
	f.Add([]byte("OTJ1"))
	f.Add([]byte("OTJ2 later"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = read(bytes.NewReader(data), hour, func(r *Record) {
			if r.Position < 0 || len(r.Items) > maxItems {
				panic("BUG: a record that nobody wrote")
			}
		})
	})
}

func BenchmarkEncode(b *testing.B) {
	f := &file{hour: hour, words: newWords()}
	r := &Record{
		ID: ID{1}, At: hour.UnixMilli(), Campaign: "weekly-films", Block: "hero", Position: 1,
		Alias: [16]byte{1}, Agent: "Mozilla/5.0", Rule: "hot-drink", Items: []string{"dune-3"},
	}
	b.ReportAllocs()
	for b.Loop() {
		f.add(r)
		if len(f.buffer) > writeSize {
			f.size, f.buffer = f.size+int64(len(f.buffer)), f.buffer[:0]
		}
	}
}
