package signals_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// facts is a FactStore that can be broken.
type facts struct {
	mu     sync.Mutex
	values map[[2]string][]byte
	broken bool
	writes int
}

func newFacts() *facts { return &facts{values: map[[2]string][]byte{}} }

func (f *facts) Facts(each func(item, place string, at int64, payload []byte) error) error {
	for key, payload := range f.values {
		if err := each(key[0], key[1], 0, payload); err != nil {
			return err
		}
	}
	return nil
}

func (f *facts) PutFacts(fill func(put func(item, place string, at int64, payload []byte))) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errors.New("no space left")
	}
	f.writes++
	fill(func(item, place string, _ int64, payload []byte) {
		f.values[[2]string{item, place}] = append([]byte(nil), payload...)
	})
	return nil
}

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// shop is a catalogue with one feed, a file that tests write.
type shop struct {
	*signals.Catalogue
	t     testing.TB
	dir   string
	clock *clock
	facts *facts
}

func newShop(t testing.TB) *shop {
	s := &shop{t: t, dir: t.TempDir(), clock: newClock(), facts: newFacts()}
	s.open()
	return s
}

func (s *shop) open() {
	s.t.Helper()
	x, err := signals.NewCatalogue(signals.CatalogueConfig{
		Feeds: []signals.FeedConfig{{
			ID: "films", File: filepath.Join(s.dir, "films.xml"), Hosts: []string{"cinema.example", "*.cinema.example"},
			Keep:       filepath.Join(s.dir, "keep"),
			Attributes: []rules.Attribute{{Name: "genre", Type: rules.Text}, {Name: "minutes", Type: rules.Number}},
			Picture: func(path string) (string, error) {
				if path == "missing.jpg" {
					return "", errors.New("no picture missing.jpg")
				}
				return "ref:" + path, nil
			},
		}},
		Store: s.facts, Now: s.clock.Now,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Catalogue = x
	s.t.Cleanup(func() { _ = x.Close() })
}

// write writes the feed, built at a moment; zero: undated, and last modified as
// the clock says.
func (s *shop) write(built time.Time, items ...string) {
	s.t.Helper()
	date := ""
	if !built.IsZero() {
		date = "<lastBuildDate>" + built.Format(time.RFC1123Z) + "</lastBuildDate>"
	}
	name := filepath.Join(s.dir, "films.xml")
	text := `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>` + date + strings.Join(items, "\n") + `</channel></rss>`
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chtimes(name, time.Time{}, s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) refresh() signals.FeedReport {
	s.t.Helper()
	report, err := s.Refresh(context.Background(), "films")
	if err != nil {
		s.t.Fatal(err)
	}
	return report
}

func item(id, more string) string {
	return fmt.Sprintf(`<item><g:id>%s</g:id><title>Film %s</title><link>https://cinema.example/%s</link>%s</item>`, id, id, id, more)
}

func (s *shop) item(id string) rules.Candidate {
	s.t.Helper()
	c, ok := s.Items("films").Item(id)
	if !ok {
		s.t.Fatalf("no item %s", id)
	}
	return c
}

func (s *shop) stock(at time.Time, item, place string, n any) signals.Applied {
	s.t.Helper()
	row := signals.StockRow{Item: item, Place: place, Count: n}
	if !at.IsZero() {
		row.At = at.Format(time.RFC3339)
	}
	applied, err := s.PutStock([]signals.StockRow{row})
	if err != nil {
		s.t.Fatal(err)
	}
	return applied
}

func stockText(v rules.Value) string {
	switch v.Type {
	case rules.Unknown:
		return "unknown"
	case rules.Some:
		return "some"
	}
	return fmt.Sprint(v.N / rules.Million)
}

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

func TestWhichOfTwoCountsWins(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*shop, time.Time)
		want string
	}{
		{"the API's, newer than the feed's", func(s *shop, now time.Time) {
			s.write(now.Add(-time.Hour), item("a", "<stock>9</stock>"))
			s.refresh()
			s.stock(now.Add(-time.Minute), "a", "", 3)
		}, "3"},
		{"the feed's, newer than the API's", func(s *shop, now time.Time) {
			s.stock(now.Add(-2*time.Hour), "a", "", 3)
			s.write(now.Add(-time.Hour), item("a", "<stock>9</stock>"))
			s.refresh()
		}, "9"},
		{"the API's, when an older feed comes later", func(s *shop, now time.Time) {
			s.stock(now.Add(-time.Minute), "a", "", 3)
			s.write(now.Add(-time.Hour), item("a", "<stock>9</stock>"))
			s.refresh()
		}, "3"},
		{"the API's without a date, of its receipt", func(s *shop, now time.Time) {
			s.write(now.Add(-time.Second), item("a", "<stock>9</stock>"))
			s.refresh()
			s.stock(time.Time{}, "a", "", 3)
		}, "3"},
		{"of equals the later received", func(s *shop, now time.Time) {
			s.stock(now, "a", "", 3)
			s.stock(now, "a", "", 4)
		}, "4"},
		{"not the older of the API's", func(s *shop, now time.Time) {
			s.stock(now, "a", "", 3)
			s.stock(now.Add(-time.Second), "a", "", 4)
		}, "3"},
		{"the API's for a day, when the feed has no build date", func(s *shop, now time.Time) {
			s.stock(time.Time{}, "a", "", 3)
			s.clock.add(23 * time.Hour)
			s.write(time.Time{}, item("a", "<stock>9</stock>"))
			s.refresh()
		}, "3"},
		{"then that feed's", func(s *shop, now time.Time) {
			s.stock(time.Time{}, "a", "", 3)
			s.clock.add(25 * time.Hour)
			s.write(time.Time{}, item("a", "<stock>9</stock>"))
			s.refresh()
		}, "9"},
		{"some, where the feed says only that it is in stock", func(s *shop, now time.Time) {
			s.write(now, item("a", "<g:availability>in stock</g:availability>"))
			s.refresh()
		}, "some"},
		{"none, where it is not", func(s *shop, now time.Time) {
			s.write(now, item("a", "<g:availability>out_of_stock</g:availability>"))
			s.refresh()
		}, "0"},
		{"unknown, where it can be ordered", func(s *shop, now time.Time) {
			s.write(now, item("a", "<g:availability>preorder</g:availability>"))
			s.refresh()
		}, "unknown"},
		{"unknown, where a feed counts no more", func(s *shop, now time.Time) {
			s.write(now.Add(-time.Minute), item("a", "<stock>9</stock>"))
			s.refresh()
			s.clock.add(time.Minute)
			s.write(now, item("a", ""))
			s.refresh()
		}, "unknown"},
		{"the API's some", func(s *shop, now time.Time) { s.stock(now, "a", "", "some") }, "some"},
		{"a feed's below zero is zero", func(s *shop, now time.Time) {
			s.write(now, item("a", "<stock>-3</stock>"))
			s.refresh()
		}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShop(t)
			c.do(s, s.clock.Now())
			if got := stockText(s.Stock("a", "")); got != c.want {
				t.Errorf("stock is %s, want %s", got, c.want)
			}
			_ = s.Close()
			s.open()
			s.refreshIfAny()
			if got := stockText(s.Stock("a", "")); got != c.want {
				t.Errorf("after a restart stock is %s, want %s", got, c.want)
			}
		})
	}
}

