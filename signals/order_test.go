package signals_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/opentime/signals"
)

// TestWhichOfTwoFactsWins is the order of facts of items and stock, rule by
// rule. Steps are in the order in which we hear of them, and begin with who says
// it and, in minutes from then, when it was true:
//
//	feed-10 count=9 price=5   a feed built ten minutes ago
//	undated-10 count=9        one that does not say when, last modified then
//	csv, tsv, jsonl           the same in formats that never say
//	gone-10                   a feed built ten minutes ago that has the item no more
//	api-5 count=0             PUT /v1/stock; without a number it does not say when
//	patch-5 price=4           PATCH /v1/items
//	wait 60                   minutes go by
//	ask                       the source is asked, and has what it had
//	away                      it is asked, and does not answer
//	back-30                   a rollback to the version before; feed of that date
//
// What is shown is count, price, and what the API was answered last. It is the
// same after a restart.
func TestWhichOfTwoFactsWins(t *testing.T) {
	for _, c := range []struct{ rule, name, steps, want string }{
		{"1", "the API's, newer than the feed's", "feed-60 count=9 price=5; api-1 count=3; patch-1 price=4", "3 4 applied"},
		{"1", "the feed's, newer than the API's", "feed-240 count=1 price=1; api-120 count=3; patch-120 price=4; feed-60 count=9 price=5", "9 5 applied"},
		{"1", "sold out by API is not undone by the feed of ten minutes ago", "feed-60 count=9; api count=0; feed-10 count=9", "0 - applied"},
		{"1", "nor by one that is built while we hear of it", "feed-60 count=9; api-1 count=0; wait 5; feed-10 count=9; feed-7 count=8", "0 - applied"},
		{"1", "but by the next that was built after it", "feed-60 count=9; api-1 count=0; wait 15; feed-1 count=9", "9 - applied"},
		{"1", "nor is a price", "feed-60 price=9; patch price=4; feed-10 price=9", "- 4 applied"},
		{"1", "an API row without a date is of its receipt", "feed count=9 price=5; wait 1; api count=3; patch price=4", "3 4 applied"},
		{"1", "of equals the later received, from the API", "api-5 count=3; api-5 count=4", "4 - applied"},
		{"1", "of equals the later received, the feed", "feed-60 count=1; api-5 count=3; feed-5 count=4", "4 - applied"},
		{"1", "of equals the later received, the API", "feed-5 count=4; api-5 count=3", "3 - applied"},
		{"1", "an older one is ignored", "api-5 count=3; api-6 count=4", "3 - older"},
		{"1", "an older one than the feed's too", "feed-5 count=3 price=2; api-6 count=4", "3 2 older"},
		{"1", "an older attribute is ignored", "feed-60 price=9; patch-5 price=3; patch-6 price=4", "- 3 older"},
		{"1", "each attribute by itself", "feed-60 price=9; patch-5 title=New; patch-6 price=4", "- 4 applied"},
		{"1", "an older feed is refused", "feed-5 count=3 price=2; feed-6 count=4 price=1", "3 2 refused"},
		{"1", "a feed of the same date is taken", "feed-5 count=3; feed-5 count=4", "4 -"},
		{"1", "five minutes ahead is believed", "feed-60 count=9; api+5 count=3", "3 - applied"},
		{"1", "more is refused", "feed-60 count=9; api+6 count=3", "9 - ahead"},
		{"1", "what is of a clock that was ahead keeps nothing out", "feed-60 count=9 price=5; wait 180; api count=3; patch price=4; wait -180; api count=2; patch-1 price=3", "2 3 applied"},
		{"1", "but what is older", "feed-60 count=9; wait 180; api count=3; wait -180; api-6 count=2", "3 - older"},
		{"1", "a feed from ahead counts as undated", "feed-60 count=9; feed+6 count=3", "3 -"},

		{"2", "a feed without a build date leaves the API's alone for a day", "undated count=9 price=5; api count=0; wait 1; undated count=8 price=6; wait 1380; undated count=7 price=6", "0 6 applied"},
		{"2", "and no longer", "api count=0; wait 1500; undated count=7", "7 - applied"},
		{"2", "and no longer, though it has not changed since", "api count=0; wait 60; undated count=7; wait 1380; ask", "7 - applied"},
		{"2", "and not at all, where it was last modified before", "undated count=9; wait 60; api count=0; wait 1500; ask", "0 - applied"},
		{"2", "in any format: CSV", "csv count=9; api count=0; wait 10; csv count=9", "0 - applied"},
		{"2", "in any format: TSV", "tsv count=9; api count=0; wait 10; tsv count=9", "0 - applied"},
		{"2", "in any format: JSON Lines", "jsonl count=9; api count=0; wait 10; jsonl count=9", "0 - applied"},
		{"2", "and no longer: CSV", "csv count=9; api count=0; wait 1500; csv count=7", "7 - applied"},
		{"2", "counts are absolute", "api-5 count=3; api-4 count=3", "3 - applied"},
		{"2", "no count below zero", "feed-5 count=-3", "0 -"},
		{"1", "a feed that does not say when it was built is of when it was last modified", "undated-60 count=9; feed-30 count=4", "4 -"},
		{"1", "and wins where that is later", "feed-60 count=4; undated-30 count=9", "9 -"},

		{"3", "in stock and no number is some", "feed availability=in_stock", "some -"},
		{"3", "out of stock is none", "feed availability=out_of_stock", "0 -"},
		{"3", "what can be ordered is neither", "feed availability=preorder", "- -"},
		{"3", "a number says more than the availability", "feed count=5 availability=in_stock", "5 -"},
		{"3", "the API's some", "api count=some", "some - applied"},
		{"3", "a feed that counts no more does not know", "feed-10 count=9; feed-5 price=1", "- 1"},
		{"3", "what the API said then stands", "api-20 count=2; feed-10 count=9; feed-5 price=1", "2 1 applied"},

		{"4", "an item that is gone stays as last known, and is not counted", "feed-10 count=9 price=5; gone-5", "- 5"},
		{"4", "and is changed by the API", "feed-10 count=9 price=5; gone-5; api count=1; patch price=3", "1 3 applied"},

		{"5", "a source that is away for ten refreshes does not know", "feed-1 count=9 price=5" + strings.Repeat("; wait 15; away", 11), "- - refused"},
		{"5", "what was pushed does not age", "feed-1 count=9 price=5; api count=2; patch price=3" + strings.Repeat("; wait 15; away", 11), "2 3 refused"},

		{"rollback", "an older version has its own counts and prices again", "feed-30 count=9 price=5; feed-10 count=0 price=1; back-30", "9 5"},
		{"rollback", "not where the API said something since", "feed-30 count=9 price=5; api-20 count=2; patch-20 price=3; feed-10 count=0 price=1; back-30", "2 3 applied"},
		{"rollback", "and is no older for what comes then", "feed-30 count=9; feed-10 count=0; back-30; api-20 count=4", "4 - applied"},
	} {
		t.Run(c.rule+" "+c.name, func(t *testing.T) {
			s := newShop(t)
			said := ""
			for step := range strings.SplitSeq(c.steps, ";") {
				if out := s.step(strings.TrimSpace(step)); out != "" {
					said = " " + out
				}
			}
			if got := s.shown() + said; got != c.want {
				t.Errorf("%s: shows %s, want %s", c.steps, got, c.want)
			}
			if strings.Contains(c.steps, "away") || strings.HasSuffix(c.name, "received, the API") {
				return // a start knows neither for how long, nor which of equals came later
			}
			_ = s.Close()
			s.open()
			_, _ = s.Refresh(context.Background(), "films")
			if got := s.shown() + said; got != c.want {
				t.Errorf("%s: shows %s after a restart, want %s", c.steps, got, c.want)
			}
		})
	}
}

