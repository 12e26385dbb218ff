package render

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"slices"

	"github.com/go-text/typesetting/font"
	"golang.org/x/image/draw"
)

// maxEmojiSide bounds the pixels of a picture a font may make us decode.
const maxEmojiSide = 1024

const (
	zeroWidthJoiner = 0x200D
	textSelector    = 0xFE0E
	emojiSelector   = 0xFE0F
	keycap          = 0x20E3
)

// emojiBelow1F000 is the characters below U+1F000 that are pictures unless a
// selector says otherwise (Emoji_Presentation), as pairs of first and last.
const emojiBelow1F000 = "\u231a\u231b\u23e9\u23ec\u23f0\u23f0\u23f3\u23f3\u25fd\u25fe\u2614\u2615\u2648\u2653" +
	"\u267f\u267f\u2693\u2693\u26a1\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26ce\u26d4\u26d4\u26ea\u26ea" +
	"\u26f2\u26f3\u26f5\u26f5\u26fa\u26fa\u26fd\u26fd\u2705\u2705\u270a\u270b\u2728\u2728\u274c\u274c\u274e\u274e" +
	"\u2753\u2755\u2757\u2757\u2795\u2797\u27b0\u27b0\u27bf\u27bf\u2b1b\u2b1c\u2b50\u2b50\u2b55\u2b55"

// isEmoji reports whether a grapheme is to be a picture: its first character is
// one by itself, or a selector, a joiner or a keycap makes it one.
func isEmoji(grapheme []rune) bool {
	first := grapheme[0]
	if first < 0x2000 && len(grapheme) == 1 {
		return false // Fast path: letters, and digits, which emoji fonts have too.
	}
	if len(grapheme) > 1 {
		switch {
		case slices.Contains(grapheme, textSelector):
			return false
		case slices.Contains(grapheme, emojiSelector), slices.Contains(grapheme, keycap):
			return true
		}
	}
	if first >= 0x1F000 {
		return first < 0x20000
	}
	return inPairs(emojiBelow1F000, first) ||
		first >= 0x2190 && slices.Contains(grapheme, zeroWidthJoiner)
}

// inPairs reports whether r lies between the runes of one of the pairs.
func inPairs(pairs string, r rune) bool {
	low := rune(-1)
	for _, bound := range pairs {
		if low < 0 {
			low = bound
			continue
		}
		if low <= r && r <= bound {
			return true
		}
		low = -1
	}
	return false
}

// emojiPicture is a glyph's picture scaled to a size. Its place is that of its
// upper left corner from the pen. The zero value draws nothing.
type emojiPicture struct {
	x, y int
	rgba *image.RGBA // premultiplied
}

// emoji returns the picture of a glyph at a size.
func (t *Typesetter) emoji(face int16, gid font.GID, size float64) emojiPicture {
	key := glyphKey{face: face, gid: gid, size: int32(math.Round(size * 64)), emoji: true}
	t.key = key.append(t.key[:0])
	if g, ok := t.glyphs.get(t.key); ok {
		return g.picture
	}
	p := scaleEmoji(t.face(face), gid, key.drawn())
	cost := 64
	if p.rgba != nil {
		cost += len(p.rgba.Pix)
	}
	t.glyphs.put(t.key, glyph{picture: p}, cost)
	return p
}

// scaleEmoji decodes a glyph's picture and scales it. Pictures no reader of
// ours knows, broken ones too, are empty.
func scaleEmoji(face *font.Face, gid font.GID, size float64) (scaled emojiPicture) {
	defer func() {
		if recover() != nil {
			scaled = emojiPicture{}
		}
	}()
	bitmap, ok := face.GlyphDataBitmap(gid)
	if !ok || bitmap.Format != font.PNG {
		return emojiPicture{}
	}
	config, err := png.DecodeConfig(bytes.NewReader(bitmap.Data))
	if err != nil || config.Width > maxEmojiSide || config.Height > maxEmojiSide {
		return emojiPicture{}
	}
	source, err := png.Decode(bytes.NewReader(bitmap.Data))
	if err != nil {
		return emojiPicture{}
	}
	extents, ok := face.GlyphExtents(gid)
	if !ok {
		return emojiPicture{}
	}
	scale := size / float64(face.Upem())
	w := max(1, int(math.Round(float64(extents.Width)*scale)))
	h := max(1, int(math.Round(-float64(extents.Height)*scale)))
	if w > 4*maxSize || h > 4*maxSize {
		return emojiPicture{}
	}
	p := emojiPicture{
		x:    int(math.Round(float64(extents.XBearing) * scale)),
		y:    -int(math.Round(float64(extents.YBearing) * scale)),
		rgba: image.NewRGBA(image.Rect(0, 0, w, h)),
	}
	draw.CatmullRom.Scale(p.rgba, p.rgba.Bounds(), source, source.Bounds(), draw.Src, nil)
	return p
}
