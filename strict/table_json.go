package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Fields calls each for every key of a record of JSON Lines with its value, as
// encoding/json reads one, numbers as json.Number. It returns what is wrong with
// the object, or the first error of each. A key is there once, but for those that
// begin with #, which are notes.
func (r *Record) Fields(each func(name string, value any) error) error {
	object := bytes.TrimSpace(r.Raw)
	if !json.Valid(object) {
		return badJSON(object)
	}
	if object[0] != '{' {
		return errors.New("it is no object; write one a line: {...}")
	}
	// What is valid is taken apart by its marks alone, six times as fast as by
	// encoding/json's tokens.
	text := string(object[1:])
	var seen []string
	for {
		if text = strings.TrimLeft(text, " \t\r\n,"); text[0] == '}' {
			return nil
		}
		size := jsonSize(text)
		name, _ := jsonValue(text[:size]).(string)
		if slices.Contains(seen, name) && !strings.HasPrefix(name, "#") {
			return fmt.Errorf("%s: it is there twice; remove one", name)
		}
		seen = append(seen, name)
		text = strings.TrimLeft(text[size:], " \t\r\n:")
		size = jsonSize(text)
		if err := each(name, jsonValue(text[:size])); err != nil {
			return err
		}
		text = text[size:]
	}
}

// jsonSize is how many bytes the value takes that a text of valid JSON begins with.
func jsonSize(text string) int {
	depth := 0
	for at := 0; ; at++ {
		switch text[at] {
		case '"':
			for at++; text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		default:
			at += max(0, strings.IndexAny(text[at:], ",:]}\" \t\r\n")-1)
			if next := text[at+1]; depth > 0 || !strings.ContainsRune(",]} \t\r\n", rune(next)) {
				continue
			}
		}
		if depth == 0 {
			return at + 1
		}
	}
}

// jsonValue reads valid JSON.
func jsonValue(text string) any {
	switch c := text[0]; {
	case c == '"' && strings.IndexByte(text, '\\') < 0:
		return text[1 : len(text)-1]
	case c == '-' || c >= '0' && c <= '9':
		return json.Number(text)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	_ = decoder.Decode(&value) // it is valid
	return value
}

// badJSON says what is wrong with a line that is no JSON.
func badJSON(line []byte) error {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(line))
	err := decoder.Decode(&value)
	switch {
	case err == nil:
		return errors.New("something stands behind the object; write one a line")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the object does not end; write it in one line")
	}
	return fmt.Errorf("it is not JSON: %w; write an object a line", err)
}

// WhereKey returns the column, in characters, in which a key of a record of JSON
// Lines stands; 1 if it does not.
func (r *Record) WhereKey(name string) int {
	quoted, _ := json.Marshal(name)
	at := bytes.Index(r.Raw, quoted)
	return utf8.RuneCount(r.Raw[:max(at, 0)]) + 1
}
