package strict

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxRecord bounds a record of a Table, in bytes.
const MaxRecord = 256 << 10

// Table reads a table record by record in bounded memory, however long it is and
// whatever is wrong with it: a CSV (RFC 4180; commas, semicolons or tabs between
// cells) or JSON Lines, packed with gzip or not. What is wrong with a record is
// told with it, and the next one is read.
type Table struct {
	// JSON says that a record is a line with an object. Else it is one of a CSV,
	// which has Comma between its cells.
	JSON  bool
	Comma byte

	in       io.Reader
	buffer   []byte // what is read and not yet taken is buffer[from:to]
	from, to int
	blank    string // characters of records that say nothing
	ended    error  // why no more can be read; io.EOF at the end
	line     int    // of buffer[from]
	skipping bool   // the line that buffer[from] stands in was too long
	record   Record
	text     []byte // of cells that had quotes
	ends     []int  // of cells in text
}

// NewTable begins to read a table. An error says what the file is instead of one,
// and what to do.
func NewTable(in io.Reader) (*Table, error) {
	t := &Table{in: in, line: 1, buffer: make([]byte, 2*MaxRecord)}
	t.fill()
	if bytes.HasPrefix(t.rest(), []byte("\x1f\x8b")) {
		packed := io.MultiReader(bytes.NewReader(bytes.Clone(t.rest())), in)
		plain, err := gzip.NewReader(packed)
		if err != nil {
			return nil, fmt.Errorf("it cannot be unpacked: %w", err)
		}
		if t.ended != nil && !errors.Is(t.ended, io.EOF) {
			return nil, t.ended
		}
		t.in, t.from, t.to, t.ended = plain, 0, 0, nil
		t.fill()
	}
	if t.from == t.to && t.ended != nil && !errors.Is(t.ended, io.EOF) {
		return nil, t.ended
	}
	if bytes.HasPrefix(t.rest(), []byte("\xef\xbb\xbf")) {
		t.from += len("\xef\xbb\xbf")
	}
	return t, t.look()
}

// look sees what kind of table it is.
func (t *Table) look() error {
	first, _, found := bytes.Cut(bytes.TrimLeft(t.rest(), " \r\n"), []byte{'\n'})
	switch start := t.rest(); {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")), bytes.IndexByte(first, 0) >= 0:
		return errors.New(`it is UTF-16; save it as "CSV UTF-8"`)
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return errors.New(`it is a spreadsheet or a ZIP; save it as "CSV UTF-8"`)
	case !found && bytes.IndexByte(bytes.TrimRight(first, "\r"), '\r') >= 0:
		return errors.New("its lines end in a carriage return alone; save them with line feeds")
	}
	t.JSON = bytes.HasPrefix(bytes.TrimLeft(t.rest(), " \t\r\n"), []byte{'{'})
	t.Comma = ','
	for _, comma := range []byte{';', '\t'} {
		if bytes.Count(first, []byte{comma}) > bytes.Count(first, []byte{t.Comma}) {
			t.Comma = comma
		}
	}
	t.blank = " \r" + string(rune(t.Comma))
	return nil
}

func (t *Table) rest() []byte { return t.buffer[t.from:t.to] }

// fill reads as much as there is room for.
func (t *Table) fill() {
	t.to, t.from = copy(t.buffer, t.rest()), 0
	for t.ended == nil && t.to < len(t.buffer) {
		var n int
		n, t.ended = t.in.Read(t.buffer[t.to:])
		t.to += n
	}
}

// Next returns the next record that is not blank, as spreadsheets leave rows of
// empty cells, or io.EOF. Any other error
// ends the table: nobody knows what is behind it.
func (t *Table) Next() (*Record, error) {
	for {
		t.skip()
		raw, size, long := t.split()
		switch {
		case size == 0 && errors.Is(t.ended, io.ErrUnexpectedEOF):
			return nil, fmt.Errorf("it is cut off in line %d; bring the whole file", t.line)
		case size == 0 && !errors.Is(t.ended, io.EOF):
			return nil, fmt.Errorf("it cannot be read from line %d on: %w", t.line, t.ended)
		case size == 0:
			return nil, io.EOF
		case !long && len(bytes.Trim(raw, t.blank)) == 0:
			t.take(size)
			continue
		}
		r := &t.record
		*r = Record{Line: t.line, Raw: raw, Cells: r.Cells[:0], comma: t.Comma}
		switch {
		case long:
			r.Why, r.Col = fmt.Sprintf("longer than %d KiB; shorten it", MaxRecord>>10), 1
		case !utf8.Valid(raw):
			r.Why, r.Col = notUTF8(raw)
		case !t.JSON:
			t.cells(r)
		}
		if r.Why != "" && !t.JSON && !long {
			// One quote too many makes rows look like one: only the first line is lost.
			if first := bytes.IndexByte(t.rest()[:size], '\n'); first >= 0 {
				size = first + 1
				r.Raw = trimEnd(t.rest()[:size])
			}
		}
		t.take(size)
		return r, nil
	}
}

// skip goes on behind a line that was too long.
func (t *Table) skip() {
	for t.skipping {
		n := bytes.IndexByte(t.rest(), '\n')
		if n >= 0 {
			t.take(n + 1)
			t.skipping = false
			return
		}
		t.from = t.to
		if t.ended != nil {
			return
		}
		t.fill()
	}
}

// take goes on behind size bytes. What they were stays in the buffer until more
// is read.
func (t *Table) take(size int) {
	t.line += bytes.Count(t.rest()[:size], []byte{'\n'})
	t.from += size
}

// split returns the next record, without the end of its line and with its whole
// size; 0 at the end. Where quotes are not closed, or not soon, it is the first
// line; where that is too long as much of it as is read.
func (t *Table) split() (raw []byte, size int, long bool) {
	for {
		rest := t.rest()
		size, whole := recordEnd(rest, t.JSON)
		line := bytes.IndexByte(rest, '\n') + 1
		switch {
		case whole && size <= MaxRecord:
			return trimEnd(rest[:size]), size, false
		case line > MaxRecord:
			return trimEnd(rest[:line]), line, true
		case line > 0 && len(rest) > MaxRecord:
			return trimEnd(rest[:line]), line, false
		case len(rest) > MaxRecord:
			t.skipping = true
			return rest, len(rest), true
		case errors.Is(t.ended, io.EOF):
			return trimEnd(rest), len(rest), false
		case t.ended != nil:
			return nil, 0, false
		}
		t.fill()
	}
}

// recordEnd returns where a record ends: at the first end of a line before which
// every quote is closed.
func recordEnd(rest []byte, json bool) (int, bool) {
	quotes, at := 0, 0
	for {
		n := bytes.IndexByte(rest[at:], '\n')
		if n < 0 {
			return 0, false
		}
		quotes += bytes.Count(rest[at:at+n], []byte{'"'})
		at += n + 1
		if json || quotes%2 == 0 {
			return at, true
		}
	}
}

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
}
