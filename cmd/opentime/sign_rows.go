package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// rows reads a CSV row by row, each with its cells as they are written, so that
// what is not changed stays as it is.
type rows struct {
	csv  *csv.Reader
	read bytes.Buffer // what csv has read, of rows that are not handed out
	at   int64        // where that begins
	mark bool         // the file began with a byte order mark
}

// row is one row of a CSV.
type row struct {
	line    int
	cells   []string // decoded
	written [][]byte // the same as they are written, quotes and all
	end     []byte   // the end of its line
}

var byteOrderMark = []byte("\uFEFF")

// readRows reads a CSV whose separator (comma, semicolon or tab) is seen in its
// first line. Rows may be short.
func readRows(in io.Reader) (*rows, error) {
	buffer := bufio.NewReaderSize(in, 64<<10)
	start, err := buffer.Peek(64 << 10)
	if err != nil && err != io.EOF && len(start) == 0 {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte("\xff\xfe")) || bytes.HasPrefix(start, []byte("\xfe\xff")) {
		return nil, errors.New("it is UTF-16; save it as CSV UTF-8")
	}
	r := &rows{mark: bytes.HasPrefix(start, byteOrderMark)}
	if r.mark {
		_, _ = buffer.Discard(len(byteOrderMark))
		start = start[len(byteOrderMark):]
	}
	first, _, _ := bytes.Cut(start, []byte("\n"))
	r.csv = csv.NewReader(io.TeeReader(buffer, &r.read))
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	most := bytes.Count(first, []byte(","))
	for _, comma := range []rune{';', '\t'} {
		if n := bytes.Count(first, []byte(string(comma))); n > most {
			r.csv.Comma, most = comma, n
		}
	}
	return r, nil
}

// next returns the next row, valid until the one after it; io.EOF behind the
// last. An empty line is none.
func (r *rows) next() (row, error) {
	cells, err := r.csv.Read()
	end := r.csv.InputOffset()
	raw := r.read.Next(int(end - r.at))
	r.at = end
	if err != nil {
		return row{}, err
	}
	line, _ := r.csv.FieldPos(0)
	for empty := true; empty; { // lines before it
		before := len(raw)
		raw = bytes.TrimPrefix(bytes.TrimPrefix(raw, []byte("\n")), []byte("\r\n"))
		empty = len(raw) < before
	}
	body := bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	return row{line: line, cells: cells, written: splitCells(body, byte(r.csv.Comma)), end: raw[len(body):]}, nil
}

// splitCells splits a row that is known to be well-formed: a cell that begins
// with a quote ends with one, and those within are doubled.
func splitCells(body []byte, comma byte) [][]byte {
	var cells [][]byte
	quoted, start := false, 0
	for i, c := range body {
		switch {
		case c == '"':
			quoted = !quoted
		case c == comma && !quoted:
			cells = append(cells, body[start:i])
			start = i + 1
		}
	}
	return append(cells, body[start:])
}

// writeCell returns a cell as a CSV has it, in quotes where it needs them.
func writeCell(text string, comma byte) []byte {
	if !bytes.ContainsAny([]byte(text), "\"\r\n"+string(rune(comma))) {
		return []byte(text)
	}
	return append(append([]byte{'"'}, bytes.ReplaceAll([]byte(text), []byte(`"`), []byte(`""`))...), '"')
}

// badCSV says where a CSV is broken, for people.
func badCSV(file string, err error) error {
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		why := "a quote is not closed, or something follows it; double the quotes within a cell"
		if errors.Is(at.Err, csv.ErrBareQuote) {
			why = "a quote stands within a cell; put the cell in quotes and double it"
		}
		return fmt.Errorf("%s:%d:%d: %s", file, at.Line, at.Column, why)
	}
	return fmt.Errorf("sign %s: %w", file, err)
}
