package rules

// Fate is what became of a rule at a position that was decided.
type Fate uint8

// The fates of a rule.
const (
	Taken       Fate = iota
	Failing          // its conditions certainly do not hold
	Uncertain        // whether they hold is not known
	Incomplete       // they hold, and its picture lacks something
	Forestalled      // they hold and its picture is complete, and an earlier rule was taken
	Untried          // no rule was tried: a holdout, or outside starts and ends
	Fates            // how many there are
)

// Fate says what became of a rule of the block of the at-th decision. The
// decisions are the whole of what the last Decide returned, and the Decider was not
// used for anything but Fate since.
func (d *Decider) Fate(decisions []Decision, at int, rule *Rule) Fate {
	decision := &decisions[at]
	switch {
	case decision.Rule == rule:
		return Taken
	case decision.Reason != Matched && decision.Reason != Fallback:
		return Untried
	}
	d.before(decisions, decision)
	d.rule, d.item = rule, nil
	if d.holds(rule.When) == False {
		return Failing
	}
	d.variant = d.assigned(rule)
	found := d.take(d.variant)
	switch holds := d.holds(rule.When); {
	case holds == False:
		return Failing
	case holds == Maybe:
		return Uncertain
	case !found || !d.complete(d.variant, true):
		return Incomplete
	}
	return Forestalled
}
