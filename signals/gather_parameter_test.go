package signals

import (
	"strings"
	"testing"

	"example.com/opentime/rules"
)

func TestParameterValues(t *testing.T) {
	c := &rules.Campaign{Zone: mustZone(t, "Europe/Brussels")}
	name := rules.Parameter{Type: rules.Text, Name30: true, Max: 30}
	moment, date := rules.Parameter{Type: rules.Moment}, rules.Parameter{Type: rules.Date}
	count := rules.Parameter{Type: rules.Number}
	for _, test := range []struct {
		p             rules.Parameter
		written, want string
	}{
		{name, "Zoë", "Zoë"},
		{name, " Anne-Marie de Vries ", "Anne-Marie de Vries"},
		{name, "Żółć", "Żółć"},
		{name, "प्रिया", "प्रिया"},
		{name, "山田たろう", "山田たろう"},
		{name, "Анна", "Анна"},
		{name, "محمد", "محمد"},
		{name, "Your account is locked, call 0900", "?"},
		{name, "Ann4", "?"},
		{name, "Аnna", "?"},
		{name, "a  b", "?"},
		{name, "-a", "?"},
		{name, "a-", "?"},
		{name, strings.Repeat("a", 31), "?"},
		{name, "*|FNAME|*", "?"},
		{name, "{{first_name}}", "?"},
		{name, "", "?"},
		{name, "a\u202eb", "?"},
		{name, "a\x00", "?"},
		{name, "\xff", "?"},
		{moment, "2026-12-04T18:00:00+01:00", "2026-12-04T17:00:00.000"},
		{moment, "2026-12-04 18:00", "2026-12-04T17:00:00.000"},
		{moment, "2026-12-04T18:00:00Z", "2026-12-04T18:00:00.000"},
		{moment, "2026-12-04T18:00:00.5+0100", "2026-12-04T17:00:00.500"},
		{moment, "2026-12-04", "2026-12-04T22:59:59.999"},
		{moment, "now", "?"},
		{moment, "now+48h", "?"},
		{moment, "tomorrow", "?"},
		{moment, "unknown", "?"},
		{date, "2026-02-29", "?"},
		{date, "today", "?"},
		{date, "2028-02-29", "2028-02-29"},
		{count, "12.5", "12.5"},
		{count, "1e3", "?"},
		{count, "some", "?"},
		{count, "NaN", "?"},
		{count, "0x10", "?"},
		{rules.Parameter{Type: rules.Boolean}, "yes", "?"},
		{rules.Parameter{Type: rules.Text, Max: 3}, "abcd", "?"},
	} {
		if got := written(parameterValue(c, &test.p, test.written)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.written, got, test.want)
		}
	}
}
