package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAnImportTellsHowFarItIs(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		terminal bool
		size     int64
		want     string
	}{
		"on a terminal": {true, 1000, "\rpeople.csv: 12,000 rows, 10,000 a second, 20%\x1b[K|\r\x1b[K" + "a row is wrong\n|" +
			"\rpeople.csv: 62,000 rows, 10,000 a second, 70%, 3s left\x1b[K|\r\x1b[K"},
		"elsewhere": {false, 1000, "|a row is wrong\n|people.csv: 62,000 rows, 10,000 a second, 70%, 3s left\n|"},
		"of a pipe": {false, 0, "|a row is wrong\n|people.csv: 62,000 rows, 10,000 a second\n|"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			at := now
			e := &env{stderr: &out, now: func() time.Time { return at }, getenv: func(string) string { return "" }}
			m := newMeter(e, &importSource{name: "people.csv", size: c.size})
			m.terminal = c.terminal
			m.tell(2_000, 100)
			at = at.Add(time.Second)
			m.tell(12_000, 200)
			out.WriteString("|")
			m.above("a row is %s", "wrong")
			out.WriteString("|")
			at = at.Add(5 * time.Second)
			m.tell(62_000, 700)
			out.WriteString("|")
			m.end()
			if got := out.String(); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestWhatIsNoPieceOfAFileIsRefused(t *testing.T) {
	l := newLadder(t)
	file := strings.Repeat("ab", 32)
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"PUT", file + "?from=0&to=1&refused=0&mark=0&name=a", "r,tier\nr-1,gold\n", 200, `"applied": 1`},
		{"PUT", file + "?from=0&to=1&refused=0&mark=0&name=a", "r,tier\nr-1,gold\n", 200, `"applied": 1`},
		{"PUT", file + "?from=5&to=6&refused=0&mark=0&name=a", "r,tier\nr-1,gold\n", 409, "1 rows of the file are done"},
		{"PUT", file + "?from=1&to=3&refused=0&mark=0&name=a", "r,tier\nr-1,gold\n", 409, "1 rows, where there should be 2"},
		{"PUT", file + "?from=1&to=2&refused=0&mark=0&name=a", "r,teir\nr-1,gold\n", 409, "did you mean"},
		{"PUT", file + "?from=-1&to=2&refused=0&mark=0&name=a", "", 400, "no piece of a file"},
		{"PUT", file + "?from=1&to=99999999999999999999&refused=0&mark=0", "", 400, "no piece of a file"},
		{"PUT", "ab?from=0&to=1&refused=0&mark=0", "", 400, "no piece of a file"},
		{"DELETE", "xx", "", 400, "no file's hash"},
		{"GET", "", "", 200, `"file": "` + file + `"`},
		{"DELETE", file, "", 200, "{}"},
		{"GET", "", "", 200, "[]"},
	} {
		request, err := http.NewRequest(c.method, "http://"+l.app.admin+strings.TrimRight("/v1/imports/"+c.path, "/"), strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if got := fmt.Sprint(answer.StatusCode, " ", string(body)); err != nil || answer.StatusCode != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s, want %d and %s", c.method, c.path, got, c.status, c.want)
		}
	}
}
