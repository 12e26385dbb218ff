package people

import (
	"errors"
	"fmt"
	"io"

	"example.com/opentime/rules"
)

// Limits of reading a file at once.
const (
	importRows    = 500    // handed on together
	importRefused = 10_000 // rows; then something is wrong with all of them
)

// Import reads a file, and hands its rows on some hundreds at a time. Rows in what
// it returns are lines of the file. It stops at what is no file of profiles; rows
// before that are handed on.
func Import(in io.Reader, attributes []rules.Attribute, put func([]Row) (Applied, error)) (Applied, error) {
	sum := newApplied()
	file, problems := OpenFile("", in, attributes)
	if len(problems) > 0 {
		return sum, fmt.Errorf("line %d: %s", problems[0].Line, problems[0].Text)
	}
	var rows []Row
	var lines []int
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		applied, err := put(rows)
		if err != nil {
			return err
		}
		sum.Applied += applied.Applied
		sum.Ignored = append(sum.Ignored, inLines(applied.Ignored, lines)...)
		sum.Refused = append(sum.Refused, inLines(applied.Refused, lines)...)
		rows, lines = rows[:0], lines[:0]
		return nil
	}
	for {
		row, note, err := file.nextRow()
		switch {
		case errors.Is(err, io.EOF):
			return sum, flush()
		case err != nil:
			return sum, errors.Join(err, flush())
		case note.Why != "":
			sum.Refused = append(sum.Refused, note)
		default:
			rows, lines = append(rows, row), append(lines, note.Row)
		}
		if len(rows) == importRows {
			if err := flush(); err != nil {
				return sum, err
			}
		}
		if len(sum.Refused) > importRefused {
			return sum, fmt.Errorf("more than %d rows were refused; put them right and import the file again", importRefused)
		}
	}
}

// inLines names rows by the lines they stand in.
func inLines(notes []RowNote, lines []int) []RowNote {
	for i, note := range notes {
		if note.Row >= 1 && note.Row <= len(lines) {
			notes[i].Row = lines[note.Row-1]
		}
	}
	return notes
}
