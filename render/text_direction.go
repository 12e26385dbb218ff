package render

import "strings"

// direct cuts the text into paragraphs and resolves their levels.
func (t *Typesetter) direct(rtl bool) {
	p := &t.text
	p.paragraphs = p.paragraphs[:0]
	for start := 0; ; {
		end := start
		for end < len(p.runes) && p.runes[end] != '\n' {
			end++
		}
		par := paragraph{span: span{start, end}, level: baseLevel(p.runes[start:end], rtl)}
		t.bidi.levels(p.runes[start:end], par.level, p.levels[start:end])
		p.paragraphs = append(p.paragraphs, par)
		if end >= len(p.runes) {
			return
		}
		start = end + 1
	}
}

// baseLevel is a paragraph's: that of its first strong letter outside isolates,
// else inside them, else of the locale. In a locale that is written from right
// to left, one such letter anywhere suffices.
func baseLevel(text []rune, rtl bool) int8 {
	outside, inside, right := int8(-1), int8(-1), false
	depth := 0
	for _, r := range text {
		switch {
		case r >= 0x2066 && r <= 0x2068:
			depth++
			continue
		case r == 0x2069:
			depth = max(0, depth-1)
			continue
		}
		level := strongLevel(r)
		right = right || level == 1
		switch {
		case level < 0:
		case depth == 0 && outside < 0:
			outside = level
		case depth > 0 && inside < 0:
			inside = level
		}
	}
	switch {
	case rtl && (right || outside < 0 && inside < 0):
		return 1
	case outside >= 0:
		return outside
	}
	return max(0, inside)
}

// rightToLeftLocale reports whether a locale is written from right to left.
func rightToLeftLocale(locale string) bool {
	tag, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	switch tag {
	case "ar", "he", "iw", "fa", "ur", "yi", "ps", "sd", "ug", "dv", "ckb":
		return true
	}
	return false
}
