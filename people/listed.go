package people

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/opentime/strict"
)

// Listed is a list of a data team: items for each recipient, and for everybody
// else. But for who is forgotten it never changes. It is safe for concurrent use.
type Listed struct {
	mu      sync.RWMutex
	persons map[listedKey]int32 // which row is theirs
	start   []uint32            // by row, where its items begin; one more for the end
	items   []int32             // best first
	ids     []string
}

// listedKey stands for a recipient: no id is kept.
type listedKey [16]byte

func keyOf(id string) listedKey {
	sum := sha256.Sum256([]byte(id))
	return listedKey(sum[:16])
}

// everybody is the recipient of what is for all who have no items of their own.
const everybody = "*"

// Limits of a list: some 20 bytes an item while it is read, 4 after that, and some
// 50 a recipient.
const (
	maxListedItems  = 20_000_000
	maxListedRows   = 3_000_000
	maxListedEach   = 1000 // items of one recipient in one row
	maxListedBroken = 20   // problems that are told
)

// listedItem is an item of a row as it was read.
type listedItem struct {
	row, item int32
	score     float32
}

// listedReader reads a list.
type listedReader struct {
	file      string
	forgotten func(id string) bool
	names     []string
	list      *Listed
	numbers   map[string]int32 // of items
	entries   []listedItem
	good      int
	wrong     int
	problems  []strict.Problem
}

// ReadListed reads a list in bounded memory: a CSV, with tabs or other separators,
// or JSON Lines, packed with gzip or not. Each row has items, best first with
// commas or semicolons between, or an item and its score, the highest first; and
// in r whose they are, with a seal or without. Those of * and of rows without an r
// are for everybody else. Rows that are wrong are told and left out; where they
// are most, or it is no list, nil is returned. Who is forgotten is passed over.
func ReadListed(file string, in io.Reader, forgotten func(id string) bool) (*Listed, []strict.Problem) {
	r := &listedReader{file: file, forgotten: forgotten, numbers: map[string]int32{}, list: &Listed{persons: map[listedKey]int32{}}}
	err := r.read(in)
	if err == nil && (r.good == 0 || r.wrong > r.good) {
		err = errors.New("most of its rows are wrong, or there are none; name another file")
	}
	if err != nil {
		return nil, append(r.problems, strict.Problem{File: file, Line: 1, Col: 1, Text: err.Error()})
	}
	r.list.pack(r.entries)
	return r.list, r.problems
}

func (r *listedReader) read(in io.Reader) error {
	table, err := strict.NewTable(in)
	if err != nil {
		return err
	}
	for {
		record, err := table.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !table.JSON && r.names == nil:
			if err := r.header(record.Cells); err != nil {
				return err
			}
			continue
		}
		if err := r.record(table, record); err != nil {
			return err
		}
	}
}

// header reads the names of columns.
func (r *listedReader) header(cells []string) error {
	for _, name := range cells {
		r.names = append(r.names, strings.TrimSpace(name))
	}
	if !slices.Contains(r.names, "items") && !slices.Contains(r.names, "item") {
		return errors.New("its first line names no column items or item; write r and items, or r, item and score")
	}
	return nil
}

// listedRow is a row: items in their order, or one with a score.
type listedRow struct {
	r     string
	items []string
	score float32
}

// record takes a record. What is wrong with it is noted; an error ends the list.
func (r *listedReader) record(table *strict.Table, record *strict.Record) error {
	why := record.Why
	var row listedRow
	switch {
	case why != "":
	case table.JSON:
		if err := record.Fields(row.field); err != nil {
			why = err.Error()
		}
	case len(record.Cells) != len(r.names):
		why = fmt.Sprintf("%d cells under %d names; quote texts with a separator in them", len(record.Cells), len(r.names))
	default:
		for i, cell := range record.Cells {
			if err := row.field(r.names[i], strings.TrimSpace(cell)); err != nil {
				why = err.Error()
			}
		}
	}
	if why == "" && len(row.items) == 0 {
		why = "no item; write its id"
	}
	if why != "" {
		if r.wrong++; len(r.problems) < maxListedBroken {
			r.problems = append(r.problems, strict.Problem{File: r.file, Line: record.Line, Col: max(1, record.Col), Text: why})
		}
		return nil
	}
	r.good++
	return r.add(&row)
}

