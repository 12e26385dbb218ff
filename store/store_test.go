package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func memory(t testing.TB) (*Store, *vfs.MemFS) {
	t.Helper()
	files := vfs.NewCrashableMem()
	return reopen(t, files), files
}

func reopen(t testing.TB, files vfs.FS) *Store {
	t.Helper()
	s, err := open("data", "cinema", files, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func putProfile(t testing.TB, s *Store, id, payload string) {
	t.Helper()
	err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) {
		put(id, KindProfile, 1000, []byte(payload))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func profileOf(t testing.TB, s *Store, id string) string {
	t.Helper()
	payload, _, err := s.Recipient(id, KindProfile, nil)
	if err != nil && !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	return string(payload)
}

func TestWhatWasPutIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, "cinema")
	if err != nil {
		t.Fatal(err)
	}
	secret := s.secret
	putProfile(t, s, "emma", "gold")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Open(dir, "cinema")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got := profileOf(t, s, "emma"); got != "gold" {
		t.Errorf("after a restart: %q, want gold", got)
	}
	if s.secret != secret {
		t.Error("the secret changed with the restart")
	}
	if got := profileOf(t, s, "lucas"); got != "" {
		t.Errorf("another recipient has %q", got)
	}
}

func TestASecondProcessIsToldWhoHoldsTheDirectory(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, "cinema")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	_, err = Open(dir, "cinema")
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "admin listener") {
		t.Errorf("opened twice: %v", err)
	}
}

