package rules

import (
	"slices"
	"time"
)

// Decider decides campaigns. It keeps scratch space between decisions and is
// not safe for concurrent use; the zero value is ready.
type Decider struct {
	view
	told      []Value // values for clients that fetch ahead
	all       []Value // values for everybody else
	decisions []Decision
	offered   []string // items that the mail shows already
	scratch   []Candidate
	keep      func(*Candidate) bool // suits, bound once
	keepFact  func(*Candidate) bool // isFact, bound once
	wanted    *Variant              // the variant that suits looks for an item of
	ranking   bool                  // the item in scope was ranked for the recipient, no fact
	ranked    int                   // earlier positions of the block with such an item
	anyItem   bool                  // the fallback's: what the mail shows does not count
	facts     []string              // the recipient's own items that are in the list so far
	filling   []Candidate           // what a fallback's list, or the recipient's own, have so far
	chosen    []Candidate           // what decisions show
}

// Keep copies what was decided, so that it outlives the next Decide.
func Keep(decisions []Decision) []Decision {
	kept, items := slices.Clone(decisions), 0
	for i := range kept {
		if kept[i].Item != nil {
			items++
		}
	}
	own := make([]Candidate, 0, items)
	for i := range kept {
		if kept[i].Item != nil {
			own = append(own, *kept[i].Item)
			kept[i].Item = &own[len(own)-1]
		}
	}
	return kept
}

// nothingLeft is shown where a fallback runs out of items.
var nothingLeft = &Variant{ID: "none", Nothing: true}

// Decide decides every position of every block of a campaign, in file order:
// c.Positions decisions, valid until the next call unless they are kept. It is pure and total: the
// same signals give the same decisions, and each has a variant.
func (d *Decider) Decide(c *Campaign, s *Signals) []Decision {
	d.begin(c, s)
	d.chosen = slices.Grow(d.chosen[:0], c.Positions)
	reason := d.standing()
	for _, block := range c.Blocks {
		d.enter(block)
		for d.position = 1; d.position <= block.Positions; d.position++ {
			decision := d.decide(reason)
			d.note(&decision)
			d.decisions = append(d.decisions, decision)
		}
	}
	return d.decisions
}

// note remembers what a position shows, for those after it.
func (d *Decider) note(decision *Decision) {
	if decision.Item == nil {
		return
	}
	d.offered = append(d.offered, decision.Item.ID)
	if decision.ranked {
		d.ranked++
	}
}

// before puts a decision's position in scope, with what those before it show.
func (d *Decider) before(decisions []Decision, decision *Decision) {
	d.offered = d.offered[:0]
	d.enter(decision.Block)
	for i := range decisions {
		at := &decisions[i]
		if at.Block == decision.Block && at.Position == decision.Position {
			break
		}
		if d.note(at); at.Block != decision.Block {
			d.ranked = 0
		}
	}
	d.position = decision.Position
}

// begin takes a campaign and signals on and fills in the clock.
func (d *Decider) begin(c *Campaign, s *Signals) {
	if d.keep == nil {
		d.keep, d.keepFact = d.suits, d.isFact
	}
	d.decisions, d.offered = slices.Grow(d.decisions[:0], c.Positions), d.offered[:0]
	d.campaign, d.signals = c, s
	zone := s.Zone
	if zone == nil {
		zone = c.Zone
	}
	d.clock = newCalendar(s.At, zone)
	d.locale = c.LocaleIndex(s.Locale)
	d.all = append(d.all[:0], s.Values...)
	for len(d.all) < len(c.Signals) {
		d.all = append(d.all, Value{}) // who gathers nothing knows nothing
	}
	for i := range c.Signals {
		if !d.all[i].Known() {
			d.all[i] = d.worked(&c.Signals[i])
		}
	}
	d.eve = false
	d.values, d.ahead, d.timeless = d.all, false, false
	if s.Class == Prefetcher {
		d.told = append(d.told[:0], d.all...)
		for i := range c.Signals {
			d.told[i] = d.ofAhead(&c.Signals[i], d.told[i])
		}
	}
}

// worked is a signal that rules work out themselves: unknown where it is
// another's.
func (d *Decider) worked(sig *Signal) Value {
	switch {
	case sig.Source == ClockSource:
		return d.clock.value(sig.Key, d.campaign.Dayparts)
	case sig.Source == ResultsSource && sig.At == "":
		return allVotes(d.all, d.campaign.votes[sig.Key])
	case sig.Source == ItemSource && sig.Index >= int(ItemViewed) && sig.Index <= int(ItemWished):
		return d.didTo(EventKind(sig.Index-int(ItemViewed)), sig.Item)
	}
	return Value{}
}

// ofAhead is a signal as a client that fetches ahead is told it: what passes
// within hours is unknown.
func (d *Decider) ofAhead(sig *Signal, value Value) Value {
	home := d.signals.HereFrom == FromProfile
	switch sig.Source {
	case ClockSource:
		if sig.Key == "time" || sig.Key == "daypart" {
			return Value{}
		}
	case WeatherSource, ResultsSource:
		return Value{}
	case HereSource:
		if sig.Key != "country" && sig.Key != "from" && !home {
			return Value{}
		}
	case NearSource:
		if !home || sig.Key == "open" || sig.Key == "closes" {
			return Value{}
		}
	case StockSource:
		return vague(value)
	}
	return value
}

