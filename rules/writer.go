package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/currency"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// writer writes numbers, money and dates in one locale, by CLDR where x/text
// has it.
type writer struct {
	tag          language.Tag
	base, region string // region "": the language's
	printer      *message.Printer
	words        words
	miles        bool
	upcase       cases.Caser
	mu           sync.Mutex // a Caser is not for concurrent use
}

// writers keeps a writer for every locale that was asked for: what they hold
// follows from the locale alone.
var writers sync.Map

func writerOf(locale string) *writer {
	if w, ok := writers.Load(locale); ok {
		return w.(*writer)
	}
	tag := language.Make(locale)
	base, _ := tag.Base()
	w := &writer{tag: tag, base: base.String(), printer: message.NewPrinter(tag), upcase: cases.Upper(tag)}
	if region, sure := tag.Region(); sure == language.Exact {
		w.region = region.String()
	}
	if w.base == "no" {
		w.base = "nb"
	}
	w.words = wordsOf(w.base, w.region)
	w.miles = w.region == "US" || w.region == "GB"
	kept, _ := writers.LoadOrStore(locale, w)
	return kept.(*writer)
}

// round returns n millionths rounded, half away from 0, to so many decimals.
func round(n int64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(float64(n)/Million*scale) / scale
}

func (w *writer) number(n int64, decimals int) string {
	return w.decimal(round(n, decimals), decimals)
}

func (w *writer) decimal(x float64, decimals int) string {
	if x == 0 {
		x = 0 // no -0
	}
	options := []number.Option{number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)}
	if w.words.plain && math.Abs(x) < 10_000 {
		options = append(options, number.NoSeparator())
	}
	return w.printer.Sprint(number.Decimal(x, options...))
}

func (w *writer) percent(n int64, decimals int) string {
	return w.printer.Sprint(number.Percent(round(n, decimals)/100, number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)))
}

// money writes an amount in minor units; short leaves out decimals that are
// all 0. A price is never rounded.
func (w *writer) money(minor int64, code string, short bool) string {
	digits, symbol := currencyDigits(code), code
	if unit, err := currency.ParseISO(code); err == nil {
		symbol = w.printer.Sprint(currency.NarrowSymbol(unit))
	}
	amount := float64(minor) / math.Pow10(digits)
	if short && amount == math.Trunc(amount) {
		digits = 0
	}
	text := w.decimal(math.Abs(amount), digits)
	sign := ""
	if minor < 0 {
		sign = "-"
	}
	switch w.words.money {
	case symbolFirst:
		if r, _ := utf8.DecodeLastRuneInString(symbol); unicode.IsLetter(r) {
			symbol += "\u00a0"
		}
		return sign + symbol + text
	case symbolSpace:
		return sign + symbol + "\u00a0" + text
	}
	return sign + text + "\u00a0" + symbol
}

// currencyDigits is how many digits after the dot amounts in a currency have.
func currencyDigits(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	digits, _ := currency.Standard.Rounding(unit)
	return digits
}

// plural returns the word for a number's CLDR category.
func (w *writer) plural(n int64, words map[string]string) string {
	names := [...]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}
	if word, ok := words[names[w.category(n)]]; ok {
		return word
	}
	return words["other"]
}

// category is a number's CLDR plural category, as it is written without
// decimals if it is whole.
func (w *writer) category(n int64) plural.Form {
	if n < 0 {
		n = -n
	}
	whole, rest := n/Million, n%Million
	if rest == 0 {
		return plural.Cardinal.MatchPlural(w.tag, int(whole%10_000_000), 0, 0, 0, 0)
	}
	digits := strings.TrimRight(strconv.FormatInt(Million+rest, 10)[1:], "0")
	f, _ := strconv.Atoi(digits)
	return plural.Cardinal.MatchPlural(w.tag, int(whole%10_000_000), len(digits), len(digits), f, f)
}

func (w *writer) upper(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.upcase.String(text)
}

// distance writes millionths of a kilometre, in miles where the locale does.
func (w *writer) distance(n int64) string {
	unit := "km"
	if w.miles {
		n, unit = int64(float64(n)/1.609344), "mi"
	}
	decimals := 1
	if n >= 10*Million {
		decimals = 0
	}
	return w.number(n, decimals) + "\u00a0" + unit
}

// date writes 27 november; short 27-11; with day vrijdag 27 november.
func (w *writer) date(at time.Time, arg string) string {
	pattern := w.words.long
	switch arg {
	case "short":
		pattern = w.words.date
	case "day":
		pattern = w.words.day
	}
	day, month := at.Day(), int(at.Month())
	return strings.NewReplacer(
		"Monday", dayName(w.base, at.Weekday()), "January", monthName(w.base, w.region, at.Month(), false),
		"02", fmt.Sprintf("%02d", day), "01", fmt.Sprintf("%02d", month),
		"2", strconv.Itoa(day), "1", strconv.Itoa(month),
	).Replace(pattern)
}

// clock writes seconds since midnight: 18:30.
func (w *writer) clock(seconds int64) string {
	hour, minute := seconds/3600, seconds/60%60
	if !w.words.twelve {
		return fmt.Sprintf("%02d:%02d", hour, minute)
	}
	half := "AM"
	if hour%24 >= 12 {
		half = "PM"
	}
	return fmt.Sprintf("%d:%02d\u00a0%s", (hour+11)%12+1, minute, half)
}

// left writes how long is left, in ms: days from one day on, then hours, then
// minutes.
func (w *writer) left(ms int64) string {
	minutes := max(0, (ms+59_999)/60_000)
	n, unit := minutes, 2
	switch {
	case minutes >= 24*60:
		n, unit = minutes/(24*60), 0
	case minutes >= 60:
		n, unit = minutes/60, 1
	}
	names := [...]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many"}
	forms := w.words.left[unit]
	pattern, ok := forms[names[w.category(n*Million)]]
	if !ok {
		pattern = forms["other"]
	}
	return strings.Replace(pattern, "#", w.number(n*Million, 0), 1)
}
