package main

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// maxFile bounds a YAML file.
const maxFile = 256 << 10

// site is everything a sender's files say: what serve starts with and reloads,
// and what all other commands look at.
type site struct {
	folder    folder
	began     time.Time // when its files began to be read
	config    config
	sender    *rules.Sender
	layouts   map[string]*render.Layout
	campaigns []*campaign
	names     []string // of all YAML files but opentime.yaml

	catalogue    *signals.Catalogue     // of feeds that are files, where data was added
	itemPictures map[render.Hash]string // files that its items name

	configData  []byte
	layoutFiles map[string][]byte // the sender's own, by path
	problems    []strict.Problem
}

// campaign is a campaign of a site with all it names.
type campaign struct {
	*rules.Campaign
	tests    []*rules.Test
	pictures map[render.Hash][]byte // sources of its pictures, by what names them
	files    map[string][]byte      // by path: what its revision is made of
	bad      bool                   // it has problems and is not to be served
}

// openSite loads the site that a path means and prints what is wrong with its
// configuration. Campaigns with problems are left in, marked as bad.
func openSite(name string, e *env) (*site, error) {
	where, err := findFolder(name)
	if err != nil {
		return nil, err
	}
	s, err := loadSite(where)
	if err != nil {
		return nil, err
	}
	if ofConfig := s.problemsIn(s.config.file); strict.Bad(ofConfig) {
		return nil, e.tell(ofConfig, false)
	}
	return s, nil
}

// loadSite reads all files of a site. What is wrong inside them is in its
// problems; an error means that there is no site at all.
func loadSite(where folder) (*site, error) { return loadSiteWith(where, nothing) }

// nothing is no data.
func nothing(*site) {}

