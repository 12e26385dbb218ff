package signals

import (
	"strings"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// sale leaves a sale price out where its dates say that it does not hold now,
// and notes when that changes.
func (r *feedReader) sale(row *feedRow, item *rules.Item) {
	dates := strings.TrimSpace(row.find("sale_price_effective_date"))
	if dates == "" || !item.SalePrice.Known() {
		return
	}
	from, to, ok := strings.Cut(dates, "/")
	start, okStart := feedTime(from, r.config.Zone)
	end, okEnd := feedTime(to, r.config.Zone)
	if !ok || !okStart || !okEnd {
		r.warn(row, item.ID, "sale_price_effective_date %q is no span; the sale price is unknown, write two moments with / between", dates)
		item.SalePrice = rules.Value{}
		return
	}
	if r.now.Before(start) || !r.now.Before(end) {
		item.SalePrice = rules.Value{}
	}
	for _, edge := range [...]time.Time{start, end} {
		if edge.After(r.now) && (r.content.edge.IsZero() || edge.Before(r.content.edge)) {
			r.content.edge = edge
		}
	}
}

// feedTime reads a moment in one of the ways that feeds write them.
func feedTime(text string, zone *time.Location) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range [...]string{
		time.RFC3339Nano, "2006-01-02T15:04-0700", "2006-01-02T15:04:05-0700", "2006-01-02T15:04Z07:00",
		time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
	} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// built notes when the feed says it was built. A date ahead of the clock is
// none.
func (r *feedReader) built(text string, line int) {
	at, ok := feedTime(text, r.config.Zone)
	switch {
	case !ok:
		r.problem(strict.Warning, line, "build date %q is no date; write one such as Mon, 23 Nov 2026 08:00:00 GMT", text)
	case at.After(r.now.Add(rules.Ahead)):
		r.problem(strict.Warning, line, "build date %s is ahead of the clock; the feed counts as undated, set the clocks right", at.Format(time.RFC3339))
	default:
		r.content.Report.Built = at
		r.content.stamp = stamp{at.UnixMilli(), fromFeed}
	}
}
