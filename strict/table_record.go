package strict

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Record is a row of a table. It is valid until the next one is read, but for
// its cells, which are texts of their own.
type Record struct {
	Line  int      // the one it begins in
	Raw   []byte   // as it stands in the file, without the end of its line
	Cells []string // of a CSV
	// Why says what is wrong with it; "": nothing is. Col is where, in characters
	// of its first line from 1.
	Why string
	Col int

	comma byte
}

// cells takes a record of a CSV apart.
func (t *Table) cells(r *Record) {
	if bytes.IndexByte(r.Raw, '"') < 0 {
		text := string(r.Raw)
		for {
			at := strings.IndexByte(text, t.Comma)
			if at < 0 {
				r.Cells = append(r.Cells, text)
				return
			}
			r.Cells = append(r.Cells, text[:at])
			text = text[at+1:]
		}
	}
	t.text, t.ends = t.text[:0], t.ends[:0]
	for at := 0; at <= len(r.Raw); at++ {
		end, why := t.cell(r.Raw, at)
		if why != "" {
			r.Why, r.Col = why, column(r.Raw, end)
			r.Cells = r.Cells[:0]
			return
		}
		t.ends = append(t.ends, len(t.text))
		at = end
	}
	text, begin := string(t.text), 0
	for _, end := range t.ends {
		r.Cells = append(r.Cells, text[begin:end])
		begin = end
	}
}

// cell appends the cell that begins at raw[at] to t.text, and returns where it
// ends: at a comma or the end, or at what is wrong with it.
func (t *Table) cell(raw []byte, at int) (end int, why string) {
	if at == len(raw) || raw[at] != '"' {
		n := bytes.IndexByte(raw[at:], t.Comma)
		if n < 0 {
			n = len(raw) - at
		}
		if quote := bytes.IndexByte(raw[at:at+n], '"'); quote >= 0 {
			return at + quote, `a quote inside a cell; write "" for it, and quotes around the cell`
		}
		t.text = append(t.text, raw[at:at+n]...)
		return at + n, ""
	}
	for at++; ; at++ {
		n := bytes.IndexByte(raw[at:], '"')
		if n < 0 {
			return at - 1, "a quote is not closed; close it, or double it where it is part of the text"
		}
		t.text = append(t.text, raw[at:at+n]...)
		at += n + 1
		switch {
		case at == len(raw) || raw[at] == t.Comma:
			return at, ""
		case raw[at] != '"':
			return at, `something stands behind a closed quote; write "" for a quote inside a cell`
		}
		t.text = append(t.text, '"')
	}
}

// column is that of a byte in the line it stands in, if that is the first;
// else 1.
func column(raw []byte, at int) int {
	before := raw[:min(at, len(raw))]
	if bytes.IndexByte(before, '\n') >= 0 {
		return 1
	}
	return utf8.RuneCount(before) + 1
}

// Where returns the line and the column, in characters, in which a cell begins.
func (r *Record) Where(cell int) (line, col int) {
	at, quoted := 0, false
	for i, c := range r.Raw {
		if cell == 0 {
			break
		}
		switch {
		case c == '"':
			quoted = !quoted
		case c == r.comma && !quoted:
			cell, at = cell-1, i+1
		}
	}
	before := r.Raw[:at]
	begin := bytes.LastIndexByte(before, '\n') + 1
	return r.Line + bytes.Count(before, []byte{'\n'}), utf8.RuneCount(before[begin:]) + 1
}

// notUTF8 says which byte of a line is no UTF-8, and what the line would be in
// the encoding that it most likely has.
func notUTF8(raw []byte) (why string, col int) {
	at := 0
	for at < len(raw) {
		c, size := utf8.DecodeRune(raw[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	around := raw[max(0, at-12):min(len(raw), at+12)]
	text := make([]rune, 0, len(around))
	for _, c := range around {
		text = append(text, rune(c)) // Latin-1 is the beginning of Unicode
	}
	begin, cell := min(12, at), func(r rune) bool { return strings.ContainsRune(",;\t\n\"", r) }
	before, after := string(text[:begin]), string(text[begin:])
	before = before[strings.LastIndexFunc(before, cell)+1:]
	if i := strings.IndexFunc(after, cell); i >= 0 {
		after = after[:i]
	}
	shown := strings.TrimSpace(strings.Map(noControl, before+after))
	return fmt.Sprintf("byte %#02x is not UTF-8; if %q is meant the file is in Latin-1: save it as UTF-8", raw[at], shown), column(raw, at)
}

func noControl(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return -1
	}
	return r
}