// loadSiteWith is loadSite with data at hand: ids of items and places are then
// looked up in what data adds to the sender.
func loadSiteWith(where folder, data func(*site)) (*site, error) {
	name := where.path(configName)
	text, err := where.read(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	return loadSiteAs(where, text, data)
}

// loadSiteAs is loadSiteWith for an opentime.yaml with this text.
func loadSiteAs(where folder, text []byte, data func(*site)) (*site, error) {
	name := where.path(configName)
	s := &site{folder: where, began: time.Now(), layouts: map[string]*render.Layout{}, configData: text, layoutFiles: map[string][]byte{}}
	s.config, s.problems = loadConfig(name, text)
	if err := s.builtInLayouts(); err != nil {
		return nil, err
	}
	files := s.files()
	for _, f := range files {
		if f.kind == layoutFile {
			s.addLayout(f)
		}
	}
	s.sender = s.newSender()
	data(s)
	for _, f := range files {
		if f.kind == campaignFile {
			s.addCampaign(f)
		}
	}
	for _, f := range files {
		if f.kind == testFile {
			s.addTests(f)
		}
	}
	s.problems = strict.Sort(s.problems)
	return s, nil
}

// fileKind is what a YAML file holds.
type fileKind uint8

const (
	unknownFile fileKind = iota
	campaignFile
	layoutFile
	testFile
)

// yamlFile is one YAML file of a site.
type yamlFile struct {
	name string
	kind fileKind
	data []byte
	root *strict.Node
}

// files reads every YAML file of the campaigns' folder.
func (s *site) files() []yamlFile {
	var names []string
	root := s.folder.path(s.config.campaigns)
	err := s.folder.walk(root, func(name string) {
		if extension := path.Ext(name); extension == ".yaml" || extension == ".yml" {
			names = append(names, name)
		}
	})
	if err != nil {
		s.problem(root, "campaigns cannot be read from %s: %v; make the folder, or name another with campaigns:", root, cause(err))
		return nil
	}
	var files []yamlFile
	for _, name := range names {
		if path.Base(filepath.ToSlash(name)) == configName {
			continue
		}
		s.names = append(s.names, name)
		data, err := s.folder.read(name)
		if err != nil {
			s.problem(name, "it cannot be read: %v", cause(err))
		}
		files = append(files, s.parse(name, data))
	}
	return files
}

// parse reads a file as YAML and sees by its name or first key what it holds.
func (s *site) parse(name string, data []byte) yamlFile {
	f := yamlFile{name: name, data: data}
	if len(data) > maxFile {
		s.problem(name, "%d KiB are too much; a file has at most 256", len(data)>>10)
		return f
	}
	if strings.HasSuffix(name, ".yml") {
		s.problem(name, "the name ends in .yml and the file is not read; name it .yaml")
		return f
	}
	root, problems := strict.Parse(name, data)
	s.problems = append(s.problems, problems...)
	f.root = root
	switch {
	case strings.HasSuffix(name, ".test.yaml"):
		f.kind = testFile
	case root == nil:
	case root.Kind == strict.Map && len(root.Entries) > 0 && root.Entries[0].Key.Text == "campaign":
		f.kind = campaignFile
	case root.Kind == strict.Map && len(root.Entries) > 0 && root.Entries[0].Key.Text == "layout":
		f.kind = layoutFile
	default:
		s.problem(name, "neither a campaign nor a layout; let the first key be campaign: or layout:")
	}
	return f
}

func (s *site) problem(file, format string, args ...any) {
	s.problems = append(s.problems, strict.Problem{File: file, Line: 1, Col: 1, Text: fmt.Sprintf(format, args...)})
}

// problemsIn returns the problems of one file.
func (s *site) problemsIn(file string) []strict.Problem {
	return slices.DeleteFunc(slices.Clone(s.problems), func(p strict.Problem) bool { return p.File != file })
}

// builtInLayouts loads the layouts that come with the program.
func (s *site) builtInLayouts() error {
	names, err := fs.Glob(assets.FS, "layouts/*.yaml")
	if err != nil {
		return fmt.Errorf("read built-in layouts: %w", err)
	}
	for _, name := range names {
		data, err := assets.FS.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read built-in layouts: %w", err)
		}
		root, problems := strict.Parse(name, data)
		layout, more := render.LoadLayout(name, root)
		if problems = append(problems, more...); strict.Bad(problems) || layout == nil {
			return fmt.Errorf("read built-in layouts: %v", problems)
		}
		s.layouts[layout.ID] = layout
	}
	return nil
}

// addLayout takes a layout of the sender's own; it may replace a built-in one.
func (s *site) addLayout(f yamlFile) {
	layout, problems := render.LoadLayout(f.name, f.root)
	s.problems = append(s.problems, problems...)
	if layout != nil && !strict.Bad(problems) {
		s.layouts[layout.ID] = layout
		s.layoutFiles[f.name] = f.data
	}
}

// newSender makes what campaigns may name of what opentime.yaml declares.
func (s *site) newSender() *rules.Sender {
	c := &s.config
	sender := &rules.Sender{
		ID: c.sender, Home: c.home, Hosts: c.hosts, Zone: c.zone, Locales: c.locales,
		Layouts: map[string]*rules.Layout{}, Feeds: map[string][]rules.Attribute{}, Attributes: c.attributes, Codes: c.codes, Recipients: c.recipients,
		Writers: &rules.Writers{}, Published: s.folder.kept,
	}
	for id, layout := range s.layouts {
		sender.Layouts[id] = ruleLayout(layout)
	}
	for _, f := range c.feeds {
		sender.Feeds[f.id] = f.attributes
	}
	for _, l := range c.lists {
		sender.Lists = append(sender.Lists, l.id)
	}
	for _, p := range c.places {
		sender.Places = append(sender.Places, p.id)
	}
	return sender
}

