package signals

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// readLines reads JSON Lines: an object a line, with the attributes by their
// names. A last line that is no whole object is a feed cut off.
func (r *feedReader) readLines(in *bufio.Reader, limit *feedLimit) error {
	var row feedRow
	var long []byte
	for line := 1; ; line++ {
		limit.next()
		text, err := wholeLine(in, &long)
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return fmt.Errorf("read line %d: %w", line, err)
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			r.rowBegins(&row, line)
			done, err := r.object(&row, text, last)
			if err != nil || done {
				return errors.Join(err, r.nothingBehind(in, line, done))
			}
		}
		if last {
			return nil
		}
	}
}

// wholeLine returns the next line. What it returns is valid until the next
// call; io.EOF comes with the last line.
func wholeLine(in *bufio.Reader, long *[]byte) ([]byte, error) {
	text, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return text, err
	}
	*long = append((*long)[:0], text...)
	for errors.Is(err, bufio.ErrBufferFull) {
		text, err = in.ReadSlice('\n')
		*long = append(*long, text...)
	}
	return *long, err
}

// nothingBehind says where something follows the line that says the end.
func (r *feedReader) nothingBehind(in io.Reader, line int, ended bool) error {
	if !ended {
		return nil
	}
	var rest [1]byte
	for {
		n, err := in.Read(rest[:])
		switch {
		case n > 0 && len(bytes.TrimSpace(rest[:n])) > 0:
			return fmt.Errorf("line %d: there are rows behind the end; write it last", line)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read line %d: %w", line+1, err)
		}
	}
}

// object takes a line, or says why not. It reports whether the line says that
// all others were there.
func (r *feedReader) object(row *feedRow, text []byte, last bool) (bool, error) {
	err := r.fields(row, text)
	id := row.find("id")
	switch {
	case err != nil && last:
		return false, fmt.Errorf("line %d: it is cut off", row.line)
	case err != nil && r.count == 0:
		return false, fmt.Errorf("line %d: it is no JSON Lines: %w; write an object a line", row.line, err)
	case err == nil && id == "" && row.find("end") != "":
		return true, r.endObject(row)
	}
	r.count++
	if err != nil {
		r.refuse(row.line, id, "%v; the row is left out, write one JSON object a line, in UTF-8", err)
		return false, nil
	}
	r.row(row)
	return false, r.tooMany()
}

// endObject reads {"end": rows}.
func (r *feedReader) endObject(row *feedRow) error {
	n, err := rowCount(row.find("end"))
	if err != nil || n < 0 {
		return fmt.Errorf(`line %d: its end has no number of rows; write {"end": 1234}`, row.line)
	}
	return r.ended(int(n), row.line)
}

// fields reads an object into the fields of a row.
func (r *feedReader) fields(row *feedRow, text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	start, err := decoder.Token()
	if err != nil {
		return ofLine(err)
	}
	if start != json.Delim('{') {
		return errors.New("is no object")
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return ofLine(err)
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return ofLine(err)
		}
		if err := r.field(row, strings.ToLower(name.(string)), raw); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return ofLine(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("has something behind its object")
	}
	return nil
}

// ofLine says what is wrong with JSON, without the place in the line's own count.
func ofLine(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("is not a whole object")
	}
	return fmt.Errorf("is not JSON: %w", err)
}

// field reads a value of an object that is kept.
func (r *feedReader) field(row *feedRow, name string, raw json.RawMessage) error {
	if !r.keeps(name) {
		return nil
	}
	for _, f := range row.fields {
		if f.name == name {
			return fmt.Errorf("has %s twice", name)
		}
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return ofLine(err)
	}
	text, err := rules.FactText(value)
	if err != nil {
		row.unread = append(row.unread, fmt.Sprintf("%s: %v", name, err))
		return nil
	}
	if value != nil {
		row.fields = append(row.fields, feedField{name: name, text: text, google: true})
	}
	return nil
}
