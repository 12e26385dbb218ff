package signals_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/opentime/signals"
)

// price writes a feed of 20 items at a price, built now, and refreshes.
func (s *shop) price(price int) {
	s.t.Helper()
	s.clock.add(time.Minute)
	s.writePrice(price, s.clock.Now())
	s.refresh()
}

func (s *shop) writePrice(price int, built time.Time) {
	s.t.Helper()
	var items []string
	for i := range 20 {
		items = append(items, item(fmt.Sprint("i", i), fmt.Sprintf("<g:price>%d EUR</g:price><stock>%d</stock>", price, price)))
	}
	s.write(built, items...)
}

// now is the price and the count that serve.
func (s *shop) now() string {
	s.t.Helper()
	c := s.item("i3")
	return fmt.Sprintf("%d %s", c.Price.N/100, stockText(c.Stock))
}

func (s *shop) versions() []signals.FeedVersion {
	s.t.Helper()
	list, err := s.FeedVersions("films")
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

func (s *shop) restart() {
	s.t.Helper()
	_ = s.Close()
	s.open()
	_, _ = s.Refresh(context.Background(), "films")
}

func TestVersionsAreKeptAndBounded(t *testing.T) {
	s := newShop(t)
	for price := range 8 {
		s.price(price + 1)
	}
	list := s.versions()
	if len(list) != 5 || !list[0].InUse || list[1].InUse || list[0].Items != 20 || list[0].Bytes == 0 ||
		list[0].Received != s.clock.Now() || !list[0].Dated.Equal(s.clock.Now()) || !list[4].Received.Equal(s.clock.Now().Add(-4*time.Minute)) {
		t.Errorf("versions are %+v", list)
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "keep", "films", "*"))
	if err != nil || len(files) != 6 {
		t.Errorf("%d files are kept: %v %v", len(files), files, err)
	}
	s.price(7) // but for its date as it was
	s.clock.add(time.Minute)
	s.writePrice(7, s.clock.Now().Add(-time.Minute)) // to the letter
	s.refresh()
	if again := s.versions(); len(again) != 5 || again[0].Version == list[0].Version {
		t.Errorf("versions are %+v", again)
	}
	if _, err := s.FeedVersions("snacks"); err == nil {
		t.Error("a feed that there is not has versions")
	}
}

func TestARollbackLastsUntilTheNextFeed(t *testing.T) {
	s := newShop(t)
	s.price(1)
	s.price(2)
	s.clock.add(time.Second)
	s.stock(s.clock.Now(), "i3", "", 33) // with the second, and newer than the first
	s.price(3)
	if got := s.now(); got != "3 3" {
		t.Fatalf("serves %s", got)
	}
	to, err := s.Rollback("films", "", false)
	if err != nil || !to.InUse || s.now() != "2 33" {
		t.Fatalf("rolled back to %+v, serves %s: %v", to, s.now(), err)
	}
	if status := s.FeedStatus()[0]; !status.RolledBack || status.Hold || status.InUse.Version != to.Version {
		t.Errorf("status is %+v", status)
	}
	for range 3 {
		s.clock.add(15 * time.Minute)
		if report := s.refresh(); !report.Unchanged || s.now() != "2 33" {
			t.Fatalf("what was rolled back from is taken again: %+v, serves %s", report, s.now())
		}
	}
	s.restart()
	if got := s.now(); got != "2 33" {
		t.Errorf("after a restart serves %s", got)
	}
	if to, err = s.Rollback("films", "", false); err != nil || s.now() != "1 33" {
		t.Errorf("rolled back once more to %+v, serves %s: %v", to, s.now(), err)
	}
	if _, err := s.Rollback("films", "", false); err == nil || !strings.Contains(err.Error(), "no version before the one in use") {
		t.Errorf("before the first: %v", err)
	}
	s.restart()
	if s.refresh(); s.now() != "1 33" {
		t.Errorf("after a restart serves %s", s.now())
	}
	s.price(4)
	if status := s.FeedStatus()[0]; s.now() != "4 4" || status.RolledBack {
		t.Errorf("a newer feed is not taken: serves %s, %+v", s.now(), status)
	}
}

func TestARollbackThatHoldsLastsUntilSomebodyAsks(t *testing.T) {
	s := newShop(t)
	s.price(1)
	s.price(2)
	first := s.versions()[1].Version
	if _, err := s.Rollback("films", first[:6], true); err != nil {
		t.Fatal(err)
	}
	for _, price := range []int{3, 4} {
		s.price(price)
		s.restart()
		if status := s.FeedStatus()[0]; s.now() != "1 1" || !status.Hold || status.Stale {
			t.Fatalf("serves %s, %+v", s.now(), status)
		}
	}
	report, err := s.Renew(context.Background(), "films", false)
	if status := s.FeedStatus()[0]; err != nil || s.now() != "4 4" || status.Hold || status.RolledBack || report.Items != 20 {
		t.Errorf("serves %s, %+v: %v", s.now(), status, err)
	}
}