// enter takes a block on, and what it is told.
func (d *Decider) enter(block *Block) {
	d.block, d.ranked = block, 0
	d.ahead = d.signals.Class == Prefetcher && !block.AsOpened
	d.values, d.night = d.all, d.clock.night(d.campaign.Dayparts)
	if d.ahead {
		d.values, d.night = d.told, d.pastMidnight() > 0
	}
}

// standing returns Matched where rules may be tried, else why none is.
func (d *Decider) standing() Reason {
	c, s := d.campaign, d.signals
	starts, ends := d.limits()
	switch {
	case d.clock.ms < starts:
		return NotStarted
	case d.clock.ms >= ends:
		return Ended
	case c.Holdout > 0 && s.Trust > Anonymous && s.Recipient != "" && share(c.Seed, "/holdout", s.Recipient) < c.Holdout:
		return Holdout
	}
	return Matched
}

// limits returns when the campaign starts and ends, for this recipient.
func (v *view) limits() (starts, ends int64) {
	c := v.campaign
	starts, ends = least, most
	if !c.Starts.IsZero() {
		starts = c.Starts.UnixMilli()
	}
	if c.startsLocal {
		starts = v.clock.instant(starts, StartsAt)
	}
	if !c.Ends.IsZero() {
		ends = c.Ends.UnixMilli()
	}
	if c.endsLocal {
		ends = v.clock.instant(ends, EndsAt)
	}
	return starts, ends
}

// decide decides the position under way.
func (d *Decider) decide(reason Reason) Decision {
	if d.block.Retired != "" {
		return Decision{Block: d.block, Position: d.position, Variant: nothingLeft, Reason: Retired, Locale: d.locale}
	}
	if reason == Matched {
		for _, rule := range d.block.Rules {
			if variant, ok := d.try(rule); ok {
				return d.decision(rule, variant, Matched)
			}
		}
		reason = Fallback
	}
	return d.fallback(reason)
}

func (d *Decider) decision(rule *Rule, variant *Variant, reason Reason) Decision {
	decision := Decision{
		Block: d.block, Position: d.position, Rule: rule, Variant: variant, Reason: reason, Locale: d.locale,
	}
	if d.item != nil {
		d.chosen = append(d.chosen, *d.item)
		decision.Item, decision.ranked = &d.chosen[len(d.chosen)-1], d.ranking
	}
	return decision
}

// try returns the variant that a rule shows, if the rule certainly holds and is
// complete. The item that it would show is then in scope.
func (d *Decider) try(rule *Rule) (*Variant, bool) {
	d.rule, d.item = rule, nil
	truth := d.holds(rule.When)
	if truth == False {
		return nil, false
	}
	variant := d.assigned(rule)
	d.variant = variant
	if !d.take(variant) {
		return nil, false
	}
	if d.item != nil {
		truth = d.holds(rule.When)
	}
	if truth != True || !d.complete(variant, true) {
		return nil, false
	}
	return variant, true
}

// assigned returns the rule's variant: of a split the one that the recipient is
// assigned to, for the anonymous the first.
func (d *Decider) assigned(rule *Rule) *Variant {
	if len(rule.Split) == 0 {
		return rule.Variant
	}
	if d.signals.Trust == Anonymous || d.signals.Recipient == "" {
		return rule.Split[0]
	}
	n, sum := share(d.campaign.Seed, "/split/"+rule.Name, d.signals.Recipient), 0.0
	for i, weight := range rule.Weights {
		if sum += weight; n < sum {
			return rule.Split[i]
		}
	}
	return rule.Split[len(rule.Split)-1]
}

// fallback decides for the block's fallback. Its list is filled up from what is
// popular, then from what is recent; where it still runs out of items, nothing
// is shown.
func (d *Decider) fallback(reason Reason) Decision {
	variant := d.block.Fallback
	d.rule, d.item, d.variant = nil, nil, variant
	switch {
	case variant.List == nil:
		// A named item that nobody knows, or that has no link, is not missed by a
		// picture that draws nothing of it: a click leads home then, if no other
		// link was written.
		d.take(variant)
	case !d.fill(variant):
		return d.decision(nil, nothingLeft, reason)
	}
	if !d.drawable(variant, true) || variant.List != nil && !d.complete(variant, true) {
		d.item = nil
		return d.decision(nil, nothingLeft, reason)
	}
	return d.decision(nil, variant, reason)
}

// Fallbacks decides the fallback of every position in every locale, as it is
// drawn when a campaign is published: without recipient, place or clock.
func Fallbacks(c *Campaign, items Items) []Decision {
	var d Decider
	var all []Decision
	for _, locale := range c.Locales {
		d.begin(c, &Signals{At: time.Unix(0, 0), Locale: locale, Values: make([]Value, len(c.Signals)), Items: items})
		for _, block := range c.Blocks {
			d.enter(block)
			for d.position = 1; d.position <= block.Positions; d.position++ {
				if block.Retired != "" {
					all = append(all, d.decide(Retired))
					continue
				}
				all = append(all, d.fallback(Fallback))
			}
		}
	}
	return all
}
