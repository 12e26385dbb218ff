package people

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
)

// noon is when tests of histories are.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// every is all kinds.
const every = ^rules.Kinds(0)

// TestAHistoryIsFrozen fails when a stored field changes its number or meaning.
func TestAHistoryIsFrozen(t *testing.T) {
	h := &history{events: []keptEvent{
		{Event: rules.Event{Kind: rules.Bought, At: 2000, Item: "dune", Tags: []string{"sf"}, Channel: "till", Value: rules.Value{Type: rules.Number, N: 9_500_000}}, stored: 3, id: 7, quantity: 2, currency: "EUR"},
		{Event: rules.Event{Kind: rules.Answered, At: 1500, Campaign: "cart", Block: "why", Answer: "price", Rule: "open"}, stored: 10, quantity: 1},
		{Event: rules.Event{Kind: rules.Viewed, At: 1000, Tags: []string{"sf"}, Times: 5, First: 400, Mixed: true}, stored: 1, quantity: 1, unknown: "\xf8\x07\x2a"},
		{Event: rules.Event{Kind: rules.EventKind(keptUncarted - 1), At: 900, Item: "dune", Tags: []string{"sf"}}, stored: keptUncarted, quantity: 1},
	}, unknown: []byte{0xf8, 0x07, 0x2a}}
	payload := appendHistory(nil, h)
	const want = "0a0464756e650a02736612020102" + "0a0474696c6c" + "0a03455552" + "1a17080310d00f1801200340c0d587095d0700000068027004" +
		"0a0463617274" + "0a03776879" + "0a046f70656e" + "0a057072696365" + "1a0d080a10f4032805300638076008" + "12020002" +
		"1a11080110f4031802480550d8047801f8072a" + "1a060820106418" + "01" + "f8072a"
	if got := hex.EncodeToString(payload); got != want {
		t.Errorf("history\ngot  %s\nwant %s", got, want)
	}
	kept, err := newPast(payload)
	if err != nil {
		t.Fatal(err)
	}
	back := kept.history()
	if !reflect.DeepEqual(back, h) {
		t.Errorf("read back as %+v, want %+v", back, h)
	}
}

// anyRows are rows of one recipient.
func anyRows(r *rand.Rand, n int) []EventRow {
	rows := make([]EventRow, n)
	for i := range rows {
		at := noon.Add(-time.Duration(r.Int64N(int64(400 * 24 * time.Hour)))).Truncate(time.Minute)
		row := EventRow{R: "emma", At: at.Format(time.RFC3339), Item: fmt.Sprint("item-", r.IntN(40)), Kind: eventKinds[r.IntN(len(eventKinds)-1)]}
		switch row.Kind {
		case "rated":
			row.Value = fmt.Sprint(1 + r.IntN(5))
		case "searched":
			row.Search, row.Item = fmt.Sprint("words ", r.IntN(5)), ""
		case "carted", "bought":
			row.Price, row.Count = fmt.Sprint(1+r.IntN(30), ".50 EUR"), fmt.Sprint(1+r.IntN(3))
		}
		if r.IntN(2) == 0 && row.Item != "" {
			row.Tags = []string{fmt.Sprint("tag-", r.IntN(6)), "all"}
		}
		rows[i] = row
	}
	return rows
}

// historyOf adds rows to a history of its own, without writing it down.
func historyOf(t testing.TB, rows []EventRow) *history {
	p := Open(nil, &rules.Sender{}, rules.ConsentFull, func() time.Time { return noon }, nil)
	h := &history{}
	for i := range rows {
		read, err := p.readEventRow(&rows[i], noon, noon)
		if err != nil {
			t.Fatal(err)
		}
		h.add(read.event)
	}
	return h
}

func pastOf(t testing.TB, h *history) *Past {
	past, err := newPast(appendHistory(nil, h))
	if err != nil {
		t.Fatal(err)
	}
	return past
}

// TestEventsAreTheSameInAnyOrder adds events late, in any order and twice.
func TestEventsAreTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rows := anyRows(r, 60)
		for i := range rows { // so that the order is that of their times
			rows[i].At = noon.Add(-time.Duration(r.IntN(300)*len(rows)+i) * time.Minute).Format(time.RFC3339)
		}
		want := pastOf(&testing.T{}, historyOf(&testing.T{}, rows))
		again := append(slices.Clone(rows), rows[:20]...)
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		got := pastOf(&testing.T{}, historyOf(&testing.T{}, again))
		a, b := want.Events(nil, every), got.Events(nil, every)
		for i := range a { // tags are those known when an event came
			a[i].Tags, b[i].Tags = nil, nil
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("differ:\n%v\n%v", a, b)
		}
		at := noon.UnixMilli()
		if !reflect.DeepEqual(want.Cart(at), got.Cart(at)) {
			t.Errorf("carts differ: %v, %v", want.Cart(at), got.Cart(at))
		}
	})
}

