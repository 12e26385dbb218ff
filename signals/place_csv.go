package signals

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// errNoMoreRows is the end of a CSV.
var errNoMoreRows = errors.New("no more rows")

// csvRows reads a CSV row by row and goes on after a broken one.
type csvRows struct {
	reader *csv.Reader
	line   int
}

func newCSV(data []byte) *csvRows {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	return &csvRows{reader: r}
}

// next returns the next row and the line it begins in, errNoMoreRows, or what
// is wrong with that line.
func (c *csvRows) next() ([]string, int, error) {
	fields, err := c.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, c.line + 1, errNoMoreRows
	}
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		c.line = broken.Line
		return nil, broken.StartLine, fmt.Errorf("read row: %w", broken.Err)
	}
	if err != nil {
		return nil, c.line + 1, fmt.Errorf("read row: %w", err)
	}
	c.line, _ = c.reader.FieldPos(0)
	return fields, c.line, nil
}
