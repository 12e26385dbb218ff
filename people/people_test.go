package people_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

func TestAProfileIsPutAndReadBack(t *testing.T) {
	d := newDesk(t)
	if got := d.see("emma"); got != "nobody" {
		t.Errorf("before: %s", got)
	}
	got := d.put(`[{"r":"emma","at":"2026-11-23T11:00:00Z","consent":"full","attributes":{"locale":"nl","zone":"Europe/Brussels","country":"be","city":"Gent","postcode":"9000",
		"first_name":"Emma","birthday":"1994-05-17","points":420,"tier":"gold","likes":["a","b"]}}]`)
	if want := `{"applied":1,"ignored":[],"refused":[]}`; got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
	const want = "nl/Europe/Brussels/BE/Gent/9000 first_name=Emma0 birthday=517 points=420000000 tier=gold0 likes=a+b0 consent=2"
	if got := d.see("emma"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d.open()
	if got := d.see("emma"); got != want {
		t.Errorf("after a restart %s", got)
	}
}

func TestRowsThatAreWrongAreRefusedWhole(t *testing.T) {
	d := newDesk(t)
	for body, want := range map[string]string{
		`{"r":"emma","attributes":{"frist_name":"Emma","points":1}}`:            `frist_name: unknown attribute; did you mean \"first_name\"?`,
		`{"r":"emma","attributes":{"points":"many"}}`:                           `points: \"many\" is not a number`,
		`{"r":"emma","attributes":{"tier":"glod"}}`:                             `tier: unknown value \"glod\"; did you mean \"gold\"?`,
		`{"r":"emma","consent":"yes"}`:                                          `unknown consent \"yes\"`,
		`{"r":"emma","attributes":{"zone":"Europe/Ghent"}}`:                     `is no time zone`,
		`{"r":"emma","attributes":{"country":"Belgium"}}`:                       `is no country`,
		`{"r":"emma@example.org"}`:                                              `r is no id`,
		`{"r":"emma.x"}`:                                                        `the seal is not this id's`,
		`{"r":"emma","at":"2026-11-23T12:06:00Z"}`:                              `ahead of the clock`,
		`{"r":"emma","at":"soon"}`:                                              `is no moment`,
		`{"r":"","attributes":{}}`:                                              `r is no id`,
		`{"r":"emma","attributes":{"points":{"now":3}}}`:                        `points: write a text, a number`,
		`{"r":"emma","attributes":{"city":"` + strings.Repeat("x", 101) + `"}}`: `longer than 100 bytes`,
	} {
		got := d.put("[" + body + "]")
		if !strings.Contains(got, want) || !strings.HasPrefix(got, `{"applied":0,"ignored":[],"refused":[{"row":1,`) {
			t.Errorf("%s\n got %s\nwant %s", body, got, want)
		}
		if got := d.see("emma"); got != "nobody" {
			t.Errorf("%s left %s", body, got)
		}
	}
	if got := d.put(`[{"r":"emma.seal-of-emma"}]`); !strings.Contains(got, `"applied":1`) {
		t.Errorf("a sealed id: %s", got)
	}
	if got := d.put(`[{"r":"lucas","attribute":{"points":1}},{"r":"emma","attributes":{"points":1}}]`); got !=
		`{"applied":1,"ignored":[],"refused":[{"row":1,"why":"unknown key \"attribute\"; did you mean \"attributes\"?"}]}` {
		t.Errorf("a row with an unknown key: %s", got)
	}
}

func TestTheNewestProfileWins(t *testing.T) {
	for _, c := range []struct{ name, rows, want, answer string }{
		{"the later date", `[{"r":"a","at":"2026-11-01","attributes":{"points":1}},{"r":"a","at":"2026-11-02","attributes":{"city":"Gent"}}]`, "///Gent/", `{"applied":2,`},
		{"not the older", `[{"r":"a","at":"2026-11-02","attributes":{"points":2}},{"r":"a","at":"2026-11-01","attributes":{"points":1}}]`, "//// points=2000000", `"ignored":[{"row":2,"why":"older"}]`},
		{"of equals the later received", `[{"r":"a","at":"2026-11-02","attributes":{"points":2}},{"r":"a","at":"2026-11-02","attributes":{"points":3}}]`, "//// points=3000000", `{"applied":2,`},
		{"without a date, now", `[{"r":"a","attributes":{"points":2}},{"r":"a","at":"2026-11-23T11:00:00Z","attributes":{"points":3}}]`, "//// points=2000000", `"why":"older"`},
		{"a row of nothing replaces", `[{"r":"a","attributes":{"points":2}},{"r":"a"}]`, "////", `{"applied":2,`},
	} {
		t.Run(c.name, func(t *testing.T) {
			together, apart := newDesk(t), newDesk(t)
			if got := together.put(c.rows); !strings.Contains(got, c.answer) {
				t.Errorf("answer %s, want %s", got, c.answer)
			}
			var rows []people.Row
			if err := json.Unmarshal([]byte(c.rows), &rows); err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				_ = apart.see("a")
				if _, err := apart.Put(rows[i : i+1]); err != nil {
					t.Fatal(err)
				}
			}
			for how, d := range map[string]*desk{"in one request": together, "one by one": apart} {
				if got := d.see("a"); got != c.want {
					t.Errorf("%s: %s, want %s", how, got, c.want)
				}
			}
		})
	}
}

