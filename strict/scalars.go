package strict

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxText is the most characters a text may have.
const MaxText = 1000

// The limits of other scalars, in characters.
const (
	maxID         = 48
	maxName       = 64
	maxDigits     = 12 // of a number, before its dot
	maxDecimals   = 6  // and after it
	maxUnitDigits = 9  // of one part of a duration
)

// keptWords are no ids, since the language has a use for them; never changed.
var keptWords = [...]string{"none", "unknown", "item", "near"}

// Text reads any scalar as the text that was written.
func (r *Reader) Text(n *Node) string {
	if !r.isScalar(n) {
		return ""
	}
	if len(n.Text) > MaxText && utf8.RuneCountInString(n.Text) > MaxText {
		r.Errorf(n, "the text is longer than %d characters; shorten it", MaxText)
		return ""
	}
	return n.Text
}

// isScalar reports whether n is one value; if not, it is a problem.
func (r *Reader) isScalar(n *Node) bool {
	switch n.Kind {
	case List:
		r.mismatch(n, "expected one value, not a list; write one")
	case Map:
		r.mismatch(n, "expected one value, not a map; write one, in quotes if it begins with {")
	}
	return n.Kind == Scalar
}

// IsID reports whether text may be the id of a campaign, block, rule and the
// like: [a-z0-9][a-z0-9-]{0,47}, and none of the words the language keeps.
func IsID(text string) bool {
	if text == "" || len(text) > maxID || text[0] == '-' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return !slices.Contains(keptWords[:], text)
}

// ID reads an id; keys that are ids are read by it too.
func (r *Reader) ID(n *Node) string {
	text := r.Text(n)
	if n.Kind == Scalar && !IsID(text) {
		r.Errorf(n, "%q is no id; write 1 to 48 of a-z, 0-9 and -, not beginning with - and not none, unknown, item or near", text)
		return ""
	}
	return text
}

