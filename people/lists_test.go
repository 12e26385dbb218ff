package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// shelf is a catalogue of items by their ids, which ranks none.
type shelf map[string]rules.Candidate

func (s shelf) Item(id string) (rules.Candidate, bool) { c, ok := s[id]; return c, ok }

func (s shelf) StockAt(string, string) rules.Value { return rules.Value{} }

func (s shelf) Rank(list rules.Listing, _ func(*rules.Candidate) bool, _ int, dst []rules.Candidate) []rules.Candidate {
	return append(dst, rules.Candidate{Item: &rules.Item{ID: "catalogue's " + list.From}})
}

// did is what a recipient did.
type did []rules.Event

func (d did) Events(dst []rules.Event, kinds rules.Kinds) []rules.Event {
	for _, e := range d {
		if kinds>>e.Kind&1 == 1 {
			dst = append(dst, e)
		}
	}
	return dst
}

func (did) Cart(int64) rules.Cart                { return rules.Cart{} }
func (did) Interest(string, int64, bool) float64 { return 0 }

// lineLists are lists of a model of three product lines, a to c, of four parts
// each; who bought of one bought more of it. Prices fall by part.
func lineLists(t testing.TB) (*Lists, shelf) {
	t.Helper()
	log, items := recommend.NewLog(nil), shelf{}
	for _, line := range []string{"a", "b", "c"} {
		for part := range 4 {
			id := fmt.Sprint(line, part)
			log.AddItem(recommend.Item{ID: id, Title: "Part " + id, Features: []string{line}, Number: float64(50 - 10*part)})
			items[id] = rules.Candidate{Item: &rules.Item{ID: id, Title: "Part " + id}}
		}
	}
	for p := range 90 {
		for part := range 4 {
			if (p/3+part)%4 != 0 {
				log.Add(recommend.Event{Person: fmt.Sprint(p), Item: fmt.Sprint(string(rune('a'+p%3)), part), At: float64(part), Weight: 1, Region: []string{"BE", "NL"}[p%2]})
			}
		}
	}
	tuned, err := recommend.Tune(context.Background(), log, recommend.Known, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := recommend.Train(context.Background(), log, tuned.Settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	lists := &Lists{}
	lists.Use(m)
	return lists, items
}

// emma did something in lines b and c.
func emma() did {
	at := func(hours int) int64 { return noon.Add(-time.Duration(hours) * time.Hour).UnixMilli() }
	return did{
		{Kind: rules.Viewed, Item: "c1", At: at(1)},
		{Kind: rules.Viewed, Item: "c0", At: at(30)},
		{Kind: rules.Bought, Item: "b0", At: at(50)},
		{Kind: rules.Carted, Item: "b0", At: at(60)},
		{Kind: rules.Carted, Item: "b1", At: at(40)},
		{Kind: rules.Carted, Item: "a3", At: at(24 * 400)},
		{Kind: rules.Wished, Item: "gone", At: at(2)},
		{Kind: rules.Wished, Item: "a1", At: at(3)},
		{Kind: rules.Viewed, Item: "a0", At: at(-5)},
		{Kind: rules.Viewed, Item: "a2", At: at(1), Mixed: true},
	}
}

// ranked are the ids of a list, and why the first is there.
func ranked(items rules.Items, list rules.Listing, n int) (ids []string, because string) {
	all := func(*rules.Candidate) bool { return true }
	for i, c := range items.Rank(list, all, n, nil) {
		if ids = append(ids, c.ID); i == 0 {
			because = c.Because.Text
		}
	}
	return ids, because
}

func TestListsAreRankedByWhatRecipientsDid(t *testing.T) {
	lists, items := lineLists(t)
	s := &rules.Signals{At: noon, Recipient: "emma", Trust: rules.Signed}
	for _, want := range []struct {
		list    rules.Listing
		past    rules.Past
		line    string // that all must be of
		n       int
		because string
	}{
		{rules.Listing{From: "similar", To: "a0"}, nil, "a", 3, "Like Part a0"},
		{rules.Listing{From: "similar", To: "viewed"}, emma(), "c", 3, "Because you looked at Part c1"},
		{rules.Listing{From: "similar", To: "cart"}, emma(), "b", 3, "Because you like Part b1"},
		{rules.Listing{From: "alternatives", To: "b1"}, nil, "b", 2, "Like Part b1"},
		{rules.Listing{From: "alternatives", To: "b3"}, nil, "", 0, ""},
		{rules.Listing{From: "similar", To: "unheard of"}, nil, "", 0, ""},
		{rules.Listing{From: "next"}, emma(), "b", 3, "Because you bought Part b0"},
		{rules.Listing{From: "next"}, nil, "", 0, ""},
		{rules.Listing{From: "recommend"}, did{{Kind: rules.Bought, Item: "b0", At: noon.UnixMilli()}}, "b", 3, "Because you bought Part b0"},
		{rules.Listing{From: "popular"}, nil, "", 5, "Popular near you"},
	} {
		ids, because := ranked(lists.For(items, s, want.past, "BE", "en"), want.list, max(want.n, 1))
		if len(ids) != want.n || want.because != "" && want.because != because {
			t.Errorf("%+v: %v %q, not %d because %q", want.list, ids, because, want.n, want.because)
		}
		for _, id := range ids {
			if !strings.HasPrefix(id, want.line) {
				t.Errorf("%+v: %s is not of line %s", want.list, id, want.line)
			}
		}
	}
}

func TestListsOfTheirOwnAreWhatRecipientsDid(t *testing.T) {
	lists, items := lineLists(t)
	s := &rules.Signals{At: noon, Recipient: "emma", Trust: rules.Signed}
	for from, want := range map[string][]string{
		"viewed": {"c1", "c0"}, // not what differs in the rest, nor what is yet to be
		"bought": {"b0"},
		"cart":   {"b1"}, // not what was bought since, nor what lay there long ago
		"wished": {"a1"}, // the catalogue has the other no more
	} {
		for _, m := range []*recommend.Model{lists.Model(), nil} {
			without := &Lists{}
			without.Use(m)
			if ids, _ := ranked(without.For(items, s, emma(), "BE", "en"), rules.Listing{From: from}, 5); !slices.Equal(ids, want) {
				t.Errorf("%s is %v, not %v", from, ids, want)
			}
		}
	}
}

func TestListsWithoutAModelAreTheCatalogues(t *testing.T) {
	lists, items := lineLists(t)
	s := &rules.Signals{At: noon}
	for from, without := range map[string]*Lists{"recommend": {}, "similar": {}, "popular": {}, "recent": lists} {
		if ids, _ := ranked(without.For(items, s, nil, "BE", "en"), rules.Listing{From: from}, 1); !slices.Equal(ids, []string{"catalogue's " + from}) {
			t.Errorf("%s is %v", from, ids)
		}
	}
	if ids, _ := ranked(lists.For(items, s, nil, "BE", "en"), rules.Listing{From: "popular", Anybody: true}, 1); !slices.Equal(ids, []string{"catalogue's popular"}) {
		t.Errorf("to anybody %v is popular", ids)
	}
}

func TestListsAskBeforeTheyOffer(t *testing.T) {
	lists, items := lineLists(t)
	listed, _ := ReadListed("picks", strings.NewReader("r\titems\nemma\tgone,b0,b1,b2\n*\ta0,a1\n"), nil)
	lists.UseListed(map[string]*Listed{"picks": listed})
	for _, list := range []rules.Listing{{From: "recommend"}, {From: "popular"}, {From: "viewed"}, {From: "imported", Named: "picks"}} {
		s := &rules.Signals{At: noon, Recipient: "emma", Trust: rules.Signed}
		asked := []string{}
		keep := func(c *rules.Candidate) bool {
			asked = append(asked, c.ID)
			return len(asked) != 1 // not the first that could be offered
		}
		got := lists.For(items, s, emma(), "BE", "en").Rank(list, keep, 1, nil)
		if len(got) != 1 || len(asked) < 2 || got[0].ID == asked[0] {
			t.Errorf("%s: asked of %v, offered %v", list.From, asked, got)
		}
		if none := lists.For(items, s, emma(), "BE", "en").Rank(list, keep, 0, nil); len(none) != 0 {
			t.Errorf("%s: %v, though nothing is wanted", list.From, none)
		}
	}
}

func TestImportedItemsAreTheirRecipientsAlone(t *testing.T) {
	lists, items := lineLists(t)
	listed, _ := ReadListed("picks", strings.NewReader("r\titems\nemma\tb1,gone,b2\n*\ta0\n"), nil)
	lists.UseListed(map[string]*Listed{"picks": listed})
	for trust, want := range map[rules.Trust][]string{rules.Anonymous: {"a0"}, rules.Claimed: {"a0"}, rules.Keyed: {"b1", "b2"}, rules.Signed: {"b1", "b2"}} {
		s := &rules.Signals{At: noon, Recipient: "emma", Trust: trust}
		if ids, _ := ranked(lists.For(items, s, nil, "BE", "en"), rules.Listing{From: "imported", Named: "picks"}, 5); !slices.Equal(ids, want) {
			t.Errorf("%v: %v, not %v", trust, ids, want)
		}
		if ids, _ := ranked(lists.For(items, s, nil, "BE", "en"), rules.Listing{From: "imported", Named: "other"}, 5); len(ids) > 0 {
			t.Errorf("%v are of no list", ids)
		}
	}
}

// BenchmarkRank is what lists of one block add to an open: three items of each
// kind of list, and with none at all.
func BenchmarkRank(b *testing.B) {
	lists, items := lineLists(b)
	listed, _ := ReadListed("picks", strings.NewReader("r\titems\nemma\tb1,b2,b3\n"), nil)
	lists.UseListed(map[string]*Listed{"picks": listed})
	past, s := rules.Past(emma()), &rules.Signals{At: noon, Recipient: "emma", Trust: rules.Signed}
	all := func(*rules.Candidate) bool { return true }
	room := make([]rules.Candidate, 0, 8)
	for _, from := range []string{"none", "popular", "recommend", "next", "viewed", "imported"} {
		b.Run(from, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ranked := lists.For(items, s, past, "BE", "en")
				if from != "none" {
					room = ranked.Rank(rules.Listing{From: from, Named: "picks"}, all, 3, room[:0])
				}
			}
		})
	}
}
