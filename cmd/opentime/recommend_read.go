package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/people/recommend"
	"example.com/opentime/strict"
)

// maxTabbedProblems is how many problems of a table are told before it is given
// up.
const maxTabbedProblems = 20

// tabbed reads lines of columns with tabs between.
type tabbed struct {
	name     string
	lines    *bufio.Scanner
	line     int
	problems []strict.Problem
	close    func() error
}

// maxTabbedLine bounds a line, in bytes: histories are long.
const maxTabbedLine = 16 << 20

// openTabbed opens a table, packed with gzip or not.
func openTabbed(name string) (*tabbed, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	buffer := bufio.NewReaderSize(file, 1<<20)
	in := io.Reader(buffer)
	if head, _ := buffer.Peek(2); string(head) == "\x1f\x8b" {
		if in, err = gzip.NewReader(buffer); err != nil {
			_ = file.Close()
			return nil, fmt.Errorf("unpack: %w", err)
		}
	}
	t := &tabbed{name: name, lines: bufio.NewScanner(in), close: file.Close}
	t.lines.Buffer(make([]byte, 64<<10), maxTabbedLine)
	return t, nil
}

// readTabbed calls row for every line that is not empty. least is how many columns
// there must be; a first line that is names is passed over. Problems that row
// notes are printed and returned as errProblems.
func readTabbed(e *env, name string, least int, header func(fields []string) bool, row func(t *tabbed, fields []string)) error {
	t, err := openTabbed(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	defer func() { _ = t.close() }()
	for t.lines.Scan() && len(t.problems) < maxTabbedProblems {
		t.line++
		text := strings.TrimSuffix(t.lines.Text(), "\r")
		if t.line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		fields := strings.Split(text, "\t")
		switch {
		case t.line == 1 && header != nil && header(fields):
		case len(fields) < least:
			t.wrong(fields, len(fields)-1, "%d columns, not %d; put tabs between them", len(fields), least)
		case strings.TrimSpace(fields[0]) == "":
			t.wrong(fields, 0, "nothing stands in the first column; write an id")
		default:
			row(t, fields)
		}
	}
	if err := t.lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		t.line++
		t.wrong(nil, 0, "the line has more than %d bytes; shorten it", maxTabbedLine)
	} else if err != nil {
		return fmt.Errorf("read %s: line %d: %w", name, t.line+1, err)
	}
	for _, p := range t.problems {
		_, _ = fmt.Fprintln(e.stderr, p)
	}
	if len(t.problems) > 0 {
		return errProblems
	}
	return nil
}

// wrong notes a problem in a column of the line.
func (t *tabbed) wrong(fields []string, column int, format string, args ...any) {
	at := 1
	for _, f := range fields[:min(column, len(fields))] {
		at += len([]rune(f)) + 1
	}
	t.problems = append(t.problems, strict.Problem{File: t.name, Line: t.line, Col: at, Level: strict.Wrong, Text: fmt.Sprintf(format, args...)})
}

// field returns a column, "" where the line has fewer.
func field(fields []string, column int) string {
	if column < len(fields) {
		return strings.TrimSpace(fields[column])
	}
	return ""
}

// recommendData is what the files of opentime recommend say.
type recommendData struct {
	log        *recommend.Log
	events     int
	stars      bool
	listed     map[string]bool // items that were listed; nil: all
	candidates map[string]bool // nil: all
	input      []inputRow
	truth      map[string][]string
	refused    map[string][]string // by person, items of no value, such as those sent back: not to be offered again
}

// inputRow is a line of the input.
type inputRow struct {
	person   string
	history  []string
	declared []string
}

