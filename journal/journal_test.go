package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/journal"
)

var start = time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)

// clock is a clock that tests turn by hand.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(start.UnixMilli())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) forward(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// impression is a full record, the n-th of its kind.
func impression(n int) journal.Record {
	return journal.Record{
		ID: journal.ID{byte(n), byte(n >> 8), byte(n >> 16), 1}, At: start.UnixMilli() + int64(n),
		Campaign: "weekly-films", Revision: [16]byte{1, 2, 3}, Block: "hero", Position: n%5 + 1,
		Send: "20261123T0800Z", Since: 1800 + int64(n),
		Alias: [16]byte{9, byte(n)}, Trust: 3, Consent: 2, Reading: [8]byte{byte(n), 2, 3, 4, 5, 6, 7, 8},
		Class: 1, App: "gmail", OS: "android", Mobile: true,
		Method: 'g', Flags: 9, Network: "google", Country: "BE",
		Agent: fmt.Sprintf("Mozilla/5.0 (Linux; Android 14; Pixel %d) AppleWebKit/537.36", n%20),
		Rule:  "hot-drink", Variant: "none", Reason: 1, Items: []string{"dune-3"},
		Digest: 0x1234567890abcdef + uint64(n),
	}
}

func open(t testing.TB, dir string, now func() time.Time) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, "web-1", "v1.2.3", now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}

// readAll reads every file of a directory.
func readAll(t testing.TB, dir string) (map[journal.ID]journal.Record, journal.Loss) {
	t.Helper()
	names, err := journal.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	all, total := map[journal.ID]journal.Record{}, journal.Loss{}
	for _, name := range names {
		loss, err := journal.Read(name, func(r *journal.Record) { all[r.ID] = *r })
		if err != nil {
			t.Fatal(err)
		}
		total.Records += loss.Records
		total.Words += loss.Words
		total.Torn = total.Torn || loss.Torn
	}
	return all, total
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, newClock().now)
	want := []journal.Record{
		impression(1),
		{Kind: journal.Click, ID: journal.NewID(), At: start.UnixMilli() - 5000, Campaign: "weekly-films", Block: "hero", Matched: 2},
		{Kind: journal.Answer, ID: journal.NewID(), At: start.UnixMilli(), Campaign: "dessert", Block: "vote", Answer: "tiramisu"},
		{Kind: journal.Conversion, ID: journal.NewID(), At: start.UnixMilli(), Value: -1250, Currency: "EUR", Items: []string{"a", "b", "a"}},
		{Kind: journal.Event, ID: journal.NewID(), At: start.UnixMilli(), Rung: 3, Holdout: true, Split: true, Rule: "x"},
		{Kind: journal.Consent, ID: journal.NewID(), At: start.UnixMilli(), Consent: 1},
	}
	for i := range want {
		if err := j.Append(&want[i]); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	got, loss := readAll(t, dir)
	if loss != (journal.Loss{}) || len(got) != len(want) {
		t.Fatalf("read %d records, lost %+v; want %d", len(got), loss, len(want))
	}
	for _, w := range want {
		if a, b := fmt.Sprintf("%+v", got[w.ID]), fmt.Sprintf("%+v", w); a != b {
			t.Errorf("got  %s\nwant %s", a, b)
		}
	}
}

func TestHeaderSaysWhoWroteTheFile(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, newClock().now)
	if err := j.Append(&journal.Record{Kind: journal.Click}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "20261123T08-web-1-1.otj")
	h, err := journal.ReadHeader(name)
	want := journal.Header{Server: "web-1", Build: "v1.2.3", Start: start.UnixMilli()}
	if err != nil || h != want {
		t.Errorf("got %+v, %v; want %+v", h, err, want)
	}
}

func TestClickIsInTheFileWhenAppendReturns(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, newClock().now)
	for n := range 20 {
		r := journal.Record{Kind: journal.Click, Campaign: "weekly-films"}
		if err := j.Append(&r); err != nil {
			t.Fatal(err)
		}
		if got, _ := readAll(t, dir); got[r.ID].Campaign != "weekly-films" || len(got) != n+1 {
			t.Fatalf("click %d is not in the file: %d records", n, len(got))
		}
	}
}

func TestImpressionsReachTheFileByThemselves(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, newClock().now)
	r := impression(1)
	if err := j.Append(&r); err != nil {
		t.Fatal(err)
	}
	for got, _ := readAll(t, dir); len(got) == 0; got, _ = readAll(t, dir) {
		time.Sleep(10 * time.Millisecond) // until the test's own time is up
	}
}

