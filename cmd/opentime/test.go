package main

import (
	"fmt"
	"net/netip"

	"example.com/opentime/assets"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// testCmd is opentime test.
type testCmd struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Folders with an opentime.yaml, or campaigns or tests in one."`
	Verbose bool     `short:"v" help:"Name the tests that pass too."`
}

// Help teaches the command.
func (testCmd) Help() string {
	return `Runs the tests that stand beside a campaign, in weekly-films.test.yaml for weekly-films: each makes an open with a time, a client and what is known, and says what blocks must show. They are decided by the very code that serves.

  opentime test                       the folder you are in, or the demo
  opentime test campaigns/spring.yaml -v`
}

// Run runs tests and prints those that fail.
func (c *testCmd) Run(e *env) error {
	all, err := loadPaths(e, c.Paths)
	if err != nil {
		return err
	}
	var problems []strict.Problem
	for _, f := range all {
		problems = append(problems, f.problems()...)
	}
	if strict.Bad(problems) {
		return e.tell(problems, false)
	}
	gatherer, err := testGatherer()
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	for _, f := range all {
		for _, campaign := range f.campaigns() {
			for _, t := range campaign.tests {
				wrong := runTest(campaign.Campaign, t, gatherer)
				c.report(e, campaign.ID, t, wrong)
				if len(wrong) > 0 {
					failed++
				} else {
					passed++
				}
			}
		}
	}
	return c.sum(e, all[0].ofDemo(), passed, failed)
}

// report prints how a test went.
func (c *testCmd) report(e *env, campaign string, t *rules.Test, wrong []strict.Problem) {
	switch {
	case len(wrong) > 0:
		e.print("FAIL %s: %s", campaign, t.Name)
		for _, p := range wrong {
			e.print("  %s", p)
		}
	case c.Verbose:
		e.print("ok   %s: %s", campaign, t.Name)
	}
}

// sum prints how all tests went.
func (c *testCmd) sum(e *env, of string, passed, failed int) error {
	switch {
	case failed > 0:
		e.print("%s%s of %d failed", of, count(failed, "test"), passed+failed)
		return errProblems
	case passed == 0:
		e.print("%sno tests; write them beside a campaign, in <campaign>.test.yaml", of)
	default:
		e.print("%s%s passed", of, count(passed, "test"))
	}
	return nil
}

// testGatherer gathers what a test's open says of itself: its client, locale
// and parameters. Everything else is the test's to give.
func testGatherer() (*signals.Gatherer, error) {
	clients, err := signals.LoadClients(assets.FS)
	if err != nil {
		return nil, fmt.Errorf("load client tables: %w", err)
	}
	return signals.NewGatherer(signals.Sources{Clients: clients}), nil
}

// runTest decides a test's open and returns what differs from what it expects.
func runTest(c *rules.Campaign, t *rules.Test, g *signals.Gatherer) []strict.Problem {
	open, problem := testOpen(t, g)
	if problem != nil {
		return []strict.Problem{*problem}
	}
	var s rules.Signals
	g.Gather(c, open, nil, &s, false)
	t.Given(c, &s)
	return t.Compare(c, &s)
}

// testOpen makes the open of a test.
func testOpen(t *rules.Test, g *signals.Gatherer) (*signals.Open, *strict.Problem) {
	wrong := func(format string, args ...any) *strict.Problem {
		return &strict.Problem{File: t.Node.File, Line: t.Node.Line, Col: t.Node.Col, Text: fmt.Sprintf(format, args...)}
	}
	// Without a name it is a person's, of which nothing else is known.
	client := signals.Client{Class: rules.Person, Located: true, Why: "a test's open"}
	var address netip.Addr
	if name := t.Open.Client; name != "" {
		headers, ok := g.Clients().Named(name)
		if !ok {
			return nil, wrong("unknown client %q; %s", name, strict.DidYouMean(name, g.Clients().Names()))
		}
		client, address = g.Clients().Classify(headers), headers.Address
	}
	if t.Open.Address != "" {
		parsed, err := netip.ParseAddr(t.Open.Address)
		if err != nil {
			return nil, wrong("%q is no address; write one such as 203.0.113.7", t.Open.Address)
		}
		address = parsed
	}
	open := &signals.Open{
		At: t.At, Client: client, Address: address,
		Recipient: t.Open.R, Trust: t.Open.Trust, Locale: t.Open.Locale,
	}
	for name, value := range t.Open.Parameters {
		// A signed open's parameters are taken to be sealed too.
		sealed := t.Open.Trust == rules.Signed
		open.Parameters = append(open.Parameters, signals.Parameter{Name: name, Value: value, Sealed: sealed})
	}
	return open, nil
}