func (s *shop) refreshIfAny() {
	s.t.Helper()
	if _, err := os.Stat(filepath.Join(s.dir, "films.xml")); err == nil {
		s.refresh()
	}
}

func TestStockAtPlacesStandsByItself(t *testing.T) {
	s := newShop(t)
	s.stock(time.Time{}, "a", "ghent", 5)
	s.stock(time.Time{}, "a", "antwerp", 0)
	s.stock(time.Time{}, "a", "ghent", 6)
	_ = s.Close()
	s.open()
	got := stockText(s.Stock("a", "ghent")) + stockText(s.Stock("a", "antwerp")) + stockText(s.Stock("a", "bruges")) + stockText(s.Stock("a", ""))
	if want := "60unknownunknown"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRowsThatAreWrongAreRefusedWithTheReason(t *testing.T) {
	s := newShop(t)
	now := s.clock.Now()
	s.write(now.Add(-time.Hour), item("a", ""))
	s.refresh()
	var rows []signals.StockRow
	body := `[{"item":"a","count":12},{"item":"a","count":-1},{"item":"a"},{"item":"a","count":1.5},{"item":"","count":1},
		{"item":"a","count":1,"at":"2026-11-23T12:06:00Z"},{"item":"a","count":1,"at":"yesterday"},{"item":"a]b","count":1},
		{"item":"a","count":7,"at":"2026-11-23T11:59:59Z"},{"item":"a","count":"13"},{"item":"a","count":true}]`
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Fatal(err)
	}
	applied, err := s.PutStock(rows)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(applied)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"applied":2,"ignored":[{"row":9,"why":"older"}],"refused":[` +
		`{"row":2,"why":"count -1 is no whole number from 0 to 1000000000"},{"row":3,"why":"no count; write a whole number from 0"},` +
		`{"row":4,"why":"count 1.5 is no whole number from 0 to 1000000000"},{"row":5,"why":"no item; write its id"},` +
		`{"row":6,"why":"at 2026-11-23T12:06:00Z is ahead of the clock, which says 2026-11-23T12:00:00Z; set the clocks right"},` +
		`{"row":7,"why":"at \"yesterday\" is no moment; write one such as 2026-11-23T08:00:00Z"},` +
		`{"row":8,"why":"item \"a]b\": an id has no ], no control characters and no space around it"},` +
		`{"row":11,"why":"count true is no whole number from 0 to 1000000000"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
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
		{"id":"a","link":"https://evil.example/"},{"id":"a","stock":3},{"id":"a"}]`
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		t.Fatal(err)
	}
	applied, err := s.PatchItems(rows)
	if err != nil {
		t.Fatal(err)
	}
	if applied.Applied != 1 || len(applied.Ignored) != 1 || applied.Ignored[0].Row != 5 || len(applied.Refused) != 6 {
		t.Errorf("got %+v", applied)
	}
	if why := applied.Refused[1].Why; !strings.Contains(why, `did you mean "price"?`) {
		t.Errorf("an unknown attribute: %s", why)
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
	s.write(now.Add(-time.Hour), item("a", ""), item("b", ""), item("c", ""))
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
	s.clock.add(time.Minute)
	s.write(s.clock.Now(), item("a", ""), item("b", ""), item("c", ""))
	s.refresh()
	if s.item("a").Gone {
		t.Error("a came back and is gone")
	}
}

func (s *shop) rank(list string, n int) string {
	var ids []string
	for _, c := range s.Items("films").Rank(list, func(*rules.Candidate) bool { return true }, n, nil) {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, " ")
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
	if _, err := s.PatchItems([]signals.ItemRow{{ID: "none", Values: map[string]any{"rating": 5, "reviews": 1000}}}); err != nil {
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
	if _, err := s.PutStock([]signals.StockRow{{Item: "a", Count: 3}}); err == nil {
		t.Error("acknowledged a count that was not kept")
	}
	if _, err := s.PatchItems([]signals.ItemRow{{ID: "a", Values: map[string]any{"title": "X"}}}); err == nil {
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
	if _, err := s.PutStock([]signals.StockRow{{Item: "a", Count: 3}}); !errors.Is(err, signals.ErrClosed) {
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
				dst = list.Rank("popular", func(c *rules.Candidate) bool { return c.Stock.Type == rules.Number && c.Stock.N > 0 }, 24, dst[:0])
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
		_, err := s.PatchItems([]signals.ItemRow{{ID: id, Values: map[string]any{"title": fmt.Sprint("EUR", i*100), "price": fmt.Sprint(i, " EUR"), "reviews": i}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	readers.Wait()
}

func TestChangesOfManyShareAWrite(t *testing.T) {
	s := newShop(t)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() { s.stock(time.Time{}, fmt.Sprint("i", i%10), "", i) })
	}
	all.Wait()
	if s.facts.writes > 200 || len(s.facts.values) != 10 {
		t.Errorf("%d writes, %d values", s.facts.writes, len(s.facts.values))
	}
}

func TestRankAllocatesNothing(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", ""), item("b", ""), item("c", ""))
	s.refresh()
	dst := make([]rules.Candidate, 0, 8)
	keep := func(c *rules.Candidate) bool { return c.ID != "a" }
	n := testing.AllocsPerRun(100, func() {
		list := s.Items("films")
		dst = list.Rank("popular", keep, 2, dst[:0])
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
		dst = s.Items("films").Rank("popular", keep, 5, dst[:0])
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
		if _, err := s.PatchItems([]signals.ItemRow{{ID: fmt.Sprint("i", i%10_000), Values: map[string]any{"price": "9.90 EUR"}}}); err != nil {
			b.Fatal(err)
		}
	}
}
