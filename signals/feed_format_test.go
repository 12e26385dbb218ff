package signals_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"example.com/opentime/signals"
)

func TestProblemsOfTablesAndLines(t *testing.T) {
	for name, c := range map[string]struct {
		format     signals.FeedFormat
		feed, want string
	}{
		"CSV": {signals.CSV, "id,title,link,price,minutes\r\n" +
			"a,A,https://cinema.example/a,12.50 EUR,90\r\n" +
			"b,\"B,\r\nand more\",https://cinema.example/b,cheap,90\r\n" +
			"c,C,https://cinema.example/c,1 EUR\r\n" +
			"d,D,https://cinema.example/d,1 EUR,90,more\r\n" +
			"e,a \"word\",https://cinema.example/e,1 EUR,90\r\n" +
			"f,Caf\xe9,https://cinema.example/f,1 EUR,90\r\n" +
			"a,A,https://cinema.example/a,1 EUR,90\r\n" +
			"g,G,https://elsewhere.example/g,1 EUR,90\r\n" +
			",H,https://cinema.example/h,1 EUR,90\r\n", `2 items, 7 refused
films.xml:3:1: warning: item b: price: "cheap" is not an amount of money; write one such as 12.50 EUR; it is unknown until then
films.xml:5:1: item c: has 4 cells under 5 names; the row is left out, quote texts with a separator in them
films.xml:6:1: item d: has 6 cells under 5 names; the row is left out, quote texts with a separator in them
films.xml:7:1: the row has a quote inside a cell, or one that does not end; the row is left out, quote such cells and double their quotes
films.xml:8:1: item f: is not UTF-8; the row is left out, write the feed as UTF-8
films.xml:9:1: item a: is in line 2 already; the row is left out, give each item an id of its own
films.xml:10:1: item g: link leads to elsewhere.example, which is none of hosts; add it in opentime.yaml, or change the link; the row is left out
films.xml:11:1: no item; write its id; the row is left out`},
		"JSON Lines": {signals.JSONLines, `{"id": "a", "title": "A", "link": "https://cinema.example/a"}
{"id": "b", "title": "B", "link": "https://cinema.example/b", "price": {"value": 5}, "tags": ["x", 5], "in_stock": "maybe"}

["c"]
{"id": "d", "title": "D", "link": "https://cinema.example/d"
{"id": "e", "title": "E", "title": "F", "link": "https://cinema.example/e"}
{"id": "f", "title": "F", "link": "https://cinema.example/f"} {"id": "g"}
{"id": "h", "title": "Caf` + "\xe9" + `", "link": "https://cinema.example/h"}
{"id": "a", "title": "A", "link": "https://cinema.example/a"}
{"title": "I", "link": "https://cinema.example/i"}
{"id": 10, "title": "J", "link": "https://cinema.example/j", "stock": 2.5}
`, `3 items, 7 refused
films.xml:2:1: warning: item b: price: write a text, a number, true, false, or a list of texts; it is unknown until then
films.xml:2:1: warning: item b: tags: a list has texts only; it is unknown until then
films.xml:2:1: warning: item b: in_stock: "maybe" is not true or false; write true or false; it is unknown until then
films.xml:4:1: the row is no object; the row is left out, write one JSON object a line, in UTF-8
films.xml:5:1: item d: is not a whole object; the row is left out, write one JSON object a line, in UTF-8
films.xml:6:1: item e: has title twice; the row is left out, write one JSON object a line, in UTF-8
films.xml:7:1: item f: has something behind its object; the row is left out, write one JSON object a line, in UTF-8
films.xml:8:1: the row is not UTF-8; the row is left out, write one JSON object a line, in UTF-8
films.xml:9:1: item a: is in line 1 already; the row is left out, give each item an id of its own
films.xml:10:1: no item; write its id; the row is left out
films.xml:11:1: warning: item 10: stock: count 2.5 is no whole number from 0 to 1000000000; the availability stands`},
	} {
		config := feedConfig()
		config.Format = c.format
		got, err := read(t, config, c.feed)
		if err != nil || got != c.want {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", name, err, got, c.want)
		}
	}
}