// shown is the count and the price of the item.
func (s *shop) shown() string {
	out := stockText(s.Stock("a", ""))
	if out == "unknown" {
		out = "-"
	}
	if c, ok := s.Items("films").Item("a"); ok && c.Price.Known() {
		return out + " " + strconv.FormatInt(c.Price.N/100, 10)
	}
	return out + " -"
}

// step takes a step of the table, and returns what was answered.
func (s *shop) step(step string) string {
	s.t.Helper()
	words := strings.Fields(step)
	who, minutes := words[0], 0
	i := strings.IndexAny(who, "+-")
	dated := i >= 0
	if dated {
		n, err := strconv.Atoi(who[i:])
		if err != nil {
			s.t.Fatal(err)
		}
		who, minutes = who[:i], n
	}
	values := map[string]string{}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		values[name] = value
	}
	now := s.clock.Now()
	at := now.Add(time.Duration(minutes) * time.Minute)
	switch who {
	case "wait":
		n, err := strconv.Atoi(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.clock.add(time.Duration(n) * time.Minute)
		return ""
	case "api", "patch":
		text := ""
		if dated {
			text = at.Format(time.RFC3339)
		}
		return s.push(who, text, values)
	case "away":
		_ = os.Remove(filepath.Join(s.dir, "films.xml"))
	case "back":
		if _, err := s.Rollback("films", "", false); err != nil {
			s.t.Fatal(err)
		}
		return ""
	case "ask":
	default:
		s.has(who, at, values)
	}
	if _, err := s.Refresh(context.Background(), "films"); err != nil {
		return "refused"
	}
	return ""
}