// TestRenewTakesBackARollback takes the version that was rolled back from again.
func TestRenewTakesBackARollback(t *testing.T) {
	s := newShop(t)
	s.price(1)
	s.price(2)
	if _, err := s.Rollback("films", "", false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Renew(context.Background(), "films", false); err != nil || s.now() != "2 2" || s.FeedStatus()[0].RolledBack {
		t.Errorf("serves %s: %v", s.now(), err)
	}
}

func TestSalesBeginAndEndAfterARollback(t *testing.T) {
	sale := func(s *shop, built time.Time, price string) {
		s.write(built, item("i3", `<g:price>9 EUR</g:price><g:sale_price>`+price+` EUR</g:sale_price>
			<g:sale_price_effective_date>2026-11-23T13:00Z/2026-11-23T14:00Z</g:sale_price_effective_date>`))
		s.refresh()
	}
	for _, hold := range []bool{false, true} {
		s := newShop(t)
		sale(s, s.clock.Now().Add(-2*time.Minute), "8")
		s.clock.add(time.Second)
		sale(s, s.clock.Now().Add(-time.Minute), "1")
		if _, err := s.Rollback("films", "", hold); err != nil {
			t.Fatal(err)
		}
		var got []int64
		for range 3 {
			s.refresh()
			got = append(got, s.item("i3").SalePrice.N)
			s.clock.add(time.Hour)
		}
		if !slices.Equal(got, []int64{0, 800, 0}) {
			t.Errorf("hold %v: sale prices %v", hold, got)
		}
	}
}

func TestRollbackSaysWhatItCannotDo(t *testing.T) {
	s := newShop(t)
	s.price(1)
	s.price(2)
	old := s.versions()[1].Version
	for _, c := range []struct{ feed, version, want string }{
		{"snacks", "", `there is no feed "snacks"`},
		{"films", "zz", `no version "zz" is kept`},
	} {
		if _, err := s.Rollback(c.feed, c.version, false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if err := os.WriteFile(filepath.Join(s.dir, "keep", "films", old+".gz"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rollback("films", old, false); err == nil || s.now() != "2 2" || s.FeedStatus()[0].RolledBack {
		t.Errorf("a damaged version: serves %s, %v", s.now(), err)
	}
	if _, err := s.Renew(context.Background(), "snacks", false); err == nil {
		t.Error("renewed a feed that there is not")
	}
}

// TestForceTakesWhatGuardRefuses forces half a feed.
func TestForceTakesWhatGuardRefuses(t *testing.T) {
	s := newShop(t)
	s.price(1)
	s.clock.add(time.Minute)
	s.write(s.clock.Now(), item("i3", "<g:price>5 EUR</g:price><stock>5</stock>"))
	if _, err := s.Refresh(context.Background(), "films"); err == nil {
		t.Fatal("half a feed is taken")
	}
	status := s.FeedStatus()[0]
	if !strings.Contains(status.Error, "19 of 20 items are gone") || status.InUse.Items != 20 || !status.Failing.Equal(s.clock.Now()) {
		t.Errorf("status is %+v", status)
	}
	if _, err := s.Renew(context.Background(), "films", false); err == nil {
		t.Error("half a feed is taken when asked for")
	}
	if _, err := s.Renew(context.Background(), "films", true); err != nil || s.now() != "5 5" || s.rank("popular", 9) != "i3" {
		t.Errorf("serves %s: %v", s.now(), err)
	}
	if status := s.FeedStatus()[0]; status.Error != "" || !status.Failing.IsZero() || status.InUse.Items != 1 {
		t.Errorf("status is %+v", status)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "films.xml"), []byte("<rss><channel>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Renew(context.Background(), "films", true); err == nil || s.now() != "5 5" {
		t.Errorf("a broken feed is taken: %v", err)
	}
}

// TestDamagedVersionsDoNotHurtAStart damages what is kept and starts without the
// source.
func TestDamagedVersionsDoNotHurtAStart(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(folder string, versions []signals.FeedVersion) error
		want   string
	}{
		"index": {func(folder string, _ []signals.FeedVersion) error {
			return os.WriteFile(filepath.Join(folder, "versions.json"), []byte("{"), 0o600)
		}, "2 2"},
		"index lost": {func(folder string, _ []signals.FeedVersion) error {
			return os.Remove(filepath.Join(folder, "versions.json"))
		}, "2 2"},
		"the last version": {func(folder string, v []signals.FeedVersion) error {
			return os.Truncate(filepath.Join(folder, v[0].Version+".gz"), 100)
		}, "1 1"},
		"the last version lost": {func(folder string, v []signals.FeedVersion) error {
			return os.Remove(filepath.Join(folder, v[0].Version+".gz"))
		}, "1 1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.price(1)
			s.price(2)
			now := time.Now()
			for i, v := range s.versions() {
				if err := os.Chtimes(filepath.Join(s.dir, "keep", "films", v.Version+".gz"), now, now.Add(-time.Duration(i)*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.damage(filepath.Join(s.dir, "keep", "films"), s.versions()); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(s.dir, "films.xml")); err != nil {
				t.Fatal(err)
			}
			s.restart()
			if got := s.now(); got != c.want {
				t.Errorf("serves %s, want %s", got, c.want)
			}
			s.price(3)
			if got := s.now(); got != "3 3" {
				t.Errorf("serves %s", got)
			}
		})
	}
}

// TestAFeedIsServedThoughItCannotBeKept has no room for versions.
func TestAFeedIsServedThoughItCannotBeKept(t *testing.T) {
	s := newShop(t)
	if err := os.WriteFile(filepath.Join(s.dir, "keep"), []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.price(1)
	s.price(2)
	if got := s.now(); got != "2 2" {
		t.Errorf("serves %s", got)
	}
}

// TestAHangingSourceDoesNotHoldARollbackUp rolls back while a server sends a
// feed and never ends.
func TestAHangingSourceDoesNotHoldARollbackUp(t *testing.T) {
	price, begun, release := "1 EUR", make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := `<rss xmlns:g="x"><channel>` + item("i3", "<g:price>"+price+"</g:price>")
		if price != "hang" {
			_, _ = w.Write([]byte(text + "</channel></rss>"))
			return
		}
		_, _ = w.Write([]byte(text))
		_ = http.NewResponseController(w).Flush()
		close(begun)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	config := feedConfig()
	config.File, config.URL, config.Keep = "", server.URL+"/films.xml?key=secret", t.TempDir()
	x, err := signals.NewCatalogue(signals.CatalogueConfig{Feeds: []signals.FeedConfig{config}, Now: newClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	for _, price = range []string{"1 EUR", "2 EUR"} {
		if _, err := x.Refresh(context.Background(), "films"); err != nil {
			t.Fatal(err)
		}
	}
	price = "hang"
	hung := make(chan error)
	go func() {
		_, err := x.Refresh(context.Background(), "films")
		hung <- err
	}()
	<-begun
	if _, err := x.Rollback("films", "", false); err != nil {
		t.Fatal(err)
	}
	if err := <-hung; err == nil || !strings.Contains(err.Error(), "interrupted") && !errors.Is(err, context.Canceled) {
		t.Errorf("the refresh that hung: %v", err)
	}
	status := x.FeedStatus()[0]
	if status.Error != "" || status.Stale || strings.Contains(status.Source, "secret") || !status.RolledBack {
		t.Errorf("status is %+v", status)
	}
	if c, _ := x.Items("films").Item("i3"); c.Price.N != 100 {
		t.Errorf("costs %d", c.Price.N)
	}
}

// TestGuardSeesDuplicatesAndImages refuses a feed that names each item twice,
// and one without its images.
func TestGuardSeesDuplicatesAndImages(t *testing.T) {
	row := func(i int, more string) string { return item(fmt.Sprint("i", i), more) }
	const image = "<g:image_link>a.jpg</g:image_link>"
	for name, c := range map[string]struct {
		again   func(i int) []string
		refused string
	}{
		"as it was":      {func(i int) []string { return []string{row(i, image)} }, ""},
		"some twice":     {func(i int) []string { return []string{row(i, image), row(i%12, image)} }, "25 of 50 rows are of items that an earlier row has, more than guard lets through; put them right, or write guard: {duplicates: 50%}"},
		"few twice":      {func(i int) []string { return []string{row(i, image), row(i, image)}[:1+i%2] }, ""},
		"few images":     {func(i int) []string { return []string{row(i, strings.Repeat(image, max(i%3, 1)-1))} }, "of 25 images are gone from it, more than guard lets through; put them back, or write guard: {images: "},
		"files missing":  {func(i int) []string { return []string{row(i, "<g:image_link>missing.jpg</g:image_link>")} }, "25 of 25 images are gone"},
		"a third is out": {func(i int) []string { return []string{row(i, strings.Repeat(image, min(i%3, 1)))} }, ""},
	} {
		s := newShop(t)
		var before, after []string
		for i := range 25 {
			before, after = append(before, row(i, image)), append(after, c.again(i)...)
		}
		s.write(s.clock.Now().Add(-time.Hour), before...)
		s.refresh()
		s.clock.add(time.Second)
		s.write(s.clock.Now(), after...)
		_, err := s.Refresh(context.Background(), "films")
		if (err == nil) != (c.refused == "") || err != nil && !strings.Contains(err.Error(), c.refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
