package rules

import (
	"strings"
	"time"
)

// write writes a value in the campaign's locale: by the format, or by the
// value's own type where there is none.
func (v *view) write(value Value, f *TextFormat) string {
	w := writerOf(v.campaign.Locales[v.locale])
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
		return map[bool]string{true: "true", false: "false"}[value.N != 0]
	case TextList:
		return w.list(value.List, int(f.N))
	case Time:
		return w.clock(value.N)
	case Weekday:
		return dayName(w.base, time.Weekday((value.N+1)%7))
	case Month:
		return monthName(w.base, w.region, time.Month(value.N), true)
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
	if w.base == "es" && beginsWithI(items[last]) {
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
