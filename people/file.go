package people

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// File reads profiles record by record: a CSV, a line of names, then a line a
// recipient; or JSON Lines, an object each. Columns and keys are r, at, consent,
// and any attribute, declared or every profile's; of a line of JSON they may also
// stand in attributes, as PUT /v1/profiles has them. An empty cell says nothing.
// What begins with # is a note for people, and passed over.
type File struct {
	// Head is the line of names as it stands; nil of JSON Lines.
	Head  []byte
	table *strict.Table
	names []string // of a CSV
	known []string
}

// OpenFile begins to read a file. Where it is none of profiles the problems say
// why.
func OpenFile(name string, in io.Reader, attributes []rules.Attribute) (*File, []strict.Problem) {
	return openFile(name, in, append(names(attributes), "r", "at", "consent"), "r,at,consent and attributes")
}

// OpenEvents begins to read a file of events, as EventRow has them: orders of a shop or
// a till, say. Tags of a cell stand between semicolons.
func OpenEvents(name string, in io.Reader) (*File, []strict.Problem) {
	return openFile(name, in, eventKeys[:], "r,at,item,id and channel")
}

// openFile begins to read a file that may have these columns.
func openFile(name string, in io.Reader, known []string, such string) (*File, []strict.Problem) {
	table, err := strict.NewTable(in)
	if err != nil {
		return nil, []strict.Problem{{File: name, Line: 1, Col: 1, Text: err.Error()}}
	}
	f := &File{table: table, known: known}
	if table.JSON {
		return f, nil
	}
	head, err := table.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, []strict.Problem{{File: name, Line: 1, Col: 1, Text: "no line of names; write one such as " + such}}
	case err != nil:
		return nil, []strict.Problem{{File: name, Line: 1, Col: 1, Text: err.Error()}}
	case head.Why != "":
		return nil, []strict.Problem{{File: name, Line: head.Line, Col: head.Col, Text: head.Why}}
	}
	if problems := f.header(name, head); len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

// header reads the names.
func (f *File) header(file string, head *strict.Record) (problems []strict.Problem) {
	wrong := func(cell int, format string, args ...any) {
		line, col := head.Where(cell)
		problems = append(problems, strict.Problem{File: file, Line: line, Col: col, Text: fmt.Sprintf(format, args...)})
	}
	f.Head = slices.Clone(head.Raw)
	for i, name := range head.Cells {
		name = strings.TrimSpace(name)
		switch {
		case strings.HasPrefix(name, "#"):
		case !slices.Contains(f.known, name):
			wrong(i, "unknown column %q; %s", name, strict.DidYouMean(name, f.known))
		case slices.Contains(f.names, name):
			wrong(i, "column %q is there twice; remove one", name)
		}
		f.names = append(f.names, name)
	}
	if !slices.Contains(f.names, "r") {
		wrong(0, "no column r; name that r which has the recipients' ids, or what opentime sign made of them")
	}
	return problems
}

// Next returns the next record, as strict.Table does.
func (f *File) Next() (*strict.Record, error) {
	record, err := f.table.Next()
	if err == nil && record.Why == "" && !f.table.JSON && len(record.Cells) != len(f.names) {
		record.Why, record.Col = fmt.Sprintf("%d cells under %d names; quote texts with a separator in them", len(record.Cells), len(f.names)), 1
	}
	return record, err
}

// Separator is what stands between cells; 0 of JSON Lines.
func (f *File) Separator() byte {
	if f.table.JSON {
		return 0
	}
	return f.table.Comma
}

// Row returns the row of a record that nothing is wrong with so far.
func (f *File) Row(record *strict.Record) (Row, error) {
	row := Row{Attributes: make(map[string]any, len(f.names))}
	if f.table.JSON {
		return row, record.Fields(func(name string, value any) error { return row.field(name, value) })
	}
	for i, cell := range record.Cells {
		switch name := f.names[i]; {
		case name == "r":
			row.R = cell
		case name == "at":
			row.At = strings.TrimSpace(cell)
		case name == "consent":
			row.Consent = strings.TrimSpace(cell)
		case !strings.HasPrefix(name, "#"):
			row.Attributes[name] = cell
		}
	}
	return row, nil
}

// Event returns the event of a record that nothing is wrong with so far.
func (f *File) Event(record *strict.Record) (EventRow, error) {
	var row EventRow
	set := func(name string, value any) error {
		switch text, _ := value.(string); {
		case name == WasKey:
			return fmt.Errorf("%s: the line is not mended; write its object in the place of this one", name)
		case strings.HasPrefix(name, "#"), value == nil, text == "" && !f.table.JSON:
			return nil
		}
		return row.set(name, value)
	}
	if f.table.JSON {
		return row, record.Fields(set)
	}
	for i, cell := range record.Cells {
		if err := set(f.names[i], strings.TrimSpace(cell)); err != nil {
			return row, err
		}
	}
	return row, nil
}

// ID returns the id of a record's recipient, without a seal, as it stands; "" where
// none can be seen.
func (f *File) ID(record *strict.Record) string {
	r := ""
	switch at := slices.Index(f.names, "r"); {
	case record.Why != "":
	case f.table.JSON:
		err := record.Fields(func(name string, value any) error {
			if text, ok := value.(string); ok && name == "r" {
				r = text
			}
			return nil
		})
		if err != nil {
			return ""
		}
	default:
		r = record.Cells[at]
	}
	id, _, _ := strings.Cut(strings.TrimSpace(r), ".")
	return id
}

// WasKey is the key under which a line that was no JSON stands among errors. Mended
// it is the line itself.
const WasKey = "#was"

// field takes a key of a line of JSON.
func (r *Row) field(name string, value any) error {
	var text string
	var err error
	switch name {
	case "r", "at", "consent":
		if text, err = rules.FactText(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	case WasKey:
		return fmt.Errorf("%s: the line is not mended; write its object in the place of this one", name)
	}
	switch inner, nested := value.(map[string]any); {
	case name == "r":
		r.R = text
	case name == "at":
		r.At = strings.TrimSpace(text)
	case name == "consent":
		r.Consent = strings.TrimSpace(text)
	case strings.HasPrefix(name, "#"):
	case name == "attributes" && nested:
		for name, value := range inner {
			if _, twice := r.Attributes[name]; twice {
				return fmt.Errorf("%s: it is there twice; remove one", name)
			}
			r.Attributes[name] = value
		}
	default:
		if _, twice := r.Attributes[name]; twice {
			return fmt.Errorf("%s: it is there twice; remove one", name)
		}
		r.Attributes[name] = value
	}
	return nil
}

// Where returns the line and column of what is wrong with a record: where it says
// so itself or, of its row, in the column that the words begin with.
func (f *File) Where(record *strict.Record, why string) (line, col int) {
	if record.Why != "" {
		return record.Line, record.Col
	}
	name := why[:strings.IndexAny(why+" ", ": ")]
	if f.table.JSON {
		return record.Line, record.WhereKey(name)
	}
	if at := slices.Index(f.names, name); at >= 0 {
		return record.Where(at)
	}
	return record.Line, 1
}

// nextRow returns the next row and its line, or why there is none in it.
func (f *File) nextRow() (Row, RowNote, error) {
	record, err := f.Next()
	if err != nil {
		return Row{}, RowNote{}, err
	}
	note := RowNote{record.Line, record.Why}
	if note.Why != "" {
		return Row{}, note, nil
	}
	row, err := f.Row(record)
	if err != nil {
		note.Why = err.Error()
	}
	return row, note, nil
}
