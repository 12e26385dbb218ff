package rules

import (
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
	wanted    *Variant              // the variant that suits looks for an item of
	anyItem   bool                  // the fallback's: what the mail shows does not count
	filling   []Candidate           // of a fallback: what its list has so far
}

// nothingLeft is shown where a fallback runs out of items.
var nothingLeft = &Variant{ID: "none", Nothing: true}

// Decide decides every position of every block of a campaign, in file order:
// c.Positions decisions, valid until the next call. It is pure and total: the
// same signals give the same decisions, and each has a variant.
func (d *Decider) Decide(c *Campaign, s *Signals) []Decision {
	d.begin(c, s)
	reason := d.standing()
	for _, block := range c.Blocks {
		d.enter(block)
		for d.position = 1; d.position <= block.Positions; d.position++ {
			decision := d.decide(reason)
			if decision.HasItem {
				d.offered = append(d.offered, decision.Item.ID)
			}
			d.decisions = append(d.decisions, decision)
		}
	}
	return d.decisions
}

// begin takes a campaign and signals on and fills in the clock.
func (d *Decider) begin(c *Campaign, s *Signals) {
	if d.keep == nil {
		d.keep = d.suits
	}
	d.decisions, d.offered = d.decisions[:0], d.offered[:0]
	d.campaign, d.signals = c, s
	zone := s.Zone
	if zone == nil {
		zone = c.Zone
	}
	d.clock = newCalendar(s.At, zone)
	d.locale = c.LocaleIndex(s.Locale)
	d.all = append(d.all[:0], s.Values...)
	for i := range c.Signals {
		if sig := &c.Signals[i]; sig.Source == ClockSource && i < len(d.all) && !d.all[i].Known() {
			d.all[i] = d.clock.value(sig.Key, c.Dayparts)
		}
	}
	d.values, d.ahead, d.timeless = d.all, false, false
	if s.Class == Prefetcher {
		d.told = append(d.told[:0], d.all...)
		for i := range c.Signals {
			d.told[i] = d.ofAhead(&c.Signals[i], d.told[i])
		}
	}
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
	case WeatherSource:
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
	d.block = block
	d.ahead = d.signals.Class == Prefetcher && !block.AsOpened
	d.values = d.all
	if d.ahead {
		d.values = d.told
	}
}

// standing returns Matched where rules may be tried, else why none is.
func (d *Decider) standing() Reason {
	c, s := d.campaign, d.signals
	switch {
	case !c.Starts.IsZero() && s.At.Before(c.Starts):
		return NotStarted
	case !c.Ends.IsZero() && !s.At.Before(c.Ends):
		return Ended
	case c.Holdout > 0 && s.Trust > Anonymous && s.Recipient != "" && share(c.Seed, "/holdout", s.Recipient) < c.Holdout:
		return Holdout
	}
	return Matched
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
		decision.HasItem, decision.Item = true, *d.item
	}
	return decision
}

