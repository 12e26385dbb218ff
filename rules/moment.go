package rules

import (
	"fmt"
	"math"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// Side says which of two instants a local time that occurs twice means.
type Side bool

// A start is the first, an end the second; a date is its first instant as a
// start, and the end of its day as an end.
const (
	StartsAt Side = false
	EndsAt   Side = true
)

// LocalInstant returns the instant of a local time in a zone. wall holds it as
// if it were UTC. One that occurs twice is the first or, at an end, the second;
// one that does not occur is the next that does.
func LocalInstant(wall time.Time, zone *time.Location, at Side) time.Time {
	const reach = 26 * time.Hour
	_, before := wall.Add(-reach).In(zone).Zone()
	_, after := wall.Add(reach).In(zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(zone)
	if before == after {
		return first
	}
	second := wall.Add(-time.Duration(after) * time.Second).In(zone)
	_, atFirst := first.Zone()
	_, atSecond := second.Zone()
	switch {
	case atFirst == before && (at == StartsAt || atSecond != after):
		return first
	case atSecond == after:
		return second
	}
	next, _ := first.ZoneBounds()
	return next.In(zone)
}

// wallClock reads 2026-11-27, 2026-11-27 08:00 or 2026-11-27 08:00:30, with T
// or a space, as if it were UTC.
func wallClock(text string) (wall time.Time, date, ok bool) {
	day, ok := parseDay(text[:min(10, len(text))])
	if !ok {
		return time.Time{}, false, false
	}
	wall = time.Unix(day*daySeconds, 0).UTC()
	rest := text[10:]
	switch {
	case rest == "":
		return wall, true, true
	case len(rest) != 6 && len(rest) != 9 || rest[0] != ' ' && rest[0] != 'T':
		return wall, false, false
	}
	seconds, ok := parseTime(rest[1:6])
	if len(rest) == 9 {
		s, okS := twoDigits(rest[7:])
		ok = ok && okS && s < 60 && rest[6] == ':' && seconds < daySeconds
		seconds += int64(s)
	}
	return wall.Add(time.Duration(seconds) * time.Second), false, ok
}

// splitZone splits a moment into its wall clock and what says where it lies:
// "", "local", an offset, Z or an IANA name.
func splitZone(text string) (wall, zone string) {
	switch {
	case strings.HasSuffix(text, " local"):
		return strings.TrimSpace(strings.TrimSuffix(text, "local")), "local"
	case len(text) > 10 && strings.HasSuffix(text, "Z"):
		return text[:len(text)-1], "Z"
	case len(text) > 16 && (text[len(text)-6] == '+' || text[len(text)-6] == '-'):
		return strings.TrimSpace(text[:len(text)-6]), text[len(text)-6:]
	}
	if i := strings.LastIndexByte(text, ' '); i > 0 && i+1 < len(text) && (text[i+1] < '0' || text[i+1] > '9') {
		return strings.TrimSpace(text[:i]), text[i+1:]
	}
	return text, ""
}

// zoneOf returns the zone that splitZone found.
func zoneOf(name string, zone *time.Location) (*time.Location, error) {
	switch {
	case name == "":
		return zone, nil
	case name == "Z":
		return time.UTC, nil
	case name[0] == '+' || name[0] == '-':
		seconds, ok := parseTime(name[1:])
		if !ok || seconds > 15*3600 {
			return nil, fmt.Errorf("%q is no offset; write one such as +01:00", name)
		}
		if name[0] == '-' {
			seconds = -seconds
		}
		return time.FixedZone(name, int(seconds)), nil
	}
	if z, ok := zoneNamed(name); ok {
		return z, nil
	}
	return nil, fmt.Errorf("unknown timezone %q; write an IANA name such as Europe/London, an offset such as +01:00, or local", name)
}

// parseMomentLiteral reads a moment. A date spans its day: lo is its first
// instant, hi its last.
func parseMomentLiteral(text string, zone *time.Location) (edge, error) {
	if ms, ok := parseFrom("now", text); ok {
		return edge{lo: ms, hi: ms, from: Now}, nil
	}
	if days, ok := parseToday(text); ok {
		return edge{lo: days * dayMillis, hi: (days+1)*dayMillis - 1, from: Today, date: true}, nil
	}
	if _, ok := parseTime(text); ok {
		return edge{}, fmt.Errorf("%q is a time of any day; write its day too, 2026-11-27 %s, or ask about time", text, text)
	}
	clock, name := splitZone(text)
	wall, date, ok := wallClock(clock)
	if !ok {
		return edge{}, fmt.Errorf("%q is not a moment; write 2026-11-27 08:00, 2026-11-27, now or now+48h", text)
	}
	if name == "local" {
		e := edge{lo: wall.UnixMilli(), hi: wall.UnixMilli(), from: Local, date: date}
		if date {
			e.hi += dayMillis - 1
		}
		return e, nil
	}
	at, err := zoneOf(name, zone)
	if err != nil {
		return edge{}, err
	}
	ms := LocalInstant(wall, at, StartsAt).UnixMilli()
	e := edge{lo: ms, hi: ms, date: date}
	if date {
		e.hi = LocalInstant(wall.AddDate(0, 0, 1), at, StartsAt).UnixMilli() - 1
	}
	return e, nil
}

// limit reads an instant, such as a test's at: an end is the first instant
// after the last.
func (l *loader) limit(n *strict.Node, at Side) time.Time {
	t, local := l.moment(n, at)
	if local {
		l.Errorf(n, "%q is another instant for everybody; leave out local, or name a zone", n.Text)
	}
	return t
}

// moment reads a moment such as starts, ends or an until. A local one is the
// recipient's wall clock, as if it were UTC.
func (l *loader) moment(n *strict.Node, at Side) (t time.Time, local bool) {
	text := strings.TrimSpace(l.Text(n))
	clock, name := splitZone(text)
	wall, date, ok := wallClock(clock)
	if !ok {
		l.Errorf(n, "%q is not a moment; write one such as 2026-11-27 08:00 or 2026-11-27", text)
		return time.Time{}, false
	}
	if date && at == EndsAt {
		wall = wall.AddDate(0, 0, 1)
	}
	if name == "local" {
		return wall, true
	}
	zone, err := zoneOf(name, l.c.Zone)
	if err != nil {
		l.Errorf(n, "%s", err)
		return time.Time{}, false
	}
	return LocalInstant(wall, zone, at), false
}

// least and most are the ends of spans without an end.
const (
	least = math.MinInt64
	most  = math.MaxInt64
)
