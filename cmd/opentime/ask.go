package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// askFlags make up an open: those of explain and preview.
type askFlags struct {
	Block     string   `arg:"" name:"campaign/block[/position]" help:"What is looked at: weekly-films/hero, weekly-films/picks/3, or a link of it, in quotes."`
	Path      string   `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	R         string   `name:"r" placeholder:"ID" help:"The recipient: an id, or an id with its seal, which is verified."`
	Trust     string   `placeholder:"TRUST" help:"How far the link proves them: anonymous, claimed, keyed or signed. Signed with --r."`
	At        string   `placeholder:"TIME" help:"When it is opened: 2026-12-01T20:15:00+01:00, or 2026-12-01 20:15 in the campaign's zone. Now without it."`
	Address   string   `placeholder:"IP" help:"Where it is opened from."`
	UserAgent string   `placeholder:"UA" help:"User-Agent of the client."`
	Client    string   `placeholder:"NAME" help:"A client of the table, instead of --user-agent: gmail, apple-mpp, outlook-windows. A person's browser without either."`
	Locale    string   `placeholder:"LOCALE" help:"The link's l."`
	Parameter []string `placeholder:"NAME=VALUE" sep:"none" help:"A parameter of the link; may be repeated."`
	X         string   `name:"x" placeholder:"SEAL" help:"The link's x, which proves its parameters."`
	where     `embed:""`
	Given     []string `placeholder:"SIGNAL=VALUE" sep:"none" help:"Replaces what was gathered, as a test's given: stock.dune-3=0; may be repeated."`
}

// ask makes the question of the flags.
func (f *askFlags) ask(s *site, parts []string) (server.Ask, error) {
	c, err := s.campaign(parts[0])
	if err != nil {
		return server.Ask{}, err
	}
	b, err := c.block(parts[1])
	if err != nil {
		return server.Ask{}, err
	}
	ask := server.Ask{
		Campaign: c.ID, Block: b.ID, Position: 1, UserAgent: f.UserAgent,
		Client: f.Client, Locale: f.Locale, Given: f.Given, Sealed: f.X,
	}
	ask.Recipient, ask.Seal, _ = strings.Cut(f.R, ".")
	if len(parts) == 3 {
		if ask.Position, err = strconv.Atoi(parts[2]); err != nil || ask.Position < 1 || ask.Position > b.Positions {
			return ask, usageError{fmt.Sprintf("block %q has no position %q; it has 1 to %d", b.ID, parts[2], b.Positions)}
		}
	}
	return ask, f.rest(&ask, c.Zone)
}

// rest reads the flags that are more than a word.
func (f *askFlags) rest(ask *server.Ask, zone *time.Location) error {
	if f.Trust != "" {
		trust, err := rules.ParseTrust(f.Trust)
		if err != nil {
			return usageError{err.Error()}
		}
		ask.Trust = &trust
	}
	if ask.Recipient == "" && ask.Trust != nil && *ask.Trust != rules.Anonymous {
		return usageError{"a trust above anonymous needs a recipient; name one with --r"}
	}
	if f.R != "" && refusal(ask.Recipient) != "" {
		return usageError{fmt.Sprintf("--r: %s", refusal(ask.Recipient))}
	}
	if _, seal, sealed := strings.Cut(f.R, "."); sealed && len(seal) != server.SealLength {
		return usageError{fmt.Sprintf("--r: the seal has %d characters, and %d are right", len(seal), server.SealLength)}
	}
	if f.At != "" {
		at, ok := parseTime(f.At, zone)
		if !ok {
			return usageError{fmt.Sprintf("--at %q is no time; write 2026-12-01T20:15:00+01:00 or 2026-12-01 20:15", f.At)}
		}
		ask.At = at
	}
	if f.Address != "" {
		address, err := netip.ParseAddr(f.Address)
		if err != nil {
			return usageError{fmt.Sprintf("--address %q is no address; write one such as 203.0.113.7", f.Address)}
		}
		ask.Address = address
	}
	for _, text := range f.Parameter {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return usageError{fmt.Sprintf("--parameter %q has no value; write name=value", text)}
		}
		ask.Parameters = append(ask.Parameters, server.Parameter{Name: name, Value: value})
	}
	if i := slices.IndexFunc(f.Given, func(g string) bool { return !strings.Contains(g, "=") }); i >= 0 {
		return usageError{fmt.Sprintf("--given %q has no value; write signal=value", f.Given[i])}
	}
	return nil
}

// parseTime reads a moment, in zone where it names none.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	if zone == nil {
		zone = time.UTC
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// takeLink takes what a link says for the flags that say it.
func (f *askFlags) takeLink() error {
	link, ok := server.ParseLink(splitLink(f.Block))
	if !ok || link.Block == "" {
		return usageError{fmt.Sprintf("%q is no link of a block; write it whole, in quotes, or CAMPAIGN/BLOCK", f.Block)}
	}
	f.Block = link.Campaign + "/" + link.Block + "/" + strconv.Itoa(link.Position)
	if f.R == "" && link.Recipient != "" {
		if f.R = link.Recipient; link.Seal != "" {
			f.R += "." + link.Seal
		} else if f.Trust == "" {
			f.Trust = rules.Claimed.String()
		}
	}
	if f.Locale == "" {
		f.Locale = link.Locale
	}
	for _, p := range link.Parameters {
		f.Parameter = append(f.Parameter, p.Name+"="+p.Value)
	}
	f.X = cmp.Or(f.X, link.Sealed)
	return nil
}

// asked is a question with the site it is about.
type asked struct {
	site  *site
	ask   server.Ask
	trust string
	e     *env
}

// onlyErrors has only errors logged from here on: what a server would say of its
// work is not asked for.
func onlyErrors(e *env) {
	slog.SetDefault(slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelError})))
}

// open loads the site and makes the question of the flags.
func (f *askFlags) open(e *env) (asked, error) {
	onlyErrors(e)
	if strings.ContainsAny(f.Block, "?:") {
		if err := f.takeLink(); err != nil {
			return asked{}, err
		}
	}
	parts := strings.Split(f.Block, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return asked{}, usageError{fmt.Sprintf("%q names no block; write CAMPAIGN/BLOCK or CAMPAIGN/BLOCK/POSITION", f.Block)}
	}
	s, err := openSite(f.Path, e)
	if err != nil {
		return asked{}, err
	}
	f.apply(s)
	ask, err := f.ask(s, parts)
	if err != nil {
		return asked{}, err
	}
	c, err := s.campaign(ask.Campaign)
	if err != nil {
		return asked{}, err
	}
	if c.bad {
		return asked{}, e.tell(s.problemsIn(c.File), false)
	}
	s.campaigns = []*campaign{c} // no other is asked about
	return asked{s, ask, f.Trust, e}, nil
}

// served reports whether a server of the site runs: it holds the data. The demo's
// data goes with its server, so whoever answers is asked who it is.
func (s *site) served(e *env) bool {
	if s.folder.embedded == nil {
		return s.held()
	}
	client := newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_READ"))
	client.http.Timeout = statusTime
	data, err := client.do(http.MethodGet, "/v1/status", nil)
	var status server.Status
	return err == nil && json.Unmarshal(data, &status) == nil && status.Sender == s.config.sender
}

// overHTTP asks the server of the site, if one runs: what is explain or preview. errNoServer says that none does.
func (a asked) overHTTP(what string) ([]byte, error) {
	if !a.site.served(a.e) {
		return nil, errNoServer
	}
	ask := a.ask
	r := ask.Recipient
	if ask.Seal != "" {
		r += "." + ask.Seal
	}
	query := url.Values{}
	for name, value := range map[string]string{
		"r": r, "x": ask.Sealed, "user-agent": ask.UserAgent, "client": ask.Client, "locale": ask.Locale, "format": ask.Format,
		"trust": a.trust,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !ask.At.IsZero() {
		query.Set("at", ask.At.Format(time.RFC3339))
	}
	if ask.Address.IsValid() {
		query.Set("address", ask.Address.String())
	}
	query["given"] = ask.Given
	for _, p := range ask.Parameters {
		query.Add(p.Name, p.Value)
	}
	path := fmt.Sprintf("/v1/%s/%s/%s/%d?%s", what, ask.Campaign, ask.Block, ask.Position, query.Encode())
	client := newAdminClient(a.site.config.admin, a.e.getenv("OPENTIME_TOKEN_READ"))
	return client.do(http.MethodGet, path, nil)
}

// env is the environment to decide in without a server: with keys made up where
// none are needed.
func (a asked) env() *env {
	if a.ask.Seal != "" || a.ask.Sealed != "" {
		return a.e
	}
	return anyKeys(a.e)
}

// extensionOf is a file's extension without its dot.
func extensionOf(name string) string { return strings.TrimPrefix(filepath.Ext(name), ".") }
