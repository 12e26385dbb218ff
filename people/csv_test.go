package people_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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
	want := `{2 [{9 older}] [{5 2 cells under 4 names; quote texts with a comma in them} ` +
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
		"id,points\n1,2\n":     `unknown column "id"`,
		"r,point\n1,2\n":       `did you mean "points"?`,
		"points\n2\n":          "no column r",
		"r,points,points\n1\n": "there twice",
		"r,points\n\"a,1\n":    "parse error on line 2",
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

// TestAnImportIsSentInPiecesAServerTakes imports long rows, as JSON to a server.
func TestAnImportIsSentInPiecesAServerTakes(t *testing.T) {
	const most = 256<<10 + 1 // the brackets around take the place of a comma
	declared := []rules.Attribute{{Name: "first_name", Type: rules.Text}, {Name: "note", Type: rules.Text}}
	rapid.Check(t, func(t *rapid.T) {
		file := "r,first_name,note,at\n"
		rows := rapid.IntRange(1, 60).Draw(t, "rows")
		for i := range rows {
			cell := rapid.SampledFrom([]string{"x", "é", "<", "&", "\t", "\x7f", "\xff", "\ufffd", "\u2028", "\\"}).Draw(t, "cell")
			file += fmt.Sprintf("r%d,%q,%s,2026-11-23\n", i, "E", strings.Repeat(cell, rapid.IntRange(0, 40_000/len(cell)).Draw(t, "length")))
		}
		sent := 0
		applied, err := people.Import(strings.NewReader(file), declared, func(rows []people.Row) (people.Applied, error) {
			body, err := json.Marshal(rows)
			if err != nil || len(body) > most {
				t.Fatalf("%d rows are %d bytes, %v", len(rows), len(body), err)
			}
			sent += len(rows)
			return people.Applied{Applied: len(rows)}, nil
		})
		if err != nil || sent != rows || applied.Applied != rows || len(applied.Refused) > 0 {
			t.Fatalf("%d of %d rows sent: %+v, %v", sent, rows, applied, err)
		}
	})
}

func TestAnImportRefusesARowNoServerTakes(t *testing.T) {
	d := newDesk(t)
	applied, err := people.Import(strings.NewReader("r,first_name\na,Emma\nb,"+strings.Repeat("x", 256<<10)+"\nc,Lucas\n"), attributes(), d.Put)
	if got := fmt.Sprint(applied); err != nil || got != "{2 [] [{3 longer than 256 KiB; shorten it}]}" {
		t.Errorf("got %s, %v", got, err)
	}
}

func FuzzImport(f *testing.F) {
	f.Add("r,points,consent,at\na,1,full,2026-01-01\n")
	f.Add("r;zone\na;Europe/Brussels\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		d := newDesk(t)
		if _, err := people.Import(strings.NewReader(file), attributes(), d.Put); err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
	})
}
