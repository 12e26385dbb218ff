package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"example.com/opentime/strict"
)

const (
	daySeconds = 24 * 3600
	dayMillis  = daySeconds * 1000
)

// edge is a literal of an ordered type: the span it stands for, both ends
// included, and what it counts from. Most literals span one value; a date used
// as a moment spans its day.
type edge struct {
	lo, hi   int64
	from     Anchor
	currency string
	yearless bool
	date     bool // a date used as a moment
}

// literal reads a literal of an ordered type.
func literal(t Type, text string, zone *time.Location) (edge, error) {
	switch t {
	case Number:
		n, ok := strict.ParseNumber(text)
		return one(n, ok, "%q is not a number; write plain digits, such as 1200 or 2.5", text)
	case Percent:
		digits, percent := strings.CutSuffix(text, "%")
		n, ok := strict.ParseNumber(digits)
		return one(n, ok && percent, "%q is not a percentage; write one such as 5%%", text)
	case Money:
		return parseMoney(text)
	case Time:
		n, ok := parseTime(text)
		return one(n, ok, "%q is not a time; write hours and minutes, such as 07:30 or 18:00", text)
	case Weekday:
		n := strings.Index("montuewedthufrisatsun", text)
		return one(int64(n/3), len(text) == 3 && n >= 0 && n%3 == 0, "%q is not a weekday; write mon, tue, wed, thu, fri, sat or sun", text)
	case Month:
		n, err := strconv.Atoi(text)
		return one(int64(n), err == nil && n >= 1 && n <= 12 && text[0] != '0' && text[0] != '+', "%q is not a month; write 1 to 12", text)
	case Date:
		return parseDateLiteral(text)
	case Yearly:
		return parseYearly(text)
	case Moment:
		return parseMomentLiteral(text, zone)
	case Duration:
		d, ok := strict.ParseDuration(text)
		return one(d.Milliseconds(), ok, "%q is not a duration; write one such as 48h or 1d12h", text)
	}
	return edge{}, fmt.Errorf("a %s has no order; write a plain value", t)
}

func one(n int64, ok bool, format, text string) (edge, error) {
	if !ok {
		return edge{}, fmt.Errorf(format, text)
	}
	return edge{lo: n, hi: n}, nil
}

// parseTime reads 18:00 as seconds since midnight; 24:00 is allowed.
func parseTime(text string) (int64, bool) {
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	h, okH := twoDigits(text[:2])
	m, okM := twoDigits(text[3:])
	ok := okH && okM && m < 60 && (h < 24 || h == 24 && m == 0)
	return int64(h*3600 + m*60), ok
}

func twoDigits(text string) (int, bool) {
	if len(text) != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' {
		return 0, false
	}
	return int(text[0]-'0')*10 + int(text[1]-'0'), true
}

// parseMoney reads 12.50 EUR as minor units.
func parseMoney(text string) (edge, error) {
	amount, code, ok := strings.Cut(text, " ")
	code = strings.TrimSpace(code)
	if _, isNumber := strict.ParseNumber(text); isNumber {
		return edge{}, fmt.Errorf("%q has no currency; write one such as 12.50 EUR", text)
	}
	unit, err := currency.ParseISO(code)
	n, isNumber := strict.ParseNumber(amount)
	if !ok || err != nil || !isNumber || len(code) != 3 {
		return edge{}, fmt.Errorf("%q is not an amount of money; write one such as 12.50 EUR", text)
	}
	scale := currencyDigits(code)
	per := int64(Million)
	for range scale {
		per /= 10
	}
	if n%per != 0 {
		return edge{}, fmt.Errorf("%q has too many digits after the dot; write %d at most, as %s has", text, scale, unit)
	}
	return edge{lo: n / per, hi: n / per, currency: unit.String()}, nil
}

// MoneyOf is an amount of money in millionths of a currency, to the minor unit below.
func MoneyOf(millionths int64, currency string) Value {
	per := int64(Million)
	for range currencyDigits(currency) {
		per /= 10
	}
	return Value{Type: Money, N: millionths / per, Text: currency}
}

