package rules

import (
	"strconv"
	"strings"

	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// numerals is how a locale writes numbers: what x/text writes, taken apart once,
// so that writing one is only copying.
type numerals struct {
	digits         [10]string
	minus          string // before a negative number
	decimal, group string
	groups         groups    // of numbers
	percentGroups  groups    // of percentages
	percent        [2]string // before and after
}

// groups is how many digits are in the last group, and in those before it; 0:
// there are no groups.
type groups struct{ last, others int }

// learn takes apart what a printer writes.
func learn(p *message.Printer) numerals {
	var n numerals
	for d := range n.digits {
		n.digits[d] = p.Sprint(number.Decimal(d))
	}
	n.minus = strings.TrimSuffix(p.Sprint(number.Decimal(-5)), n.digits[5])
	n.decimal = between(p.Sprint(number.Decimal(1.5)), n.digits[1], n.digits[5])
	n.percent[0], n.percent[1], _ = strings.Cut(p.Sprint(number.Percent(0.05)), n.digits[5])
	n.groups = n.learnGroups(p.Sprint(number.Decimal(123_456_789)))
	n.percentGroups = n.learnGroups(strings.TrimPrefix(p.Sprint(number.Percent(1_234_567.89)), n.percent[0]))
	return n
}

// between returns what stands between two digits.
func between(text, before, after string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, before), after)
}

// learnGroups reads the groups of 123456789 as it is written.
func (n *numerals) learnGroups(text string) groups {
	var sizes []int // of the groups, from the front
	size := 0
	for d := 1; d <= 9; d++ {
		digit := strings.Index(text, n.digits[d])
		if digit > 0 && d > 1 {
			n.group = text[:digit]
			sizes, size = append(sizes, size), 0
		}
		text = text[max(digit, 0)+len(n.digits[d]):]
		size++
	}
	switch len(sizes) {
	case 0:
		return groups{}
	case 1:
		return groups{size, size}
	}
	return groups{size, sizes[len(sizes)-1]}
}

// append writes a number of 10^-decimals, without its sign.
func (n *numerals) append(dst []byte, scaled int64, decimals int, in groups) []byte {
	var buffer [40]byte
	digits := strconv.AppendUint(buffer[:0], magnitude(scaled), 10)
	for len(digits) <= decimals {
		digits = append(digits[:1], digits...)
		digits[0] = '0'
	}
	whole := len(digits) - decimals
	for i, d := range digits {
		switch {
		case i == whole:
			dst = append(dst, n.decimal...)
		case i > 0 && in.begins(whole-i):
			dst = append(dst, n.group...)
		}
		dst = append(dst, n.digits[d-'0']...)
	}
	return dst
}

// begins reports whether a group begins where so many whole digits are left.
func (g groups) begins(left int) bool {
	return g.last > 0 && left >= g.last && (left-g.last)%g.others == 0
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

// scale turns millionths into 10^-decimals, of which there are 6 at most,
// rounded half away from 0.
func scale(n int64, decimals int) int64 {
	unit := int64(1)
	for range 6 - decimals {
		unit *= 10
	}
	half := unit / 2
	if n < 0 {
		half = -half
	}
	return (n + half) / unit
}
