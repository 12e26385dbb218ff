package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-text/typesetting/font"
)

// Bounds on what is remembered, which hostile text could otherwise fill: the
// characters of a choice, and the choices of a worker.
const (
	maxChosenRunes = 4096
	maxChoices     = 64
)

// choiceKey is what decides the order in which fonts are asked.
type choiceKey struct {
	family string
	weight int
	italic bool
	region string // of CJK forms: sc, tc, hk, jp or kr
}

// choice is the fonts in the order in which they are asked for a character,
// by index in Fonts.all, and what was found so far.
type choice struct {
	order []int16
	emoji int16 // the first emoji font, or -1
	runes map[rune]int16
}

// choose returns the order of fonts for a style.
func (t *Typesetter) choose(s *TextStyle) *choice {
	key := choiceKey{
		family: s.Family,
		weight: s.Weight,
		italic: s.Italic,
		region: region(s.Locale),
	}
	c := t.choices[key]
	if c == nil {
		if len(t.choices) >= maxChoices {
			clear(t.choices)
		}
		c = t.fonts.order(key)
		t.choices[key] = c
	}
	return c
}

// order sorts the fonts for a key: those of the family first, then those of its
// kind, then the others; then by region, slant, weight and name.
func (f *Fonts) order(key choiceKey) *choice {
	family := familyName(key.family)
	rank := func(i int16) [4]int {
		face := &f.all[i]
		r := [4]int{4, 0, 1, abs(face.weight - key.weight)}
		switch {
		case face.family == family:
			r[0] = 0
		case face.emoji:
			r[0] = 5
		case strings.Contains(face.family, "serif") == strings.Contains(family, "serif"):
			r[0] = 1
		}
		switch cjkRegion(face.family) {
		case "":
		case key.region:
			r[1] = 1 // large, and asked last
		default:
			r[1] = 2
		}
		if face.italic == key.italic {
			r[2] = 0
		}
		return r
	}
	c := &choice{emoji: -1, runes: map[rune]int16{}}
	for i := range f.all {
		c.order = append(c.order, int16(i))
	}
	slices.SortStableFunc(c.order, func(a, b int16) int {
		ra, rb := rank(a), rank(b)
		if n := slices.Compare(ra[:], rb[:]); n != 0 {
			return n
		}
		return cmp.Compare(f.all[a].name, f.all[b].name)
	})
	for _, i := range c.order {
		if f.all[i].emoji {
			c.emoji = i
			break
		}
	}
	return c
}

// familyName is a family as fonts name it.
func familyName(family string) string {
	switch name := font.NormalizeFamily(family); name {
	case "", "sans", "sans-serif":
		return "notosans"
	case "serif":
		return "notoserif"
	default:
		return name
	}
}

// region is the forms of Han characters a locale writes: those of Simplified
// Chinese where it writes none.
func region(locale string) string {
	tags := strings.FieldsFunc(strings.ToLower(locale), func(r rune) bool { return r == '-' || r == '_' })
	if len(tags) == 0 {
		return "sc"
	}
	switch tags[0] {
	case "ja":
		return "jp"
	case "ko":
		return "kr"
	case "zh":
		switch {
		case slices.Contains(tags, "hk"), slices.Contains(tags, "mo"):
			return "hk"
		case slices.Contains(tags, "tw"), slices.Contains(tags, "hant"):
			return "tc"
		}
	}
	return "sc"
}

// cjkRegion is the region a CJK font's family names at its end, or "".
func cjkRegion(family string) string {
	if i := strings.LastIndex(family, "cjk"); i >= 0 {
		return family[i+len("cjk"):]
	}
	return ""
}

// face returns the worker's own face of a font, made at its first use.
func (t *Typesetter) face(i int16) *font.Face {
	if t.faces[i] == nil {
		t.faces[i] = font.NewFace(t.fonts.all[i].font)
	}
	return t.faces[i]
}

// faceOf returns the first font that has a rune, or -1.
func (t *Typesetter) faceOf(c *choice, r rune) int16 {
	if i, ok := c.runes[r]; ok {
		return i
	}
	found := int16(-1)
	for _, i := range c.order {
		if _, ok := t.fonts.all[i].font.NominalGlyph(r); ok {
			found = i
			break
		}
	}
	if len(c.runes) >= maxChosenRunes {
		clear(c.runes)
	}
	c.runes[r] = found
	return found
}

// covers reports whether a font has every rune of a grapheme that shows.
func (t *Typesetter) covers(i int16, grapheme []rune) bool {
	for _, r := range grapheme {
		if isIgnorable(r) {
			continue
		}
		if _, ok := t.fonts.all[i].font.NominalGlyph(r); !ok {
			return false
		}
	}
	return true
}

// faceFor returns the font for a whole grapheme: the emoji font for emoji, else
// the first that has all of it, else the first that has its base, else -1.
func (t *Typesetter) faceFor(c *choice, grapheme []rune) int16 {
	if c.emoji >= 0 && isEmoji(grapheme) && t.covers(c.emoji, grapheme[:1]) {
		return c.emoji
	}
	first := t.faceOf(c, grapheme[0])
	if len(grapheme) == 1 || first < 0 || t.covers(first, grapheme) {
		return first
	}
	for _, i := range c.order {
		if t.covers(i, grapheme) {
			return i
		}
	}
	return first
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
