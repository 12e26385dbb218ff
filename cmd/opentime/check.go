package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// checkCmd is opentime check.
type checkCmd struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Folders with an opentime.yaml, or files of theirs."`
	Data   string   `env:"OPENTIME_DATA" placeholder:"DIR" help:"Where the server keeps its data, to compare with what is published."`
	Strict bool     `help:"Let warnings fail too."`
	Render bool     `help:"Draw the fallbacks too, and warn of images that mail clients show late."`
	JSON   bool     `name:"json" help:"Print them for programs."`
}

// Help teaches the command.
func (checkCmd) Help() string {
	return `Reads opentime.yaml, what it names, campaigns, layouts and tests and prints everything that is wrong with them at once, a line each:

  file:line:col: what is wrong; what to do

A campaign with a problem is not served. Warnings fail with --strict only. Feeds at a URL are not fetched: items that only they have are not looked for.

With --render it draws each campaign's fallbacks too, as publishing does: one that cannot be drawn is a problem; an image over 200 KB is a warning, as is a text that is cut off, has characters that no font has, or is too faint against what lies behind it (WCAG 2.2). The same of what rules show, whatever their conditions, with names of 30 letters and the feed's longest texts and rarest characters. That takes some hundredths of a second for each picture.

With --json it prints a list of {"file", "line", "col", "level", "text", "remedy"}: level is problem, warning or note, text what is wrong, remedy what to do. Without problems that is []. Exit codes are the same.

  opentime check                      the folder you are in, or the demo
  opentime check campaigns/spring.yaml
  opentime check --strict --json .    for an editor, or before a commit`
}

// Run prints problems.
func (c *checkCmd) Run(e *env) error {
	found, err := loadPaths(e, c.Paths)
	if err != nil {
		return err
	}
	var problems []strict.Problem
	campaigns := 0
	for _, f := range found {
		problems = append(problems, f.problems()...)
		where{Data: c.Data}.apply(f.site)
		problems = append(problems, f.lost()...)
		campaigns += len(f.campaigns())
		if c.Render {
			drawn, err := f.draw(e.now())
			if err != nil {
				return err
			}
			problems = append(problems, drawn...)
		}
	}
	if c.JSON {
		return e.tellPrograms(problems, c.Strict)
	}
	if err := e.tell(problems, c.Strict); err != nil {
		return err
	}
	e.print("%s%s: no problems", found[0].ofDemo(), count(campaigns, "campaign"))
	return nil
}

// ofDemo says, where nobody named a site, that the demo was looked at.
func (f found) ofDemo() string {
	if f.folder.embedded != nil {
		return "the built-in demo: "
	}
	return ""
}

// lost says what the campaigns' sent mails rely on and they have no longer, as
// far as the data folder knows what was published.
func (f found) lost() []strict.Problem {
	data := f.folder.path(f.config.data)
	if f.folder.embedded != nil || !f.folder.isDir(data) {
		return nil
	}
	index, err := readIndex(data, f.config.sender)
	if err != nil {
		return []strict.Problem{{File: f.config.file, Line: 1, Col: 1, Text: err.Error()}}
	}
	published := &publisher{data: data, index: index}
	var problems []strict.Problem
	for _, c := range f.campaigns() {
		if !c.bad {
			problems = append(problems, lost(published.before(c.ID), c.Campaign)...)
		}
	}
	return problems
}

// found is what a path means: a site, and which of its files.
type found struct {
	*site
	under string // absolute; "": all of them
}

// loadPaths loads the site of each path; of no path, that of the working
// folder or the demo.
func loadPaths(e *env, paths []string) ([]found, error) {
	if len(paths) == 0 {
		paths = []string{""}
	}
	var all []found
	sites := map[string]*site{}
	for _, name := range paths {
		where, err := findFolder(name)
		if err != nil {
			return nil, err
		}
		s, ok := sites[where.dir]
		if !ok {
			if s, err = loadSiteWith(where, addData(e.now)); err != nil {
				return nil, err
			}
			sites[where.dir] = s
		}
		f := found{site: s}
		if under := absolute(name); name != "" && under != absolute(where.dir) && filepath.Base(under) != configName {
			f.under = under
		}
		if f.under != "" && !f.known() {
			return nil, hint(fmt.Errorf("%s is no file of the sender's", name),
				"%s looks for campaigns in %s", s.config.file, s.folder.path(s.config.campaigns))
		}
		all = append(all, f)
	}
	return all, nil
}

// known reports whether the path is that of a file or folder of the site.
func (f found) known() bool {
	return slices.ContainsFunc(f.names, f.has)
}

// has reports whether a file lies under the path.
func (f found) has(file string) bool {
	if f.under == "" {
		return true
	}
	file = absolute(file)
	return file == f.under || strings.HasPrefix(file, f.under+string(filepath.Separator))
}

// absolute returns a path from the root, so that two ways to write it are one.
func absolute(name string) string {
	if whole, err := filepath.Abs(name); err == nil {
		return whole
	}
	return filepath.Clean(name)
}

// problems are those of the files under the path, and of the configuration
// they depend on.
func (f found) problems() []strict.Problem {
	return slices.DeleteFunc(slices.Clone(f.site.problems), func(p strict.Problem) bool {
		return !f.has(p.File) && p.File != f.config.file
	})
}

// campaigns are those under the path, and those whose tests are.
func (f found) campaigns() []*campaign {
	return slices.DeleteFunc(slices.Clone(f.site.campaigns), func(c *campaign) bool {
		tests := strings.TrimSuffix(c.File, ".yaml") + ".test.yaml"
		return !f.has(c.File) && !f.has(tests)
	})
}

// count writes a number of things.
func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}
