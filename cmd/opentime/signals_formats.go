package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/opentime/rules"
)

// inOneTable is how many locales a table of formats has columns for.
const inOneTable = 3

// formatJSON is a format for programs.
type formatJSON struct {
	Format  string            `json:"format"`
	Types   []string          `json:"types"`
	Written map[string]string `json:"written"` // by locale
}

// printFormats writes the formats, with what they write in some locales.
func printFormats(out io.Writer, locales []string, asJSON bool) error {
	if asJSON {
		all := []formatJSON{}
		for _, f := range rules.ListFormats(locales) {
			x := formatJSON{Format: f.Format, Types: formatTypes(f), Written: map[string]string{}}
			for i, locale := range locales {
				x.Written[locale] = f.Written[i]
			}
			all = append(all, x)
		}
		return printJSON(out, all)
	}
	w := bufio.NewWriter(out)
	for some := range slices.Chunk(locales, inOneTable) {
		formats := rules.ListFormats(some)
		t := columns{w: w, widths: make([]int, 1+len(some))}
		head := append([]string{"In texts, as {signal|format}"}, some...)
		t.measure(head...)
		for _, f := range formats {
			t.measure(formatCells(f)...)
		}
		t.row(append(head, "of")...)
		for _, f := range formats {
			t.row(append(formatCells(f), strings.Join(formatTypes(f), ", "))...)
		}
		_, _ = fmt.Fprintln(w)
	}
	_, _ = fmt.Fprintln(w, "Without a format a value is written by its type: money as money, a moment as moment. In links it is written as programs\nread it: 1234.5, 2026-11-27. 'Two words' of plural stand in quotes.")
	return w.Flush()
}

// formatCells are a format's columns but the last.
func formatCells(f rules.ListedFormat) []string {
	name := "  {...|" + f.Format + "}"
	if f.Format == "" {
		name = "  {" + f.Types[0].String() + "}"
	}
	return append([]string{name}, f.Written...)
}

func formatTypes(f rules.ListedFormat) []string {
	names := make([]string, len(f.Types))
	for i, t := range f.Types {
		names[i] = t.String()
	}
	return names
}
