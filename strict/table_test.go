package strict_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"example.com/opentime/strict"
)

// records reads a table and tells each record in a line.
func records(t testing.TB, in io.Reader) []string {
	t.Helper()
	table, err := strict.NewTable(in)
	if err != nil {
		return []string{"no table: " + err.Error()}
	}
	var all []string
	for {
		r, err := table.Next()
		switch {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			return append(all, "end: "+err.Error())
		case r.Why != "":
			all = append(all, fmt.Sprintf("%d:%d: %s: %.40s", r.Line, r.Col, r.Why, r.Raw))
		case table.JSON:
			all = append(all, fmt.Sprintf("%d %s", r.Line, r.Raw))
		default:
			all = append(all, fmt.Sprintf("%d %q", r.Line, r.Cells))
		}
	}
}

func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func TestATableIsReadRecordByRecord(t *testing.T) {
	const notClosed, inside, behind = "a quote is not closed; close it, or double it where it is part of the text",
		`a quote inside a cell; write "" for it, and quotes around the cell`,
		`something stands behind a closed quote; write "" for a quote inside a cell`
	long := strings.Repeat("x", strict.MaxRecord)
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"a CSV":                {"a,b\n1,2\n", []string{`1 ["a" "b"]`, `2 ["1" "2"]`}},
		"of spreadsheets":      {"\ufeffa;b\r\n1,5;2\r\n", []string{`1 ["a" "b"]`, `2 ["1,5" "2"]`}},
		"with tabs":            {"a\tb,c\td\n1\t2\t3\n", []string{`1 ["a" "b,c" "d"]`, `2 ["1" "2" "3"]`}},
		"without a last end":   {"a,b\n1,", []string{`1 ["a" "b"]`, `2 ["1" ""]`}},
		"with quotes":          {"\"a\",\"b, \"\"c\"\"\"\n", []string{`1 ["a" "b, \"c\""]`}},
		"over lines":           {"a\n\"1\n2\"\n3\n", []string{`1 ["a"]`, `2 ["1\n2"]`, `4 ["3"]`}},
		"with blank lines":     {"\na,b\n\n  \n,\n1,\n", []string{`2 ["a" "b"]`, `6 ["1" ""]`}},
		"with short rows":      {"a,b\n1\n1,2,3\n", []string{`1 ["a" "b"]`, `2 ["1"]`, `3 ["1" "2" "3"]`}},
		"packed":               {packed("a,b\n1,2\n"), []string{`1 ["a" "b"]`, `2 ["1" "2"]`}},
		"packed and cut off":   {packed("a,b\n" + long)[:60], []string{`1 ["a" "b"]`, "end: it is cut off in line 2; bring the whole file"}},
		"JSON Lines":           {"\n{\"a\": \"\\\"\"}\n{\"a\":\n", []string{`2 {"a": "\""}`, `3 {"a":`}},
		"nothing":              {"", nil},
		"a quote inside":       {"a,b\n1,x\"y\n2,z\n", []string{`1 ["a" "b"]`, "2:4: " + inside + `: 1,x"y`, `3 ["2" "z"]`}},
		"behind a quote":       {"a,b\n\"1\"x,y\n2,z\n", []string{`1 ["a" "b"]`, "2:4: " + behind + `: "1"x,y`, `3 ["2" "z"]`}},
		"one quote too many":   {"a,b\n1,\"x\n2,z\n3,z\n", []string{`1 ["a" "b"]`, "2:3: " + notClosed + `: 1,"x`, `3 ["2" "z"]`, `4 ["3" "z"]`}},
		"and another":          {"a,b\n1,\"x\n2,\"y\"\n3,z\n", []string{`1 ["a" "b"]`, "2:1: " + behind + `: 1,"x`, `3 ["2" "y"]`, `4 ["3" "z"]`}},
		"Latin-1":              {"a,b\n1,Jos\xe9\n2,z\n", []string{`1 ["a" "b"]`, "2:6: byte 0xe9 is not UTF-8; if \"José\" is meant the file is in Latin-1: save it as UTF-8: 1,Jos\xe9", `3 ["2" "z"]`}},
		"a long row":           {"a\n" + long + long + long + "\n1\n", []string{`1 ["a"]`, "2:1: longer than 256 KiB; shorten it: " + long[:40], `3 ["1"]`}},
		"a quote never closed": {"a,b\n1,\"x\n" + strings.Repeat("2,z\n", 200_000)[:len(long)+4], append([]string{`1 ["a" "b"]`, "2:3: " + notClosed + `: 1,"x`}, numbered(3, len(long)/4+1)...)},
		"UTF-16":               {"\xff\xfea\x00,\x00", []string{`no table: it is UTF-16; save it as "CSV UTF-8"`}},
		"UTF-16 unmarked":      {"a\x00,\x00b\x00\n\x00", []string{`no table: it is UTF-16; save it as "CSV UTF-8"`}},
		"a spreadsheet":        {"PK\x03\x04...", []string{`no table: it is a spreadsheet or a ZIP; save it as "CSV UTF-8"`}},
		"old lines":            {"a,b\r1,2\r", []string{"no table: its lines end in a carriage return alone; save them with line feeds"}},
	} {
		t.Run(name, func(t *testing.T) {
			for how, in := range map[string]io.Reader{
				"whole": strings.NewReader(c.file), "in pieces": iotest.HalfReader(strings.NewReader(c.file)), "ending late": iotest.DataErrReader(strings.NewReader(c.file)),
			} {
				if got := records(t, in); !slices.Equal(got, c.want) {
					t.Errorf("%s:\ngot  %.2000q\nwant %.2000q", how, got, c.want)
				}
			}
		})
	}
}

