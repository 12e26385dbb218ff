package server

import (
	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// RulePictures calls each for pictures of what the rules of a campaign show, whatever
// their conditions: of every variant, in every locale, with each of items where it shows
// those of a list. The signals are what is known; a picture may lack values that its
// layout needs.
func RulePictures(p *Published, s *rules.Signals, items []rules.Candidate, each func(*rules.Rule, *render.Picture)) {
	var decider rules.Decider
	show := func(d rules.Decision) {
		texts := decider.Resolve(p.Campaign, s, &d)
		each(d.Rule, Compose(p, &d, &texts, FormatOf(d.Block), s.At))
	}
	for _, block := range p.Blocks {
		for _, rule := range block.Rules {
			for _, variant := range variantsOf(rule) {
				for locale := range p.Locales {
					d := rules.Decision{Block: block, Position: 1, Rule: rule, Variant: variant, Reason: rules.Matched, Locale: locale}
					showItems(d, s, items, show)
				}
			}
		}
	}
}

// variantsOf are what a rule may show.
func variantsOf(r *rules.Rule) []*rules.Variant {
	if len(r.Split) > 0 {
		return r.Split
	}
	return []*rules.Variant{r.Variant}
}

// showItems calls show for a decision with each item that its variant may show.
func showItems(d rules.Decision, s *rules.Signals, items []rules.Candidate, show func(rules.Decision)) {
	switch v := d.Variant; {
	case v.Nothing || d.Block.Retired != "":
	case v.List != nil:
		for i := range items {
			d.Item = &items[i]
			show(d)
		}
	case v.Item != "" && s.Items != nil:
		if item, ok := s.Items.Item(v.Item); ok {
			d.Item = &item
		}
		show(d)
	default:
		show(d)
	}
}
