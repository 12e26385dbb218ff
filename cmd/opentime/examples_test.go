package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/strict"
)

// yamlBlock is a YAML block of a document.
type yamlBlock struct {
	document string // its path from the repository's root
	line     int    // of the first line of text in the document
	text     string
}

// blockKind is what an example is, by its first line: what loads it, and how a part of
// a file is made whole.
type blockKind struct {
	name   string
	begins *regexp.Regexp
	// file is the example's file in a site; %s in it is what begins caught.
	file string
	// before is put before the example, whose lines are then indented by indent.
	before, indent string
}

// blockKinds are all that examples may be: one that is none of them is run by nobody.
var blockKinds = []blockKind{
	{name: "campaign", begins: regexp.MustCompile(`^campaign: ([a-z0-9-]+)`), file: "campaigns/%s.yaml"},
	{name: "tests", begins: regexp.MustCompile(`^# ([a-z0-9-]+)\.test\.yaml\n`), file: "campaigns/%s.test.yaml"},
	{name: "layout", begins: regexp.MustCompile(`^layout: ([a-z0-9-]+)`), file: "campaigns/%s.yaml"},
	{name: "opentime.yaml", begins: regexp.MustCompile(`^sender: `)},
	{
		name: "layers", begins: regexp.MustCompile(`^- ([a-z]+):[ \n]`), file: "campaigns/layers-%s.yaml", indent: "  ",
		before: "layout: layers-%s\nsize: 300x100\nvalues: {headline: text, photo: picture, n: number, until: moment}\nlayers:\n",
	},
	{
		name: "conditions", begins: regexp.MustCompile(`^(when): `), file: "campaigns/%s.yaml", indent: "        ",
		before: "campaign: %s\nblocks:\n  block:\n    show: {layout: strip, headline: x}\n    rules:\n      - name: rule\n",
	},
}

// problemComment marks the problem that check finds in a line of an example.
var problemComment = regexp.MustCompile(`(?m)\s# problem: (.*)$`)

// TestEveryExampleIsRun finds the YAML blocks of all documents, and loads each as
// what it is; the tests among them are run. An example has no problem but those
// that its lines say, each in a comment: # problem: what is wrong; what to do.
func TestEveryExampleIsRun(t *testing.T) {
	documents := map[string][]yamlBlock{}
	found := 0
	for _, e := range examplesOf(t, "../..") {
		documents[e.document] = append(documents[e.document], e)
		found++
	}
	if found < 20 {
		t.Fatalf("%d examples were found", found)
	}
	for document, all := range documents {
		t.Run(document, func(t *testing.T) {
			dir := t.TempDir()
			if document == "README.md" {
				copyDemo(t, dir) // its campaign shows the demo's films
			} else {
				makeSite(t, dir)
			}
			runExamples(t, dir, all)
		})
	}
}

