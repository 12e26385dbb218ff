package signals

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// readTSV reads the rows of Merchant's table: a line of names, then a line an
// item, with tabs between. A last line with fewer cells than there are names is
// a table cut off.
func (r *feedReader) readTSV(in io.Reader, limit *feedLimit) error {
	table := csv.NewReader(in)
	table.Comma, table.LazyQuotes, table.FieldsPerRecord, table.ReuseRecord = '\t', true, -1, true
	names, err := table.Read()
	if err != nil {
		return fmt.Errorf("no line of names: %w", err)
	}
	names = slices.Clone(names)
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		names[i] = strings.ReplaceAll(strings.TrimPrefix(name, "g:"), " ", "_")
	}
	if !slices.Contains(names, "id") {
		return fmt.Errorf("no column id; there are: %s", strings.Join(names[:min(len(names), 12)], ", "))
	}
	var row feedRow
	short := 0 // line of the last row, if it has too few cells
	for {
		limit.next()
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read table: %w", err)
		}
		line, _ := table.FieldPos(0)
		short = 0
		if len(cells) < len(names) {
			short = line
		}
		r.cells(&row, names, cells, line)
		if err := r.tooMany(); err != nil {
			return err
		}
	}
	if short > 0 {
		return fmt.Errorf("line %d: it is cut off", short)
	}
	return nil
}

// cells takes a line of the table.
func (r *feedReader) cells(row *feedRow, names, cells []string, line int) {
	r.rowBegins(row, line)
	if len(cells) > len(names) {
		r.refuse(line, cells[slices.Index(names, "id")], "has %d cells under %d names; the row is left out, quote texts with tabs in them", len(cells), len(names))
		return
	}
	for i, cell := range cells {
		row.fields = append(row.fields, feedField{name: names[i], text: cell, google: true})
	}
	r.row(row)
}