// NumberOf is an amount of money as a number of its currency.
func NumberOf(money Value) Value {
	per := int64(Million)
	for range currencyDigits(money.Text) {
		per /= 10
	}
	return Value{Type: Number, N: money.N * per}
}

// parseDay reads 2026-11-27 as days since 1970.
func parseDay(text string) (int64, bool) {
	if len(text) != 10 {
		return 0, false
	}
	t, err := time.Parse("2006-01-02", text)
	return t.Unix() / daySeconds, err == nil && t.Unix() >= -daySeconds*100*366
}

// parseMonthDay reads 12-24 as month*100+day; 02-29 is allowed.
func parseMonthDay(text string) (int64, bool) {
	if len(text) != 5 {
		return 0, false
	}
	t, err := time.Parse("2006-01-02", "2024-"+text)
	return int64(t.Month())*100 + int64(t.Day()), err == nil
}

// parseToday reads today, today+7d, today-3d as days from today.
func parseToday(text string) (days int64, ok bool) {
	ms, ok := parseFrom("today", text)
	return ms / dayMillis, ok && ms%dayMillis == 0
}

// parseFrom reads word, word+48h or word-48h as ms from word.
func parseFrom(word, text string) (ms int64, ok bool) {
	rest, ok := strings.CutPrefix(text, word)
	if !ok || rest == "" {
		return 0, ok
	}
	d, ok := strict.ParseDuration(rest[1:])
	switch rest[0] {
	case '+':
		return d.Milliseconds(), ok
	case '-':
		return -d.Milliseconds(), ok
	}
	return 0, false
}

func parseDateLiteral(text string) (edge, error) {
	if n, ok := parseDay(text); ok {
		return edge{lo: n, hi: n}, nil
	}
	if n, ok := parseToday(text); ok {
		return edge{lo: n, hi: n, from: Today}, nil
	}
	if _, date, ok := wallClock(text); ok && !date {
		return edge{}, fmt.Errorf("%q is a moment; write its day only, or ask about now", text)
	}
	n, ok := parseMonthDay(text)
	e, err := one(n, ok, "%q is not a date; write 2026-11-27, 12-24 (every year), today or today+7d", text)
	e.yearless = true
	return e, err
}

func parseYearly(text string) (edge, error) {
	if n, ok := parseToday(text); ok {
		return edge{lo: n, hi: n, from: Today, yearless: true}, nil
	}
	n, ok := parseMonthDay(text)
	e, err := one(n, ok, "%q is not a day of the year; write 12-24, today or today+7d", text)
	e.yearless = true
	return e, err
}

// ParseValue reads a value of type t as a test gives it or a link carries it.
// Moments without a zone lie in the campaign's. The text "unknown" is the
// unknown value.
func ParseValue(t Type, text string, c *Campaign) (Value, error) {
	text = strings.TrimSpace(text)
	if text == "unknown" {
		return Value{}, nil
	}
	switch t {
	case Text, Picture, Colour:
		return Value{Type: t, Text: text}, nil
	case TextList:
		return Value{Type: t, List: []string{text}}, nil
	case Boolean:
		switch text {
		case "true":
			return Value{Type: t, N: 1}, nil
		case "false":
			return Value{Type: t}, nil
		}
		return Value{}, fmt.Errorf("%q is not true or false; write true or false", text)
	}
	e, err := literal(t, text, c.Zone)
	switch {
	case err != nil && t == Moment:
		return Value{}, fmt.Errorf("%q is not a moment; write one such as 2026-11-27 08:00 or 2026-11-27", text)
	case err != nil:
		return Value{}, err
	case e.from != Fixed:
		return Value{}, fmt.Errorf("%q depends on when it is read; write a fixed %s", text, t)
	case t == Date && e.yearless:
		return Value{}, fmt.Errorf("%q has no year; write one such as 2026-11-27", text)
	}
	return Value{Type: t, N: e.lo, Text: e.currency}, nil
}
