package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/opentime/server"
)

// keysCmd is opentime keys.
type keysCmd struct {
	Status keysStatusCmd `cmd:"" default:"withargs" help:"Which keys there are, here and at the server, and how many links come by each."`
	New    keysNewCmd    `cmd:"" help:"Print a line with a first key."`
	Rotate keysRotateCmd `cmd:"" help:"Print the line with a fresh key before those there are."`
}

// Help teaches the command.
func (keysCmd) Help() string {
	return `Keys stand in OPENTIME_KEYS: words <letter>:<base64url of 32 bytes>[@<last day>]. The first signs, all verify until their last day. A key's print tells whether two that are called alike are the same; it says nothing of the secret.

  opentime keys                       a key can go once no links come by it
  opentime keys new                   the first one
  opentime keys rotate                a fresh one, and what becomes of the old
  opentime keys rotate --leaked a`
}

// keysStatusCmd is opentime keys status.
type keysStatusCmd struct {
	Path string `placeholder:"DIR" help:"A folder with an opentime.yaml."`
	JSON bool   `name:"json" help:"Print it for programs."`
	where
}

// keysStatus is what status prints for programs.
type keysStatus struct {
	Here   []server.KeyReport `json:"here"`             // of OPENTIME_KEYS
	Server *server.KeysReport `json:"server,omitempty"` // of the server that runs
	Wrong  []string           `json:"wrong,omitempty"`
}

// Run prints the keys. It fails where what is sealed here proves nothing there.
func (c *keysStatusCmd) Run(e *env) error {
	site, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(site)
	keys, err := siteKeys(site.folder, e)
	data, serverErr := []byte(nil), errNoServer
	if site.folder.embedded != nil || site.held() {
		data, serverErr = newAdminClient(site.config.admin, e.getenv("OPENTIME_TOKEN_READ")).do(http.MethodGet, "/v1/keys", nil)
	}
	if err != nil && serverErr != nil {
		return err
	}
	var s keysStatus
	if err == nil {
		s.Here = server.ReportKeys(keys, e.now()).Keys
	}
	if serverErr == nil {
		s.Server = new(server.KeysReport)
		if err := json.Unmarshal(data, s.Server); err != nil {
			return fmt.Errorf("read the server's answer: %w", err)
		}
	} else if !errors.Is(serverErr, errNoServer) {
		_, _ = fmt.Fprintf(e.stderr, "opentime: the server was not asked: %v\n", serverErr)
	}
	s.Wrong = s.wrong()
	if c.JSON {
		if err := writeJSON(e.stdout, &s); err != nil {
			return fmt.Errorf("print keys: %w", err)
		}
	} else {
		s.print(e)
	}
	if len(s.Wrong) > 0 {
		return errProblems
	}
	return nil
}

// wrong says what of the keys will not work.
func (s *keysStatus) wrong() (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for i := range s.Here {
		here := &s.Here[i]
		if here.Signs && here.Over {
			say("key %q signs here, and its last day was %s; run opentime keys rotate", here.Key, here.LastDay)
		}
		if s.Server == nil {
			continue
		}
		there := find(s.Server.Keys, here.Key)
		switch {
		case there == nil && here.Signs:
			say("the server has no key %q, which signs here: what sign seals is nobody's there; set the same OPENTIME_KEYS for both", here.Key)
		case there != nil && there.Print != here.Print:
			say("the server's key %q is another than the one here: what either seals is nobody's to the other; set the same OPENTIME_KEYS for both", here.Key)
		}
	}
	return wrong
}

func find(keys []server.KeyReport, key string) *server.KeyReport {
	for i := range keys {
		if keys[i].Key == key {
			return &keys[i]
		}
	}
	return nil
}

// print writes keys for people: the server's with what came by them, or those
// here.
func (s *keysStatus) print(e *env) {
	var out bytes.Buffer
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	if s.Server == nil {
		line("key", "print", "last day", "")
		for _, k := range s.Here {
			line(k.Key, k.Print, cmp.Or(k.LastDay, "none"), k.Does())
		}
	} else {
		line("key", "print", "last day", "", "links today", "7 days", "30 days")
		for _, k := range s.Server.Keys {
			line(k.Key, k.Print, cmp.Or(k.LastDay, "none"), k.Does(), number(k.Day), number(k.Week), number(k.Month))
		}
	}
	_ = t.Flush() // into memory
	for row := range strings.Lines(out.String()) {
		e.print("%s", strings.TrimRight(row, " \n"))
	}
	if s.Server == nil {
		e.print("no server of this sender answers, which would say how many links come by each")
	} else {
		e.print("links that came to the server since %s", s.Server.Since.UTC().Format(time.DateTime+" UTC"))
		if s.Server.Unknown > 0 {
			e.print("%d came with a seal by no key of these", s.Server.Unknown)
		}
	}
	for _, wrong := range s.Wrong {
		_, _ = fmt.Fprintf(e.stderr, "opentime: %s\n", wrong)
	}
}
