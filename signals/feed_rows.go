package signals

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// tableRows reads the rows of a table, whose cells may be quoted as RFC 4180 has
// it, and often are not: exports write 7" RECORD and "SOFT" TOYS as they are. A
// row is what the number of its cells says it is. So a stray quote costs its own
// row at most, never the rows below it.
type tableRows struct {
	in      *bufio.Reader
	comma   string
	lenient bool        // a row with stray quotes is cut at its separators
	ahead   []tableLine // read, and not taken yet
	long    []byte
	number  int // of the line taken last, from 1
}

// tableLine is a line without its line break, and whether it had one.
type tableLine struct {
	text  string
	whole bool
}

// tableCells is a row. It owns its cells.
type tableCells struct {
	cells []string
	line  int  // its first line
	whole bool // a line break ends it
	open  bool // its last cell begins with a quote that does not end: it may go on
	stray bool // its quotes are not those of a table; then it has no cells
}

// A row whose quotes do not end on its line is looked for on as many lines and
// bytes.
const (
	maxRowLines = 1000
	maxRowAhead = 256 << 10
)

// next returns the next row, which is meant to have as many cells; 0 if that is
// not known. It returns io.EOF behind the last.
func (r *tableRows) next(meant int) (tableCells, error) {
	line, err := r.take()
	for err == nil && line.text == "" {
		line, err = r.take()
	}
	if err != nil {
		return tableCells{}, err
	}
	row := tableCells{line: r.number, whole: line.whole}
	cells, quotes := splitQuoted(line.text, r.comma)
	if quotes == quotesEnd && (meant == 0 || len(cells) == meant) {
		row.cells = cells
		return row, nil
	}
	plain := strings.Split(line.text, r.comma)
	if quotes == quotesOpen {
		joined, whole, err := r.joined(line, meant, r.lenient && len(plain) == meant)
		if err != nil {
			return tableCells{}, err
		}
		if joined != nil {
			row.cells, row.whole = joined, whole
			return row, nil
		}
	}
	if r.lenient && len(plain) == meant {
		row.open = quotes == quotesOpen && strings.HasPrefix(plain[meant-1], `"`)
		row.cells = unquoteEach(plain)
		return row, nil
	}
	switch {
	case quotes == quotesEnd:
		row.cells = cells
	case r.lenient:
		row.cells = unquoteEach(plain)
	default:
		row.stray = true
	}
	return row, nil
}

// joined takes the lines on which the quotes of a row end, and returns its cells,
// and whether a line break ends it. Where that makes no row with as many cells as
// are meant, it takes none and returns nil. If it is doubted, because the line
// looks like a row by itself, no line may look like one.
func (r *tableRows) joined(first tableLine, meant int, doubted bool) ([]string, bool, error) {
	text := strings.Builder{}
	text.WriteString(first.text)
	odd := strings.Count(first.text, `"`)%2 == 1
	for n := range maxRowLines {
		line, err := r.peek(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, false, err
		}
		if text.Len()+len(line.text) > maxRowAhead || doubted && strings.Count(line.text, r.comma) >= meant-1 {
			break
		}
		text.WriteByte('\n')
		text.WriteString(line.text)
		odd = odd != (strings.Count(line.text, `"`)%2 == 1)
		if odd {
			continue
		}
		cells, quotes := splitQuoted(text.String(), r.comma)
		if quotes != quotesEnd || meant > 0 && len(cells) != meant {
			break
		}
		r.ahead = r.ahead[n+1:]
		r.number += n + 1
		return cells, line.whole, nil
	}
	return nil, false, nil
}

// take returns the next line.
func (r *tableRows) take() (tableLine, error) {
	line, err := r.peek(0)
	if err == nil {
		r.ahead = r.ahead[1:]
		r.number++
	}
	return line, err
}

// peek returns the line that is n lines on.
func (r *tableRows) peek(n int) (tableLine, error) {
	for len(r.ahead) <= n {
		text, err := wholeLine(r.in, &r.long)
		if err != nil && !errors.Is(err, io.EOF) {
			return tableLine{}, fmt.Errorf("read table: %w", err)
		}
		if len(text) == 0 {
			return tableLine{}, io.EOF
		}
		line, whole := strings.CutSuffix(string(text), "\n")
		r.ahead = append(r.ahead, tableLine{text: strings.TrimSuffix(line, "\r"), whole: whole})
	}
	return r.ahead[n], nil
}

// quoting is what splitQuoted found.
type quoting int

const (
	quotesEnd   quoting = iota // each quote has its other
	quotesOpen                 // the last one has none
	quotesStray                // one has something else than a separator behind it, or before it
)

// splitQuoted cuts a row at its separators, where quotes hold together what is
// between them.
func splitQuoted(row, comma string) ([]string, quoting) {
	if !strings.Contains(row, `"`) {
		return strings.Split(row, comma), quotesEnd
	}
	var cells []string
	for {
		if !strings.HasPrefix(row, `"`) {
			cell, rest, more := strings.Cut(row, comma)
			if strings.Contains(cell, `"`) {
				return nil, quotesStray
			}
			cells = append(cells, cell)
			if !more {
				return cells, quotesEnd
			}
			row = rest
			continue
		}
		end := closingQuote(row)
		if end < 0 {
			return nil, quotesOpen
		}
		cells = append(cells, strings.ReplaceAll(row[1:end], `""`, `"`))
		row = row[end+1:]
		if row == "" {
			return cells, quotesEnd
		}
		if !strings.HasPrefix(row, comma) {
			return nil, quotesStray
		}
		row = row[len(comma):]
	}
}

// closingQuote is where the quote that a text begins with ends; negative if it
// does not.
func closingQuote(text string) int {
	for at := 1; ; {
		next := strings.IndexByte(text[at:], '"')
		if next < 0 {
			return -1
		}
		at += next
		if !strings.HasPrefix(text[at+1:], `"`) {
			return at
		}
		at += 2
	}
}

// unquoteEach takes the quotes off those cells that are quoted whole.
func unquoteEach(cells []string) []string {
	for i, cell := range cells {
		if strings.HasPrefix(cell, `"`) && len(cell) > 1 && closingQuote(cell) == len(cell)-1 {
			cells[i] = strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
		}
	}
	return cells
}
