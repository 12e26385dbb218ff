package recommend

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// asks are the kinds of lists, and whether they are filled with what is popular.
var asks = []struct {
	name   string
	filled bool
	ask    func(m *Model, s *Scratch, q *Query, dst []Pick) []Pick
}{
	{"recommend", true, (*Model).Recommend},
	{"popular", true, (*Model).Popular},
	{"next", false, (*Model).Next},
	{"similar", false, func(m *Model, s *Scratch, q *Query, dst []Pick) []Pick { return m.Similar(s, sources(q), q, dst) }},
	{"alternatives", false, func(m *Model, s *Scratch, q *Query, dst []Pick) []Pick {
		return m.Alternatives(s, sources(q), q, dst)
	}},
	{"imported", false, func(m *Model, s *Scratch, q *Query, dst []Pick) []Pick {
		return m.Imported(s, []int32{5, 3, 8, 1}, q, dst)
	}},
}

// sources are the first items of a history.
func sources(q *Query) []int32 {
	var out []int32
	for _, seen := range q.History[:min(2, len(q.History))] {
		out = append(out, seen.Item)
	}
	return out
}

func TestPicksAreWhatMayBePicked(t *testing.T) {
	m := learnt(t, shop(300, 120), Known)
	s := m.NewScratch()
	rapid.Check(t, func(t *rapid.T) {
		item := rapid.Int32Range(0, int32(m.Items()-1))
		q := Query{N: rapid.IntRange(0, 130).Draw(t, "n"), Region: rapid.SampledFrom([]string{"", "NL", "BE", "XX"}).Draw(t, "region"), Again: rapid.Bool().Draw(t, "again")}
		for n, i := range rapid.SliceOfN(item, 0, 30).Draw(t, "history") {
			q.History = append(q.History, Seen{Item: i, At: float64(n / 2), Weight: rapid.SampledFrom([]float32{0, 1, 0.3, disliked}).Draw(t, "weight")})
		}
		q.Barred = rapid.SliceOfN(item, 0, 5).Draw(t, "barred")
		for range rapid.IntRange(0, 3).Draw(t, "declared") {
			q.Declared = append(q.Declared, int32(rapid.IntRange(0, len(m.taste.features)-1).Draw(t, "feature")))
		}
		if rapid.Bool().Draw(t, "filtered") {
			q.Allowed = NewSet(m.Items())
			for _, i := range rapid.SliceOfN(item, 0, 60).Draw(t, "allowed") {
				q.Allowed.Add(i)
			}
		}
		if rapid.Bool().Draw(t, "kept") {
			q.Keep = func(i int32) bool { return i%3 != 0 }
		}
		may := func(i int32) bool {
			bought := !q.Again && slices.ContainsFunc(q.History, func(s Seen) bool { return s.Item == i })
			return !bought && !slices.Contains(q.Barred, i) && q.Allowed.Has(i) && (q.Keep == nil || q.Keep(i))
		}
		want := 0
		for i := range int32(m.Items()) {
			if may(i) {
				want++
			}
		}
		for _, a := range asks {
			picks := a.ask(m, s, &q, nil)
			if a.filled && len(picks) != min(q.N, want) || len(picks) > q.N {
				t.Fatalf("%s: %d picks of %d that are allowed, %d asked for", a.name, len(picks), want, q.N)
			}
			seen := map[int32]bool{}
			for n, p := range picks {
				if !may(p.Item) || seen[p.Item] {
					t.Fatalf("%s: item %d may not be picked, or was before", a.name, p.Item)
				}
				if n > 0 && p.Score > picks[n-1].Score {
					t.Fatalf("%s: pick %d is better than the one before", a.name, n)
				}
				if p.Because.Kind == 0 {
					t.Fatalf("%s: pick %d has no reason", a.name, n)
				}
				seen[p.Item] = true
			}
			if slices.ContainsFunc(s.score, func(v float32) bool { return v != 0 }) || slices.ContainsFunc(s.mark, func(v int32) bool { return v != 0 }) {
				t.Fatalf("%s left something in its scratch", a.name)
			}
		}
	})
}

