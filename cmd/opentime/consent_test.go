package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/server"
)

func TestWhatWasShownIsForgottenInTime(t *testing.T) {
	l := newLadder(t)
	kept := func() int {
		value, err := l.app.store.Shown("emma", "spring", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(value)
	}
	l.wants("an open", "/i/spring/hero.jpg"+l.r("emma"), "live")
	for tries := 0; kept() == 0 && tries < 100; tries++ {
		time.Sleep(20 * time.Millisecond)
	}
	l.late.Add(int64(6 * 24 * time.Hour))
	l.app.prune()
	if kept() == 0 {
		t.Error("what was shown is gone before a week is over")
	}
	l.late.Add(int64(2 * 24 * time.Hour))
	l.app.prune()
	if kept() > 0 {
		t.Error("with consent to aggregates what was shown is kept for more than a week")
	}
}

func TestTheJournalHoldsWhatConsentAllows(t *testing.T) {
	l := newLadder(t)
	_, err := l.app.profiles.Put([]people.Row{
		{R: "emma", Consent: "full", At: "2026-01-01T00:00:00Z", Attributes: map[string]any{"tier": "gold"}},
		{R: "wout", Consent: "none", At: "2026-01-01T00:00:00Z", Attributes: map[string]any{"tier": "gold"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"emma", "lucas", "wout"} {
		l.wants(id, "/i/spring/hero.jpg"+l.r(id)+"&s=20261123T0800Z&note=secret", "live")
		l.click("/c/spring/hero" + l.r(id) + "&s=20261123T0800Z")
	}
	l.stop()
	files, err := journal.Files(l.app.journalFolder)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var got []string
	var alias [16]byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"emma", "lucas", "wout", "secret", "127.0.0.1"} {
			if strings.Contains(string(data), secret) {
				t.Errorf("the journal holds %q", secret)
			}
		}
		loss, err := journal.Read(file, func(r *journal.Record) {
			followed := r.Alias != [16]byte{}
			if followed && alias != [16]byte{} && alias != r.Alias {
				t.Error("an impression and its click have two aliases")
			}
			if followed {
				alias = r.Alias
			}
			hour := time.UnixMilli(r.At).UTC().Truncate(time.Hour).UnixMilli() == r.At
			got = append(got, fmt.Sprintf("%d %s %s rule=%s send=%s consent=%d alias=%v agent=%v hour=%v",
				r.Kind, r.Campaign, r.Block, r.Rule, r.Send, r.Consent, followed, r.Agent != "", hour))
		})
		if err != nil || loss != (journal.Loss{}) {
			t.Errorf("%+v, %v", loss, err)
		}
	}
	slices.Sort(got)
	want := []string{
		"0 spring hero rule= send= consent=0 alias=false agent=false hour=true",
		"0 spring hero rule=all send=20261123T0800Z consent=1 alias=false agent=true hour=true",
		"0 spring hero rule=gold send=20261123T0800Z consent=2 alias=true agent=true hour=false",
		"2 spring hero rule= send= consent=0 alias=false agent=false hour=true",
		"2 spring hero rule=all send=20261123T0800Z consent=1 alias=false agent=true hour=true",
		"2 spring hero rule=gold send=20261123T0800Z consent=2 alias=true agent=true hour=false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFreeTextIsKnownOnlyWhereSealed(t *testing.T) {
	l := newLadder(t)
	r := l.r("emma")
	keys, err := server.ParseKeys(demoKeys)
	if err != nil {
		t.Fatal(err)
	}
	x := "&x=" + keys.SealParameters("shop", "emma", []server.Parameter{{Name: "note", Value: "Kom je ook?"}, {Name: "size", Value: "42"}})
	f := func(name, query, want string) {
		t.Helper()
		if link := l.click("/c/spring/note" + query); link != "https://shop.example/"+want {
			t.Errorf("%s: a click leads to %s", name, link)
		}
	}
	f("sealed", r+"&note=Kom+je%20ook%3F&size=42&utm_source=mail"+x, "noted")
	f("in another order", r+x+"&size=42&note=Kom%20je%20ook%3F", "noted")
	f("not sealed", r+"&note=Kom+je%20ook%3F&size=42", "spring")
	f("changed", r+"&note=Kom+je%20niet%3F&size=42"+x, "spring")
	f("less than was sealed", r+"&note=Kom+je%20ook%3F"+x, "spring")
	f("another recipient", l.r("lucas")+"&note=Kom+je%20ook%3F&size=42"+x, "spring")
}
