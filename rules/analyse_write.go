package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rounds are the steps in which people count values of a type, the widest
// first.
func rounds(t Type) []int64 {
	switch t {
	case Number, Percent:
		return []int64{Million, Million / 10, Million / 100, Million / 1000, Million / 10_000, Million / 100_000, 1}
	case Moment, Duration:
		return []int64{dayMillis, 3_600_000, 60_000, 1000, 1}
	case Time:
		return []int64{3600, 60, 1}
	}
	return []int64{1}
}

// roundest returns the value of a span that people would name: the first of the
// roundest ones.
func roundest(t Type, s span) int64 {
	for _, step := range rounds(t) {
		first := floorDiv(s.lo-1, step)*step + step
		if first <= s.hi {
			return first
		}
	}
	return s.lo
}

// continuous reports whether a type has values between any two that people
// name, so that spans end before a value as well as with one.
func continuous(t Type) bool {
	switch t {
	case Number, Percent, Moment, Duration, Time:
		return true
	}
	return false
}

// example returns the value of a hole to name.
func (x *atom) example(hole span) int64 {
	minute := int64(60)
	switch x.typ {
	case Moment:
		minute *= 1000
	case Time:
	default:
		return roundest(x.typ, hole)
	}
	return floorDiv(hole.lo+minute-1, minute) * minute
}

// before returns where a hole begins, as people would say it.
func (x *atom) before(hole span) int64 {
	if continuous(x.typ) {
		return roundest(x.typ, span{hole.lo - 1, hole.lo})
	}
	return hole.lo - 1
}

// after returns where a hole ends, as people would say it.
func (x *atom) after(hole span) int64 {
	if continuous(x.typ) {
		return roundest(x.typ, span{hole.hi, hole.hi + 1})
	}
	return hole.hi + 1
}

// counts reports whether a hole is one to report. Between whole numbers one has
// to have a whole number in it, and between moments a minute.
func (x *atom) counts(hole span) bool {
	switch x.typ {
	case Number, Percent:
		between := x.before(hole)%Million == 0 && x.after(hole)%Million == 0
		return !between || roundest(x.typ, hole)%Million == 0
	case Moment, Duration:
		return hole.hi-hole.lo >= 59_999
	case Time:
		return hole.hi-hole.lo >= 59
	}
	return true
}

// remedy says what to write so that a phase reaches over a hole beside it.
func (a *analysis) remedy(x *atom, p *phase, hole span) string {
	if len(p.in) == 1 {
		own := joined([]span{p.in[0], hole})
		if len(own) == 1 {
			if text := a.matcher(x, own[0]); text != "" {
				return "write " + text
			}
		}
	}
	return "widen one of them"
}

// matcher writes a matcher for a span; "" where there is none.
func (a *analysis) matcher(x *atom, s span) string {
	fromLo, toHi := s.lo, s.hi
	openLo := s.lo == firstAt || a.clockOf(x.ref) != "" && s.lo == x.all[0].lo && (x.typ == Moment || x.typ == Date)
	openHi := s.hi == most || a.clockOf(x.ref) != "" && s.hi == x.all[len(x.all)-1].hi && (x.typ == Moment || x.typ == Date)
	if continuous(x.typ) {
		fromLo, toHi = x.before(span{s.lo, s.lo}), x.after(span{s.hi, s.hi})
	}
	below, above := "<= ", ">= "
	if toHi > s.hi {
		below = "< "
	}
	if fromLo < s.lo {
		above = "> "
	}
	exclusive := x.typ == Moment || x.typ == Time
	switch {
	case openLo && openHi:
		return ""
	case openLo:
		return strconv.Quote(below + a.write(x, toHi))
	case openHi:
		return strconv.Quote(above + a.write(x, fromLo))
	case fromLo < s.lo, exclusive && toHi == s.hi:
		return ""
	case x.typ == Number || x.typ == Percent:
		if toHi = floorDiv(s.hi, Million) * Million; x.after(span{s.hi, s.hi})%Million != 0 {
			return ""
		}
	case x.typ == Duration && toHi > s.hi:
		return ""
	}
	if fromLo == toHi {
		return a.write(x, fromLo)
	}
	return a.write(x, fromLo) + ".." + a.write(x, toHi)
}

// write writes a value as campaigns do.
func (a *analysis) write(x *atom, n int64) string {
	switch {
	case x.view == fromToday && n == 0:
		return "today"
	case x.view == fromToday:
		return fmt.Sprintf("today%+dd", n)
	case x.ofYear():
		return time.Date(2024, time.January, int(n), 0, 0, 0, 0, time.UTC).Format("01-02")
	}
	switch x.typ {
	case Number:
		return writeNumber(n)
	case Percent:
		return writeNumber(n) + "%"
	case Money:
		amount, cents, _ := strings.Cut(decimal(n, currencyDigits(x.match.Currency)), ".")
		if strings.Trim(cents, "0") != "" {
			amount += "." + cents
		}
		return amount + " " + x.match.Currency
	case Time:
		return writeTime(n)
	case Weekday:
		return strings.ToLower(time.Weekday((n + 1) % 7).String()[:3])
	case Date:
		return time.Unix(n*daySeconds, 0).UTC().Format(time.DateOnly)
	case Moment:
		at := time.UnixMilli(n).In(a.c.Zone)
		if at.Second() != 0 {
			return at.Format(time.DateTime)
		}
		return at.Format("2006-01-02 15:04")
	case Duration:
		return writeDuration(n)
	}
	return fmt.Sprint(n)
}

func writeNumber(n int64) string {
	return strings.TrimSuffix(strings.TrimRight(decimal(n, 6), "0"), ".")
}

// writeTime writes a time of day.
func writeTime(seconds int64) string {
	text := fmt.Sprintf("%02d:%02d", seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		text += fmt.Sprintf(":%02d", seconds%60)
	}
	return text
}

// writeDuration writes a duration in its units.
func writeDuration(ms int64) string {
	var parts []string
	for i, unit := range []int64{dayMillis, 3_600_000, 60_000, 1000} {
		if n := ms / unit; n != 0 {
			parts = append(parts, fmt.Sprint(n)+string("dhms"[i]))
		}
		ms %= unit
	}
	if len(parts) == 0 {
		return "0s"
	}
	return strings.Join(parts, "")
}
