package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// signalsCmd is opentime signals.
type signalsCmd struct {
	Path     string `arg:"" optional:"" help:"A folder with an opentime.yaml, or a campaign in one."`
	Campaign string `placeholder:"ID" help:"What this campaign may name: its own parameters, dayparts, segments and answers too."`
	About    string `placeholder:"WORD" xor:"part" help:"Only signals with this word in their name or in what they are: weather, stock, birthday."`
	Formats  bool   `xor:"part" help:"List the formats of texts instead, with what each writes."`
	JSON     bool   `name:"json" help:"Print it for programs."`
}

// Help teaches the command.
func (signalsCmd) Help() string {
	return `Lists every signal that a campaign may name, with a condition or a text that can be copied, and who can know it: which links let it be known, whether the mail proxies of Gmail, Yahoo and others hide it, and whether Apple Mail, which fetches ahead, is told it. Your own words are among them: attributes of profiles and feeds, places, codes, segments.

  opentime signals                          of the folder you are in, or the demo
  opentime signals --about weather          will Apple Mail's readers see the weather?
  opentime signals campaigns/spring.yaml    what this campaign may name
  opentime signals --formats                how texts write prices, dates and counts`
}

// Run prints the list.
func (c *signalsCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(c.Path, `/\.`) {
		return hint(err, "to look for a word write --about %s", c.Path)
	}
	if err != nil {
		return err
	}
	named, err := c.campaign(s)
	if err != nil {
		return err
	}
	var campaign *rules.Campaign
	locales := s.config.locales
	if named != nil {
		if named.bad {
			return e.tell(s.problemsIn(named.File), false)
		}
		campaign, locales = named.Campaign, named.Locales
	}
	if c.Formats {
		return printFormats(e.stdout, locales, c.JSON)
	}
	groups := rules.ListSignals(s.sender, s.config.segments, campaign)
	if groups, err = c.about(groups); err != nil {
		return err
	}
	if c.JSON {
		return writeSignals(e.stdout, groups, s.lacks())
	}
	of := "a campaign of " + s.config.sender
	if campaign != nil {
		of = "the campaign " + campaign.ID
	}
	e.print("%swhat %s may name, and who can know it\n", found{site: s}.ofDemo(), of)
	return printSignals(e.stdout, groups, s.lacks())
}

// campaign is the one that is asked for, by its id or as the file that the path
// is; nil without one.
func (c *signalsCmd) campaign(s *site) (*campaign, error) {
	if c.Campaign != "" {
		return s.campaign(c.Campaign)
	}
	i := slices.IndexFunc(s.campaigns, func(one *campaign) bool { return c.Path != "" && absolute(one.File) == absolute(c.Path) })
	if i < 0 {
		return nil, nil
	}
	return s.campaigns[i], nil
}

// lack is what a sender has no source of.
type lack struct {
	note string
	all  bool // nothing of it is ever known
}

// lacks are what the sender names no source of, by the source of signals.
func (s *site) lacks() map[string]lack {
	all := map[string]lack{}
	if s.config.weather.from == "" {
		all["weather"] = lack{"never known: " + s.config.file + " names no weather:", true}
	}
	if len(s.config.feeds) == 0 {
		none := lack{"never known: " + s.config.file + " names no feeds:", true}
		all["stock"], all["item"] = none, none
	}
	if s.config.geo == "" {
		all["here"] = lack{"known of profiles with a home only: " + s.config.file + " names no geo:", false}
	}
	return all
}

// about keeps the groups and signals with the word that is asked for.
func (c *signalsCmd) about(groups []rules.SignalGroup) ([]rules.SignalGroup, error) {
	word := strings.ToLower(c.About)
	if word == "" {
		return groups, nil
	}
	var found []rules.SignalGroup
	var words []string
	for _, g := range groups {
		kept := g
		kept.Signals = nil
		for _, s := range g.Signals {
			words = append(append(words, s.Source, s.Name), strings.FieldsFunc(s.Name, func(r rune) bool { return r == '.' })...)
			if strings.Contains(strings.ToLower(strings.Join([]string{s.Source, s.Name, s.About, g.Title}, "\n")), word) {
				kept.Signals = append(kept.Signals, s)
			}
		}
		if len(kept.Signals) > 0 {
			found = append(found, kept)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	err := fmt.Errorf("no signal is about %q", c.About)
	if remedy := strict.DidYouMean(word, words); strings.HasPrefix(remedy, "did") {
		return nil, hint(err, "%s", remedy)
	}
	return nil, hint(err, "opentime signals lists all of them")
}
