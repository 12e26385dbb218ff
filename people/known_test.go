package people_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/people"
)

// TestARowIsKnownAsIfImported compares what is known of a row, at moments before
// and after, with what a store that took it knows then.
func TestARowIsKnownAsIfImported(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDesk(t)
		row := people.Row{
			R:       rapid.SampledFrom([]string{"a", "a.seal-of-a", "a.b", "not an id"}).Draw(r, "r"),
			At:      rapid.SampledFrom([]string{"", "2026-11-23T08:00:00Z", "2026-11-23T11:59:00Z", "2027-01-01"}).Draw(r, "at"),
			Consent: rapid.SampledFrom([]string{"", "", "none", "aggregate", "full", "yes"}).Draw(r, "consent"),
			Attributes: map[string]any{
				"delivery": rapid.SampledFrom([]string{"", "on-the-way"}).Draw(r, "delivery"),
				"country":  rapid.SampledFrom([]string{"", "be"}).Draw(r, "country"),
				"points":   rapid.SampledFrom([]string{"", "12"}).Draw(r, "points"),
			},
		}
		known, err := d.Understand(&row)
		applied, failed := d.Put([]people.Row{row})
		if failed != nil || (err != nil) != (len(applied.Refused) == 1) || err != nil && err.Error() != applied.Refused[0].Why {
			r.Fatalf("understood with %v, imported with %+v, %v", err, applied, failed)
		}
		if err != nil {
			return
		}
		for _, hours := range rapid.SliceOfN(rapid.IntRange(0, 12), 1, 5).Draw(r, "hours") {
			d.now = time.Date(2026, 11, 23, 12+hours, 0, 0, 0, time.UTC)
			d.open() // its cache knows no way back
			want, err := d.Profile(known.ID)
			if got := known.Profile(d.now); err != nil || !reflect.DeepEqual(got, want) {
				r.Fatalf("%d hours later: known %+v, imported %+v, %v", hours, got, want, err)
			}
		}
	})
}
