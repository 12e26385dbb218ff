package render

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// shapedGlyph is a glyph of an item. Lengths are units of the item's font.
type shapedGlyph struct {
	id            font.GID
	at            int32 // the rune that its cluster begins with, counted from the item's first
	advance, x, y fixed.Int26_6
}

// shaped is an item's runes turned into glyphs, whatever text they stand in and
// whatever size they are drawn at. It never changes.
type shaped struct {
	glyphs  []shapedGlyph
	missing int // characters that the font does not have
}

// shapedBytes bounds what one Typesetter keeps of shaped items.
const shapedBytes = 1 << 20

// shape turns an item's runes into glyphs, or remembers what they were.
func (t *Typesetter) shape(it *item) {
	face := t.drawnIndex(it.face)
	t.key = t.text.appendKey(binary.LittleEndian.AppendUint16(t.key[:0], uint16(face)), it)
	known, ok := t.shapes.get(t.key)
	if !ok {
		known = t.shapeAnew(it)
		t.shapes.put(t.key, known, len(t.key)+24*len(known.glyphs))
	}
	it.glyphs, it.missing = known.glyphs, known.missing
	it.unit = 1 / (64 * float64(t.face(face).Upem()))
}

// besideItem is how many runes on either side of an item the shaper takes into
// account.
const besideItem = 5

// appendKey appends all that an item's glyphs depend on, but for its font.
func (p *textSet) appendKey(dst []byte, it *item) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(it.script))
	flags := byte(it.level % 2)
	if len(p.features) > 0 {
		flags |= 2
	}
	dst = append(append(append(dst, flags), p.written(it.script)...), 0)
	before, after := max(0, it.start-besideItem), min(len(p.runes), it.end+besideItem)
	dst = append(dst, byte(it.start-before), byte(after-it.end))
	for _, r := range p.runes[before:after] {
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// shapeAnew turns an item's runes into glyphs. Where the shaper panics, which broken
// fonts make it do, the item is missing.
func (t *Typesetter) shapeAnew(it *item) (s *shaped) {
	p := &t.text
	defer func() {
		if recover() != nil {
			t.shaper = t.newShaper()
			s = &shaped{missing: it.end - it.start}
		}
	}()
	face := t.drawnFace(it.face)
	direction := di.DirectionLTR
	if it.rightToLeft() {
		direction = di.DirectionRTL
	}
	out := t.shaper.ShapeNoExtents(shaping.Input{
		Text:         p.runes,
		RunStart:     it.start,
		RunEnd:       it.end,
		Direction:    direction,
		Face:         face,
		FontFeatures: p.features,
		Size:         fixed.I(int(face.Upem())),
		Script:       it.script,
		Language:     p.written(it.script),
	})
	s = &shaped{glyphs: make([]shapedGlyph, len(out.Glyphs))}
	for i := range out.Glyphs {
		g := &out.Glyphs[i]
		at := g.TextIndex()
		s.glyphs[i] = shapedGlyph{g.GlyphID, int32(at - it.start), g.Advance, g.XOffset, g.YOffset}
		if g.GlyphID == 0 && at < len(p.runes) && !isBlank(p.runes[at]) {
			s.missing++
		}
	}
	return s
}

// written is the language that a font is told, which decides the forms of
// characters that Chinese, Japanese and Korean share. In other locales they
// are Japanese beside kana, Korean beside hangul, else Simplified Chinese.
func (p *textSet) written(script language.Script) language.Language {
	switch script {
	case language.Han, language.Hiragana, language.Katakana, language.Hangul, language.Bopomofo:
	default:
		return p.language
	}
	switch r := region(p.locale); {
	case r == "tc":
		return "zh-hant"
	case r == "hk":
		return "zh-hk"
	case r == "jp":
		return "ja"
	case r == "kr":
		return "ko"
	case strings.HasPrefix(strings.ToLower(p.locale), "zh"):
		return "zh-hans"
	case slices.Contains(p.scripts, language.Hiragana), slices.Contains(p.scripts, language.Katakana):
		return "ja"
	case slices.Contains(p.scripts, language.Hangul):
		return "ko"
	}
	return "zh-hans"
}
