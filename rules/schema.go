package rules

import (
	"maps"
	"slices"

	"example.com/opentime/strict"
)

// CampaignSchema is what a campaign may say. With a sender its own words are in
// it: layouts and their values, signals, feeds, locales and shared segments; nil
// is any sender.
func CampaignSchema(sender *Sender, shared *strict.Node) strict.Schema {
	w := newVocabulary(sender)
	s := strict.Schema{Title: "A campaign of opentime", Root: w.campaign(), Defs: w.variants()}
	maps.Copy(s.Defs, w.conditions(shared))
	maps.Copy(s.Defs, map[string]strict.Shape{
		"block": blockShape(), "rule": ruleShape(), "moment": momentShape(), "layout-id": w.layoutID(), "feed": w.feed(),
	})
	return s
}

// TestSchema is what the tests of a campaign may say. "client" is among its
// definitions, for those who know the clients there are.
func TestSchema(sender *Sender) strict.Schema {
	w := newVocabulary(sender)
	return strict.Schema{
		Title: "Tests of a campaign of opentime", Root: strict.ListShape(strict.RefShape("test")),
		Defs: map[string]strict.Shape{
			"test": testFields.Shape(), "moment": momentShape(), "layout-id": w.layoutID(), "client": strict.TextShape(), "open": openShape(),
			"given": w.given(), "given-value": givenValueShape(), "event": eventShape(), "event-details": detailsShape(),
		},
	}
}

// SegmentsSchema is what the segments of opentime.yaml may say. One is read only
// where a campaign names it, so that this proposes much and refuses little.
func SegmentsSchema(sender *Sender) strict.Schema {
	w := newVocabulary(sender)
	self := strict.RefShape("shared-conditions")
	all := strict.Shape{Properties: map[string]strict.Shape{}}
	for _, f := range conditionFields {
		all.Properties[f.Name] = strict.Shape{Description: f.About}
	}
	for _, list := range []string{"any", "all", "not"} {
		nested := all.Properties[list]
		nested.Items = &self
		all.Properties[list] = nested
	}
	for _, sig := range w.signals {
		if sig.pattern == "" && !sig.scoped {
			all.Properties[sig.name] = strict.Shape{Description: sig.help(), Examples: sig.examples()}
		}
	}
	one := self
	one.Type, one.MinProperties = []string{"object"}, 1
	return strict.Schema{
		Title: "Segments of opentime", Root: strict.MapShape(strict.IDShape(), one), Defs: map[string]strict.Shape{"shared-conditions": all},
	}
}

// campaign is the root of a campaign's schema.
func (w *vocabulary) campaign() strict.Shape {
	s := campaignFields.Shape()
	if w.any {
		return s
	}
	if w.sender.Zone == nil {
		s.Required = append(s.Required, "timezone")
	}
	if len(w.sender.Locales) == 0 {
		s.Required = append(s.Required, "locales")
	}
	return s
}

// layoutID is the id of a layout; "" drops an inherited one.
func (w *vocabulary) layoutID() strict.Shape {
	if len(w.sender.Layouts) == 0 {
		return strict.TextShape()
	}
	none := strict.Shape{Type: []string{"string"}, Pattern: "^$"}
	return strict.Shape{AnyOf: []strict.Shape{strict.WordShape(slices.Sorted(maps.Keys(w.sender.Layouts))...), none}}
}

func (w *vocabulary) feed() strict.Shape {
	if w.any || len(w.sender.Feeds) == 0 {
		return strict.IDShape()
	}
	return strict.WordShape(slices.Sorted(maps.Keys(w.sender.Feeds))...)
}

// blockShape is a block: what belongs to its answers stands with them.
func blockShape() strict.Shape {
	s := blockFields.Shape()
	s.Together = map[string][]string{
		"question": {"answers"}, "closes": {"answers"}, "thanks": {"answers"}, "answers": {"question"},
	}
	s.Not = &strict.Shape{Type: []string{"object"}, Required: []string{"answers", "positions"}}
	return laidOver("rules", s)
}

// ruleShape is a rule: weights and what moves them stand with a split.
func ruleShape() strict.Shape {
	s := ruleFields.Shape()
	s.Together = map[string][]string{"weights": {"split"}, "optimise": {"split"}}
	return laidOver("split", s)
}

// laidOver is a map in which something is laid over show if it has the key.
func laidOver(key string, s strict.Shape) strict.Shape {
	is := func(name string) *strict.Shape {
		return &strict.Shape{Properties: map[string]strict.Shape{"show": strict.RefShape(name)}}
	}
	s.Properties["show"] = strict.Shape{Description: s.Properties["show"].Description}
	s.If, s.Then, s.Else = &strict.Shape{Required: []string{key}}, is("show"), is("variant")
	return s
}

// openShape is a test's open: whose link proves something is somebody.
func openShape() strict.Shape {
	s := openFields.Shape()
	s.If = &strict.Shape{Required: []string{"trust"}, Properties: map[string]strict.Shape{"trust": strict.WordShape(trustNames[Claimed:]...)}}
	s.Then = &strict.Shape{Required: []string{"r"}}
	return s
}

// given are the signals of a test: by their whole names, or nested.
func (w *vocabulary) given() strict.Shape {
	s := givenFields.Shape()
	s.PatternProperties = map[string]strict.Shape{w.beginnings(): strict.RefShape("given-value")}
	for _, sig := range w.signals {
		if sig.pattern == "" {
			s.Properties[sig.name] = givenShape(sig.known).Says(upperFirst(sig.about))
		}
	}
	return s
}

// givenValueShape is what stands under a name with an id in it, or under the
// beginning of a name.
func givenValueShape() strict.Shape {
	one := strict.TextsShape()
	one.MaxLength = 0
	return one.OrMap(strict.Shape{Type: []string{"object"}, MinProperties: 1, Others: strict.RefShape("given-value")})
}

// eventShape is an event: when, and one of what may have been done.
func eventShape() strict.Shape {
	s := eventFields.Shape()
	s.MinProperties, s.MaxProperties = 2, 2
	return s
}

// detailsShape is an id, or a map of details.
func detailsShape() strict.Shape {
	return itemShape().OrMap(detailFields.Shape())
}