// numbered are n rows of a table, from a line on.
func numbered(from, n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`%d ["2" "z"]`, from+i)
	}
	return rows
}

func TestARecordSaysWhereItsCellsAre(t *testing.T) {
	table, err := strict.NewTable(strings.NewReader("\n\"é;\";b;\"c\nd\";e\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := table.Next()
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range [][2]int{{2, 1}, {2, 6}, {2, 8}, {3, 4}} {
		if line, col := r.Where(cell); line != want[0] || col != want[1] {
			t.Errorf("cell %d is at %d:%d, want %v", cell, line, col, want)
		}
	}
}

func TestALineOfJSONIsAnObject(t *testing.T) {
	for line, want := range map[string]string{
		`{"a": "x", "b": 1.50, "c": [true, null]}`:                                "a=x b=1.50 c=[true <nil>] ",
		`{"a\u0062":"\"}{,","b" : -1e3 ,"c":{"d":[{}]},"e":[],"f":true,"g":null}`: `ab="}{, b=-1e3 c=map[d:[map[]]] e=[] f=true g=<nil> `,
		`{}`:                 "",
		`{"a": 1, "a": 2}`:   "a=1 a: it is there twice; remove one",
		`{"a": 1`:            "the object does not end; write it in one line",
		`{"a": 1} {"a": 2}`:  "something stands behind the object; write one a line",
		`{"a": x}`:           "it is not JSON: invalid character 'x' looking for beginning of value; write an object a line",
		`{"a": {"b": "c"}}x`: "something stands behind the object; write one a line",
	} {
		table, err := strict.NewTable(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		r, err := table.Next()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		err = r.Fields(func(name string, value any) error {
			got += fmt.Sprintf("%s=%v ", name, value)
			return nil
		})
		if err != nil {
			got += err.Error()
		}
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", line, got, want)
		}
	}
}

// TestATableIsWhatWasWritten writes tables as encoding/csv does and reads them.
func TestATableIsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		comma := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "comma")
		width := rapid.IntRange(2, 5).Draw(t, "width")
		cell := rapid.StringOfN(rapid.SampledFrom([]rune("ab\",;\t\n é")), 0, 8, -1)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 0, 20).Draw(t, "rows")
		for _, row := range rows {
			if strings.TrimSpace(strings.Join(row, "")) == "" {
				row[0] = "x" // a row of nothing is none
			}
		}
		names := make([]string, width)
		for i := range names {
			names[i] = fmt.Sprint("n", i)
		}
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.Comma, w.UseCRLF = comma, rapid.Bool().Draw(t, "CRLF")
		_ = w.WriteAll(append([][]string{names}, rows...))
		table, err := strict.NewTable(&file)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range append([][]string{names}, rows...) {
			r, err := table.Next()
			if err != nil || r.Why != "" {
				t.Fatalf("row %d %q: %v %+v", i, want, err, r)
			}
			for j := range want {
				if got := strings.ReplaceAll(r.Cells[j], "\r\n", "\n"); got != want[j] || len(r.Cells) != width {
					t.Fatalf("row %d is %q, want %q", i, r.Cells, want)
				}
			}
		}
		if r, err := table.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("behind the last row: %+v %v", r, err)
		}
	})
}

