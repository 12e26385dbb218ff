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

	"example.com/opentime/server"
)

// showCmd is opentime show.
type showCmd struct {
	Recipient string `arg:"" name:"id" help:"Their id, with or without a seal."`
	Path      string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	JSON      bool   `name:"json" help:"Print it for programs, or for the recipient who asks."`
	where
}

// Help teaches the command.
func (showCmd) Help() string {
	return `Tells all that is kept of a recipient: consent, profile, what they did and care for, and what their mails showed. With --json it is complete, and what to hand out to somebody who asks for their data; without it the newest of each.

  opentime show 7Qm2ZkTzQ0yVb1vG5nR3xw
  opentime show 7Qm2ZkTzQ0yVb1vG5nR3xw --json > theirs.json

Where a server of the same sender runs, it is asked.`
}

// Run prints what is kept.
func (c *showCmd) Run(e *env) error {
	onlyErrors(e)
	id, _, _ := strings.Cut(strings.TrimSpace(c.Recipient), ".")
	if why := refusal(id); why != "" {
		what, _, _ := strings.Cut(why, "; ")
		return usageError{what + "; write the id that is in the link"}
	}
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
	data, err := s.told(e, id)
	if err != nil {
		return fmt.Errorf("show: %w", err)
	}
	if c.JSON {
		_, err := fmt.Fprintf(e.stdout, "%s\n", bytes.TrimSpace(data))
		return err
	}
	var told server.Told
	if err := json.Unmarshal(data, &told); err != nil {
		return fmt.Errorf("show: %w", err)
	}
	return printTold(e.stdout, &told)
}

// told returns what is kept of a recipient, as JSON: of the server that runs, else of
// the data itself.
func (s *site) told(e *env, id string) ([]byte, error) {
	if s.served(e) {
		return newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_READ")).do(http.MethodGet, "/v1/profiles/"+id, nil)
	}
	if s.folder.embedded == nil && !s.folder.isDir(s.storeFolder()) {
		return nil, hint(errors.New("there is no data yet"), "--data says where it is")
	}
	asks, done, err := s.server(anyKeys(e))
	if err != nil {
		return nil, err
	}
	defer done()
	told, err := asks.Told(id)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = writeJSON(&out, told)
	return out.Bytes(), err
}

// toldMost is how much of each kind is printed.
const toldMost = 10

// printTold prints what is kept, for people.
func printTold(w io.Writer, t *server.Told) error {
	var out strings.Builder
	line := func(what, format string, args ...any) {
		fmt.Fprintf(&out, "%-10s "+format+"\n", append([]any{what}, args...)...)
	}
	if t.Forgotten {
		line(t.R, "was forgotten; nothing is kept")
		_, err := io.WriteString(w, out.String())
		return err
	}
	if line("recipient", "%s", t.R); t.Own {
		line("consent", "%s, their own word of %s", t.Consent, t.ConsentAt)
	} else {
		line("consent", "%s, as opentime.yaml has it", t.Consent)
	}
	if t.Profile == nil {
		line("profile", "none was imported")
	} else {
		line("profile", "of %s", t.At)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Profile)) {
		line("", "%s: %v", name, t.Profile[name])
	}
	for i, e := range t.Did[:min(toldMost, len(t.Did))] {
		times := ""
		if e.Times > 1 {
			times = fmt.Sprintf(", %d times since %s", e.Times, e.First)
		}
		line(map[bool]string{true: "did"}[i == 0], "%s %s %s%s", e.At, e.Kind, strings.Join(slices.DeleteFunc([]string{
			e.Item, strings.Join(e.Tags, ", "), e.Channel, e.Campaign, e.Block,
		}, func(s string) bool { return s == "" }), " "), times)
	}
	if more := len(t.Did) - toldMost; more > 0 {
		line("", "and %d more", more)
	}
	for i, interest := range t.Interests[:min(toldMost, len(t.Interests))] {
		line(map[bool]string{true: "cares for"}[i == 0], "%s %.2f", interest.Tag, interest.Interest)
	}
	line("cart", "%d", t.Cart.Count)
	line("shown", "%d readings of mails", len(t.Shown))
	_, err := io.WriteString(w, out.String())
	return err
}
