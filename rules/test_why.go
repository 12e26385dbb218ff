package rules

import (
	"fmt"
	"slices"
	"strings"
)

// why says for people what a position shows, why, and what kept the rule that
// was expected there.
func (x *Expectation) why(e *Explanation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s shows %s\n", x.Node.Text, e.winner())
	won := slices.IndexFunc(e.Rules, func(r RuleAccount) bool { return r.Taken })
	if won >= 0 {
		e.Rules[won].write(&b)
	}
	tried := e.Reason == Matched.String() || e.Reason == Fallback.String()
	expected := -1
	if x.Rule != nil && x.Rule.Text != e.Rule {
		expected = slices.IndexFunc(e.Rules, func(r RuleAccount) bool { return r.Name == x.Rule.Text })
	}
	if expected >= 0 && tried {
		r := &e.Rules[expected]
		fmt.Fprintf(&b, "rule %s was expected: %s\n", r.Name, r.kept(e.Rule, won >= 0 && won < expected))
		r.write(&b)
	}
	for i := range e.Rules {
		if tried && i != expected && (won < 0 || i < won) {
			fmt.Fprintf(&b, "not rule %s: %s\n", e.Rules[i].Name, e.Rules[i].Why())
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// winner names what is shown, and why that.
func (e *Explanation) winner() string {
	switch e.Reason {
	case Matched.String():
		return "rule " + e.Rule + variantText(e.Variant) + ", the first that certainly holds and whose picture is complete:"
	case Fallback.String():
		return "its fallback: no rule certainly holds with a complete picture"
	case Holdout.String():
		return "its fallback: the recipient is held out, and no rule is tried"
	case NotStarted.String():
		return "its fallback: the campaign has not started, and no rule is tried"
	case Ended.String():
		return "its fallback: the campaign has ended, and no rule is tried"
	case Retired.String():
		return "nothing: the block is retired"
	}
	return "its fallback: " + e.Reason
}

func variantText(id string) string {
	if id == "none" {
		return ""
	}
	return ", variant " + id
}

// Why says what kept a rule from being taken, where no rule above it was: a
// condition, or what its picture lacks.
func (r *RuleAccount) Why() string {
	switch {
	case r.Holds != True.String():
		return r.decisive()
	case !r.Complete:
		return "it holds, but its picture is incomplete: " + r.Missing
	}
	return "it holds"
}

// kept is Why for a rule that was expected; below: the one taken stands above it.
func (r *RuleAccount) kept(taken string, below bool) string {
	switch {
	case r.Holds == Maybe.String():
		return r.decisive() + ", and what is unknown is never taken"
	case r.Holds == True.String() && r.Complete && below:
		return "it holds too, but stands below rule " + taken
	}
	return r.Why()
}

// decisive is the first condition that makes a rule as true as it is, with what
// it saw; of a segment, any or not the one in it.
func (r *RuleAccount) decisive() string {
	for i := range r.Conditions {
		if r.Conditions[i].Depth > 0 || r.Conditions[i].Truth != r.Holds {
			continue
		}
		text := r.Conditions[i].String()
		for at := i; ; {
			next := r.inner(at)
			if next < 0 {
				return text
			}
			if at = next; r.inner(at) < 0 || strings.HasPrefix(r.Conditions[at].Text, "segment ") {
				text += ": " + r.Conditions[at].String()
			}
		}
	}
	return "it is " + r.Holds
}

// inner is the first condition within another that is as true, else the first
// of all; -1 where there is none.
func (r *RuleAccount) inner(at int) int {
	first := -1
	for i := at + 1; i < len(r.Conditions) && r.Conditions[i].Depth > r.Conditions[at].Depth; i++ {
		if r.Conditions[i].Depth > r.Conditions[at].Depth+1 {
			continue
		}
		if r.Conditions[i].Truth == r.Conditions[at].Truth {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

// write writes all conditions of a rule.
func (r *RuleAccount) write(b *strings.Builder) {
	for i := range r.Conditions {
		fmt.Fprintf(b, "  %s%s\n", strings.Repeat("  ", r.Conditions[i].Depth), r.Conditions[i].String())
	}
}

// String is a condition, how true it is and what it saw.
func (c ConditionAccount) String() string {
	text := c.Text + " is " + c.Truth
	switch {
	case c.Value != "" && c.Value != Maybe.String():
		text += ", saw " + c.Value
	case c.Signal == "":
		return text
	}
	if c.From != "" {
		text += " (" + c.From + ")"
	}
	return text
}
