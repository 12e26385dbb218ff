package rules_test

import (
	"encoding/binary"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// facts are bytes that say what is known at an open, over and over.
type facts struct {
	all []byte
	at  int
}

func (f *facts) next() byte {
	if len(f.all) == 0 {
		return 0
	}
	f.at++
	return f.all[(f.at-1)%len(f.all)]
}

func (f *facts) number() int64 {
	var b [8]byte
	for i := range b {
		b[i] = f.next()
	}
	return int64(binary.LittleEndian.Uint64(b[:])) >> (f.next() % 64)
}

func (f *facts) text() string {
	n := min(int(f.next()%8), len(f.all))
	return string(f.all[:n])
}

// value is one that a type can have, or unknown.
func (f *facts) value(t rules.Type) rules.Value {
	if f.next()%4 == 0 {
		return rules.Value{}
	}
	if t == rules.Number && f.next()%8 == 0 {
		t = rules.Some
	}
	v := rules.Value{Type: t, N: f.number(), Text: f.text(), List: []string{f.text()}}
	within := func(lo, hi int64) int64 { return lo + int64(uint64(v.N)%uint64(hi-lo+1)) }
	switch t {
	case rules.Boolean:
		v.N = within(0, 1)
	case rules.Time:
		v.N = within(0, 86_400)
	case rules.Weekday:
		v.N = within(0, 6)
	case rules.Month:
		v.N = within(1, 12)
	case rules.Yearly:
		v.N = within(1, 12)*100 + within(1, 29)
	}
	return v
}

func (f *facts) items() shelf {
	var all shelf
	for _, id := range []string{"dune-3", "wicked", "SKU 12.34/AB", f.text()} {
		c := rules.Candidate{Item: &rules.Item{ID: id, Title: f.text(), Image: f.text(), Link: "https://shop.example/" + f.text()}}
		c.Starts, c.Ends, c.Price = f.value(rules.Moment), f.value(rules.Moment), f.value(rules.Money)
		c.Stock, c.Bought = f.value(rules.Number), f.value(rules.Boolean)
		c.Gone = f.next()%4 == 0
		all = append(all, c)
	}
	return all
}

// signals are those of an open of a campaign.
func (f *facts) signals(c *rules.Campaign, at int64) rules.Signals {
	zone, err := time.LoadLocation([]string{"Europe/Amsterdam", "America/St_Johns", "Pacific/Apia", "UTC"}[f.next()%4])
	if err != nil {
		panic(err)
	}
	s := rules.Signals{
		At: time.Unix(at%100_000_000_000, 0), Zone: zone, Locale: f.text(), Class: rules.Class(f.next() % 4), HereFrom: rules.From(f.next() % 4),
		Recipient: f.text(), Trust: rules.Trust(f.next() % 4), Values: make([]rules.Value, len(c.Signals)), HasHistory: f.next()%2 == 0,
	}
	if f.next()%4 > 0 {
		s.Items = f.items()
	}
	for range f.next() % 8 {
		s.History = append(s.History, rules.Event{
			Kind: rules.EventKind(f.next() % 8), At: s.At.UnixMilli() + f.number()%(1<<40), Item: "dune-3", Tags: []string{f.text()}, Value: f.value(rules.Number),
		})
	}
	for i := range s.Values {
		s.Values[i] = f.value(c.Signals[i].Type)
	}
	return s
}

// FuzzDecide decides whatever loads, with any facts, and runs whatever tests of it
// load: never a panic, and always a variant for each position.
func FuzzDecide(f *testing.F) {
	all := campaigns(f)
	for i, text := range all {
		f.Add(text, all[(i+1)%len(all)], int64(1_795_600_000), []byte("\x03\xc8gold\x00\x4d"))
	}
	server := clockSender(f)
	server.Writers = &rules.Writers{}
	f.Fuzz(func(t *testing.T, text, tests []byte, at int64, known []byte) {
		root, wrong := strict.Parse("c.yaml", text)
		if root == nil || strict.Bad(wrong) {
			return
		}
		c, problems := rules.Load("c.yaml", root, server, nil)
		if c == nil || strict.Bad(problems) {
			return
		}
		from := &facts{all: known}
		s := from.signals(c, at)
		decideAll(t, c, &s)
		root, wrong = strict.Parse("c.test.yaml", tests)
		if root == nil || strict.Bad(wrong) {
			return
		}
		loaded, problems := rules.LoadTests(root, c, server)
		if strict.Bad(problems) {
			return
		}
		for _, test := range loaded {
			s := opened(c, test)
			test.Given(c, &s)
			test.Compare(c, &s)
			decideAll(t, c, &s)
		}
	})
}

// decideAll decides and resolves every position.
func decideAll(t *testing.T, c *rules.Campaign, s *rules.Signals) {
	t.Helper()
	var d rules.Decider
	decisions := d.Decide(c, s)
	if len(decisions) != c.Positions {
		t.Fatalf("%d decisions of %d positions", len(decisions), c.Positions)
	}
	for i := range decisions {
		decision := &decisions[i]
		if decision.Variant == nil || decision.Block == nil {
			t.Fatalf("no variant: %+v", decision)
		}
		d.Resolve(c, s, decision)
		d.Destination(c, s, decision, rules.Marks{Click: "click"})
		rules.Explain(c, s, decision.Block.ID, decision.Position)
		if until := rules.Until(c, s, decision); !until.IsZero() && !until.After(s.At) {
			t.Fatalf("at %v until is %v", s.At, until)
		}
	}
	rules.Fallbacks(c, s.Items)
}
