package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// forecastCmd is opentime forecast.
type forecastCmd struct {
	Campaign  string   `arg:"" optional:"" help:"The campaign; all of them without it."`
	Path      string   `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	Profiles  string   `required:"" placeholder:"FILE" help:"CSV as opentime import profiles reads it; - reads standard input."`
	At        []string `placeholder:"TIME" sep:"none" help:"When everybody opens: 2026-12-01 20:15, in the campaign's zone; may be repeated. Now without it."`
	From      string   `placeholder:"TIME" help:"When the mail is sent: everybody opens then, and again and again until --to."`
	To        string   `placeholder:"TIME" help:"The last moment of --from; three days later without it."`
	Every     string   `placeholder:"DURATION" default:"6h" help:"How often from --from to --to."`
	Client    []string `placeholder:"NAME" sep:"none" help:"A client of the table; may be repeated. chrome, gmail and apple-mpp without it: a person's, a mail proxy, one that fetches ahead."`
	Locale    string   `placeholder:"LOCALE" help:"The links' l."`
	Parameter []string `placeholder:"NAME=VALUE" sep:"none" help:"A parameter of the links, the same for everybody; may be repeated."`
	Trust     string   `placeholder:"TRUST" default:"signed" help:"How far the links prove their recipients: claimed, keyed or signed."`
	Given     []string `placeholder:"SIGNAL=VALUE" sep:"none" help:"What is known beside profiles, places and catalogue, as a test's given: weather.rain=true; may be repeated."`
	JSON      bool     `name:"json" help:"Print it for programs."`
	where     `embed:""`
}

// Help teaches the command.
func (forecastCmd) Help() string {
	return `Decides, for everybody in a file of profiles, what a mail would show, by the very code that serves, and counts: how many different pictures there will be, block by block, how many of them only because a text or number of the recipient's own is drawn, which rules are taken how often, and which nobody in the file reaches, and why. Nothing is drawn or kept.

Each profile opens at each moment in each client. What passes is not known ahead: weather is unknown unless it is given, stock is what it is now, and an address tells no place, so that people are at their profile's home.

  opentime forecast weekly-films --profiles people.csv
  opentime forecast weekly-films --profiles people.csv --from '2026-12-01 08:00'      the first three days
  opentime forecast weekly-films --profiles people.csv --given weather.rain=true --given stock.dune-3=0

A million profiles that open once in three clients need some minutes of a processor, and hardly more memory than a thousand: beyond some hundred thousand pictures of a block their number is an estimate, and said to be about so many. A recipient who is in the file twice counts twice.`
}

// Run prints the forecast.
func (c *forecastCmd) Run(e *env) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
	run, err := c.prepare()
	if err != nil {
		return err
	}
	if err := c.campaigns(e, s, run); err != nil {
		return err
	}
	in := io.Reader(os.Stdin)
	if c.Profiles != "-" {
		f, err := os.Open(c.Profiles)
		if err != nil {
			return fmt.Errorf("read %s: %w", c.Profiles, cause(err))
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	a, err := startSite(anyKeys(e), s, serveOptions{idle: true, apart: s.held()})
	if err != nil {
		return err
	}
	defer func() { _ = a.stop() }()
	// An hour that is to come has no weather yet, and nobody is asked for that of
	// every home in the file.
	a.gatherer.Swap(func(sources *signals.Sources) { sources.Weather = nil })
	if err := run.begin(a.server); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	sum, err := run.read(ctx, e, in, s)
	if err != nil {
		return fmt.Errorf("forecast %s: %w", c.Profiles, err)
	}
	report := run.report()
	report.file, report.Refused = filepath.Base(c.Profiles), len(sum.Refused)
	for _, row := range sum.Refused {
		_, _ = fmt.Fprintf(e.stderr, "%s:%d:1: %s\n", c.Profiles, row.Row, row.Why)
	}
	if c.JSON {
		err = writeJSON(e.stdout, report)
	} else {
		report.print(e.stdout)
	}
	if err == nil && report.Refused > 0 {
		err = errProblems
	}
	return err
}

// campaigns adds those that are asked about, and leaves no other in the site.
func (c *forecastCmd) campaigns(e *env, s *site, run *forecastRun) error {
	if c.Campaign != "" {
		asked, err := s.campaign(c.Campaign)
		if err != nil {
			return err
		}
		s.campaigns = []*campaign{asked}
	}
	if len(s.campaigns) == 0 {
		return fmt.Errorf("there is no campaign in %s", s.folder.path(s.config.campaigns))
	}
	for _, asked := range s.campaigns {
		if asked.bad {
			return e.tell(s.problemsIn(asked.File), false)
		}
		moments, err := c.moments(e.now(), asked.Zone)
		if err != nil {
			return err
		}
		run.add(asked.Campaign, moments)
	}
	return nil
}

// prepare makes the forecast of what the flags say.
func (c *forecastCmd) prepare() (*forecastRun, error) {
	open := signals.Open{Locale: c.Locale}
	var err error
	if open.Trust, err = rules.ParseTrust(c.Trust); err != nil {
		return nil, usageError{"--trust: " + err.Error()}
	}
	for _, text := range c.Parameter {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, usageError{fmt.Sprintf("--parameter %q has no value; write name=value", text)}
		}
		open.Parameters = append(open.Parameters, signals.Parameter{Name: name, Value: value})
	}
	known, err := signals.LoadClients(assets.FS)
	if err != nil {
		return nil, fmt.Errorf("load client tables: %w", err)
	}
	run := &forecastRun{given: c.Given}
	run.clients, err = c.clients(known, open)
	return run, err
}

// clients are those who open, each with what its opens have in common.
func (c *forecastCmd) clients(known *signals.Clients, open signals.Open) ([]forecastClient, error) {
	names := c.Client
	if len(names) == 0 {
		names = []string{"chrome", "gmail", "apple-mpp"}
	}
	if len(names) > markBits {
		return nil, usageError{fmt.Sprintf("%d clients are too many; name at most %d", len(names), markBits)}
	}
	var all []forecastClient
	for _, name := range names {
		headers, ok := known.Named(name)
		if !ok {
			return nil, usageError{fmt.Sprintf("unknown client %q; %s", name, strict.DidYouMean(name, known.Names()))}
		}
		open.Client, open.Address = known.Classify(headers), headers.Address
		all = append(all, forecastClient{name, open})
	}
	return all, nil
}

// maxMoments bounds how often everybody opens.
const maxMoments = 1000

// firstDays is how long a mail is looked at that is sent.
const firstDays = 3 * 24 * time.Hour

// moments are when everybody opens.
func (c *forecastCmd) moments(now time.Time, zone *time.Location) ([]time.Time, error) {
	read := func(flag, text string) (time.Time, error) {
		at, ok := parseTime(text, zone)
		if !ok {
			return at, usageError{fmt.Sprintf("--%s %q is no time; write 2026-12-01T20:15:00+01:00 or 2026-12-01 20:15", flag, text)}
		}
		return at.In(zone), nil
	}
	var all []time.Time
	for _, text := range c.At {
		at, err := read("at", text)
		if err != nil {
			return nil, err
		}
		all = append(all, at)
	}
	every, ok := strict.ParseDuration(c.Every)
	if !ok || every <= 0 {
		return nil, usageError{fmt.Sprintf("--every %q is no duration; write one such as 6h or 1d", c.Every)}
	}
	switch {
	case c.From == "" && c.To != "":
		return nil, usageError{"--to needs --from; say when the mail is sent"}
	case c.From != "":
		from, err := read("from", c.From)
		to := from.Add(firstDays)
		if err == nil && c.To != "" {
			to, err = read("to", c.To)
		}
		if err != nil {
			return nil, err
		}
		if to.Before(from) {
			return nil, usageError{fmt.Sprintf("--to %q is before --from; write a later time", c.To)}
		}
		for at := from; !at.After(to) && len(all) <= maxMoments; at = at.Add(every) {
			all = append(all, at)
		}
	case len(all) == 0:
		all = append(all, now.In(zone))
	}
	if len(all) > maxMoments {
		return nil, usageError{fmt.Sprintf("more than %d moments; raise --every", maxMoments)}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal), nil
}

// forecastClient is a client with an open of it, of nobody and no moment yet.
type forecastClient struct {
	name string
	open signals.Open
}

// read reads the profiles and decides their opens.
func (r *forecastRun) read(ctx context.Context, e *env, in io.Reader, s *site) (people.Applied, error) {
	// A seal lets a link show what is known; here nobody is shown anything.
	unchecked := func(string, string) bool { return true }
	profiles := people.Open(nil, s.sender, s.config.consent, e.now, unchecked)
	done := r.start()
	sum, err := people.Import(in, s.sender.Attributes, func(rows []people.Row) (people.Applied, error) {
		return r.put(ctx, profiles, rows)
	})
	return sum, errors.Join(err, done())
}