// FuzzTable reads anything: every line of it is in one record, in order.
func FuzzTable(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\n2,y\"z\n\xe9,\n"))
	f.Add([]byte("{\"a\": 1}\n{\n"))
	f.Add([]byte(`{"a\u0062":"\"}{,","b" : -1e3 ,"c":{"d":[{}]},"e":[],"f":true,"g":null}`))
	f.Add([]byte(packed("a;b\r\n1;2")))
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := strict.NewTable(bytes.NewReader(file))
		if err != nil {
			return
		}
		line := 0
		for {
			r, err := table.Next()
			if err != nil {
				return
			}
			if r.Line <= line || !bytes.HasPrefix(file, []byte("\x1f\x8b")) && !bytes.Contains(file, r.Raw) {
				t.Fatalf("line %d after %d: %q", r.Line, line, r.Raw)
			}
			line = r.Line + bytes.Count(r.Raw, []byte{'\n'})
			for i := range r.Cells {
				if at, col := r.Where(i); at < r.Line || at > line || col < 1 {
					t.Fatalf("cell %d of line %d is at %d:%d", i, r.Line, at, col)
				}
			}
			if r.Why == "" {
				fieldsAre(t, r)
			}
		}
	})
}

// fieldsAre reads an object as encoding/json does, and compares.
func fieldsAre(t *testing.T, r *strict.Record) {
	t.Helper()
	got := map[string]any{}
	err := r.Fields(func(name string, value any) error {
		got[name] = value
		_ = r.WhereKey(name)
		return nil
	})
	var want map[string]any
	decoder := json.NewDecoder(bytes.NewReader(r.Raw))
	decoder.UseNumber()
	bad := decoder.Decode(&want)
	if bad == nil && !errors.Is(decoder.Decode(&struct{}{}), io.EOF) || want == nil {
		bad = errors.New("no object")
	}
	switch {
	case err != nil && strings.HasSuffix(err.Error(), "it is there twice; remove one"):
	case (err == nil) != (bad == nil):
		t.Fatalf("%s: %v, and encoding/json: %v", r.Raw, err, bad)
	case err == nil && !reflect.DeepEqual(got, want):
		t.Fatalf("%s is %v, want %v", r.Raw, got, want)
	}
}

func BenchmarkTable(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var file bytes.Buffer
	file.WriteString("r,at,consent,locale,zone,country,city,first_name,points\n")
	for range 10_000 {
		fmt.Fprintf(&file, "r%d,2026-11-20T08:00:00Z,full,nl,Europe/Brussels,BE,Gent,Zoë,%d\n", random.Uint64(), random.IntN(600))
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		table, err := strict.NewTable(bytes.NewReader(file.Bytes()))
		for err == nil {
			_, err = table.Next()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}