// field takes a column, or a key of JSON. Those it does not know are notes.
func (row *listedRow) field(name string, value any) error {
	switch name {
	case "r":
		row.r = strings.TrimSpace(fmt.Sprint(value))
	case "item":
		row.items = append(row.items, fmt.Sprint(value))
	case "items":
		switch items := value.(type) {
		case string:
			row.items = strings.FieldsFunc(items, func(c rune) bool { return c == ',' || c == ';' })
		case []any:
			for _, item := range items {
				row.items = append(row.items, fmt.Sprint(item))
			}
		default:
			return fmt.Errorf("items: %v is no list of ids", value)
		}
	case "score":
		score, err := strconv.ParseFloat(fmt.Sprint(value), 32)
		if err != nil || math.IsNaN(score) {
			return fmt.Errorf("score: %q is no number", fmt.Sprint(value))
		}
		row.score = float32(score)
	}
	for i := range row.items {
		if row.items[i] = strings.TrimSpace(row.items[i]); row.items[i] == "" {
			return errors.New("an item without an id; write it, or remove the separator")
		}
	}
	return nil
}

// add adds the items of a row to those of its recipient.
func (r *listedReader) add(row *listedRow) error {
	id, _, _ := strings.Cut(row.r, ".") // the seal
	if id == "" {
		id = everybody
	}
	if r.forgotten != nil && r.forgotten(id) {
		return nil
	}
	who := keyOf(id)
	n, ok := r.list.persons[who]
	if !ok {
		n = int32(len(r.list.persons))
		r.list.persons[who] = n
	}
	for _, item := range row.items[:min(len(row.items), maxListedEach)] {
		i, ok := r.numbers[item]
		if !ok {
			i = int32(len(r.list.ids))
			item = strings.Clone(item) // else the whole line would be kept
			r.numbers[item] = i
			r.list.ids = append(r.list.ids, item)
		}
		r.entries = append(r.entries, listedItem{n, i, row.score})
	}
	if len(r.entries) > maxListedItems || len(r.list.persons) > maxListedRows {
		return fmt.Errorf("it has more than %d recipients or %d items of theirs; leave some out", maxListedRows, maxListedItems)
	}
	return nil
}

// pack lays the items of each recipient together, the highest score first, of
// equal ones in the order of the file.
func (l *Listed) pack(entries []listedItem) {
	l.start = make([]uint32, len(l.persons)+2)
	for i := range entries {
		l.start[entries[i].row+2]++
	}
	for row := 2; row < len(l.start); row++ {
		l.start[row] += l.start[row-1]
	}
	sorted := make([]listedItem, len(entries))
	for _, e := range entries {
		sorted[l.start[e.row+1]] = e
		l.start[e.row+1]++
	}
	l.start = l.start[:len(l.persons)+1]
	l.items = make([]int32, len(sorted))
	for row := range len(l.persons) {
		own := sorted[l.start[row]:l.start[row+1]]
		slices.SortStableFunc(own, func(a, b listedItem) int {
			switch {
			case a.score > b.score:
				return -1
			case a.score < b.score:
				return 1
			}
			return 0
		})
		for n, e := range own {
			l.items[int(l.start[row])+n] = e.item
		}
	}
}

// of returns the items for a recipient, "" of whom nothing may be told, by their
// numbers.
func (l *Listed) of(recipient string) []int32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	row, ok := l.persons[keyOf(recipient)]
	if recipient == "" || !ok {
		if row, ok = l.persons[keyOf(everybody)]; !ok {
			return nil
		}
	}
	return l.items[l.start[row]:l.start[row+1]]
}

// forget removes recipients. What items were theirs says nothing without them.
func (l *Listed) forget(persons ...listedKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range persons {
		delete(l.persons, p)
	}
}

// Recipients is how many have items of their own, everybody being one.
func (l *Listed) Recipients() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.persons)
}

// Items are the ids of all items that are in it, each once. They must not be changed.
func (l *Listed) Items() []string { return l.ids }