func TestConsentIsRaisedOnlyByANewerWord(t *testing.T) {
	for _, c := range []struct{ name, rows, want, note string }{
		{"a dated word", `[{"r":"a","at":"2026-11-01","consent":"full"}]`, "2", ""},
		{"a newer one lowers", `[{"r":"a","at":"2026-11-01","consent":"full"},{"r":"a","at":"2026-11-02","consent":"none"}]`, "0", ""},
		{"a newer one raises", `[{"r":"a","at":"2026-11-01","consent":"none"},{"r":"a","at":"2026-11-02","consent":"full"}]`, "2", ""},
		{"an older one does nothing", `[{"r":"a","at":"2026-11-02","consent":"none"},{"r":"a","at":"2026-11-01","consent":"full"}]`, "0", "older"},
		{"of one date the stricter, last", `[{"r":"a","at":"2026-11-01","consent":"full"},{"r":"a","at":"2026-11-01","consent":"none"}]`, "0", ""},
		{"of one date the stricter, first", `[{"r":"a","at":"2026-11-01","consent":"none"},{"r":"a","at":"2026-11-01","consent":"full"}]`, "0", "the stricter stays"},
		{"undated lowers", `[{"r":"a","at":"2026-11-01","consent":"full"},{"r":"a","consent":"aggregate"}]`, "1", ""},
		{"undated does not raise", `[{"r":"a","at":"2026-11-01","consent":"none"},{"r":"a","consent":"full"}]`, "0", "not raised without a date"},
		{"undated does not raise what nobody said", `[{"r":"a","consent":"full"}]`, "-", "not raised without a date"},
		{"undated lowers what nobody said", `[{"r":"a","consent":"none"}]`, "0", ""},
		{"undated says the sender's", `[{"r":"a","consent":"aggregate"}]`, "1", ""},
		{"a row without a word leaves it", `[{"r":"a","at":"2026-11-01","consent":"none"},{"r":"a","attributes":{"points":1}}]`, "0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			got := d.put(c.rows)
			if !strings.Contains(got, c.note) || c.note == "" && !strings.Contains(got, `"ignored":[]`) {
				t.Errorf("answer %s, want a note %q", got, c.note)
			}
			word := "-"
			p, err := d.Profile("a")
			if err != nil || p == nil {
				t.Fatal(p, err)
			}
			if p.HasConsent {
				word = fmt.Sprint(p.Consent)
			}
			if word != c.want {
				t.Errorf("consent %s, want %s", word, c.want)
			}
		})
	}
}

func TestAnAttributeAgesWhileItIsCached(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"a","at":"2026-11-23T08:00:00Z","attributes":{"delivery":"on-the-way","points":1}}]`)
	const fresh, aged = "//// points=1000000 delivery=on-the-way0", "//// points=1000000"
	if got := d.see("a"); got != fresh {
		t.Errorf("fresh: %s", got)
	}
	d.add(2*time.Hour - time.Millisecond)
	if got := d.see("a"); got != fresh {
		t.Errorf("just before six hours: %s", got)
	}
	d.add(time.Millisecond)
	if got := d.see("a"); got != aged {
		t.Errorf("after six hours: %s", got)
	}
	d.open()
	if got := d.see("a"); got != aged {
		t.Errorf("after a restart: %s", got)
	}
}

func TestTheStoreIsAskedOnce(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"a","attributes":{"points":1}}]`)
	d.memory.times = 0
	for range 10 {
		_ = d.see("a")
		_ = d.see("unknown")
	}
	if d.memory.times != 2 {
		t.Errorf("%d reads, want one for each recipient", d.memory.times)
	}
	d.put(`[{"r":"unknown","attributes":{"points":5}}]`)
	if got := d.see("unknown"); got != "//// points=5000000" {
		t.Errorf("after it was put: %s", got)
	}
}

