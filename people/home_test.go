package people_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

func TestHomesAreTheCommonest(t *testing.T) {
	s, err := store.Open(t.TempDir(), "cinema")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	p := people.Open(s, &rules.Sender{}, rules.ConsentAggregate, time.Now, nil)
	var rows []people.Row
	for i, home := range []string{"BE Gent", "be Gent", "BE Antwerpen", "NL Gent", "NL Gent", "BE Gent", "FR ", "BE"} {
		attributes := map[string]any{"country": home[:2]}
		if len(home) > 3 {
			attributes["city"] = home[3:]
		}
		rows = append(rows, people.Row{R: fmt.Sprint("r", i), Consent: "none", Attributes: attributes})
	}
	if _, err := p.Put(rows); err != nil {
		t.Fatal(err)
	}
	got, err := p.Homes(5)
	if want := "[{BE Gent 3} {NL Gent 2} {BE Antwerpen 1}]"; fmt.Sprint(got) != want || err != nil {
		t.Errorf("got %v, %v; want %s", got, err, want)
	}
	if got, err := p.Homes(1); len(got) != 1 || err != nil {
		t.Errorf("of one: %v, %v", got, err)
	}
	d := newDesk(t)
	d.memory.broken = errors.New("disk away")
	if _, err := d.Homes(5); err == nil {
		t.Error("no error of a broken store")
	}
}
