package rules_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// mutant is a campaign of the appendix, or a file of tests for one, with a
// mistake in it, as testdata/mutants.txtar writes it, a block each:
//
//	campaign: old => new      the mistake
//	& old => new              more of it
//	+ old => new              done before, and right: without the mistake there is no problem
//	5:9: text                 what is found, as strict.Problem writes it after the file's name
//	elsewhere: why            no problem is on a line of the mistake
//	several: why              the mistake has more than two problems
//	warns: why                warnings are all that is found
//	harmless: why             nothing is found, and nothing is decided otherwise
//
// The name of a file of tests is campaign.test. Each old is there once. In old
// and new, \n is a line's end, \t a tab, \xff a byte that is not UTF-8, and
// <<n text>> the text n times, with its number for #.
type mutant struct {
	line  int // in the table
	name  string
	first []edit
	edits []edit
	want  []string
	why   map[string]string // by elsewhere, several, warns, harmless
}

type edit struct{ old, new string }

// reasons are what a mutant says of itself.
var reasons = []string{"elsewhere", "several", "warns", "harmless"}

// TestMutants makes the mistakes of testdata/mutants.txtar and compares what
// check finds.
func TestMutants(t *testing.T) {
	const name = "testdata/mutants.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sources := bases(t, archive)
	count := 0
	for i, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".yaml") {
			continue
		}
		mutants, err := readMutants(string(f.Data))
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		for j := range mutants {
			m := &mutants[j]
			t.Run(fmt.Sprintf("%s/%d-%s", f.Name, m.line, m.name), func(t *testing.T) { m.run(t, sources) })
		}
		count += len(mutants)
		if *update {
			archive.Files[i].Data = rewritten(f.Data, mutants)
		}
	}
	if *update {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if count < 200 {
		t.Errorf("%d mutants, want 200 at least", count)
	}
}

// bases are the campaigns of the appendix and the tests beside the mutants, by
// their names without .yaml.
func bases(t *testing.T, archive *txtar.Archive) map[string]string {
	t.Helper()
	appendix, err := txtar.ParseFile("testdata/appendix.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range slices.Concat(appendix.Files, archive.Files) {
		name, isYAML := strings.CutSuffix(f.Name, ".yaml")
		_, twice := all[name]
		if isYAML && (!twice || strings.HasSuffix(name, ".test")) {
			all[name] = string(f.Data)
		}
	}
	return all
}

// readMutants reads a table of mutants.
func readMutants(text string) ([]mutant, error) {
	var all []mutant
	place := regexp.MustCompile(`^\d+:\d+: `)
	begun := false
	for i, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(line, ": ")
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
			begun = false
			continue
		case !begun:
			e, err := readEdit(rest)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			all = append(all, mutant{line: i + 1, name: word, edits: []edit{e}, why: map[string]string{}})
			begun = true
			continue
		}
		m := &all[len(all)-1]
		switch {
		case line[:2] == "& " || line[:2] == "+ ":
			e, err := readEdit(line[2:])
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			if line[0] == '&' {
				m.edits = append(m.edits, e)
			} else {
				m.first = append(m.first, e)
			}
		case place.MatchString(line):
			m.want = append(m.want, line)
		case slices.Contains(reasons, word) && rest != "":
			m.why[word] = rest
		default:
			return nil, fmt.Errorf("line %d: neither an edit, a problem nor a reason", i+1)
		}
	}
	return all, nil
}

func readEdit(text string) (edit, error) {
	from, to, ok := strings.Cut(text, " =>")
	if !ok || from == "" {
		return edit{}, errors.New("no edit; write old => new")
	}
	return edit{plainly(from), plainly(strings.TrimPrefix(to, " "))}, nil
}

