package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// feedCmd is opentime feed.
type feedCmd struct {
	Status   feedStatusCmd   `cmd:"" help:"How feeds do: when they were asked, what they hold, what is wrong."`
	Versions feedVersionsCmd `cmd:"" help:"The versions of a feed that are kept."`
	Rollback feedRollbackCmd `cmd:"" help:"Serve an older version of a feed."`
	Refresh  feedRefreshCmd  `cmd:"" help:"Ask a feed's source now; ends a rollback."`
}

// Help teaches the command.
func (feedCmd) Help() string {
	return `A feed that is broken, cut off or looks like half of one is refused, and the last good one serves on. These say so, and go back by hand. They speak to the server that runs.

  opentime feed status
  opentime feed versions films
  opentime feed rollback films                 to the one before, until the source has a newer one
  opentime feed rollback films 45b3d2 --hold   to that one, until somebody says refresh
  opentime feed refresh films --force          take what guard refuses`
}

// feedFlags say which server is asked.
type feedFlags struct {
	Path string `placeholder:"DIR" help:"A folder with an opentime.yaml."`
	JSON bool   `name:"json" help:"Print it for programs."`
	where
}

// ask asks the server that runs and returns its answer, printed already with
// --json.
func (f *feedFlags) ask(e *env, method, path string, body any) ([]byte, error) {
	s, err := openSite(f.Path, e)
	if err != nil {
		return nil, err
	}
	f.apply(s)
	token := e.getenv("OPENTIME_TOKEN_READ")
	if method == http.MethodPost {
		token = e.getenv("OPENTIME_TOKEN_INGEST")
	}
	client := newAdminClient(s.config.admin, token)
	var text, data []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("ask %s: %w", client.base, err)
		}
	}
	err = errNoServer
	if s.folder.embedded != nil || s.held() {
		data, err = client.do(method, path, text)
	}
	if errors.Is(err, errNoServer) {
		return nil, hint(fmt.Errorf("no server of this sender answers at %s", client.base), "start it with opentime serve; --admin and --data say where one is")
	}
	if err == nil && f.JSON {
		_, err = fmt.Fprintf(e.stdout, "%s\n", bytes.TrimSpace(data))
	}
	return data, err
}

// feedStatusCmd is opentime feed status.
type feedStatusCmd struct {
	Feed string `arg:"" optional:"" help:"One feed; all without it."`
	feedFlags
}

// Run prints how feeds do. It fails where one does.
func (c *feedStatusCmd) Run(e *env) error {
	data, err := c.ask(e, http.MethodGet, "/v1/feeds", nil)
	if err != nil {
		return err
	}
	var all []signals.FeedStatus
	if err := json.Unmarshal(data, &all); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	if c.Feed != "" {
		all = slices.DeleteFunc(all, func(s signals.FeedStatus) bool { return s.Feed != c.Feed })
		if len(all) == 0 {
			return fmt.Errorf("there is no feed %q", c.Feed)
		}
	}
	bad := false
	for i := range all {
		bad = bad || all[i].Error != ""
		if !c.JSON {
			printStatus(e.stdout, &all[i])
		}
	}
	if bad {
		return errProblems
	}
	return nil
}

