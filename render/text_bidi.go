package render

import "golang.org/x/text/unicode/bidi"

// This file is the Unicode Bidirectional Algorithm (UAX 9) for drawn text:
// isolates, no embeddings and overrides, which clean takes out. Written here
// because the libraries at hand merge neighbouring runs of different levels,
// which loses the order of "أحمد 50% off".

// maxIsolates is how deep isolates may lie in each other; clean drops deeper.
const maxIsolates = 16

// bidiText resolves levels. It is reused, and for one goroutine.
type bidiText struct {
	classes []bidi.Class // of each rune, rewritten by the rules
	match   []int        // of an isolate's start: its end, or len
	seqs    [][]int      // buffers, one a depth: the runes of a sequence
	stack   []int
}

// levels puts the embedding level of each rune into out, which is as long as
// text. base is the paragraph's: 0 left to right, 1 right to left.
func (b *bidiText) levels(text []rune, base int8, out []int8) {
	if base == 0 && allLeft(text) {
		clear(out)
		return
	}
	b.classes = b.classes[:0]
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		b.classes = append(b.classes, p.Class())
	}
	b.matchIsolates()
	b.sequence(text, out, span{0, len(text)}, base, 0)
	for i := len(text) - 1; i >= 0 && isBlankClass(text[i]); i-- {
		out[i] = base
	}
}

// span is a range of runes.
type span struct{ start, end int }

// allLeft is the fast path: nothing but letters that are left to right and
// what stands with them.
func allLeft(text []rune) bool {
	for _, r := range text {
		if r >= 0x590 && (r < 0x900 || r >= 0x2000) {
			return false
		}
	}
	return true
}

// isBlankClass reports whether a rune takes the paragraph's level at its end.
func isBlankClass(r rune) bool {
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.WS, bidi.S, bidi.B, bidi.BN, bidi.LRI, bidi.RLI, bidi.FSI, bidi.PDI:
		return true
	}
	return false
}

// matchIsolates finds the end of every isolate.
func (b *bidiText) matchIsolates() {
	b.match = append(b.match[:0], make([]int, len(b.classes))...)
	b.stack = b.stack[:0]
	for i, c := range b.classes {
		switch {
		case isIsolate(c):
			b.match[i] = len(b.classes)
			b.stack = append(b.stack, i)
		case c == bidi.PDI && len(b.stack) > 0:
			b.match[b.stack[len(b.stack)-1]] = i
			b.stack = b.stack[:len(b.stack)-1]
		}
	}
}

func isIsolate(c bidi.Class) bool {
	return c == bidi.LRI || c == bidi.RLI || c == bidi.FSI
}

// sequence resolves the runes of one embedding, then, each by itself, the
// isolates in it, which the embedding sees as one neutral character.
func (b *bidiText) sequence(text []rune, out []int8, in span, level int8, depth int) {
	for len(b.seqs) <= depth {
		b.seqs = append(b.seqs, nil)
	}
	seq := b.seqs[depth][:0]
	before := level
	for i := in.start; i < in.end; i++ {
		c := b.classes[i]
		out[i] = before
		if c != bidi.BN {
			seq = append(seq, i)
		}
		if isIsolate(c) {
			inner := span{i + 1, min(b.match[i], in.end)}
			b.sequence(text, out, inner, b.innerLevel(c, inner, level), depth+1)
			i = inner.end - 1
		}
	}
	b.seqs[depth] = seq
	s := bidiSequence{b: b, text: text, at: seq, level: level}
	s.weak()
	s.brackets()
	s.neutral()
	s.implicit(out)
	for i := in.start + 1; i < in.end; i++ {
		if b.classes[i] == bidi.BN {
			out[i] = out[i-1]
		}
	}
}

// innerLevel is the level of an isolate's inside.
func (b *bidiText) innerLevel(c bidi.Class, inner span, outer int8) int8 {
	right := c == bidi.RLI
	if c == bidi.FSI {
		right = b.firstStrong(inner) == bidi.R
	}
	if right {
		return (outer + 1) | 1
	}
	return (outer + 2) &^ 1
}

// firstStrong returns L, R or, where a span has neither outside isolates, ON.
func (b *bidiText) firstStrong(in span) bidi.Class {
	for i := in.start; i < in.end; i++ {
		switch c := b.classes[i]; {
		case c == bidi.L:
			return bidi.L
		case c == bidi.R, c == bidi.AL:
			return bidi.R
		case isIsolate(c):
			i = min(b.match[i], in.end) - 1
		}
	}
	return bidi.ON
}

// strongLevel is 0 for a letter left to right, 1 right to left, -1 for neither.
func strongLevel(r rune) int8 {
	if r < 0x80 {
		if isLetter(r) {
			return 0
		}
		return -1
	}
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.L:
		return 0
	case bidi.R, bidi.AL:
		return 1
	}
	return -1
}
