package signals

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// endOfInput is put behind a table. It stands in a row of its own where the
// table ended with a whole row; else it tells that the last cell was cut off.
const endOfInput = "\x1e"

// table reads a table's rows.
type tableFeed struct {
	*feedReader
	cells *csv.Reader
	limit *feedLimit
	names []string
	id    int // column of ids
	row   feedRow
	last  tableRow
}

// tableRow is what became of a line of a table.
type tableRow struct {
	line  int
	short bool // it has fewer cells than there are names, or its quotes do not end
	ended bool // it is endOfInput
}

// readTable reads the rows of Merchant's table or of a CSV: a line of names,
// then a row an item. A last row that is not whole, or has no line break behind
// it, is a table cut off.
func (r *feedReader) readTable(in *bufio.Reader, limit *feedLimit) error {
	t := &tableFeed{feedReader: r, limit: limit}
	t.cells = csv.NewReader(io.MultiReader(in, strings.NewReader(endOfInput+"\n")))
	t.cells.FieldsPerRecord, t.cells.ReuseRecord = -1, true
	if r.config.Format == GoogleTSV {
		t.cells.Comma, t.cells.LazyQuotes = '\t', true
	}
	if err := t.readNames(); err != nil {
		return err
	}
	for {
		done, err := t.next()
		if err != nil || done {
			return err
		}
	}
}

// readNames reads the line of names.
func (t *tableFeed) readNames() error {
	names, err := t.cells.Read()
	if err != nil {
		return fmt.Errorf("no line of names: %w", err)
	}
	if names[0] == endOfInput {
		return errNoRows
	}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		t.names = append(t.names, strings.ReplaceAll(strings.TrimPrefix(name, "g:"), " ", "_"))
	}
	if t.id = slices.Index(t.names, "id"); t.id >= 0 {
		return nil
	}
	if len(t.names) == 1 && strings.Contains(t.names[0], ";") {
		return errors.New("its cells are separated by semicolons; separate them by commas")
	}
	return fmt.Errorf("no column id; there are: %s", strings.Join(t.names[:min(len(t.names), 12)], ", "))
}

// next reads a row, and reports whether the table ended with it.
func (t *tableFeed) next() (bool, error) {
	t.limit.next()
	cells, err := t.cells.Read()
	if errors.Is(err, io.EOF) {
		if !t.last.ended {
			return false, fmt.Errorf("line %d: it is cut off", t.last.line)
		}
		return true, nil
	}
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		t.last = tableRow{line: wrong.StartLine, short: true}
		t.refuse(wrong.StartLine, "", "has a quote inside a cell, or one that does not end; the row is left out, quote such cells and double their quotes")
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read table: %w", err)
	}
	line, _ := t.cells.FieldPos(0)
	before := t.last
	t.last = tableRow{line: line, short: len(cells) < len(t.names)}
	switch {
	case len(cells) == 1 && cells[0] == endOfInput:
		t.last = tableRow{line: before.line, ended: !before.short}
		return false, nil
	case strings.HasPrefix(cells[0], "#end"):
		return true, t.end(cells, line)
	case strings.HasSuffix(cells[len(cells)-1], endOfInput):
		return false, fmt.Errorf("line %d: it is cut off; end each line with a line break", line)
	}
	t.take(cells, line)
	return false, t.tooMany()
}

// end takes the row that says that all others were there: "#end" and their
// number.
func (t *tableFeed) end(cells []string, line int) error {
	text := strings.TrimPrefix(strings.Join(cells, ""), "#end")
	n, err := strconv.Atoi(strings.Trim(text, " \t\r\n"+endOfInput))
	if err != nil {
		return fmt.Errorf("line %d: its #end has no number of rows; write #end and how many rows there are", line)
	}
	if err := t.ended(n, line); err != nil {
		return err
	}
	for {
		cells, err := t.cells.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read table: %w", err)
		case len(cells) != 1 || cells[0] != endOfInput:
			behind, _ := t.cells.FieldPos(0)
			return fmt.Errorf("line %d: there are rows behind #end; write it last", behind)
		}
	}
}

// take takes a row of the table.
func (t *tableFeed) take(cells []string, line int) {
	t.count++
	t.rowBegins(&t.row, line)
	id := ""
	if t.id < len(cells) {
		id = cells[t.id]
	}
	switch {
	case len(cells) > len(t.names), len(cells) < len(t.names) && t.config.Format == CSV:
		t.refuse(line, id, "has %d cells under %d names; the row is left out, quote texts with a separator in them", len(cells), len(t.names))
		return
	case !slices.ContainsFunc(cells, func(cell string) bool { return !utf8.ValidString(cell) }):
		for i, cell := range cells {
			if t.keeps(t.names[i]) {
				// A copy: all cells of a row are parts of one text, which must not be kept.
				t.row.fields = append(t.row.fields, feedField{name: t.names[i], text: strings.Clone(cell), google: true})
			}
		}
		t.feedReader.row(&t.row)
	default:
		t.refuse(line, id, "is not UTF-8; the row is left out, write the feed as UTF-8")
	}
}
