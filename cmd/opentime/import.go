package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"example.com/opentime/people"
	"example.com/opentime/strict"
)

// importCmd is opentime import.
type importCmd struct {
	Profiles importProfilesCmd `cmd:"" help:"Profiles from a CSV or JSON Lines."`
	Events   importEventsCmd   `cmd:"" help:"What recipients did, such as orders of a shop or a till, from a CSV or JSON Lines."`
}

// importFile are the file that is imported and what becomes of it.
type importFile struct {
	File   string `arg:"" help:"CSV with a line of names, or JSON Lines; packed with gzip or not; - reads standard input."`
	Path   string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	Errors string `placeholder:"FILE" help:"Where rows that are refused go. people.errors.csv beside people.csv."`
	JSON   bool   `name:"json" help:"Print what became of the rows as JSON."`
	where
}

// importProfilesCmd is opentime import profiles.
type importProfilesCmd struct{ importFile }

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
	return c.run(e, func(r *importRun, s *site) {
		r.open = func(name string, in io.Reader) (*people.File, []strict.Problem) {
			return people.OpenFile(name, in, s.sender.Attributes)
		}
	})
}

// importEventsCmd is opentime import events.
type importEventsCmd struct {
	importFile
	Kind    string `placeholder:"KIND" default:"bought" help:"Of rows that name none: bought, if left out."`
	Channel string `placeholder:"NAME" help:"Of rows that name none, such as till."`
}

// Help teaches the command.
func (importEventsCmd) Help() string {
	return `Brings in what recipients did: a table of orders, say, of a shop or a till without a line. The columns, or the keys of each object, are:

  r        the recipient: an id, or an id with its seal
  id       what the row is known by when it comes again, such as an order's number and line
  kind     viewed, carted, uncarted, bought, wished, unwished, rated, searched or unbought, which takes back what was bought under its id; --kind where it is left out
  at       when it was, such as 2026-11-23T18:12:00Z; without it when the import began
  item     the item's id
  tags     what it is about, beside the item's own tags; between semicolons
  channel  web, till, ...; --channel where it is left out
  count    how many; price, what one costs, such as 9.00 EUR; value, of a rating; search, what was searched for

Each row counts once, however often it is imported: by its id or, without one, by what it says. Nothing is kept of who was forgotten or consents to nothing. Where a server runs it takes the rows; else they are written to its data.

  opentime import events orders.csv
  opentime import events till-2025.csv.gz --channel till

An import that was stopped or killed goes on where it was when the same file is imported again. Rows that are refused stand in the file of errors as they were, with their line and the reason before them: put them right and import that file.`
}

// Run imports the rows.
func (c *importEventsCmd) Run(e *env) error {
	if kinds := people.EventKinds(); !slices.Contains(kinds, c.Kind) {
		return usageError{fmt.Sprintf("unknown kind %q; %s", c.Kind, strict.DidYouMean(c.Kind, kinds))}
	}
	return c.run(e, func(r *importRun, _ *site) {
		r.open = people.OpenEvents
		r.like = people.Piece{Events: true, Kind: c.Kind, Channel: c.Channel}
		// The same file may hold profiles, or be imported as of another channel.
		r.id = sha256.Sum256(fmt.Appendf(nil, "events\n%s\n%s\n%s", c.Kind, c.Channel, r.source.id))
	})
}

// run imports the rows; begin says what they are.
func (c *importFile) run(e *env, begin func(*importRun, *site)) error {
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
	begin(run, s)
	err = run.run(ctx)
	if err = errors.Join(err, done()); err != nil {
		if errors.Is(err, errProblems) {
			return err
		}
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	return run.tell(c.JSON)
}

// errorsFile is where rows that are refused go, without its ending; "": nowhere.
func (c *importFile) errorsFile() string {
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
