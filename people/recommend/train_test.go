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

func TestTrainingCanBeStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, shop(100, 80), defaults(Known), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("training that was stopped ends with %v", err)
	}
}

func TestUpdateIsTrainingOfWhatChanged(t *testing.T) {
	l := shop(400, 120)
	trainer := NewTrainer(l, defaults(Known))
	if _, err := trainer.Train(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(trainer.found)
	now, average := trainer.now, trainer.mean
	for n := range 6 {
		l.Add(Event{Person: "p7", Item: fmt.Sprint("sku-", 10+n), At: l.latest, Weight: 1})
	}
	l.Add(Event{Person: "newcomer", Item: "sku-3", At: l.latest, Weight: 1})
	l.Add(Event{Person: "newcomer", Item: "sku-new", At: l.latest + 1, Weight: 1})
	if _, err := trainer.Update(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	whole := NewTrainer(l, defaults(Known))
	whole.now = now
	if _, err := whole.Train(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	changed, same := 0, 0
	for i := range before {
		switch {
		case slices.Equal(before[i], trainer.found[i]):
			same++
		case slices.EqualFunc(trainer.found[i], whole.found[i], func(a, b candidate) bool {
			return a.item == b.item && math.Abs(float64(a.score-b.score)) < 0.02
		}):
			changed++
		default:
			t.Errorf("item %d: %v after an update, %v after training anew (mean %v, %v)", i, trainer.found[i], whole.found[i], average, whole.mean)
		}
	}
	if changed < 6 || same < 50 || len(trainer.found) != len(before)+1 {
		t.Errorf("%d items changed, %d stayed, of %d", changed, same, len(trainer.found))
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
