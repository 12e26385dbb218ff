//go:build unix

package store

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// BenchmarkMails writes what first opens of mails write, 250 of them at once: what was
// shown, the history and the alias, among 200,000 profiles. It counts all that the
// processor does for that, until the engine has nothing more to do, and what the
// engine takes at most. -benchtime 240000x is about a minute of a busy send.
func BenchmarkMails(b *testing.B) {
	s, err := Open(b.TempDir(), "shop")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const all, together = 200_000, 250
	text := make([]byte, 1<<20)
	for i := range text { // that can be made smaller by half
		text[i] = "abcdefghijklmnopqrstuvwxyz "[uint64(i/2)*0x9e3779b97f4a7c15>>40%27]
	}
	payload := func(n, bytes int) []byte { return text[n*7919%(len(text)-bytes):][:bytes] }
	id := func(n int) string { return fmt.Sprint("recipient-", n) }
	for from := 0; from < all; from += 1000 {
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
			for n := from; n < from+1000; n++ {
				put(id(n), KindProfile, 1, payload(n, 100))
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	s.rest()
	began, most := processor(), uint64(0)
	for n := 0; b.Loop(); n++ {
		if n%together != 0 {
			continue
		}
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
			for i := n; i < n+together; i++ {
				put(id(i), KindAlias, 1, payload(i, 18))
			}
		})
		if err == nil {
			err = s.PutShown(func(put func(recipient, campaign, send string, at int64, payload []byte)) {
				for i := n; i < n+together; i++ {
					put(id(i), "weekly", "20261126T0800Z", 1, payload(i, 700))
				}
			})
		}
		if err == nil {
			err = s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
				for i := n; i < n+together; i++ {
					put(id(i), KindHistory, 1, payload(i, 150))
				}
			})
		}
		if err != nil {
			b.Fatal(err)
		}
		most = max(most, s.Stats().Memory)
	}
	s.rest()
	b.ReportMetric(float64((processor()-began).Nanoseconds())/1000/float64(b.N), "CPU-us/mail")
	b.ReportMetric(float64(most)/(1<<20), "most-MB")
	b.ReportMetric(float64(s.Stats().Compactions), "compactions")
}

// rest waits until the engine does nothing beside.
func (s *Store) rest() {
	for still := 0; still < 5; {
		if m := s.engine.Load().db.Metrics(); m.Compact.NumInProgress == 0 && m.Flush.NumInProgress == 0 {
			still++
		} else {
			still = 0
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// processor is the processor's time that this process took.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it does not fail for one's own
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFirstOpen reads what is known of recipients whom the sender told of, in a
// store that has 400,000 of them and what 50,000 were shown since.
func BenchmarkFirstOpen(b *testing.B) {
	s, err := Open(b.TempDir(), "shop")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const all, opened = 400_000, 50_000
	id := func(i int) string { return fmt.Sprintf("recipient-%08d", i) }
	payload := make([]byte, 120)
	for from := 0; from < all; from += 1000 {
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
			for i := range 1000 {
				put(id(from+i), KindProfile, 1, payload)
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for from := 0; from < opened; from += 100 {
		err := s.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
			for i := range 100 {
				put(id(from+i), KindAlias, 1, payload[:18])
				put(id(from+i), KindHistory, 1, payload)
			}
		})
		if err == nil {
			err = s.PutShown(func(put func(recipient, campaign, send string, at int64, payload []byte)) {
				for i := range 100 {
					put(id(from+i), "weekly", "20261126T0800Z", 1, make([]byte, 600))
				}
			})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	who := func() string { return id(opened + rand.IntN(all-opened)) }
	b.Run("many", func(b *testing.B) {
		b.ReportAllocs()
		began := processor()
		defer func() { b.ReportMetric(float64((processor()-began).Nanoseconds())/1000/float64(b.N), "CPU-us/op") }()
		for b.Loop() {
			n := 0
			if err := s.Many([]string{who()}, []byte{KindConsent, KindHistory, KindProfile}, func(int, byte, int64, []byte, error) { n++ }); err != nil || n != 1 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		began := processor()
		defer func() { b.ReportMetric(float64((processor()-began).Nanoseconds())/1000/float64(b.N), "CPU-us/op") }()
		for b.Loop() {
			n := 0
			if err := s.One(who(), func(byte, int64, []byte, error) { n++ }); err != nil || n != 1 {
				b.Fatal(n, err)
			}
		}
	})
}

// BenchmarkNewMail asks what a mail showed that none was opened of yet, as is done before
// that is written, of 10,000 recipients of whom three mails are kept.
func BenchmarkNewMail(b *testing.B) {
	s, err := Open(b.TempDir(), "shop")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const all = 10_000
	payload := make([]byte, 1500)
	id := func(i int) string { return fmt.Sprintf("recipient-%08d", i) }
	for mail := range 3 {
		for from := 0; from < all; from += 1000 {
			err := s.PutShown(func(put func(recipient, campaign, send string, at int64, payload []byte)) {
				for i := from; i < from+1000; i++ {
					put(id(i), "weekly", fmt.Sprint("send", mail), 1, payload)
				}
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.engine.Load().db.Flush(); err != nil {
		b.Fatal(err)
	}
	s.rest()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if shown, err := s.Shown(id(i%all), "weekly", "send3", nil); err != nil || len(shown) > 0 {
			b.Fatal(len(shown), err)
		}
	}
}