// read reads all files.
func (c *recommendCmd) read(e *env) (*recommendData, error) {
	d := &recommendData{log: recommend.NewLog(nil), refused: map[string][]string{}}
	if c.Items != "" {
		d.listed = map[string]bool{}
		if err := readTabbed(e, c.Items, 1, namesFirst("item", "item_id", "id"), d.itemRow); err != nil {
			return nil, err
		}
	}
	if err := readTabbed(e, c.Train, 2, namesFirst("user", "user_id", "person", "r"), d.trainRow); err != nil {
		return nil, err
	}
	if d.events == 0 {
		return nil, hint(fmt.Errorf("read %s: no events in it", c.Train), "each line is a person, an item, a time and a value, with tabs between")
	}
	d.stars = d.log.Rated()
	if c.Candidates != "" {
		d.candidates = map[string]bool{}
		row := func(_ *tabbed, fields []string) { d.candidates[field(fields, 0)] = true }
		if err := readTabbed(e, c.Candidates, 1, namesFirst("item", "item_id", "id"), row); err != nil {
			return nil, err
		}
	}
	if c.Input != "" {
		if err := readTabbed(e, c.Input, 1, namesFirst("user", "user_id", "person", "r"), d.inputRow); err != nil {
			return nil, err
		}
	}
	if c.Truth != "" {
		d.truth = map[string][]string{}
		row := func(_ *tabbed, fields []string) { d.truth[field(fields, 0)] = splitList(field(fields, 1), ",") }
		if err := readTabbed(e, c.Truth, 2, namesFirst("user", "user_id", "person", "r"), row); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// namesFirst tells a line of names by the first of them.
func namesFirst(names ...string) func([]string) bool {
	return func(fields []string) bool {
		for _, name := range names {
			if strings.EqualFold(field(fields, 0), name) {
				return true
			}
		}
		return false
	}
}

// itemRow takes a line of items.
func (d *recommendData) itemRow(t *tabbed, fields []string) {
	item := recommend.Item{ID: field(fields, 0), Title: field(fields, 1), Features: splitList(field(fields, 2), "|")}
	if d.listed[item.ID] {
		t.wrong(fields, 0, "item %q is there twice; remove one", item.ID)
		return
	}
	if text := field(fields, 3); text != "" {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.wrong(fields, 3, "%q is no number; write a year or a price, or nothing", text)
			return
		}
		item.Number = n
	}
	d.listed[item.ID] = true
	d.log.AddItem(item)
}

// trainRow takes a line of what was done.
func (d *recommendData) trainRow(t *tabbed, fields []string) {
	event := recommend.Event{Person: field(fields, 0), Item: field(fields, 1), Weight: 1}
	if event.Item == "" {
		t.wrong(fields, 1, "no item; write its id")
		return
	}
	if text := field(fields, 2); text != "" {
		at, ok := days(text)
		if !ok {
			t.wrong(fields, 2, "%q is no time; write days, Unix seconds or 2026-11-23T08:00:00Z, or nothing", text)
			return
		}
		event.At = at
	}
	if text := field(fields, 3); text != "" {
		value, err := strconv.ParseFloat(text, 32)
		if err != nil {
			t.wrong(fields, 3, "%q is no value; write a number such as stars, or nothing", text)
			return
		}
		event.Weight = float32(value)
	}
	d.events++
	if !(event.Weight > 0) {
		d.refused[event.Person] = append(d.refused[event.Person], event.Item)
	}
	d.log.Add(event)
}

// inputRow takes a line of the input.
func (d *recommendData) inputRow(_ *tabbed, fields []string) {
	d.input = append(d.input, inputRow{field(fields, 0), splitList(field(fields, 1), ","), splitList(field(fields, 2), "|")})
}

// days reads a time as days since any moment: numbers are days, Unix seconds or
// milliseconds by their size.
func days(text string) (float64, bool) {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		switch {
		case n != n || n > 1e15 || n < -1e15:
			return 0, false
		case n > 1e11:
			return n / 86_400_000, true
		case n > 1e7:
			return n / 86_400, true
		}
		return n, true
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return float64(at.UnixMilli()) / 86_400_000, true
		}
	}
	return 0, false
}
