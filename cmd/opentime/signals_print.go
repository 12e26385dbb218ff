package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// The columns of the list fit a screen of 120.
const (
	screen     = 120
	maxExample = 42 // a longer one has a line of its own
)

// legend explains the columns of the list.
const legend = `A line begins with a condition, or a text, as a campaign writes it. All but true and false may stand in conditions, as
{name} in texts, and in paths and queries of links.

link    which links let it be known. any; claimed: with an id r; keyed: with an r that opentime sign sealed, or that is
        secret and imported; sealed: with the seal x over the parameter. Who consents to nothing is anonymous: any.
Gmail   what is told behind the image proxies of Gmail, Yahoo and others. home: where the profile has one, a country and
        a city; of a claimed link its country only.
Apple   what is told to Apple Mail, which fetches ahead: its copy may be looked at hours later. some: "> 0" and 0 are
        answered, no other count. {...|left} and the time of {now} are not written. prefetched: as-opened tells all.`

// printSignals writes the list for people.
func printSignals(out io.Writer, groups []rules.SignalGroup, lacks map[string]lack) error {
	w := bufio.NewWriter(out)
	t := columns{w: w, widths: make([]int, 5)}
	for _, g := range groups {
		t.measure(heading(g)...)
		for i := range g.Signals {
			t.measure(cells(&g.Signals[i])...)
		}
	}
	for _, g := range groups {
		if len(g.Signals) == 0 {
			_, _ = fmt.Fprintf(w, "%s\n  none; %s\n\n", g.Title, g.Remedy)
			continue
		}
		t.row(append(heading(g), "")...)
		later := allLater(g)
		for _, note := range notes(g, lacks, later) {
			_, _ = fmt.Fprintf(w, "  (%s)\n", note)
		}
		for i := range g.Signals {
			t.row(append(cells(&g.Signals[i]), about(&g.Signals[i], later))...)
		}
		_, _ = fmt.Fprintln(w)
	}
	_, _ = fmt.Fprintln(w, legend)
	return w.Flush()
}

// heading names the columns of a group.
func heading(g rules.SignalGroup) []string {
	return []string{g.Title, "type", "link", "Gmail", "Apple"}
}

// allLater reports whether nothing supplies any signal of a group.
func allLater(g rules.SignalGroup) bool {
	return !slices.ContainsFunc(g.Signals, func(s rules.ListedSignal) bool { return !s.Later })
}

// notes are what holds for all signals of a group.
func notes(g rules.SignalGroup, lacks map[string]lack, later bool) []string {
	all := []string{g.Note, lacks[g.Signals[0].Source].note}
	if later {
		all = append(all, "not yet: nothing but tests supplies them in this release")
	}
	return slices.DeleteFunc(all, func(note string) bool { return note == "" })
}

// cells are a signal's columns but the last.
func cells(s *rules.ListedSignal) []string {
	if s.Source == "segment" {
		return []string{"  " + s.Condition(), "", "", "", ""}
	}
	typ := ""
	if s.Type != rules.Unknown {
		typ = s.Type.String()
	}
	return []string{"  " + usage(s), typ, link(s), sight(s.Proxies), sight(s.Ahead)}
}

// usage is how a campaign names a signal.
func usage(s *rules.ListedSignal) string {
	if s.Written {
		return `"{` + s.Name + `}"`
	}
	return s.Condition()
}

// link is which links let a signal be known.
func link(s *rules.ListedSignal) string {
	switch {
	case s.Sealed:
		return "sealed"
	case s.Trust == rules.Anonymous:
		return "any"
	}
	return s.Trust.String()
}

// sight is one word of a sight; what it leaves out is said of the signal.
func sight(s rules.Sight) string {
	word, _, _ := strings.Cut(s.String(), ",")
	return word
}

// about says what a signal is, and what it can be.
func about(s *rules.ListedSignal, later bool) string {
	text := s.About
	if len(s.Values) > 0 {
		text += ": " + strings.Join(s.Values, ", ")
	}
	also := func(holds bool, more string) {
		if holds {
			text += "; " + more
		}
	}
	also(s.Stands.WholeLink && s.Type == rules.Text, "may be a whole link")
	also(s.Stands.Pictures && s.Type == rules.Picture, "for values that are pictures")
	also(s.Stands.Append && !s.Stands.Texts, "in append only")
	also(s.Ahead.Home && s.Ahead.Some, "to Apple some")
	text = strings.TrimLeft(text, ":; ")
	if s.Later && !later {
		text = "not yet: " + text
	}
	return text
}

