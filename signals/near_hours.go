package signals

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Hours are opening hours: spans of the days of the week, and dates on which
// others hold. They are the place's own clock's.
//
//	mon-fri 09:00-12:00, 13:00-18:00; sat 10:00-02:00; sun closed
//	daily 10:00-22:00; 12-25 closed; 2026-12-24..2026-12-31 10:00-16:00
//
// Entries are parted by ";". Days are mon..sun, ranges and lists of them
// (mon-thu,sat), daily, or a date (2026-12-25), a date of every year (12-25)
// or a range of dates. A day not named is closed. A span that ends at or before
// its beginning passes midnight and belongs to the day on which it began.
type Hours struct {
	week  [7][]span // Monday first
	dates []datedSpans
}

// span is in seconds since midnight; to is over 86400 where it passes midnight.
type span struct{ from, to int }

type datedSpans struct {
	from, to int // year*10000 + month*100 + day, both included; year 0: every year
	spans    []span
}

const dayLength = 24 * 60 * 60

var weekdays = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ParseHours reads opening hours.
func ParseHours(text string) (*Hours, error) {
	h := &Hours{}
	var named [7]bool
	for entry := range strings.SplitSeq(text, ";") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "" {
			continue
		}
		days, times, ok := strings.Cut(entry, " ")
		if !ok {
			return nil, fmt.Errorf("hours %q have no times; write mon-fri 09:00-18:00", entry)
		}
		spans, err := parseSpans(times)
		if err != nil {
			return nil, err
		}
		if days[0] >= '0' && days[0] <= '9' {
			dated, err := parseDates(days)
			if err != nil {
				return nil, err
			}
			dated.spans = spans
			h.dates = append(h.dates, dated)
			continue
		}
		if err := h.addDays(days, spans, &named); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *Hours) addDays(days string, spans []span, named *[7]bool) error {
	if days == "daily" {
		days = "mon-sun"
	}
	for part := range strings.SplitSeq(days, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		i, j := slices.Index(weekdays[:], from), slices.Index(weekdays[:], to)
		if i < 0 || j < 0 {
			return fmt.Errorf("hours name no day %q; write mon, tue, wed, thu, fri, sat, sun, mon-fri, daily or a date", part)
		}
		for d := i; ; d = (d + 1) % 7 {
			if named[d] {
				return fmt.Errorf("hours name %s twice; write its times in one entry, as 09:00-12:00, 13:00-18:00", weekdays[d])
			}
			named[d], h.week[d] = true, spans
			if d == j {
				break
			}
		}
	}
	return nil
}

func parseSpans(text string) ([]span, error) {
	if strings.TrimSpace(text) == "closed" {
		return nil, nil
	}
	var spans []span
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		a, b, ok := strings.Cut(part, "-")
		from, okFrom := parseClock(strings.TrimSpace(a))
		to, okTo := parseClock(strings.TrimSpace(b))
		if !ok || !okFrom || !okTo || from == dayLength {
			return nil, fmt.Errorf("hours have no times in %q; write 09:00-18:00 or closed", part)
		}
		if to <= from {
			to += dayLength
		}
		if len(spans) > 0 && from < spans[len(spans)-1].to {
			return nil, fmt.Errorf("hours %q begin before the times before them end; write them in order", part)
		}
		spans = append(spans, span{from, to})
	}
	return spans, nil
}

// parseClock reads 09:00 as seconds since midnight; 24:00 is the end of a day.
func parseClock(text string) (int, bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	hour, minute := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return 0, false
	}
	return hour*3600 + minute*60, true
}

func parseDates(text string) (datedSpans, error) {
	from, to, ranged := strings.Cut(text, "..")
	if !ranged {
		to = from
	}
	d := datedSpans{from: dateNumber(from), to: dateNumber(to)}
	if d.from == 0 || d.to == 0 || (d.from < 10000) != (d.to < 10000) || d.from > d.to {
		return d, fmt.Errorf("hours name no date %q; write 2026-12-25, 12-25 or 2026-12-24..2026-12-31", text)
	}
	return d, nil
}

// dateNumber reads 2026-12-25 as 20261225 and 12-25 as 1225; 0 is no date.
func dateNumber(text string) int {
	if t, err := time.Parse("2006-01-02", text); err == nil {
		return numberOf(t)
	}
	// 2000 has a 29 February.
	if t, err := time.Parse("2006-01-02", "2000-"+text); err == nil {
		return numberOf(t) % 10000
	}
	return 0
}

func numberOf(t time.Time) int { return t.Year()*10000 + int(t.Month())*100 + t.Day() }

// of returns the spans of a date. Of dated entries the last that fits holds.
func (h *Hours) of(day time.Time) []span {
	number := numberOf(day)
	for _, d := range slices.Backward(h.dates) {
		n := number
		if d.to < 10000 {
			n %= 10000
		}
		if n >= d.from && n <= d.to {
			return d.spans
		}
	}
	return h.week[(int(day.Weekday())+6)%7]
}

// State is whether a place is open.
type State struct {
	Open bool
	// Change is when that changes next; zero: not within eight days.
	Change time.Time
}

// At returns the state at an instant, on the clock of the place's zone.
func (h *Hours) At(at time.Time, zone *time.Location) State {
	year, month, day := at.In(zone).Date()
	var s State
	var end time.Time // of the span at lies in, grown while the next one touches it
	for offset := -1; offset <= 8; offset++ {
		date := time.Date(year, month, day+offset, 0, 0, 0, 0, time.UTC)
		for _, span := range h.of(date) {
			from, to := edge(date, span.from, zone, rules.StartsAt), edge(date, span.to, zone, rules.EndsAt)
			switch {
			case !to.After(from): // in the hour that is left out
			case s.Open && from.After(end):
				s.Change = end
				return s
			case s.Open:
				if to.After(end) {
					end = to
				}
			case !from.After(at) && to.After(at):
				s.Open, end = true, to
			case from.After(at):
				s.Change = from
				return s
			}
		}
	}
	if s.Open && end.Sub(at) < 7*24*time.Hour {
		s.Change = end
	}
	return s
}

// edge returns the instant at which a zone's clock shows so many seconds past
// the midnight of a date.
func edge(date time.Time, seconds int, zone *time.Location, at rules.Side) time.Time {
	return rules.LocalInstant(date.Add(time.Duration(seconds)*time.Second), zone, at)
}
