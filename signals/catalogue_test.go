package signals_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

func TestTheDemosFeedIsReadWhole(t *testing.T) {
	x, err := signals.NewCatalogue(signals.CatalogueConfig{
		Feeds: []signals.FeedConfig{{
			ID: "films", File: "../assets/demo/films.xml", Hosts: []string{"cinema.example", "*.cinema.example"},
			Attributes: []rules.Attribute{{Name: "review", Type: rules.Text}, {Name: "genre", Type: rules.Text}, {Name: "minutes", Type: rules.Number}},
			Picture:    func(path string) (string, error) { return path, nil },
		}}, Now: newClock().Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	report, err := x.Refresh(context.Background(), "films")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	if report.Items < 200 || report.Refused != 0 {
		t.Errorf("%d items, %d refused", report.Items, report.Refused)
	}
	c, ok := x.Items("films").Item("salt-moon")
	if !ok {
		t.Fatal("no salt-moon")
	}
	got := fmt.Sprintf("%s|%s|%s|%s|%v|%s|%d %s|%s|%d|%d|%v", c.Title, c.Link, c.Image, c.Category, c.Tags, c.Brand,
		c.Price.N, c.Price.Text, stockText(c.Stock), c.Rating.N, c.Reviews.N, time.UnixMilli(c.Starts.N).UTC())
	want := "Salt Moon|https://cinema.example/films/salt-moon|posters/salt-moon.jpg|Films > Sci-fi|[Films Sci-fi atmos]|Wolkenfabriek|1250 EUR|184|4800000|5120000000|2025-03-05 19:00:00 +0000 UTC"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c.More[1].Text != "Sci-fi" || c.More[2].N != 139*rules.Million {
		t.Errorf("declared attributes: %v", c.More)
	}
}

func TestAnItemIsPatchedUntilANewerFeed(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	s.write(now.Add(-time.Hour), item("a", "<g:price>12.50 EUR</g:price><genre>Drama</genre>"), item("b", ""))
	s.refresh()
	var rows []signals.ItemRow
	body := `[{"id":"a","price":"9.90 EUR","genre":"Comedy","rating":4.5,"tags":["x","y"]},{"id":"c","price":"1 EUR"},
		{"id":"a","prise":"1 EUR"},{"id":"a","price":"9,90"},{"id":"a","title":"Old","at":"2026-11-23T10:00:00Z"},
		{"id":"a","link":"https://evil.example/"},{"id":"a","stock":3},{"id":"a"},
		{"id":"a","price":"1 EUR","at":"2026-11-23T12:05:01Z"},{"id":"a","price":"9 EUR","at":"2026-11-23T12:05:00Z"},{"id":"a","price":"9.90 EUR","at":"2026-11-23T12:05:00Z"}]`
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Fatal(err)
	}
	applied, err := s.PatchItems(rows, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if applied.Applied != 3 || len(applied.Ignored) != 1 || applied.Ignored[0] != (signals.RowNote{Row: 5, Why: "older"}) || len(applied.Refused) != 7 {
		t.Errorf("got %+v", applied)
	}
	if why := applied.Refused[1].Why; !strings.Contains(why, `did you mean "price"?`) {
		t.Errorf("an unknown attribute: %s", why)
	}
	if last := applied.Refused[6]; last.Row != 9 || !strings.Contains(last.Why, "ahead of the clock") {
		t.Errorf("more than five minutes ahead: %+v", last)
	}
	see := func() string {
		c := s.item("a")
		return fmt.Sprintf("%d %s %d %v", c.Price.N, c.More[0].Text, c.Rating.N, c.Tags)
	}
	const patched = "990 Comedy 4500000 [x y]"
	if got := see(); got != patched {
		t.Errorf("patched: %s, want %s", got, patched)
	}
	_ = s.Close()
	s.open()
	s.refresh()
	if got := see(); got != patched {
		t.Errorf("after a restart: %s, want %s", got, patched)
	}
	s.clock.add(2 * time.Hour)
	s.write(s.clock.Now().Add(-time.Minute), item("a", "<g:price>11.00 EUR</g:price><genre>Drama</genre>"), item("b", ""))
	s.refresh()
	if got, want := see(), "1100 Drama 0 []"; got != want {
		t.Errorf("after a newer feed: %s, want %s", got, want)
	}
}

func TestAnItemGoneFromTheFeedStaysAsLastKnown(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	s.write(now.Add(-time.Hour), item("a", "<genre>Drama</genre>"), item("b", ""), item("c", ""))
	s.refresh()
	s.clock.add(time.Minute)
	s.write(now, item("b", ""), item("c", ""))
	s.refresh()
	if c := s.item("a"); !c.Gone || c.Title != "Film a" {
		t.Errorf("a: gone %v, %q", c.Gone, c.Title)
	}
	if got := s.rank("popular", 10); got != "b c" {
		t.Errorf("popular: %s", got)
	}
	_ = s.Close()
	s.open()
	s.refresh()
	if c := s.item("a"); !c.Gone || c.Title != "Film a" || c.More[0].Text != "Drama" {
		t.Errorf("a after a restart: gone %v, %q, %v", c.Gone, c.Title, c.More)
	}
	s.clock.add(time.Minute)
	s.write(s.clock.Now(), item("a", ""), item("b", ""), item("c", ""))
	s.refresh()
	if s.item("a").Gone {
		t.Error("a came back and is gone")
	}
}

func TestListsAreRanked(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	s.write(now.Add(-time.Hour),
		item("few", "<rating>5</rating><reviews>2</reviews><starts>2026-11-01</starts>"),
		item("none", ""),
		item("many", "<rating>4</rating><reviews>900</reviews><starts>2026-12-01</starts>"),
		item("none-2", "<starts>2026-11-20T20:00:00Z</starts>"))
	s.refresh()
	for list, want := range map[string]string{
		"popular": "many few none none-2", "recent": "many none-2 few none", "recommend": "", "nonsense": "",
	} {
		if got := s.rank(list, 10); got != want {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
	if got := s.rank("popular", 2); got != "many few" {
		t.Errorf("two of popular: %s", got)
	}
	if _, err := s.PatchItems([]signals.ItemRow{{ID: "none", Values: map[string]any{"rating": 5, "reviews": 1000}}}, s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if got, want := s.rank("popular", 10), "none many few none-2"; got != want {
		t.Errorf("popular after a patch: %s, want %s", got, want)
	}
}

func TestNothingIsAcknowledgedThatIsNotKept(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", "<stock>9</stock>"))
	s.refresh()
	s.facts.broken = true
	if _, err := s.PutStock([]signals.StockRow{{Item: "a", Count: 3}}, s.clock.Now()); err == nil {
		t.Error("acknowledged a count that was not kept")
	}
	if _, err := s.PatchItems([]signals.ItemRow{{ID: "a", Values: map[string]any{"title": "X"}}}, s.clock.Now()); err == nil {
		t.Error("acknowledged a title that was not kept")
	}
	if got := stockText(s.Stock("a", "")) + s.item("a").Title; got != "9Film a" {
		t.Errorf("shows what was not kept: %s", got)
	}
	s.facts.broken = false
	s.stock(time.Time{}, "a", "", 3)
	if got := stockText(s.Stock("a", "")); got != "3" {
		t.Errorf("stock is %s, want 3", got)
	}
}

func TestAClosedCatalogueTakesNoChanges(t *testing.T) {
	s := newShop(t)
	_ = s.Close()
	if _, err := s.PutStock([]signals.StockRow{{Item: "a", Count: 3}}, s.clock.Now()); !errors.Is(err, signals.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if s.Items("films") == nil || s.Items("other") != nil {
		t.Error("feeds are not what was declared")
	}
}

func TestReadersSeeWholeValuesWhileEverythingChanges(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	var items []string
	for i := range 300 {
		items = append(items, item(fmt.Sprint("i", i), "<stock>1</stock><g:price>1.00 EUR</g:price><rating>4</rating><reviews>9</reviews>"))
	}
	s.write(now.Add(-time.Hour), items...)
	s.refresh()
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 7 {
		readers.Go(func() {
			var dst []rules.Candidate
			for {
				select {
				case <-stop:
					return
				default:
				}
				list := s.Items("films")
				dst = list.Rank(rules.Listing{From: "popular"}, func(c *rules.Candidate) bool { return c.Stock.Type == rules.Number && c.Stock.N > 0 }, 24, dst[:0])
				seen := map[string]bool{}
				for _, c := range dst {
					// A count and its double are put together, title and price too.
					if seen[c.ID] || c.Stock.N <= 0 || c.Title != "Film "+c.ID && c.Title != c.Price.Text+fmt.Sprint(c.Price.N) {
						t.Errorf("torn: %s %q %v %v", c.ID, c.Title, c.Price, c.Stock)
						return
					}
					seen[c.ID] = true
				}
			}
		})
	}
	for i := range 300 {
		id := fmt.Sprint("i", i)
		s.stock(time.Time{}, id, "", i%3)
		_, err := s.PatchItems([]signals.ItemRow{{ID: id, Values: map[string]any{"title": fmt.Sprint("EUR", i*100), "price": fmt.Sprint(i, " EUR"), "reviews": i}}}, s.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	readers.Wait()
}

func TestRankAllocatesNothing(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", ""), item("b", ""), item("c", ""))
	s.refresh()
	dst := make([]rules.Candidate, 0, 8)
	keep := func(c *rules.Candidate) bool { return c.ID != "a" }
	n := testing.AllocsPerRun(100, func() {
		list := s.Items("films")
		dst = list.Rank(rules.Listing{From: "popular"}, keep, 2, dst[:0])
		_, _ = list.Item("b")
		_ = s.Stock("c", "")
	})
	if n != 0 || len(dst) != 2 {
		t.Errorf("%v allocations, %d items", n, len(dst))
	}
}

func BenchmarkRank(b *testing.B) {
	s := newShop(b)
	var items []string
	for i := range 10_000 {
		items = append(items, item(fmt.Sprint("i", i), fmt.Sprintf("<stock>1</stock><rating>4</rating><reviews>%d</reviews>", i)))
	}
	s.write(s.clock.Now().Add(-time.Hour), items...)
	s.refresh()
	dst := make([]rules.Candidate, 0, 32)
	keep := func(c *rules.Candidate) bool { return c.Stock.N > 0 }
	b.ReportAllocs()
	for b.Loop() {
		dst = s.Items("films").Rank(rules.Listing{From: "popular"}, keep, 5, dst[:0])
	}
}

func BenchmarkPatchItems(b *testing.B) {
	s := newShop(b)
	var items []string
	for i := range 10_000 {
		items = append(items, item(fmt.Sprint("i", i), ""))
	}
	s.write(s.clock.Now().Add(-time.Hour), items...)
	s.refresh()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		if _, err := s.PatchItems([]signals.ItemRow{{ID: fmt.Sprint("i", i%10_000), Values: map[string]any{"price": "9.90 EUR"}}}, s.clock.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
