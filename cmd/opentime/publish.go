package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// publisher turns what a site's files say into what is served, campaign by
// campaign: one that is wrong keeps its last good revision. It is used by one
// goroutine at a time.
type publisher struct {
	data     string // where revisions are kept
	library  *render.Library
	draw     func(*render.Picture) (render.Image, error)
	items    func(feed string) rules.Items
	gatherer *signals.Gatherer // for tests: knows clients only

	last    map[string]*server.Published // what is served, by campaign
	index   publishedIndex
	now     func() time.Time
	warmer  func(p *server.Published, items rules.Items, stop func() bool) // draws ahead; nil: there is no server yet
	cold    chan *server.Published                                         // waiting to be warmed
	served  time.Time                                                      // when what is published now is to be served
	started chan struct{}                                                  // closed once those were that a start began with
	ungated bool                                                           // publish whatever loads: for explain and preview
	failed  bool                                                           // something could not be written: publish again
}

// maxCold is how many campaigns may wait to be warmed.
const maxCold = 1000

func newPublisher(data, sender string, library *render.Library, draw func(*render.Picture) (render.Image, error), items func(feed string) rules.Items) (*publisher, error) {
	gatherer, err := testGatherer()
	if err != nil {
		return nil, err
	}
	p := &publisher{data: data, library: library, draw: draw, items: items, gatherer: gatherer, last: map[string]*server.Published{}, cold: make(chan *server.Published, maxCold), started: make(chan struct{})}
	if p.index, err = readIndex(data, sender); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *publisher) folderOf(revision string) string { return revisionFolder(p.data, revision) }

// publish publishes every campaign of s whose revision is new and that is
// right, and returns what is served then. What could not be published is in
// the problems; where there is nothing good of a campaign yet, it is not
// served.
func (p *publisher) publish(s *site) (*server.Site, []strict.Problem) {
	problems := slices.Clone(s.problems)
	p.failed, p.served = false, time.Now().Add(warmBefore)
	for _, c := range s.campaigns {
		if old, ok := p.last[c.ID]; ok && old.Revision == s.revision(c) && !old.FallbackOnly && !c.bad {
			continue
		}
		wrong := p.one(s, c)
		problems = append(problems, wrong...)
		if strict.Bad(wrong) || c.bad {
			p.keepLast(c.ID)
		}
	}
	for id := range p.index.Campaigns {
		p.keepLast(id)
	}
	if err := p.index.write(p.data); err != nil {
		p.failed = true
		slog.Error("published revisions could not be written", "err", err)
	}
	return &server.Site{Sender: s.sender, Campaigns: maps.Clone(p.last)}, strict.Sort(problems)
}

// one publishes one campaign, or says why not.
func (p *publisher) one(s *site, c *campaign) []strict.Problem {
	if c.bad {
		return nil // said already
	}
	if p.ungated {
		return p.publishOne(s, c)
	}
	if problems := lost(p.before(c.ID), c.Campaign); len(problems) > 0 {
		return problems
	}
	for _, t := range c.tests {
		if failures := runTest(c.Campaign, t, p.gatherer); len(failures) > 0 {
			return failedTest(failures)
		}
	}
	return p.publishOne(s, c)
}

// failedTest is what a test that fails keeps from being published.
func failedTest(failures []rules.Failure) []strict.Problem {
	var problems []strict.Problem
	for _, f := range failures {
		for _, d := range f.Differences {
			d.Text += "; run opentime test to see why"
			problems = append(problems, d.Problem)
		}
	}
	return problems
}

// publishOne makes a campaign that is right ready to serve and numbers it.
func (p *publisher) publishOne(s *site, c *campaign) []strict.Problem {
	entry := p.index.Campaigns[c.ID]
	entry.Formats = withFormats(entry.Formats, c.Campaign)
	published, err := p.make(s, c, entry.Formats)
	if err != nil {
		p.failed = p.failed || ofDisk(err)
		return []strict.Problem{{File: c.File, Line: 1, Col: 1, Text: err.Error()}}
	}
	p.index.Number++
	published.Number, published.At = p.index.Number, p.now().UTC()
	revision := hex.EncodeToString(published.Revision[:])
	if entry.Revision != "" && entry.Revision != revision {
		p.index.Replaced[entry.Revision] = p.now()
	}
	delete(p.index.Replaced, revision)
	if entry.Revision == revision {
		published.Number, published.At = entry.Number, entry.At
		p.index.Number--
	}
	p.last[c.ID] = published
	p.warm(published)
	entry.Number, entry.Revision, entry.File, entry.At = published.Number, revision, s.relative(c.File), published.At
	p.index.Campaigns[c.ID] = entry
	slog.Info("published", "campaign", c.ID, "number", published.Number, "revision", revision[:8])
	return nil
}

