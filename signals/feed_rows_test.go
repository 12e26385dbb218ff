package signals

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAStrayQuoteCostsItsRowAtMost reads tables in which quotes are texts, and
// tables in which they hold cells together.
func TestAStrayQuoteCostsItsRowAtMost(t *testing.T) {
	for name, c := range map[string]struct {
		format FeedFormat
		rows   string
		want   []string // id|title of what is read
	}{
		"inside":             {GoogleTSV, "a\tRECORD 7\" FRAME\tL\nb\tB\tL\n", []string{`a|RECORD 7" FRAME`, "b|B"}},
		"around a word":      {GoogleTSV, "a\t\"TEA\" SET\tL\nb\tB\tL\n", []string{`a|"TEA" SET`, "b|B"}},
		"first, alone":       {GoogleTSV, "a\t\"TEA SET\tL\nb\tB \"X\"\tL\nc\tC\tL\n", []string{`a|"TEA SET`, `b|B "X"`, "c|C"}},
		"first, in two rows": {GoogleTSV, "a\t\"TEA\tL\nb\t\"SET\tL\nc\tC\tL\n", []string{`a|"TEA`, `b|"SET`, "c|C"}},
		"first, its other":   {GoogleTSV, "a\t\"TEA\tL\nb\tSET\"\tL\nc\tC\tL\n", []string{`a|"TEA`, `b|SET"`, "c|C"}},
		"around a cell":      {GoogleTSV, "a\t\"TEA \"\"SET\"\"\"\tL\n", []string{`a|TEA "SET"`}},
		"around a tab":       {GoogleTSV, "a\t\"TEA\tSET\"\tL\nb\tB\tL\n", []string{"a|TEA\tSET", "b|B"}},
		"around a line":      {GoogleTSV, "a\t\"TEA\nSET\"\tL\nb\tB\tL\n", []string{"a|TEA\nSET", "b|B"}},
		"around three lines": {GoogleTSV, "a\t\"TEA\n\nSET\r\nOF\"\tL\r\nb\tB\tL\r\n", []string{"a|TEA\n\nSET\nOF", "b|B"}},
		"at the end":         {GoogleTSV, "a\tA\tL\nb\t\"B\tL\n", []string{"a|A", `b|"B`}},
		"CSV, inside":        {CSV, "a,RECORD 7\" FRAME,L\nb,B,L\n", []string{"b|B"}},
		"CSV, around a word": {CSV, "a,\"TEA\" SET,L\nb,B,L\n", []string{"b|B"}},
		"CSV, first":         {CSV, "a,\"TEA SET,L\nb,B,L\nc,\"C\",L\n", []string{"b|B", "c|C"}},
		"CSV, around commas": {CSV, "a,\"TEA, SET\",L\nb,B,L\n", []string{"a|TEA, SET", "b|B"}},
		"CSV, around a line": {CSV, "a,\"TEA,\nx,y,\"\"z\"\",SET\",L\nb,B,L\n", []string{"a|TEA,\nx,y,\"z\",SET", "b|B"}},
		"CSV, empty":         {CSV, "a,\"TEA\",\"L\"\n\nb,\"B\",L\n", []string{"a|TEA", "b|B"}},
	} {
		rows := tableRows{in: bufio.NewReader(strings.NewReader(c.rows)), comma: ",", lenient: c.format == GoogleTSV}
		if c.format == GoogleTSV {
			rows.comma = "\t"
		}
		var got []string
		for {
			row, err := rows.next(3)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if !row.stray {
				got = append(got, row.cells[0]+"|"+row.cells[1])
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestTablesOfAnotherWriterAreRead reads what encoding/csv writes, whatever is in
// the cells.
func TestTablesOfAnotherWriterAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		comma := rapid.SampledFrom([]rune{',', '\t'}).Draw(t, "comma")
		names := rapid.IntRange(2, 5).Draw(t, "names")
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab\",\t\n ;é")))
		var table [][]string
		var out strings.Builder
		writer := csv.NewWriter(&out)
		writer.Comma, writer.UseCRLF = comma, rapid.Bool().Draw(t, "crlf")
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			row := make([]string, names)
			for i := range row {
				row[i] = cell.Draw(t, "cell")
			}
			table = append(table, row)
		}
		if err := writer.WriteAll(table); err != nil {
			t.Fatal(err)
		}
		rows := tableRows{in: bufio.NewReader(strings.NewReader(out.String())), comma: string(comma)}
		for _, want := range table {
			row, err := rows.next(names)
			if err != nil || !slices.Equal(row.cells, want) || !row.whole {
				t.Fatalf("got %q, %v, want %q in %q", row.cells, err, want, out.String())
			}
		}
		if row, err := rows.next(names); !errors.Is(err, io.EOF) {
			t.Fatalf("behind the last: %q, %v", row.cells, err)
		}
	})
}
