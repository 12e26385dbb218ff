package render

import (
	"image"
	"image/color"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/vector"
)

// Align says where a line stands in its box.
type Align uint8

// AlignStart is the side where the paragraph's own direction begins: left for
// Latin, right for Arabic and Hebrew.
const (
	AlignStart Align = iota
	AlignCentre
	AlignEnd
)

// VAlign says where the lines stand in a box higher than they are.
type VAlign uint8

// The places lines can take in a box that is higher than they are.
const (
	VAlignTop VAlign = iota
	VAlignMiddle
	VAlignBottom
)

// Decoration is a set of lines drawn with text.
type Decoration uint8

// The decorations; they can be combined.
const (
	Underline Decoration = 1 << iota
	StrikeThrough
)

// TextStyle says how text is set. Lengths are pixels of the target, so a
// layout multiplies its CSS pixels by the density first.
type TextStyle struct {
	Family        string // "sans" when empty; a family no font has is "sans"
	Weight        int    // 400 when 0; the nearest there is
	Italic        bool
	Size          float64 // of the font
	LineHeight    float64 // as a multiple of Size; 1.2 when 0
	Colour        color.NRGBA
	Align         Align
	VAlign        VAlign
	MaxLines      int     // 0: as many as the height takes
	Shrink        float64 // the smallest size text may shrink to; 0: none
	Ellipsis      bool    // text that does not fit ends in "…"
	Decoration    Decoration
	LetterSpacing float64 // added between letters
	Locale        string  // BCP 47; chooses forms of shared characters
}

// Box is a rectangle in pixels of the target.
type Box struct {
	X, Y, W, H float64
}

// Line is one line of a Block, from its box's upper left corner.
type Line struct {
	X, Baseline float64 // where it starts, at its left, and stands
	W           float64
}

// Block is text that was set. Lines is valid until the Typesetter's next use.
type Block struct {
	Lines     []Line
	W, H      float64         // of the lines, not of the box
	Size      float64         // the font's, after shrinking
	Truncated bool            // some text is not shown
	Missing   int             // characters no font has
	Ink       image.Rectangle // pixels touched by Draw; empty after Measure
}

// Typesetter sets and draws text. It keeps what it has drawn, within bounds,
// and is for one goroutine at a time.
type Typesetter struct {
	fonts     *Fonts
	faces     []*font.Face // by index in fonts.all, nil until used
	choices   map[choiceKey]*choice
	locales   map[string]language.Language
	shaper    shaping.HarfbuzzShaper
	segmenter segmenter.Segmenter
	bidi      bidiText
	shapes    recent[*shaped] // items of texts
	glyphs    recent[glyph]
	key       []byte // of what was asked for last
	raster    vector.Rasterizer
	text      textSet
	lines     []line      // of the text set last
	visual    []visualRun // of its lines, as they stand from left to right
	places    []Line      // given out in Block
	last      setting
}

// setting is what was set last: Draw after Measure of the same does not do it
// twice.
type setting struct {
	text          []byte // a copy: the text's memory is the caller's
	style         TextStyle
	width, height float64
	block         Block
	valid         bool
}

// Measure sets text in a box of width by height, either of which may be 0 for
// without limit, and draws nothing.
func (t *Typesetter) Measure(text string, s TextStyle, width, height float64) Block {
	width, height = sane(width, 0, maxBox), sane(height, 0, maxBox)
	l := &t.last
	if l.valid && string(l.text) == text && l.style == s && l.width == width && l.height == height {
		return l.block
	}
	l.valid = false // until it is whole: a panic below leaves it so
	b := t.set(text, s.sane(), width, height)
	l.text = append(l.text[:0], text...)
	l.style, l.width, l.height, l.block = s, width, height, b
	l.valid = true
	return b
}

// Draw sets text in box and draws it on dst, whose bounds clip it; to clip it
// to less, pass a SubImage. The box's corner is in dst's coordinates.
func (t *Typesetter) Draw(dst *image.RGBA, box Box, text string, s TextStyle) Block {
	b := t.Measure(text, s, box.W, box.H)
	b.Ink = t.paint(dst, sane(box.X, -maxBox, maxBox), sane(box.Y, -maxBox, maxBox), s.sane(), b)
	return b
}

// Bounds on what a style or a box may ask for: the work grows with them.
const (
	minSize = 1
	maxSize = 400
	maxBox  = 1 << 15
)

// sane puts a number within bounds; one that is none becomes the lowest.
func sane(f, low, high float64) float64 {
	if !(f >= low) {
		return low
	}
	return min(f, high)
}

// sane is the style with what is absent filled in and all within bounds.
func (s TextStyle) sane() TextStyle {
	s.Size = sane(s.Size, minSize, maxSize)
	if s.Shrink > 0 {
		s.Shrink = sane(s.Shrink, minSize, s.Size)
	}
	s.LetterSpacing = sane(s.LetterSpacing, -s.Size, 4*s.Size)
	if !(s.LineHeight > 0) {
		s.LineHeight = defaultLineHeight
	}
	s.LineHeight = sane(s.LineHeight, 0.5, 10)
	if s.Weight <= 0 {
		s.Weight = 400
	}
	return s
}

const defaultLineHeight = 1.2
