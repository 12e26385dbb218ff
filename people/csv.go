package people

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// Limits of an import.
const (
	importRows    = 500       // written together
	importBytes   = 256 << 10 // written together, as JSON: a server takes 1 MiB at most
	importRefused = 10_000    // rows; then something is wrong with all of them
)

// Import reads the rows of a CSV, a line of names, then a line a recipient, and
// puts them, some hundreds at a time: into a Profiles by its Put, or to a server
// that holds one. The columns are r, at, consent, and any attribute, declared or
// every profile's; an empty cell says nothing. Rows in what it returns are lines
// of the file. It stops at what is no CSV; rows before that are kept.
func Import(in io.Reader, attributes []rules.Attribute, put func([]Row) (Applied, error)) (Applied, error) {
	file := &importFile{attributes: attributes, put: put, sum: newApplied()}
	err := file.read(in)
	if err == nil {
		err = file.flush()
	}
	if err != nil {
		return file.sum, err
	}
	return file.sum, nil
}

// importFile is a CSV being imported.
type importFile struct {
	attributes []rules.Attribute
	put        func([]Row) (Applied, error)
	names      []string
	rows       []Row
	lines      []int // of rows
	size       int   // of rows, as JSON
	sum        Applied
}

// read reads all rows.
func (f *importFile) read(in io.Reader) error {
	plain := bufio.NewReaderSize(in, 64<<10)
	if bom, _ := plain.Peek(3); string(bom) == "\xef\xbb\xbf" {
		_, _ = plain.Discard(3)
	}
	table := csv.NewReader(plain)
	table.FieldsPerRecord, table.ReuseRecord = -1, true
	if start, _ := plain.Peek(4096); semicolons(start) {
		table.Comma = ';'
	}
	names, err := table.Read()
	if err != nil {
		return fmt.Errorf("no line of names: %w", err)
	}
	if err := f.header(names); err != nil {
		return err
	}
	for {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.Join(err, f.flush())
		}
		line, _ := table.FieldPos(0)
		if err := f.row(cells, line); err != nil {
			return err
		}
	}
}

// semicolons reports whether a file has semicolons between its names, as
// spreadsheets of some countries write them.
func semicolons(start []byte) bool {
	first, _, _ := bytes.Cut(start, []byte{'\n'})
	return bytes.Count(first, []byte{';'}) > bytes.Count(first, []byte{','})
}

// header checks the names.
func (f *importFile) header(given []string) error {
	known := append(names(f.attributes), "r", "at", "consent")
	seen := map[string]bool{}
	for _, name := range given {
		name = strings.TrimSpace(name)
		switch {
		case !slices.Contains(known, name):
			return fmt.Errorf("line 1: unknown column %q; %s", name, strict.DidYouMean(name, known))
		case seen[name]:
			return fmt.Errorf("line 1: column %q is there twice; remove one", name)
		}
		seen[name] = true
		f.names = append(f.names, name)
	}
	if !seen["r"] {
		return fmt.Errorf("line 1: no column r, for the recipient's id or what opentime sign made of it; there are: %s", strings.Join(f.names, ", "))
	}
	return nil
}

// row takes a line.
func (f *importFile) row(cells []string, line int) error {
	if len(cells) != len(f.names) {
		f.sum.Refused = append(f.sum.Refused, RowNote{line, fmt.Sprintf("%d cells under %d names; quote texts with a comma in them", len(cells), len(f.names))})
		return f.enough()
	}
	row := Row{Attributes: make(map[string]any, len(cells))}
	size := len(`{,"attributes":{}},`)
	for i, cell := range cells {
		size += len(f.names[i]) + len(`"":"",`) + written(cell)
		switch f.names[i] {
		case "r":
			row.R = cell
		case "at":
			row.At = strings.TrimSpace(cell)
		case "consent":
			row.Consent = strings.TrimSpace(cell)
		default:
			row.Attributes[f.names[i]] = cell
		}
	}
	if size > importBytes {
		f.sum.Refused = append(f.sum.Refused, RowNote{line, fmt.Sprintf("longer than %d KiB; shorten it", importBytes>>10)})
		return f.enough()
	}
	if len(f.rows) == importRows || f.size+size > importBytes {
		if err := f.flush(); err != nil {
			return err
		}
	}
	f.rows, f.lines, f.size = append(f.rows, row), append(f.lines, line), f.size+size
	return nil
}

// written is the length of a text in JSON at most: encoding/json writes some
// characters as an escape of six.
func written(text string) int {
	n := len(text)
	for i, r := range text {
		switch {
		case r < ' ' || r == utf8.RuneError || strings.ContainsRune("\"\\<>&\u007f\u2028\u2029", r):
			_, size := utf8.DecodeRuneInString(text[i:])
			n += len(`\ufffd`) - size
		}
	}
	return n
}

// flush puts the rows that wait.
func (f *importFile) flush() error {
	if len(f.rows) == 0 {
		return nil
	}
	applied, err := f.put(f.rows)
	if err != nil {
		return err
	}
	f.sum.Applied += applied.Applied
	f.sum.Ignored = append(f.sum.Ignored, f.inLines(applied.Ignored)...)
	f.sum.Refused = append(f.sum.Refused, f.inLines(applied.Refused)...)
	f.rows, f.lines, f.size = f.rows[:0], f.lines[:0], 0
	return f.enough()
}

// inLines names rows by the lines they stand in.
func (f *importFile) inLines(notes []RowNote) []RowNote {
	for i, note := range notes {
		if note.Row >= 1 && note.Row <= len(f.lines) {
			notes[i].Row = f.lines[note.Row-1]
		}
	}
	return notes
}

// enough stops an import that goes wrong altogether.
func (f *importFile) enough() error {
	if len(f.sum.Refused) <= importRefused {
		return nil
	}
	return fmt.Errorf("more than %d rows were refused; put them right and import the file again", importRefused)
}
