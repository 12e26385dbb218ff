package main

import (
	"fmt"
	"net/netip"
	"strings"

	"example.com/opentime/assets"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// testCmd is opentime test.
type testCmd struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Folders with an opentime.yaml, or campaigns or tests in one."`
	Verbose bool     `short:"v" help:"Name the tests that pass too."`
	Update  bool     `help:"Write what is shown into the tests that fail."`
}

// Help teaches the command.
func (testCmd) Help() string {
	return `Runs the tests that stand beside a campaign, in weekly-films.test.yaml for weekly-films: each makes an open with a time, a client and what is known, and says what blocks must show. They are decided by the very code that serves. Of a test that fails it says which rule was taken instead, and what kept the expected one.

With --update each value that is expected and not shown becomes the one that is, in its place: comments, order and layout of the file stay. Look at what changed before you keep it.

  opentime test                       the folder you are in, or the demo
  opentime test campaigns/spring.yaml -v
  opentime test --update campaigns/spring.test.yaml`
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
		if c.Update && f.folder.embedded != nil {
			return usageError{"the demo's tests are in the program; name a folder of yours"}
		}
	}
	if strict.Bad(problems) {
		return e.tell(problems, false)
	}
	gatherer, err := testGatherer()
	if err != nil {
		return err
	}
	r := &testRun{update: c.Update, verbose: c.Verbose, of: all[0].ofDemo(), edits: map[string][]strict.Edit{}}
	for _, f := range all {
		for _, campaign := range f.campaigns() {
			for _, t := range campaign.tests {
				r.add(campaign.ID, t, runTest(campaign.Campaign, t, gatherer))
			}
		}
	}
	if err := r.write(); err != nil {
		return err
	}
	for i := range r.went {
		r.report(e, &r.went[i])
	}
	return r.sum(e)
}

// testRun is how tests went.
type testRun struct {
	update, verbose         bool
	of                      string // what they are of, if not said
	went                    []testWent
	passed, failed, updated int
	edits                   map[string][]strict.Edit // what is written into the tests, by file
}

// testWent is how one test went.
type testWent struct {
	name    string // with its campaign's
	wrong   []rules.Failure
	updated bool
}

// add counts a test, and notes what is to be written into it.
func (r *testRun) add(campaign string, t *rules.Test, wrong []rules.Failure) {
	went := testWent{name: campaign + ": " + t.Name, wrong: wrong}
	went.updated = r.update && r.edit(wrong)
	switch {
	case went.updated:
		r.updated++
	case len(wrong) > 0:
		r.failed++
	default:
		r.passed++
	}
	r.went = append(r.went, went)
}

// report prints how a test went.
func (r *testRun) report(e *env, t *testWent) {
	switch {
	case t.updated:
		e.print("UPDATED %s", t.name)
	case len(t.wrong) > 0:
		e.print("FAIL %s", t.name)
	case r.verbose:
		e.print("ok   %s", t.name)
	}
	for _, f := range t.wrong {
		for _, d := range f.Differences {
			if r.update && !d.Sayable {
				d.Text += "; no test can expect what is shown, so remove this"
			}
			e.print("  %s", d.Problem)
		}
		if !r.update {
			e.print("    %s", strings.ReplaceAll(f.Why, "\n", "\n    "))
		}
	}
}

// sum prints how all tests went.
func (r *testRun) sum(e *env) error {
	all := r.passed + r.failed + r.updated
	values := 0
	for _, edits := range r.edits {
		values += len(edits)
	}
	if values > 0 {
		e.print("%s of %d updated: %s in %s", count(r.updated, "test"), all, count(values, "value"), count(len(r.edits), "file"))
	}
	switch {
	case r.failed > 0 && r.update:
		e.print("%s of %d cannot be updated; change by hand what is said above", count(r.failed, "test"), all)
		return errProblems
	case r.failed > 0:
		e.print("%s%s of %d failed", r.of, count(r.failed, "test"), all)
		return errProblems
	case all == 0:
		e.print("%sno tests; write them beside a campaign, in <campaign>.test.yaml", r.of)
	case r.updated == 0:
		e.print("%s%s passed", r.of, count(r.passed, "test"))
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

// runTest decides a test's open and returns what is not as it expects.
func runTest(c *rules.Campaign, t *rules.Test, g *signals.Gatherer) []rules.Failure {
	open, problem := testOpen(t, g)
	if problem != nil {
		return []rules.Failure{{Differences: []rules.Difference{{Problem: *problem, Node: t.Node}}}}
	}
	var s rules.Signals
	g.Gather(c, open, nil, &s, true)
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
