package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// example is a file of one kind, with what reads it and the site it belongs to.
type example struct {
	name, kind string
	data       []byte
	site       *site
	tested     []byte // of tests: their campaign
}

// problems are what the program itself finds wrong with a file like the example
// that has this text.
func (x *example) problems(data []byte) []strict.Problem {
	if x.kind == "server" {
		_, problems := loadConfig(x.name, data)
		return problems
	}
	root, problems := strict.Parse(x.name, data)
	if root == nil {
		return problems
	}
	sender := *x.site.sender
	sender.Picture = func(path string) (string, error) { return path, nil }
	var more []strict.Problem
	switch x.kind {
	case "campaign":
		_, more = rules.Load(x.name, root, &sender, x.site.config.segments)
	case "layout":
		_, more = render.LoadLayout(x.name, root)
	case "test":
		campaign, _ := strict.Parse("tested.yaml", x.tested)
		c, _ := rules.Load("tested.yaml", campaign, &sender, x.site.config.segments)
		tests, wrong := rules.LoadTests(root, c, &sender)
		more = append(wrong, x.site.checkOpens(tests)...)
	}
	return append(problems, more...)
}

// appendixSite is a site with the server of the language's appendix.
func appendixSite(t *testing.T) *site {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/schema/site.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return loadedSite(t, folder{dir: dir})
}

func loadedSite(t *testing.T, where folder) *site {
	t.Helper()
	s, err := loadSite(where)
	if err != nil || strict.Bad(s.problems) {
		t.Fatal(err, s.problems)
	}
	return s
}

// goodExamples are the examples of the project: all files of its testdata, demo,
// built-in layouts and pages that are to be without problems.
func goodExamples(t *testing.T) []example {
	t.Helper()
	appendix, demo := appendixSite(t), loadedSite(t, demoFolder())
	all := slices.Concat(archived(t, appendix), embedded(t, demo, appendix), shownOnPages(t, demo, appendix))
	for i := range all {
		if problems := all[i].problems(all[i].data); strict.Bad(problems) {
			t.Errorf("%s has problems: %v", all[i].name, problems)
		}
	}
	return all
}

// archived are the campaigns of rules' archives, with their tests.
func archived(t *testing.T, s *site) []example {
	t.Helper()
	names, err := filepath.Glob("../../rules/testdata/decide/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no archives", err)
	}
	var all []example
	for _, name := range append(names, "../../rules/testdata/appendix.txtar") {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		campaigns := map[string][]byte{}
		for _, f := range archive.Files {
			x := example{name: path.Base(name) + "/" + f.Name, kind: "campaign", data: f.Data, site: s}
			of, isTest := strings.CutSuffix(f.Name, ".test.yaml")
			switch {
			case isTest:
				x.kind, x.tested = "test", campaigns[of]
			case strings.HasSuffix(f.Name, ".yaml"):
				campaigns[strings.TrimSuffix(f.Name, ".yaml")] = f.Data
			default:
				continue
			}
			all = append(all, x)
		}
	}
	return all
}

// embedded are the files that come with the program.
func embedded(t *testing.T, demo, appendix *site) []example {
	t.Helper()
	var all []example
	err := fs.WalkDir(assets.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		data, err := assets.FS.ReadFile(name)
		x := example{name: name, kind: "campaign", data: data, site: demo}
		switch {
		case path.Base(name) == configName:
			x.kind = "server"
		case strings.HasSuffix(name, ".test.yaml"):
			x.kind = "test"
			if x.tested, err = assets.FS.ReadFile(strings.TrimSuffix(name, ".test.yaml") + ".yaml"); err != nil {
				return err
			}
		case strings.Contains(name, "layouts/"):
			x.kind = "layout"
		}
		all = append(all, x)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(appendix.folder.dir, configName))
	if err != nil {
		t.Fatal(err)
	}
	return append(all, example{name: "the appendix's " + configName, kind: "server", data: data, site: appendix})
}

// shownOnPages are the YAML examples of the pages.
func shownOnPages(t *testing.T, demo, appendix *site) []example {
	t.Helper()
	const layer = "layout: example\nsize: 300x100\nvalues: {headline: text, photo: picture, n: number, until: moment}\nlayers:\n"
	var all []example
	for _, block := range examplesOf(t, "../..") {
		x := example{name: block.document, data: []byte(block.text), site: appendix}
		if block.document == "README.md" {
			x.site = demo
		}
		switch {
		case problemComment.MatchString(block.text):
			continue // an example of mistakes
		case strings.HasPrefix(block.text, "campaign:"):
			x.kind = "campaign"
		case strings.HasPrefix(block.text, "layout:"):
			x.kind = "layout"
		case strings.HasPrefix(block.text, "sender:"):
			x.kind = "server"
		case strings.HasPrefix(block.text, "- ") && block.document == "render/README.md":
			x.kind, x.data = "layout", []byte(layer+block.text)
		default:
			continue
		}
		all = append(all, x)
	}
	return all
}

