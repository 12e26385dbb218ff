package rules

import (
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
)

// writer writes numbers, money and dates in one locale, by CLDR where x/text
// has it. It is safe for concurrent use.
type writer struct {
	tag      language.Tag
	numerals numerals
	words    words
	months   []string // as in a date
	alone    []string // as they stand alone
	days     []string // from Sunday
	miles    bool
	printer  *message.Printer
	symbols  sync.Map // of currencies, by their codes
	mu       sync.Mutex
	upcase   cases.Caser // not for concurrent use: mu
}

// Writers are how numbers and dates are written in each locale, which a sender's
// campaigns share: to learn it takes as long as to load a small campaign. The zero
// value is ready; it is safe for concurrent use.
type Writers struct {
	mu       sync.Mutex
	byLocale map[string]*writer
}

// of returns the writer of a locale; of no Writers, one of its own.
func (all *Writers) of(locale string) *writer {
	if all == nil {
		return newWriter(locale)
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	w, ok := all.byLocale[locale]
	if !ok {
		if all.byLocale == nil {
			all.byLocale = map[string]*writer{}
		}
		w = newWriter(locale)
		all.byLocale[locale] = w
	}
	return w
}

// symbol is how a locale writes a currency, and its decimals.
type symbol struct {
	text     string
	decimals int
}

func newWriter(locale string) *writer {
	tag := language.Make(locale)
	base, _ := tag.Base()
	language := base.String()
	if language == "no" {
		language = "nb"
	}
	region := "" // the language's
	if own, sure := tag.Region(); sure == exact {
		region = own.String()
	}
	printer := message.NewPrinter(tag)
	w := &writer{
		tag: tag, printer: printer, upcase: cases.Upper(tag), numerals: learn(printer),
		words: wordsOf(language, region), miles: region == "US" || region == "GB",
	}
	for m := time.January; m <= time.December; m++ {
		w.months = append(w.months, monthName(language, region, m, false))
		w.alone = append(w.alone, monthName(language, region, m, true))
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		w.days = append(w.days, dayName(language, d))
	}
	return w
}

// exact says that a locale names its region.
const exact = language.Exact

// fixed writes a number of 10^-decimals.
func (w *writer) fixed(scaled int64, decimals int) string {
	in := w.numerals.groups
	if w.words.plain && magnitude(scaled)/pow10(decimals) < 10_000 {
		in = groups{}
	}
	var buffer [96]byte
	dst := buffer[:0]
	if scaled < 0 {
		dst = append(dst, w.numerals.minus...)
	}
	return string(w.numerals.append(dst, scaled, decimals, in))
}

func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// number writes millionths, rounded to so many decimals.
func (w *writer) number(n int64, decimals int) string { return w.fixed(scale(n, decimals), decimals) }

func (w *writer) percent(n int64, decimals int) string {
	var buffer [96]byte
	dst := buffer[:0]
	scaled := scale(n, decimals)
	if scaled < 0 {
		dst = append(dst, w.numerals.minus...)
	}
	dst = append(dst, w.numerals.percent[0]...)
	dst = w.numerals.append(dst, scaled, decimals, w.numerals.percentGroups)
	return string(append(dst, w.numerals.percent[1]...))
}

// money writes an amount in minor units; short leaves out decimals that are
// all 0. A price is never rounded.
func (w *writer) money(minor int64, code string, short bool) string {
	s := w.symbol(code)
	amount, decimals := minor, s.decimals
	if unit := int64(pow10(decimals)); short && minor%unit == 0 {
		amount, decimals = minor/unit, 0
	}
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	text := w.fixed(amount, decimals)
	switch w.words.money {
	case symbolFirst:
		if r, _ := utf8.DecodeLastRuneInString(s.text); unicode.IsLetter(r) {
			return sign + s.text + "\u00a0" + text
		}
		return sign + s.text + text
	case symbolSpace:
		return sign + s.text + "\u00a0" + text
	}
	return sign + text + "\u00a0" + s.text
}

func (w *writer) symbol(code string) symbol {
	if known, ok := w.symbols.Load(code); ok {
		return known.(symbol)
	}
	s := symbol{code, currencyDigits(code)}
	if unit, err := currency.ParseISO(code); err == nil {
		s.text = w.printer.Sprint(currency.NarrowSymbol(unit))
		w.symbols.Store(code, s)
	}
	return s
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
	var buffer [64]byte
	return string(w.dated(buffer[:0], pattern, at))
}

// dated writes a date by a pattern, which names the 2nd of January, a Monday.
func (w *writer) dated(dst []byte, pattern string, at time.Time) []byte {
	_, month, day := at.Date()
	for pattern != "" {
		rest := pattern[1:]
		switch {
		case strings.HasPrefix(pattern, "Monday"):
			dst, rest = append(dst, w.days[at.Weekday()]...), pattern[len("Monday"):]
		case strings.HasPrefix(pattern, "January"):
			dst, rest = append(dst, w.months[month-1]...), pattern[len("January"):]
		case strings.HasPrefix(pattern, "02"):
			dst, rest = padded(dst, day), pattern[2:]
		case strings.HasPrefix(pattern, "01"):
			dst, rest = padded(dst, int(month)), pattern[2:]
		case pattern[0] == '2':
			dst = strconv.AppendInt(dst, int64(day), 10)
		case pattern[0] == '1':
			dst = strconv.AppendInt(dst, int64(month), 10)
		default:
			dst = append(dst, pattern[0])
		}
		pattern = rest
	}
	return dst
}

func padded(dst []byte, n int) []byte { return append(dst, byte('0'+n/10%10), byte('0'+n%10)) }

// clock writes seconds since midnight: 18:30.
func (w *writer) clock(seconds int64) string {
	hour, minute := int(seconds/3600), int(seconds/60%60)
	var buffer [16]byte
	if !w.words.twelve {
		dst := append(padded(buffer[:0], hour), ':')
		return string(padded(dst, minute))
	}
	half := "\u00a0AM"
	if hour%24 >= 12 {
		half = "\u00a0PM"
	}
	dst := append(strconv.AppendInt(buffer[:0], int64((hour+11)%12+1), 10), ':')
	return string(append(padded(dst, minute), half...))
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
