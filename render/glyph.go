package render

import (
	"encoding/binary"
	"image"
	"math"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// glyphCacheBytes bounds what one Typesetter keeps of drawn glyphs.
const glyphCacheBytes = 2 << 20

// glyphKey is everything that decides a glyph's pixels.
type glyphKey struct {
	gid   font.GID
	size  int32 // in 64ths of a pixel
	face  int16
	sub   uint8 // quarters of a pixel to the right
	emoji bool
}

// append appends the key's bytes.
func (k *glyphKey) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(k.gid))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(k.size))
	return append(dst, byte(k.face), byte(k.face>>8), k.sub, flag(k.emoji))
}

// drawn is the size that a glyph is drawn in: of sizes that share it, the same.
func (k *glyphKey) drawn() float64 { return float64(k.size) / 64 }

// glyph is a drawn glyph: a mask, or an emoji's picture. The zero value is a
// glyph without ink. Its place is that of its upper left corner from the pen.
type glyph struct {
	x, y    int
	w, h    int
	stride  int    // of the mask's rows; what lies beyond w is 0
	mask    []byte // stride times h
	picture emojiPicture
}

// glyph returns the mask of an outline at a size, sub quarters of a pixel to
// the right of a whole one.
func (t *Typesetter) glyph(face int16, gid font.GID, size float64, sub uint8) glyph {
	key := glyphKey{face: face, gid: gid, size: int32(math.Round(size * 64)), sub: sub}
	t.key = key.append(t.key[:0])
	if g, ok := t.glyphs.get(t.key); ok {
		return g
	}
	g := t.rasterise(face, gid, key.drawn(), float32(sub)/4)
	t.glyphs.put(t.key, g, len(g.mask)+64)
	return g
}

// rasterise draws a glyph's outline, shifted right by dx. One that a broken
// font has wrong is empty.
func (t *Typesetter) rasterise(face int16, gid font.GID, size float64, dx float32) (g glyph) {
	defer func() {
		if recover() != nil {
			g = glyph{}
		}
	}()
	f := t.face(face)
	outline, ok := f.GlyphDataOutline(gid)
	if !ok || len(outline.Segments) == 0 {
		return glyph{}
	}
	scale := float32(size) / float32(f.Upem())
	box := outlineBox(outline.Segments, scale, dx)
	if box.Empty() || box.Dx() > 4*maxSize || box.Dy() > 4*maxSize {
		return glyph{}
	}
	stride := (box.Dx() + 7) &^ 7 // eight pixels are drawn at a time
	t.raster.Reset(stride, box.Dy())
	left, top := dx-float32(box.Min.X), -float32(box.Min.Y)
	at := func(p ot.SegmentPoint) (x, y float32) { return p.X*scale + left, top - p.Y*scale }
	trace(&t.raster, outline.Segments, at)
	mask := image.Alpha{Pix: make([]byte, stride*box.Dy()), Stride: stride, Rect: image.Rect(0, 0, stride, box.Dy())}
	t.raster.Draw(&mask, mask.Rect, image.Opaque, image.Point{})
	return glyph{x: box.Min.X, y: box.Min.Y, w: box.Dx(), h: box.Dy(), stride: stride, mask: mask.Pix}
}

// trace gives an outline to a rasteriser, its points placed by at.
func trace(z *vector.Rasterizer, segments []font.Segment, at func(ot.SegmentPoint) (x, y float32)) {
	for i := range segments {
		s := &segments[i]
		x0, y0 := at(s.Args[0])
		switch s.Op {
		case ot.SegmentOpMoveTo:
			if i > 0 {
				z.ClosePath()
			}
			z.MoveTo(x0, y0)
		case ot.SegmentOpLineTo:
			z.LineTo(x0, y0)
		case ot.SegmentOpQuadTo:
			x1, y1 := at(s.Args[1])
			z.QuadTo(x0, y0, x1, y1)
		case ot.SegmentOpCubeTo:
			x1, y1 := at(s.Args[1])
			x2, y2 := at(s.Args[2])
			z.CubeTo(x0, y0, x1, y1, x2, y2)
		}
	}
	z.ClosePath()
}

// outlineBox is the pixels an outline may touch, by all its points.
func outlineBox(segments []font.Segment, scale, dx float32) image.Rectangle {
	minX, minY := float32(math.MaxFloat32), float32(math.MaxFloat32)
	maxX, maxY := -minX, -minY
	for i := range segments {
		for _, p := range segments[i].ArgsSlice() {
			x, y := p.X*scale+dx, -p.Y*scale
			minX, maxX = min(minX, x), max(maxX, x)
			minY, maxY = min(minY, y), max(maxY, y)
		}
	}
	const far = 1 << 20
	if !(minX > -far && minY > -far && maxX < far && maxY < far) {
		return image.Rectangle{}
	}
	return image.Rect(floor(minX), floor(minY), ceil(maxX), ceil(maxY))
}

func floor(f float32) int { return int(math.Floor(float64(f))) }
func ceil(f float32) int  { return int(math.Ceil(float64(f))) }
