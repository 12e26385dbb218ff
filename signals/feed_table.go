package signals

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tableFeed reads a table's items.
type tableFeed struct {
	*feedReader
	rows  *tableRows
	limit *feedLimit
	names []string
	id    int // column of ids
	row   feedRow
	short bool // the last row is not whole: it lacks cells, or the end of its quotes
	last  int  // its line
}

// readTable reads the rows of Merchant's table or of a CSV: a line of names,
// then a row an item. A last row that is not whole, or has no line break behind
// it, is a table cut off.
func (r *feedReader) readTable(in *bufio.Reader, limit *feedLimit) error {
	t := &tableFeed{feedReader: r, limit: limit, rows: &tableRows{in: in, comma: ","}}
	if r.config.Format == GoogleTSV {
		t.rows.comma, t.rows.lenient = "\t", true
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
	row, err := t.rows.next(0)
	switch {
	case errors.Is(err, io.EOF):
		return errNoRows
	case err != nil:
		return fmt.Errorf("no line of names: %w", err)
	case row.stray:
		return errors.New("its line of names has a quote inside a name, or one that does not end")
	}
	t.last, t.short = row.line, !row.whole
	for _, name := range row.cells {
		name = strings.ToLower(strings.TrimSpace(name))
		t.names = append(t.names, strings.ReplaceAll(strings.TrimPrefix(name, "g:"), " ", "_"))
	}
	if t.id = slices.Index(t.names, "id"); t.id >= 0 {
		return nil
	}
	if len(t.names) == 1 && strings.Contains(t.names[0], ";") {
		return errors.New("its cells are separated by semicolons; separate them by commas")
	}
	return fmt.Errorf("no column id in its first line, which has: %s", strings.Join(t.names[:min(len(t.names), 12)], ", "))
}

// next reads a row, and reports whether the table ended before it.
func (t *tableFeed) next() (bool, error) {
	t.limit.next()
	row, err := t.rows.next(len(t.names))
	switch {
	case errors.Is(err, io.EOF) && t.short:
		return false, fmt.Errorf("line %d: it is cut off", t.last)
	case errors.Is(err, io.EOF):
		return true, nil
	case err != nil:
		return false, err
	case !row.stray && strings.HasPrefix(row.cells[0], "#end"):
		return true, t.end(row)
	case !row.whole:
		return false, fmt.Errorf("line %d: it is cut off; end each line with a line break", row.line)
	}
	t.last, t.short = row.line, len(row.cells) < len(t.names) || row.open
	if row.stray {
		t.refuse(row.line, "", "has a quote inside a cell, or one that does not end; the row is left out, quote such cells and double their quotes")
		return false, nil
	}
	t.take(row.cells, row.line)
	return false, t.tooMany()
}

// end takes the row that says that all others were there: "#end" and their
// number.
func (t *tableFeed) end(row tableCells) error {
	text := strings.TrimPrefix(strings.Join(row.cells, ""), "#end")
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("line %d: its #end has no number of rows; write #end and how many rows there are", row.line)
	}
	if err := t.ended(n, row.line); err != nil {
		return err
	}
	switch behind, err := t.rows.next(len(t.names)); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return fmt.Errorf("line %d: there are rows behind #end; write it last", behind.line)
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
