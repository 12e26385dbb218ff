package people_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

// opened is what an open of a mail of two images notes.
func opened(campaign string, at time.Time) []rules.Event {
	return []rules.Event{
		{Kind: rules.Opened, At: at.UnixMilli(), Campaign: campaign},
		{Kind: rules.Shown, At: at.UnixMilli(), Campaign: campaign, Block: "hero", Rule: "rain"},
		{Kind: rules.Shown, At: at.UnixMilli(), Campaign: campaign, Block: "pick", Rule: "none", Item: "dune"},
	}
}

// TestOpensWithinAMinuteAreOne notes opens of one mail one after the other.
func TestOpensWithinAMinuteAreOne(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"emma","at":"2026-11-01","consent":"full"}]`)
	at := d.clock().Add(-time.Hour)
	note := func(events ...rules.Event) {
		notes := people.NewNotes(d.Profiles)
		notes.Add("emma", events...)
		notes.Close()
	}
	const once = "shown dune[], shown [], opened []"
	note(opened("spring", at)...)
	if got := d.past("emma"); got != once {
		t.Fatalf("an open: %s", got)
	}
	note(opened("spring", at.Add(59*time.Second))...)
	note(opened("spring", at.Add(-59*time.Second))...)
	d.open()
	if got := d.past("emma"); got != once {
		t.Errorf("again within a minute: %s", got)
	}
	other := opened("spring", at.Add(30*time.Second))
	other[2].Item = "alien"
	note(other...)
	if got := d.past("emma"); got != "shown alien[], "+once {
		t.Errorf("another item within a minute: %s", got)
	}
	note(opened("autumn", at.Add(50*time.Second))...)
	note(opened("spring", at.Add(time.Minute))...)
	if got := d.past("emma"); got != once+", "+once+", shown alien[], "+once {
		t.Errorf("another mail, and a minute later: %s", got)
	}
}

// TestNotesLeaveTheProfileInMemory notes opens of somebody whose profile is in memory.
func TestNotesLeaveTheProfileInMemory(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"emma","at":"2026-11-01","consent":"full","attributes":{"points":7}},{"r":"lucas","at":"2026-11-01","consent":"full"}]`)
	_ = d.past("emma")
	before := d.memory.times
	notes := people.NewNotes(d.Profiles)
	for i := range 3 {
		notes.Add("emma", opened(fmt.Sprint("mail", i), d.clock())...)
	}
	notes.Close()
	p, ok := d.Cached("emma")
	if !ok || p.Past == nil || len(p.Past.Events(nil, ^rules.Kinds(0))) != 9 || p.Attributes == nil {
		t.Fatalf("in memory is %+v, %v", p, ok)
	}
	if d.memory.times != before {
		t.Errorf("the store was asked %d times", d.memory.times-before)
	}
	cached := d.past("emma")
	d.open()
	if got := d.past("emma"); got != cached {
		t.Errorf("in memory was %s, kept is %s", cached, got)
	}
	d.put(`[{"r":"emma","at":"2026-11-02","consent":"aggregate"}]`)
	note := people.NewNotes(d.Profiles)
	note.Add("emma", opened("late", d.clock())...)
	note.Close()
	if got := d.past("emma"); got != "" {
		t.Errorf("without consent there is %s", got)
	}
}

var blocks = [...]string{"b0", "b1", "b2", "b3", "b4", "b5"}

// BenchmarkNotes notes opens of mails of six images by 1000 recipients whose profile is in
// memory, a thousand opens at once: of another mail each time, of the same again, and
// each of somebody who never opened one.
func BenchmarkNotes(b *testing.B) {
	events := func(campaign string, at int64) []rules.Event {
		all := []rules.Event{{Kind: rules.Opened, At: at, Campaign: campaign}}
		for block := range 6 {
			all = append(all, rules.Event{Kind: rules.Shown, At: at, Campaign: campaign, Block: blocks[block], Rule: "rain"})
		}
		return all
	}
	for _, name := range []string{"another", "same", "first"} {
		b.Run(name, func(b *testing.B) {
			another := name == "another"
			s, err := store.Open(b.TempDir(), "cinema")
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			p := people.Open(s, &rules.Sender{Attributes: attributes()}, rules.ConsentFull, time.Now, nil)
			at, n := time.Now().UnixMilli(), 0
			b.ReportAllocs()
			for b.Loop() {
				notes := people.NewNotes(p)
				n++
				campaign := "mail"
				if another {
					campaign = fmt.Sprint("mail", n%40)
					at += time.Minute.Milliseconds() / 10
				}
				prefix := "r"
				if name == "first" {
					prefix = fmt.Sprint("r", n, "-")
				}
				for i := range 1000 {
					id := prefix + strconv.Itoa(i)
					if name == "first" {
						if _, err := p.Profile(id); err != nil {
							b.Fatal(err)
						}
					}
					notes.Add(id, events(campaign, at)...)
				}
				notes.Close()
				for i := range 1000 {
					if _, err := p.Profile(prefix + strconv.Itoa(i)); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/open")
		})
	}
}
