package rules

import (
	"strconv"
	"strings"
	"time"
)

// write writes a value in the campaign's locale: by the format, or by the
// value's own type where there is none.
func (v *view) write(value Value, f *TextFormat) string {
	w := v.campaign.writers[v.locale]
	switch f.Name {
	case "":
	case "plural":
		return w.plural(value.N, f.Words)
	case "missing":
		return w.number(max(0, f.N-value.N), 0)
	case "left":
		return w.left(value.N - v.clock.ms)
	case "distance":
		return w.distance(value.N)
	case "upper":
		return w.upper(value.Text)
	case "percent":
		return w.percent(value.N, int(f.N))
	case "number":
		return w.number(value.N, int(f.N))
	}
	switch value.Type {
	case Number:
		return w.number(value.N, 0)
	case Percent:
		return w.percent(value.N, 0)
	case Money:
		return w.money(value.N, value.Text, f.Arg == "short")
	case Boolean:
		return strconv.FormatBool(value.N != 0)
	case TextList:
		return w.list(value.List, int(f.N))
	case Time:
		return w.clock(value.N)
	case Weekday:
		return w.days[(value.N+1)%7]
	case Month:
		return w.alone[value.N-1]
	case Date:
		return w.date(time.Unix(value.N*daySeconds, 0).UTC(), f.Arg)
	case Yearly:
		return w.date(time.Date(2000, time.Month(value.N/100), int(value.N%100), 0, 0, 0, 0, time.UTC), f.Arg)
	case Moment:
		return v.moment(w, value.N, f)
	case Duration:
		return w.left(value.N)
	}
	return value.Text
}

// plain writes a value into a link: as programs read it, unless a format says
// otherwise.
func (v *view) plain(value Value, f *TextFormat) string {
	switch {
	case f.Name != "" || value.Type == Text:
		return v.write(value, f)
	case value.Type == Money:
		return decimal(value.N, currencyDigits(value.Text))
	case value.Type == Moment:
		return time.UnixMilli(value.N).UTC().Format(time.RFC3339)
	case value.Type == TextList:
		return strings.Join(value.List, ",")
	}
	return v.show(value)
}

// moment writes a moment on the recipient's clock.
func (v *view) moment(w *writer, ms int64, f *TextFormat) string {
	at := time.UnixMilli(ms).In(v.clock.at.Location())
	hour, minute, _ := at.Clock()
	clock := w.clock(int64(hour*3600 + minute*60))
	switch f.Name {
	case "date":
		return w.date(at, f.Arg)
	case "time":
		return clock
	}
	return w.date(at, "day") + " " + clock
}

// list writes "a, b en c", of more than n the first n.
func (w *writer) list(items []string, n int) string {
	if n > 0 && len(items) > n {
		items = items[:n]
	}
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	before, and := " ", w.words.and
	if w.words.comma && last > 1 {
		before = ", "
	}
	if w.words.spanish && beginsWithI(items[last]) {
		and = "e "
	}
	return strings.Join(items[:last], ", ") + before + and + items[last]
}

// beginsWithI reports whether a Spanish word begins with the sound i, before
// which y is e.
func beginsWithI(word string) bool {
	word = strings.ToLower(word)
	return strings.HasPrefix(word, "i") || strings.HasPrefix(word, "hi") && !strings.HasPrefix(word, "hie") && !strings.HasPrefix(word, "hia")
}
