package rules_test

import (
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// world is what is known, beside the clock, at opens of one campaign. As the
// clock is stepped a cart grows older, and the place that is near opens and
// closes.
type world struct {
	c            *rules.Campaign
	signals      rules.Signals
	carted       int64 // when the cart was left alone, in Unix ms
	age          int   // the slots of cart.age and near.shops, -1: not asked for
	open, closes int
	d            rules.Decider
}

// newWorld makes a world with items on a shelf and what is given, of which a
// campaign need not ask for all.
func newWorld(t rapid.TB, c *rules.Campaign, zone string, items shelf, given map[string]string) *world {
	t.Helper()
	in, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{c: c, age: slotOf(c, "cart.age"), open: slotOf(c, "near.shops.open"), closes: slotOf(c, "near.shops.closes")}
	w.signals = rules.Signals{
		Zone: in, Trust: rules.Signed, Recipient: "r", Values: make([]rules.Value, len(c.Signals)), Items: items,
	}
	for i := range c.Signals {
		if sig := &c.Signals[i]; sig.Source == rules.ItemSource {
			if item, ok := items.Item(sig.Item); ok {
				w.signals.Values[i] = item.Value(sig)
			}
		}
	}
	for name, text := range given {
		if _, asked := c.Slot(name); asked {
			if err := rules.Give(c, &w.signals, name, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

func slotOf(c *rules.Campaign, name string) int {
	if slot, ok := c.Slot(name); ok {
		return slot
	}
	return -1
}

// The place that is near is open from 08:30 to 18:00, in UTC.
const (
	opensAt  = 8*60 + 30
	closesAt = 18 * 60
)

// at sets the clock, in Unix ms.
func (w *world) at(ms int64) *rules.Signals {
	s := &w.signals
	s.At = time.UnixMilli(ms)
	w.set(w.age, rules.Value{Type: rules.Duration, N: ms - w.carted})
	minute := (ms%86_400_000 + 86_400_000) % 86_400_000 / 60_000
	if minute >= opensAt && minute < closesAt {
		w.set(w.open, rules.Value{Type: rules.Boolean, N: 1})
		w.set(w.closes, rules.Value{Type: rules.Time, N: closesAt * 60})
	} else {
		w.set(w.open, rules.Value{Type: rules.Boolean})
		w.set(w.closes, rules.Value{})
	}
	return s
}

func (w *world) set(slot int, value rules.Value) {
	if slot >= 0 {
		w.signals.Values[slot] = value
	}
}

// shown is what a decision comes to, to be compared.
type shown struct {
	rule    *rules.Rule
	variant *rules.Variant
	reason  rules.Reason
	item    *rules.Item
}

func shownBy(d *rules.Decision) shown {
	s := shown{rule: d.Rule, variant: d.Variant, reason: d.Reason}
	if d.Item != nil {
		s.item = d.Item.Item
	}
	return s
}

// promise is what a position shows, and until when it said that it would.
type promise struct {
	shown
	made, until int64 // Unix ms
}

// walk steps the clock: whatever a position shows, it shows at least until it
// said. What it says is asked again at every so many steps, and where it is over.
// It returns how often something else was shown.
func (w *world) walk(t rapid.TB, from, to, step int64, again int) (changes int) {
	t.Helper()
	promises := make([]promise, w.c.Positions)
	n := 0
	for ms := from; ms < to; ms += step {
		s := w.at(ms)
		decisions := w.d.Decide(w.c, s)
		for i := range decisions {
			p, now := &promises[i], shownBy(&decisions[i])
			if now != p.shown && ms < p.until {
				w.broken(t, p, &decisions[i], ms)
			}
			if now != p.shown && ms > from {
				changes++
			}
			if p.shown = now; ms >= p.until || n%again == 0 {
				until := w.until(&decisions[i])
				if until <= ms {
					t.Fatalf("at %v until is %v", s.At, time.UnixMilli(until))
				}
				if until > p.until {
					p.made, p.until = ms, until
				}
			}
		}
		n++
	}
	return changes
}

// never is an Until that is not by the clock.
const never = 1<<63 - 1

func (w *world) until(d *rules.Decision) int64 {
	if until := rules.Until(w.c, &w.signals, d); !until.IsZero() {
		return until.UnixMilli()
	}
	return never
}

// broken fails with what a position showed, and shows already.
func (w *world) broken(t rapid.TB, p *promise, now *rules.Decision, ms int64) {
	t.Helper()
	in := func(ms int64) string {
		if ms == never {
			return "for ever"
		}
		return time.UnixMilli(ms).In(w.signals.Zone).Format("2006-01-02 15:04:05.000 -0700")
	}
	name := func(r *rules.Rule) string {
		if r == nil {
			return "the fallback"
		}
		return r.Name
	}
	t.Fatalf("%s, block %s position %d: at %s %s until %s, but at %s %s\nwas %+v\nis %+v",
		w.signals.Zone, now.Block.ID, now.Position, in(p.made), name(p.rule), in(p.until), in(ms), name(now.Rule), p.shown, shownBy(now))
}
