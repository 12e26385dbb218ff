package signals

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// eachRow reads a table of tab-separated rows: the line "# <date>", lines of
// remarks that begin with "#", a line of column names, then rows of as many
// columns. It hands on each row and returns the date.
func eachRow(name string, data []byte, columns int, row func(fields []string) error) (time.Time, error) {
	if !utf8.Valid(data) {
		return time.Time{}, fmt.Errorf("read %s: not UTF-8", name)
	}
	lines := strings.Split(strings.TrimPrefix(string(data), "\uFEFF"), "\n")
	stamp, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(lines[0]), "# "), " ")
	date, err := time.Parse(time.DateOnly, stamp)
	if err != nil {
		return date, fmt.Errorf("read %s:1: the first line is no date; write # 2026-11-22", name)
	}
	named := false
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != columns {
			return date, fmt.Errorf("read %s:%d: %d columns; write %d, parted by tabs", name, i+1, len(fields), columns)
		}
		if !named {
			named = true
			continue
		}
		if err := row(fields); err != nil {
			return date, fmt.Errorf("read %s:%d: %w", name, i+1, err)
		}
	}
	return date, nil
}
