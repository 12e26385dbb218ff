package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"example.com/opentime/people"
	"example.com/opentime/strict"
)

// importErrors is the file of rows that were refused: as they were, with their
// line and the reason before them, in a form that can be put right and imported.
// It is made with the first of them.
type importErrors struct {
	name string // "": nowhere
	file *os.File
	size int64
}

// begin opens what an import that was stopped has left, up to mark, where the
// errors of its last piece begin; else it removes what another import left.
func (w *importErrors) begin(mark int64) error {
	if w.name == "" {
		return nil
	}
	if mark == 0 {
		if err := os.Remove(w.name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return w.trouble(err)
		}
		return nil
	}
	file, err := os.OpenFile(w.name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return w.trouble(err)
	}
	w.file = file
	info, err := file.Stat()
	if err != nil {
		return w.trouble(err)
	}
	w.size = min(mark, info.Size())
	err = errors.Join(file.Truncate(w.size))
	if err == nil {
		_, err = file.Seek(w.size, io.SeekStart)
	}
	return w.trouble(err)
}

// trouble says which file err is about.
func (w *importErrors) trouble(err error) error {
	if err == nil {
		return nil
	}
	return hint(fmt.Errorf("write %s: %w", w.name, cause(err)), "name another file for rows that are refused with --errors")
}

// rejected is a row that was refused.
type rejected struct {
	record *strict.Record
	line   int
	why    string
}

// add writes rows of a file.
func (w *importErrors) add(file *people.File, rows []rejected) error {
	if w.name == "" || len(rows) == 0 {
		return nil
	}
	if w.file == nil {
		made, err := os.OpenFile(w.name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return w.trouble(err)
		}
		w.file = made
	}
	var out []byte
	if w.size == 0 && file.Head != nil {
		out = append(out, "#row"+string(file.Separator())+"#why"+string(file.Separator())...)
		out = append(append(out, file.Head...), '\n')
	}
	for _, row := range rows {
		if comma := file.Separator(); comma != 0 {
			out = append(strconv.AppendInt(out, int64(row.line), 10), comma)
			out = append(append(out, quoted(row.why)...), comma)
			out = append(append(out, row.record.Raw...), '\n')
			continue
		}
		out = append(out, rejectedLine(row)...)
	}
	n, err := w.file.Write(out)
	w.size += int64(n)
	return w.trouble(err)
}

func quoted(cell string) string {
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}

// rejectedLine is a line of JSON Lines that was refused: its own object with the
// line and the reason in it or, where it is none, a new one with its text.
func rejectedLine(row rejected) string {
	note, _ := json.Marshal(row.why) // a text always can be
	begin := fmt.Sprintf(`{"#row": %d, "#why": %s, `, row.line, note)
	raw := strings.TrimSpace(string(row.record.Raw))
	if json.Valid([]byte(raw)) && strings.HasPrefix(raw, "{") && row.record.Why == "" {
		if rest := strings.TrimSpace(raw[1:]); rest != "}" {
			return begin + rest + "\n"
		}
		return strings.TrimSuffix(begin, ", ") + "}\n"
	}
	was, _ := json.Marshal(raw)
	return begin + `"` + people.WasKey + `": ` + string(was) + "}\n"
}

// close ends the file.
func (w *importErrors) close() error {
	if w.file == nil {
		return nil
	}
	return w.trouble(errors.Join(w.file.Sync(), w.file.Close()))
}