// push sends the API a row, and returns what became of it.
func (s *shop) push(who, at string, values map[string]string) string {
	s.t.Helper()
	var applied signals.Applied
	var err error
	if who == "api" {
		applied, err = s.PutStock([]signals.StockRow{{Item: "a", Count: values["count"], At: at}}, s.clock.Now())
	} else {
		row := signals.ItemRow{ID: "a", At: at, Values: map[string]any{}}
		for name, value := range values {
			if name == "price" {
				value += " EUR"
			}
			row.Values[name] = value
		}
		applied, err = s.PatchItems([]signals.ItemRow{row}, s.clock.Now())
	}
	switch {
	case err != nil:
		s.t.Fatal(err)
	case applied.Applied == 1:
		return "applied"
	case len(applied.Ignored) == 1:
		return applied.Ignored[0].Why
	case strings.Contains(applied.Refused[0].Why, "ahead of the clock"):
		return "ahead"
	}
	return "refused"
}

// has has the source hold a feed of the item.
func (s *shop) has(format string, at time.Time, values map[string]string) {
	s.t.Helper()
	price := ""
	if values["price"] != "" {
		price = values["price"] + " EUR"
	}
	switch format {
	case "gone":
		s.write(at, item("b", ""))
	case "feed", "undated":
		more := ""
		for name, element := range map[string]string{"count": "stock", "price": "g:price", "availability": "g:availability"} {
			if value := values[name]; value != "" {
				if name == "price" {
					value = price
				}
				more += "<" + element + ">" + value + "</" + element + ">"
			}
		}
		if format == "feed" {
			s.write(at, item("a", more), item("b", ""))
			return
		}
		s.write(time.Time{}, item("a", more), item("b", ""))
		if err := os.Chtimes(filepath.Join(s.dir, "films.xml"), time.Time{}, at); err != nil {
			s.t.Fatal(err)
		}
	default:
		f, ok := map[string]signals.FeedFormat{"csv": signals.CSV, "tsv": signals.GoogleTSV, "jsonl": signals.JSONLines}[format]
		if !ok {
			s.t.Fatalf("who is %q?", format)
		}
		if s.format != f {
			_ = s.Close()
			s.format = f
			s.open()
		}
		s.writeText(map[signals.FeedFormat]string{
			signals.CSV:       fmt.Sprintf("id,title,link,stock,price\na,A,https://cinema.example/a,%s,%s\n", values["count"], price),
			signals.GoogleTSV: fmt.Sprintf("id\ttitle\tlink\tstock\tprice\na\tA\thttps://cinema.example/a\t%s\t%s\n", values["count"], price),
			signals.JSONLines: fmt.Sprintf(`{"id":"a","title":"A","link":"https://cinema.example/a","stock":%q,"price":%q}`+"\n", values["count"], price),
		}[f])
	}
}
