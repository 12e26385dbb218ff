package recommend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRenamingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.IntRange(2, 12).Draw(t, "items")
		shift := rapid.IntRange(1, items).Draw(t, "shift")
		a, b := NewLog(nil), NewLog(nil)
		for range rapid.IntRange(1, 80).Draw(t, "events") {
			p, i := rapid.IntRange(0, 9).Draw(t, "person"), rapid.IntRange(0, items-1).Draw(t, "item")
			e := Event{At: float64(rapid.IntRange(0, 5).Draw(t, "at")), Weight: 1}
			e.Person, e.Item = fmt.Sprint(p), fmt.Sprint(i)
			a.Add(e)
			e.Person, e.Item = fmt.Sprint("other", 9-p), fmt.Sprint("thing", (i+shift)%items)
			b.Add(e)
		}
		ma, mb := learntBy(t, a), learntBy(t, b)
		q := Query{N: items, History: []Seen{{Item: 0}}}
		pa, pb := ma.Recommend(ma.NewScratch(), &q, nil), mb.Recommend(mb.NewScratch(), &q, nil)
		if !slices.Equal(pa, pb) {
			t.Fatalf("picks are %v, and with other names %v", pa, pb)
		}
	})
}

// TestRenamingChangesNoSettings has names whose order is another, of persons,
// items and regions.
func TestRenamingChangesNoSettings(t *testing.T) {
	for name, l := range map[string]*Log{"shop": shop(300, 80), "films": films(400, 80, 30)} {
		rename := func(text string) string {
			letters := []byte(text)
			slices.Reverse(letters)
			return "n" + string(letters)
		}
		other := NewLog(nil)
		for _, item := range l.items {
			item.ID = rename(item.ID)
			other.AddItem(item)
		}
		for _, e := range l.events {
			other.Add(Event{Person: rename(l.persons[e.person]), Item: rename(l.items[e.item].ID), At: e.at, Weight: e.weight, Region: l.regions[e.region]})
		}
		l.Rated()
		other.Rated()
		for _, who := range []Audience{Known, Strangers} {
			got, err := Tune(context.Background(), other, who, nil)
			if err != nil {
				t.Fatal(err)
			}
			want, err := Tune(context.Background(), l, who, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(want.Results) == 0 || want.Settings != got.Settings || !slices.Equal(want.Results, got.Results) {
				t.Errorf("%s: tuned to %v, and with other names to %v", name, want, got)
			}
		}
	}
}

func learntBy(t *rapid.T, l *Log) *Model {
	m, err := Train(context.Background(), l, defaults(Known), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatFollowsIsForetold(t *testing.T) {
	for _, c := range []struct {
		name string
		log  *Log
		who  Audience
		lift float64
	}{
		{"films, strangers", films(800, 160, 40), Strangers, 1.5},
		{"films, known", films(400, 160, 40), Known, 2},
		{"shop", shop(800, 160), Known, 2.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			stars := c.log.Rated()
			if want := c.name != "shop"; stars != want {
				t.Errorf("read as ratings: %v", stars)
			}
			tuned, err := Tune(context.Background(), c.log, c.who, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(tuned.Results) == 0 {
				t.Fatal("nothing was measured")
			}
			for _, r := range tuned.Results {
				if r.Lift() < c.lift || r.Persons < 50 {
					t.Errorf("%s: NDCG@5 %.3f of %d persons, popular %.3f: a lift of %.2f; %v", r.Name, r.NDCG, r.Persons, r.Popular, r.Lift(), tuned.Settings)
				}
			}
		})
	}
}

func TestTuningTakesWhatThereIs(t *testing.T) {
	same := shop(100, 80)
	for n := range same.events {
		same.events[n].at = 0 // no times
	}
	one := NewLog([]Item{{ID: "a"}, {ID: "b"}})
	one.Add(Event{Person: "p", Item: "a", Weight: 1})
	for name, l := range map[string]*Log{"without times": same, "one event": one, "no events": NewLog([]Item{{ID: "a"}, {ID: "b"}})} {
		for _, who := range []Audience{Known, Strangers} {
			tuned, err := Tune(context.Background(), l, who, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if measured := len(tuned.Results) > 0; l != same && measured || l == same && who == Known && !measured {
				t.Errorf("%s: measured by %v", name, tuned.Results)
			}
			m, err := Train(context.Background(), l, tuned.Settings, nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if picks := m.Recommend(m.NewScratch(), &Query{N: 2, History: []Seen{{Item: 0}}}, nil); len(picks) != min(2, m.Items()-1) {
				t.Errorf("%s: %d picks", name, len(picks))
			}
		}
	}
	if _, err := Train(context.Background(), NewLog(nil), defaults(Known), nil); err == nil {
		t.Error("a model of no items was made")
	}
}

// TestPopularityIsTakenOverTheTimeThatTells has what is bought always, and what
// is bought for ten days.
func TestPopularityIsTakenOverTheTimeThatTells(t *testing.T) {
	steady, fast := NewLog(nil), NewLog(nil)
	for p := range 400 {
		for n := range 4 {
			at := float64(p + n*20)
			steady.Add(Event{Person: fmt.Sprint(p), Item: fmt.Sprint("always-", (p*7+n*5)%9), At: at, Weight: 1})
			fast.Add(Event{Person: fmt.Sprint(p), Item: fmt.Sprint("now-", int(at)/10, "-", p*3%4), At: at, Weight: 1})
		}
	}
	for n := range 60 { // a rush that is over
		steady.Add(Event{Person: fmt.Sprint("rush-", n), Item: "rush", At: 380, Weight: 1})
	}
	for name, c := range map[string]struct {
		log  *Log
		want []float64
	}{"steady": {steady, []float64{0, 365}}, "fast": {fast, []float64{10}}} {
		tuned, err := Tune(context.Background(), c.log, Known, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(c.want, tuned.Settings.Lately) {
			t.Errorf("%s: popularity is taken over %v days, not %v", name, tuned.Settings.Lately, c.want)
		}
	}
}

// TestStrangersAreNotAllWhoIsLearntFrom has so long histories that only every
// fifth person is learnt from.
func TestStrangersAreNotAllWhoIsLearntFrom(t *testing.T) {
	l := NewLog(nil)
	for p := range 150 {
		for i := range 3600 {
			l.Add(Event{Person: fmt.Sprint(p), Item: fmt.Sprint(i), At: float64(i), Weight: 1})
		}
	}
	trial := newHeld(l).strangers(0)
	left := map[int32]bool{}
	for n := range l.events {
		if trial.keep(n) {
			left[l.events[n].person] = true
		}
	}
	if len(trial.cases) < 15 || len(left) < 15 || len(left) > 40 {
		t.Errorf("%d persons are measured on, %d learnt from", len(trial.cases), len(left))
	}
}

func TestTrainingCanBeStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, shop(100, 80), defaults(Known), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("training that was stopped ends with %v", err)
	}
}

// TestUpdateIsTrainingOfWhatChanged has some people buy more, some be forgotten,
// and an item come. Of items that those took the weights are those of training
// anew; others keep theirs, which are nearly so: of ten picks at least nine and
// a half are the same.
func TestUpdateIsTrainingOfWhatChanged(t *testing.T) {
	before, after := shop(1500, 600), NewLog(nil)
	for i := range before.items {
		after.AddItem(before.items[i])
	}
	for _, e := range before.events {
		if name := before.persons[e.person]; name != "p3" && name != "p4" {
			after.Add(Event{Person: name, Item: before.items[e.item].ID, At: e.at, Weight: e.weight, Region: before.regions[e.region]})
		}
	}
	for n := range 6 {
		after.Add(Event{Person: "p7", Item: fmt.Sprint("sku-", 10+n), At: before.latest + 1, Weight: 1})
	}
	after.Add(Event{Person: "newcomer", Item: "sku-3", At: before.latest, Weight: 1})
	after.Add(Event{Person: "newcomer", Item: "sku-new", At: before.latest + 1, Weight: 1})

	trainer := NewTrainer(defaults(Known))
	if _, err := trainer.Train(context.Background(), before, nil); err != nil {
		t.Fatal(err)
	}
	kept, marks := slices.Clone(trainer.found), slices.Clone(trainer.marks)
	updated, worked, err := trainer.Update(context.Background(), after, nil)
	if err != nil {
		t.Fatal(err)
	}
	whole := NewTrainer(defaults(Known))
	whole.now, whole.size = trainer.now, trainer.size
	full, err := whole.train(context.Background(), after, nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i := range whole.found {
		switch {
		case i >= len(marks) || marks[i] != trainer.marks[i]:
			changed++
			if !slices.EqualFunc(trainer.found[i], whole.found[i], func(a, b candidate) bool {
				return a.item == b.item && math.Abs(float64(a.score-b.score)) < 0.001
			}) {
				t.Errorf("item %d: %v after an update, %v after training anew", i, trainer.found[i], whole.found[i])
			}
		case !slices.Equal(trainer.found[i], kept[i]):
			t.Errorf("item %d is another, though nobody who took it changed", i)
		}
	}
	if changed != worked || changed < 8 || changed > 100 {
		t.Errorf("%d items changed, %d were worked out", changed, worked)
	}
	same, all := 0, 0
	for _, history := range after.Histories(after.persons) {
		q := Query{N: 10, History: history}
		a, b := updated.Recommend(updated.NewScratch(), &q, nil), full.Recommend(full.NewScratch(), &q, nil)
		for _, p := range a {
			all++
			if slices.ContainsFunc(b, func(o Pick) bool { return o.Item == p.Item }) {
				same++
			}
		}
	}
	if float64(same) < 0.95*float64(all) {
		t.Errorf("%d of %d picks are those of training anew", same, all)
	}
}

func TestUpdateIsTrainingWhereMuchChanged(t *testing.T) {
	l := shop(400, 120)
	renumbered := NewLog([]Item{{ID: "first"}})
	for _, e := range l.events {
		renumbered.Add(Event{Person: l.persons[e.person], Item: l.items[e.item].ID, At: e.at, Weight: e.weight})
	}
	for name, other := range map[string]*Log{"more people": shop(500, 120), "fewer": shop(300, 120), "numbered otherwise": renumbered} {
		trainer := NewTrainer(defaults(Known))
		if _, err := trainer.Train(context.Background(), l, nil); err != nil {
			t.Fatal(err)
		}
		m, worked, err := trainer.Update(context.Background(), other, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got, want bytes.Buffer
		if err := errors.Join(m.Save(&got), learnt(t, other, Known).Save(&want)); err != nil {
			t.Fatal(err)
		}
		if worked != len(other.items) || !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s: %d of %d items were worked out, and the model is another", name, worked, len(other.items))
		}
	}
}

func TestSavedAndLoaded(t *testing.T) {
	m := learnt(t, shop(300, 120), Known)
	again := learnt(t, shop(300, 120), Known)
	var file, other bytes.Buffer
	if err := errors.Join(m.Save(&file), again.Save(&other)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Bytes(), other.Bytes()) {
		t.Error("the same log gives two models")
	}
	loaded, err := Load(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i := range int32(m.Items()) {
		q := Query{N: 8, History: []Seen{{Item: i}, {Item: (i + 9) % int32(m.Items()), At: 1}}, Declared: []int32{2}, Region: "NL"}
		for _, a := range asks {
			if got, want := a.ask(loaded, loaded.NewScratch(), &q, nil), a.ask(m, m.NewScratch(), &q, nil); !slices.Equal(got, want) {
				t.Fatalf("%s: %v, and when loaded %v", a.name, want, got)
			}
		}
	}
	data := file.Bytes()
	for n := 0; n < len(data); n += 97 {
		damaged := slices.Clone(data)
		damaged[n] ^= 0x20
		if _, err := Load(damaged); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d is wrong, and that gives %v", n, err)
		}
		if _, err := Load(data[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("the first %d bytes give %v", n, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	m := learnt(f, shop(20, 16), Known)
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes()[len(fileMark) : file.Len()-4])
	f.Fuzz(func(_ *testing.T, data []byte) {
		m, err := decode(data)
		if err != nil {
			return
		}
		q := Query{N: 3, Region: "NL"}
		if m.Items() > 0 {
			q.History = []Seen{{Item: 0}}
		}
		for _, a := range asks[:3] {
			a.ask(m, m.NewScratch(), &q, nil)
		}
	})
}

func TestRatingsAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		weights []float32
		stars   bool
		want    []float32
	}{
		"stars":        {[]float32{1, 3, 4, 5, 5, 4}, true, []float32{disliked, disliked, 1, 1, 1, 1}},
		"half stars":   {[]float32{0.5, 3.5, 4, 5, 4.5}, true, []float32{disliked, disliked, 1, 1, 1}},
		"out of ten":   {[]float32{2, 7, 8, 10, 9}, true, []float32{disliked, disliked, 1, 1, 1}},
		"good ones":    {[]float32{4, 5, 4.5, 5}, true, []float32{1, 1, 1, 1}},
		"numbers":      {[]float32{1, 1, 1, 2, 6, 12}, false, []float32{1, 1, 1, 1, 1, 1}},
		"kinds":        {[]float32{0.2, 1, 0.5}, false, []float32{0.2, 1, 0.5}},
		"all the same": {[]float32{5, 5, 5}, false, []float32{1, 1, 1}},
	} {
		l := NewLog(nil)
		for _, w := range c.weights {
			l.Add(Event{Person: "p", Item: "i", Weight: w})
		}
		if got := l.Rated(); got != c.stars {
			t.Errorf("%s: ratings: %v", name, got)
		}
		for n, e := range l.events {
			if e.weight != c.want[n] {
				t.Errorf("%s: %v counts %v, not %v", name, c.weights[n], e.weight, c.want[n])
			}
		}
	}
}

func TestTheSmallestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) candidate {
			return candidate{0, float32(rapid.IntRange(0, 9).Draw(t, "score"))}
		}), 0, 60).Draw(t, "list")
		for n := range list {
			list[n].item = int32(n)
		}
		n := rapid.IntRange(0, 60).Draw(t, "n")
		want := slices.SortedFunc(slices.Values(list), order)
		want = want[:min(n, len(want))]
		keepBest(&list, n)
		slices.SortFunc(list, order)
		if !slices.Equal(list, want) {
			t.Fatalf("the best are %v, not %v", list, want)
		}
	})
}

// TestSecondsAreStepsHoweverLongAgo has events of one evening, and of one years
// later, which are told apart as well.
func TestSecondsAreStepsHoweverLongAgo(t *testing.T) {
	const second = 1.0 / 86_400
	l := NewLog(nil)
	for n, at := range []float64{0, second, 2 * second, 2 * second, 5000} {
		l.Add(Event{Person: "p", Item: fmt.Sprint(n), At: at, Weight: 1})
	}
	h := l.histories(l.latest, nil, 1)
	if want := []int32{0, 1, 2, 2, 3}; !slices.Equal(h.step, want) {
		t.Errorf("the steps are %v, not %v", h.step, want)
	}
}
