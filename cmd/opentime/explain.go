package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// explainCmd is opentime explain.
type explainCmd struct {
	askFlags
	JSON bool `name:"json" help:"Print it for programs."`
}

// Help teaches the command.
func (explainCmd) Help() string {
	return `Decides an open that you make up, as the server would, and says why: for every rule its conditions, the value each saw, where that came from, and whether it is true, false or unknown. Unknown is not false: a rule serves only where it certainly holds.

  opentime explain weekly-films/hero
  opentime explain weekly-films/hero --client apple-mpp --at '2026-12-01 20:15'
  opentime explain weekly-films/picks/3 --r r-123 --given stock.dune-3=0
  opentime explain 'https://img.cinema.example/i/weekly-films/hero.jpg?r=...'

Of a link its seals are verified, so that it needs OPENTIME_KEYS where no server is asked.
Where a server of the same sender runs, it is asked.`
}

// Run prints the explanation.
func (c *explainCmd) Run(e *env) error {
	data, err := c.explain(e)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err := fmt.Fprintf(e.stdout, "%s\n", bytes.TrimSpace(data))
		return err
	}
	var r server.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("explain %s: %w", c.Block, err)
	}
	return printReport(e.stdout, &r)
}

// explain returns the explanation as JSON.
func (c *explainCmd) explain(e *env) ([]byte, error) {
	asked, err := c.open(e)
	if err != nil {
		return nil, err
	}
	if data, err := asked.overHTTP("explain"); !errors.Is(err, errNoServer) {
		return data, err
	}
	asks, done, err := asked.site.server(asked.env())
	if err != nil {
		return nil, err
	}
	defer done()
	answer, err := asks.Ask(asked.ask)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := writeJSON(&out, answer.Report()); err != nil {
		return nil, fmt.Errorf("explain %s: %w", c.Block, err)
	}
	return out.Bytes(), nil
}

// printReport writes an explanation for people.
func printReport(w io.Writer, r *server.Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	block := r.Campaign + "/" + r.Block
	if r.Position > 1 {
		block += "/" + strconv.Itoa(r.Position)
	}
	line(block, fmt.Sprintf("shows %s: %s", shownIn(r), r.Reason))
	if r.Item != "" {
		line("item", r.Item)
	}
	for _, text := range r.Says {
		line("says", strconv.Quote(text))
	}
	line("link", cmp.Or(r.Link, "none"))
	if r.After != "" {
		line("after", r.After)
	}
	line("until", cmp.Or(r.Until, "not by the clock"))
	line("client", clientText(r.Client))
	if r.Proof != "" {
		r.Trust += ": " + r.Proof
	}
	line("trust", r.Trust)
	line("here", cmp.Or(r.Here, "unknown"))
	line("rung", r.Rung)
	line("picture", digestOf(r.Picture))
	for _, rule := range r.Rules {
		line()
		line("rule "+rule.Name, ruleText(rule))
		for _, c := range rule.Conditions {
			value := c.Value
			if value == "" && c.From != "" {
				value = "unknown"
			}
			line(strings.Repeat("  ", c.Depth+1)+c.Text, c.Truth, value, c.From)
		}
	}
	return t.Flush()
}

// shownIn names what is shown.
func shownIn(r *server.Report) string {
	switch {
	case r.Rule == "none":
		return "the fallback"
	case r.Variant != "none":
		return "rule " + r.Rule + ", variant " + r.Variant
	}
	return "rule " + r.Rule
}

func clientText(c server.ReportClient) string {
	parts := []string{c.Class}
	for _, p := range []struct{ name, text string }{{"app", c.App}, {"system", c.OS}} {
		if p.text != "" {
			parts = append(parts, p.name+" "+p.text)
		}
	}
	if c.Mobile {
		parts = append(parts, "mobile")
	}
	text := strings.Join(parts, ", ")
	if c.Why != "" {
		text += " (" + c.Why + ")"
	}
	return text
}

// ruleText says whether a rule holds, and why it is not taken though it does.
func ruleText(r rules.RuleAccount) string {
	text := map[string]string{"true": "holds", "false": "does not hold", "unknown": "unknown"}[r.Holds]
	if r.Missing != "" {
		text += ", incomplete: " + r.Missing
	}
	if r.Item != "" {
		text += ", item " + r.Item
	}
	if r.Taken {
		text += " <- shown"
	}
	return text
}

// digestOf shortens a picture's key: two that are alike are one picture.
func digestOf(key string) string {
	if key == "" {
		return "none"
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}
