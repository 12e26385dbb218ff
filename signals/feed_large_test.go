package signals_test

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"example.com/opentime/signals"
)

// generated is a feed of n rows that is made while it is read.
type generated struct {
	rows, at int
	head     string
	row      func(id string) string
	tail     string
	rest     string
}

func (g *generated) Read(p []byte) (int, error) {
	for g.rest == "" {
		switch {
		case g.at > g.rows:
			return 0, io.EOF
		case g.at == g.rows:
			g.rest = g.tail
		default:
			g.rest = g.row(fmt.Sprint("i", g.at))
			if g.at == 0 {
				g.rest = g.head + g.rest
			}
		}
		g.at++
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

// large returns a feed of so many rows of 10 KB in a format. Most of it stands
// in fields that are not kept.
func large(format signals.FeedFormat, rows int) *generated {
	long := strings.Repeat("nobody reads this; ", 530)
	switch format {
	case signals.GoogleTSV:
		return &generated{rows: rows, head: "id\ttitle\tlink\tprice\tnotes\n", row: func(id string) string {
			return id + "\tFilm " + id + "\thttps://cinema.example/" + id + "\t12.50 EUR\t" + long + "\n"
		}}
	case signals.CSV:
		return &generated{rows: rows, head: "id,title,link,price,notes\r\n", row: func(id string) string {
			return id + ",Film " + id + ",https://cinema.example/" + id + ",12.50 EUR,\"" + long + "\"\r\n"
		}}
	case signals.JSONLines:
		return &generated{rows: rows, row: func(id string) string {
			return `{"id":"` + id + `","title":"Film ` + id + `","link":"https://cinema.example/` + id + `","price":"12.50 EUR","notes":"` + long + "\"}\n"
		}}
	}
	return &generated{rows: rows, head: `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>`, tail: "</channel></rss>", row: func(id string) string {
		return item(id, "<g:price>12.50 EUR</g:price><notes>"+long+"</notes>")
	}}
}

// peak reads and notes the most memory that was in use.
type peak struct {
	io.Reader
	read, since int
	most        uint64
}

func (m *peak) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.read += n
	if m.since += n; m.since > 1<<20 {
		m.since = 0
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		m.most = max(m.most, stats.HeapInuse)
	}
	return n, err
}

// TestALargeFeedIsReadInLittleMemory reads feeds that are mostly what nobody
// reads: 200 MB of a table, 64 MB of the others. Memory is that of the items and
// of one row, however long the feed.
func TestALargeFeedIsReadInLittleMemory(t *testing.T) {
	const megabytes = 1 << 20
	for i, name := range signals.FeedFormats() {
		config, rows := feedConfig(), 6_500
		if config.Format = signals.FeedFormat(i); config.Format == signals.CSV {
			rows = 20_500
		}
		debug.FreeOSMemory()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		in := &peak{Reader: large(config.Format, rows)}
		_, report, err := signals.ReadFeed(config, in, newClock().Now())
		if err != nil || report.Items != rows || in.read < rows*9_900 {
			t.Fatalf("%s: %d MB, %d items, %v", name, in.read/megabytes, report.Items, err)
		}
		t.Logf("%s: %d MB read, %d MB more in use at most", name, in.read/megabytes, (int64(in.most)-int64(before.HeapInuse))/megabytes)
		if in.most > before.HeapInuse+128*megabytes {
			t.Errorf("%s: %d MB were in use, %d before", name, in.most/megabytes, before.HeapInuse/megabytes)
		}
	}
}