// TestALongHistoryIsBounded adds many events: there is room for the newest, and old
// favourites are not forgotten.
func TestALongHistoryIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	favourite := EventRow{R: "emma", Kind: "bought", Item: "first-love", Tags: []string{"opera"}, At: "2025-12-01T20:00:00Z"}
	rows := []EventRow{favourite}
	for i := range 200 {
		at := noon.Add(-time.Duration(300*24+i) * time.Hour).Format(time.RFC3339)
		rows = append(rows, EventRow{R: "emma", Kind: "viewed", Item: fmt.Sprint("old-", i%20), Tags: []string{"jazz"}, At: at})
	}
	h := historyOf(t, rows)
	since := noon.Add(-KeepBehaviour).UnixMilli()
	largest := 0
	p := Open(nil, &rules.Sender{}, rules.ConsentFull, func() time.Time { return noon }, nil)
	for i := range 4000 {
		at := noon.Add(-time.Duration(4000-i) * time.Hour)
		row := EventRow{R: "emma", Kind: "viewed", Item: fmt.Sprint("item-", r.IntN(3000)), Tags: []string{fmt.Sprint("tag-", r.IntN(12))}, At: at.Format(time.RFC3339)}
		read, err := p.readEventRow(&row, noon, noon)
		if err != nil {
			t.Fatal(err)
		}
		if h.add(read.event); i%20 == 19 {
			largest = max(largest, len(h.fit(nil, since)))
		}
	}
	if largest > maxHistory {
		t.Errorf("it took %d bytes", largest)
	}
	past := pastOf(t, h)
	events := past.Events(nil, every)
	count := func(fits func(e *rules.Event) bool) (n int64) {
		for i := range events {
			if fits(&events[i]) {
				n += max(1, events[i].Times)
			}
		}
		return n
	}
	if n := count(func(e *rules.Event) bool {
		return e.Kind == rules.Bought && e.Item == "first-love" && e.At == 1764619200000
	}); n != 1 {
		t.Errorf("what was bought long ago is there %d times", n)
	}
	if n := count(func(e *rules.Event) bool { return e.Kind == rules.Viewed }); n != 4200 {
		t.Errorf("%d looks are counted, want all 4200", n)
	}
	if n := count(func(e *rules.Event) bool { return slices.Contains(e.Tags, "jazz") }); n != 200 {
		t.Errorf("%d looks at jazz are counted, want 200", n)
	}
	if events[0].At != noon.Add(-time.Hour).UnixMilli() || events[0].Item == "" || events[0].Times > 1 {
		t.Errorf("the newest is %+v", events[0])
	}
	if jazz := past.Interest("jazz", noon.UnixMilli(), true); jazz < 0.3 || jazz > 0.95 {
		t.Errorf("the old interest is %f", jazz)
	}
	t.Logf("%d events, %d bytes", past.Len(), len(past.text))
}

// TestACart fills and empties a cart.
func TestACart(t *testing.T) {
	at := func(minute int) string { return noon.Add(time.Duration(minute-60) * time.Minute).Format(time.RFC3339) }
	rows := []EventRow{
		{R: "emma", Kind: "carted", Item: "lens", Price: "100.00 EUR", At: at(1)},
		{R: "emma", Kind: "carted", Item: "bag", Price: "20.50 EUR", Count: "2", At: at(2)},
		{R: "emma", Kind: "uncarted", Item: "lens", At: at(4)},
		{R: "emma", Kind: "carted", Item: "strap", Price: "9 EUR", At: at(3)},
		{R: "emma", Kind: "bought", Item: "strap", At: at(5)},
	}
	want := rules.Cart{Items: 1, Total: rules.Value{Type: rules.Money, N: 4100, Text: "EUR"}, Changed: noon.Add(-56 * time.Minute).UnixMilli()}
	past := pastOf(t, historyOf(t, rows))
	if got := past.Cart(noon.UnixMilli()); !reflect.DeepEqual(got, want) {
		t.Errorf("the cart is %+v, want %+v", got, want)
	}
	carted := past.Events(nil, rules.KindsOf(rules.Carted))
	if len(carted) != 2 || carted[0].Item != "strap" || carted[1].Item != "bag" {
		t.Errorf("carted are %+v", carted)
	}
	if got := past.Cart(noon.Add(100 * 24 * time.Hour).UnixMilli()); got.Items != 0 {
		t.Errorf("after 100 days there are %d in it", got.Items)
	}
	rows = append(rows, EventRow{R: "emma", Kind: "carted", Item: "lens", Price: "100 USD", At: at(6)})
	if got := pastOf(t, historyOf(t, rows)).Cart(noon.UnixMilli()); got.Items != 2 || got.Total.Known() {
		t.Errorf("in two currencies %+v", got)
	}
}

// FuzzPast reads histories that nobody wrote.
func FuzzPast(f *testing.F) {
	f.Add(appendHistory(nil, historyOf(f, anyRows(rand.New(rand.NewPCG(3, 4)), 30))))
	f.Fuzz(func(t *testing.T, payload []byte) {
		p, err := newPast(payload)
		if err != nil {
			return
		}
		events := p.Events(nil, every)
		_, _ = p.Cart(0), p.Interest("all", 0, true)
		back, err := newPast(appendHistory(nil, p.history()))
		if err != nil {
			t.Fatalf("%d events are written so that nobody can read them: %v", len(events), err)
		}
		if got := back.Events(nil, every); len(got) != len(events) {
			t.Fatalf("%d events are written as %d", len(events), len(got))
		}
	})
}

func BenchmarkPast(b *testing.B) {
	h := historyOf(b, anyRows(rand.New(rand.NewPCG(5, 6)), 200))
	past := pastOf(b, h)
	b.Logf("%d bytes, %d events", len(past.text), past.Len())
	b.Run("events", func(b *testing.B) {
		var dst []rules.Event
		for b.Loop() {
			dst = past.Events(dst[:0], rules.KindsOf(rules.Bought))
		}
	})
	b.Run("cart", func(b *testing.B) {
		for b.Loop() {
			_ = past.Cart(noon.UnixMilli())
		}
	})
	b.Run("interest", func(b *testing.B) {
		for b.Loop() {
			_ = past.Interest("tag-1", noon.UnixMilli(), true)
		}
	})
}