func TestAClosedStoreReturnsErrors(t *testing.T) {
	s, _ := memory(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, recipient := s.Recipient("emma", KindProfile, nil)
	_, shown := s.Shown("emma", "weekly", "", nil)
	_, get := s.Get([]byte("x"), nil)
	var b Batch
	b.Put([]byte("x"), []byte("y"))
	for name, err := range map[string]error{
		"Recipient": recipient, "Shown": shown, "Get": get, "Apply": s.Apply(&b),
		"Facts":         s.Facts(func(string, string, int64, []byte) error { return nil }),
		"PutRecipients": s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put("a", 'p', 0, nil) }),
		"PutShown":      s.PutShown(func(put func(string, string, string, int64, []byte)) { put("a", "b", "c", 0, nil) }),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestClosingWaitsForWhatIsUnderWay(t *testing.T) {
	s, _ := memory(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 200 {
				id := fmt.Sprint("r", i)
				if err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) { put(id, 'p', 0, []byte("x")) }); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
				if _, _, err := s.Recipient(id, 'p', nil); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
}

func TestWhatWasAcknowledgedSurvivesALossOfPower(t *testing.T) {
	s, files := memory(t)
	for i := range 100 {
		putProfile(t, s, fmt.Sprint("r", i), fmt.Sprint("v", i))
		if i%20 != 19 {
			continue
		}
		crashed := reopen(t, files.CrashClone(vfs.CrashCloneCfg{}))
		for j := range i + 1 {
			if got, want := profileOf(t, crashed, fmt.Sprint("r", j)), fmt.Sprint("v", j); got != want {
				t.Fatalf("after a crash at %d: r%d has %q, want %q", i, j, got, want)
			}
		}
		if crashed.secret != s.secret {
			t.Fatal("the secret was lost with the power")
		}
	}
}

func TestABatchIsKeptWholeOrNotAtAll(t *testing.T) {
	s, files := memory(t)
	err := s.PutShown(func(put func(string, string, string, int64, []byte)) {
		for i := range 50 {
			put(fmt.Sprint("r", i), "weekly", "", 0, []byte("x"))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	crashed := reopen(t, files.CrashClone(vfs.CrashCloneCfg{}))
	kept := 0
	for i := range 50 {
		value, err := crashed.Shown(fmt.Sprint("r", i), "weekly", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		kept += len(value)
	}
	if kept != 0 && kept != 50 {
		t.Errorf("%d of 50 values of a batch survived", kept)
	}
}

func TestADamagedValueIsAMissAndAnAlarm(t *testing.T) {
	s, _ := memory(t)
	putProfile(t, s, "emma", "gold")
	putProfile(t, s, "lucas", "silver")
	key := RecipientKey(nil, s.H("cinema", "emma"), KindProfile)
	good, err := s.Get(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.Get(RecipientKey(nil, s.H("cinema", "lucas"), KindProfile), nil)
	if err != nil {
		t.Fatal(err)
	}
	bad := [][]byte{{0}, good[:len(good)-1], other, append(bytes.Clone(good), 0)}
	for i := range good {
		flipped := bytes.Clone(good)
		flipped[i] ^= 1
		bad = append(bad, flipped)
	}
	for i, value := range bad {
		var b Batch
		b.Put(key, value)
		if err := s.Apply(&b); err != nil {
			t.Fatal(err)
		}
		if got := profileOf(t, s, "emma"); got != "" {
			t.Errorf("case %d: a damaged value reads as %q", i, got)
		}
		if got := s.Alarms(); got != uint64(i+1) {
			t.Errorf("case %d: %d alarms, want %d", i, got, i+1)
		}
	}
}

func TestAStoreThatLostItsSecretIsNotOpened(t *testing.T) {
	for name, damage := range map[string]func(*Store) error{
		"gone":    func(s *Store) error { var b Batch; b.Delete([]byte{KindSecret}); return s.Apply(&b) },
		"damaged": func(s *Store) error { var b Batch; b.Put([]byte{KindSecret}, []byte("xx")); return s.Apply(&b) },
	} {
		t.Run(name, func(t *testing.T) {
			s, files := memory(t)
			putProfile(t, s, "emma", "gold")
			if err := damage(s); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := open("data", "cinema", files, time.Hour); err == nil || !strings.Contains(err.Error(), "secret") {
				t.Errorf("opened: %v", err)
			}
		})
	}
}

func TestFactsComeBackByItemAndPlace(t *testing.T) {
	s, _ := memory(t)
	err := s.PutFacts(func(put func(string, string, int64, []byte)) {
		put("dune-3", "", 1, []byte("all"))
		put("dune-3", "ghent", 2, []byte("there"))
		put("SKU 12.34/AB", "", 3, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	b.Put(FactKey(nil, "broken", ""), []byte("junk"))
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	var got []string
	err = s.Facts(func(item, place string, at int64, payload []byte) error {
		got = append(got, fmt.Sprintf("%s|%s|%d|%s", item, place, at, payload))
		return nil
	})
	want := "SKU 12.34/AB||3|,dune-3||1|all,dune-3|ghent|2|there"
	if err != nil || strings.Join(got, ",") != want {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
	if s.Alarms() != 1 {
		t.Errorf("%d alarms, want 1", s.Alarms())
	}
	stop := errors.New("enough")
	if err := s.Facts(func(string, string, int64, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of each came back as %v", err)
	}
}

func TestRecipientsGoesThroughAllOfAKind(t *testing.T) {
	s, _ := memory(t)
	err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) {
		put("emma", KindProfile, 1, []byte("gold"))
		put("emma", KindConsent, 2, []byte("full"))
		put("lucas", KindProfile, 3, []byte("silver"))
		put("mila", KindProfile, 4, []byte("bronze"))
	})
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.Get(RecipientKey(nil, s.H("cinema", "lucas"), KindProfile), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	b.Put(RecipientKey(nil, s.H("cinema", "mila"), KindProfile), other) // under another's key
	b.Put(RecipientKey(nil, Hash{1}, KindProfile), []byte{})
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	var got []string
	err = s.Recipients(KindProfile, func(at int64, payload []byte) error {
		got = append(got, fmt.Sprintf("%d %s", at, payload))
		return nil
	})
	slices.Sort(got)
	if want := "1 gold,3 silver"; err != nil || strings.Join(got, ",") != want || s.Alarms() != 2 {
		t.Errorf("got %v, %v, %d alarms; want %s and 2", got, err, s.Alarms(), want)
	}
	stop := errors.New("enough")
	if err := s.Recipients(KindProfile, func(int64, []byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of each came back as %v", err)
	}
}

func TestNoIDStandsInAKey(t *testing.T) {
	s, _ := memory(t)
	putProfile(t, s, "emma-1041", "gold")
	err := s.Each(nil, func(key, _ []byte) error {
		if bytes.Contains(key, []byte("emma")) {
			t.Errorf("key %q", key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGetReturnsItsOwnBytes(t *testing.T) {
	s, _ := memory(t)
	putProfile(t, s, "emma", "gold")
	key := RecipientKey(nil, s.H("cinema", "emma"), KindProfile)
	first, err := s.Get(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(first)
	for i := range 1000 {
		putProfile(t, s, fmt.Sprint("r", i), strings.Repeat("x", 100))
	}
	if !bytes.Equal(first, before) {
		t.Error("bytes changed after Get returned")
	}
}

func BenchmarkRecipient(b *testing.B) {
	s, _ := memory(b)
	for i := range 10_000 {
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
			put(fmt.Sprint("r", i), KindProfile, 0, make([]byte, 200))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var dst []byte
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		var err error
		if dst, _, err = s.Recipient(fmt.Sprint("r", i%10_000), KindProfile, dst[:0]); err != nil || len(dst) != 200 {
			b.Fatal(err, len(dst))
		}
	}
}

func BenchmarkPutRecipientsSync(b *testing.B) {
	s, err := Open(b.TempDir(), "cinema")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	b.SetParallelism(8)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put("r", 'p', 0, make([]byte, 200)) })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestAnImportIsKeptTogetherWithWhatItWrote(t *testing.T) {
	s, files := memory(t)
	file := [32]byte{1, 31: 2}
	for i := range 50 {
		err := s.PutImport(false, file, int64(i), fmt.Append(nil, i), func(put func(string, byte, int64, []byte)) {
			put(fmt.Sprint("r", i), KindProfile, 1, []byte("x"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutImport(false, [32]byte{}, 1, []byte("another"), func(func(string, byte, int64, []byte)) {}); err != nil {
		t.Fatal(err)
	}
	crashed := reopen(t, files.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(1, 2))}))
	payload, _, err := crashed.Import(file, nil)
	kept := -1
	if len(payload) > 0 {
		_, _ = fmt.Sscan(string(payload), &kept)
	}
	for i := range 50 {
		if got := profileOf(t, crashed, fmt.Sprint("r", i)) == "x"; got != (i <= kept) {
			t.Errorf("after a loss of power %d are done, and r%d is there: %v", kept+1, i, got)
		}
	}
	var all []string
	err = errors.Join(err, s.Imports(func(file [32]byte, at int64, payload []byte) error {
		all = append(all, fmt.Sprintf("%d%d %d %s", file[0], file[31], at, payload))
		return nil
	}))
	if got := strings.Join(all, ", "); err != nil || got != "00 1 another, 12 49 49" {
		t.Errorf("kept %s, %v", got, err)
	}
	if err := s.EndImport(file); err != nil {
		t.Fatal(err)
	}
	crashed = reopen(t, files.CrashClone(vfs.CrashCloneCfg{}))
	if payload, _, err := crashed.Import(file, nil); err != nil || len(payload) > 0 || profileOf(t, crashed, "r49") != "x" {
		t.Errorf("after its end %q is kept of it, %v", payload, err)
	}
}

func TestManyIsAsOneByOne(t *testing.T) {
	s, _ := memory(t)
	many := func(ids ...string) string {
		t.Helper()
		var all []string
		err := s.Many(ids, []byte{KindForgotten, KindConsent, KindProfile}, func(i int, kind byte, at int64, payload []byte, err error) {
			all = append(all, fmt.Sprintf("%s %c %d %s %v", ids[i], kind, at, payload, err))
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		return strings.Join(all, ", ")
	}
	if got := many("emma", "lucas"); got != "" {
		t.Errorf("of nobody: %s", got)
	}
	putProfile(t, s, "emma", "gold")
	putProfile(t, s, "lucas", "silver")
	putProfile(t, s, "mila", "bronze")
	err := s.PutRecipients(true, func(put func(string, byte, int64, []byte)) { put("emma", KindConsent, 2, []byte("full")) })
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	b.Put(ForgottenKey(nil, s.H("cinema", "noor")), []byte{1})
	b.Put(RecipientKey(nil, s.H("cinema", "mila"), KindProfile), []byte("junk"))
	if err := s.Apply(&b); err != nil {
		t.Fatal(err)
	}
	const want = "emma c 2 full <nil>, emma p 1000 gold <nil>, lucas p 1000 silver <nil>, mila p 0  stored value is damaged or another key's, noor T 0  <nil>"
	if got := many("nobody", "lucas", "mila", "emma", "noor", "emma"); got != want || s.Alarms() != 1 {
		t.Errorf("got  %s, %d alarms\nwant %s", got, s.Alarms(), want)
	}
}
