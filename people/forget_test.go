package people_test

import (
	"testing"

	"example.com/opentime/people"
	"example.com/opentime/rules"
)

func TestTheForgottenAreNobody(t *testing.T) {
	d := newDesk(t)
	row := people.Row{R: "emma", Attributes: map[string]any{"tier": "gold"}}
	if _, err := d.Put([]people.Row{row}); err != nil {
		t.Fatal(err)
	}
	if p, err := d.Profile("emma"); err != nil || p == nil {
		t.Fatal(p, err) // and is in the cache now
	}
	if alias, err := d.Alias("emma"); err != nil || alias == [16]byte{} {
		t.Fatal(alias, err)
	}
	if removed, err := d.Forget([]string{"emma", "lucas"}); err != nil || removed != 2 {
		t.Errorf("removed %d, %v", removed, err)
	}
	for _, id := range []string{"emma", "lucas"} {
		p, err := d.Profile(id)
		if err != nil || p == nil || p.Consent != rules.ConsentNone || !p.HasConsent {
			t.Errorf("%s: %+v, %v", id, p, err)
		}
		if alias, err := d.Alias(id); err != nil || alias != [16]byte{} {
			t.Errorf("%s has the alias %x, %v", id, alias, err)
		}
	}
	applied, err := d.Put([]people.Row{row, {R: "mila", Attributes: map[string]any{"tier": "silver"}}})
	if err != nil || applied.Applied != 1 || len(applied.Ignored) != 1 || applied.Ignored[0] != (people.RowNote{Row: 1, Why: "forgotten; nothing is kept of who was"}) {
		t.Errorf("%+v, %v", applied, err)
	}
}
