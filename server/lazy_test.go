package server

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// lazyPair is a lazy connection, and who is at its other end.
func lazyPair(t testing.TB) (own, other net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if other, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if own, err = (lazy{listener}).Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = own.Close(), other.Close() })
	return own, other
}

// TestLazyDeadlinesAreThoseAskedFor asks for later deadlines after early ones, for
// earlier ones, and for none.
func TestLazyDeadlinesAreThoseAskedFor(t *testing.T) {
	own, other := lazyPair(t)
	soon, later := 30*time.Millisecond, 120*time.Millisecond
	began := time.Now()
	for _, d := range []time.Duration{soon, later} {
		if err := own.SetReadDeadline(began.Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := own.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) < later {
		t.Errorf("read ended after %v: %v", time.Since(began), err)
	}
	_ = own.SetReadDeadline(time.Now().Add(time.Hour))
	_ = own.SetReadDeadline(time.Now().Add(soon))
	if _, err := own.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("an earlier deadline: %v", err)
	}
	_ = own.SetReadDeadline(time.Time{})
	time.AfterFunc(soon, func() { _, _ = other.Write([]byte("x")) })
	if n, err := own.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("without a deadline: %d, %v", n, err)
	}
}

// TestLazyWritesGoOn writes more than the other end takes in before a deadline
// that was asked for first, and all of it by one that was asked for later.
func TestLazyWritesGoOn(t *testing.T) {
	own, other := lazyPair(t)
	data := make([]byte, 32<<20)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	read := make(chan []byte, 1)
	go func() {
		time.Sleep(100 * time.Millisecond)
		all, _ := io.ReadAll(io.LimitReader(other, int64(len(data))))
		read <- all
	}()
	_ = own.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	_ = own.SetWriteDeadline(time.Now().Add(time.Minute))
	if n, err := own.Write(data); n != len(data) || err != nil {
		t.Fatal(n, err)
	}
	if string(<-read) != string(data) {
		t.Error("other bytes came")
	}
	_ = own.SetDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := own.Write(data); !errors.Is(err, os.ErrDeadlineExceeded) || n >= len(data) {
		t.Errorf("nobody reads: %d, %v", n, err)
	}
}

// BenchmarkDeadlines sets the three deadlines of a request.
func BenchmarkDeadlines(b *testing.B) {
	own, _ := lazyPair(b)
	for name, conn := range map[string]net.Conn{"own": own.(*lazyConn).Conn, "lazy": own} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				now := time.Now()
				_ = conn.SetReadDeadline(now.Add(idleTime))
				_ = conn.SetReadDeadline(now.Add(readTime))
				_ = conn.SetWriteDeadline(now.Add(writeTime))
			}
		})
	}
}
