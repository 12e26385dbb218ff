package rules

import (
	"fmt"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// Explanation says what one position of a block shows, and why.
type Explanation struct {
	Campaign string        `json:"campaign"`
	Block    string        `json:"block"`
	Position int           `json:"position"`
	Rule     string        `json:"rule"` // none: the fallback
	Variant  string        `json:"variant"`
	Reason   string        `json:"reason"`
	Link     string        `json:"link"`
	After    string        `json:"after,omitempty"`
	Item     string        `json:"item,omitempty"`
	Layout   string        `json:"layout,omitempty"`
	Says     []string      `json:"says,omitempty"`
	Until    string        `json:"until"` // RFC 3339; "": not by the clock
	Rules    []RuleAccount `json:"rules"`
}

// RuleAccount says how one rule fared.
type RuleAccount struct {
	Name       string             `json:"name"`
	Holds      string             `json:"holds"` // true, false or unknown
	Complete   bool               `json:"complete"`
	Missing    string             `json:"why,omitempty"` // what its picture lacks
	Taken      bool               `json:"taken"`
	Item       string             `json:"item,omitempty"`
	Conditions []ConditionAccount `json:"conditions,omitempty"`
}

// ConditionAccount says how one condition of a rule fared.
type ConditionAccount struct {
	Depth  int    `json:"depth"` // in any, all, not and segments
	Text   string `json:"text"`
	Signal string `json:"signal,omitempty"`
	Value  string `json:"value,omitempty"` // what it saw
	From   string `json:"from,omitempty"`  // where that came from
	Truth  string `json:"truth"`
}

var (
	truthNames  = [...]string{"false", "unknown", "true"}
	reasonNames = [...]string{"matched", "fallback", "holdout", "not-started", "ended", "retired", "failed"}
)

// String returns the reason's word.
func (r Reason) String() string { return reasonNames[r] }

// String returns the word for a truth value.
func (t Truth) String() string { return truthNames[t] }

// Explain decides the whole campaign and says why one position shows what it
// shows. The block must be the campaign's.
func Explain(c *Campaign, s *Signals, block string, position int) Explanation {
	var d Decider
	decisions := d.Decide(c, s)
	for i := range decisions {
		if decisions[i].Block.ID == block && decisions[i].Position == position {
			return d.explain(decisions, i)
		}
	}
	return Explanation{Campaign: c.ID, Block: block, Position: position}
}

func (d *Decider) explain(decisions []Decision, at int) Explanation {
	decision := decisions[at]
	resolved, to := d.resolve(&decision, make([]Value, len(decision.Variant.Values))), d.destination(&decision, Marks{Click: "{click}", Recipient: "{r}"})
	x := Explanation{
		Campaign: d.campaign.ID, Block: decision.Block.ID, Position: decision.Position,
		Rule: ruleName(decision.Rule), Variant: decision.Variant.ID, Reason: decision.Reason.String(),
		Link: to.Link, After: to.After, Says: says(&resolved), Rules: []RuleAccount{},
	}
	if decision.Item != nil {
		x.Item = decision.Item.ID
	}
	if decision.Variant.Layout != nil {
		x.Layout = decision.Variant.Layout.ID
	}
	if until := Until(d.campaign, d.signals, &decision); !until.IsZero() {
		x.Until = until.Format(time.RFC3339)
	}
	d.before(decisions, &decision)
	for _, rule := range decision.Block.Rules {
		x.Rules = append(x.Rules, d.account(rule, rule == decision.Rule))
	}
	return x
}

func ruleName(r *Rule) string {
	if r == nil {
		return "none"
	}
	return r.Name
}

// says lists the texts that are drawn.
func says(r *Resolved) []string {
	var all []string
	for _, v := range r.Values {
		if v.Type == Text {
			all = append(all, plainText(v.Text))
		}
	}
	return all
}

// plainText is a drawn text without the marks around merged values, and with
// plain spaces.
func plainText(text string) string {
	return strings.NewReplacer(isolate, "", popIsolate, "", "\u00a0", " ", "\u202f", " ").Replace(text)
}

// account says how a rule fares.
func (d *Decider) account(rule *Rule, taken bool) RuleAccount {
	d.rule, d.item = rule, nil
	variant := d.assigned(rule)
	d.variant = variant
	a := RuleAccount{Name: rule.Name, Taken: taken}
	found := d.take(variant)
	if d.item != nil {
		a.Item = d.item.ID
	}
	holds := d.holds(rule.When)
	a.Holds, a.Complete = holds.String(), found && d.complete(variant, true)
	switch {
	case holds == False:
	case !found:
		a.Missing = "no item for this position"
	case !a.Complete:
		a.Missing = d.lacks(variant)
	}
	d.conditions(&a, rule.When, 0)
	return a
}

// lacks says what a variant's picture lacks first.
func (d *Decider) lacks(variant *Variant) string {
	for i := range variant.Values {
		declared, e := &variant.Layout.Values[i], &variant.Values[i]
		value, known := Value{}, false
		if e.Type != Unknown {
			value, known = d.given(e, true)
		}
		switch {
		case !known && !declared.Optional:
			return declared.Name + " is not known" + d.missing(e.Texts)
		case known && declared.Name == "until" && declared.Type == Moment && value.N <= d.clock.ms:
			return "its until is over"
		}
	}
	return "its link is not known" + d.missing(variant.Link)
}

// missing names the signal that a text's last alternative lacks first.
func (d *Decider) missing(texts [][]Template) string {
	if d.locale >= len(texts) || len(texts[d.locale]) == 0 {
		return ""
	}
	alternatives := texts[d.locale]
	for i := range alternatives[len(alternatives)-1] {
		p := &alternatives[len(alternatives)-1][i]
		if p.Ref.Kind != NoRef && p.Pictures == nil && !d.value(p.Ref).Known() {
			return ": " + d.campaign.nameOf(p.Ref) + " is unknown"
		}
	}
	return ""
}

// conditions adds a condition and what it is made of.
func (d *Decider) conditions(a *RuleAccount, c *Condition, depth int) {
	if c == nil {
		return
	}
	eve := d.eve
	defer func() { d.eve = eve }()
	x := ConditionAccount{Depth: depth, Truth: d.holds(c).String()}
	switch c.Op {
	case And:
		d.eve = eve || d.night && d.asksDaypart(c.Parts)
		if c.Name == "" && depth == 0 {
			for _, part := range c.Parts {
				d.conditions(a, part, depth)
			}
			return
		}
		if x.Text = "all"; c.Name != "" {
			x.Text = "segment " + c.Name
		}
	case Or:
		x.Text = "any"
	case Not:
		x.Text = "not"
	case Behaved:
		x.Text, x.Value = c.Name+": "+detailsText(c.Matcher), d.behavedText(c.Behaviour)
	case Known:
		x.Text = "known"
		for _, ref := range c.Refs {
			x.Text += " " + d.campaign.nameOf(ref)
		}
	default:
		value := d.value(c.Ref)
		x.Text = c.Name + ": " + matcherText(c)
		if d.eve && !d.ahead && value.Known() {
			value = d.yesterday(c.Ref, value)
		}
		x.Signal, x.Value, x.From = c.Name, d.show(value), d.origin(c.Ref)
	}
	a.Conditions = append(a.Conditions, x)
	for _, part := range c.Parts {
		d.conditions(a, part, depth+1)
	}
}

// detailsText is a behaviour's details as they were written.
func detailsText(n *strict.Node) string {
	var parts []string
	for _, e := range n.Entries {
		parts = append(parts, e.Key.Text+": "+nodeText(e.Value))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// behavedText says how many events a behaviour counts.
func (d *Decider) behavedText(b *Behaviour) string {
	least, most, known := d.events(b)
	all := int64(0)
	for i := range d.signals.History {
		all += max(1, d.signals.History[i].Times)
	}
	switch {
	case !known:
		return "unknown"
	case least != most:
		return fmt.Sprintf("%d to %d of %d events", least, most, all)
	}
	return fmt.Sprintf("%d of %d events", least, all)
}

// matcherText is a matcher as it was written.
func matcherText(c *Condition) string {
	if c.Matcher == nil {
		return ""
	}
	return nodeText(c.Matcher)
}

// nodeText is a text or a list of texts as it was written.
func nodeText(n *strict.Node) string {
	if len(n.Items) == 0 {
		return n.Text
	}
	var parts []string
	for _, item := range n.Items {
		parts = append(parts, item.Text)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// nameOf is the name of a signal as campaigns write it.
func (c *Campaign) nameOf(ref Ref) string {
	switch ref.Kind {
	case SignalRef:
		return c.Signals[ref.Index].Name
	case AnswerRef:
		return "answer." + answerFields[ref.Index].name
	case PlaceStockRef:
		return "item.stock@" + c.stockPlaces[ref.Index]
	}
	return "item." + c.attributeName(ref.Index)
}

// origin says where a value came from.
func (d *Decider) origin(ref Ref) string {
	if ref.Kind == ItemRef || ref.Kind == PlaceStockRef {
		if d.item == nil {
			return "no item"
		}
		return "item " + d.item.ID
	}
	if ref.Kind != SignalRef {
		return ""
	}
	sig := &d.campaign.Signals[ref.Index]
	switch {
	case d.ahead && !d.values[ref.Index].Known() && d.all[ref.Index].Known():
		return "hidden from clients that fetch ahead"
	case ref.Index < len(d.signals.Origins) && d.signals.Origins[ref.Index] != "":
		return d.signals.Origins[ref.Index]
	case sig.Source == ClockSource:
		return "the clock in " + d.clock.at.Location().String()
	}
	return ""
}

// show writes a value for people who look into decisions.
func (v *view) show(value Value) string {
	switch value.Type {
	case Unknown:
		return "unknown"
	case Some:
		return "some"
	case Number, Percent:
		return strings.TrimSuffix(strings.TrimRight(decimal(value.N, 6), "0"), ".")
	case Money:
		return decimal(value.N, currencyDigits(value.Text)) + " " + value.Text
	case TextList:
		return "[" + strings.Join(value.List, ", ") + "]"
	case Weekday:
		return strings.ToLower(time.Weekday((value.N + 1) % 7).String()[:3])
	case Month:
		return fmt.Sprint(value.N)
	case Date:
		return time.Unix(value.N*daySeconds, 0).UTC().Format(time.DateOnly)
	case Yearly:
		return fmt.Sprintf("%02d-%02d", value.N/100, value.N%100)
	case Moment:
		return time.UnixMilli(value.N).In(v.clock.at.Location()).Format("2006-01-02 15:04:05 -07:00")
	case Duration:
		return time.Duration(value.N * int64(time.Millisecond)).String()
	}
	return v.write(value, &TextFormat{})
}

// decimal writes n as a number of so many digits after the dot.
func decimal(n int64, digits int) string {
	text := fmt.Sprintf("%0*d", digits+1, abs(n))
	if at := len(text) - digits; digits > 0 {
		text = text[:at] + "." + text[at:]
	}
	if n < 0 {
		return "-" + text
	}
	return text
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// attributeName is the name of an item's attribute by its number.
func (c *Campaign) attributeName(index int) string {
	if more := index - int(ItemMore); more >= 0 && more < len(c.attributes) {
		return c.attributes[more].Name
	}
	for name, f := range itemFields {
		if int(f.at) == index {
			return name
		}
	}
	return ""
}