// ofDisk reports whether an error may pass by itself: what is wrong with a
// campaign does not.
func ofDisk(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	return path || link
}

// before returns what was published of a campaign last, by this process or an
// earlier one; nil if nothing was.
func (p *publisher) before(id string) *rules.Campaign {
	if last, ok := p.last[id]; ok {
		return last.Campaign
	}
	entry, ok := p.index.Campaigns[id]
	if !ok {
		return nil
	}
	if _, c, err := p.kept(id, entry); err == nil {
		return c.Campaign
	}
	last, err := server.LoadGeneric(p.genericFolder(), entry.Revision)
	if err != nil {
		slog.Error("last revision cannot be compared with", "campaign", id, "err", err)
		return nil
	}
	return last.Campaign
}

// withFormats adds the formats a campaign's blocks have now to those that they
// had before.
func withFormats(before map[string][]render.Format, c *rules.Campaign) map[string][]render.Format {
	all := map[string][]render.Format{}
	for _, b := range c.Blocks {
		all[b.ID] = before[b.ID]
		if own := server.FormatOf(b); !slices.Contains(all[b.ID], own) {
			all[b.ID] = append(slices.Clone(all[b.ID]), own)
		}
	}
	return all
}

// make keeps a campaign's files and pictures and draws its fallbacks.
func (p *publisher) make(s *site, c *campaign, formats map[string][]render.Format) (*server.Published, error) {
	published := &server.Published{Campaign: c.Campaign, Revision: s.revision(c), Layouts: s.layouts, Formats: formats}
	for hash, data := range c.pictures {
		added, err := p.library.Add(data)
		if err != nil {
			return nil, err
		}
		if added != hash {
			return nil, fmt.Errorf("keep picture %s: it became %s", hash, added)
		}
	}
	if err := p.keepFiles(s, c, published.Revision); err != nil {
		return nil, err
	}
	if p.ungated {
		return published, nil // nobody is sent a fallback
	}
	return published, p.drawGeneric(published)
}

// drawGeneric draws a campaign's fallbacks with the items there are now.
func (p *publisher) drawGeneric(published *server.Published) error {
	return server.DrawGeneric(published, p.items(published.Catalogue), p.draw, p.genericFolder())
}

func (p *publisher) genericFolder() string { return filepath.Join(p.data, "generic") }

// refresh draws fallbacks again whose items changed: what is sold out leaves
// them.
func (p *publisher) refresh() {
	for id, published := range p.last {
		if published.FallbackOnly {
			continue
		}
		if err := p.drawGeneric(published); err != nil {
			slog.Warn("fallbacks not drawn again; the last ones serve on", "campaign", id, "err", err)
		}
	}
}

// keepFiles keeps everything a campaign is made of under its revision, in a
// folder that can be loaded as a site.
func (p *publisher) keepFiles(s *site, c *campaign, revision [16]byte) error {
	folder := p.folderOf(hex.EncodeToString(revision[:]))
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	part := folder + ".part"
	if err := os.RemoveAll(part); err != nil {
		return fmt.Errorf("keep revision: %w", err)
	}
	for name, data := range s.filesOf(c) {
		path := filepath.Join(part, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("keep revision: %w", err)
		}
		if err := server.WriteWhole(path, data); err != nil {
			return fmt.Errorf("keep revision: %w", err)
		}
	}
	if err := os.Rename(part, folder); err != nil {
		return fmt.Errorf("keep revision: %w", err)
	}
	return nil
}

// keepLast serves the last good revision of a campaign, from its kept files
// where it is not being served yet.
func (p *publisher) keepLast(id string) {
	if _, ok := p.last[id]; ok {
		return
	}
	entry, ok := p.index.Campaigns[id]
	if !ok {
		return
	}
	published, err := p.load(id, entry)
	if err != nil {
		slog.Error("last good revision serves its fallbacks only", "campaign", id, "err", err)
		published, err = server.LoadGeneric(p.genericFolder(), entry.Revision)
	}
	if err != nil {
		slog.Error("last good revision cannot be served", "campaign", id, "err", err)
		return
	}
	published.Number, published.At = entry.Number, entry.At
	slog.Warn("serving the last good revision", "campaign", id, "number", entry.Number, "revision", entry.Revision[:8])
	p.last[id] = published
	p.warm(published)
}

