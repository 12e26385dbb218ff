package rules

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
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
		got := written(t, newWriter(locale), kind, want)
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
			w.days[at.Weekday()], w.alone[at.Month()-1])
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
	nl := newWriter("nl")
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
	f(newWriter("pl").left(5*24*3600_000), "jeszcze 5 dni")
	f(newWriter("pl").left(3*3600_000), "jeszcze 3 godziny")
	f(newWriter("cs").left(5*3600_000), "ještě 5 hodin")
	f(newWriter("en-GB").distance(3_218_688), "2.0\u00a0mi")
	f(newWriter("en-US").clock(18*3600+30*60), "6:30\u00a0PM")
	f(newWriter("en-US").clock(0), "12:00\u00a0AM")
	f(nl.clock(86400), "24:00")
	f(newWriter("es").list([]string{"Francia", "Italia"}, 0), "Francia e Italia")
	f(nl.list([]string{"a", "b", "c", "d"}, 3), "a, b en c")
	f(nl.list([]string{"a"}, 3), "a")
	f(newWriter("tr").upper("istanbul"), "İSTANBUL")
	f(newWriter("xx").money(1250, "EUR", false), "€12.50")
}

// TestWritersAreSharedByManyGoroutines is for the race detector.
func TestWritersAreSharedByManyGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range int64(50) {
				w := newWriter([]string{"nl", "pl", "en-US"}[i%3])
				if w.money(1250+i, "EUR", false) == "" || w.upper("a") != "A" || w.percent(i*Million, 0) == "" {
					t.Error("nothing is written")
				}
			}
		})
	}
	wg.Wait()
}

// TestNumeralsAreThoseOfXText compares numbers in many locales with what x/text
// writes.
func TestNumeralsAreThoseOfXText(t *testing.T) {
	locales := strings.FieldsSeq(`ar ar-EG bg bn ca cs da de de-AT de-CH el en en-GB en-IN en-US es es-MX et fa fi fr fr-CA fr-CH ga gu he hi hr hu id
		is it ja ka kn ko lt lv mk ml mr ms my nb ne nl nl-BE pa pl pt pt-PT ro ru sk sl sr sv sw ta te th tr uk ur vi zh zh-TW`)
	for locale := range locales {
		w, printer := newWriter(locale), message.NewPrinter(language.Make(locale))
		w.words.plain = false // CLDR's smallest group is ours: x/text has it not
		for range 200 {
			n := rand.Int64N(2_000_000_000_000_000) >> rand.IntN(50)
			if rand.IntN(3) == 0 {
				n = -n
			}
			decimals := rand.IntN(4)
			exact := big.NewRat(scale(n, decimals), int64(pow10(decimals)))
			float, _ := exact.Float64()
			options := []number.Option{number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)}
			if got, want := w.number(n, decimals), printer.Sprint(number.Decimal(float, options...)); got != want {
				t.Errorf("%s: %d to %d decimals is %q, want %q", locale, n, decimals, got, want)
				break
			}
			if got, want := w.percent(n, decimals), printer.Sprint(number.Percent(float/100, options...)); got != want {
				t.Errorf("%s: %d%% to %d decimals is %q, want %q", locale, n, decimals, got, want)
				break
			}
		}
	}
}