func TestTheReasonIsWhatSpeaksMost(t *testing.T) {
	m := learnt(t, films(300, 200, 40), Strangers)
	s := m.NewScratch()
	q := Query{N: 10, History: []Seen{{Item: 3, At: 1}, {Item: 40, At: 2}, {Item: 41, At: 3}, {Item: 90, At: 4}}}
	picks := m.Recommend(s, &q, nil)
	if len(picks) != 10 {
		t.Fatalf("%d picks, not 10", len(picks))
	}
	for _, p := range picks {
		best, most := int32(-1), float32(0)
		total := float32(0)
		for _, seen := range q.History {
			target, weight, scale := m.lists.of(seen.Item)
			if n, ok := slices.BinarySearch(target, p.Item); ok {
				part := scale * float32(weight[n])
				total += part
				if part > most {
					best, most = seen.Item, part
				}
			}
		}
		if p.Because != (Because{ByItem, best}) {
			t.Errorf("item %d is because of %v, not of item %d", p.Item, p.Because, best)
		}
		if d := total - p.Score; d > 1e-4 || d < -1e-4 {
			t.Errorf("item %d has a score of %v, not %v", p.Item, p.Score, total)
		}
	}
}

func TestDeclaredGenresSpeakForTheirFilms(t *testing.T) {
	m := learnt(t, films(600, 300, 60), Strangers)
	s := m.NewScratch()
	f, ok := m.Feature("genre-7")
	if !ok {
		t.Fatal("genre-7 cannot be declared")
	}
	of := func(picks []Pick) (has, because int) {
		for _, p := range picks {
			if slices.Contains(m.Item(p.Item).Features, "genre-7") {
				has++
			}
			if p.Because == (Because{ByFeature, f}) {
				because++
			}
		}
		return has, because
	}
	has, because := of(m.Recommend(s, &Query{N: 10, Declared: []int32{f}}, nil))
	popular, _ := of(m.Popular(s, &Query{N: 10}, nil))
	if has < popular+3 || because < has || m.FeatureName(f) != "genre-7" {
		t.Errorf("%d of 10 films are of the genre that was declared, %d because of it; of the popular %d are", has, because, popular)
	}
}

func TestANewFilmIsOfferedToWhomItSuits(t *testing.T) {
	l := shop(800, 160)
	l.AddItem(Item{ID: "new", Title: "Line 5 part 9", Features: []string{"line-5"}, Number: 20})
	m := learnt(t, l, Known)
	s := m.NewScratch()
	i := number(t, m, "new")
	allowed := NewSet(m.Items())
	allowed.Add(i)
	for n := range int32(160) {
		if n/8 != 5 && n%8 == 1 {
			allowed.Add(n) // of each other line something that is known
		}
	}
	q := Query{N: 3, Allowed: allowed, History: []Seen{{Item: number(t, m, "sku-41")}, {Item: number(t, m, "sku-42")}}}
	if picks := m.Recommend(s, &q, nil); !slices.Contains(ids(m, picks), "new") {
		t.Errorf("who bought of its line is offered %v, not the new item", ids(m, picks))
	}
	q.Allowed = nil
	if picks := m.Similar(s, []int32{i}, &q, nil); len(picks) == 0 || !strings.HasPrefix(m.Item(picks[0].Item).Title, "Line 5 ") || picks[0].Because.Kind != ByContent {
		t.Errorf("similar to the new item is %v", picks)
	}
}

func TestAlternativesAreCheaper(t *testing.T) {
	m := learnt(t, shop(500, 160), Known)
	s := m.NewScratch()
	found := 0
	for i := range int32(m.Items()) {
		for _, p := range m.Alternatives(s, []int32{i}, &Query{N: 5}, nil) {
			found++
			if m.Item(p.Item).Number >= m.Item(i).Number {
				t.Fatalf("item %d costs %v, its alternative %v", i, m.Item(i).Number, m.Item(p.Item).Number)
			}
		}
	}
	if found < m.Items() {
		t.Errorf("%d alternatives to %d items", found, m.Items())
	}
}

