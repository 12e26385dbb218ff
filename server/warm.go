package server

import (
	"log/slog"
	"slices"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// Warm draws what each rule of a campaign would, as far as nothing has to be
// known for it, and throws the images away: layouts are compiled and source
// pictures scaled before the first open asks for them, which has 250 ms. It is
// for after publishing, beside the opens, and ends early where stop says so.
func Warm(p *Published, items rules.Items, draw func(*render.Picture) (render.Image, error), stop func() bool) {
	if p.FallbackOnly {
		return
	}
	var decider rules.Decider
	for _, block := range p.Blocks {
		for _, rule := range block.Rules {
			for _, variant := range slices.Concat(rule.Split, []*rules.Variant{rule.Variant}) {
				if stop() {
					return
				}
				p.warm(&decider, &rules.Decision{Block: block, Position: 1, Rule: rule, Variant: variant}, items, draw)
			}
		}
	}
}

// warm draws one variant, whatever comes of it.
func (p *Published) warm(decider *rules.Decider, d *rules.Decision, items rules.Items, draw func(*render.Picture) (render.Image, error)) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Debug("warming panicked", "campaign", p.ID, "block", d.Block.ID, "cause", cause)
		}
	}()
	if d.Variant == nil {
		return
	}
	signals := rules.Signals{At: p.Starts, Items: items, Values: make([]rules.Value, len(p.Signals))}
	texts := decider.Resolve(p.Campaign, &signals, d)
	_, _ = draw(Compose(p, d, &texts, FormatOf(d.Block), p.Starts))
}
