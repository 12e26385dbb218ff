package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// forecastReport is a forecast as programs read it.
type forecastReport struct {
	Profiles  int              `json:"profiles"`
	Refused   int              `json:"refused"`
	Clients   []reportClient   `json:"clients"`
	Campaigns []campaignReport `json:"campaigns"`
	file      string
}

type reportClient struct {
	Name  string `json:"name"`
	Class string `json:"class"`
}

// campaignReport is the forecast of a campaign. Lists of numbers are by client.
type campaignReport struct {
	Campaign string         `json:"campaign"`
	Moments  []time.Time    `json:"moments"`
	Opens    int            `json:"opens"` // of each client
	Pictures pictureReport  `json:"pictures"`
	Blocks   []blockReport  `json:"blocks"`
	Missed   []missedReport `json:"unreached"`
}

// pictureReport says how many different pictures there are.
type pictureReport struct {
	All        int   `json:"all"`
	Impersonal int   `json:"impersonal"` // if nothing of the recipients' own were drawn
	Clients    []int `json:"clients"`
	Estimate   bool  `json:"estimate"`
}

type blockReport struct {
	Block     string        `json:"block"`
	Positions int           `json:"positions"`
	Running   bool          `json:"running"` // another picture every second
	Pictures  pictureReport `json:"pictures"`
	Rules     []ruleReport  `json:"rules"`
	Fallback  []int         `json:"fallback"` // times it is shown
}

type ruleReport struct {
	Rule  string `json:"rule"`
	Taken []int  `json:"taken"`
}

// missedReport is a rule that nobody reaches, and how often why not.
type missedReport struct {
	Block string       `json:"block"`
	Rule  string       `json:"rule"`
	File  string       `json:"file"`
	Line  int          `json:"line"`
	Col   int          `json:"col"`
	Why   []fateReport `json:"why"` // the commonest first
}

type fateReport struct {
	Fate    string `json:"fate"`
	Opens   int    `json:"opens"`
	Example string `json:"example"`
}

// report is the forecast of what was decided.
func (r *forecastRun) report() *forecastReport {
	report := &forecastReport{Profiles: r.profiles}
	for _, c := range r.clients {
		report.Clients = append(report.Clients, reportClient{c.name, c.open.Client.Class.String()})
	}
	for _, f := range r.campaigns {
		report.Campaigns = append(report.Campaigns, f.report(r.profiles, len(r.clients)))
	}
	return report
}

func (f *campaignForecast) report(profiles, clients int) campaignReport {
	all, impersonal := newDistinct(pictureBytes/8), newDistinct(pictureBytes/8)
	report := campaignReport{
		Campaign: f.campaign.ID, Moments: f.moments, Opens: profiles * len(f.moments), Missed: []missedReport{},
	}
	for i := range f.blocks {
		b := &f.blocks[i]
		all.merge(b.pictures)
		impersonal.merge(b.impersonal)
		block := blockReport{
			Block: b.block.ID, Positions: b.block.Positions, Running: b.running, Fallback: b.fallback,
			Pictures: newPictureReport(b.pictures, b.impersonal, clients), Rules: []ruleReport{},
		}
		for j := range b.rules {
			rule := b.block.Rules[j]
			block.Rules = append(block.Rules, ruleReport{rule.Name, b.rules[j].taken})
			if b.block.Retired == "" && !b.rules[j].reached.Load() {
				report.Missed = append(report.Missed, missedReport{
					Block: b.block.ID, Rule: rule.Name, File: rule.Node.File, Line: rule.Node.Line, Col: rule.Node.Col,
					Why: b.rules[j].why(),
				})
			}
		}
		report.Blocks = append(report.Blocks, block)
	}
	report.Pictures = newPictureReport(all, impersonal, clients)
	return report
}

func newPictureReport(all, impersonal *distinct, clients int) pictureReport {
	whole, without := all.count(0xff), impersonal.count(0xff)
	report := pictureReport{All: whole.N, Impersonal: without.N, Estimate: whole.About || without.About, Clients: []int{}}
	for i := range clients {
		report.Clients = append(report.Clients, all.count(1<<i).N)
	}
	return report
}

// why says why a rule is not reached, the commonest cause first.
func (t *ruleTally) why() []fateReport {
	words := [rules.Fates]string{
		rules.Failing: "does not hold", rules.Uncertain: "unknown", rules.Incomplete: "incomplete",
		rules.Forestalled: "an earlier rule", rules.Untried: "not tried",
	}
	all := []fateReport{}
	for fate, n := range t.fates {
		if n > 0 {
			all = append(all, fateReport{words[fate], n, t.example[fate].text})
		}
	}
	slices.SortStableFunc(all, func(a, b fateReport) int { return cmp.Compare(b.Opens, a.Opens) })
	return all
}