// TestExamplesSayTheirProblems: an example with a mistake that it does not say
// fails, and so do one that says what is not found and one that nobody runs.
func TestExamplesSayTheirProblems(t *testing.T) {
	const good = "campaign: a\nblocks: {b: {show: {layout: strip, headline: x}}}\n"
	f := func(text string, want ...string) {
		t.Helper()
		dir := t.TempDir()
		makeSite(t, dir)
		got := exampleFaults(t, dir, []yamlBlock{{document: "d.md", line: 1, text: text}})
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	f(good)
	f(strings.Replace(good, "strip", "stripe", 1), `d.md:2: it has a problem that it does not say: unknown layout "stripe"; did you mean "strip"?`)
	f(strings.Replace(good, "strip, headline: x}}}", "stripe}}}  # problem: unknown layout \"stripe\"; did you mean \"strip\"?", 1))
	f(strings.Replace(good, "}}}", "}}}  # problem: unknown layout", 1), `d.md:2: it says a problem that is not found: unknown layout`)
	f("when: {weather.rian: true}\n", `d.md:1: it has a problem that it does not say: unknown signal "weather.rian"; did you mean "weather.rain"?`)
	f("- text: {text: \"{headlin}\"}\n", `d.md:1: it has a problem that it does not say: no value "headlin" is declared; did you mean "headline"?`)
	f("sender: a\nhome: https://a.example\n", `d.md:1: it has a problem that it does not say: "hosts" is missing; write hosts: [...], the only hosts a link may lead to`)
	f("colour: red\n", "d.md:1: nobody runs this: it is neither of campaign, tests, layout, opentime.yaml, layers, conditions")
}

// examplesOf returns the YAML blocks of all documents under a folder.
func examplesOf(t *testing.T, root string) []yamlBlock {
	t.Helper()
	var all []yamlBlock
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != root:
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".md":
			return nil
		}
		document, err := filepath.Rel(root, name)
		all = append(all, blocksOf(filepath.ToSlash(document), fileText(t, name))...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// blocksOf returns the YAML blocks of a document, without the indentation of the
// fence.
func blocksOf(document, text string) []yamlBlock {
	var all []yamlBlock
	fence := regexp.MustCompile("^( *)```ya?ml *$")
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := fence.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		e := yamlBlock{document: document, line: i + 2}
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "```"; i++ {
			e.text += strings.TrimPrefix(lines[i], m[1]) + "\n"
		}
		all = append(all, e)
	}
	return all
}

// runExamples demands of a document's examples that they are run, and are right.
func runExamples(t *testing.T, dir string, all []yamlBlock) {
	t.Helper()
	for _, fault := range exampleFaults(t, dir, all) {
		t.Error(fault)
	}
	tests, err := filepath.Glob(filepath.Join(dir, "campaigns", "*.test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tests {
		var out strings.Builder
		e := &env{zones: sharedZones, stdout: &out, stderr: &out, now: time.Now, getenv: func(string) string { return "" }}
		if code := run([]string{"test", strings.Replace(name, ".test.yaml", ".yaml", 1)}, e); code != 0 {
			t.Errorf("opentime test: exit code %d\n%s", code, out.String())
		}
	}
}

// exampleFaults writes a document's examples into a site, and returns what is
// wrong with them as the document's readers would say it.
func exampleFaults(t *testing.T, dir string, all []yamlBlock) []string {
	t.Helper()
	var faults []string
	placed := map[string]placedBlock{}
	for _, e := range all {
		k, name := kindOf(e.text)
		switch {
		case k == nil:
			var names []string
			for _, k := range blockKinds {
				names = append(names, k.name)
			}
			faults = append(faults, fmt.Sprintf("%s:%d: nobody runs this: it is neither of %s", e.document, e.line, strings.Join(names, ", ")))
		case k.file == "":
			_, problems := loadConfig("example", []byte(e.text))
			faults = append(faults, e.compare(problems, 0)...)
		default:
			file := filepath.Join(dir, fmt.Sprintf(k.file, name))
			if _, twice := placed[file]; twice {
				name = fmt.Sprintf("%s-%d", name, e.line) // another one of these layers
				file = filepath.Join(dir, fmt.Sprintf(k.file, name))
			}
			before := strings.ReplaceAll(k.before, "%s", name)
			text := k.indent + strings.ReplaceAll(strings.TrimSuffix(e.text, "\n"), "\n", "\n"+k.indent) + "\n"
			write(t, file, before+text)
			placed[file] = placedBlock{e, strings.Count(before, "\n")}
		}
	}
	providePictures(t, dir, all)
	return append(faults, siteFaults(t, dir, placed)...)
}

// placedBlock is an example in a file, behind so many lines.
type placedBlock struct {
	yamlBlock
	before int
}

// siteFaults loads a site, and compares the problems of the examples in it.
func siteFaults(t *testing.T, dir string, placed map[string]placedBlock) []string {
	t.Helper()
	where, err := findFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := loadSiteWith(where, addData(time.Now))
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	for file, e := range placed {
		faults = append(faults, e.compare(s.problemsIn(file), e.before)...)
	}
	for _, p := range s.problems {
		if _, ours := placed[p.File]; !ours && p.Level == strict.Wrong {
			faults = append(faults, p.String())
		}
	}
	slices.Sort(faults)
	return faults
}

func kindOf(text string) (k *blockKind, name string) {
	for i := range blockKinds {
		if m := blockKinds[i].begins.FindStringSubmatch(text); m != nil {
			return &blockKinds[i], m[len(m)-1]
		}
	}
	return nil, ""
}

// compare says where the problems of an example differ from those that it says.
// before is how many lines stand before it in its file.
func (e *yamlBlock) compare(problems []strict.Problem, before int) []string {
	said := map[string]bool{}
	for i, line := range strings.Split(e.text, "\n") {
		if m := problemComment.FindStringSubmatch(line); m != nil {
			said[fmt.Sprintf("%d: %s", e.line+i, m[1])] = true
		}
	}
	var faults []string
	for _, p := range problems {
		if p.Level != strict.Wrong {
			continue
		}
		line := max(e.line, e.line+p.Line-1-before)
		key := fmt.Sprintf("%d: %s", line, p.Text)
		if !said[key] {
			faults = append(faults, fmt.Sprintf("%s:%d: it has a problem that it does not say: %s", e.document, line, p.Text))
		}
		delete(said, key)
	}
	for key := range said {
		line, text, _ := strings.Cut(key, ": ")
		faults = append(faults, fmt.Sprintf("%s:%s: it says a problem that is not found: %s", e.document, line, text))
	}
	slices.Sort(faults)
	return faults
}

// copyDemo copies the demo.
func copyDemo(t *testing.T, dir string) {
	t.Helper()
	demo, err := fs.Sub(assets.FS, "demo")
	if err == nil {
		err = os.CopyFS(dir, demo)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// makeSite makes a site that has what the documents' examples name.
func makeSite(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, configName), `sender: shop
home: https://shop.example
hosts: [shop.example]
timezone: Europe/Amsterdam
locales: [nl]
feeds: {goods: {url: "https://shop.example/goods.xml", attributes: {review: text}}}
places: {shops: {file: shops.csv}}
profiles: {attributes: {points: number, birthday: yearly, first_name: text, tier: text}}
codes: [welcome]
weather: {from: met.no, contact: mail@shop.example}
`)
	write(t, filepath.Join(dir, "shops.csv"), "id,name,lat,lon\nghent,Gent,51.05,3.72\n")
	if err := os.MkdirAll(filepath.Join(dir, "campaigns"), 0o700); err != nil {
		t.Fatal(err)
	}
}

// providePictures puts a picture in each place where examples name one.
func providePictures(t *testing.T, dir string, all []yamlBlock) {
	t.Helper()
	picture, err := assets.FS.ReadFile("demo/campaigns/photos/brand.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		for _, m := range regexp.MustCompile(`photo: ([\w/-]+\.jpg)`).FindAllStringSubmatch(e.text, -1) {
			write(t, filepath.Join(dir, "campaigns", m[1]), string(picture))
		}
	}
}

func write(t testing.TB, name, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(name), 0o700)
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
