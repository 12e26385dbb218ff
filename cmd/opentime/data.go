package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/opentime/signals"
)

// dataCmd is opentime data.
type dataCmd struct {
	List  dataListCmd  `cmd:"" default:"withargs" help:"All data in use: of when it is, its licence, what is wrong with it."`
	Fetch dataFetchCmd `cmd:"" help:"Download the databases of addresses and Apple's list that opentime.yaml names."`
}

// Help teaches the command.
func (dataCmd) Help() string {
	return `Places, networks and clients are known from files that grow old. This lists them, of the server that runs, or else as it would have them.

  opentime data                   all of it; exits with 1 where something is old or was not accepted
  opentime data fetch             what opentime.yaml names: geo, asn, relays
  opentime data fetch relays`
}

// dataListCmd is opentime data list, which opentime data is, too.
type dataListCmd struct {
	feedFlags
}

// Run prints all data in use. It fails where some is old or was not accepted.
func (c *dataListCmd) Run(e *env) error {
	list, err := c.list(e)
	if err != nil {
		return err
	}
	bad := false
	for i := range list {
		bad = bad || list[i].Old || list[i].Error != ""
	}
	if c.JSON {
		err = writeJSON(e.stdout, list)
	} else {
		err = printData(e.stdout, list)
	}
	if err == nil && bad {
		return errProblems
	}
	return err
}

// list asks the server that runs or, where none does, one that listens to
// nothing.
func (c *dataListCmd) list(e *env) ([]signals.DataFile, error) {
	s, err := openSite(c.Path, e)
	if err != nil {
		return nil, err
	}
	c.apply(s)
	var data []byte
	err = errNoServer
	if s.folder.embedded != nil || s.held() {
		data, err = newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_READ")).do(http.MethodGet, "/v1/data", nil)
	}
	if err == nil {
		var list []signals.DataFile
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, fmt.Errorf("read the server's answer: %w", err)
		}
		return list, nil
	}
	if !errors.Is(err, errNoServer) {
		return nil, err
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the list says what is wrong
	s.campaigns = nil                              // none is asked about
	asks, done, err := s.server(anyKeys(e))
	if err != nil {
		return nil, err
	}
	defer done()
	return asks.Data(), nil
}

// printData writes a list of data for people.
func printData(w io.Writer, list []signals.DataFile) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	for _, d := range list {
		line(d.Name, d.Holds, whereData(d))
		of := ""
		if !d.Date.IsZero() {
			of = fmt.Sprintf("%s, %d days", d.Date.Format(time.DateOnly), d.Days)
		}
		if d.Old {
			of += ": old"
		}
		for _, note := range [][]string{
			{"  of", of}, {"  licence", d.Licence}, {"  say", d.Say}, {"  refused", d.Error}, {"  so", d.Why}, {"  do", d.Do},
		} {
			if note[1] != "" {
				line(note...)
			}
		}
	}
	return t.Flush()
}

// whereData says where data is from.
func whereData(d signals.DataFile) string {
	switch {
	case d.BuiltIn:
		return "built in"
	case d.File != "":
		return d.File
	case !d.InUse:
		return "none"
	}
	return ""
}
