package rules

import "time"

// calendar is one moment on the recipient's clock.
type calendar struct {
	at      time.Time // in the recipient's zone
	ms      int64     // Unix ms
	date    int64     // days since 1970-01-01
	seconds int64     // since midnight, on the wall clock
	weekday int64     // 0 Monday
	month   int64
	year    int
}

func newCalendar(at time.Time, zone *time.Location) calendar {
	local := at.In(zone)
	year, month, day := local.Date()
	hour, minute, second := local.Clock()
	return calendar{
		at: local, ms: at.UnixMilli(), date: dayNumber(year, month, day),
		seconds: int64(hour*3600 + minute*60 + second),
		weekday: int64(local.Weekday()+6) % 7, month: int64(month), year: year,
	}
}

// dayNumber is a date as days since 1970-01-01.
func dayNumber(year int, month time.Month, day int) int64 {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds
}

// monthDay is a date, in days since 1970-01-01, as month*100+day.
func monthDay(date int64) int64 {
	_, month, day := time.Unix(date*daySeconds, 0).UTC().Date()
	return int64(month)*100 + int64(day)
}

// instant returns a wall clock in ms, as if it were UTC, as Unix ms on the
// recipient's clock.
func (c *calendar) instant(wall int64, at Side) int64 {
	return LocalInstant(time.UnixMilli(wall).UTC(), c.at.Location(), at).UnixMilli()
}

// midnight returns the first instant of a date.
func (c *calendar) midnight(date int64) int64 { return c.instant(date*dayMillis, StartsAt) }

// value returns a clock signal.
func (c *calendar) value(key string, dayparts []Daypart) Value {
	switch key {
	case "now":
		return Value{Type: Moment, N: c.ms}
	case "date":
		return Value{Type: Date, N: c.date}
	case "time":
		return Value{Type: Time, N: c.seconds}
	case "weekday":
		return Value{Type: Weekday, N: c.weekday}
	case "month":
		return Value{Type: Month, N: c.month}
	case "daypart":
		for i := range dayparts {
			if d := &dayparts[i]; within(c.seconds, d.From, d.To-1, d.To <= d.From) {
				return Value{Type: Text, Text: d.ID}
			}
		}
		return Value{Type: Text, Text: "none"} // in none of them, which is known
	}
	return Value{}
}

// night reports whether now lies after midnight in a daypart that began before.
func (c *calendar) night(dayparts []Daypart) bool {
	for i := range dayparts {
		if d := &dayparts[i]; within(c.seconds, d.From, d.To-1, d.To <= d.From) {
			return c.seconds < d.From
		}
	}
	return false
}

// yesterday returns the date, weekday or month of the day before.
func (c *calendar) yesterday(key string) int64 {
	switch key {
	case "weekday":
		return (c.weekday + 6) % 7
	case "month":
		return monthDay(c.date-1) / 100
	}
	return c.date - 1
}

// within reports whether n lies in lo..hi, both included, or, where that
// wraps, not between them.
func within(n, lo, hi int64, wraps bool) bool {
	if wraps {
		return n >= lo || n <= hi
	}
	return n >= lo && n <= hi
}
