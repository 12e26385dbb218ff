package rules

// ended returns when the offer that a decision shows ends, in Unix ms: 0 if it
// does not.
func (v *view) ended(d *Decision) int64 {
	next := int64(0)
	earlier := func(ms int64) {
		if next == 0 || ms < next {
			next = ms
		}
	}
	if _, ends := v.limits(); ends != most {
		earlier(ends)
	}
	for i := range d.Variant.Values {
		declared, e := &d.Variant.Layout.Values[i], &d.Variant.Values[i]
		if declared.Name != "until" || declared.Type != Moment || e.Type == Unknown {
			continue
		}
		if value, known := v.given(e, true); known {
			earlier(value.N)
		}
	}
	if d.Rule != nil {
		if last, ok := v.last(d.Rule.When, true, false); ok {
			earlier(last)
		}
	}
	if d.Item != nil {
		if ends := v.attribute(ItemEnds); ends.Type == Moment {
			earlier(ends.N)
		}
		if d.Item.Gone {
			earlier(v.clock.ms)
		}
	}
	return next
}

// last returns the first instant after the last one at which the now and date
// conditions of c let it hold (or, not wanted, not hold); false where they
// always may. late: beside a daypart, which may end the day after.
func (v *view) last(c *Condition, wanted, late bool) (int64, bool) {
	switch {
	case c == nil || c.Op == Known || c.Op == Behaved:
		return 0, false
	case c.Op == Compare:
		return v.lastOf(c, wanted, late)
	case c.Op == Not:
		wanted = !wanted
	}
	together := (c.Op == And) == wanted // of the parts: all, not any
	late = late || c.Op == And && v.asksDaypart(c.Parts)
	next, found := int64(0), false
	for _, part := range c.Parts {
		ms, ok := v.last(part, wanted, late)
		switch {
		case !ok && !together:
			return 0, false
		case ok && (!found || together == (ms < next)):
			next, found = ms, true
		}
	}
	return next, found
}

// lastOf is last for one comparison.
func (v *view) lastOf(c *Condition, wanted, late bool) (int64, bool) {
	clock := v.clockOf(c.Ref)
	if clock != "now" && clock != "date" {
		return 0, false
	}
	next, found := int64(0), false
	for i := range c.Any {
		m := &c.Any[i]
		endless := m.Hi == most
		if !wanted && !endless {
			continue // it stops holding some day
		}
		n, from, at := m.Hi, m.HiFrom, EndsAt
		if !wanted {
			n, from, at = m.Lo-1, m.LoFrom, StartsAt
		}
		if m.Yearless || endless && wanted || n == most || from == Now || from == Today {
			return 0, false
		}
		ms := v.bound(n, from, at) + 1
		if clock == "date" {
			ms = v.clock.midnight(n + 1)
			if late {
				ms += v.pastMidnight()
			}
		}
		if !found || wanted == (ms > next) {
			next, found = ms, true
		}
	}
	return next, found
}

// pastMidnight is how far the longest daypart reaches into the next day, in ms.
func (v *view) pastMidnight() int64 {
	reach := int64(0)
	for _, d := range v.campaign.Dayparts {
		if d.To <= d.From {
			reach = max(reach, d.To*1000)
		}
	}
	return reach
}