// IsName reports whether text may be the name of a parameter or attribute:
// [a-z][a-z0-9_]{1,63}.
func IsName(text string) bool {
	if len(text) < 2 || len(text) > maxName || text[0] < 'a' || text[0] > 'z' {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// Name reads the name of a parameter or attribute.
func (r *Reader) Name(n *Node) string {
	text := r.Text(n)
	if n.Kind == Scalar && !IsName(text) {
		r.Errorf(n, "%q is no name; write 2 to 64 of a-z, 0-9 and _, beginning with a letter (one letter is ours)", text)
		return ""
	}
	return text
}

// Bool reads true or false.
func (r *Reader) Bool(n *Node) bool {
	if !r.isScalar(n) || n.Text == "true" || n.Text == "false" {
		return n.Text == "true"
	}
	r.Errorf(n, "%q is not true or false; write true or false", n.Text)
	return false
}

// Int reads a whole number from lo to hi. What does not fit reads as lo.
func (r *Reader) Int(n *Node, lo, hi int) int {
	if !r.isScalar(n) {
		return lo
	}
	millionths, ok := ParseNumber(n.Text)
	if !ok || millionths%1_000_000 != 0 {
		r.Errorf(n, "%q is not a whole number; write one from %d to %d", n.Text, lo, hi)
		return lo
	}
	whole := millionths / 1_000_000
	if whole < int64(lo) || whole > int64(hi) {
		r.Errorf(n, "%d is out of range; write a number from %d to %d", whole, lo, hi)
		return lo
	}
	return int(whole)
}

// Float reads a number from lo to hi. What does not fit reads as lo.
func (r *Reader) Float(n *Node, lo, hi float64) float64 {
	if !r.isScalar(n) {
		return lo
	}
	millionths, ok := ParseNumber(n.Text)
	v := float64(millionths) / 1_000_000
	if !ok {
		r.Errorf(n, "%q is not a number; write one such as 5 or 2.5", n.Text)
		return lo
	}
	if v < lo || v > hi {
		r.Errorf(n, "%s is out of range; write a number from %g to %g", n.Text, lo, hi)
		return lo
	}
	return v
}

// Percent reads a percentage from 0% to 100% as 0..1.
func (r *Reader) Percent(n *Node) float64 {
	if !r.isScalar(n) {
		return 0
	}
	number, ok := strings.CutSuffix(n.Text, "%")
	millionths, isNumber := ParseNumber(number)
	if !ok || !isNumber || millionths < 0 || millionths > 100_000_000 {
		r.Errorf(n, "%q is not a percentage; write one from 0%% to 100%%, such as 5%%", n.Text)
		return 0
	}
	return float64(millionths) / 100_000_000
}

// Duration reads a duration such as 90s, 15m, 48h, 30d, 2w or 1d12h.
func (r *Reader) Duration(n *Node) time.Duration {
	if !r.isScalar(n) {
		return 0
	}
	d, ok := ParseDuration(n.Text)
	if !ok {
		r.Errorf(n, "%q is not a duration; write one such as 90s, 15m, 48h, 30d, 2w or 1d12h", n.Text)
		return 0
	}
	return d
}

// Size reads a size such as 600x240 in CSS pixels.
func (r *Reader) Size(n *Node) (width, height int) {
	if !r.isScalar(n) {
		return 0, 0
	}
	w, h, ok := strings.Cut(n.Text, "x")
	width, errW := strconv.Atoi(w)
	height, errH := strconv.Atoi(h)
	if !ok || errW != nil || errH != nil || width < 1 || height < 1 || w[0] == '0' || w[0] == '+' || h[0] == '0' || h[0] == '+' {
		r.Errorf(n, "%q is not a size; write width and height in CSS pixels, such as 600x240", n.Text)
		return 0, 0
	}
	return width, height
}

// OneOf reads one of words, or reports it and returns the first.
func (r *Reader) OneOf(n *Node, words ...string) string {
	if !r.isScalar(n) {
		return words[0]
	}
	for _, w := range words {
		if n.Text == w {
			return w
		}
	}
	r.Errorf(n, "%q is not possible here; %s", n.Text, DidYouMean(n.Text, words))
	return words[0]
}

// Texts reads a list of texts, or one text as a list of one.
func (r *Reader) Texts(n *Node) []string {
	if n.Kind == Scalar {
		return []string{r.Text(n)}
	}
	var all []string
	r.Each(n, func(item *Node) { all = append(all, r.Text(item)) })
	return all
}

// ParseNumber reads a decimal number as millionths: an optional minus, digits
// without leading zeros, at most six after a dot. No exponent, no hex, no _.
func ParseNumber(text string) (millionths int64, ok bool) {
	rest, negative := strings.CutPrefix(text, "-")
	whole, part, dotted := strings.Cut(rest, ".")
	if !digits(whole) || len(whole) > maxDigits || len(whole) > 1 && whole[0] == '0' {
		return 0, false
	}
	if dotted && (!digits(part) || len(part) > maxDecimals) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(part + "000000")[:6], 10, 64)
	if err != nil {
		return 0, false
	}
	if negative {
		n = -n
	}
	return n, true
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// units are what a duration is written in, the larger first; never changed.
var units = [...]struct {
	letter byte
	unit   time.Duration
}{{'w', 7 * 24 * time.Hour}, {'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// ParseDuration reads a duration: whole numbers each with one of w, d, h, m
// and s, the larger unit first, each once.
func ParseDuration(text string) (time.Duration, bool) {
	var sum time.Duration
	rest, at := text, 0
	for rest != "" {
		i := 0
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		if i == 0 || i > maxUnitDigits || i == len(rest) {
			return 0, false
		}
		n, err := strconv.ParseInt(rest[:i], 10, 64)
		for at < len(units) && units[at].letter != rest[i] {
			at++
		}
		if err != nil || at == len(units) || n > (math.MaxInt64-int64(sum))/int64(units[at].unit)/2 {
			return 0, false
		}
		sum += time.Duration(n) * units[at].unit
		rest, at = rest[i+1:], at+1
	}
	return sum, text != ""
}