// prune removes revisions that no campaign has had for so long.
func (p *publisher) prune(after time.Duration) error {
	var failed error
	for revision, since := range p.index.Replaced {
		if p.now().Sub(since) < after {
			continue
		}
		err := errors.Join(os.RemoveAll(p.folderOf(revision)), os.RemoveAll(filepath.Join(p.genericFolder(), revision)))
		if err == nil {
			delete(p.index.Replaced, revision)
		}
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, p.index.write(p.data))
}

// warm has a campaign's pictures warmed beside the opens; where too many wait, not
// this one's. Once there is a server, a new revision is warmed before it is served, as
// far as there is time for that: until then the last one is.
func (p *publisher) warm(published *server.Published) {
	if late := func() bool { return time.Now().After(p.served) }; p.warmer != nil && !p.ungated {
		p.warmer(published, p.items(published.Catalogue), late)
		if !late() {
			return
		}
	}
	select {
	case p.cold <- published:
	default:
	}
}

// warmBefore is how long campaigns that are published together are warmed before they
// are served.
const warmBefore = 2 * time.Second

// keepWarm warms what was published until ctx ends.
func (p *publisher) keepWarm(ctx context.Context, warmer func(p *server.Published, items rules.Items, stop func() bool)) {
	warmed := sync.OnceFunc(func() { close(p.started) })
	defer warmed()
	for {
		if len(p.cold) == 0 {
			warmed()
		}
		select {
		case <-ctx.Done():
			return
		case published := <-p.cold:
			warmer(published, p.items(published.Catalogue), func() bool { return ctx.Err() != nil })
		}
	}
}

// kept loads a campaign from its kept files.
func (p *publisher) kept(id string, entry publishedEntry) (*site, *campaign, error) {
	s, err := loadSite(folder{dir: p.folderOf(entry.Revision), kept: true})
	if err != nil {
		return nil, nil, err
	}
	c, err := s.campaign(id)
	if err == nil && c.bad {
		err = fmt.Errorf("load %s: %v", id, s.problems)
	}
	return s, c, err
}

// load makes ready to serve what is kept of a campaign.
func (p *publisher) load(id string, entry publishedEntry) (*server.Published, error) {
	s, c, err := p.kept(id, entry)
	if err != nil {
		return nil, err
	}
	return p.make(s, c, entry.Formats)
}

// lost says what a sent mail may rely on and a new revision no longer has: a
// block, a position, a parameter, or the seed that holdouts are drawn from.
func lost(old, c *rules.Campaign) []strict.Problem {
	if old == nil {
		return nil
	}
	r := &strict.Reader{}
	at := &strict.Node{File: c.File, Line: 1, Col: 1}
	if old.Seed != "" && old.Seed != c.Seed {
		r.Errorf(at, "the seed was %q and is %q; a published seed never changes, put it back", old.Seed, c.Seed)
	}
	for _, p := range old.Params {
		if !slices.ContainsFunc(c.Params, func(now rules.Parameter) bool { return now.Name == p.Name }) {
			r.Errorf(at, "parameter %q was published and is gone; sent links have it: declare it again", p.Name)
		}
	}
	for _, b := range old.Blocks {
		now, ok := c.Block(b.ID)
		switch {
		case !ok:
			r.Errorf(at, "block %q was published and is gone; sent mails show it: put it back, with retired: and a link if it is over", b.ID)
		case now.Positions < b.Positions:
			r.Errorf(now.Node, "block %q had %d positions and has %d; sent mails show them: put them back", b.ID, b.Positions, now.Positions)
		case !keepsAnswers(b.Answers, now.Answers):
			r.Errorf(now.Node, "the answers of block %q were published in another order; sent mails have them so: put them back, and new ones behind", b.ID)
		}
	}
	return r.Problems
}

// keepsAnswers reports whether a block's answers still begin with those it had.
func keepsAnswers(old, now []rules.Answer) bool {
	return len(now) >= len(old) && slices.EqualFunc(old, now[:len(old)], func(a, b rules.Answer) bool { return a.ID == b.ID })
}

// filesOf returns what a campaign is made of, by paths relative to the site's
// folder: its own files, the sender's file and all layouts of the sender's own.
func (s *site) filesOf(c *campaign) map[string][]byte {
	files := map[string][]byte{configName: s.configData}
	for name, data := range c.files {
		files[s.relative(name)] = data
	}
	for name, data := range s.layoutFiles {
		files[s.relative(name)] = data
	}
	return files
}

// relative returns a path as seen from the site's folder.
func (s *site) relative(name string) string {
	if rest, ok := strings.CutPrefix(filepath.ToSlash(name), filepath.ToSlash(s.folder.dir)+"/"); ok {
		return rest
	}
	return filepath.ToSlash(name)
}