// printStatus writes how a feed does for people.
func printStatus(w io.Writer, s *signals.FeedStatus) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	line(s.Feed, fmt.Sprintf("%s (%s)", s.Source, s.Format))
	switch v, rows := s.InUse, s.Profiles; {
	case v != nil:
		line("  in use", fmt.Sprintf("%s: %d items, of %s, received %s", v.Version, v.Items, timeText(v.Dated), timeText(v.Received)))
	case rows != nil:
		line("  taken", fmt.Sprintf("%d rows, of %s", rows.Rows, timeText(rows.Dated)))
		for _, why := range slices.Sorted(maps.Keys(rows.Ignored)) {
			line("  ignored", fmt.Sprintf("%d: %s", rows.Ignored[why], why))
		}
	default:
		line("  in use", "nothing yet")
	}
	switch {
	case s.Hold:
		line("  held", "rolled back until opentime feed refresh "+s.Feed)
	case s.RolledBack:
		line("  held", "rolled back until the source has a newer one")
	}
	source := fmt.Sprintf("asked %s, answered %s", timeText(s.Asked), timeText(s.Answered))
	if s.Age != "" {
		source += ", " + s.Age + " ago"
	}
	if s.Stale {
		source += ", stale"
	}
	line("  source", source)
	if s.Error != "" {
		line("  refused", fmt.Sprintf("since %s: %s", timeText(s.Failing), s.Error))
	}
	if p := s.Pictures; p != nil {
		line("  pictures", fmt.Sprintf("%d of %d are there, %d wait, %d failed", p.There, p.Named, p.Waiting, p.Failed))
		for _, problem := range p.Problems {
			line("", problem)
		}
		if p.Over > 0 {
			line("", fmt.Sprintf("%d more than can be fetched are left out", p.Over))
		}
	}
	if len(s.Problems) > 0 {
		line("  rows", fmt.Sprintf("%d left out", s.Refused))
	}
	for _, p := range s.Problems {
		line("", p)
	}
	_ = t.Flush()
}

// timeText is a moment for people; "never" if there is none.
func timeText(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// feedVersionsCmd is opentime feed versions.
type feedVersionsCmd struct {
	Feed string `arg:"" help:"The feed's name in opentime.yaml."`
	feedFlags
}

// Run prints the versions.
func (c *feedVersionsCmd) Run(e *env) error {
	data, err := c.ask(e, http.MethodGet, "/v1/feeds/"+c.Feed+"/versions", nil)
	if err != nil || c.JSON {
		return err
	}
	var list []signals.FeedVersion
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, v := range list {
		note := ""
		switch {
		case v.InUse:
			note = "in use"
		case v.Left:
			note = "rolled back from"
		}
		_, _ = fmt.Fprintf(t, "%s\t%d items\tof %s\treceived %s\t%d KB\t%s\n", v.Version, v.Items, timeText(v.Dated), timeText(v.Received), (v.Bytes+1023)/1024, note)
	}
	return t.Flush()
}

// feedRollbackCmd is opentime feed rollback.
type feedRollbackCmd struct {
	Feed    string `arg:"" help:"The feed's name in opentime.yaml."`
	Version string `arg:"" optional:"" help:"The version, or the beginning of it. The one before without it."`
	Hold    bool   `help:"Until opentime feed refresh, not until the source has a newer one."`
	feedFlags
}

// Run rolls back.
func (c *feedRollbackCmd) Run(e *env) error {
	data, err := c.ask(e, http.MethodPost, "/v1/feeds/"+c.Feed+"/rollback", map[string]any{"version": c.Version, "hold": c.Hold})
	if err != nil || c.JSON {
		return err
	}
	var v signals.FeedVersion
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	e.print("%s serves version %s: %d items, of %s", c.Feed, v.Version, v.Items, timeText(v.Dated))
	return nil
}

// feedRefreshCmd is opentime feed refresh.
type feedRefreshCmd struct {
	Feed  string `arg:"" help:"The feed's name in opentime.yaml."`
	Force bool   `help:"Take what guard would refuse."`
	feedFlags
}

// Run refreshes.
func (c *feedRefreshCmd) Run(e *env) error {
	data, err := c.ask(e, http.MethodPost, "/v1/feeds/"+c.Feed+"/refresh", map[string]any{"force": c.Force})
	if err != nil || c.JSON {
		return err
	}
	var r server.Refreshed
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	for _, p := range r.Problems {
		_, _ = fmt.Fprintln(e.stderr, p)
	}
	switch {
	case r.UnderWay:
		e.print("%s is still being read; opentime feed status %s says when it is done", c.Feed, c.Feed)
	case r.Unchanged:
		e.print("%s has not changed", c.Feed)
	case r.OfProfiles:
		e.print("%s has %d rows; %d are left out", c.Feed, r.Items, r.Refused)
	default:
		e.print("%s has %d items; %d rows are left out", c.Feed, r.Items, r.Refused)
	}
	return nil
}
