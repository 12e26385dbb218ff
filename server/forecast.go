package server

import (
	"fmt"
	"strings"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// Forecaster decides opens that nobody made, one after another, as the server would
// decide them, and composes what they would show without drawing it. Nothing is
// recorded and no reading is joined. It is not safe for concurrent use.
type Forecaster struct {
	server    *Server
	published *Published
	personal  map[*rules.Variant][]int // the values that draw what is the recipient's own
	decider   rules.Decider
	signals   rules.Signals
	decisions []rules.Decision
	pictures  []ForecastPicture
	key       []byte
}

// ForecastPicture is a picture that an open would show. Pictures that are alike
// have the same digest.
type ForecastPicture struct {
	Digest     uint64
	Impersonal uint64 // the digest if nothing of the recipient's own were drawn
	Running    bool   // it is another picture a second later
}

// Forecaster returns what forecasts opens of a campaign.
func (s *Server) Forecaster(campaign string) (*Forecaster, error) {
	published, ok := s.Site().Campaigns[strings.ToLower(campaign)]
	if !ok || published.FallbackOnly {
		return nil, fmt.Errorf("campaign %q is not served", campaign)
	}
	f := &Forecaster{server: s, published: published, personal: map[*rules.Variant][]int{}}
	for _, block := range published.Blocks {
		for _, rule := range block.Rules {
			f.own(rule.Variant)
			for _, variant := range rule.Split {
				f.own(variant)
			}
		}
		f.own(block.Fallback)
	}
	return f, nil
}

// own notes which values of a variant draw what is the recipient's own.
func (f *Forecaster) own(variant *rules.Variant) {
	if variant == nil {
		return
	}
	for i := range variant.Values {
		e := &variant.Values[i]
		own := f.isOwn(e.Ref)
		for _, alternatives := range e.Texts {
			for _, template := range alternatives {
				for _, piece := range template {
					own = own || f.isOwn(piece.Ref)
				}
			}
		}
		if own {
			f.personal[variant] = append(f.personal[variant], i)
		}
	}
}

// isOwn reports whether a reference is to something of the recipient's own: what
// many share, the clock, places, weather, items and votes, is not.
func (f *Forecaster) isOwn(ref rules.Ref) bool {
	if ref.Kind != rules.SignalRef {
		return false
	}
	switch f.published.Signals[ref.Index].Source {
	case rules.ClockSource, rules.ClientSource, rules.HereSource, rules.NearSource, rules.WeatherSource, rules.StockSource, rules.ItemSource, rules.ResultsSource:
		return false
	}
	return true
}

// Forecast decides every position of the campaign for an open of a recipient with
// this profile, and composes their pictures, in the same order. Given signals, as
// explain has them, replace what was gathered. What it returns holds until it is
// called again.
func (f *Forecaster) Forecast(open signals.Open, profile *rules.Profile, given []string) ([]rules.Decision, []ForecastPicture, error) {
	profile, open.Trust, open.Consent = f.server.config.believe(profile, open.Trust)
	c := f.published.Campaign
	f.server.config.Gatherer.Gather(c, &open, profile, &f.signals, false)
	if err := give(c, &f.signals, given); err != nil {
		return nil, nil, err
	}
	f.decisions, f.pictures = f.decider.Decide(c, &f.signals), f.pictures[:0]
	for i := range f.decisions {
		f.pictures = append(f.pictures, f.picture(&f.decisions[i], &open))
	}
	return f.decisions, f.pictures, nil
}

// picture composes what a decision shows.
func (f *Forecaster) picture(d *rules.Decision, open *signals.Open) ForecastPicture {
	texts := f.decider.Resolve(f.published.Campaign, &f.signals, d)
	picture := new(composition).composeFor(f.published, d, &texts, FormatOf(d.Block), open)
	f.key = picture.Key(f.key[:0])
	seen := ForecastPicture{Digest: digest(f.key), Running: holdsSecond(picture)}
	seen.Impersonal = seen.Digest
	if own := f.personal[d.Variant]; len(own) > 0 {
		for _, i := range own {
			picture.Values[i] = render.Value{}
		}
		f.key = picture.Key(f.key[:0])
		seen.Impersonal = digest(f.key)
	}
	return seen
}

// Fate says what became of a rule at a position of what was forecast last.
func (f *Forecaster) Fate(at int, rule *rules.Rule) rules.Fate {
	return f.decider.Fate(f.decisions, at, rule)
}

// Explain says why a position of what was forecast last shows what it shows.
func (f *Forecaster) Explain(at int) rules.Explanation {
	d := &f.decisions[at]
	return rules.Explain(f.published.Campaign, &f.signals, d.Block.ID, d.Position)
}
