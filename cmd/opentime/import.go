package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
)

// importCmd is opentime import.
type importCmd struct {
	Profiles importProfilesCmd `cmd:"" help:"Profiles from a CSV or JSON Lines."`
}

// importProfilesCmd is opentime import profiles.
type importProfilesCmd struct {
	File   string `arg:"" help:"CSV with a line of names, or JSON Lines; packed with gzip or not; - reads standard input."`
	Path   string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	Errors string `placeholder:"FILE" help:"Where rows that are refused go. people.errors.csv beside people.csv."`
	JSON   bool   `name:"json" help:"Print what became of the rows as JSON."`
	where
}

// Help teaches the command.
func (importProfilesCmd) Help() string {
	return `Brings in profiles. The columns, or the keys of each object, are:

  r        the recipient: an id, or an id with its seal
  at       when the row was true, such as 2026-11-23T08:00:00Z; without it when the import began
  consent  full, aggregate or none
  ...      every other one is an attribute that opentime.yaml declares, or locale, zone, country, city, postcode

The newest fact of each recipient wins, of equals the last; an older one is ignored. An import without a date can lower consent, never raise it. Where a server runs it takes the rows; else they are written to its data.

  opentime import profiles people.csv
  opentime import profiles people.jsonl.gz --errors refused.jsonl

An import that was stopped or killed goes on where it was when the same file is imported again. Rows that are refused stand in the file of errors as they were, with their line and the reason before them: put them right and import that file.`
}

// Run imports the rows.
func (c *importProfilesCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
	if c.Errors != "" && absolute(c.Errors) == absolute(c.File) {
		return usageError{fmt.Sprintf("--errors would write over %s; name another file", c.File)}
	}
	source, err := openSource(c.File)
	if err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	defer source.close()
	sink, done, err := s.importer(e)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	run := newImportRun(e, source, sink, c.errorsFile())
	err = run.run(ctx, s.sender.Attributes)
	if err = errors.Join(err, done()); err != nil {
		if errors.Is(err, errProblems) {
			return err
		}
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	return run.tell(c.JSON)
}

// errorsFile is where rows that are refused go, without its ending; "": nowhere.
func (c *importProfilesCmd) errorsFile() string {
	if c.Errors != "" || c.File == "-" {
		return c.Errors
	}
	name := strings.TrimSuffix(c.File, ".gz")
	for _, ending := range []string{".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json"} {
		if bare, ok := strings.CutSuffix(name, ending); ok {
			return bare + ".errors" + ending
		}
	}
	return name + ".errors"
}
