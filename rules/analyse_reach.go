package rules

import "time"

// reach returns the values among which holes count: those from the lowest that
// is covered to the highest, of now and date those while the campaign runs. The
// calendar has only what occurs then.
func (a *analysis) reach(x *atom, covered spans) spans {
	reach := span{covered[0].lo, covered[len(covered)-1].hi}
	all := x.all.minus(spans{{unknownAt, someAt}})
	starts, ends := a.c.Starts, a.c.Ends
	clock := a.clockOf(x.ref)
	switch {
	case clock == "" || starts.IsZero() && ends.IsZero():
	case clock == "now":
		return a.nowReach(reach)
	case clock == "date" && x.view == whole:
		return a.dateReach(reach)
	case starts.IsZero() || ends.IsZero():
	case ends.Sub(starts).Milliseconds() < 3*dayMillis:
		return nil // not every hour lies in it
	case clock == "date" || clock == "weekday" || clock == "month":
		all = all.meet(a.calendar(x))
	}
	if clock == "daypart" {
		return all // it has no first and no last
	}
	return all.meet(spans{reach})
}

// nowReach is reach for now. Limits that are a wall clock are no instants, and
// nothing is said of what lies near them.
func (a *analysis) nowReach(reach span) spans {
	switch starts := a.c.Starts; {
	case starts.IsZero():
	case a.c.startsLocal:
		reach.lo = max(reach.lo, starts.UnixMilli()+2*dayMillis)
	default:
		reach.lo = starts.UnixMilli()
	}
	switch ends := a.c.Ends; {
	case ends.IsZero():
	case a.c.endsLocal:
		reach.hi = min(reach.hi, ends.UnixMilli()-2*dayMillis)
	default:
		reach.hi = ends.UnixMilli() - 1
	}
	return joined([]span{reach})
}

// dateReach is reach for dates.
func (a *analysis) dateReach(reach span) spans {
	first, last := a.days()
	if !a.c.Starts.IsZero() {
		reach.lo = first
	}
	if !a.c.Ends.IsZero() {
		reach.hi = last
	}
	return joined([]span{reach})
}

// days returns the dates on which the campaign starts and ends for recipients in
// its own zone.
func (a *analysis) days() (first, last int64) {
	date := func(ms int64, local bool) int64 {
		if local {
			return floorDiv(ms, dayMillis)
		}
		at := newCalendar(time.UnixMilli(ms), a.c.Zone)
		return at.date
	}
	return date(a.c.Starts.UnixMilli(), a.c.startsLocal), date(a.c.Ends.UnixMilli()-1, a.c.endsLocal)
}

// calendar returns the weekdays, months or days of the year that occur while the
// campaign runs.
func (a *analysis) calendar(x *atom) spans {
	first, last := a.days()
	var all []span
	for day := first; day <= min(last, first+366); day++ {
		at := newCalendar(time.UnixMilli(day*dayMillis), time.UTC)
		n := at.value(a.clockOf(x.ref), nil).N
		if x.view == yearless {
			n = dayOfYear(monthDay(day))
		}
		all = append(all, span{n, n})
	}
	return joined(all)
}
