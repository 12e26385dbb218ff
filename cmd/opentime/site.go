package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// maxFile bounds a YAML file.
const maxFile = 256 << 10

// site is everything a sender's files say: what serve starts with and reloads,
// and what all other commands look at.
type site struct {
	folder    folder
	config    config
	sender    *rules.Sender
	layouts   map[string]*render.Layout
	campaigns []*campaign
	names     []string // of all YAML files but opentime.yaml

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
func loadSite(where folder) (*site, error) {
	name := where.path(configName)
	data, err := where.read(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	s := &site{folder: where, layouts: map[string]*render.Layout{}, configData: data, layoutFiles: map[string][]byte{}}
	s.config, s.problems = loadConfig(name, data)
	if err := s.builtInLayouts(); err != nil {
		return nil, err
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.kind == layoutFile {
			s.addLayout(f)
		}
	}
	s.sender = s.newSender()
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
func (s *site) files() ([]yamlFile, error) {
	var names []string
	root := s.folder.path(s.config.campaigns)
	err := s.folder.walk(root, func(name string) {
		if extension := path.Ext(name); extension == ".yaml" || extension == ".yml" {
			names = append(names, name)
		}
	})
	if err != nil {
		s.problem(s.config.file, "campaigns cannot be read from %s: %v; make the folder, or name another with campaigns:", root, cause(err))
		return nil, nil
	}
	var files []yamlFile
	for _, name := range names {
		if path.Base(filepath.ToSlash(name)) == configName {
			continue
		}
		s.names = append(s.names, name)
		data, err := s.folder.read(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, cause(err))
		}
		files = append(files, s.parse(name, data))
	}
	return files, nil
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
	case root == nil:
	case strings.HasSuffix(name, ".test.yaml"):
		f.kind = testFile
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
		Layouts: map[string]*rules.Layout{}, Feeds: map[string][]rules.Attribute{}, Attributes: c.attributes,
	}
	for id, layout := range s.layouts {
		sender.Layouts[id] = ruleLayout(layout)
	}
	for _, f := range c.feeds {
		sender.Feeds[f.id] = f.attributes
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
		s.problem(f.name, "campaign %q is there twice, in %s too; rename one", c.ID, s.campaigns[i].File)
		return
	}
	s.campaigns = append(s.campaigns, c)
}

// picture reads a picture that a campaign names, relative to its file.
func (s *site) picture(c *campaign, file, name string) (string, error) {
	whole := filepath.Join(filepath.Dir(file), name)
	if s.folder.embedded != nil {
		whole = path.Join(path.Dir(file), name)
	}
	data, err := s.folder.read(whole)
	if err != nil {
		return "", s.noPicture(whole, err)
	}
	hash := render.Hash(sha256.Sum256(data))
	c.pictures[hash] = data
	c.files[whole] = data
	return hash.String(), nil
}

// noPicture says which picture is not there, and which are.
func (s *site) noPicture(whole string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("picture %s cannot be read: %w", whole, cause(err))
	}
	var known []string
	_ = s.folder.walk(path.Dir(filepath.ToSlash(whole)), func(name string) {
		switch path.Ext(name) {
		case ".jpg", ".jpeg", ".png", ".gif":
			known = append(known, path.Base(filepath.ToSlash(name)))
		}
	})
	return fmt.Errorf("no picture %s; %s", whole, strict.DidYouMean(path.Base(filepath.ToSlash(whole)), known))
}

// addTests loads a campaign's tests.
func (s *site) addTests(f yamlFile) {
	id := strings.TrimSuffix(path.Base(filepath.ToSlash(f.name)), ".test.yaml")
	c, err := s.campaign(id)
	if err != nil {
		beside := strings.TrimSuffix(f.name, ".test.yaml") + ".yaml"
		i := slices.IndexFunc(s.campaigns, func(c *campaign) bool { return c.File == beside })
		if i < 0 {
			s.problem(f.name, "tests of no campaign: %v", err)
			return
		}
		c = s.campaigns[i]
	}
	tests, problems := rules.LoadTests(f.name, f.root, c.Campaign, s.sender)
	s.problems = append(s.problems, problems...)
	if !strict.Bad(problems) {
		c.tests = append(c.tests, tests...)
	}
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

// revision is the hash of a campaign with all it names: its file and pictures,
// the layouts it uses, and opentime.yaml, which says what signals there are.
func (s *site) revision(c *campaign) [16]byte {
	sum := sha256.New()
	add := func(name string, data []byte) {
		_, _ = fmt.Fprintf(sum, "%s %d\n", name, len(data))
		_, _ = sum.Write(data)
	}
	add(configName, s.configData)
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		add(strings.TrimPrefix(name, s.folder.dir), c.files[name])
	}
	for _, id := range c.layouts() {
		if layout, ok := s.layouts[id]; ok {
			add("layout "+id, layout.Revision[:])
		}
	}
	return [16]byte(sum.Sum(nil)[:16])
}

// layouts are the ids of the layouts a campaign uses, in order.
func (c *campaign) layouts() []string {
	used := map[string]bool{}
	for _, b := range c.Blocks {
		for _, v := range variants(b) {
			if v.Layout != nil {
				used[v.Layout.ID] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// variants are all a block can show.
func variants(b *rules.Block) []*rules.Variant {
	var all []*rules.Variant
	for _, r := range b.Rules {
		all = append(append(all, r.Variant), r.Split...)
	}
	return slices.DeleteFunc(append(all, b.Fallback), func(v *rules.Variant) bool { return v == nil })
}
