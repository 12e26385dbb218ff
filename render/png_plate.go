package render

import (
	"bytes"
	"image"
)

// pngPlate is a picture packed ahead, of which others are printed that differ in
// some rows. It never changes.
type pngPlate struct {
	rows    int // of a strip; the last has fewer
	kind    pngKind
	colours colourTable // of a palette
	strips  []pngStrip
}

// stripBytes is about how much is packed together: what deflate looks back on.
const stripBytes = 32 << 10

// newPNGPlate packs a picture. It is nil where a palette has no room for its
// colours.
func (c *pngCoder) newPNGPlate(m *image.RGBA, kind pngKind) *pngPlate {
	p := &pngPlate{kind: kind}
	width := 3 * m.Rect.Dx()
	if kind == pngPalette {
		if !p.colours.addRows(m, 0, m.Rect.Dy()) {
			return nil
		}
		width = m.Rect.Dx()
	}
	p.rows = min(max(stripBytes/(width+1), 8), m.Rect.Dy())
	for top := 0; top < m.Rect.Dy(); top += p.rows {
		s := c.strip(m, top, min(top+p.rows, m.Rect.Dy()), kind, &p.colours)
		s.packed = bytes.Clone(s.packed)
		p.strips = append(p.strips, s)
	}
	return p
}

// size is the memory that it takes, in bytes.
func (p *pngPlate) size() int64 {
	size := 6 << 10
	if p != nil {
		for i := range p.strips {
			size += len(p.strips[i].packed) + 48
		}
	}
	return int64(size)
}

// print appends a picture to out that is base, the plate's, but where touched says
// that it may not be. It reports false where it has more colours than the plate's
// palette has room for.
func (c *pngCoder) print(out []byte, p *pngPlate, base, m *image.RGBA, touched []image.Rectangle) ([]byte, bool) {
	changed := make([]bool, len(p.strips))
	for _, r := range touched {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			from, to := m.PixOffset(r.Min.X, y), m.PixOffset(r.Max.X, y)
			changed[y/p.rows] = changed[y/p.rows] || !bytes.Equal(base.Pix[from:to], m.Pix[from:to])
		}
	}
	colours := &p.colours
	if p.kind == pngPalette {
		colours = colours.clone()
		for i := range changed {
			if top := i * p.rows; changed[i] && !colours.addRows(m, top, min(top+p.rows, m.Rect.Dy())) {
				return out, false
			}
		}
	}
	data := beginPNGData(appendPNGHead(out, m.Rect.Dx(), m.Rect.Dy(), colours.palette))
	for i := range p.strips {
		s := p.strips[i]
		if top := i * p.rows; changed[i] {
			s = c.strip(m, top, min(top+p.rows, m.Rect.Dy()), p.kind, colours)
		}
		data.add(&s)
	}
	return data.end(), true
}
