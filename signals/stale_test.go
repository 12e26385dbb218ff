package signals_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// miss moves the clock to the feed's next refresh, which finds no feed.
func (s *shop) miss() {
	s.t.Helper()
	s.clock.add(15 * time.Minute)
	_ = os.Remove(filepath.Join(s.dir, "films.xml"))
	if _, err := s.Refresh(context.Background(), "films"); err == nil {
		s.t.Fatal("a feed that is away is no error")
	}
}

// stockOf is a campaign that asks for one count.
func stockOf(item, place string) *rules.Campaign {
	return &rules.Campaign{Catalogue: "films", Signals: []rules.Signal{{Source: rules.StockSource, Key: item, At: place}}}
}

func TestAFeedIsStaleAfterThreeMissesAndUnknownAfterTen(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", "<stock>3</stock><g:price>1 EUR</g:price>"))
	s.refresh()
	for missed := range 12 {
		if missed > 0 {
			s.miss()
		}
		if got := s.Stale(stockOf("a", "")); got != (missed >= 3) {
			t.Errorf("after %d misses stale is %v", missed, got)
		}
		if got := s.Stock("a", "").Known(); got != (missed < 10) {
			t.Errorf("after %d misses the count is known: %v", missed, got)
		}
		a, _ := s.Items("films").Item("a")
		if got := a.Attribute(rules.ItemInStock).Known(); got != (missed < 10) {
			t.Errorf("after %d misses it is known whether the item is in stock: %v", missed, got)
		}
	}
	s.write(s.clock.Now(), item("a", "<stock>3</stock>"))
	s.refresh()
	if s.Stale(stockOf("a", "")) || !s.Stock("a", "").Known() {
		t.Error("the feed is back and still stale")
	}
}

func TestAQuickFeedIsNotStaleBeforeAQuarterOfAnHour(t *testing.T) {
	clock, config := newClock(), feedConfig()
	config.File, config.Refresh = filepath.Join(t.TempDir(), "films.xml"), time.Minute
	if err := os.WriteFile(config.File, []byte(`<rss xmlns:g="x"><channel>`+item("a", "<stock>3</stock>")+`</channel></rss>`), 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := signals.NewCatalogue(signals.CatalogueConfig{Feeds: []signals.FeedConfig{config}, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	if _, err := x.Refresh(context.Background(), "films"); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(config.File)
	for minute := 1; minute <= 16; minute++ {
		clock.add(time.Minute)
		_, _ = x.Refresh(context.Background(), "films")
		if got := x.Stale(stockOf("a", "")); got != (minute >= 15) {
			t.Errorf("after %d minutes stale is %v", minute, got)
		}
		if got := x.Stock("a", "").Known(); got != (minute < 15) {
			t.Errorf("after %d minutes the count is known: %v", minute, got)
		}
	}
}

func TestAnAskingThatHangsMissesMoreThanOneRefresh(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", "<stock>3</stock>"))
	s.refresh()
	s.clock.add(150 * time.Minute)
	s.miss()
	if !s.Stale(stockOf("a", "")) || s.Stock("a", "").Known() {
		t.Error("a feed not heard of for ten refreshes is believed")
	}
}

func TestAStartWithoutTheSourceIsStale(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", "<stock>3</stock>"))
	s.refresh()
	_ = s.Close()
	s.open()
	s.miss()
	if !s.Stale(stockOf("a", "")) || !s.Stock("a", "").Known() {
		t.Error("the last good copy of before the start does not serve as such")
	}
}

func TestOnlyWhatACampaignUsesMakesItStale(t *testing.T) {
	s := newShop(t)
	s.write(s.clock.Now().Add(-time.Hour), item("a", "<stock>3</stock>"), item("pushed", "<stock>3</stock>"))
	s.refresh()
	s.stock(s.clock.Now(), "pushed", "", 2)
	s.stock(s.clock.Now(), "a", "ghent", 2)
	s.stock(s.clock.Now(), "other", "", 2)
	for range 3 {
		s.miss()
	}
	block := func(b rules.Block) *rules.Campaign {
		return &rules.Campaign{Catalogue: "films", Blocks: []*rules.Block{&b}}
	}
	for name, test := range map[string]struct {
		c    *rules.Campaign
		want bool
	}{
		"nothing of the feed":   {&rules.Campaign{Catalogue: "films"}, false},
		"texts only":            {block(rules.Block{Rules: []*rules.Rule{{Variant: &rules.Variant{}}}, Fallback: &rules.Variant{}}), false},
		"a count":               {stockOf("a", ""), true},
		"a count at a place":    {stockOf("a", "ghent"), false},
		"a count pushed since":  {stockOf("pushed", ""), false},
		"a count of no feed":    {stockOf("other", ""), false},
		"an attribute":          {&rules.Campaign{Catalogue: "films", Signals: []rules.Signal{{Source: rules.ItemSource, Item: "a"}}}, true},
		"another feed's":        {&rules.Campaign{Catalogue: "snacks", Signals: []rules.Signal{{Source: rules.ItemSource, Item: "a"}}}, false},
		"an item":               {block(rules.Block{Rules: []*rules.Rule{{Variant: &rules.Variant{Item: "a"}}}}), true},
		"a list in a split":     {block(rules.Block{Rules: []*rules.Rule{{Variant: &rules.Variant{}, Split: []*rules.Variant{{}, {List: &rules.List{}}}}}}), true},
		"a list as a fallback":  {block(rules.Block{Fallback: &rules.Variant{List: &rules.List{}}}), true},
		"weather and something": {&rules.Campaign{Catalogue: "films", Signals: []rules.Signal{{Source: rules.WeatherSource}}}, false},
	} {
		if got := s.Stale(test.c); got != test.want {
			t.Errorf("%s: stale is %v", name, got)
		}
	}
}
