package signals

import (
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
	"unsafe"

	"example.com/opentime/rules"
)

func testClients(t testing.TB) *Clients {
	t.Helper()
	c, err := LoadClients(os.DirFS("../assets"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClassifyEverySample(t *testing.T) {
	c := testClients(t)
	data, err := os.ReadFile("testdata/ua-samples.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	_, err = eachRow("ua-samples.tsv", data, 4, func(f []string) error {
		n++
		got := c.Classify(Headers{Method: "GET", UserAgent: f[2]})
		if got.Class.String() != f[1] {
			t.Errorf("%s: %q is a %s (%s), want %s", f[0], f[2], got.Class, got.Why, f[1])
		}
		if !got.Known && f[0] != "unknown" {
			t.Errorf("%s: %q is not in the table", f[0], f[2])
		}
		if got.Class != rules.Person && got.Located {
			t.Errorf("%s: the address of %q is taken for the reader's", f[0], f[2])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != 124 {
		t.Errorf("%d samples, want 124", n)
	}
}

func TestNamedClientsAreClassifiedAsNamed(t *testing.T) {
	c := testClients(t)
	for _, name := range c.Names() {
		h, ok := c.Named(name)
		if !ok {
			t.Fatalf("no sample of %q", name)
		}
		if got := c.Classify(h).Name; got != name {
			t.Errorf("the sample of %q is classified as %q", name, got)
		}
	}
	for _, row := range c.rows {
		if row.client.Class != rules.Scanner && row.client.Name == "" {
			t.Errorf("row %q has no name", row.text)
		}
	}
	for _, must := range []string{"gmail", "apple-mpp", "apple-mail", "outlook-windows", "yahoo"} {
		if !slices.Contains(c.Names(), must) {
			t.Errorf("no client is named %q", must)
		}
	}
}

func TestClassify(t *testing.T) {
	c := testClients(t)
	const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"
	exchange := netip.MustParseAddr("40.94.89.20")
	tests := []struct {
		name    string
		h       Headers
		class   rules.Class
		app, os string
		mobile  bool
		located bool
	}{
		{"head", Headers{Method: "HEAD", UserAgent: chrome}, rules.Prefetcher, "", "", false, false},
		{"options of a scanner", Headers{Method: "OPTIONS", UserAgent: "Google-Safety"}, rules.Prefetcher, "", "", false, false},
		{"prerender", Headers{Method: "GET", UserAgent: chrome, SecPurpose: "prefetch;Prerender"}, rules.Prefetcher, "", "", false, false},
		{"preview", Headers{Method: "GET", UserAgent: chrome, XPurpose: "preview"}, rules.Prefetcher, "", "", false, false},
		{"moz", Headers{Method: "GET", UserAgent: chrome, XMoz: "prefetch"}, rules.Prefetcher, "", "", false, false},
		{"no agent", Headers{Method: "GET"}, rules.Scanner, "", "", false, false},
		{"browser", Headers{Method: "GET", UserAgent: chrome}, rules.Person, "chrome", "windows", false, true},
		{"image from Microsoft", Headers{Method: "GET", UserAgent: chrome, Address: exchange}, rules.Person, "outlook-web", "", false, false},
		{"click from Microsoft", Headers{Method: "GET", UserAgent: chrome, Address: exchange, Click: true}, rules.Scanner, "chrome", "windows", false, false},
		{"mapped click from Microsoft", Headers{Method: "GET", UserAgent: chrome, Address: netip.MustParseAddr("::ffff:40.94.89.20"), Click: true}, rules.Scanner, "chrome", "windows", false, false},
		{"a phone called CUBOT", Headers{Method: "GET", UserAgent: "Mozilla/5.0 (Linux; Android 13; CUBOT) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"}, rules.Person, "chrome", "android", true, true},
		{"a CUBOT build", Headers{Method: "GET", UserAgent: "Mozilla/5.0 (Linux; Android 10; CUBOT/P40 Build/QP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/90.0 Mobile Safari/537.36"}, rules.Person, "android-webview", "android", true, true},
		{"security in a name", Headers{Method: "GET", UserAgent: "SecurityAtpJavaMail/1.0 (Android 12)"}, rules.Person, "", "", false, true},
		{"crawler", Headers{Method: "GET", UserAgent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, rules.Scanner, "", "", false, false},
		{"unknown proxy", Headers{Method: "GET", UserAgent: "Acme Mail-Proxy 3"}, rules.Proxy, "", "", false, false},
		{"not quite Apple", Headers{Method: "GET", UserAgent: "Mozilla/5.0 "}, rules.Person, "", "", false, true},
		{"ambiguous", Headers{Method: "GET", UserAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"}, rules.Person, "", "", false, true},
		{"iPad", Headers{Method: "GET", UserAgent: "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"}, rules.Person, "apple-mail", "ios", true, true},
		{"unknown", Headers{Method: "GET", UserAgent: "something/1.0"}, rules.Person, "", "", false, true},
	}
	for _, test := range tests {
		got := c.Classify(test.h)
		if got.Class != test.class || got.App != test.app || got.OS != test.os || got.Mobile != test.mobile || got.Located != test.located {
			t.Errorf("%s: got %+v", test.name, got)
		}
		if got.Why == "" {
			t.Errorf("%s: no reason", test.name)
		}
	}
	if h, _ := c.Named("gmail"); !c.Classify(h).WholeFrames {
		t.Error("Gmail is given partial frames")
	}
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	c := testClients(t)
	for _, name := range c.Names() {
		h, _ := c.Named(name)
		if n := testing.AllocsPerRun(100, func() { c.Classify(h) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestSeenAgents asks for more User-Agents than are remembered, over and over,
// from memory that changes afterwards: each is what it was when it was new.
func TestSeenAgents(t *testing.T) {
	c := testClients(t)
	names := c.Names()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			buffer := make([]byte, 0, 2*seenAgent)
			for i := range 4 * seenSlots {
				h, _ := c.Named(names[(i+worker)%len(names)])
				if i%3 == 0 {
					h.UserAgent += strings.Repeat("x", i%700) + strconv.Itoa(i)
				}
				wantRow, wantSystem := c.scan(h.UserAgent)
				buffer = append(buffer[:0], h.UserAgent...)
				row, system := c.seen.find(unsafe.String(&buffer[0], len(buffer)), c.scan)
				if row != wantRow || system != wantSystem {
					t.Errorf("%q: row %d, system %d, want %d and %d", h.UserAgent, row, system, wantRow, wantSystem)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestTheTablesAreAsOldAsTheOldest(t *testing.T) {
	for i, old := range ClientTables() {
		files := fstest.MapFS{}
		for _, name := range ClientTables() {
			data, err := os.ReadFile("../assets/clients/" + name + ".tsv")
			if err != nil {
				t.Fatal(err)
			}
			_, rows, _ := strings.Cut(string(data), "\n")
			day := "2026-11-22"
			if name == old {
				day = "2026-10-0" + strconv.Itoa(i+1)
			}
			files["clients/"+name+".tsv"] = &fstest.MapFile{Data: []byte("# " + day + "\n" + rows)}
		}
		c, err := LoadClients(files)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c.Date(), time.Date(2026, 10, i+1, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("with old %s the tables are of %v", old, got)
		}
	}
}

func TestLoadClientsSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ table, want string }{
		{"prefix\tnetwork\tnote\n", "the first line is no date"},
		{"# 2026-11-22\nprefix\tnetwork\tnote\n10.0.0.0/8\tx\n", "mail.tsv:3: 2 columns; write 3"},
		{"# 2026-11-22\nprefix\tnetwork\tnote\n10.0.0.1/8\tx\ty\n", "write 10.0.0.0/8"},
		{"# 2026-11-22\nprefix\tnetwork\tnote\nten\tx\ty\n", "is no prefix"},
		{"\xff", "not UTF-8"},
	} {
		_, err := (&Networks{}).add("mail.tsv", []byte(test.table), MailNetwork)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.table, err, test.want)
		}
	}
}

func FuzzClassify(f *testing.F) {
	c := testClients(f)
	for _, name := range c.Names() {
		h, _ := c.Named(name)
		f.Add(h.Method, h.UserAgent, "prefetch", false)
	}
	f.Add("", "\x00\xff", "\xff", true)
	f.Fuzz(func(t *testing.T, method, agent, purpose string, click bool) {
		got := c.Classify(Headers{Method: method, UserAgent: agent, SecPurpose: purpose, Click: click})
		if got.Why == "" || got.Class > rules.Scanner || got.Located && got.Class != rules.Person {
			t.Errorf("got %+v", got)
		}
		if got.OS != "" && got.App == "" {
			t.Errorf("a system without an app: %+v", got)
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	c := testClients(b)
	b.Run("new", func(b *testing.B) {
		h, _ := c.Named("chrome")
		b.ReportAllocs()
		for b.Loop() {
			c.scan(h.UserAgent)
		}
	})
	for _, name := range []string{"gmail", "apple-mpp", "chrome", "outlook-windows"} {
		h, _ := c.Named(name)
		h.Address = netip.MustParseAddr("81.2.69.142")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Classify(h)
			}
		})
	}
}