func TestNextIsWhatComesAfter(t *testing.T) {
	l := NewLog(nil)
	for p := range 30 {
		name := string(rune('A' + p))
		l.Add(Event{Person: name, Item: "camera", At: 1, Weight: 1})
		l.Add(Event{Person: name, Item: "lens", At: 5, Weight: 1})
		l.Add(Event{Person: name, Item: []string{"bag", "book", "tripod"}[p%3], At: 3, Weight: 1})
	}
	m := learnt(t, l, Known)
	s := m.NewScratch()
	camera, lens := number(t, m, "camera"), number(t, m, "lens")
	picks := m.Next(s, &Query{N: 1, History: []Seen{{Item: camera}}}, nil)
	if len(picks) != 1 || picks[0].Item != lens || picks[0].Because != (Because{ByItem, camera}) {
		t.Errorf("after the camera comes %v, not the lens", picks)
	}
	if picks := m.Next(s, &Query{N: 5, History: []Seen{{Item: lens}}}, nil); len(picks) != 0 {
		t.Errorf("after the lens comes %v, and nobody took anything", ids(m, picks))
	}
}

func TestRegionsHaveTheirOwnPopular(t *testing.T) {
	l := NewLog(nil)
	for p := range 200 {
		name := string(rune('A' + p))
		l.Add(Event{Person: name, Item: "gouda", At: 10, Weight: 1, Region: "NL"})
		l.Add(Event{Person: name + "2", Item: "waffle", At: 10, Weight: 1, Region: "BE"})
		l.Add(Event{Person: name + "3", Item: "pizza", At: 10, Weight: 1})
		l.Add(Event{Person: name + "4", Item: "pizza", At: 10, Weight: 1})
	}
	m := learnt(t, l, Known)
	s := m.NewScratch()
	for region, want := range map[string]string{"NL": "gouda", "BE": "waffle", "": "pizza", "FR": "pizza"} {
		if got := ids(m, m.Popular(s, &Query{N: 1, Region: region}, nil)); got[0] != want {
			t.Errorf("popular in %q is %v, not %s", region, got, want)
		}
		if got := ids(m, m.Recommend(s, &Query{N: 1, Region: region}, nil)); got[0] != want {
			t.Errorf("recommended to who is new in %q is %v, not %s", region, got, want)
		}
	}
}

func TestAnswersAllocateNothing(t *testing.T) {
	m := learnt(t, films(200, 300, 40), Strangers)
	s := m.NewScratch()
	q := Query{N: 10, Declared: []int32{1}, Allowed: NewSet(m.Items())}
	for i := range int32(200) {
		q.Allowed.Add(i)
	}
	for n := range 20 {
		q.History = append(q.History, Seen{Item: int32(n * 3), At: float64(n)})
	}
	picks := make([]Pick, 0, 10)
	m.Recommend(s, &q, picks)
	if n := testing.AllocsPerRun(100, func() { m.Recommend(s, &q, picks) }); n != 0 {
		t.Errorf("%v allocations an answer", n)
	}
}

// TestManyNewItemsShareWhatThereIs has a hundred new items for each known one: an
// item speaks for a bounded number of them.
func TestManyNewItemsShareWhatThereIs(t *testing.T) {
	l := shop(300, 40)
	for n := range 4000 {
		l.AddItem(Item{ID: fmt.Sprint("new-", n), Title: fmt.Sprint("Line ", n%5), Features: []string{fmt.Sprint("line-", n%5)}})
	}
	m := learnt(t, l, Known)
	some := 0
	for i := range int32(m.Items()) {
		target, _, _ := m.fresh.of(i)
		if len(target) > freshKeep {
			t.Errorf("item %d speaks for %d new ones", i, len(target))
		}
		some += len(target)
	}
	if some == 0 {
		t.Error("nothing speaks for a new item")
	}
}