func TestFeedsThatAreNotWhatTheySay(t *testing.T) {
	const head, row = "id,title,link\n", "a,A,https://cinema.example/a\n"
	line := `{"id":"a","title":"A","link":"https://cinema.example/a"}` + "\n"
	for name, c := range map[string]struct {
		format     signals.FeedFormat
		feed, want string
	}{
		"nothing":                     {signals.CSV, "", "no items in it"},
		"names only":                  {signals.CSV, head, "no items in it"},
		"semicolons":                  {signals.CSV, "id;title;link\na;A;https://cinema.example/a\n", "separated by semicolons; separate them by commas"},
		"no ids":                      {signals.CSV, "sku,title\na,A\n", "no column id in its first line, which has: sku, title"},
		"UTF-16":                      {signals.CSV, "\xff\xfei\x00d\x00", "it is UTF-16; write it as UTF-8"},
		"a page":                      {signals.CSV, "<!DOCTYPE html>\n<html>We are down</html>\n", "no column id"},
		"a page for JSON":             {signals.JSONLines, "<!DOCTYPE html>\n<html>We are down</html>\n", "line 1: it is no JSON Lines: is not JSON"},
		"one list":                    {signals.JSONLines, "[" + strings.TrimSpace(line) + "]\n\n", "line 1: it is no JSON Lines: is no object; write an object a line"},
		"a page packed":               {signals.JSONLines, pack("<html>"), "line 1: it is cut off"},
		"an end with another count":   {signals.CSV, head + row + "#end,2\n", "line 3: it says that it has 2 rows and has 1"},
		"an end without a count":      {signals.CSV, head + row + "#end\n", "line 3: its #end has no number of rows"},
		"rows behind the end":         {signals.CSV, head + row + "#end,1\n" + row, "line 4: there are rows behind #end"},
		"the end of lines, too few":   {signals.JSONLines, line + `{"end": 3}`, "line 2: it says that it has 3 rows and has 1"},
		"the end of lines, uncounted": {signals.JSONLines, line + `{"end": true}`, `line 2: its end has no number of rows; write {"end": 1234}`},
		"lines behind the end":        {signals.JSONLines, line + `{"end": 1}` + "\n" + line, "line 2: there are rows behind the end"},
		"a line of 3 MiB":             {signals.JSONLines, line + `{"id":"b","title":"` + strings.Repeat("x", 3<<20) + `"}`, "a row is larger than 1 MiB"},
		"a cell of 3 MiB":             {signals.CSV, head + row + "b," + strings.Repeat("x", 3<<20), "a row is larger than 1 MiB"},
		"a quote without its other":   {signals.CSV, head + row + `b,"` + strings.Repeat("x\n", 2<<10), "line 2050: it is cut off"},
	} {
		config := feedConfig()
		config.Format = c.format
		if _, err := read(t, config, c.feed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// TestFormatsByTheirNames maps names and endings to formats.
func TestFormatsByTheirNames(t *testing.T) {
	for name, want := range map[string]string{
		"films.xml": "google-xml", "FILMS.CSV": "csv", "a/films.csv.gz": "csv", "films.tsv": "google-tsv", "films.txt": "google-tsv",
		"films.jsonl.gz": "jsonl", "films.ndjson": "jsonl", "films": "google-xml", "films.gz": "google-xml",
	} {
		if got := signals.FeedFormatOf(name).String(); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	for _, name := range signals.FeedFormats() {
		if f, ok := signals.ParseFeedFormat(name); !ok || f.String() != name {
			t.Errorf("%s is not read as written", name)
		}
	}
	if _, ok := signals.ParseFeedFormat("xls"); ok {
		t.Error("xls is a format")
	}
}

// TestWhatAReportSaysIsBounded reads rows that are all wrong in one way, and one
// that is wrong in another: it is still told.
func TestWhatAReportSaysIsBounded(t *testing.T) {
	var feed strings.Builder
	feed.WriteString("id,title,link,price\n")
	for i := range 5000 {
		fmt.Fprintf(&feed, "i%d,,https://cinema.example/a,1 EUR\n", i)
	}
	feed.WriteString("last,Last,https://cinema.example/a,free\n")
	config := feedConfig()
	config.Format = signals.CSV
	got, err := read(t, config, feed.String())
	told := strings.Split(got, "\n")
	if err != nil || len(told) != 1+20+1+1 || !strings.Contains(told[21], `films.xml:5002:1: warning: item last: price: "free"`) ||
		!strings.Contains(told[22], "and 4980 more of the kind") {
		t.Errorf("%v, %d lines, ending with\n%s", err, len(told), strings.Join(told[max(0, len(told)-2):], "\n"))
	}
}

// pack packs a text.
func pack(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}
