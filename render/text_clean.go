package render

import (
	"unicode"
	"unicode/utf8"
)

// Bounds on text, which may come from anybody: more is cut, or left out.
const (
	maxRunes = 1000 // of one text
	maxMarks = 8    // on one character
)

// clean puts text into runes fit for setting and reports whether it cut it.
// Line ends of every kind become '\n'; other control characters, embeddings and
// overrides (which could turn a whole line round) and broken bytes go, marks
// and isolates beyond their bounds too.
func clean(text string, out []rune) ([]rune, bool) {
	marks, isolates, dropped := 0, 0, 0
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == '\r' && len(text) > 1 && text[1] == '\n' {
			size = 2
		}
		text = text[size:]
		if r = cleanRune(r); r < 0 {
			continue
		}
		switch {
		case r < 0x300:
			marks = 0
		case r >= 0x2066 && r <= 0x2068:
			if isolates == maxIsolates {
				dropped++
				continue
			}
			isolates++
		case r == 0x2069:
			if dropped > 0 {
				dropped--
				continue
			}
			isolates = max(0, isolates-1)
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if len(out) == maxRunes {
			return out, true
		}
		out = append(out, r)
	}
	return out, false
}

// cleanRune is what stands for a rune in drawn text, -1 for nothing.
func cleanRune(r rune) rune {
	switch {
	case r >= ' ' && r < 0x7F:
		return r
	case r == '\n', r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case r == '\t':
		return ' '
	case r < 0xA0:
		return -1
	case r >= 0x202A && r <= 0x202E, r >= 0x206A && r <= 0x206F, r == 0xFEFF,
		r >= 0xFFF9 && r <= 0xFFFB:
		return -1
	case r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return utf8.RuneError
	}
	return r
}

// isIgnorable reports whether a rune has no ink and no width of its own, so
// that a font need not have it.
func isIgnorable(r rune) bool {
	switch {
	case r < 0xAD:
		return r < ' '
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0:
		return true
	case r >= 0x180B && r <= 0x180F, r >= 0x200B && r <= 0x200F, r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F:
		return true
	}
	return r >= 0xE0000 && r <= 0xE0FFF
}

// isSpace reports whether a rune is blank at a line's end.
func isSpace(r rune) bool {
	return r == ' ' || r == '\n' || r >= 0x1680 && (unicode.Is(unicode.Zs, r) && r != 0x202F || r == 0x200B)
}
