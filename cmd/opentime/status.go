package main

import (
	"cmp"
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
)

// statusCmd is opentime status.
type statusCmd struct {
	Path string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
	JSON bool   `name:"json" help:"Print it for programs."`
	where
}

// Help teaches the command.
func (statusCmd) Help() string {
	return `Says on one screen how the server that runs is: what it serves, how far down the ladder images of the last hour were, how old its sources are, and what somebody should look at.

  opentime status
  opentime status /etc/opentime --json

Exit codes: 0 all is well, 1 something is not, 2 no server answers.`
}

// unreachableError says that no server answers: exit code 2.
type unreachableError struct{ error }

// Unwrap returns the error itself.
func (e unreachableError) Unwrap() error { return e.error }

// statusTime is how long a server may take to say how it is.
const statusTime = 10 * time.Second

// Run prints the status. It fails where not all is well.
func (c *statusCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
	client := newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_READ"))
	client.http.Timeout = statusTime
	data, err := client.do(http.MethodGet, "/v1/status", nil)
	switch {
	case errors.Is(err, errNoServer):
		return unreachableError{hint(fmt.Errorf("no server answers at %s", client.base),
			"start it with opentime serve; --admin says where one is. The public address's /healthz says whether one is starting")}
	case err != nil:
		return unreachableError{err}
	}
	var status server.Status
	if err := json.Unmarshal(data, &status); err != nil {
		return unreachableError{fmt.Errorf("read the server's answer: %w", err)}
	}
	if status.Sender != s.config.sender {
		return unreachableError{fmt.Errorf("the server at %s is of sender %q, not %q", client.base, status.Sender, s.config.sender)}
	}
	if c.JSON {
		_, err = e.stdout.Write(data)
	} else {
		err = printServer(e.stdout, &status)
	}
	if err == nil && len(status.NotWell) > 0 {
		return errProblems
	}
	return err
}

// printServer writes how a server is, for people.
func printServer(w io.Writer, status *server.Status) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	line(status.Sender, fmt.Sprintf("%s for %s, opentime %s", status.State, age(status.Now.Sub(status.Started)), status.Version))
	if len(status.NotWell) == 0 {
		line("", "all is well")
	}
	for i, text := range status.NotWell {
		line(first(i, "NOT WELL"), text)
	}
	for i, text := range status.Problems {
		line(first(i, "problems"), text)
	}
	for i, a := range status.Advice {
		line(first(i, "mistakes"), a.What)
		line("", "  "+a.Do)
	}
	line("images", imagesText(status))
	for i, c := range status.Campaigns {
		line(first(i, "campaigns"), campaignText(&c))
	}
	for i := range status.Feeds {
		f := &status.Feeds[i]
		text := fmt.Sprintf("%s: answered %s", f.Feed, ago(status.Now, f.Answered))
		if v := f.InUse; v != nil {
			text += fmt.Sprintf(", %d items of %s", v.Items, timeText(v.Dated))
		}
		if rows := f.Profiles; rows != nil {
			text += fmt.Sprintf(", %d profiles of %s", rows.Rows, timeText(rows.Dated))
		}
		if f.Refused > 0 {
			text += fmt.Sprintf(", %d rows refused", f.Refused)
		}
		if f.Error != "" {
			text += ": " + f.Error
		}
		line(first(i, "feeds"), text)
	}
	if weather := status.Weather; weather != nil {
		line("weather", fmt.Sprintf("%s: known for %d of %d places, answered %s, %d of %d requests failed",
			weather.Source, weather.Known, weather.Cells, ago(status.Now, weather.Answered), weather.Failures, weather.Asked))
	}
	for i, text := range modelTexts(status) {
		line(first(i, "model"), text)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(status.Places)) {
		parts = append(parts, fmt.Sprintf("%d %s", status.Places[name], name))
	}
	for _, name := range slices.Sorted(maps.Keys(status.Data)) {
		parts = append(parts, fmt.Sprintf("%s of %s", name, status.Data[name].Format("2006-01-02")))
	}
	line("data files", strings.Join(parts, ", "))
	printKept(line, status)
	return t.Flush()
}

// modelTexts say how what lists are ranked with is.
func modelTexts(status *server.Status) []string {
	m := &status.Model
	texts := []string{"nothing is learnt yet: lists such as recommend are empty"}
	switch {
	case m.Events > 0:
		texts[0] = fmt.Sprintf("learnt %s from %s events, %s items", ago(status.Now, m.Learnt), thousands(m.Events), thousands(m.Items))
	case !m.Learnt.IsZero():
		texts[0] = fmt.Sprintf("kept, learnt %s, %s items", ago(status.Now, m.Learnt), thousands(m.Items))
	}
	for _, l := range m.Lifts {
		texts = append(texts, fmt.Sprintf("%s, %s persons: x%.2f of what is popular (NDCG@5 %.3f)", l.HeldBack, thousands(l.Persons), l.Lift, l.NDCG))
	}
	if m.UnderWay {
		texts = append(texts, fmt.Sprintf("learning for %s: %s", age(status.Now.Sub(m.Began)), m.Doing))
	}
	return texts
}

// printKept writes how what is kept is.
func printKept(line func(...string), status *server.Status) {
	var sizes []string
	folders := status.Disk.Folders
	for _, name := range slices.SortedFunc(maps.Keys(folders), func(a, b string) int {
		return cmp.Or(cmp.Compare(folders[b], folders[a]), strings.Compare(a, b))
	}) {
		sizes = append(sizes, fmt.Sprintf("%s %s", name, megabytes(uint64(folders[name]))))
	}
	line("kept", strings.Join(append(sizes, megabytes(status.Disk.Free)+" free"), ", "))
	journal := status.Journal
	line("journal", fmt.Sprintf("%d records written, %d dropped, %d syncs", journal.Written, journal.Dropped, journal.Syncs))
	line("memory", megabytes(status.Memory))
	var keys []string
	for _, k := range status.Keys {
		text := k.ID
		if k.Signs {
			text += " signs"
		}
		if !k.Until.IsZero() {
			text += " until " + k.Until.Format("2006-01-02")
		}
		keys = append(keys, text)
	}
	line("keys", strings.Join(keys, ", "))
}

// imagesText says how far down the ladder images of late were.
func imagesText(status *server.Status) string {
	var rungs []string
	total := uint64(0)
	for rung := server.Live; rung <= server.BuiltIn; rung++ {
		n := status.Rungs[rung.String()]
		total += n
		if n > 0 || rung == server.Live {
			rungs = append(rungs, fmt.Sprintf("%d %s", n, rung))
		}
	}
	return fmt.Sprintf("%d within %s: %s", total, age(status.Now.Sub(status.Since)), strings.Join(rungs, ", "))
}

// campaignText says how a campaign is.
func campaignText(c *server.CampaignStatus) string {
	text := fmt.Sprintf("%s: %d images, revision %.8s, number %d", c.ID, c.Opens, c.Revision, c.Number)
	if !c.Published.IsZero() {
		text += ", published " + timeText(c.Published)
	}
	if c.FallbackOnly {
		text += ", fallbacks only"
	}
	return text
}

// first is a name before the first line of several.
func first(i int, name string) string {
	if i == 0 {
		return name
	}
	return ""
}

// ago is how long before now a moment was; "never" if there was none.
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return age(now.Sub(t)) + " ago"
}

// age is a time that went by, as precise as people want it.
func age(d time.Duration) string {
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d s", max(0, d/time.Second))
}

// megabytes is a number of bytes for people.
func megabytes(n uint64) string {
	if n >= 10<<30 {
		return fmt.Sprintf("%d GB", n>>30)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
