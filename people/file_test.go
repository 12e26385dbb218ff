package people_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

func TestTheDemosProfilesAreImported(t *testing.T) {
	s, err := store.Open(t.TempDir(), "cinema")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	sender := &rules.Sender{Attributes: []rules.Attribute{
		{Name: "first_name", Type: rules.Text},
		{Name: "birthday", Type: rules.Yearly},
		{Name: "tier", Type: rules.Text, Values: []string{"silver", "gold", "platinum"}},
		{Name: "points", Type: rules.Number},
		{Name: "favourite", Type: rules.Text},
	}}
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	p := people.Open(s, sender, rules.ConsentAggregate, now, func(string, string) bool { return false })
	in, err := os.Open("../assets/demo/profiles.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	applied, err := people.Import(in, sender.Attributes, p.Put)
	if err != nil {
		t.Fatal(err)
	}
	if applied.Applied != 1000 || len(applied.Ignored)+len(applied.Refused) != 0 {
		t.Errorf("%d applied, %v %v", applied.Applied, applied.Ignored, applied.Refused)
	}
	profile, err := p.Profile("CiJY8HQBKNkZMAh8snSZig")
	if err != nil || profile == nil {
		t.Fatal(profile, err)
	}
	got := fmt.Sprintf("%s %s %s %s %s %d %v", profile.Locale, profile.Zone, profile.City, profile.Postcode,
		profile.Attributes[0].Text, profile.Attributes[1].N, profile.Consent == rules.ConsentFull)
	if want := "nl Europe/Brussels Antwerpen 2000 Emma 517 true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if s.Alarms() != 0 {
		t.Errorf("%d alarms", s.Alarms())
	}
}

func TestAnImportNamesTheLinesThatAreWrong(t *testing.T) {
	d := newDesk(t)
	applied, err := people.Import(strings.NewReader("\ufeffr;points;first_name;at\r\na;1;Emma;\r\nb;many;;\r\n\r\nc;3\r\nd;4;\"Lu\ncas\";\r\nno id;1;;\r\na;5;Old;2026-01-01\r\n"), attributes(), d.Put)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(applied)
	want := `{2 [{9 older}] [{5 2 cells under 4 names; quote texts with a separator in them} ` +
		`{3 points: "many" is not a number; write plain digits, such as 1200 or 2.5} {8 r is no id; write 1 to 64 of A-Z, a-z, 0-9, _ and -, with its seal or without}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := d.see("a") + d.see("d"); got != "//// first_name=Emma0 points=1000000//// first_name=Lu cas0 points=4000000" {
		t.Errorf("imported %s", got)
	}
}

func TestAnImportIsRefusedWholeByItsNames(t *testing.T) {
	d := newDesk(t)
	for file, want := range map[string]string{
		"":                     "no line of names",
		"id,points\n1,2\n":     `line 1: unknown column "id"`,
		"r,point\n1,2\n":       `did you mean "points"?`,
		"points\n2\n":          "no column r",
		"r,points,points\n1\n": "there twice",
		"r,points,\"x\n":       "a quote is not closed",
		"\xff\xfer\x00":        "it is UTF-16",
	} {
		if _, err := people.Import(strings.NewReader(file), attributes(), d.Put); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}

func TestAnImportThatGoesWrongAltogetherStops(t *testing.T) {
	d := newDesk(t)
	_, err := people.Import(strings.NewReader("r,points\n"+strings.Repeat("a,x\n", 30_000)), attributes(), d.Put)
	if err == nil || !strings.Contains(err.Error(), "more than 10000 rows were refused") {
		t.Errorf("got %v", err)
	}
}

func TestAnImportReadsJSONLines(t *testing.T) {
	d := newDesk(t)
	applied, err := people.Import(strings.NewReader(`{"r": "a", "at": "2026-11-20", "points": 3, "likes": ["x", "y"], "first_name": null}
{"r": "b", "consent": "none", "attributes": {"points": "4", "city": "Gent"}, "#why": "a note"}
{"r": 17, "points": true}
{"r": "c", "pionts": 3}
{"r": "c", "attributes": {"points": 3}, "points": 4}
{"r": "c", "r": "d"}
{"#row": 4, "#why": "not JSON", "#was": "{{"}
{"r": "d", "attributes": [1]}
["r", "d"]
{"points": 1}
{"r": "e", "at": {"day": 1}}
`), attributes(), d.Put)
	want := `{2 [] [{5 points: it is there twice; remove one} {6 r: it is there twice; remove one} {7 #was: the line is not mended; write its object in the place of this one} ` +
		`{9 it is no object; write one a line: {...}} {11 at: write a text, a number, true, false, or a list of texts} ` +
		`{3 points: "true" is not a number; write plain digits, such as 1200 or 2.5} {4 pionts: unknown attribute; did you mean "points"?} ` +
		`{8 attributes: unknown attribute; known: birthday, city, country, delivery, first_name, likes, locale, points, postcode, tier, zone} {10 r is no id; write 1 to 64 of A-Z, a-z, 0-9, _ and -, with its seal or without}]}`
	if got := fmt.Sprint(applied); err != nil || got != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if got := d.see("a") + d.see("b"); got != "//// points=3000000 likes=x+y0///Gent/ points=4000000 consent=0" {
		t.Errorf("imported %s", got)
	}
}

func FuzzImport(f *testing.F) {
	f.Add("r,points,consent,at\na,1,full,2026-01-01\n")
	f.Add("r;zone\na;Europe/Brussels\n\"")
	f.Add(`{"r": "a", "attributes": {"points": 1}}`)
	f.Fuzz(func(t *testing.T, file string) {
		d := newDesk(t)
		if _, err := people.Import(strings.NewReader(file), attributes(), d.Put); err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
	})
}