// columns writes rows of columns, the last of which is broken into lines.
type columns struct {
	w      io.Writer
	widths []int
}

// measure makes room for a row.
func (t *columns) measure(cells ...string) {
	for i, cell := range cells {
		if n := utf8.RuneCountInString(cell); i > 0 || n <= maxExample {
			t.widths[i] = max(t.widths[i], n)
		}
	}
}

// row writes a row. A first cell that is too long has a line of its own.
func (t *columns) row(cells ...string) {
	last := len(cells) - 1
	var line strings.Builder
	for i, cell := range cells[:last] {
		line.WriteString(cell)
		room := t.widths[i] - utf8.RuneCountInString(cell)
		if room < 0 {
			line.WriteByte('\n')
			room = t.widths[i]
		}
		line.WriteString(strings.Repeat(" ", room+2))
	}
	indent := 0
	for _, width := range t.widths {
		indent += width + 2
	}
	for i, part := range lines(cells[last], max(20, screen-indent)) {
		if i > 0 {
			line.WriteString("\n" + strings.Repeat(" ", indent))
		}
		line.WriteString(part)
	}
	for part := range strings.SplitSeq(line.String(), "\n") {
		_, _ = fmt.Fprintln(t.w, strings.TrimRight(part, " "))
	}
}

// lines breaks a text at spaces into lines of a width.
func lines(text string, width int) []string {
	all := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &all[len(all)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) <= width:
			*last += " " + word
		default:
			all = append(all, word)
		}
	}
	return all
}

// signalJSON is a signal for programs.
type signalJSON struct {
	Name      string   `json:"name"`
	Source    string   `json:"source"`
	Group     string   `json:"group"`
	Note      string   `json:"note,omitempty"`
	Type      string   `json:"type,omitempty"`
	Values    []string `json:"values,omitempty"`
	About     string   `json:"about,omitempty"`
	Condition string   `json:"condition,omitempty"`
	Text      string   `json:"text,omitempty"`
	Stands    []string `json:"stands"`
	Trust     string   `json:"trust,omitempty"`
	Sealed    bool     `json:"sealed,omitempty"`
	Proxies   string   `json:"proxies,omitempty"`
	Ahead     string   `json:"ahead,omitempty"`
	Supplied  bool     `json:"supplied"`
}

// writeSignals writes the list for programs.
func writeSignals(out io.Writer, groups []rules.SignalGroup, lacks map[string]lack) error {
	all := []signalJSON{}
	for _, g := range groups {
		for i := range g.Signals {
			s := &g.Signals[i]
			x := signalJSON{
				Name: s.Name, Source: s.Source, Group: g.Title, Note: strings.Join(notes(g, lacks, false), "; "), Values: s.Values, About: s.About, Condition: s.Condition(),
				Stands: stands(s), Supplied: !s.Later && !lacks[s.Source].all,
			}
			if s.Type != rules.Unknown {
				x.Type = s.Type.String()
			}
			if s.Stands.Texts || s.Stands.Append || s.Stands.Pictures {
				x.Text = "{" + s.Name + "}"
			}
			if s.Source != "segment" {
				x.Trust, x.Sealed, x.Proxies, x.Ahead = s.Trust.String(), s.Sealed, s.Proxies.String(), s.Ahead.String()
			}
			all = append(all, x)
		}
	}
	return printJSON(out, all)
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // "< 5"
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print signals: %w", err)
	}
	return nil
}

// stands are the places where a signal may stand, in words.
func stands(s *rules.ListedSignal) []string {
	all := []string{}
	for _, p := range []struct {
		word   string
		stands bool
	}{
		{"conditions", s.Stands.Conditions},
		{"texts", s.Stands.Texts},
		{"links", s.Stands.Links},
		{"whole link", s.Stands.WholeLink},
		{"append", s.Stands.Append},
		{"pictures", s.Stands.Pictures},
		{"fallback", s.Stands.Fallback},
	} {
		if p.stands {
			all = append(all, p.word)
		}
	}
	return all
}
