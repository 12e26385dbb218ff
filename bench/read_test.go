package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/bench/load"
	"example.com/opentime/server"
)

// FuzzMail reads any HTML; what it finds are addresses that the server reads as
// links of the same block.
func FuzzMail(f *testing.F) {
	f.Add(`<img src="https://x/i/c/b.jpg?r={{r}}&amp;l=nl" width=32>`)
	f.Add(`<IMG SRC='/i/weekly-films/picks/24.png?r=*|R|*&s=20261123'><img src="/i/c/b.gif">`)
	f.Add(`<img src="/i/c/b.png?%%=%%&r&=&amp;">`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := readMail(text, []string{"r", "name"})
		if err != nil {
			return
		}
		for i := range m.blocks {
			b := &m.blocks[i]
			address := string(b.address(nil, b.image, recipient{"id", "n"}))
			path, query, _ := strings.Cut(address, "?")
			if link, ok := server.ParseLink([]byte(path), []byte(query)); !ok || link.Kind != server.ImageLink {
				t.Errorf("%q is no link", address)
			}
		}
	})
}

// FuzzRecipients reads any CSV: everybody has all columns, r first, or there is an
// error.
func FuzzRecipients(f *testing.F) {
	f.Add("id,r\n1,a.b\n")
	f.Add("\ufeffid;r;x\n\"1\";a;\"b\n\"\n")
	f.Add("r\tr\n\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		columns, people, err := readRecipients(strings.NewReader(text))
		if err != nil {
			return
		}
		if columns[0] != "r" || len(people) == 0 || slices.ContainsFunc(people, func(who recipient) bool { return len(who) != len(columns) }) {
			t.Errorf("%q: %q %q", text, columns, people)
		}
	})
}

// FuzzMetrics reads any page.
func FuzzMetrics(f *testing.F) {
	f.Add([]byte("opentime_opens_total{campaign=\"a\",rung=\"live\",class=\"x\"} 12\nprocess_cpu_seconds_total 1e3\n"))
	f.Fuzz(func(t *testing.T, page []byte) {
		for rung, n := range load.ParseMetrics(page).Opens {
			if !load.IsRung(rung) || n < 0 {
				t.Errorf("rung %q %d", rung, n)
			}
		}
	})
}

// TestNear keeps the token from networks where it could be read.
func TestNear(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true, "10.1.2.3": true, "192.0.2.1": false, "img.cinema.example": false, "": false} {
		if isNear(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

// TestSealed makes recipients whom a server with the same key believes.
func TestSealed(t *testing.T) {
	keys, err := server.ParseKeys("a:" + load.Random())
	if err != nil {
		t.Fatal(err)
	}
	ids := makeIDs(1000, 1)
	if len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) || !slices.Equal(ids, makeIDs(1000, 1)) || slices.Equal(ids, makeIDs(1000, 2)) {
		t.Error("ids are not a seed's")
	}
	m, err := namedMail("c/b.jpg", []string{"r"})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range sealed(keys, "cinema", ids) {
		_, query, _ := strings.Cut(string(m.blocks[0].address(nil, "/i/c/b.jpg", who)), "?")
		link, ok := server.ParseLink([]byte("/i/c/b.jpg"), []byte(query))
		if !ok || !keys.Verify("cinema", link.Recipient, link.Seal, time.Now()) {
			t.Fatalf("%q proves nothing", query)
		}
	}
}
