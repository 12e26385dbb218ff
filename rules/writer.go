package rules

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goodsign/monday"
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
	tag     language.Tag
	printer *message.Printer
	names   monday.Locale // of months and weekdays
	words   *words
	miles   bool
	upcase  cases.Caser
	mu      sync.Mutex // a Caser is not for concurrent use
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
	region, sure := tag.Region()
	w := &writer{
		tag: tag, printer: message.NewPrinter(tag), names: monthNames(base.String(), region.String()),
		words: wordsOf(base.String()), upcase: cases.Upper(tag),
		miles: sure == language.Exact && (region.String() == "US" || region.String() == "GB"),
	}
	kept, _ := writers.LoadOrStore(locale, w)
	return kept.(*writer)
}

// monthNames is the locale by which months and weekdays are named.
func monthNames(base, region string) monday.Locale {
	var english monday.Locale = monday.LocaleEnUS
	for _, l := range monday.ListLocales() {
		if string(l) == base+"_"+region {
			return l
		}
	}
	if base == "no" || base == "nb" {
		return monday.LocaleNbNO
	}
	for _, l := range monday.ListLocales() {
		if strings.HasPrefix(string(l), base+"_") && base != "en" {
			return l
		}
	}
	return english
}

// round returns n millionths rounded, half away from 0, to so many decimals.
func round(n int64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(float64(n)/Million*scale) / scale
}

func (w *writer) number(n int64, decimals int) string {
	x := round(n, decimals)
	if x == 0 {
		x = 0 // no -0
	}
	return w.printer.Sprint(number.Decimal(x, number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)))
}

func (w *writer) percent(n int64, decimals int) string {
	return w.printer.Sprint(number.Percent(round(n, decimals)/100, number.MinFractionDigits(decimals), number.MaxFractionDigits(decimals)))
}

// money writes an amount in minor units; short leaves out decimals that are
// all 0. A price is never rounded.
func (w *writer) money(minor int64, code string, short bool) string {
	digits := 2
	symbol := code
	if unit, err := currency.ParseISO(code); err == nil {
		digits, _ = currency.Standard.Rounding(unit)
		symbol = w.printer.Sprint(currency.NarrowSymbol(unit))
	}
	amount := float64(minor) / math.Pow10(digits)
	if short && amount == math.Trunc(amount) {
		digits = 0
	}
	text := w.printer.Sprint(number.Decimal(math.Abs(amount), number.MinFractionDigits(digits), number.MaxFractionDigits(digits)))
	sign := ""
	if minor < 0 {
		sign = "-"
	}
	switch w.words.money {
	case symbolFirst:
		return sign + symbol + text
	case symbolSpace:
		return sign + symbol + "\u00a0" + text
	}
	return sign + text + "\u00a0" + symbol
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

func (w *writer) weekday(d time.Weekday) string {
	// 2023-01-01 was a Sunday.
	return monday.Format(time.Date(2023, 1, 1+int(d), 0, 0, 0, 0, time.UTC), "Monday", w.names)
}

func (w *writer) monthName(m time.Month) string {
	return monday.Format(time.Date(2023, m, 1, 0, 0, 0, 0, time.UTC), "January", w.names)
}

// date writes 27 november; short 27-11; with day vrijdag 27 november.
func (w *writer) date(at time.Time, arg string) string {
	switch arg {
	case "short":
		return at.Format(w.words.shortDate(w.tag))
	case "day":
		return monday.Format(at, w.words.dayDate, w.names)
	}
	return monday.Format(at, w.words.longDate, w.names)
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
