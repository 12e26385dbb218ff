package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/opentime/people"
	"example.com/opentime/store"
)

// importCmd is opentime import.
type importCmd struct {
	Profiles importProfilesCmd `cmd:"" help:"Profiles from a CSV."`
}

// importProfilesCmd is opentime import profiles.
type importProfilesCmd struct {
	File string `arg:"" help:"CSV with a line of names; - reads standard input."`
	Path string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
}

// Help teaches the command.
func (importProfilesCmd) Help() string {
	return `Brings in profiles. The columns are:

  r        the recipient: an id, or an id with its seal
  at       when the row was true, such as 2026-11-23T08:00:00Z; now without it
  consent  full, aggregate or none
  ...      every other column is an attribute that opentime.yaml declares, or locale, zone, country, city, postcode

The newest fact of each recipient wins; an older one is ignored, and said. An import without a date can lower consent, never raise it. Where a server runs it takes the rows; else they are written to its data.

  opentime import profiles people.csv`
}

// batchRows is how many rows are sent at once, so that a request stays small.
const batchRows = 500

// Run imports the rows.
func (c *importProfilesCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("import %s: %w", c.File, cause(err))
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	sink, done, err := s.profileSink(e)
	if err != nil {
		return err
	}
	sum, err := importRows(in, sink)
	if err = errors.Join(err, done()); err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	return tellApplied(e, c.File, sum)
}

// batch is rows that are handed over at once, and the lines they stand in.
type batch struct {
	rows  []people.Row
	lines []int
}

// importRows reads rows and hands them over in batches. The rows of its answer
// are lines of the file.
func importRows(in io.Reader, put func([]people.Row) (people.Applied, error)) (people.Applied, error) {
	var sum people.Applied
	var b batch
	flush := func() error {
		if len(b.rows) == 0 {
			return nil
		}
		answer, err := put(b.rows)
		if err != nil {
			return err
		}
		sum.Applied += answer.Applied
		sum.Ignored = append(sum.Ignored, b.inLines(answer.Ignored)...)
		sum.Refused = append(sum.Refused, b.inLines(answer.Refused)...)
		b = batch{}
		return nil
	}
	err := readRows(in, func(row people.Row, line int) error {
		b.rows, b.lines = append(b.rows, row), append(b.lines, line)
		if len(b.rows) < batchRows {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return sum, err
}

// inLines names rows by the lines they stand in.
func (b *batch) inLines(notes []people.RowNote) []people.RowNote {
	for i, note := range notes {
		if note.Row >= 1 && note.Row <= len(b.lines) {
			notes[i].Row = b.lines[note.Row-1]
		}
	}
	return notes
}

// tellApplied prints what became of the rows.
func tellApplied(e *env, file string, sum people.Applied) error {
	for _, row := range sum.Refused {
		_, _ = fmt.Fprintf(e.stderr, "%s:%d:1: %s\n", file, row.Row, row.Why)
	}
	for _, row := range sum.Ignored {
		_, _ = fmt.Fprintf(e.stderr, "%s:%d:1: note: ignored: %s\n", file, row.Row, row.Why)
	}
	e.print("%d applied, %d ignored, %d refused", sum.Applied, len(sum.Ignored), len(sum.Refused))
	if len(sum.Refused) > 0 {
		return errProblems
	}
	return nil
}

// readRows calls each for every row of a CSV.
func readRows(in io.Reader, each func(row people.Row, line int) error) error {
	r, err := csvReader(in)
	if err != nil {
		return err
	}
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("no line of names: %w", err)
	}
	header = slices.Clone(header)
	if !slices.Contains(header, "r") {
		return hint(errors.New(`no column "r"`), "r is the recipient's id, or what opentime sign made of it; there are: %s", strings.Join(header, ", "))
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		if err := each(rowOf(header, cells), line); err != nil {
			return err
		}
	}
}

// rowOf names a row's cells. Empty ones say nothing.
func rowOf(header, cells []string) people.Row {
	row := people.Row{Attributes: map[string]any{}}
	for i, cell := range cells[:min(len(cells), len(header))] {
		switch name := header[i]; {
		case name == "r":
			row.R = cell
		case cell == "" || name == "":
		case name == "at":
			row.At = cell
		case name == "consent":
			row.Consent = cell
		default:
			row.Attributes[name] = cell
		}
	}
	return row
}

// putOverHTTP hands rows to the server that runs.
func putOverHTTP(a *adminClient) func([]people.Row) (people.Applied, error) {
	return func(rows []people.Row) (people.Applied, error) {
		var answer people.Applied
		body, err := json.Marshal(rows)
		if err != nil {
			return answer, fmt.Errorf("write rows: %w", err)
		}
		data, err := a.do(http.MethodPut, "/v1/profiles", body)
		if errors.Is(err, errNoServer) {
			return answer, hint(fmt.Errorf("no server answers at %s", a.base), "start it with opentime serve")
		}
		if err != nil {
			return answer, err
		}
		if err := json.Unmarshal(data, &answer); err != nil {
			return answer, fmt.Errorf("read the server's answer: %w", err)
		}
		return answer, nil
	}
}

// storeFolder is where a site's store is.
func (s *site) storeFolder() string { return filepath.Join(s.folder.path(s.config.data), "store") }

// held reports whether a running server holds the site's data.
func (s *site) held() bool {
	if s.folder.embedded != nil || !s.folder.isDir(s.storeFolder()) {
		return false
	}
	opened, err := store.Open(s.storeFolder(), s.config.sender)
	if err != nil {
		return errors.Is(err, store.ErrLocked)
	}
	_ = opened.Close()
	return false
}

// profileSink returns what takes rows: the server that holds the site's data,
// else the data itself, and how to end it. The demo's data is its server's.
func (s *site) profileSink(e *env) (func([]people.Row) (people.Applied, error), func() error, error) {
	none := func() error { return nil }
	overHTTP := putOverHTTP(newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_INGEST")))
	if s.folder.embedded != nil {
		return overHTTP, none, nil
	}
	if err := os.MkdirAll(s.storeFolder(), 0o750); err != nil {
		return nil, nil, fmt.Errorf("open data: %w", err)
	}
	opened, err := store.Open(s.storeFolder(), s.config.sender)
	if errors.Is(err, store.ErrLocked) {
		return overHTTP, none, nil
	}
	if err != nil {
		return nil, nil, err
	}
	verify := func(string, string) bool { return false }
	if keys, err := siteKeys(s.folder, e); err == nil {
		verify = func(id, seal string) bool { return keys.Verify(s.config.sender, id, seal, e.now()) }
	}
	profiles := people.Open(opened, s.sender, s.config.consent, e.now, verify)
	return profiles.Put, opened.Close, nil
}