// plainly replaces what the table writes for characters it cannot have.
func plainly(text string) string {
	text = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\xff`, "\xff").Replace(text)
	return regexp.MustCompile(`(?s)<<(\d+) (.*?)>>`).ReplaceAllStringFunc(text, func(all string) string {
		number, piece, _ := strings.Cut(strings.Trim(all, "<>"), " ")
		n, _ := strconv.Atoi(number)
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(piece, "#", strconv.Itoa(i)))
		}
		return b.String()
	})
}

// apply makes edits, and returns the lines that they change, first and last.
func apply(t *testing.T, text string, edits []edit) (edited string, lines [][2]int) {
	t.Helper()
	for _, e := range edits {
		if n := strings.Count(text, e.old); n != 1 {
			t.Fatalf("%q is there %d times", e.old, n)
		}
		at := strings.Index(text, e.old)
		text = text[:at] + e.new + text[at+len(e.old):]
		first := 1 + strings.Count(text[:at], "\n")
		lines = append(lines, [2]int{first, first + strings.Count(e.new, "\n")})
	}
	return text, lines
}

// run makes the mistake and compares what is found.
func (m *mutant) run(t *testing.T, sources map[string]string) {
	source, ok := sources[m.name]
	if !ok {
		t.Fatalf("there is no %s", m.name)
	}
	right, _ := apply(t, source, m.first)
	wrong, lines := apply(t, right, m.edits)
	before := m.check(t, right, sources)
	if strict.Bad(before) {
		t.Fatalf("without the mistake: %v", before)
	}
	var found []strict.Problem
	for _, p := range m.check(t, wrong, sources) {
		known := slices.ContainsFunc(before, func(b strict.Problem) bool { return b.Text == p.Text })
		if p.Level != strict.Note && (p.Level == strict.Wrong || !known) {
			found = append(found, p)
		}
	}
	var got []string
	for _, p := range found {
		got = append(got, strings.TrimPrefix(p.String(), p.File+":"))
	}
	if *update {
		m.want = got
	} else if !slices.Equal(got, m.want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(m.want, "\n"))
	}
	m.judge(t, found, lines)
	if m.why["harmless"] != "" {
		sameDecisions(t, m.name, right, wrong)
	}
}

// check returns everything that is said of a text in the mutant's place.
func (m *mutant) check(t *testing.T, text string, sources map[string]string) []strict.Problem {
	t.Helper()
	root, problems := strict.Parse("f.yaml", []byte(text))
	if root == nil {
		return problems
	}
	campaign, isTest := strings.CutSuffix(m.name, ".test")
	if isTest {
		_, more := rules.LoadTests(root, load(t, sources[campaign]), withData(t))
		return strict.Sort(append(problems, more...))
	}
	_, more := rules.Load("f.yaml", root, withData(t), nil)
	return strict.Sort(append(problems, more...))
}

// withData is the sender of the appendix with its data at hand.
func withData(t *testing.T) *rules.Sender {
	s := sender(t)
	s.HasItem = func(id string) bool { return slices.Contains([]string{"dune-3", "SKU 12.34/AB", "wicked"}, id) }
	s.HasPlace = func(id string) bool { return slices.Contains([]string{"ghent", "antwerp"}, id) }
	return s
}

// judge demands of problems what everybody who reads them does: that one is
// there, near the mistake, with what to do about it, and little beside it.
func (m *mutant) judge(t *testing.T, found []strict.Problem, lines [][2]int) {
	t.Helper()
	if m.why["harmless"] != "" {
		if len(found) > 0 {
			t.Errorf("said to be harmless: %v", found)
		}
		return
	}
	if len(found) == 0 {
		t.Error("nothing is found")
	}
	near := false
	for _, p := range found {
		near = near || slices.ContainsFunc(lines, func(of [2]int) bool { return p.Line >= of[0] && p.Line <= of[1] })
		if _, remedy, ok := strings.Cut(p.Text, "; "); !ok || remedy == "" {
			t.Errorf("no remedy: %s", p)
		}
	}
	for _, demand := range []struct {
		reason string
		broken bool
	}{
		{"elsewhere", !near},
		{"several", len(found) > 2},
		{"warns", !strict.Bad(found)},
	} {
		if said := m.why[demand.reason] != ""; said != demand.broken && len(found) > 0 {
			t.Errorf("%s: is %v, said %v: %v", demand.reason, demand.broken, said, found)
		}
	}
}

// rewritten puts what was found in the place of what was expected.
func rewritten(table []byte, mutants []mutant) []byte {
	found := map[int][]string{}
	for _, m := range mutants {
		found[m.line] = m.want
	}
	place := regexp.MustCompile(`^\d+:\d+: `)
	var out, pending []string
	for i, line := range strings.Split(string(table), "\n") {
		if place.MatchString(line) {
			continue
		}
		if line == "" || slices.Contains(reasons, strings.SplitN(line, ":", 2)[0]) {
			out, pending = append(out, pending...), nil
		}
		out = append(out, line)
		if want, ok := found[i+1]; ok {
			pending = want
		}
	}
	return []byte(strings.Join(out, "\n"))
}