// ruleLayout is what rules know of a layout.
func ruleLayout(l *render.Layout) *rules.Layout {
	types := map[string]rules.Type{
		"text": rules.Text, "picture": rules.Picture, "number": rules.Number,
		"moment": rules.Moment, "list": rules.TextList, "colour": rules.Colour,
	}
	out := &rules.Layout{ID: l.ID, Width: l.Width, Height: l.Height, Countdown: l.Countdown}
	for _, v := range l.Values {
		out.Values = append(out.Values, rules.LayoutValue{Name: v.Name, Type: types[v.Type], Optional: v.Optional, Default: v.Default})
	}
	return out
}

// addCampaign loads a campaign and the pictures it names.
func (s *site) addCampaign(f yamlFile) {
	c := &campaign{pictures: map[render.Hash][]byte{}, files: map[string][]byte{f.name: f.data}}
	sender := *s.sender
	sender.Picture = func(name string) (string, error) { return s.picture(c, f.name, name) }
	loaded, problems := rules.Load(f.name, f.root, &sender, s.config.segments)
	s.problems = append(s.problems, problems...)
	if loaded == nil {
		return
	}
	c.Campaign, c.bad = loaded, strict.Bad(problems)
	if i := slices.IndexFunc(s.campaigns, func(o *campaign) bool { return o.ID == c.ID }); i >= 0 {
		// Nobody can tell which of them sent mails mean.
		other := s.campaigns[i]
		other.bad = true
		s.problem(f.name, "campaign %q is there twice, in %s too; rename one", c.ID, other.File)
		s.problem(other.File, "campaign %q is there twice, in %s too; rename one", c.ID, f.name)
		return
	}
	s.campaigns = append(s.campaigns, c)
	s.warnUnknown(c)
	s.warnUntold(c)
}

// addTests loads a campaign's tests.
func (s *site) addTests(f yamlFile) {
	id := strings.TrimSuffix(path.Base(filepath.ToSlash(f.name)), ".test.yaml")
	c, err := s.campaign(id)
	if err != nil {
		beside := strings.TrimSuffix(f.name, ".test.yaml") + ".yaml"
		i := slices.IndexFunc(s.campaigns, func(c *campaign) bool { return c.File == beside })
		if i < 0 && strict.Bad(s.problemsIn(beside)) {
			return // it is there, and cannot be read
		}
		if i < 0 {
			s.problem(f.name, "tests of no campaign: %v", err)
			return
		}
		c = s.campaigns[i]
	}
	if f.root == nil {
		c.bad = true // it cannot be published as tested
		return
	}
	tests, problems := rules.LoadTests(f.root, c.Campaign, s.sender)
	problems = append(problems, s.checkOpens(tests)...)
	s.problems = append(s.problems, problems...)
	c.tests = append(c.tests, tests...)
	c.bad = c.bad || strict.Bad(s.problemsIn(f.name))
}

// checkOpens says which tests open with a client or an address that there is
// not.
func (s *site) checkOpens(tests []*rules.Test) []strict.Problem {
	gatherer, err := testGatherer()
	if err != nil {
		return nil
	}
	var problems []strict.Problem
	for _, t := range tests {
		if _, problem := testOpen(t, gatherer); problem != nil {
			problems = append(problems, *problem)
		}
	}
	return problems
}

// campaign returns a campaign by its id.
func (s *site) campaign(id string) (*campaign, error) {
	known := make([]string, 0, len(s.campaigns))
	for _, c := range s.campaigns {
		if strings.EqualFold(c.ID, id) {
			return c, nil
		}
		known = append(known, c.ID)
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("unknown campaign %q; there is none in %s", id, s.folder.path(s.config.campaigns))
	}
	return nil, fmt.Errorf("unknown campaign %q; %s", id, strict.DidYouMean(id, known))
}

// block returns a block by its id.
func (c *campaign) block(id string) (*rules.Block, error) {
	var known []string
	for _, b := range c.Blocks {
		if strings.EqualFold(b.ID, id) {
			return b, nil
		}
		known = append(known, b.ID)
	}
	return nil, fmt.Errorf("unknown block %q in campaign %q; %s", id, c.ID, strict.DidYouMean(id, known))
}