func TestFilesTurnByTheHour(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := open(t, dir, c.now)
	for range 3 {
		if err := j.Append(&journal.Record{Kind: journal.Click, At: c.ms.Load(), Campaign: "a"}); err != nil {
			t.Fatal(err)
		}
		c.forward(time.Hour)
	}
	j.Close()
	j = open(t, dir, newClock().now) // started again within the first hour
	if err := j.Append(&journal.Record{Kind: journal.Click, At: 7, Campaign: "a"}); err != nil {
		t.Fatal(err)
	}
	names, err := journal.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, name := range names {
		got = append(got, filepath.Base(name))
	}
	want := "[20261123T08-web-1-1.otj 20261123T08-web-1-2.otj 20261123T09-web-1-1.otj 20261123T10-web-1-1.otj]"
	if fmt.Sprint(got) != want {
		t.Errorf("files %v; want %s", got, want)
	}
	removed, err := journal.Prune(dir, start.Truncate(time.Hour).Add(2*time.Hour))
	if removed != 3 || err != nil {
		t.Errorf("removed %d files, %v; want 3", removed, err)
	}
}

func TestAppendIsSafeForConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, newClock().now)
	const writers, each = 8, 500
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range each {
				r := impression(w*each + n)
				if n%50 == 0 {
					r.Kind = journal.Click
				}
				if err := j.Append(&r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	j.Close()
	got, loss := readAll(t, dir)
	stats := j.Stats()
	if len(got) != writers*each || loss != (journal.Loss{}) || stats.Written != writers*each || stats.Dropped != 0 {
		t.Errorf("read %d of %d, lost %+v, stats %+v", len(got), writers*each, loss, stats)
	}
}

func TestAppendAfterCloseDrops(t *testing.T) {
	j := open(t, t.TempDir(), newClock().now)
	j.Close()
	if err := j.Append(&journal.Record{}); err == nil || j.Stats().Dropped != 1 {
		t.Errorf("got %v, %+v; want an error and one dropped", err, j.Stats())
	}
}

func TestAnUnwritableDirectoryNeverBlocks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	j := open(t, dir, newClock().now)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	click := journal.Record{Kind: journal.Click}
	if err := j.Append(&click); err == nil {
		t.Error("a click that could not be written was confirmed")
	}
	r := impression(1)
	if err := j.Append(&r); err != nil {
		t.Error(err)
	}
	j.Close()
	if s := j.Stats(); s.Dropped != 2 || s.Failures == 0 || s.Written != 0 {
		t.Errorf("stats %+v; want 2 dropped", s)
	}
}

func TestOpenRefusesAServerNameThatIsNoFileName(t *testing.T) {
	for _, name := range []string{"", "a/b", "Web", "a.b"} {
		if _, err := journal.Open(t.TempDir(), name, "", newClock().now); err == nil {
			t.Errorf("server %q was taken", name)
		}
	}
}

func TestRecordsTakeSixtyToNinetyBytes(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, newClock().now)
	const count = 10_000
	for n := range count {
		r := impression(n)
		if n%2 == 0 { // aggregate: without alias and send
			r.Alias, r.Send, r.Since = [16]byte{}, "", 0
		}
		if err := j.Append(&r); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	size := float64(j.Stats().Bytes) / count
	if size < 60 || size > 90 {
		t.Errorf("%.1f bytes a record", size)
	}
	t.Logf("%.1f bytes a record", size)
}

func BenchmarkAppend(b *testing.B) {
	j := open(b, b.TempDir(), newClock().now)
	r := impression(1)
	b.ReportAllocs()
	for b.Loop() {
		r.ID = journal.ID{}
		_ = j.Append(&r)
	}
	b.ReportMetric(float64(j.Stats().Dropped)/float64(b.N), "dropped/op")
}

func BenchmarkAppendParallel(b *testing.B) {
	j := open(b, b.TempDir(), newClock().now)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := impression(1)
		for pb.Next() {
			r.ID = journal.ID{}
			_ = j.Append(&r)
		}
	})
}

func TestPruneRemovesHoursThatAreOver(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"20261122T23-local-1.otj", "20261123T08-local-1.otj", "20261123T08-local-2.otj", "20261123T09-local-1.otj", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := journal.Prune(dir, time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC))
	if err != nil || removed != 3 {
		t.Errorf("removed %d, %v", removed, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 || left[0].Name() != "20261123T09-local-1.otj" {
		t.Errorf("left %v, %v", left, err)
	}
}
