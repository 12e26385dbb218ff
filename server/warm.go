package server

import (
	"log/slog"
	"slices"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// Warm draws what each rule of a campaign would, in each of its locales, as far as
// nothing has to be known for it: layouts are compiled, source pictures scaled and
// the images kept before the first open asks for them, which has 250 ms. It draws
// only while no open waits, and ends early where stop says so. It is for before a
// campaign is served, or beside the opens.
func (s *Server) Warm(p *Published, items rules.Items, stop func() bool) {
	if p.FallbackOnly {
		return
	}
	var decider rules.Decider
	for locale := range p.Locales {
		if stop() {
			return
		}
		s.warmStranger(p, &decider, locale)
	}
	for _, block := range p.Blocks {
		for _, rule := range block.Rules {
			for _, variant := range slices.Concat(rule.Split, []*rules.Variant{rule.Variant}) {
				for locale := range p.Locales {
					if variant == nil {
						continue
					}
					if stop() {
						return
					}
					s.warm(p, &decider, &rules.Decision{Block: block, Position: 1, Rule: rule, Variant: variant, Locale: locale}, items)
				}
			}
		}
	}
}

// warmTime is the longest that the drawing of one picture ahead is waited for.
const warmTime = 5 * time.Second

// warmStranger draws what somebody of whom nothing is known would see now.
func (s *Server) warmStranger(p *Published, decider *rules.Decider, locale int) {
	defer rescueWarming(p)
	open := signals.Open{At: s.config.Now(), Locale: p.Locales[locale]}
	var known rules.Signals
	s.config.Gatherer.Gather(p.Campaign, &open, nil, &known, false)
	for _, d := range slices.Clone(decider.Decide(p.Campaign, &known)) {
		texts := decider.Resolve(p.Campaign, &known, &d)
		s.drawAhead(p, new(composition).composeFor(p, &d, &texts, FormatOf(d.Block), &open))
	}
}

// rescueWarming keeps a panic to the picture it is of.
func rescueWarming(p *Published) {
	if cause := recover(); cause != nil {
		slog.Debug("warming panicked", "campaign", p.ID, "cause", cause)
	}
}

// drawAhead draws a picture into the cache, when nobody waits.
func (s *Server) drawAhead(p *Published, picture *render.Picture) {
	_, _ = s.images.get(picture.Key(nil), picture, wanted{ahead, p.ID, s.config.Now().Add(warmTime)})
}

// warm draws one variant, whatever comes of it.
func (s *Server) warm(p *Published, decider *rules.Decider, d *rules.Decision, items rules.Items) {
	defer rescueWarming(p)
	known := rules.Signals{At: p.Starts, Items: items, Values: make([]rules.Value, len(p.Signals))}
	texts := decider.Resolve(p.Campaign, &known, d)
	s.drawAhead(p, Compose(p, d, &texts, FormatOf(d.Block), p.Starts))
}
