package render

import (
	"strings"
	"unicode"

	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
)

// item is a range of runes of one level, script and font, shaped. Lengths are
// in units of its font.
type item struct {
	span
	level   int8
	script  language.Script
	face    int16 // -1: no font has it, drawn with the first one's empty box
	missing int
	glyphs  []shapedGlyph // of the whole item: never changed
	unit    float64       // one unit of the font in ems
}

func (it *item) rightToLeft() bool { return it.level%2 == 1 }

// paragraphs is text cut at '\n', each with its own direction.
type paragraph struct {
	span
	level int8
}

// textSet is a text being set: what was found out about it, whatever size it is
// drawn at. Its buffers are used again by the next text.
type textSet struct {
	runes      []rune
	cut        bool // at maxRunes
	paragraphs []paragraph
	levels     []int8
	scripts    []language.Script
	starts     []bool    // graphemes begin here
	breaks     []uint8   // a line may, or must, end before this rune
	advances   []float64 // of the cluster that begins here, in ems
	items      []item
	missing    int
	places     []int   // where a paragraph's lines may begin and end
	plans      []plan  // of ways to set it
	spacing    float64 // between letters, in ems
	choice     *choice
	locale     string
	language   language.Language
	features   []shaping.FontFeature
}

// prepare cleans text and shapes all of it.
func (t *Typesetter) prepare(text string, s *TextStyle) {
	p := &t.text
	p.runes, p.cut = clean(text, p.runes[:0])
	p.choice = t.choose(s)
	p.locale, p.language = s.Locale, t.spoken(s.Locale)
	p.spacing = s.LetterSpacing / s.Size
	p.features = p.features[:0]
	if p.spacing != 0 { // as CSS has it: letters set apart are not joined
		p.features = append(p.features,
			shaping.FontFeature{Tag: ot.MustNewTag("liga")}, shaping.FontFeature{Tag: ot.MustNewTag("clig")})
	}
	n := len(p.runes)
	p.levels = resize(p.levels, n)
	p.scripts = resize(p.scripts, n)
	p.starts = resize(p.starts, n+1)
	p.advances = resize(p.advances, n)
	p.items = p.items[:0]
	p.missing = 0
	p.breaks = p.breaks[:0]
	t.direct(rightToLeftLocale(s.Locale))
	t.graphemes()
	p.writing()
	for _, par := range p.paragraphs {
		t.itemise(par)
	}
	for i := range p.items {
		it := &p.items[i]
		t.shape(it)
		p.missing += it.missing
		p.measure(it)
	}
}

// maxLocales bounds the locales a worker remembers: the shaper keeps a plan
// for each, without end.
const maxLocales = 64

// spoken is a locale as the shaper knows it.
func (t *Typesetter) spoken(locale string) language.Language {
	l, ok := t.locales[locale]
	if !ok {
		if len(t.locales) >= maxLocales {
			clear(t.locales)
			t.shaper = t.newShaper()
		}
		locale = strings.Clone(locale)
		l = language.NewLanguage(locale)
		t.locales[locale] = l
	}
	return l
}

// resize returns a zeroed slice of n, the same memory where it is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// graphemes marks where what a reader sees as one character begins.
func (t *Typesetter) graphemes() {
	p := &t.text
	simple := true
	for i, r := range p.runes {
		p.starts[i] = true
		simple = simple && r < 0x300
	}
	p.starts[len(p.runes)] = true
	if simple {
		return // Fast path: each letter is one.
	}
	clear(p.starts[:len(p.runes)])
	t.segmenter.Init(p.runes)
	for g := t.segmenter.GraphemeIterator(); g.Next(); {
		p.starts[g.Grapheme().Offset] = true
	}
}

// writing finds the script of each rune; what scripts share is of the script
// before it, at the start of the one after it.
func (p *textSet) writing() {
	current := language.Script(0)
	for i, r := range p.runes {
		s := language.Latin
		if r >= 0x80 || !isLetter(r) {
			s = language.LookupScript(r)
		}
		if s.Strong() {
			if current == 0 {
				for k := range i {
					p.scripts[k] = s
				}
			}
			current = s
		}
		p.scripts[i] = current
	}
	if current == 0 {
		for i := range p.scripts {
			p.scripts[i] = language.Latin
		}
	}
}

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// itemise cuts a paragraph into items. Blanks stay in the font of the letters
// before them: an emoji font's blank is as wide as an emoji.
func (t *Typesetter) itemise(par paragraph) {
	p := &t.text
	letters := int16(-1)
	for start := par.start; start < par.end; {
		end := start + 1
		for end < par.end && !p.starts[end] {
			end++
		}
		face := letters
		if r := p.runes[start]; !isBlank(r) {
			face = t.faceFor(p.choice, p.runes[start:end])
			if face >= 0 && face != p.choice.emoji {
				letters = face
			}
		} else if face < 0 {
			face = t.faceOf(p.choice, ' ')
			letters = face
		}
		script, level := p.scripts[start], p.levels[start]
		if n := len(p.items); n > 0 {
			last := &p.items[n-1]
			if last.end == start && last.face == face && last.script == script && last.level == level {
				last.end = end
				start = end
				continue
			}
		}
		p.items = append(p.items, item{span: span{start, end}, level: level, script: script, face: face})
		start = end
	}
}

// isBlank reports whether a rune shows nothing, in whatever font.
func isBlank(r rune) bool {
	return r == ' ' || r == 0xA0 || r >= 0x1680 && unicode.Is(unicode.Zs, r) || isIgnorable(r)
}

// measure adds an item's advances to those of the text.
func (p *textSet) measure(it *item) {
	apart := p.apart(it)
	for i := range it.glyphs {
		g := &it.glyphs[i]
		at := it.start + int(g.at)
		if at < it.start || at >= it.end {
			continue
		}
		p.advances[at] += float64(g.advance) * it.unit
		if apart != 0 && lastOfCluster(it.glyphs, i) {
			p.advances[at] += apart
		}
	}
}

// apart is the space between an item's letters in ems: none in scripts whose
// letters touch.
func (p *textSet) apart(it *item) float64 {
	switch it.script {
	case language.Arabic, language.Syriac, language.Mongolian, language.Nko, language.Devanagari, language.Bengali, language.Gurmukhi:
		return 0
	}
	return p.spacing
}

// lastOfCluster reports whether the i-th glyph is its cluster's last, and the
// cluster has any width to set apart.
func lastOfCluster(glyphs []shapedGlyph, i int) bool {
	return (i+1 == len(glyphs) || glyphs[i+1].at != glyphs[i].at) && glyphs[i].advance != 0
}