// TestSchemasTakeEveryGoodExample validates them as each editor reads them,
// against the schema of any sender, that of the site, and those of all kinds.
func TestSchemasTakeEveryGoodExample(t *testing.T) {
	schemas := newSchemas(t)
	kinds := map[string]int{}
	for _, x := range goodExamples(t) {
		kinds[x.kind]++
		for _, s := range schemas.of(&x) {
			for _, editor := range editors {
				if err := s.Validate(editor.read(t, x.data)); err != nil {
					t.Errorf("%s, as %s reads it: %v", x.name, editor.name, err)
				}
			}
		}
	}
	for kind, least := range map[string]int{"campaign": 35, "test": 18, "layout": 20, "server": 4} {
		if kinds[kind] < least {
			t.Errorf("%d examples of kind %s, want %d at least", kinds[kind], kind, least)
		}
	}
}

// TestSchemasAreOnesThemselves validates each schema against that of schemas.
func TestSchemasAreOnesThemselves(t *testing.T) {
	meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*site{nil, appendixSite(t), loadedSite(t, demoFolder())} {
		for _, kind := range schemaKinds {
			if err := meta.Validate(schemaDoc(t, kind, s)); err != nil {
				t.Errorf("schema %s: %v", kind, err)
			}
		}
	}
}

var schemaKinds = []string{"campaign", "layout", "test", "server", "all"}

// TestAllHasOneMeaningForEachName sees that no two kinds define a name
// differently, since all has the definitions of each.
func TestAllHasOneMeaningForEachName(t *testing.T) {
	s := appendixSite(t)
	all, err := schemaOf("all", s)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"campaign", "layout", "test", "server"} {
		own, err := schemaOf(kind, s)
		if err != nil {
			t.Fatal(err)
		}
		for name, shape := range own.Defs {
			if !reflect.DeepEqual(shape, all.Defs[name]) {
				t.Errorf("%q is another thing in %s than in all", name, kind)
			}
		}
	}
}

// schemas are the compiled schemas, by kind and site.
type schemas struct {
	t        *testing.T
	compiled map[string]*jsonschema.Schema
}

func newSchemas(t *testing.T) *schemas {
	return &schemas{t: t, compiled: map[string]*jsonschema.Schema{}}
}

// of returns the schemas that an example must fit.
func (s *schemas) of(x *example) []*jsonschema.Schema {
	return []*jsonschema.Schema{s.get(x.kind, nil), s.get(x.kind, x.site), s.get("all", nil), s.get("all", x.site)}
}

func (s *schemas) get(kind string, of *site) *jsonschema.Schema {
	s.t.Helper()
	key := kind
	if of != nil {
		key += " " + of.folder.dir
	}
	if s.compiled[key] == nil {
		c := jsonschema.NewCompiler()
		c.UseRegexpEngine(ecmaRegexp)
		if err := c.AddResource("file:///schema.json", schemaDoc(s.t, kind, of)); err != nil {
			s.t.Fatal(err)
		}
		compiled, err := c.Compile("file:///schema.json")
		if err != nil {
			s.t.Fatal(err)
		}
		s.compiled[key] = compiled
	}
	return s.compiled[key]
}

// schemaDoc is a schema as a program reads it.
func schemaDoc(t *testing.T, kind string, of *site) any {
	t.Helper()
	schema, err := schemaOf(kind, of)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := schema.Write(&text); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// ecmaRegexp compiles a pattern as JSON Schema means it: \s is all the space
// that ECMA-262 knows.
func ecmaRegexp(pattern string) (jsonschema.Regexp, error) {
	inClass := strings.ReplaceAll(pattern, `[\s`, `[\t\n\v\f\r\p{Z}\x{FEFF}`)
	return regexp.Compile(inClass)
}

// anywhere begins the place of a complaint of which only the key is known.
const anywhere = "?/"

// complaints are the places in a file that a schema complains of, as JSON
// pointers.
func complaints(err error) []string {
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return nil
	}
	var all []string
	var visit func(e *jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		at := ""
		for _, part := range e.InstanceLocation {
			at += "/" + part
		}
		switch k := e.ErrorKind.(type) {
		case *kind.AdditionalProperties:
			for _, name := range k.Properties {
				all = append(all, at+"/"+name)
			}
		case *kind.PropertyNames:
			all = append(all, anywhere+k.Property) // its place is overwritten by later ones
			return
		}
		if len(e.Causes) == 0 {
			all = append(all, at)
		}
		for _, cause := range e.Causes {
			visit(cause)
		}
	}
	visit(invalid)
	return all
}

// TestNoValueOfALayoutIsAKeyOfShow sees that layouts cannot declare what every
// variant has.
func TestNoValueOfALayoutIsAKeyOfShow(t *testing.T) {
	keys := rules.CampaignSchema(nil, nil).Defs["show"].Properties
	if len(keys) < 5 {
		t.Errorf("show has the keys %v", keys)
	}
	for key := range keys {
		text := "layout: l\nsize: 300x100\nvalues: {" + key + ": text}\nlayers: [{text: {text: \"{" + key + "}\"}}]\n"
		root, _ := strict.Parse("l.yaml", []byte(text))
		if _, problems := render.LoadLayout("l.yaml", root); !strict.Bad(problems) {
			t.Errorf("a layout may declare the value %q", key)
		}
	}
}