func TestABrokenStoreIsAnErrorAndADamagedConsentIsNone(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"a","at":"2026-11-01","consent":"full","attributes":{"points":1}}]`)
	d.memory.broken = errors.New("disk away")
	if _, err := d.Profile("a"); err == nil {
		t.Error("no error of a broken store")
	}
	if _, err := d.Put([]people.Row{{R: "a"}}); err == nil {
		t.Error("acknowledged by a broken store")
	}
	if _, err := d.Alias("a"); err == nil {
		t.Error("an alias that is not kept")
	}
	d.memory.broken = nil
	d.memory.bad["ac"] = true
	if got := d.see("a"); got != "//// points=1000000 consent=0" {
		t.Errorf("with a damaged consent: %s", got)
	}
	d.open()
	if got := d.put(`[{"r":"a","consent":"full"}]`); !strings.Contains(got, "not raised") {
		t.Errorf("raised a damaged consent: %s", got)
	}
	d.memory.bad["ap"] = true
	d.open()
	if got := d.see("a"); got != "//// consent=0" {
		t.Errorf("with a damaged profile: %s", got)
	}
	d.put(`[{"r":"a","at":"2026-11-05","consent":"full","attributes":{"points":7}}]`)
	if got := d.see("a"); got != "//// points=7000000 consent=2" {
		t.Errorf("put over the damage: %s", got)
	}
}

func TestAnAliasIsMadeOnce(t *testing.T) {
	d := newDesk(t)
	var all sync.WaitGroup
	aliases := make([][16]byte, 32)
	for i := range aliases {
		all.Go(func() {
			alias, err := d.Alias("a")
			if err != nil {
				t.Error(err)
			}
			aliases[i] = alias
		})
	}
	all.Wait()
	d.open()
	again, err := d.Alias("a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := d.Alias("b")
	if err != nil || other == again || again == ([16]byte{}) {
		t.Errorf("of two recipients: %x %x %v", again, other, err)
	}
	for _, alias := range aliases {
		if alias != again {
			t.Fatal("one recipient has two aliases")
		}
	}
}

func TestDeclaredAttributesMayChange(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"a","attributes":{"points":1,"first_name":"Emma"}}]`)
	_ = d.see("a")
	d.Declare([]rules.Attribute{{Name: "points", Type: rules.Text}, {Name: "first_name", Type: rules.Text}})
	p, err := d.Profile("a")
	if err != nil || len(p.Attributes) != 2 || p.Attributes[0].Known() || p.Attributes[1].Text != "Emma" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestManyWriteAndReadAtOnce(t *testing.T) {
	d := newDesk(t)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 200 {
				rows := []people.Row{
					{R: fmt.Sprint("r", i%7), Attributes: map[string]any{"points": i, "first_name": fmt.Sprint(i)}},
					{R: fmt.Sprint("r", (i+w)%7), Attributes: map[string]any{"points": i, "first_name": fmt.Sprint(i)}},
				}
				if _, err := d.Put(rows); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for i := range 2000 {
				p, err := d.Profile(fmt.Sprint("r", i%7))
				if err != nil || p != nil && p.Attributes[0].Text != fmt.Sprint(p.Attributes[2].N/rules.Million) {
					t.Errorf("torn: %+v %v", p, err)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestACachedProfileAllocatesNothing(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"a","attributes":{"points":1,"delivery":"sorting"}}]`)
	id := "a"
	if n := testing.AllocsPerRun(100, func() { _, _ = d.Profile(id); _, _ = d.Profile("nobody") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProfileHit(b *testing.B) {
	d := newDesk(b)
	d.put(`[{"r":"a","attributes":{"points":1}}]`)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if profile, err := d.Profile("a"); profile == nil || err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkProfileMiss(b *testing.B) {
	s, err := store.Open(b.TempDir(), "cinema")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	p := people.Open(s, &rules.Sender{Attributes: attributes()}, rules.ConsentAggregate, time.Now, nil)
	var rows []people.Row
	for i := range 1000 {
		rows = append(rows, people.Row{R: fmt.Sprint("r", i), Attributes: map[string]any{"points": i, "first_name": "Emma", "tier": "gold"}})
	}
	if _, err := p.Put(rows); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i++; i%1000 == 0 {
			p.Declare(attributes())
		}
		if profile, err := p.Profile(rows[i%1000].R); profile == nil || err != nil {
			b.Fatal(err)
		}
	}
}

func TestAliasesAreMadeTogether(t *testing.T) {
	d := newDesk(t)
	before, err := d.Alias("b")
	if err != nil {
		t.Fatal(err)
	}
	d.open()
	var aliases [5][16]byte
	ids := []string{"a", "b", "c", "a", "d"}
	d.put(`[{"r":"d","attributes":{"points":1}}]`)
	if p, err := d.Profile("d"); p == nil || err != nil { // so that it is known that there is none
		t.Fatal(err)
	}
	d.memory.times = 0
	if err := d.Aliases(aliases[:], ids...); err != nil || d.memory.times != 1 {
		t.Fatal(d.memory.times, err)
	}
	if aliases[0] != aliases[3] || aliases[1] != before || aliases[0] == aliases[2] || aliases[4] == [16]byte{} {
		t.Errorf("%x, of b it was %x", aliases, before)
	}
	d.open()
	for i, id := range ids {
		if _, err := d.Profile(id); err != nil { // the alias comes with it
			t.Fatal(err)
		}
		if alias, ok := d.CachedAlias(id); !ok || alias != aliases[i] {
			t.Errorf("of %s %x is kept, %v, want %x", id, alias, ok, aliases[i])
		}
	}
	d.memory.broken = errors.New("broken")
	if err := d.Aliases(aliases[:1], "e"); err == nil {
		t.Error("an alias is made that nobody keeps")
	}
}