// print writes the forecast for people.
func (r *forecastReport) print(w io.Writer) {
	for i := range r.Campaigns {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		r.campaign(w, &r.Campaigns[i])
	}
}

func (r *forecastReport) campaign(w io.Writer, c *campaignReport) {
	when := "at " + momentOf(c.Moments[0])
	if n := len(c.Moments); n > 1 {
		when = fmt.Sprintf("at %d moments from %s to %s", n, momentOf(c.Moments[0]), momentOf(c.Moments[n-1]))
	}
	_, _ = fmt.Fprintf(w, "%s: %s, each opened %s, in %s\n\n", c.Campaign, countMany(r.Profiles, "profile"), when, count(len(r.Clients), "client"))
	var t table
	head := []string{}
	for _, client := range r.Clients {
		head = append(head, client.Name+" ("+client.Class+")")
	}
	t.add("different pictures", append(slices.Clone(head), "all", "nothing personal drawn")...)
	running := false
	for i := range c.Blocks {
		name := c.Blocks[i].Block
		if c.Blocks[i].Running {
			name, running = name+" *", true
		}
		t.add(name, c.Blocks[i].Pictures.cells()...)
	}
	t.add("together", c.Pictures.cells()...)
	t.add("")
	t.add("rules, of all opens", head...)
	for i := range c.Blocks {
		b := &c.Blocks[i]
		for _, rule := range b.Rules {
			t.add(b.Block+": "+rule.Rule, shares(rule.Taken, c.Opens*b.Positions)...)
		}
		t.add(b.Block+": fallback", shares(b.Fallback, c.Opens*b.Positions)...)
	}
	t.print(w)
	if running {
		_, _ = fmt.Fprintln(w, "\n* counts down: one picture at each moment, and another every second between")
	}
	c.printMissed(w, r.file)
}

// table is lines of a name and numbers, which are set in columns.
type table struct {
	lines  [][]string
	widths []int
}

func (t *table) add(name string, cells ...string) {
	line := append([]string{name}, cells...)
	for i, cell := range line {
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cell))
	}
	t.lines = append(t.lines, line)
}

func (t *table) print(w io.Writer) {
	for _, line := range t.lines {
		text := fmt.Appendf(nil, "%-*s", t.widths[0], line[0])
		for i, cell := range line[1:] {
			text = fmt.Appendf(text, "  %*s", t.widths[i+1], cell)
		}
		_, _ = fmt.Fprintf(w, "%s\n", bytes.TrimRight(text, " "))
	}
}

// printMissed writes which rules nobody reaches.
func (c *campaignReport) printMissed(w io.Writer, file string) {
	if len(c.Missed) == 0 {
		_, _ = fmt.Fprintf(w, "\nEvery rule is reached by somebody in %s.\n", file)
		return
	}
	_, _ = fmt.Fprintf(w, "\nReached by nobody in %s:\n", file)
	for _, m := range c.Missed {
		_, _ = fmt.Fprintf(w, "  %s:%d:%d: rule %q of block %q\n", m.File, m.Line, m.Col, m.Rule, m.Block)
		for _, why := range m.Why {
			_, _ = fmt.Fprintf(w, "    in %s %s\n", countMany(why.Opens, "open"), why.text())
		}
	}
}

// text says why for people.
func (f *fateReport) text() string {
	switch f.Fate {
	case "unknown":
		return "it is not known whether it holds: " + f.Example
	case "incomplete":
		return "it holds, and its picture lacks something: " + f.Example
	case "an earlier rule":
		return "it holds, and " + f.Example + " above it is taken"
	case "not tried":
		return "no rule is tried: " + f.Example
	}
	return "it does not hold: " + f.Example
}

// cells are the numbers of pictures, by client, of all and without what is
// personal.
func (p *pictureReport) cells() []string {
	var all []string
	for _, n := range append(slices.Clone(p.Clients), p.All, p.Impersonal) {
		if p.Estimate {
			all = append(all, "about "+thousands(rounded(n)))
			continue
		}
		all = append(all, thousands(n))
	}
	return all
}

// rounded keeps three digits of an estimate.
func rounded(n int) int {
	unit := 1
	for n/unit >= 1000 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}

// shares are parts of a whole, in percent.
func shares(parts []int, whole int) []string {
	var all []string
	for _, n := range parts {
		switch share := 100 * float64(n) / float64(max(1, whole)); {
		case n == 0:
			all = append(all, "-")
		case share < 0.1:
			all = append(all, "< 0.1%")
		default:
			all = append(all, strconv.FormatFloat(share, 'f', 1, 64)+"%")
		}
	}
	return all
}

// thousands writes a number in groups of three digits.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func countMany(n int, of string) string {
	_, word, _ := strings.Cut(count(n, of), " ")
	return thousands(n) + " " + word
}

func momentOf(at time.Time) string { return at.Format("Mon 2006-01-02 15:04") }