// try returns the variant that a rule shows, if the rule certainly holds and is
// complete. The item that it would show is then in scope.
func (d *Decider) try(rule *Rule) (*Variant, bool) {
	d.rule, d.item = rule, nil
	if d.holds(rule.When) == False {
		return nil, false
	}
	variant := d.assigned(rule)
	d.variant = variant
	if !d.take(variant) {
		return nil, false
	}
	if d.holds(rule.When) != True || !d.complete(variant, true) {
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

// take puts the variant's item for this position in scope. It reports false
// where there is none.
func (d *Decider) take(variant *Variant) bool {
	d.item = nil
	switch {
	case variant.Item != "":
		return d.takeNamed(variant.Item)
	case variant.List == nil:
		return true
	case len(variant.List.IDs) > 0:
		return d.position <= len(variant.List.IDs) && d.takeNamed(variant.List.IDs[d.position-1])
	}
	if d.signals.Items == nil || !d.complete(variant, false) {
		return false // nobody ranks a catalogue for a picture that lacks something else
	}
	d.wanted, d.anyItem = variant, false
	for _, from := range variant.List.From {
		d.scratch = d.signals.Items.Rank(from, d.keep, 1, d.scratch[:0])
		if len(d.scratch) > 0 {
			d.item = &d.scratch[0]
			return true
		}
	}
	return false
}

func (d *Decider) takeNamed(id string) bool {
	if d.signals.Items == nil {
		return false
	}
	item, ok := d.signals.Items.Item(id)
	if !ok || item.Item == nil {
		return false
	}
	d.scratch = append(d.scratch[:0], item)
	d.item = &d.scratch[0]
	return true
}

// suits reports whether an item may be offered in the list of the variant
// wanted: in stock, not bought, where the list says, not shown already, and
// complete for the layout.
func (d *Decider) suits(item *Candidate) bool {
	list := d.wanted.List
	switch {
	case list.InStock && !item.inStock():
		return false
	case list.NotBought && item.Bought.Type == Boolean && item.Bought.N != 0:
		return false
	case d.shows(item.ID):
		return false
	}
	before := d.item
	d.item = item
	ok := d.holds(list.Where) == True && d.complete(d.wanted, true)
	d.item = before
	return ok
}

// shows reports whether the mail, or a fallback's list, has an item already.
func (d *Decider) shows(id string) bool {
	if d.anyItem {
		for i := range d.filling {
			if d.filling[i].ID == id {
				return true
			}
		}
		return false
	}
	for _, offered := range d.offered {
		if offered == id {
			return true
		}
	}
	return false
}

// fallback decides for the block's fallback. Its list is filled up from what is
// popular, then from what is recent; where it still runs out of items, nothing
// is shown.
func (d *Decider) fallback(reason Reason) Decision {
	variant := d.block.Fallback
	d.rule, d.item, d.variant = nil, nil, variant
	switch {
	case variant.List != nil && len(variant.List.IDs) == 0:
		if !d.fill(variant) {
			return d.decision(nil, nothingLeft, reason)
		}
	case !d.take(variant) && variant.List != nil:
		return d.decision(nil, nothingLeft, reason)
	}
	// A named item that nobody knows is not missed by a picture that draws
	// nothing of it.
	if !d.complete(variant, true) {
		d.item = nil
		return d.decision(nil, nothingLeft, reason)
	}
	return d.decision(nil, variant, reason)
}

// fill puts the item of this position of a fallback's list in scope.
func (d *Decider) fill(variant *Variant) bool {
	if d.signals.Items == nil {
		return false
	}
	d.wanted, d.anyItem, d.filling = variant, true, d.scratch[:0]
	defer func() { d.anyItem = false }()
	rank := func(from string) bool {
		d.filling = d.signals.Items.Rank(from, d.keep, d.position-len(d.filling), d.filling)
		d.scratch = d.filling
		return len(d.filling) >= d.position
	}
	for _, from := range variant.List.From {
		if rank(from) {
			break
		}
	}
	if len(d.filling) < d.position && !rank("popular") && !rank("recent") {
		return false
	}
	d.item = &d.filling[d.position-1]
	return true
}

// complete reports whether everything the variant's picture requires is known,
// its link too, and an until lies ahead. Without item, what only an item
// supplies counts as known.
func (d *view) complete(variant *Variant, item bool) bool {
	if variant.Nothing {
		return true
	}
	for i := range variant.Values {
		declared, e := &variant.Layout.Values[i], &variant.Values[i]
		if e.Type == Unknown {
			if !declared.Optional {
				return false
			}
			continue
		}
		value, known := d.given(e, item)
		if !known && !declared.Optional {
			return false
		}
		if known && declared.Type == Moment && declared.Name == "until" && value.Known() && value.N <= d.clock.ms {
			return false
		}
	}
	return len(variant.Link) == 0 || d.alternative(variant.Link, item) >= 0
}

// given reports whether what a variant gives is known, and of a number, moment
// or list also what it is.
func (d *view) given(e *Expr, item bool) (Value, bool) {
	switch e.Type {
	case Number, Moment, TextList:
		if !item && e.Ref.Kind == ItemRef {
			return Value{}, true
		}
		value := e.Literal
		if e.Ref.Kind != NoRef {
			value = d.value(e.Ref)
		}
		if value.Type == Some {
			value = Value{}
		}
		if value.Type == Moment {
			value.N += e.Offset
		}
		return value, value.Known()
	}
	return Value{}, d.alternative(e.Texts, item) >= 0
}

// alternative returns the first text of this locale whose placeholders are all
// known, or -1.
func (d *view) alternative(texts [][]Template, item bool) int {
	if d.locale >= len(texts) {
		return -1
	}
	for i, template := range texts[d.locale] {
		if d.knows(template, item) {
			return i
		}
	}
	return -1
}

// knows reports whether every placeholder of a text can be written.
func (d *view) knows(template Template, item bool) bool {
	for i := range template {
		p := &template[i]
		switch {
		case p.Ref.Kind == NoRef, !item && p.Ref.Kind == ItemRef:
		case p.Pictures != nil:
			if d.position > len(p.Pictures) {
				return false
			}
		case d.ahead && (p.Format.Name == "left" || p.Ref.Kind == SignalRef && p.Format.writesClock() && d.campaign.Signals[p.Ref.Index].Key == "now"):
			return false // a copy may be looked at hours later
		default:
			if value := d.value(p.Ref); !value.Known() || value.Type == Some {
				return false
			}
		}
	}
	return true
}

// writesClock reports whether a format writes the time of day.
func (f *TextFormat) writesClock() bool {
	return f.Name == "" || f.Name == "time" || f.Name == "moment"
}

// LocaleIndex returns the campaign's locale for a recipient's: that one, else
// its nearest parent, else the campaign's first.
func (c *Campaign) LocaleIndex(locale string) int {
	for locale != "" {
		for i, own := range c.Locales {
			if equalLocale(own, locale) {
				return i
			}
		}
		cut := len(locale) - 1
		for cut > 0 && locale[cut] != '-' && locale[cut] != '_' {
			cut--
		}
		locale = locale[:cut]
	}
	return 0
}

// equalLocale compares without case, and "_" with "-".
func equalLocale(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i]|0x20, b[i]|0x20
		if x != y && !(a[i] == '-' && b[i] == '_') {
			return false
		}
	}
	return true
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
