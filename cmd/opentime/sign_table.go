package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// signer adds r to the rows of a CSV, one at a time.
type signer struct {
	file    string
	id      string // the column of ids
	x       string // the column that proves parameters
	makeIDs bool
	encode  bool
	seal    func(id string) string
	stderr  io.Writer

	parameters     []rules.Parameter // whose values x proves; none: no x
	sealParameters func(id string, written []server.Parameter) string

	comma          byte
	names          int   // of the file
	width          int   // columns that are written
	idAt, rAt, xAt int   // columns
	hadR           bool  // r was there already
	parameterAt    []int // of the parameters; -1: the file has none
	refused        int
}

// sign copies a CSV from in to out with the column r.
func (s *signer) sign(in io.Reader, out io.Writer) error {
	r, err := readRows(in)
	if err != nil {
		return fmt.Errorf("sign %s: %w", s.file, err)
	}
	s.comma = byte(r.csv.Comma)
	header, err := r.next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("sign %s: it is empty; its first line names the columns", s.file)
	}
	if err != nil {
		return badCSV(s.file, err)
	}
	if err := s.columns(&header); err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	if r.mark {
		_, _ = w.Write(byteOrderMark)
	}
	end := []byte("\n")
	if len(header.end) > 0 {
		end = bytes.Clone(header.end)
	}
	s.write(w, &header, end)
	for {
		row, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badCSV(s.file, err)
		}
		if s.row(&row) {
			s.write(w, &row, end)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sign %s: %w", s.file, err)
	}
	if s.refused > 0 {
		return errProblems
	}
	return nil
}

// write writes a row; end is for one whose line has none. What fails is told by
// w's Flush.
func (s *signer) write(w *bufio.Writer, row *row, end []byte) {
	if len(row.end) > 0 {
		end = row.end
	}
	_, _ = w.Write(bytes.Join(row.written, []byte{s.comma}))
	_, _ = w.Write(end)
}

// columns finds the columns, and adds to the header those that are not there.
func (s *signer) columns(header *row) error {
	s.names = len(header.cells)
	names := slices.Clone(header.cells)
	find := func(name string) int { return slices.Index(names, name) }
	add := func(name string) int {
		names, header.written = append(names, name), append(header.written, writeCell(name, s.comma))
		return len(names) - 1
	}
	columnOf := func(name string) int {
		if at := find(name); at >= 0 {
			return at
		}
		return add(name)
	}
	for _, name := range []string{s.id, "r", s.x} {
		if first := find(name); first >= 0 && slices.Contains(names[first+1:], name) {
			return usageError{fmt.Sprintf("%s has two columns %q; remove one", s.file, name)}
		}
	}
	s.hadR = find("r") >= 0
	switch s.idAt = find(s.id); {
	case s.idAt >= 0:
	case s.hadR && s.id == "id":
		s.idAt = -1 // ids stand in r
	case !s.makeIDs:
		return hint(usageError{fmt.Sprintf("%s has no column %q", s.file, s.id)},
			"name it with --id (%s), or make ids with --new", strings.Join(names, ", "))
	default:
		s.idAt = add(s.id)
	}
	s.rAt = columnOf("r")
	if len(s.parameters) > 0 {
		if err := s.parameterColumns(find); err != nil {
			return err
		}
		s.xAt = columnOf(s.x)
	}
	s.width = len(names)
	return nil
}

// parameterColumns finds the parameters' columns, and says which are missing: x
// proves all that a link has or nothing.
func (s *signer) parameterColumns(find func(string) int) error {
	var all, missing []string
	for i := range s.parameters {
		name := s.parameters[i].Name
		at := find(name)
		if all = append(all, name); at < 0 {
			missing = append(missing, name)
		}
		s.parameterAt = append(s.parameterAt, at)
	}
	if len(missing) == len(all) {
		return usageError{fmt.Sprintf("%s has no column of a parameter (%s)", s.file, strings.Join(all, ", "))}
	}
	if len(missing) > 0 {
		s.say(1, "warning: no column %s: x proves nothing in links that have it all the same; add the column, or take it out of the mail's links", strings.Join(missing, ", "))
	}
	return nil
}

// row fills in r, and the id where one is to be made. It reports false where the
// row is left out.
func (s *signer) row(row *row) bool {
	if len(row.cells) > s.names {
		s.refuse(row, fmt.Sprintf("%d cells under %d names; quote cells that hold the separator", len(row.cells), s.names))
		return false
	}
	for len(row.written) < s.width {
		row.written = append(row.written, nil)
	}
	id := row.cell(s.idAt)
	if id == "" && s.hadR {
		id, _, _ = strings.Cut(row.cell(s.rAt), ".")
	}
	if id == "" && s.makeIDs {
		id = newID()
	}
	if why := refusal(id); why != "" {
		s.refuse(row, why)
		return false
	}
	if s.idAt >= 0 && row.cell(s.idAt) == "" {
		row.written[s.idAt] = []byte(id)
	}
	if len(s.parameters) > 0 {
		written, ok := s.written(row)
		if !ok {
			return false
		}
		row.written[s.xAt] = []byte(s.sealParameters(id, written))
	}
	row.written[s.rAt] = []byte(s.seal(id))
	return true
}

// cell is a cell's text without the spaces around; "" where there is none.
func (r *row) cell(at int) string {
	if at < 0 || at >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[at])
}

// refuse leaves a line out and says why.
func (s *signer) refuse(row *row, why string) {
	s.refused++
	s.say(row.line, "%s", why)
}

func (s *signer) say(line int, format string, args ...any) {
	_, _ = fmt.Fprintf(s.stderr, "%s:%d:1: %s\n", s.file, line, fmt.Sprintf(format, args...))
}

// written are the parameters that a row's links will have. It reports false
// where no x could prove them.
func (s *signer) written(row *row) (written []server.Parameter, ok bool) {
	for i, at := range s.parameterAt {
		if row.cell(at) == "" {
			continue
		}
		p, text := &s.parameters[i], row.cells[at]
		if !utf8.ValidString(text) {
			s.refuse(row, fmt.Sprintf("%s is no UTF-8, so that links will say something else; save the file as CSV UTF-8", p.Name))
			return nil, false
		}
		value, read := server.ParameterValue(text)
		switch longest := p.Longest(); {
		case !read:
			s.say(row.line, "warning: no link can carry %s, which is too long or has a line break in it; it will be unknown", p.Name)
			continue
		case utf8.RuneCountInString(value) > longest:
			s.say(row.line, "warning: %s has %d characters, and %d are the most; it will be unknown", p.Name, utf8.RuneCountInString(value), longest)
		}
		written = append(written, server.Parameter{Name: p.Name, Value: value})
		if s.encode {
			row.written[at] = []byte(server.EncodeParameter(text))
		}
	}
	return written, true
}
