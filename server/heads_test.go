package server

import (
	"bytes"
	"errors"
	"hash/maphash"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"example.com/opentime/rules"
)

// FuzzSplitHead takes apart what comes over a connection: nothing is lost, and nothing
// is taken for one head that is not.
func FuzzSplitHead(f *testing.F) {
	for _, text := range []string{
		"GET /i/a/b.jpg?r=x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /i/a/b.jpg HTTP/1.1\r\n\r\n", "GET /i/a.jpg#b HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n", "GET /\n HTTP/1.1\r\n\r\n", "GET /? HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "\r\n\r\n", "GET / ?r=x HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\n\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		head, ok := splitHead(data)
		if !ok {
			return
		}
		path, query, after := head.path, head.query, bytes.TrimPrefix(head.rest, []byte("\r\n"))
		line := "GET " + string(path)
		if len(query) > 0 || bytes.HasPrefix(data[len(line):], []byte("?")) {
			line += "?" + string(query)
		}
		if line+" HTTP/1.1\r\n"+string(after) != string(data) || strings.Count(string(data), "\r\n\r\n") != 1 ||
			strings.ContainsAny(line[len("GET "):], "# ") || bareFeed(data) != strings.Contains(strings.ReplaceAll(string(data), "\r\n", ""), "\n") {
			t.Errorf("%q: path %q, query %q, rest %q", data, path, query, after)
		}
	})
}

// TestHeadsAreComparedAsAWhole keeps a head, and asks for others in its place.
func TestHeadsAreComparedAsAWhole(t *testing.T) {
	h, own := &heads{seed: maphash.MakeSeed()}, &Open{}
	key, r := []byte("a key"), &reading{key: []byte("spring")}
	h.keep(key, own, r)
	copy(key, "another's")
	if open, found := h.find([]byte("a key")); open != own || found != r {
		t.Error("a head that is kept is not found")
	}
	for i := range h.slots {
		h.slots[i].Store(&head{[]byte("a key"), own, weak.Make(r)})
	}
	if _, found := h.find([]byte("a kez")); found != nil {
		t.Error("a head is found by another's key")
	}
	h.forget()
	if _, found := h.find([]byte("a key")); found != nil {
		t.Error("a head is found after all were forgotten")
	}
	runtime.KeepAlive(r)
}

// TestHeadsKeepNoReadings keeps a head of a reading that others may join until nobody
// else has it, and one of a reading that is nobody else's.
func TestHeadsKeepNoReadings(t *testing.T) {
	h, key := &heads{seed: maphash.MakeSeed()}, []byte("a key")
	h.keep(key, &Open{}, &reading{key: []byte("spring")})
	runtime.GC()
	if _, found := h.find(key); found != nil {
		t.Error("a head keeps a reading that the table has no more")
	}
	alone := &reading{}
	h.keep(key, &Open{}, alone)
	if _, found := h.find(key); found != nil {
		t.Error("an open that is a reading of its own is joined")
	}
	runtime.KeepAlive(alone)
}

// TestReadingsThatEndedAreNotJoined ends all readings, and lets one grow old.
func TestReadingsThatEndedAreNotJoined(t *testing.T) {
	table := newReadings()
	open := &Open{}
	open.At, open.Address = time.Unix(1_800_000_000, 0), netip.MustParseAddr("192.0.2.1")
	join := func() *reading { return table.join(open, &Published{Campaign: &rules.Campaign{ID: "spring"}}, 0) }
	r := join()
	if !table.underWay(r, open.At.Add(readingTime-1)) || table.underWay(r, open.At.Add(readingTime)) || table.underWay(r, open.At.Add(-1)) {
		t.Error("a reading is under way for ten seconds from its first open")
	}
	table.end()
	if table.underWay(r, open.At) {
		t.Error("a reading that was ended is under way")
	}
	if r = join(); !table.underWay(r, open.At) {
		t.Error("a reading that began after the end of others is not under way")
	}
}

// TestReadingsThatAnsweredAllLeaveTheTable answers the positions of a campaign: by then a
// reload begins a reading, and the table holds none of them.
func TestReadingsThatAnsweredAllLeaveTheTable(t *testing.T) {
	const positions = 70
	table, published := newReadings(), &Published{Campaign: &rules.Campaign{ID: "spring", Positions: positions}}
	open := &Open{}
	open.At, open.Address = time.Unix(1_800_000_000, 0), netip.MustParseAddr("192.0.2.1")
	r := table.join(open, published, 0)
	for position := 1; position < positions; position++ {
		if table.len() != 1 {
			t.Fatalf("%d readings are held after %d positions of %d", table.len(), position, positions)
		}
		if position%2 == 0 {
			if table.join(open, published, position) != r {
				t.Fatalf("position %d is of another reading", position)
			}
			continue
		}
		r.answered.add(position)
		table.joined(r)
	}
	if table.len() != 0 {
		t.Error("a reading that answered all is held")
	}
	if next := table.join(open, published, 0); next == r || table.len() != 1 {
		t.Error("a reload is of the reading before")
	}
	table.joined(r) // once more, of a reading that is not there any more
	if table.len() != 1 {
		t.Error("another reading is taken out")
	}
}

// TestConnectionsAreClosedAfterTheirLastRequest closes a connection as fasthttp does where
// a server ends: a request that was sent is read, whatever deadlines are set meanwhile, and
// then none is waited for any longer.
func TestConnectionsAreClosedAfterTheirLastRequest(t *testing.T) {
	own, other := lazyPair(t)
	c := &connection{lazyConn: own.(*lazyConn), public: &Public{}, counted: func() {}}
	c.public.ending.Store(true)
	if _, err := other.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Close(), c.Close(), c.SetReadDeadline(time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	if _, err := c.Read(one); err != nil {
		t.Errorf("a request that was sent is not read: %v", err)
	}
	if _, err := c.Write(one); err != nil {
		t.Errorf("it cannot be answered: %v", err)
	}
	if _, err := c.Read(one); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("another one is waited for: %v", err)
	}
	own, _ = lazyPair(t)
	c = &connection{lazyConn: own.(*lazyConn), public: &Public{}}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Write(one); err == nil {
		t.Error("closed while the server goes on, it stays open")
	}
}

// BenchmarkHeads takes a head apart and finds it, and reads it as where it is new.
func BenchmarkHeads(b *testing.B) {
	data := []byte("GET /i/weekly-films/greeting.jpg?r=CiJY8HQBKNkZMAh8snSZig.1dgzCQvDOahsaeSWjpJeABCA HTTP/1.1\r\nHost: img.cinema.example\r\n" +
		"User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
	head, _ := splitHead(data)
	h, r := &heads{seed: maphash.MakeSeed()}, &reading{key: []byte("weekly-films")}
	h.keep(head.rest, &Open{}, r)
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			head, _ := splitHead(data)
			if _, found := h.find(head.rest); found != r {
				b.Fatal("it is not found")
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		room := newHeadRoom().(*headRoom)
		for b.Loop() {
			if !room.read(data) {
				b.Fatal("it is not read")
			}
			h.keep(head.rest, &Open{}, r)
		}
	})
}
