package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

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
	where
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

// Run imports the rows.
func (c *importProfilesCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
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
	sum, err := people.Import(in, s.sender.Attributes, sink)
	if err = errors.Join(err, done()); err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	return tellApplied(e, c.File, sum)
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
