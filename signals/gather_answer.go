package signals

import "example.com/opentime/rules"

// results is how many gave an answer; all of a block's are rules' to add up.
func (x *gathering) results(sig *rules.Signal) (rules.Value, string) {
	if x.from.Results == nil || sig.At == "" {
		return rules.Value{}, ""
	}
	n := x.from.Results(x.campaign.ID, sig.Key, sig.At)
	return rules.Value{Type: rules.Number, N: n * rules.Million}, x.origin("answers that were confirmed")
}

// answered is what the recipient answered last in a block, none where they did not.
// Where old answers are counted together nobody knows any more.
func (x *gathering) answered(sig *rules.Signal) rules.Value {
	campaign := sig.At
	if campaign == "" {
		campaign = x.campaign.ID
	}
	past := x.past()
	if past == nil {
		return text("none")
	}
	for _, e := range past.Events(nil, rules.KindsOf(rules.Answered)) {
		switch {
		case e.Mixed:
			return rules.Value{}
		case e.Campaign == campaign && e.Block == sig.Key && e.At <= x.open.At.UnixMilli():
			return text(e.Answer)
		}
	}
	return text("none")
}
