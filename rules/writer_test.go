package rules

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestWriterWritesAsICU compares with testdata/formats.txt.
func TestWriterWritesAsICU(t *testing.T) {
	data, err := os.ReadFile("testdata/formats.txt")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ")
	lines := 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		fields := strings.Split(strings.TrimRight(line, "\n"), "|")
		kind, locale, want := fields[0], fields[1], fields[2:]
		got := written(t, writerOf(locale), kind, want)
		for i := range want {
			if i >= len(got) || plain.Replace(got[i]) != want[i] {
				t.Errorf("%s %s: got %q, want %q", kind, locale, got, want)
				break
			}
		}
	}
	if lines < 100 {
		t.Errorf("only %d lines compared", lines)
	}
}

// written is what a line of formats.txt says the writer writes.
func written(t *testing.T, w *writer, kind string, want []string) []string {
	var got []string
	switch kind {
	case "money":
		for _, m := range []struct {
			minor int64
			code  string
		}{{1250, "EUR"}, {123450, "EUR"}, {1250, "USD"}, {1250, "GBP"}, {9900, "SEK"}, {9900, "PLN"}, {9900, "CZK"}, {9900, "CHF"}, {500, "JPY"}} {
			got = append(got, w.money(m.minor, m.code, false))
		}
	case "num":
		for _, n := range []int64{1234, 12345, 1234567} {
			got = append(got, w.number(n*Million, 0))
		}
		got = append(got, w.number(3_500_000, 1), w.number(-2_250_000, 1), w.percent(12*Million, 0))
	case "date":
		var month, day int
		if _, err := fmt.Sscanf(want[0], "%d-%d", &month, &day); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		got = append(got, want[0], w.date(at, ""), w.date(at, "short"), w.date(at, "day"),
			dayName(w.base, at.Weekday()), monthName(w.base, w.region, at.Month(), true))
	case "list":
		got = append(got, w.list([]string{"a", "b", "c"}, 0), w.list([]string{"a", "b"}, 0))
	case "km":
		got = append(got, w.distance(3_200_000))
	case "plural":
		for _, pair := range want {
			text, _, _ := strings.Cut(pair, "=")
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			word := w.plural(int64(n*Million), map[string]string{"zero": "zero", "one": "one", "two": "two", "few": "few", "many": "many", "other": "other"})
			got = append(got, text+"="+word)
		}
	}
	return got
}

func TestWriterWritesWhatIsLeftAndShort(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	nl := writerOf("nl")
	f(nl.money(1200, "EUR", true), "€\u00a012")
	f(nl.money(1250, "EUR", true), "€\u00a012,50") // a price is never rounded
	f(nl.money(-300, "EUR", false), "-€\u00a03,00")
	f(nl.number(-400_000, 0), "0")
	f(nl.number(2_500_000, 0), "3") // half away from 0
	f(nl.left(48*3600_000), "nog 2 dagen")
	f(nl.left(25*3600_000), "nog 1 dag")
	f(nl.left(23*3600_000), "nog 23 uur")
	f(nl.left(61_000), "nog 2 minuten")
	f(nl.left(-5), "nog 0 minuten")
	f(writerOf("pl").left(5*24*3600_000), "jeszcze 5 dni")
	f(writerOf("pl").left(3*3600_000), "jeszcze 3 godziny")
	f(writerOf("cs").left(5*3600_000), "ještě 5 hodin")
	f(writerOf("en-GB").distance(3_218_688), "2.0\u00a0mi")
	f(writerOf("en-US").clock(18*3600+30*60), "6:30\u00a0PM")
	f(writerOf("en-US").clock(0), "12:00\u00a0AM")
	f(nl.clock(86400), "24:00")
	f(writerOf("es").list([]string{"Francia", "Italia"}, 0), "Francia e Italia")
	f(nl.list([]string{"a", "b", "c", "d"}, 3), "a, b en c")
	f(nl.list([]string{"a"}, 3), "a")
	f(writerOf("tr").upper("istanbul"), "İSTANBUL")
	f(writerOf("xx").money(1250, "EUR", false), "€12.50")
}

// TestWritersAreSharedByManyGoroutines is for the race detector.
func TestWritersAreSharedByManyGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range int64(50) {
				w := writerOf([]string{"nl", "pl", "en-US"}[i%3])
				if w.money(1250+i, "EUR", false) == "" || w.upper("a") != "A" || w.percent(i*Million, 0) == "" {
					t.Error("nothing is written")
				}
			}
		})
	}
	wg.Wait()
}
