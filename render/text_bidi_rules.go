package render

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// maxBrackets is the depth of brackets UAX 9 asks for.
const maxBrackets = 63

// bidiSequence is one isolating run sequence: the runes at, of one level.
type bidiSequence struct {
	b     *bidiText
	text  []rune
	at    []int
	level int8
}

// class is that of the k-th rune; beyond either end, the embedding's own.
func (s *bidiSequence) class(k int) bidi.Class {
	if k < 0 || k >= len(s.at) {
		return s.direction()
	}
	return s.b.classes[s.at[k]]
}

func (s *bidiSequence) put(k int, c bidi.Class) { s.b.classes[s.at[k]] = c }

// direction is the embedding's.
func (s *bidiSequence) direction() bidi.Class {
	if s.level%2 == 1 {
		return bidi.R
	}
	return bidi.L
}

// weak is rules W1 to W7.
func (s *bidiSequence) weak() {
	strong := s.direction()
	for k := range s.at {
		c := s.class(k)
		if c == bidi.NSM { // W1
			c = s.class(k - 1)
			if isIsolate(c) || c == bidi.PDI {
				c = bidi.ON
			}
			s.put(k, c)
		}
		switch c {
		case bidi.L, bidi.R, bidi.AL:
			strong = c
		case bidi.EN: // W2
			if strong == bidi.AL {
				s.put(k, bidi.AN)
			}
		}
	}
	for k := range s.at { // W3
		if s.class(k) == bidi.AL {
			s.put(k, bidi.R)
		}
	}
	s.separators()
	strong = s.direction()
	for k := range s.at { // W7
		switch c := s.class(k); {
		case c == bidi.L || c == bidi.R:
			strong = c
		case c == bidi.EN && strong == bidi.L:
			s.put(k, bidi.L)
		}
	}
}

// separators is rules W4 to W6.
func (s *bidiSequence) separators() {
	for k := 1; k+1 < len(s.at); k++ {
		c, before, after := s.class(k), s.class(k-1), s.class(k+1)
		if before != after {
			continue
		}
		if (c == bidi.ES || c == bidi.CS) && before == bidi.EN || c == bidi.CS && before == bidi.AN {
			s.put(k, before)
		}
	}
	for k := 0; k < len(s.at); k++ {
		if s.class(k) != bidi.ET {
			continue
		}
		end := k
		for end < len(s.at) && s.class(end) == bidi.ET {
			end++
		}
		number := k > 0 && s.class(k-1) == bidi.EN || end < len(s.at) && s.class(end) == bidi.EN
		for ; number && k < end; k++ {
			s.put(k, bidi.EN)
		}
		k = max(k, end-1)
	}
	for k := range s.at {
		switch s.class(k) {
		case bidi.ES, bidi.ET, bidi.CS:
			s.put(k, bidi.ON)
		}
	}
}

// strongOf is a class as rules N0 to N2 see it: numbers are right to left.
func strongOf(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// neutral is rules N1 and N2.
func (s *bidiSequence) neutral() {
	for k := 0; k < len(s.at); k++ {
		if strongOf(s.class(k)) != bidi.ON {
			continue
		}
		end := k
		for end < len(s.at) && strongOf(s.class(end)) == bidi.ON {
			end++
		}
		c := strongOf(s.class(k - 1))
		if c != strongOf(s.class(end)) {
			c = s.direction()
		}
		for ; k < end; k++ {
			s.put(k, c)
		}
	}
}

// implicit is rules I1 and I2.
func (s *bidiSequence) implicit(out []int8) {
	for _, i := range s.at {
		level := s.level
		switch c := s.b.classes[i]; {
		case level%2 == 0 && c == bidi.R:
			level++
		case level%2 == 0 && (c == bidi.AN || c == bidi.EN):
			level += 2
		case level%2 == 1 && c != bidi.R:
			level++
		}
		out[i] = level
	}
}

// brackets is rule N0.
func (s *bidiSequence) brackets() {
	type pair struct{ open, end int }
	var pairs []pair
	var open []int
	for k, i := range s.at {
		p, _ := bidi.LookupRune(s.text[i])
		if !p.IsBracket() || s.class(k) != bidi.ON {
			continue
		}
		if p.IsOpeningBracket() {
			if len(open) == maxBrackets {
				break
			}
			open = append(open, k)
			continue
		}
		for j, at := range slices.Backward(open) {
			if closing(s.text[s.at[at]]) == closing(s.text[i]) {
				pairs = append(pairs, pair{at, k})
				open = open[:j]
				break
			}
		}
	}
	// In order of their opening: an inner pair sees what the outer became.
	for i := 1; i < len(pairs); i++ {
		for j := i; j > 0 && pairs[j].open < pairs[j-1].open; j-- {
			pairs[j], pairs[j-1] = pairs[j-1], pairs[j]
		}
	}
	for _, p := range pairs {
		if c := s.bracketClass(p.open, p.end); c != bidi.ON {
			s.bracketPut(p.open, c)
			s.bracketPut(p.end, c)
		}
	}
}

// bracketClass is what a pair becomes, ON for left as it is.
func (s *bidiSequence) bracketClass(open, end int) bidi.Class {
	found := bidi.ON
	for k := open + 1; k < end; k++ {
		switch c := strongOf(s.class(k)); c {
		case bidi.ON:
		case s.direction():
			return c
		default:
			found = c
		}
	}
	if found == bidi.ON {
		return bidi.ON
	}
	for k := open - 1; ; k-- {
		if c := strongOf(s.class(k)); c != bidi.ON {
			if c == found {
				return found
			}
			return s.direction()
		}
	}
}

// bracketPut gives a bracket its class, and the marks on it.
func (s *bidiSequence) bracketPut(k int, c bidi.Class) {
	s.put(k, c)
	for k++; k < len(s.at); k++ {
		if p, _ := bidi.LookupRune(s.text[s.at[k]]); p.Class() != bidi.NSM {
			return
		}
		s.put(k, c)
	}
}

// closing is the bracket that ends what r, opening or closing, belongs to.
func closing(r rune) rune {
	p, _ := bidi.LookupRune(r)
	switch {
	case r == 0x2329, r == 0x232A, r == 0x3008:
		return 0x3009
	case !p.IsOpeningBracket():
		return r
	case r == '[', r == '{':
		return r + 2
	case r == 0x298D:
		return 0x2990
	case r == 0x298F:
		return 0x298E
	}
	return r + 1
}
